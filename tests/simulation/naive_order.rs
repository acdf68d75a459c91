//! An order folded naively, straight from the words of the contract.

use events_schema::recorded::order::{OrderPaid, OrderPlaced};
use events_schema::terms::{Confirmation, Method, Term};
use events_schema::{Event, Money, Recorded};

/// The nine statuses in the order of the reports.
const STATUSES: [&str; 9] = [
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
    birth: u64,
    last: u64,
    pub(crate) placed_at: i64,
    placed: OrderPlaced,
    status: &'static str,
    before_review: &'static str,
    used: u32,
    payment: Option<(OrderPaid, i64)>,
    refunds: Vec<NaiveRefund>,
    completed_at: Option<i64>,
    due_at: Option<i64>,
    settled_at: Option<i64>,
}

#[derive(Clone, Debug)]
struct NaiveRefund {
    id: String,
    requested_at: i64,
    decided_at: Option<i64>,
    amount: i64,
    fee: i64,
    state: &'static str,
    method: Option<Method>,
}

impl NaiveOrder {
    pub(crate) fn place(recorded: &Recorded, placed: &OrderPlaced) -> Self {
        let confirm_first = placed.confirmation == Confirmation::BeforePayment;
        Self {
            birth: recorded.position.get(),
            last: recorded.position.get(),
            placed_at: recorded.occurred_at.micros(),
            placed: placed.clone(),
            status: if confirm_first { "awaiting_confirmation" } else { "awaiting_payment" },
            before_review: "",
            used: 0,
            payment: None,
            refunds: Vec::new(),
            completed_at: None,
            due_at: None,
            settled_at: None,
        }
    }

    pub(crate) fn fold(&mut self, recorded: &Recorded) {
        let at = recorded.occurred_at.micros();
        self.last = recorded.position.get();
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
            Event::OrderShipped(_) => self.status = "shipped",
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

    fn paid(&self) -> i64 {
        self.payment.as_ref().map_or(0, |(paid, _)| paid.amount.minor())
    }

    fn completed_refunds(&self) -> impl Iterator<Item = &NaiveRefund> {
        self.refunds.iter().filter(|refund| refund.state == "completed")
    }

    fn gross(&self) -> i64 {
        self.completed_refunds().map(|refund| refund.amount).sum()
    }

    fn discount(&self) -> i64 {
        self.placed.discounts.iter().map(|discount| discount.amount.minor()).sum()
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

    fn cost_now(&self) -> i64 {
        let cost = self.placed.supplier.as_ref().map_or(self.placed.quoted_cost, |supplier| supplier.cost);
        self.remains(cost.minor())
    }

    fn commission_now(&self) -> i64 {
        self.placed.commissions.iter().map(|line| self.remains(line.amount.minor())).sum()
    }

    /// Its row in `orders`, as far as it is compared: see [`super::tables`].
    pub(crate) fn row(&self) -> String {
        let payment = self.payment.as_ref();
        let number = |number: Option<i64>| number.map_or("-".to_owned(), |number| number.to_string());
        let mut row = vec![
            self.birth.to_string(),
            self.last.to_string(),
            self.placed.order_id.to_string(),
            self.status.to_owned(),
            self.used.to_string(),
            (self.placed.amount.minor() - self.discount()).to_string(),
            number(payment.map(|(_, at)| *at)),
            payment.map_or("-".to_owned(), |(paid, _)| paid.payment_id.to_string()),
            payment.map_or("-".to_owned(), |(paid, _)| paid.method.as_str().to_owned()),
            self.paid().to_string(),
            self.gross().to_string(),
            number(self.completed_at),
            number(self.due_at),
            number(self.settled_at),
            self.cost_now().to_string(),
            self.commission_now().to_string(),
        ];
        row.extend(self.figures().map(|figure| figure.to_string()));
        row.join("|")
    }

    /// Its rows in `refunds`.
    pub(crate) fn refund_rows(&self) -> Vec<String> {
        let row = |(ordinal, refund): (usize, &NaiveRefund)| {
            let NaiveRefund { id, requested_at, decided_at, amount, fee, state, method } = refund;
            let decided_at = decided_at.map_or("-".to_owned(), |at| at.to_string());
            let method = method.map_or("-", Term::as_str);
            format!(
                "{}|{ordinal}|{id}|{requested_at}|{decided_at}|{amount}|{fee}|{state}|{method}",
                self.birth
            )
        };
        self.refunds.iter().enumerate().map(row).collect()
    }

    /// What it adds to the figures of the sales report, but for its status.
    fn figures(&self) -> [i64; 12] {
        let paid = i64::from(self.payment.is_some());
        let consumed = i64::from(self.completed_at.is_some());
        let completed = i64::from(self.status == "completed");
        let left = self.paid() - self.gross();
        let fees: i64 = self.completed_refunds().map(|refund| refund.fee).sum();
        [
            paid,
            i64::from(self.completed_refunds().count() > 0),
            paid * self.placed.amount.minor(),
            paid * self.discount(),
            paid * (1 - consumed) * left,
            consumed * left,
            self.gross() - fees,
            fees,
            completed * left,
            completed * self.cost_now(),
            completed * self.commission_now(),
            completed * Money::minor(self.placed.freight),
        ]
    }

    /// What it adds to a cell.
    pub(crate) fn cell(&self) -> Vec<i64> {
        let figures = self.figures();
        let payable = self.placed.amount.minor() - self.discount();
        let mut cell = vec![1, figures[0], figures[1]];
        cell.extend(STATUSES.map(|status| i64::from(status == self.status)));
        cell.extend(STATUSES.map(|status| if status == self.status { payable } else { 0 }));
        cell.extend(&figures[2..]);
        cell
    }
}
