//! Refunds (reports.md §4): requested in the range, as decided now.

use serde_json::{Value, json};

use super::selection::Selection;
use super::split::by_product_type;
use super::text::money;
use crate::naive::order::{NaiveOrder, NaiveRefund};
use crate::naive::rows::Rows;

pub(crate) fn refunds(rows: &Rows, selection: &Selection) -> Value {
    let all = rows.orders.iter().flat_map(|order| order.refunds.iter().map(move |refund| (order, refund)));
    let wanted = all.filter(|(order, refund)| {
        selection.has(refund.requested_at) && selection.allows("product_type", order.product_type())
    });
    by_product_type(&wanted.collect::<Vec<_>>(), |(order, _)| order.product_type(), row)
}

fn row(refunds: &[&(&NaiveOrder, &NaiveRefund)]) -> Value {
    let in_state = |state| refunds.iter().filter(|(_, refund)| refund.state == state).count();
    let completed = || refunds.iter().map(|(_, refund)| refund).filter(|refund| refund.state == "completed");
    json!({
        "requests": refunds.len(),
        "requested_amount": money(refunds.iter().map(|(_, refund)| refund.amount).sum()),
        "in_review": in_state("in_review"),
        "rejected": in_state("rejected"),
        "completed": in_state("completed"),
        "refund_fee_amount": money(completed().map(|refund| refund.fee).sum()),
        "refunded_amount": money(completed().map(|refund| refund.amount - refund.fee).sum()),
    })
}
