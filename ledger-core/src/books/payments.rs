//! Decisions about payments that stand for themselves (domain §3 surplus, §6).

use events_schema::recorded::parked::WaitsFor;
use events_schema::recorded::payment::{PaymentReceived, PaymentRefunded};
use events_schema::{EntityKind, Event, Id, Timestamp};

use super::draft::{Decided, Drafts, NotNow, ensure};
use super::{Books, Rejection};
use crate::directory::Namespace;

impl Books {
    /// Payment ids are unique over all payments and recharge refunds.
    pub(super) fn ensure_new_payment(&self, payment_id: &Id) -> Result<(), NotNow> {
        ensure(self.directory.find(Namespace::Payment, payment_id)?.is_none(), Rejection::PaymentExists)
    }

    pub(super) fn receive_payment(&self, received: &PaymentReceived, at: Timestamp) -> Decided {
        ensure(!received.amount.is_zero(), Rejection::AmountIsZero)?;
        self.ensure_new_payment(&received.payment_id)?;
        Ok(Drafts::begin(EntityKind::Payment, at, Event::PaymentReceived(received.clone())))
    }

    pub(super) fn refund_payment(
        &self,
        payment_id: &Id,
        refunded: &PaymentRefunded,
        at: Timestamp,
    ) -> Decided {
        // An id that paid an order or a recharge stands in the directory too, but is no payment of its own.
        let payment = match self.directory.find(Namespace::Payment, payment_id)? {
            Some(birth) => self.entities.payment(birth)?,
            None => None,
        };
        let payment = payment.ok_or_else(|| NotNow::Park(WaitsFor::Payment(payment_id.clone())))?;
        ensure(!refunded.amount.is_zero(), Rejection::AmountIsZero)?;
        ensure(!payment.refund_ids.contains(&refunded.refund_id), Rejection::RefundExists)?;
        ensure(payment.refunded + refunded.amount <= payment.amount, Rejection::RefundExceedsPaid)?;
        let event = Event::PaymentRefunded(refunded.clone());
        Ok(Drafts::of(EntityKind::Payment, payment.birth, at, event))
    }
}
