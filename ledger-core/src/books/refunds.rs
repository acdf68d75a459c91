//! Decisions about refunds of orders (domain §3).

use events_schema::recorded::funds::FundsSource;
use events_schema::recorded::member::ConsumptionRefunded;
use events_schema::recorded::order::{RefundCompleted, RefundRejected, RefundRequested};
use events_schema::terms::{Method, OrderStatus, RefundState};
use events_schema::{EntityKind, Event, Id, Timestamp};

use super::draft::{Decided, Drafts, NotNow, ensure};
use super::orders::{of, wait};
use super::{Books, Rejection};
use crate::entities::{Order, OrderFigures, Refund};
use crate::recall::Missing;

impl Books {
    pub(super) fn request_refund(
        &self,
        order_id: &Id,
        requested: &RefundRequested,
        at: Timestamp,
    ) -> Decided {
        use OrderStatus as S;
        let order = self.order(order_id)?;
        match order.figures.status {
            S::AwaitingConfirmation | S::AwaitingPayment | S::Closed | S::RefundReview => {
                return Err(wait(order_id));
            }
            S::Refunded => return Err(Rejection::OrderRefunded.into()),
            S::PaidAwaitingConfirmation | S::AwaitingUse | S::Shipped | S::Completed => {}
        }
        let of_nothing = requested.amount.is_zero() && !order.figures.paid.is_zero();
        ensure(requested.amount <= order.figures.left() && !of_nothing, Rejection::RefundExceedsPaid)?;
        ensure(requested.fee <= requested.amount, Rejection::FeeExceedsRefund)?;
        ensure(order.refund(&requested.refund_id).is_none(), Rejection::RefundExists)?;
        Ok(of(order, at, Event::RefundRequested(requested.clone())))
    }

    pub(super) fn reject_refund(
        &self,
        order_id: &Id,
        rejected: &RefundRejected,
        at: Timestamp,
        now: Timestamp,
    ) -> Decided {
        let (order, _) = self.refund_in_review(order_id, &rejected.refund_id)?;
        let mut drafts = of(order, at, Event::RefundRejected(rejected.clone()));
        let mut after = order.figures;
        after.end_review(at);
        self.push_automatic_settlement(&mut drafts, order, &after, now)?;
        Ok(drafts)
    }

    pub(super) fn complete_refund(
        &self,
        order_id: &Id,
        completed: &RefundCompleted,
        at: Timestamp,
        now: Timestamp,
    ) -> Decided {
        let (order, refund) = self.refund_in_review(order_id, &completed.refund_id)?;
        let by_balance = order.figures.method == Some(Method::Balance);
        let back_to_balance = completed.method.map_or(by_balance, |method| method == Method::Balance);
        ensure(by_balance == back_to_balance, Rejection::MethodMismatch)?;

        let mut drafts = of(order, at, Event::RefundCompleted(completed.clone()));
        if by_balance && !refund.actual().is_zero() {
            let member = self.member(&order.facts.member_id)?;
            let refunded = ConsumptionRefunded { amount: refund.actual(), order: order.birth };
            drafts.push(EntityKind::Member, member.birth, at, Event::ConsumptionRefunded(refunded));
        }
        let mut after = order.figures;
        after.refund(refund.amount, refund.fee, at);
        self.push_taken_back(&mut drafts, order, &after, at)?;
        self.push_automatic_settlement(&mut drafts, order, &after, now)?;
        Ok(drafts)
    }

    /// What a refund takes back of what is owed already: from the supplier once settled, from the distributors
    /// once the order was completed (domain §7, §8).
    fn push_taken_back(
        &self,
        drafts: &mut Drafts,
        order: &Order,
        after: &OrderFigures,
        at: Timestamp,
    ) -> Result<(), Missing> {
        let before = &order.figures;
        if let (Some(supplier), Some(_)) = (&order.facts.supplier, before.settled_at) {
            let change = after.remains(supplier.cost) - before.remains(supplier.cost);
            let source = FundsSource::Order(order.birth);
            drafts.push_funds(self, EntityKind::SupplierFunds, &supplier.id, change, source, at)?;
        }
        if before.is_consumed() {
            self.push_commissions(drafts, order, Some(before), after, at)?;
        }
        Ok(())
    }

    fn refund_in_review(&self, order_id: &Id, refund_id: &Id) -> Result<(&Order, &Refund), NotNow> {
        let order = self.order(order_id)?;
        let refund = order.refund(refund_id).ok_or_else(|| wait(order_id))?;
        ensure(refund.state == RefundState::InReview, Rejection::RefundDecided)?;
        Ok((order, refund))
    }
}
