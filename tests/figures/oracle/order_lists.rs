//! The lists of orders, settlements, commissions and refunds (reports.md §11).

use events_schema::terms::Term;
use serde_json::{Value, json};

use super::lists::{Item, List};
use super::orders::{commission_state, is_paid, left, lines, paid_at, settlement_amount, settlement_state};
use super::text::{local, local_or_null, money};
use crate::naive::order::NaiveOrder;
use crate::naive::rows::Rows;

pub(crate) const ORDERS: List = List {
    name: "orders",
    filters: &["status", "source", "product_type", "payment_method", "supplier_id", "member_id", "order_id"],
    searched: &["order_no", "product_name"],
    amount: Some("payable"),
    items: orders,
};

pub(crate) const SETTLEMENTS: List = List {
    name: "settlements",
    filters: &["order_status", "product_type", "state", "supplier_id", "order_id"],
    searched: &["order_no", "product_name", "supplier_name"],
    amount: Some("settlement_amount"),
    items: settlements,
};

pub(crate) const COMMISSIONS: List = List {
    name: "commissions",
    filters: &["product_type", "state", "distributor_id", "order_id"],
    searched: &["order_no", "distributor_name"],
    amount: Some("amount"),
    items: commissions,
};

pub(crate) const REFUNDS: List = List {
    name: "refunds",
    filters: &["product_type", "state", "refund_id", "order_id"],
    searched: &["order_no"],
    amount: Some("amount"),
    items: refunds,
};

fn method(order: &NaiveOrder) -> Option<&'static str> {
    order.payment.as_ref().map(|(paid, _)| paid.method.as_str())
}

fn orders(rows: &Rows) -> Vec<Item> {
    let item = |order: &NaiveOrder| {
        let supplier = order.placed.supplier.as_ref();
        let shown = json!({
            "order_id": order.order_id(),
            "order_no": order.placed.order_no.as_str(),
            "status": order.status,
            "placed_at": local(&rows.zone, order.placed_at),
            "paid_at": local_or_null(&rows.zone, paid_at(order)),
            "completed_at": local_or_null(&rows.zone, order.completed_at),
            "product_type": order.product_type(),
            "product_name": order.placed.product.name.as_str(),
            "member_id": order.placed.member_id.as_str(),
            "source": order.placed.source.as_str(),
            "payable": money(order.payable()),
            "left": money(left(order)),
            "payment_method": method(order),
            "supplier_id": supplier.map(|supplier| supplier.id.as_str()),
            "supplier_name": supplier.map(|supplier| supplier.name.as_str()),
        });
        Item::new(order.placed_at, [order.birth, 0], shown)
    };
    rows.orders.iter().map(item).collect()
}

fn settlements(rows: &Rows) -> Vec<Item> {
    let item = |order: &NaiveOrder| {
        let (at, supplier) = (paid_at(order)?, order.placed.supplier.as_ref()?);
        let state = settlement_state(order);
        let offline = matches!(method(order), Some("cash" | "bank_transfer" | "pos"));
        let mut shown = json!({
            "paid_at": local(&rows.zone, at),
            "product_type": order.product_type(),
            "order_id": order.order_id(),
            "order_no": order.placed.order_no.as_str(),
            "product_name": order.placed.product.name.as_str(),
            "order_status": order.status,
            "supplier_id": supplier.id.as_str(),
            "supplier_name": supplier.name.as_str(),
            "order_amount": money(order.payable()),
            "settlement_amount": money(settlement_amount(order)),
            "state": state,
            "due_at": local_or_null(&rows.zone, order.due_at),
            "can_settle": offline && order.status == "completed" && state == Some("unsettled"),
        });
        // What a settlement that is not one any more once was, is not said.
        if state != Some("non_settleable") {
            shown["settled_at"] = local_or_null(&rows.zone, order.settled_at);
        }
        Some(Item::new(at, [order.birth, 0], shown))
    };
    rows.orders.iter().filter_map(item).collect()
}

fn commissions(rows: &Rows) -> Vec<Item> {
    let paid = rows.orders.iter().filter(|order| is_paid(order));
    paid.flat_map(|order| lines_of(rows, order)).collect()
}

/// Lines whose original amount is over 0.
fn lines_of(rows: &Rows, order: &NaiveOrder) -> Vec<Item> {
    let state = commission_state(order).expect("it is paid");
    let lines = lines(order).into_iter().zip(0..).filter(|(line, _)| line.original > 0);
    let item = |(line, ordinal): (super::orders::Line<'_>, u64)| {
        let mut shown = json!({
            "placed_at": local(&rows.zone, order.placed_at),
            "order_id": order.order_id(),
            "order_no": order.placed.order_no.as_str(),
            "product_type": order.product_type(),
            "product_name": order.placed.product.name.as_str(),
            "distributor_id": line.distributor_id,
            "distributor_name": line.distributor_name,
            "amount": money(line.amount),
            "state": state,
        });
        match state {
            "settled" => shown["settled_at"] = local_or_null(&rows.zone, order.completed_at),
            "unsettled" => shown["settled_at"] = Value::Null,
            // What a cancelled one once was, is not said.
            _ => {}
        }
        Item::new(order.placed_at, [order.birth, ordinal], shown)
    };
    lines.map(item).collect()
}

fn refunds(rows: &Rows) -> Vec<Item> {
    let of_order = |order: &NaiveOrder| {
        let item = |(refund, ordinal): (&crate::naive::order::NaiveRefund, u64)| {
            let shown = json!({
                "refund_id": refund.id,
                "order_id": order.order_id(),
                "order_no": order.placed.order_no.as_str(),
                "requested_at": local(&rows.zone, refund.requested_at),
                "decided_at": local_or_null(&rows.zone, refund.decided_at),
                "amount": money(refund.amount),
                "fee": money(refund.fee),
                "state": refund.state,
                "product_type": order.product_type(),
            });
            Item::new(refund.requested_at, [order.birth, ordinal], shown)
        };
        order.refunds.iter().zip(0..).map(item).collect::<Vec<_>>()
    };
    rows.orders.iter().flat_map(of_order).collect()
}
