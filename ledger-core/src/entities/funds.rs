//! The funds of a supplier or distributor: what the platform owes and may be withdrawn (domain §7, §8).

use events_schema::recorded::funds::{FundsCredited, FundsDebited, FundsSource};
use events_schema::{Event, Id, Money, Position, Recorded};
use serde::{Deserialize, Serialize};

use super::FoldError;

/// The funds of one payee as they stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Funds {
    /// Where their first event stands.
    pub birth: Position,
    /// Where their last event stands.
    pub last: Position,
    /// The id of the supplier or distributor.
    pub payee_id: Id,
    /// Settled or earned, less what was withdrawn; below zero where a refund took back what had been paid out.
    pub available: Money,
}

impl Funds {
    pub(super) fn begin(recorded: &Recorded) -> Option<Self> {
        let Event::FundsOpened(opened) = &recorded.event else { return None };
        Some(Self {
            birth: recorded.position,
            last: recorded.position,
            payee_id: opened.payee_id.clone(),
            available: Money::ZERO,
        })
    }

    /// What moves funds by `event`; nothing where it only opens them.
    pub(super) const fn source(event: &Event) -> Option<FundsSource> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "other events do not move funds")]
        match event {
            Event::FundsCredited(FundsCredited { source, .. })
            | Event::FundsDebited(FundsDebited { source, .. }) => Some(*source),
            _ => None,
        }
    }

    pub(super) fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "other events do not move funds")]
        match &recorded.event {
            Event::FundsCredited(e) => self.available += e.amount,
            Event::FundsDebited(e) => self.available -= e.amount,
            _ => return Err(FoldError::of(recorded)),
        }
        Ok(())
    }
}
