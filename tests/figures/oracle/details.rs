//! One order with all that belongs to it: its refunds, settlement, commissions and cash entries.

use events_schema::terms::Term;
use serde_json::{Value, json};

use super::lists::Item;
use super::money_lists::CASH_ENTRIES;
use super::order_lists::{ORDERS, SETTLEMENTS};
use super::orders::{commission_state, lines};
use super::text::{local, local_or_null, money};
use crate::naive::order::{NaiveOrder, NaiveRefund};
use crate::naive::rows::Rows;

/// What is said of each order, at least; with its id.
pub(crate) fn details(rows: &Rows) -> Vec<(String, Value)> {
    let [items, settlements, cash_entries] =
        [ORDERS, SETTLEMENTS, CASH_ENTRIES].map(|list| (list.items)(rows));
    let of = |order: &NaiveOrder, items: &[Item]| -> Vec<Value> {
        let own = items.iter().filter(|item| item.value("order_id") == Some(order.order_id()));
        own.map(|item| item.shown.clone()).collect()
    };
    let detail = |order: &NaiveOrder| {
        let mut detail = of(order, &items).remove(0);
        detail["packages"] = json!(order.placed.packages);
        detail["used_packages"] = json!(order.used);
        detail["amount"] = json!(money(order.placed.amount.minor()));
        detail["paid"] = json!(money(order.paid()));
        detail["refunded"] = json!(money(order.gross()));
        detail["purchase_cost_now"] = json!(money(order.cost_now()));
        detail["commission_cost_now"] = json!(money(order.lines_now().iter().sum()));
        detail["refunds"] = order.refunds.iter().map(|refund| of_refund(rows, refund)).collect();
        detail["settlement"] = of(order, &settlements).first().map_or(Value::Null, of_settlement);
        detail["commissions"] = commissions(order);
        detail["cash_entries"] = json!(of(order, &cash_entries));
        (order.order_id().to_owned(), detail)
    };
    rows.orders.iter().map(detail).collect()
}

/// The settlement, without what the order itself says.
fn of_settlement(item: &Value) -> Value {
    let mut settlement = json!({"amount": item["settlement_amount"]});
    for name in ["state", "due_at", "can_settle"] {
        settlement[name] = item[name].clone();
    }
    settlement
}

fn of_refund(rows: &Rows, refund: &NaiveRefund) -> Value {
    json!({
        "refund_id": refund.id,
        "requested_at": local(&rows.zone, refund.requested_at),
        "decided_at": local_or_null(&rows.zone, refund.decided_at),
        "amount": money(refund.amount),
        "fee": money(refund.fee),
        "state": refund.state,
        "method": refund.method.map(Term::as_str),
    })
}

fn commissions(order: &NaiveOrder) -> Value {
    let state = commission_state(order);
    let line = |line: super::orders::Line<'_>| {
        json!({
            "distributor_id": line.distributor_id,
            "distributor_name": line.distributor_name,
            "amount": money(line.amount),
            "state": state,
        })
    };
    lines(order).into_iter().map(line).collect()
}
