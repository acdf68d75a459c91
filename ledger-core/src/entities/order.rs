//! An order: its facts, and the one fold of its events (domain §3).

use events_schema::recorded::order::{CommissionLine, OrderFacts, OrderPaid, OrderPlaced, RefundRequested};
use events_schema::terms::{
    CommissionState, Confirmation, Method, Mode, OrderStatus, RefundState, SettlementState,
};
use events_schema::{Event, Id, Money, Position, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

use super::FoldError;

/// An order as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Where its first event stands.
    pub birth: Position,
    /// Where its last event stands.
    pub last: Position,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// What was said when it was placed; never changes.
    pub facts: OrderFacts,
    /// Everything about it that changes and is small.
    pub figures: OrderFigures,
    /// How it was paid.
    pub payment: Option<Box<OrderPaid>>,
    /// Its refunds, in the order of their requests.
    pub refunds: Vec<Refund>,
}

/// What changes about an order: small, so that the state before an event is a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFigures {
    /// Where it stands.
    pub status: OrderStatus,
    /// Where it stood before the refund review it is in; its status otherwise.
    pub status_before_review: OrderStatus,
    /// How it was paid.
    pub method: Option<Method>,
    /// P: what was paid.
    pub paid: Money,
    /// G: the sum of completed refunds' amounts.
    pub refunded_gross: Money,
    /// The sum of completed refunds' fees.
    pub refund_fees: Money,
    /// Whether a refund was ever completed.
    pub returned: bool,
    /// How many packages were used.
    pub used_packages: u32,
    /// When it was paid.
    pub paid_at: Option<Timestamp>,
    /// Whether goods were sent, or the order completed: its freight is owed.
    pub freight_owed: bool,
    /// When it was completed; never changes again: the order is consumed.
    pub completed_at: Option<Timestamp>,
    /// When its settlement is due, by the rule as it stood at the completion.
    pub settlement_due: Option<Timestamp>,
    /// The time of the event that made it `completed` last.
    pub settleable_since: Option<Timestamp>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
}

/// A refund of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its id, unique in the order.
    pub refund_id: Id,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The part of the payment that it undoes (gross).
    pub amount: Money,
    /// What the platform keeps of it.
    pub fee: Money,
    /// Where it stands.
    pub state: RefundState,
    /// How it was paid back.
    pub method: Option<Method>,
}

impl Refund {
    /// 实际退款金额: what the customer gets.
    pub fn actual(&self) -> Money {
        self.amount - self.fee
    }
}

impl Order {
    pub(super) fn begin(recorded: &Recorded) -> Option<Self> {
        let Event::OrderPlaced(facts) = &recorded.event else { return None };
        let status = match facts.confirmation {
            Confirmation::BeforePayment => OrderStatus::AwaitingConfirmation,
            Confirmation::None | Confirmation::AfterPayment => OrderStatus::AwaitingPayment,
        };
        Some(Self {
            birth: recorded.position,
            last: recorded.position,
            placed_at: recorded.occurred_at,
            facts: facts.clone(),
            figures: OrderFigures::new(status),
            payment: None,
            refunds: Vec::new(),
        })
    }

    /// Folds one event of this order.
    pub(super) fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        let at = recorded.occurred_at;
        let figures = &mut self.figures;
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "events of other entities cannot be folded here, whichever they are"
        )]
        match &recorded.event {
            Event::OrderConfirmed(_) => {
                let paid = figures.status == OrderStatus::PaidAwaitingConfirmation;
                figures.stand(if paid { OrderStatus::AwaitingUse } else { OrderStatus::AwaitingPayment });
            }
            Event::OrderClosed(_) => figures.stand(OrderStatus::Closed),
            Event::OrderPaid(paid) => {
                let after_payment = self.facts.confirmation == Confirmation::AfterPayment;
                figures.pay(paid, at, after_payment);
                self.payment = Some(Box::new(paid.clone()));
            }
            Event::OrderShipped(_) => {
                figures.stand(OrderStatus::Shipped);
                figures.freight_owed = true;
            }
            Event::OrderVerified(verified) => {
                figures.used_packages += verified.packages;
                if let Some(completion) = verified.completion {
                    figures.complete(at, completion.settlement_due);
                }
            }
            Event::OrderCompleted(completed) => figures.complete(at, completed.completion.settlement_due),
            Event::RefundRequested(requested) => {
                figures.status_before_review = figures.status;
                figures.status = OrderStatus::RefundReview;
                self.refunds.push(Refund::new(requested, at));
            }
            Event::RefundRejected(rejected) => {
                figures.end_review(at);
                self.decide_refund(&rejected.refund_id, RefundState::Rejected, at, None, recorded)?;
            }
            Event::RefundCompleted(completed) => {
                let method = completed.method.or(figures.method);
                let (amount, fee) =
                    self.decide_refund(&completed.refund_id, RefundState::Completed, at, method, recorded)?;
                self.figures.refund(amount, fee, at);
            }
            Event::OrderSettled(_) => figures.settled_at = Some(at),
            _ => return Err(FoldError::of(recorded)),
        }
        Ok(())
    }

    fn decide_refund(
        &mut self,
        refund_id: &Id,
        state: RefundState,
        at: Timestamp,
        method: Option<Method>,
        recorded: &Recorded,
    ) -> Result<(Money, Money), FoldError> {
        let refund = self.refunds.iter_mut().find(|r| r.refund_id == *refund_id);
        let refund = refund.ok_or_else(|| FoldError::of(recorded))?;
        refund.state = state;
        refund.decided_at = Some(at);
        refund.method = method;
        Ok((refund.amount, refund.fee))
    }

    /// The refund called `refund_id`.
    pub fn refund(&self, refund_id: &Id) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.refund_id == *refund_id)
    }

    /// What the platform owes for this order now: it shrinks with partial refunds (`purchase_cost_now`).
    pub fn purchase_cost_now(&self) -> Money {
        self.figures.remains(self.facts.purchase_cost())
    }

    /// What a distributor earns by `line` now.
    pub fn commission_now(&self, line: &CommissionLine) -> Money {
        self.figures.remains(line.amount)
    }

    /// What all distributors earn now.
    pub fn commission_cost_now(&self) -> Money {
        self.figures.commissions(&self.facts)
    }

    /// The state of its settlement; none for an order that is unpaid or has no supplier (domain §7).
    pub fn settlement_state(&self) -> Option<SettlementState> {
        self.figures.settlement_state(&self.facts)
    }

    /// Whether it is completed, has a supplier and is not settled yet, so that somebody may settle it.
    pub fn is_settleable(&self) -> bool {
        self.facts.supplier.is_some() && self.figures.awaits_settlement()
    }

    /// When the clock settles it, if it does.
    pub fn automatic_settlement(&self) -> Option<Timestamp> {
        self.figures.automatic_settlement()
    }
}

impl Refund {
    fn new(requested: &RefundRequested, at: Timestamp) -> Self {
        Self {
            refund_id: requested.refund_id.clone(),
            requested_at: at,
            decided_at: None,
            amount: requested.amount,
            fee: requested.fee,
            state: RefundState::InReview,
            method: None,
        }
    }
}

impl OrderFigures {
    fn new(status: OrderStatus) -> Self {
        Self {
            status,
            status_before_review: status,
            method: None,
            paid: Money::ZERO,
            refunded_gross: Money::ZERO,
            refund_fees: Money::ZERO,
            returned: false,
            used_packages: 0,
            paid_at: None,
            freight_owed: false,
            completed_at: None,
            settlement_due: None,
            settleable_since: None,
            settled_at: None,
        }
    }

    /// P − G: what is left of the payment.
    pub fn left(&self) -> Money {
        self.paid - self.refunded_gross
    }

    /// Whether it was ever completed (consumed).
    pub const fn is_consumed(&self) -> bool {
        self.completed_at.is_some()
    }

    /// The state of the settlement of an order of these `facts`; none while it is unpaid, or without a supplier
    /// (domain §7).
    pub fn settlement_state(&self, facts: &OrderPlaced) -> Option<SettlementState> {
        (facts.supplier.is_some() && self.status.is_paid()).then_some(match self {
            Self { status: OrderStatus::Refunded, .. } => SettlementState::NonSettleable,
            Self { settled_at: Some(_), .. } => SettlementState::Settled,
            Self { .. } => SettlementState::Unsettled,
        })
    }

    /// The state of its commissions; none while it is unpaid (domain §8).
    pub fn commission_state(&self) -> Option<CommissionState> {
        self.status.is_paid().then_some(match self {
            Self { status: OrderStatus::Refunded, .. } => CommissionState::Cancelled,
            Self { completed_at: Some(_), .. } => CommissionState::Settled,
            Self { .. } => CommissionState::Unsettled,
        })
    }

    /// Whether it is completed and not settled yet.
    fn awaits_settlement(&self) -> bool {
        self.status == OrderStatus::Completed && self.settled_at.is_none()
    }

    /// When the clock settles an order that stands so, if it does: one paid online or by balance (domain §7). Without
    /// a supplier, nothing is ever due.
    pub fn automatic_settlement(&self) -> Option<Timestamp> {
        let offline = self.method.is_some_and(|method| method.mode() == Mode::Offline);
        if self.awaits_settlement() && !offline { self.settlement_due } else { None }
    }

    /// What remains of a cost after the refunds: `cost − round(cost × G / P)`, nothing once all is refunded.
    pub fn remains(&self, cost: Money) -> Money {
        if self.status == OrderStatus::Refunded {
            return Money::ZERO;
        }
        cost - cost.share(self.refunded_gross, self.paid)
    }

    /// What remains of all commissions on an order of these `facts`.
    pub fn commissions(&self, facts: &OrderPlaced) -> Money {
        facts.commissions.iter().map(|line| self.remains(line.amount)).sum()
    }

    fn stand(&mut self, status: OrderStatus) {
        self.status = status;
        self.status_before_review = status;
    }

    fn pay(&mut self, paid: &OrderPaid, at: Timestamp, confirm_first: bool) {
        self.stand(if confirm_first {
            OrderStatus::PaidAwaitingConfirmation
        } else {
            OrderStatus::AwaitingUse
        });
        self.method = Some(paid.method);
        self.paid = paid.amount;
        self.paid_at = Some(at);
    }

    pub(crate) fn complete(&mut self, at: Timestamp, settlement_due: Option<Timestamp>) {
        self.stand(OrderStatus::Completed);
        self.completed_at = Some(at);
        self.settleable_since = Some(at);
        self.settlement_due = settlement_due;
        self.freight_owed = true;
    }

    /// The review is over, the order stands where it stood before.
    pub(crate) fn end_review(&mut self, at: Timestamp) {
        self.stand(self.status_before_review);
        if self.status == OrderStatus::Completed {
            self.settleable_since = Some(at);
        }
    }

    /// A refund of `amount` (gross), of which `fee` is kept, is completed.
    pub(crate) fn refund(&mut self, amount: Money, fee: Money, at: Timestamp) {
        self.refunded_gross += amount;
        self.refund_fees += fee;
        self.returned = true;
        if self.refunded_gross == self.paid {
            self.stand(OrderStatus::Refunded);
        } else {
            self.end_review(at);
        }
    }
}
