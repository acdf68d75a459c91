//! Rows of orders, their refunds, commissions and verifications: the definitions of the contract, word for word.

use std::collections::BTreeMap;

use events_schema::recorded::order::{OrderFacts, OrderPaid};
use events_schema::{Event, Id, Recorded, Timestamp};

use super::{Tables, put};

/// All orders by their births.
#[derive(Default)]
pub(super) struct Orders(pub(super) BTreeMap<i64, Order>);

/// An order as it stands.
pub(super) struct Order {
    pub(super) facts: OrderFacts,
    pub(super) payment: Option<OrderPaid>,
    pub(super) refunds: Vec<Refund>,
    placed_at: i64,
    status: &'static str,
    status_before_review: &'static str,
    used: i64,
    /// Whether it was shipped.
    sent: bool,
    paid_at: Option<i64>,
    pub(super) completed_at: Option<i64>,
    due: Option<i64>,
    pub(super) settled_at: Option<i64>,
}

/// A refund as it stands.
pub(super) struct Refund {
    pub(super) id: Id,
    pub(super) amount: i64,
    pub(super) fee: i64,
    pub(super) method: Option<String>,
    requested_at: i64,
    decided_at: Option<i64>,
    pub(super) state: &'static str,
}

impl Orders {
    /// What an event makes of its order, and of the rows.
    pub(super) fn take(&mut self, recorded: &Recorded, tables: &mut Tables) {
        let (birth, at) = (recorded.entity.birth.as_i64(), recorded.occurred_at.micros());
        if let Event::OrderPlaced(facts) = &recorded.event {
            self.0.insert(birth, Order::new(facts, at));
        }
        let Some(order) = self.0.get_mut(&birth) else { return };
        let was_completed = order.completed_at.is_some();
        order.take(&recorded.event, at);
        order.put_facts(birth, tables);
        order.put_state(birth, recorded.position.as_i64(), tables);
        order.put_figures(birth, tables);
        order.put_refunds(birth, tables);
        order.put_commissions(birth, tables);
        if !was_completed && order.completed_at.is_some() {
            order.put_verification(birth, recorded.position.as_i64(), tables);
        }
    }
}

impl Order {
    fn new(facts: &OrderFacts, placed_at: i64) -> Self {
        let first = facts.confirmation.to_string() == "before_payment";
        let status = if first { "awaiting_confirmation" } else { "awaiting_payment" };
        Self {
            facts: OrderFacts::clone(facts),
            payment: None,
            refunds: Vec::new(),
            placed_at,
            status,
            status_before_review: status,
            used: 0,
            sent: false,
            paid_at: None,
            completed_at: None,
            due: None,
            settled_at: None,
        }
    }

    fn take(&mut self, event: &Event, at: i64) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "other events do not happen to an order")]
        match event {
            Event::OrderConfirmed(_) if self.status == "awaiting_confirmation" => {
                self.status = "awaiting_payment";
            }
            Event::OrderConfirmed(_) => self.status = "awaiting_use",
            Event::OrderClosed(_) => self.status = "closed",
            Event::OrderPaid(paid) => {
                let after = self.facts.confirmation.to_string() == "after_payment";
                self.status = if after { "paid_awaiting_confirmation" } else { "awaiting_use" };
                (self.payment, self.paid_at) = (Some(paid.clone()), Some(at));
            }
            Event::OrderShipped(_) => (self.status, self.sent) = ("shipped", true),
            Event::OrderVerified(verified) => {
                self.used += i64::from(verified.packages);
                if let Some(completion) = verified.completion {
                    self.complete(at, completion.settlement_due.map(Timestamp::micros));
                }
            }
            Event::OrderCompleted(done) => {
                self.complete(at, done.completion.settlement_due.map(Timestamp::micros));
            }
            Event::RefundRequested(asked) => {
                (self.status_before_review, self.status) = (self.status, "refund_review");
                self.refunds.push(Refund {
                    id: asked.refund_id.clone(),
                    amount: asked.amount.minor(),
                    fee: asked.fee.minor(),
                    method: None,
                    requested_at: at,
                    decided_at: None,
                    state: "in_review",
                });
            }
            Event::RefundRejected(rejected) => {
                self.decide(&rejected.refund_id, "rejected", None, at);
                self.status = self.status_before_review;
            }
            Event::RefundCompleted(done) => {
                let method = done.method.or(self.payment.as_ref().map(|payment| payment.method));
                self.decide(&done.refund_id, "completed", method.map(|method| method.to_string()), at);
                let all = self.gross() == self.paid();
                self.status = if all { "refunded" } else { self.status_before_review };
            }
            Event::OrderSettled(_) => self.settled_at = Some(at),
            _ => {}
        }
    }

    fn complete(&mut self, at: i64, due: Option<i64>) {
        (self.status, self.completed_at, self.due) = ("completed", Some(at), due);
    }

    fn decide(&mut self, id: &Id, state: &'static str, method: Option<String>, at: i64) {
        let refund = self.refunds.iter_mut().find(|refund| refund.id == *id).unwrap();
        (refund.state, refund.method, refund.decided_at) = (state, method, Some(at));
    }

    fn is_paid(&self) -> bool {
        !["awaiting_confirmation", "awaiting_payment", "closed"].contains(&self.status)
    }

    pub(super) fn paid(&self) -> i64 {
        self.payment.as_ref().map_or(0, |payment| payment.amount.minor())
    }

    /// Of the completed refunds, the sum of `part`.
    fn completed(&self, part: impl Fn(&Refund) -> i64) -> i64 {
        self.refunds.iter().filter(|refund| refund.state == "completed").map(part).sum()
    }

    pub(super) fn gross(&self) -> i64 {
        self.completed(|refund| refund.amount)
    }

    /// What is left of a cost: cost − round(cost × G / P).
    pub(super) fn shrunk(&self, cost: i64) -> i64 {
        match self.paid() {
            _ if self.status == "refunded" => 0,
            0 => cost,
            paid => cost - (2 * cost * self.gross() + paid) / (2 * paid),
        }
    }

    pub(super) fn cost(&self) -> i64 {
        self.facts.supplier.as_ref().map_or(self.facts.quoted_cost, |supplier| supplier.cost).minor()
    }

    fn discount(&self) -> i64 {
        self.facts.discounts.iter().map(|discount| discount.amount.minor()).sum()
    }

    /// The commissions as they were, and as they are now.
    pub(super) fn commissions(&self) -> (i64, i64) {
        let amounts = || self.facts.commissions.iter().map(|line| line.amount.minor());
        (amounts().sum(), amounts().map(|amount| self.shrunk(amount)).sum())
    }

    fn put_facts(&self, birth: i64, tables: &mut Tables) {
        let facts = &self.facts;
        let discounts: Vec<_> = facts
            .discounts
            .iter()
            .map(|discount| format!(r#"{{"kind":"{}","amount":"{}"}}"#, discount.kind, discount.amount))
            .collect();
        let discounts = (!discounts.is_empty()).then(|| format!("[{}]", discounts.join(",")));
        let travellers = facts.travellers;
        put(
            tables.row("orders", &["birth"], [birth, 0]),
            [
                ("order_id", &facts.order_id.as_str()),
                ("order_no", &facts.order_no.as_str()),
                ("member_id", &facts.member_id.as_str()),
                ("source", &facts.source.to_string().as_str()),
                ("product_id", &facts.product.id.as_str()),
                ("product_name", &facts.product.name.as_str()),
                ("product_type", &facts.product.product_type.as_str()),
                ("packages", &i64::from(facts.packages)),
                ("confirmation", &facts.confirmation.to_string().as_str()),
                ("placed_at", &self.placed_at),
                ("amount", &facts.amount.minor()),
                ("discounts", &discounts.as_deref()),
                ("payable", &(facts.amount.minor() - self.discount())),
                ("supplier_id", &facts.supplier.as_ref().map(|supplier| supplier.id.as_str())),
                ("purchase_cost_original", &self.cost()),
                ("freight", &facts.freight.minor()),
                ("male_travellers", &i64::from(travellers.male)),
                ("female_travellers", &i64::from(travellers.female)),
                ("unknown_travellers", &i64::from(travellers.unknown)),
            ],
        );
    }

    fn put_state(&self, birth: i64, position: i64, tables: &mut Tables) {
        let payment = self.payment.as_ref();
        let (original, now) = self.commissions();
        let (refunded, has_supplier) = (self.status == "refunded", self.facts.supplier.is_some());
        let settlement = (self.is_paid() && has_supplier).then_some(match self.settled_at {
            _ if refunded => "non_settleable",
            Some(_) => "settled",
            None => "unsettled",
        });
        let settled = if refunded { self.cost() } else { self.shrunk(self.cost()) };
        let commission = self.commission_state().filter(|_| original > 0);
        let earned = if refunded { original } else { now };
        put(
            tables.row("order_states", &["birth"], [birth, 0]),
            [
                ("position", &position),
                ("placed_at", &self.placed_at),
                ("product_type", &self.facts.product.product_type.as_str()),
                ("supplier_id", &self.facts.supplier.as_ref().map(|supplier| supplier.id.as_str())),
                ("supplier_name", &self.facts.supplier.as_ref().map(|supplier| supplier.name.as_str())),
                ("status", &self.status),
                ("used_packages", &self.used),
                ("paid_at", &self.paid_at),
                ("payment_id", &payment.map(|payment| payment.payment_id.as_str())),
                ("payment_method", &payment.map(|payment| payment.method.to_string()).as_deref()),
                ("payment_reference", &payment.and_then(|payment| payment.channel_reference.as_deref())),
                ("paid", &self.paid()),
                ("refunded_gross", &self.gross()),
                ("completed_at", &self.completed_at),
                ("settlement_due_at", &self.due),
                ("settled_at", &self.settled_at),
                ("purchase_cost_now", &self.shrunk(self.cost())),
                ("commission_cost_now", &now),
                ("settlement_state", &settlement),
                ("settlement_amount", &settlement.map_or(0, |_| settled)),
                ("commission_state", &commission),
                ("commission_amount", &commission.map_or(0, |_| earned)),
            ],
        );
    }

    fn put_figures(&self, birth: i64, tables: &mut Tables) {
        let when = |condition: bool, amount: i64| if condition { amount } else { 0 };
        let (paid, sent) = (self.is_paid(), self.sent || self.completed_at.is_some());
        let (left, consumed) = (self.paid() - self.gross(), self.completed_at.is_some());
        let (returned, fees) = (self.completed(|_| 1) > 0, self.completed(|refund| refund.fee));
        put(
            tables.row("order_states", &["birth"], [birth, 0]),
            [
                ("paid_orders", &i64::from(paid)),
                ("returned_orders", &i64::from(returned)),
                ("consumed_orders", &i64::from(consumed)),
                ("sales_amount", &when(paid, self.facts.amount.minor())),
                ("discount_amount", &when(paid, self.discount())),
                ("prepaid_amount", &when(paid && !consumed, left)),
                ("realised_amount", &when(paid && consumed, left)),
                ("refunded_amount", &(self.gross() - fees)),
                ("refund_fee_amount", &fees),
                ("consumed_purchase_cost", &when(consumed, self.shrunk(self.cost()))),
                ("consumed_commission_cost", &when(consumed, self.commissions().1)),
                ("freight_expense", &when(sent, self.facts.freight.minor())),
            ],
        );
    }

    fn put_refunds(&self, birth: i64, tables: &mut Tables) {
        for (ordinal, refund) in (0..).zip(&self.refunds) {
            put(
                tables.row("refunds", &["order_birth", "ordinal"], [birth, ordinal]),
                [
                    ("refund_id", &refund.id.as_str()),
                    ("requested_at", &refund.requested_at),
                    ("product_type", &self.facts.product.product_type.as_str()),
                    ("amount", &refund.amount),
                    ("fee", &refund.fee),
                    ("decided_at", &refund.decided_at),
                    ("state", &refund.state),
                    ("method", &refund.method.as_deref()),
                ],
            );
        }
    }

    fn commission_state(&self) -> Option<&'static str> {
        self.is_paid().then_some(match self.completed_at {
            _ if self.status == "refunded" => "cancelled",
            Some(_) => "settled",
            None => "unsettled",
        })
    }

    fn put_commissions(&self, birth: i64, tables: &mut Tables) {
        let state = self.commission_state();
        let mut counted = Vec::new();
        for (ordinal, line) in (0..).zip(&self.facts.commissions) {
            let (id, original) = (line.distributor_id.as_str(), line.amount.minor());
            let counts = original > 0 && !counted.contains(&id);
            counted.extend(counts.then_some(id));
            let amount = if state == Some("cancelled") { original } else { self.shrunk(original) };
            put(
                tables.row("commissions", &["order_birth", "line"], [birth, ordinal]),
                [
                    ("placed_at", &self.placed_at),
                    ("product_type", &self.facts.product.product_type.as_str()),
                    ("distributor_id", &id),
                    ("distributor_name", &line.distributor_name.text().unwrap()),
                    ("original_amount", &original),
                    ("counts", &i64::from(counts)),
                    ("state", &state),
                    ("amount", &amount),
                    ("settled_at", &self.completed_at.filter(|_| state == Some("settled"))),
                ],
            );
        }
    }

    fn put_verification(&self, birth: i64, position: i64, tables: &mut Tables) {
        let cost = self.shrunk(self.cost()) + self.commissions().1 + self.facts.freight.minor();
        put(
            tables.row("verifications", &["position"], [position, 0]),
            [
                ("order_birth", &birth),
                ("completed_at", &self.completed_at),
                ("product_type", &self.facts.product.product_type.as_str()),
                ("packages", &i64::from(self.facts.packages)),
                ("amount", &(self.paid() - self.gross())),
                ("cost", &cost),
            ],
        );
    }
}
