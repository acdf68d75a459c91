//! A payment that stands for itself: scanned or surplus (domain §3, §6).

use events_schema::terms::Method;
use events_schema::{Event, Id, Money, Position, Recorded, Text};
use serde::{Deserialize, Serialize};

use super::FoldError;

/// A received or surplus payment as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Where its first event stands.
    pub birth: Position,
    /// Where its last event stands.
    pub last: Position,
    /// Its id.
    pub payment_id: Id,
    /// How it was paid, and is refunded.
    pub method: Method,
    /// How much it was.
    pub amount: Money,
    /// The order that it was meant for, when it is a surplus.
    pub surplus_of: Option<SurplusOf>,
    /// How much of it was given back.
    pub refunded: Money,
    /// The ids of its refunds.
    pub refund_ids: Vec<Id>,
}

/// The order that a surplus payment was meant for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurplusOf {
    /// Its birth.
    pub order: Position,
    /// Its id.
    pub order_id: Id,
    /// Its number.
    pub order_no: Text,
}

impl Payment {
    pub(super) fn begin(recorded: &Recorded) -> Option<Self> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these two events make a payment")]
        let (payment_id, method, amount, surplus_of) = match &recorded.event {
            Event::PaymentReceived(e) => (&e.payment_id, e.method, e.amount, None),
            Event::SurplusReceived(e) => {
                let (order_id, order_no) = (e.order_id.clone(), e.order_no.clone());
                (&e.payment_id, e.method, e.amount, Some(SurplusOf { order: e.order, order_id, order_no }))
            }
            _ => return None,
        };
        Some(Self {
            birth: recorded.position,
            last: recorded.position,
            payment_id: payment_id.clone(),
            method,
            amount,
            surplus_of,
            refunded: Money::ZERO,
            refund_ids: Vec::new(),
        })
    }

    pub(super) fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        let Event::PaymentRefunded(refunded) = &recorded.event else { return Err(FoldError::of(recorded)) };
        self.refunded += refunded.amount;
        self.refund_ids.push(refunded.refund_id.clone());
        Ok(())
    }
}
