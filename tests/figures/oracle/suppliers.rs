//! Suppliers (reports.md §6): settlements of orders paid in the range, as they stand now.

use serde_json::Value;

use super::orders::{paid_at, settlement_amount, settlement_state};
use super::selection::Selection;
use super::split::by_product_type;
use super::states::by_state;
use crate::naive::order::NaiveOrder;
use crate::naive::rows::Rows;

const STATES: [&str; 3] = ["unsettled", "settled", "non_settleable"];

pub(crate) fn suppliers(rows: &Rows, selection: &Selection) -> Value {
    let wanted = |order: &&NaiveOrder| {
        let supplier = order.placed.supplier.as_ref();
        paid_at(order).is_some_and(|at| selection.has(at))
            && supplier.is_some_and(|supplier| selection.allows("supplier_id", &supplier.id))
            && selection.allows("product_type", order.product_type())
    };
    let orders: Vec<_> = rows.orders.iter().filter(wanted).collect();
    by_product_type(
        &orders,
        |order| order.product_type(),
        |orders| {
            let state = |order: &NaiveOrder| settlement_state(order).expect("it is paid, and has a supplier");
            let rows: Vec<_> = orders.iter().map(|order| (state(order), settlement_amount(order))).collect();
            by_state(&STATES, "orders", &rows)
        },
    )
}
