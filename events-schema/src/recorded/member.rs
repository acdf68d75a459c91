//! Events of a member and the member's balance (余额). Every change is an amount over zero; its sign is the event's.

use serde::{Deserialize, Serialize};

use super::Personal;
use crate::terms::{Gender, Method};
use crate::{Id, Money, Position, Text};

/// A member registered: the balance opens at zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRegistered {
    /// The id of the member.
    pub member_id: Id,
    /// The phone of the member.
    pub phone: Personal,
    /// The gender of the member.
    pub gender: Gender,
}

/// Money came in for the balance (充值).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceRecharged {
    /// The id of the payment, unique over all payments.
    pub payment_id: Id,
    /// How it was paid; never by balance.
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// Money of the balance was paid back (充值退款).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RechargeRefunded {
    /// The id of this refund, unique over all payments.
    pub payment_id: Id,
    /// How it was paid back; never by balance.
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// The platform gave balance away (赠送).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceGifted {
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: Option<Personal>,
}

/// The platform took balance away (扣除).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceDeducted {
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: Option<Personal>,
}

/// An order was paid from the balance (消费).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceConsumed {
    /// How much.
    pub amount: Money,
    /// The order, by its birth.
    pub order: Position,
}

/// A refund of such an order came back to the balance (消费退款).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumptionRefunded {
    /// How much: the actual refund.
    pub amount: Money,
    /// The order, by its birth.
    pub order: Position,
}

/// Balance was set aside for a withdrawal (提现).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BalanceWithdrawn {
    /// How much.
    pub amount: Money,
    /// The withdrawal, by its birth.
    pub withdrawal: Position,
}

/// A rejected withdrawal came back to the balance (提现退回).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalReturned {
    /// How much.
    pub amount: Money,
    /// The withdrawal, by its birth.
    pub withdrawal: Position,
}
