//! Orders: what was said when they were placed, and how they stand now.

use std::fmt::Write;

use compact_str::CompactString;
use events_schema::recorded::order::Discount;
use events_schema::{EntityKind, Money, Recorded, Timestamp};
use ledger_core::entities::{Order, OrderFigures, Step};

use super::Projection;
use super::commissions::commission;
use super::settlements::settlement;
use super::share::Share;
use crate::change::{Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each order, which never changes.
pub(crate) static FACTS: RowTable =
    RowTable { name: "orders", key: &["birth"], facts: &ORDER_FACTS, state: &[], seldom: 0 };

/// One row for each order, which changes with each of its events.
pub(crate) static STATES: RowTable = RowTable {
    name: "order_states",
    key: &["birth"],
    facts: &STATE_FACTS,
    state: &ORDER_STATE,
    seldom: PAYMENT,
};

/// One row for each order and each of its events: how it stood after that.
pub(crate) static VERSIONS: RowTable =
    RowTable { name: "order_versions", key: &["position"], facts: &VERSION, state: &[], seldom: 0 };

const ORDER_FACTS: [&str; 19] = [
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
    "purchase_cost_original",
    "freight",
    "male_travellers",
    "female_travellers",
    "unknown_travellers",
];

const STATE_FACTS: [&str; 4] = ["placed_at", "product_type", "supplier_id", "supplier_name"];

const ORDER_STATE: [&str; 30] = [
    "paid_at",
    "payment_id",
    "payment_method",
    "payment_reference",
    "position",
    "status",
    "used_packages",
    "paid",
    "refunded_gross",
    "completed_at",
    "settlement_due_at",
    "settled_at",
    "purchase_cost_now",
    "commission_cost_now",
    "settlement_state",
    "settlement_amount",
    "commission_state",
    "commission_amount",
    "paid_orders",
    "returned_orders",
    "consumed_orders",
    "sales_amount",
    "discount_amount",
    "prepaid_amount",
    "realised_amount",
    "refunded_amount",
    "refund_fee_amount",
    "consumed_purchase_cost",
    "consumed_commission_cost",
    "freight_expense",
];

/// The columns of its payment, with which the state of an order begins: an order is paid once.
const PAYMENT: usize = 4;

/// Where the figures begin in the state of an order: versions keep them all.
const FIGURES: usize = 14;

/// How many columns of a version stand before its figures.
const VERSION_HEAD: usize = 4;

const VERSION: [&str; VERSION_HEAD + ORDER_STATE.len() - FIGURES] = {
    let mut columns = [""; VERSION_HEAD + ORDER_STATE.len() - FIGURES];
    [columns[0], columns[1], columns[2], columns[3]] = ["birth", "previous", "status", "paid_at"];
    let mut next = VERSION_HEAD;
    while next < columns.len() {
        columns[next] = ORDER_STATE[next - VERSION_HEAD + FIGURES];
        next += 1;
    }
    columns
};

/// The rows of orders.
#[derive(Clone, Copy, Debug)]
pub struct Orders;

impl Projection for Orders {
    const NAME: &'static str = "orders";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Order];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        _: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before, after } = step else { return Ok(()) };
        if !is_kept(after.placed_at, &after.figures, out) {
            return Ok(());
        }
        let (key, state) = (Key::Number(after.birth.as_i64()), order_state(after));
        out.insert_version(&VERSIONS, Key::Number(recorded.position.as_i64()), || {
            version(after, recorded, &state)
        });
        match before {
            Some(before) if is_kept(after.placed_at, before, out) => {
                if before.paid_at == after.figures.paid_at {
                    out.update_often(&STATES, key, state);
                } else {
                    out.update(&STATES, key, state);
                }
            }
            Some(_) | None => born(after, state, out),
        }
        Ok(())
    }
}

/// Whether the rows of an order are kept: they belong to the time when it was placed, and to that of its payment.
pub(crate) fn is_kept(placed_at: Timestamp, figures: &OrderFigures, out: &Changes) -> bool {
    out.keeps_row(placed_at) || figures.paid_at.is_some_and(|paid_at| out.keeps_row(paid_at))
}

/// The rows of an order are born, as it stands.
pub(crate) fn insert(order: &Order, out: &mut Changes) {
    born(order, order_state(order), out);
}

/// The rows of an order in this `state` are born.
fn born(order: &Order, state: [Value; ORDER_STATE.len()], out: &mut Changes) {
    let key = Key::Number(order.birth.as_i64());
    out.insert(&FACTS, key.clone(), order_facts(order), []);
    out.insert(&STATES, key, state_facts(order), state);
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
        facts.purchase_cost().into(),
        facts.freight.into(),
        facts.travellers.male.into(),
        facts.travellers.female.into(),
        facts.travellers.unknown.into(),
    ]
}

fn state_facts(order: &Order) -> [Value; STATE_FACTS.len()] {
    let facts = &order.facts;
    [
        order.placed_at.into(),
        (&facts.product.product_type).into(),
        facts.supplier.as_ref().map(|supplier| &supplier.id).into(),
        facts.supplier.as_ref().map(|supplier| &supplier.name).into(),
    ]
}

fn order_state(order: &Order) -> [Value; ORDER_STATE.len()] {
    let figures = &order.figures;
    let payment = order.payment.as_deref();
    let share = Share::of(&order.facts, figures);
    let (settlement, commission) = (settlement(&order.facts, figures), commission(&order.facts, figures));
    [
        figures.paid_at.into(),
        payment.map(|payment| &payment.payment_id).into(),
        Value::maybe_term(payment.map(|payment| payment.method)),
        payment.and_then(|payment| payment.channel_reference.as_ref()).into(),
        order.last.into(),
        Value::term(figures.status),
        figures.used_packages.into(),
        figures.paid.into(),
        figures.refunded_gross.into(),
        figures.completed_at.into(),
        figures.settlement_due.into(),
        figures.settled_at.into(),
        order.purchase_cost_now().into(),
        order.commission_cost_now().into(),
        Value::maybe_term(settlement.map(|(state, _)| state)),
        settlement.map_or(Money::ZERO, |(_, amount)| amount).into(),
        Value::maybe_term(commission.map(|(state, _)| state)),
        commission.map_or(Money::ZERO, |(_, amount)| amount).into(),
        share.paid_orders.into(),
        share.returned_orders.into(),
        share.consumed_orders.into(),
        share.sales_amount.into(),
        share.discount_amount.into(),
        share.prepaid_amount.into(),
        share.realised_amount.into(),
        share.refunded_amount.into(),
        share.refund_fee_amount.into(),
        share.consumed_purchase_cost.into(),
        share.consumed_commission_cost.into(),
        share.freight_expense.into(),
    ]
}

fn version(order: &Order, recorded: &Recorded, state: &[Value; ORDER_STATE.len()]) -> [Value; VERSION.len()] {
    let figures = &order.figures;
    let head: [Value; VERSION_HEAD] =
        [order.birth.into(), recorded.previous.into(), Value::term(figures.status), figures.paid_at.into()];
    let mut version = [const { Value::Null }; VERSION.len()];
    version
        .iter_mut()
        .zip(head.iter().chain(&state[FIGURES..]))
        .for_each(|(place, value)| place.clone_from(value));
    version
}

/// The discounts as JSON, amounts as decimal strings; nothing when there are none.
fn discounts(discounts: &[Discount]) -> Option<CompactString> {
    let (first, rest) = discounts.split_first()?;
    let mut out = CompactString::const_new("[");
    let mut written = discount(&mut out, first);
    for next in rest {
        out.push(',');
        written = written.and_then(|()| discount(&mut out, next));
    }
    out.push(']');
    written.expect("a text in memory takes any number of characters");
    Some(out)
}

fn discount(out: &mut CompactString, discount: &Discount) -> std::fmt::Result {
    write!(out, r#"{{"kind":"{}","amount":"{}"}}"#, discount.kind, discount.amount)
}
