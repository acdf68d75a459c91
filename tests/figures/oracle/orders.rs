//! What the contract calls the parts of an order's state.

use crate::naive::order::NaiveOrder;

/// The statuses of orders that were not paid (domain §3).
const UNPAID: [&str; 3] = ["awaiting_confirmation", "awaiting_payment", "closed"];

pub(crate) fn is_paid(order: &NaiveOrder) -> bool {
    !UNPAID.contains(&order.status)
}

/// P − G.
pub(crate) fn left(order: &NaiveOrder) -> i64 {
    order.paid() - order.gross()
}

pub(crate) fn paid_at(order: &NaiveOrder) -> Option<i64> {
    order.payment.as_ref().map(|(_, at)| *at)
}

/// `unsettled`, `settled` or `non_settleable`; none without a supplier or a payment (domain §7).
pub(crate) fn settlement_state(order: &NaiveOrder) -> Option<&'static str> {
    if order.placed.supplier.is_none() || !is_paid(order) {
        return None;
    }
    Some(match (order.status, order.settled_at) {
        ("refunded", _) => "non_settleable",
        (_, Some(_)) => "settled",
        (_, None) => "unsettled",
    })
}

/// What is settled; of a non-settleable one the original cost (domain §7).
pub(crate) fn settlement_amount(order: &NaiveOrder) -> i64 {
    if order.status == "refunded" { order.cost() } else { order.cost_now() }
}

/// `unsettled`, `settled` or `cancelled`; none without a payment (domain §8).
pub(crate) fn commission_state(order: &NaiveOrder) -> Option<&'static str> {
    if !is_paid(order) {
        return None;
    }
    Some(match (order.status, order.completed_at) {
        ("refunded", _) => "cancelled",
        (_, Some(_)) => "settled",
        (_, None) => "unsettled",
    })
}

/// A commission line as reports and lists count it: whose it is, what it was at first and what it counts; of a
/// cancelled one that is what it was at first (reports.md §8, §11).
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) distributor_id: &'a str,
    pub(crate) distributor_name: &'a str,
    pub(crate) original: i64,
    pub(crate) amount: i64,
}

pub(crate) fn lines(order: &NaiveOrder) -> Vec<Line<'_>> {
    let now = order.lines_now();
    let lines = order.placed.commissions.iter().zip(now).map(|(line, now)| Line {
        distributor_id: &line.distributor_id,
        distributor_name: line.distributor_name.text().expect("nothing is sealed"),
        original: line.amount.minor(),
        amount: if order.status == "refunded" { line.amount.minor() } else { now },
    });
    lines.collect()
}
