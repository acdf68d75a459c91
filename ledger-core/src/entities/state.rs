//! Any entity, as it is saved.

use std::sync::Arc;

use events_schema::terms::{ParkedState, WithdrawalState};
use events_schema::{Money, Position, Recorded};
use serde::{Deserialize, Serialize};

use super::{FoldError, Funds, Member, Order, OrderFigures, ParkedEvent, Payment, Withdrawal};

/// An entity as it stands. Cheap to clone: what is saved later is kept as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// An order.
    Order(Arc<Order>),
    /// A member.
    Member(Arc<Member>),
    /// A received or surplus payment.
    Payment(Arc<Payment>),
    /// Funds of a supplier or distributor.
    Funds(Arc<Funds>),
    /// A withdrawal.
    Withdrawal(Arc<Withdrawal>),
    /// A parked event.
    ParkedEvent(Arc<ParkedEvent>),
}

/// What an entity without long texts takes of memory, in bytes: its own fields, its place in a table, and the texts,
/// lists and boxes that it usually has. Measured over the lives of a simulated platform.
const ORDER_BYTES: usize = 1_100;
const SMALL_BYTES: usize = 350;
/// One refund in a list.
const REFUND_BYTES: usize = 120;

/// One kind of entity, for the fold that is the same for all.
pub(super) trait Kind: Clone {
    /// The small part of it that is kept to tell what an event has changed.
    type Before: Copy;

    /// The entity that `recorded` begins, where it does.
    fn begin(recorded: &Recorded) -> Option<Self>;
    /// The small part as it stands.
    fn before(&self) -> Self::Before;
    /// Folds one more event.
    fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError>;
    /// About how many bytes of memory it takes.
    fn weight(&self) -> usize;
    fn into_state(self) -> State;
    fn of(state: &State) -> Option<&Self>;
    fn of_mut(state: &mut State) -> Option<&mut Arc<Self>>;
}

/// Makes `$kind` a kind, whose small part is the field `$part` of type `$before`, and which takes `$bytes` of memory.
macro_rules! kind {
    ($kind:ident, $part:ident: $before:ty, |$entity:ident| $bytes:expr) => {
        impl Kind for $kind {
            type Before = $before;

            fn begin(recorded: &Recorded) -> Option<Self> {
                Self::begin(recorded)
            }

            fn before(&self) -> Self::Before {
                self.$part
            }

            fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
                Self::apply(self, recorded)?;
                self.last = recorded.position;
                Ok(())
            }

            fn weight(&self) -> usize {
                let $entity = self;
                $bytes
            }

            fn into_state(self) -> State {
                State::$kind(Arc::new(self))
            }

            fn of(state: &State) -> Option<&Self> {
                if let State::$kind(entity) = state { Some(entity) } else { None }
            }

            fn of_mut(state: &mut State) -> Option<&mut Arc<Self>> {
                if let State::$kind(entity) = state { Some(entity) } else { None }
            }
        }
    };
}

kind!(Order, figures: OrderFigures, |order| ORDER_BYTES + order.refunds.len() * REFUND_BYTES);
kind!(Member, balance: Money, |_member| SMALL_BYTES);
kind!(Payment, refunded: Money, |payment| SMALL_BYTES + payment.refund_ids.len() * REFUND_BYTES);
kind!(Funds, available: Money, |_funds| SMALL_BYTES);
kind!(Withdrawal, state: WithdrawalState, |_withdrawal| 2 * SMALL_BYTES);
kind!(ParkedEvent, state: ParkedState, |parked| SMALL_BYTES + parked.event.text().map_or(0, str::len));

impl State {
    /// Where its last event stands.
    pub fn last(&self) -> Position {
        match self {
            Self::Order(entity) => entity.last,
            Self::Member(entity) => entity.last,
            Self::Payment(entity) => entity.last,
            Self::Funds(entity) => entity.last,
            Self::Withdrawal(entity) => entity.last,
            Self::ParkedEvent(entity) => entity.last,
        }
    }

    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Order(entity) => entity.weight(),
            Self::Member(entity) => entity.weight(),
            Self::Payment(entity) => entity.weight(),
            Self::Funds(entity) => entity.weight(),
            Self::Withdrawal(entity) => entity.weight(),
            Self::ParkedEvent(entity) => entity.weight(),
        }
    }
}
