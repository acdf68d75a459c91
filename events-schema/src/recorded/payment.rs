//! Events of a payment that stands for itself: scanned (扫码收款), or surplus (多收款).

use serde::{Deserialize, Serialize};

use super::Personal;
use crate::terms::Method;
use crate::{Id, Money, Position, Text};

/// Money was received without an order (扫码收款).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReceived {
    /// The id of the payment, unique over all payments.
    pub payment_id: Id,
    /// How it was paid; never by balance.
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
    /// What it was for.
    pub note: Option<Personal>,
}

/// Money was received for an order that was paid already, or in another amount than its payable (多收款): it is
/// owed back to the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurplusReceived {
    /// The id of the payment, unique over all payments.
    pub payment_id: Id,
    /// How it was paid; never by balance.
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
    /// The order it was meant for, by its birth.
    pub order: Position,
    /// The id of that order.
    pub order_id: Id,
    /// The number of that order.
    pub order_no: Text,
}

/// A part of a received or surplus payment was given back, by the payment's own method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRefunded {
    /// The id of the refund, unique for the payment.
    pub refund_id: Id,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}
