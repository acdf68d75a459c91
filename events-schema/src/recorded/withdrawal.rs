//! Events of a withdrawal (提现).

use serde::{Deserialize, Serialize};

use super::Personal;
use crate::terms::{PayeeKind, WithdrawalMethod};
use crate::{Id, Money, Text};

/// Somebody asked for money (提现申请): the immutable facts of a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalRequested {
    /// The id of the withdrawal.
    pub withdrawal_id: Id,
    /// Who asked.
    pub payee: Payee,
    /// How much.
    pub amount: Money,
    /// How it shall be paid out.
    pub method: WithdrawalMethod,
    /// Where to.
    pub account: Personal,
}

/// Who withdraws, as it was at the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payee {
    /// Supplier, distributor or member.
    pub kind: PayeeKind,
    /// The id of that supplier, distributor or member.
    pub id: Id,
    /// The name.
    pub name: Personal,
    /// The phone.
    pub phone: Option<Personal>,
}

/// Finance approved; the payout gateway transfers (转账中).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalApproved {
    /// What finance noted.
    pub note: Option<Personal>,
}

/// The money went out (已提现).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalPaid {
    /// What the bank or platform calls the transfer.
    pub reference: Option<Text>,
    /// What finance noted.
    pub note: Option<Personal>,
}

/// Finance refused (未通过): the funds come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalRejected {
    /// Why.
    pub reason: Personal,
}

/// The payout gateway could not transfer: the withdrawal is pending again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferFailed {
    /// What the gateway said.
    pub failure: Personal,
}
