//! Everything that events happen to, and the one fold of each kind.
//!
//! The writer uses it to decide, the projector to fold: they cannot drift apart. Entities are named by the position
//! of the event that created them. Memory holds those that something happened to lately; the others stand in sorted
//! runs, where they were saved when they changed, and are brought back before something happens to them again.

/// Orders.
pub mod order;
pub use order::{Order, OrderFigures, Refund};

/// Members and their balances.
pub mod member;
pub use member::Member;

/// Payments without an order.
pub mod payment;
pub use payment::Payment;

/// Funds of suppliers and distributors.
pub mod funds;
pub use funds::Funds;

/// Withdrawals.
pub mod withdrawal;
pub use withdrawal::Withdrawal;

/// Parked events.
pub mod parked;
pub use parked::ParkedEvent;

/// Any of these, as it is saved.
mod state;
use state::Kind;
pub use state::State;

use std::sync::Arc;

use events_schema::recorded::funds::FundsSource;
use events_schema::terms::{ParkedState, WithdrawalState};
use events_schema::{Entity, EntityKind, Money, Position, Recorded};

use crate::generations::{Generations, Table};
use crate::known::Cold;
use crate::recall::{Missing, encode};
use crate::runs::{Entries, View};

/// An event that does not fit the entity it names: the log is not one that this program wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event {name} at position {position} does not fit what it happened to (born at {birth})")]
pub struct FoldError {
    /// Where the event stands.
    pub position: Position,
    /// The birth of the entity it names.
    pub birth: Position,
    /// The type of event.
    pub name: &'static str,
}

impl FoldError {
    fn of(recorded: &Recorded) -> Self {
        Self { position: recorded.position, birth: recorded.entity.birth, name: recorded.event.name() }
    }
}

/// What one event did to one entity: the state before, where there was one, and after.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// To the ledger or its settings.
    Ledger,
    /// To an order.
    Order {
        /// Its figures before; `None` for its first event.
        before: Option<OrderFigures>,
        /// The order after.
        after: &'a Order,
    },
    /// To a member.
    Member {
        /// The balance before; `None` for its first event.
        before: Option<Money>,
        /// The member after.
        after: &'a Member,
    },
    /// To a received or surplus payment.
    Payment {
        /// The payment after.
        after: &'a Payment,
    },
    /// To the funds of a supplier or distributor.
    Funds {
        /// What was available before; `None` for their first event.
        before: Option<Money>,
        /// The funds after.
        after: &'a Funds,
        /// Where the last event stands of what moved them, an order or a withdrawal, as far as it is known here: what was
        /// decided about that moved the funds.
        moved_by: Option<Position>,
    },
    /// To a withdrawal.
    Withdrawal {
        /// Its state before; `None` for its first event.
        before: Option<WithdrawalState>,
        /// The withdrawal after.
        after: &'a Withdrawal,
    },
    /// To a parked event.
    ParkedEvent {
        /// Its state before; `None` for its first event.
        before: Option<ParkedState>,
        /// The parked event after.
        after: &'a ParkedEvent,
    },
}

/// About how many bytes an entity has when it is saved.
const STATE_BYTES: usize = 320;

/// What stands at a position, as far as it is known.
#[derive(Clone, Debug)]
struct Held {
    /// Nothing, where no entity was born.
    state: Option<State>,
    /// Whether it has changed since the last cut.
    changed: bool,
}

/// All entities, by birth.
#[derive(Clone, Debug)]
pub struct Entities {
    hot: Generations<Position, Held>,
    /// What has changed since the last cut, each once.
    changed: Vec<Position>,
    /// About how many bytes of memory were taken since the last cut.
    weight: usize,
    cold: Cold,
    ledger_last: Position,
}

/// What a cut sets free: what is to be saved, and what is forgotten.
#[derive(Debug)]
pub struct EntitiesCut {
    changed: Vec<(Position, State)>,
    /// Dropping it takes its time, so it is left to whoever saves.
    _forgotten: Table<Position, Held>,
}

impl Default for Entities {
    fn default() -> Self {
        Self::new(Cold::empty(Self::TABLE), Position::ZERO)
    }
}

impl Entities {
    /// The version of saved entities. It is raised whenever an entity would be saved in another form, or the same events
    /// would give another one: then all are made anew from the log.
    pub const FORMAT: u32 = 1;
    /// The table of entities in the runs of books and of projections.
    pub const TABLE: usize = 0;

    fn new(cold: Cold, ledger_last: Position) -> Self {
        Self { hot: Generations::default(), changed: Vec::new(), weight: 0, cold, ledger_last }
    }

    /// Entities that were saved to the runs of `view`, when the last event of the ledger itself stood at
    /// `ledger_last`.
    pub fn restore(view: &Arc<View>, ledger_last: Position) -> Self {
        Self::new(Cold::new(Arc::clone(view), Self::TABLE), ledger_last)
    }

    /// Folds one event: it cannot be refused, only not fit. What it happens to must be in memory.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<Step<'_>, FoldError> {
        Ok(match recorded.entity.kind {
            EntityKind::Ledger => {
                self.ledger_last = recorded.position;
                Step::Ledger
            }
            EntityKind::Order => {
                let (before, after) = self.fold::<Order>(recorded)?;
                Step::Order { before, after }
            }
            EntityKind::Member => {
                let (before, after) = self.fold::<Member>(recorded)?;
                Step::Member { before, after }
            }
            EntityKind::Payment => Step::Payment { after: self.fold::<Payment>(recorded)?.1 },
            EntityKind::SupplierFunds | EntityKind::DistributorFunds => {
                let moved_by = Funds::source(&recorded.event).and_then(|source| self.last_of(source));
                let (before, after) = self.fold::<Funds>(recorded)?;
                Step::Funds { before, after, moved_by }
            }
            EntityKind::Withdrawal => {
                let (before, after) = self.fold::<Withdrawal>(recorded)?;
                Step::Withdrawal { before, after }
            }
            EntityKind::ParkedEvent => {
                let (before, after) = self.fold::<ParkedEvent>(recorded)?;
                Step::ParkedEvent { before, after }
            }
        })
    }

    /// Folds an event into its entity: begins it with its first event, else applies it. The answer is the small part
    /// of it before, where it was there before, and the entity after.
    fn fold<K: Kind>(&mut self, recorded: &Recorded) -> Result<(Option<K::Before>, &K), FoldError> {
        let (birth, unfit) = (recorded.entity.birth, || FoldError::of(recorded));
        if birth == recorded.position {
            let state = K::begin(recorded).ok_or_else(unfit)?.into_state();
            self.weight += state.weight();
            self.changed.push(birth);
            let held = self.hot.insert(birth, Held { state: Some(state), changed: true });
            let born = held.state.as_ref().and_then(K::of).ok_or_else(unfit)?;
            return Ok((None, born));
        }
        let (held, was_old) = self.hot.touch(birth).ok_or_else(unfit)?;
        let entity = held.state.as_mut().and_then(K::of_mut).ok_or_else(unfit)?;
        let before = entity.before();
        // A copy is made only where the state of the last cut is still to be saved.
        let after = Arc::make_mut(entity);
        after.apply(recorded)?;
        if !std::mem::replace(&mut held.changed, true) {
            self.changed.push(birth);
        }
        if was_old {
            self.weight += K::weight(after);
        }
        Ok((Some(before), after))
    }

    /// The birth of the entity that memory lacks to fold `recorded`.
    pub fn missing(&self, recorded: &Recorded) -> Option<Position> {
        let Entity { kind, birth } = recorded.entity;
        let needed = kind != EntityKind::Ledger && birth != recorded.position;
        (needed && self.find(birth).is_err()).then_some(birth)
    }

    /// The birth of what moved funds by `recorded`, where memory lacks it: a step knows its last event only if it is there.
    pub fn missing_source(&self, recorded: &Recorded) -> Option<Position> {
        let source = Funds::source(&recorded.event).map(FundsSource::birth)?;
        self.find(source).is_err().then_some(source)
    }

    /// Where the last event of `entity` stands; `None` when it was not born yet.
    pub fn last(&self, entity: Entity) -> Result<Option<Position>, Missing> {
        Ok(match entity.kind {
            EntityKind::Ledger => Some(self.ledger_last).filter(|last| *last > Position::ZERO),
            EntityKind::Order
            | EntityKind::Member
            | EntityKind::Payment
            | EntityKind::SupplierFunds
            | EntityKind::DistributorFunds
            | EntityKind::Withdrawal
            | EntityKind::ParkedEvent => self.find(entity.birth)?.map(State::last),
        })
    }

    /// Where the last event stands of what moved funds; nothing where memory does not have it.
    fn last_of(&self, source: FundsSource) -> Option<Position> {
        self.find(source.birth()).ok().flatten().map(State::last)
    }

    /// The order born at `birth`.
    pub fn order(&self, birth: Position) -> Result<Option<&Order>, Missing> {
        self.get(birth)
    }

    /// The member born at `birth`.
    pub fn member(&self, birth: Position) -> Result<Option<&Member>, Missing> {
        self.get(birth)
    }

    /// The received or surplus payment born at `birth`.
    pub fn payment(&self, birth: Position) -> Result<Option<&Payment>, Missing> {
        self.get(birth)
    }

    /// The funds born at `birth`.
    pub fn funds(&self, birth: Position) -> Result<Option<&Funds>, Missing> {
        self.get(birth)
    }

    /// The withdrawal born at `birth`.
    pub fn withdrawal(&self, birth: Position) -> Result<Option<&Withdrawal>, Missing> {
        self.get(birth)
    }

    /// The parked event born at `birth`.
    pub fn parked_event(&self, birth: Position) -> Result<Option<&ParkedEvent>, Missing> {
        self.get(birth)
    }

    fn get<K: Kind>(&self, birth: Position) -> Result<Option<&K>, Missing> {
        Ok(self.find(birth)?.and_then(K::of))
    }

    /// Whatever was born at `birth`.
    pub fn find(&self, birth: Position) -> Result<Option<&State>, Missing> {
        match self.hot.get(birth) {
            Some(held) => Ok(held.state.as_ref()),
            None if self.cold.may_hold(birth.get().into()) => Err(Missing::Entity(birth)),
            None => Ok(None),
        }
    }

    /// Takes in what the runs say about the entity born at `birth`, unless it is known better by now.
    pub fn recall(&mut self, birth: Position, state: Option<State>) {
        if self.hot.get(birth).is_none() {
            self.weight += state.as_ref().map_or(0, State::weight);
            self.hot.insert(birth, Held { state, changed: false });
        }
    }

    /// About how many bytes of memory were taken since the last cut.
    pub const fn weight(&self) -> usize {
        self.weight
    }

    /// Where the last event of the ledger itself stands.
    pub const fn ledger_last(&self) -> Position {
        self.ledger_last
    }

    /// Sets free what has changed since the last cut, to be saved, and forgets what was not touched between the two
    /// cuts before. What was set free then must have been [`saved`](Self::saved).
    pub fn cut(&mut self) -> EntitiesCut {
        let mut changed = Vec::with_capacity(self.changed.len());
        for birth in self.changed.drain(..) {
            if let Some((held, _)) = self.hot.touch(birth) {
                held.changed = false;
                changed.extend(held.state.clone().map(|state| (birth, state)));
            }
        }
        self.weight = 0;
        EntitiesCut { changed, _forgotten: self.hot.cut() }
    }

    /// What was cut off last stands in the runs that `view` sees.
    pub fn saved(&mut self, view: &Arc<View>) {
        self.cold.replace(view);
    }
}

/// Two are equal when memory holds the same of both.
impl PartialEq for Entities {
    fn eq(&self, other: &Self) -> bool {
        self.ledger_last == other.ledger_last && self.hot == other.hot
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

impl EntitiesCut {
    /// What is to be saved, encoded.
    pub fn entries(&self) -> Entries {
        let mut entries = Entries::with_capacity(self.changed.len(), STATE_BYTES);
        for (birth, state) in &self.changed {
            entries.push(birth.get().into(), |bytes| encode(state, bytes));
        }
        entries
    }
}
