//! Decisions about orders, but for refunds (domain §3). Checks run from left to right of the contract's table.

use events_schema::recorded::member::BalanceConsumed;
use events_schema::recorded::order::{
    Completion, OrderClosed, OrderCompleted, OrderConfirmed, OrderFacts, OrderPaid, OrderShipped,
    OrderVerified,
};
use events_schema::recorded::parked::WaitsFor;
use events_schema::recorded::payment::SurplusReceived;
use events_schema::terms::{Confirmation, Method, OrderStatus};
use events_schema::{EntityKind, Event, Id, Timestamp};

use super::draft::{Decided, Drafts, NotNow, ensure};
use super::{Books, Rejection};
use crate::directory::Namespace;
use crate::entities::Order;
use crate::recall::Missing;

impl Books {
    /// The order called `order_id`; what asks for an unknown one waits for it.
    pub(super) fn order(&self, order_id: &Id) -> Result<&Order, NotNow> {
        self.known_order(order_id)?.ok_or_else(|| wait(order_id))
    }

    /// The order called `order_id`, if it was placed.
    pub(super) fn known_order(&self, order_id: &Id) -> Result<Option<&Order>, Missing> {
        match self.directory.find(Namespace::Order, order_id)? {
            Some(birth) => self.entities.order(birth),
            None => Ok(None),
        }
    }

    pub(super) fn place_order(&self, facts: &OrderFacts, at: Timestamp) -> Decided {
        let known = self.directory.find(Namespace::Order, &facts.order_id)?.is_some();
        ensure(!known, Rejection::OrderExists)?;
        ensure(facts.discount() <= facts.amount, Rejection::DiscountsExceedAmount)?;
        Ok(Drafts::begin(EntityKind::Order, at, Event::OrderPlaced(facts.clone())))
    }

    pub(super) fn confirm_order(&self, order_id: &Id, at: Timestamp) -> Decided {
        use OrderStatus as S;
        let order = self.order(order_id)?;
        let figures = &order.figures;
        match (figures.status, figures.status_before_review) {
            (S::AwaitingConfirmation | S::PaidAwaitingConfirmation, _) => {
                Ok(of(order, at, Event::OrderConfirmed(OrderConfirmed {})))
            }
            (S::AwaitingPayment | S::Closed, _) | (S::RefundReview, S::PaidAwaitingConfirmation)
                if order.facts.confirmation == Confirmation::AfterPayment =>
            {
                Err(wait(order_id))
            }
            _ => Err(Rejection::NotAwaitingConfirmation.into()),
        }
    }

    pub(super) fn close_order(&self, order_id: &Id, closed: &OrderClosed, at: Timestamp) -> Decided {
        let order = self.order(order_id)?;
        ensure(order.figures.status != OrderStatus::Closed, Rejection::AlreadyClosed)?;
        ensure(!order.figures.status.is_paid(), Rejection::AlreadyPaid)?;
        Ok(of(order, at, Event::OrderClosed(closed.clone())))
    }

    pub(super) fn pay_order(&self, order_id: &Id, paid: &OrderPaid, at: Timestamp) -> Decided {
        let order = self.order(order_id)?;
        let by_balance = paid.method == Method::Balance;
        if order.figures.status == OrderStatus::AwaitingConfirmation {
            return Err(wait(order_id));
        }
        if order.figures.status.is_paid() {
            ensure(!by_balance, Rejection::AlreadyPaid)?;
            ensure(!paid.amount.is_zero(), Rejection::AmountIsZero)?;
            return self.receive_surplus(order, paid, at);
        }
        if paid.amount != order.facts.payable() {
            ensure(!by_balance && !paid.amount.is_zero(), Rejection::AmountMismatch)?;
            return self.receive_surplus(order, paid, at);
        }
        self.ensure_new_payment(&paid.payment_id)?;
        let mut drafts = of(order, at, Event::OrderPaid(paid.clone()));
        if by_balance {
            let member = self.member(&order.facts.member_id)?;
            ensure(member.balance >= paid.amount, Rejection::InsufficientBalance)?;
            if !paid.amount.is_zero() {
                let consumed = BalanceConsumed { amount: paid.amount, order: order.birth };
                drafts.push(EntityKind::Member, member.birth, at, Event::BalanceConsumed(consumed));
            }
        }
        Ok(drafts)
    }

    /// 多收款: money that really came, is owed back, and changes nothing about the order.
    fn receive_surplus(&self, order: &Order, paid: &OrderPaid, at: Timestamp) -> Decided {
        self.ensure_new_payment(&paid.payment_id)?;
        let surplus = SurplusReceived {
            payment_id: paid.payment_id.clone(),
            method: paid.method,
            amount: paid.amount,
            channel_reference: paid.channel_reference.clone(),
            order: order.birth,
            order_id: order.facts.order_id.clone(),
            order_no: order.facts.order_no.clone(),
        };
        Ok(Drafts::begin(EntityKind::Payment, at, Event::SurplusReceived(surplus)))
    }

    /// The order, when it has been paid and confirmed and is not under review; else what asks for it waits.
    fn usable_order(&self, order_id: &Id) -> Result<&Order, NotNow> {
        use OrderStatus as S;
        let order = self.order(order_id)?;
        match order.figures.status {
            S::AwaitingConfirmation
            | S::AwaitingPayment
            | S::Closed
            | S::PaidAwaitingConfirmation
            | S::RefundReview => Err(wait(order_id)),
            S::AwaitingUse | S::Shipped | S::Completed | S::Refunded => Ok(order),
        }
    }

    pub(super) fn ship_order(&self, order_id: &Id, shipped: &OrderShipped, at: Timestamp) -> Decided {
        let order = self.usable_order(order_id)?;
        ensure(order.figures.status == OrderStatus::AwaitingUse, Rejection::NotAwaitingUse)?;
        Ok(of(order, at, Event::OrderShipped(shipped.clone())))
    }

    pub(super) fn verify_order(
        &self,
        order_id: &Id,
        packages: u32,
        at: Timestamp,
        now: Timestamp,
    ) -> Decided {
        let order = self.order_in_use(order_id)?;
        let left = order.facts.packages - order.figures.used_packages;
        ensure(packages <= left, Rejection::PackagesExceeded)?;
        let completion = (packages == left).then(|| self.completion(order, at));
        let verified = of(order, at, Event::OrderVerified(OrderVerified { packages, completion }));
        match completion {
            Some(completion) => self.complete(verified, order, completion, at, now),
            None => Ok(verified),
        }
    }

    pub(super) fn complete_order(&self, order_id: &Id, at: Timestamp, now: Timestamp) -> Decided {
        let order = self.order_in_use(order_id)?;
        let completion = self.completion(order, at);
        let completed = of(order, at, Event::OrderCompleted(OrderCompleted { completion }));
        self.complete(completed, order, completion, at, now)
    }

    fn order_in_use(&self, order_id: &Id) -> Result<&Order, NotNow> {
        let order = self.usable_order(order_id)?;
        let in_use = matches!(order.figures.status, OrderStatus::AwaitingUse | OrderStatus::Shipped);
        ensure(in_use, Rejection::NotAwaitingUse)?;
        Ok(order)
    }

    /// What goes with the completion of an order: commissions are earned (domain §8), and an order that is due
    /// already is settled in the same step (domain §7).
    fn complete(
        &self,
        mut drafts: Drafts,
        order: &Order,
        completion: Completion,
        at: Timestamp,
        now: Timestamp,
    ) -> Decided {
        let mut after = order.figures;
        after.complete(at, completion.settlement_due);
        self.push_commissions(&mut drafts, order, None, &after, at)?;
        self.push_automatic_settlement(&mut drafts, order, &after, now)?;
        Ok(drafts)
    }
}

/// Waits for the order called `order_id`.
pub(super) fn wait(order_id: &Id) -> NotNow {
    NotNow::Park(WaitsFor::Order(order_id.clone()))
}

/// One event of `order`.
pub(super) fn of(order: &Order, at: Timestamp, event: Event) -> Drafts {
    Drafts::of(EntityKind::Order, order.birth, at, event)
}
