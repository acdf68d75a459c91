//! Withdrawals, as they stand (domain §9).

use events_schema::recorded::withdrawal::WithdrawalRequested;
use events_schema::{Event, Recorded};

use super::balances::text;
use super::rows::Rows;

/// A withdrawal.
#[derive(Debug)]
pub(crate) struct Withdrawal {
    pub(crate) birth: u64,
    pub(crate) asked: WithdrawalRequested,
    pub(crate) requested_at: i64,
    /// `pending`, `approved`, `paid` or `rejected`.
    pub(crate) state: &'static str,
    /// When it was paid or rejected.
    pub(crate) decided_at: Option<i64>,
    pub(crate) reference: Option<String>,
    /// Why it was rejected, or could not be transferred when that was tried last.
    pub(crate) reason: Option<String>,
}

impl Rows {
    pub(super) fn fold_withdrawal(&mut self, recorded: &Recorded) {
        if let Event::WithdrawalRequested(asked) = &recorded.event {
            self.withdrawals.push(Withdrawal {
                birth: recorded.position.get(),
                asked: (**asked).clone(),
                requested_at: recorded.occurred_at.micros(),
                state: "pending",
                decided_at: None,
                reference: None,
                reason: None,
            });
            return;
        }
        let (birth, at) = (recorded.entity.birth.get(), Some(recorded.occurred_at.micros()));
        let Some(withdrawal) = self.withdrawals.iter_mut().find(|withdrawal| withdrawal.birth == birth)
        else {
            return;
        };
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else happens to a withdrawal")]
        match &recorded.event {
            Event::WithdrawalApproved(_) => withdrawal.state = "approved",
            Event::WithdrawalPaid(paid) => {
                (withdrawal.state, withdrawal.decided_at) = ("paid", at);
                withdrawal.reference = paid.reference.as_ref().map(ToString::to_string);
                withdrawal.reason = None;
            }
            Event::WithdrawalRejected(rejected) => {
                (withdrawal.state, withdrawal.decided_at) = ("rejected", at);
                withdrawal.reason = Some(text(&rejected.reason));
            }
            Event::TransferFailed(failed) => {
                withdrawal.state = "pending";
                withdrawal.reason = Some(text(&failed.failure));
            }
            other => panic!("{other:?} happened to a withdrawal"),
        }
    }

    /// The withdrawal born at `birth`.
    pub(super) fn withdrawal(&self, birth: u64) -> &Withdrawal {
        self.withdrawals.iter().find(|withdrawal| withdrawal.birth == birth).unwrap()
    }
}
