//! An order folded naively, straight from the words of the contract.

use events_schema::recorded::order::{OrderPaid, OrderPlaced};
use events_schema::terms::{Confirmation, Method};
use events_schema::{Event, Recorded};

/// The nine statuses in the order of the reports.
pub(crate) const STATUSES: [&str; 9] = [
    "awaiting_confirmation",
    "awaiting_payment",
    "closed",
    "paid_awaiting_confirmation",
    "awaiting_use",
    "shipped",
    "completed",
    "refund_review",
    "refunded",
];

/// An order as it stands.
#[derive(Clone, Debug)]
pub(crate) struct NaiveOrder {
    /// The position of the event that placed it.
    pub(crate) birth: u64,
    pub(crate) placed_at: i64,
    pub(crate) placed: OrderPlaced,
    pub(crate) status: &'static str,
    before_review: &'static str,
    /// Packages that were used.
    pub(crate) used: u32,
    /// Whether it was shipped.
    shipped: bool,
    /// What was paid, and when.
    pub(crate) payment: Option<(OrderPaid, i64)>,
    /// In the order in which they were requested.
    pub(crate) refunds: Vec<NaiveRefund>,
    pub(crate) completed_at: Option<i64>,
    pub(crate) due_at: Option<i64>,
    pub(crate) settled_at: Option<i64>,
}

/// A refund as it stands.
#[derive(Clone, Debug)]
pub(crate) struct NaiveRefund {
    pub(crate) id: String,
    pub(crate) requested_at: i64,
    pub(crate) decided_at: Option<i64>,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    /// `in_review`, `rejected` or `completed`.
    pub(crate) state: &'static str,
    /// How it was paid back; nothing before.
    pub(crate) method: Option<Method>,
}

impl NaiveOrder {
    pub(crate) fn place(recorded: &Recorded, placed: &OrderPlaced) -> Self {
        let confirm_first = placed.confirmation == Confirmation::BeforePayment;
        Self {
            birth: recorded.position.get(),
            placed_at: recorded.occurred_at.micros(),
            placed: placed.clone(),
            status: if confirm_first { "awaiting_confirmation" } else { "awaiting_payment" },
            before_review: "",
            used: 0,
            shipped: false,
            payment: None,
            refunds: Vec::new(),
            completed_at: None,
            due_at: None,
            settled_at: None,
        }
    }

    pub(crate) fn fold(&mut self, recorded: &Recorded) {
        let at = recorded.occurred_at.micros();
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event happens to an order")]
        match &recorded.event {
            Event::OrderConfirmed(_) if self.payment.is_some() => self.status = "awaiting_use",
            Event::OrderConfirmed(_) => self.status = "awaiting_payment",
            Event::OrderClosed(_) => self.status = "closed",
            Event::OrderPaid(paid) => {
                let confirm = self.placed.confirmation == Confirmation::AfterPayment;
                self.status = if confirm { "paid_awaiting_confirmation" } else { "awaiting_use" };
                self.payment = Some((paid.clone(), at));
            }
            Event::OrderShipped(_) => (self.status, self.shipped) = ("shipped", true),
            Event::OrderVerified(verified) => {
                self.used += verified.packages;
                if self.used == self.placed.packages {
                    self.complete(at, verified.completion.and_then(|completion| completion.settlement_due));
                }
            }
            Event::OrderCompleted(completed) => self.complete(at, completed.completion.settlement_due),
            Event::RefundRequested(requested) => {
                self.before_review = self.status;
                self.status = "refund_review";
                self.refunds.push(NaiveRefund {
                    id: requested.refund_id.to_string(),
                    requested_at: at,
                    decided_at: None,
                    amount: requested.amount.minor(),
                    fee: requested.fee.minor(),
                    state: "in_review",
                    method: None,
                });
            }
            Event::RefundRejected(rejected) => self.decide_refund(&rejected.refund_id, "rejected", at, None),
            Event::RefundCompleted(completed) => {
                self.decide_refund(&completed.refund_id, "completed", at, completed.method);
            }
            Event::OrderSettled(_) => self.settled_at = Some(at),
            other => panic!("{other:?} happened to an order"),
        }
    }

    fn complete(&mut self, at: i64, due_at: Option<events_schema::Timestamp>) {
        self.status = "completed";
        self.completed_at = Some(at);
        self.due_at = due_at.map(events_schema::Timestamp::micros);
    }

    fn decide_refund(&mut self, id: &str, state: &'static str, at: i64, method: Option<Method>) {
        let paid_by = self.payment.as_ref().map(|(paid, _)| paid.method);
        let refund = self.refunds.iter_mut().find(|refund| refund.id == id).unwrap();
        refund.state = state;
        refund.decided_at = Some(at);
        if state == "completed" {
            refund.method = method.or(paid_by);
        }
        let all = state == "completed" && self.gross() == self.paid();
        self.status = if all { "refunded" } else { self.before_review };
    }

    /// The refund `id`: what its customer got, and how.
    pub(crate) fn refunded(&self, id: &str) -> (i64, Method) {
        let refund = self.refunds.iter().find(|refund| refund.id == id).unwrap();
        (refund.amount - refund.fee, refund.method.unwrap())
    }

    pub(crate) fn order_id(&self) -> &str {
        &self.placed.order_id
    }

    pub(crate) fn product_type(&self) -> &str {
        &self.placed.product.product_type
    }

    /// P of the contract.
    pub(crate) fn paid(&self) -> i64 {
        self.payment.as_ref().map_or(0, |(paid, _)| paid.amount.minor())
    }

    pub(crate) fn completed_refunds(&self) -> impl Iterator<Item = &NaiveRefund> {
        self.refunds.iter().filter(|refund| refund.state == "completed")
    }

    /// G of the contract.
    pub(crate) fn gross(&self) -> i64 {
        self.completed_refunds().map(|refund| refund.amount).sum()
    }

    /// Σ discounts.
    pub(crate) fn discount(&self) -> i64 {
        self.placed.discounts.iter().map(|discount| discount.amount.minor()).sum()
    }

    pub(crate) fn payable(&self) -> i64 {
        self.placed.amount.minor() - self.discount()
    }

    /// cost − round(cost × G / P), half away from zero; nothing once it is refunded.
    fn remains(&self, cost: i64) -> i64 {
        let (gross, paid) = (i128::from(self.gross()), i128::from(self.paid()));
        if self.status == "refunded" {
            return 0;
        }
        if paid == 0 {
            return cost;
        }
        let taken = (2 * i128::from(cost) * gross + paid).div_euclid(2 * paid);
        cost - i64::try_from(taken).unwrap()
    }

    /// The supplier's cost, or the quoted cost without one.
    pub(crate) fn cost(&self) -> i64 {
        self.placed.supplier.as_ref().map_or(self.placed.quoted_cost, |supplier| supplier.cost).minor()
    }

    pub(crate) fn cost_now(&self) -> i64 {
        self.remains(self.cost())
    }

    /// What it cost to send it, once it was shipped or completed.
    pub(crate) fn freight_owed(&self) -> i64 {
        if self.shipped || self.completed_at.is_some() { self.placed.freight.minor() } else { 0 }
    }

    /// What each commission line is now.
    pub(crate) fn lines_now(&self) -> Vec<i64> {
        self.placed.commissions.iter().map(|line| self.remains(line.amount.minor())).collect()
    }
}
