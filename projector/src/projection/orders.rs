//! Orders and their refunds, as they stand now.

use std::fmt::Write;

use compact_str::CompactString;
use events_schema::Recorded;
use events_schema::recorded::order::{CommissionLine, Discount};
use ledger_core::entities::{Order, Refund, Step};

use super::Projection;
use super::share::Share;
use crate::change::{Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each order.
pub(crate) static ORDERS: RowTable =
    RowTable { name: "orders", key: &["birth"], facts: &ORDER_FACTS, state: &ORDER_STATE };

/// One row for each refund of an order.
pub(crate) static REFUNDS: RowTable = RowTable {
    name: "refunds",
    key: &["order_birth", "ordinal"],
    facts: &REFUND_FACTS,
    state: &REFUND_STATE,
};

const ORDER_FACTS: [&str; 21] = [
    "order_id",
    "order_no",
    "member_id",
    "source",
    "product_id",
    "product_name",
    "product_type",
    "packages",
    "confirmation",
    "placed_at",
    "amount",
    "discounts",
    "payable",
    "supplier_id",
    "supplier_name",
    "purchase_cost_original",
    "freight",
    "commissions",
    "male_travellers",
    "female_travellers",
    "unknown_travellers",
];

const ORDER_STATE: [&str; 26] = [
    "position",
    "status",
    "used_packages",
    "paid_at",
    "payment_id",
    "payment_method",
    "payment_reference",
    "paid",
    "refunded_gross",
    "completed_at",
    "settlement_due_at",
    "settled_at",
    "purchase_cost_now",
    "commission_cost_now",
    "paid_orders",
    "returned_orders",
    "sales_amount",
    "discount_amount",
    "prepaid_amount",
    "realised_amount",
    "refunded_amount",
    "refund_fee_amount",
    "revenue",
    "purchase_cost",
    "commission_cost",
    "freight_cost",
];

const REFUND_FACTS: [&str; 4] = ["refund_id", "requested_at", "amount", "fee"];
const REFUND_STATE: [&str; 3] = ["decided_at", "state", "method"];

/// The rows of orders and refunds.
#[derive(Clone, Copy, Debug)]
pub struct Orders;

impl Projection for Orders {
    const NAME: &'static str = "orders";

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        _: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before, after } = step else { return Ok(()) };
        let key = Key::Number(after.birth.as_i64());
        match before {
            None => out.insert(&ORDERS, key, order_facts(after), order_state(after)),
            Some(_) => out.update(&ORDERS, key, order_state(after)),
        }
        refund_changes(after, recorded, out);
        Ok(())
    }
}

/// A refund is born by its request, and changes once, when it is decided: by the event that tells of it.
fn refund_changes(order: &Order, recorded: &Recorded, out: &mut Changes) {
    use events_schema::Event::{RefundCompleted, RefundRejected, RefundRequested};
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other event leaves the refunds as they are")]
    let refund_id = match &recorded.event {
        RefundRequested(requested) => &requested.refund_id,
        RefundRejected(rejected) => &rejected.refund_id,
        RefundCompleted(completed) => &completed.refund_id,
        _ => return,
    };
    let found = (0..).zip(&order.refunds).find(|(_, refund)| refund.refund_id == *refund_id);
    let Some((ordinal, refund)) = found else { return };
    let key = Key::Numbers(order.birth.as_i64(), ordinal);
    if matches!(recorded.event, RefundRequested(_)) {
        out.insert(&REFUNDS, key, refund_facts(refund), refund_state(refund));
    } else {
        out.update(&REFUNDS, key, refund_state(refund));
    }
}

fn order_facts(order: &Order) -> [Value; ORDER_FACTS.len()] {
    let facts = &order.facts;
    [
        (&facts.order_id).into(),
        (&facts.order_no).into(),
        (&facts.member_id).into(),
        Value::term(facts.source),
        (&facts.product.id).into(),
        (&facts.product.name).into(),
        (&facts.product.product_type).into(),
        facts.packages.into(),
        Value::term(facts.confirmation),
        order.placed_at.into(),
        facts.amount.into(),
        discounts(&facts.discounts).into(),
        facts.payable().into(),
        facts.supplier.as_ref().map(|supplier| &supplier.id).into(),
        facts.supplier.as_ref().map(|supplier| &supplier.name).into(),
        facts.purchase_cost().into(),
        facts.freight.into(),
        commissions(&facts.commissions).into(),
        facts.travellers.male.into(),
        facts.travellers.female.into(),
        facts.travellers.unknown.into(),
    ]
}

fn order_state(order: &Order) -> [Value; ORDER_STATE.len()] {
    let figures = &order.figures;
    let payment = order.payment.as_deref();
    let share = Share::of(&order.facts, figures);
    [
        order.last.into(),
        Value::term(figures.status),
        figures.used_packages.into(),
        figures.paid_at.into(),
        payment.map(|payment| &payment.payment_id).into(),
        payment.map_or(Value::Null, |payment| Value::term(payment.method)),
        payment.and_then(|payment| payment.channel_reference.as_ref()).into(),
        figures.paid.into(),
        figures.refunded_gross.into(),
        figures.completed_at.into(),
        figures.settlement_due.into(),
        figures.settled_at.into(),
        order.purchase_cost_now().into(),
        order.commission_cost_now().into(),
        share.paid_orders.into(),
        share.returned_orders.into(),
        share.sales_amount.into(),
        share.discount_amount.into(),
        share.prepaid_amount.into(),
        share.realised_amount.into(),
        share.refunded_amount.into(),
        share.refund_fee_amount.into(),
        share.revenue.into(),
        share.purchase_cost.into(),
        share.commission_cost.into(),
        share.freight_cost.into(),
    ]
}

fn refund_facts(refund: &Refund) -> [Value; REFUND_FACTS.len()] {
    [(&refund.refund_id).into(), refund.requested_at.into(), refund.amount.into(), refund.fee.into()]
}

fn refund_state(refund: &Refund) -> [Value; REFUND_STATE.len()] {
    [refund.decided_at.into(), Value::term(refund.state), refund.method.map_or(Value::Null, Value::term)]
}

/// The discounts as JSON, amounts as decimal strings; nothing when there are none.
fn discounts(discounts: &[Discount]) -> Option<CompactString> {
    list(discounts, |out, discount| {
        write!(out, r#"{{"kind":"{}","amount":"{}"}}"#, discount.kind, discount.amount)
    })
}

/// The commissions as JSON, amounts as decimal strings; nothing when there are none. A sealed name is empty.
fn commissions(lines: &[CommissionLine]) -> Option<CompactString> {
    list(lines, |out, line| {
        write!(out, r#"{{"distributor_id":"{}","distributor_name":""#, line.distributor_id)?;
        for character in line.distributor_name.text().unwrap_or_default().chars() {
            match character {
                '"' | '\\' => write!(out, "\\{character}")?,
                '\0'..='\x1f' => write!(out, "\\u{:04x}", u32::from(character))?,
                _ => out.push(character),
            }
        }
        write!(out, r#"","amount":"{}"}}"#, line.amount)
    })
}

/// A list in JSON, its items written by `item`; nothing when it is empty.
fn list<T>(items: &[T], item: impl Fn(&mut CompactString, &T) -> std::fmt::Result) -> Option<CompactString> {
    let (first, rest) = items.split_first()?;
    let mut out = CompactString::const_new("[");
    let mut written = item(&mut out, first);
    for next in rest {
        out.push(',');
        written = written.and_then(|()| item(&mut out, next));
    }
    out.push(']');
    written.expect("a text in memory takes any number of characters");
    Some(out)
}
