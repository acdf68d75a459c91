//! A simulated commerce platform: the orders, members, payments and withdrawals that a demonstration or a load
//! test publishes, as `CloudEvents` JSON, and the decisions of a finance department beside them.
//!
//! Two ways to read one platform:
//!
//! * [`Platform`]: everything in the order of time, as it would arrive day by day. Only what is still to come of
//!   the orders placed so far is kept in memory.
//! * [`Lives`]: one order after another, each with its whole life, as fast as possible; can be split into parts.
//!
//! The same [`Settings`] give the same bytes, on every machine and with every version of every dependency:
//! the dice are our own, and no floating point is used.

mod calendar;
mod catalogue;
mod dice;
mod json;
mod life;
mod lives;
mod members;
mod order;
mod payees;
mod pending;
mod publish;
mod rhythm;
mod stream;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

pub(crate) use lives::{Lives, Part};
pub(crate) use stream::Platform;

/// Which platform to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Decides everything that is left to chance, and every id: platforms of two seeds share the ids of suppliers,
    /// distributors and products, and (but for one chance in a million) no other.
    pub(crate) seed: u64,
    /// Orders placed within the days.
    pub(crate) orders: u64,
    /// When the first day starts.
    pub(crate) start: Timestamp,
    /// Days over which the orders are placed; nothing happens after them, unless `endless`.
    pub(crate) days: u32,
    /// Go on after the days, at their rhythm. [`Lives`] begin again with new orders on the first day.
    pub(crate) endless: bool,
}

/// What happens next on the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// The platform publishes an event.
    Event(Published),
    /// Finance decides.
    Decision(Decision),
}

impl Step {
    /// When it happens.
    pub(crate) fn at(&self) -> Timestamp {
        match self {
            Step::Event(event) => event.at,
            Step::Decision(decision) => decision.at,
        }
    }
}

/// An event as the platform publishes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    /// Its `time`.
    pub(crate) at: Timestamp,
    /// The `CloudEvent`, on one line.
    pub(crate) json: String,
}

/// A decision of the finance department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    /// When it is taken.
    pub(crate) at: Timestamp,
    /// What is decided.
    pub(crate) kind: DecisionKind,
}

/// What finance decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DecisionKind {
    /// Settles an order that was paid offline.
    Settle {
        /// The completed order.
        order_id: String,
    },
    /// Approves a withdrawal that was paid out.
    ApproveWithdrawal {
        /// The withdrawal.
        id: String,
        /// The bank's or wallet's reference of the transfer.
        reference: String,
    },
    /// Rejects a withdrawal.
    RejectWithdrawal {
        /// The withdrawal.
        id: String,
        /// Why.
        reason: String,
    },
}

/// A moment in milliseconds since 1970, which `jiff` can represent.
fn timestamp(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX)
}
