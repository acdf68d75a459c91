//! A withdrawal (domain §9).

use compact_str::CompactString;
use events_schema::recorded::withdrawal::WithdrawalRequested;
use events_schema::terms::WithdrawalState;
use events_schema::{Event, Position, Recorded, Text, Timestamp};
use serde::{Deserialize, Serialize};

use super::FoldError;

/// A withdrawal as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Where its first event stands.
    pub birth: Position,
    /// Where its last event stands.
    pub last: Position,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// What was asked for; never changes.
    pub facts: Box<WithdrawalRequested>,
    /// Where it stands.
    pub state: WithdrawalState,
    /// When it was decided: paid or rejected.
    pub decided_at: Option<Timestamp>,
    /// What the bank or platform calls the transfer.
    pub reference: Option<Text>,
    /// Why it was rejected, or why the gateway could not transfer it.
    pub reason: Option<CompactString>,
}

impl Withdrawal {
    pub(super) fn begin(recorded: &Recorded) -> Option<Self> {
        let Event::WithdrawalRequested(facts) = &recorded.event else { return None };
        Some(Self {
            birth: recorded.position,
            last: recorded.position,
            requested_at: recorded.occurred_at,
            facts: facts.clone(),
            state: WithdrawalState::Pending,
            decided_at: None,
            reference: None,
            reason: None,
        })
    }

    pub(super) fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "other events do not happen to a withdrawal")]
        match &recorded.event {
            Event::WithdrawalApproved(_) => self.state = WithdrawalState::Approved,
            Event::WithdrawalPaid(paid) => {
                self.state = WithdrawalState::Paid;
                self.decided_at = Some(recorded.occurred_at);
                self.reference.clone_from(&paid.reference);
                self.reason = None;
            }
            Event::WithdrawalRejected(rejected) => {
                self.state = WithdrawalState::Rejected;
                self.decided_at = Some(recorded.occurred_at);
                self.reason = rejected.reason.text().map(CompactString::new);
            }
            Event::TransferFailed(failed) => {
                self.state = WithdrawalState::Pending;
                self.reason = failed.failure.text().map(CompactString::new);
            }
            _ => return Err(FoldError::of(recorded)),
        }
        Ok(())
    }
}
