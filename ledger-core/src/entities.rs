//! Everything that events happen to, and the one fold of each kind.
//!
//! The writer uses it to decide, the projector to fold: they cannot drift apart. Entities are named by the position
//! of the event that created them. They live in memory here, behind [`Entities`]; nothing outside knows where.

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

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use events_schema::terms::{ParkedState, WithdrawalState};
use events_schema::{Entity, EntityKind, Money, Position, Recorded};

use crate::numbered::NumberHasher;

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

type Table<T> = HashMap<Position, T, BuildHasherDefault<NumberHasher>>;

/// All entities, by birth.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entities {
    orders: Table<Order>,
    members: Table<Member>,
    payments: Table<Payment>,
    funds: Table<Funds>,
    withdrawals: Table<Withdrawal>,
    parked: Table<ParkedEvent>,
    ledger_last: Position,
}

/// Folds `$recorded` into its `$entity` in `$table`: begins it with its first event, else copies `$figure` and
/// applies the event. The same few lines for each kind of entity.
macro_rules! fold {
    ($table:expr, $recorded:expr, $entity:ident, $figure:ident, $step:ident) => {{
        let recorded = $recorded;
        if recorded.entity.birth == recorded.position {
            let born = $entity::begin(recorded).ok_or_else(|| FoldError::of(recorded))?;
            let after = $table.entry(recorded.position).insert_entry(born).into_mut();
            Ok(Step::$step { before: None, after })
        } else {
            let after = $table.get_mut(&recorded.entity.birth).ok_or_else(|| FoldError::of(recorded))?;
            let before = Some(after.$figure);
            after.apply(recorded)?;
            after.last = recorded.position;
            Ok(Step::$step { before, after })
        }
    }};
}

impl Entities {
    /// Folds one event: it cannot be refused, only not fit.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<Step<'_>, FoldError> {
        match recorded.entity.kind {
            EntityKind::Ledger => {
                self.ledger_last = recorded.position;
                Ok(Step::Ledger)
            }
            EntityKind::Order => fold!(self.orders, recorded, Order, figures, Order),
            EntityKind::Member => fold!(self.members, recorded, Member, balance, Member),
            EntityKind::Payment => self.apply_payment(recorded),
            EntityKind::SupplierFunds | EntityKind::DistributorFunds => {
                fold!(self.funds, recorded, Funds, available, Funds)
            }
            EntityKind::Withdrawal => fold!(self.withdrawals, recorded, Withdrawal, state, Withdrawal),
            EntityKind::ParkedEvent => fold!(self.parked, recorded, ParkedEvent, state, ParkedEvent),
        }
    }

    fn apply_payment(&mut self, recorded: &Recorded) -> Result<Step<'_>, FoldError> {
        let unfit = || FoldError::of(recorded);
        let after = if recorded.entity.birth == recorded.position {
            let born = Payment::begin(recorded).ok_or_else(unfit)?;
            self.payments.entry(recorded.position).insert_entry(born).into_mut()
        } else {
            let payment = self.payments.get_mut(&recorded.entity.birth).ok_or_else(unfit)?;
            payment.apply(recorded)?;
            payment.last = recorded.position;
            payment
        };
        Ok(Step::Payment { after })
    }

    /// Where the last event of `entity` stands; `None` when it was not born yet.
    pub fn last(&self, entity: Entity) -> Option<Position> {
        match entity.kind {
            EntityKind::Ledger => Some(self.ledger_last).filter(|last| *last > Position::ZERO),
            EntityKind::Order => self.order(entity.birth).map(|e| e.last),
            EntityKind::Member => self.member(entity.birth).map(|e| e.last),
            EntityKind::Payment => self.payment(entity.birth).map(|e| e.last),
            EntityKind::SupplierFunds | EntityKind::DistributorFunds => {
                self.funds(entity.birth).map(|e| e.last)
            }
            EntityKind::Withdrawal => self.withdrawal(entity.birth).map(|e| e.last),
            EntityKind::ParkedEvent => self.parked_event(entity.birth).map(|e| e.last),
        }
    }

    /// The order born at `birth`.
    pub fn order(&self, birth: Position) -> Option<&Order> {
        self.orders.get(&birth)
    }

    /// The member born at `birth`.
    pub fn member(&self, birth: Position) -> Option<&Member> {
        self.members.get(&birth)
    }

    /// The received or surplus payment born at `birth`.
    pub fn payment(&self, birth: Position) -> Option<&Payment> {
        self.payments.get(&birth)
    }

    /// The funds born at `birth`.
    pub fn funds(&self, birth: Position) -> Option<&Funds> {
        self.funds.get(&birth)
    }

    /// The withdrawal born at `birth`.
    pub fn withdrawal(&self, birth: Position) -> Option<&Withdrawal> {
        self.withdrawals.get(&birth)
    }

    /// The parked event born at `birth`.
    pub fn parked_event(&self, birth: Position) -> Option<&ParkedEvent> {
        self.parked.get(&birth)
    }
}
