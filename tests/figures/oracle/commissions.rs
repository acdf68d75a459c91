//! Commissions (reports.md §8): commission orders placed in the range, as they stand now.

use serde_json::Value;

use super::orders::{commission_state, lines};
use super::sales::cohort;
use super::selection::Selection;
use super::split::by_product_type;
use super::states::by_state;
use crate::naive::order::NaiveOrder;
use crate::naive::rows::Rows;

const STATES: [&str; 3] = ["unsettled", "settled", "cancelled"];

/// Of the lines that are asked for: what they were at first together, and what they count.
fn together(order: &NaiveOrder, selection: &Selection) -> (i64, i64) {
    let lines = lines(order);
    let asked = lines.iter().filter(|line| selection.allows("distributor_id", line.distributor_id));
    asked.fold((0, 0), |(original, amount), line| (original + line.original, amount + line.amount))
}

pub(crate) fn commissions(rows: &Rows, selection: &Selection) -> Value {
    let mut orders = cohort(rows, selection);
    orders.retain(|order| commission_state(order).is_some() && together(order, selection).0 > 0);
    by_product_type(
        &orders,
        |order| order.product_type(),
        |orders| {
            let row = |order: &&&NaiveOrder| {
                let state = commission_state(order).expect("it is paid");
                (state, together(order, selection).1)
            };
            by_state(&STATES, "orders", &orders.iter().map(row).collect::<Vec<_>>())
        },
    )
}
