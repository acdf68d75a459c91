//! The overview (reports.md §1): the totals of other reports.

use serde_json::{Value, json};

use super::cash::cash;
use super::commissions::commissions;
use super::sales::sales;
use super::selection::Selection;
use super::suppliers::suppliers;
use super::withdrawals::withdrawals;
use crate::naive::rows::Rows;

/// What the overview takes from the cash report: all of it but what is split.
const OF_CASH: [&str; 5] = ["opening_balance", "income", "expense", "net", "closing_balance"];

pub(crate) fn overview(rows: &Rows, selection: &Selection) -> Value {
    let cash = cash(rows, selection);
    let of_cash = OF_CASH.map(|name| (name.to_owned(), cash[name].clone()));
    let withdrawn = |kind| withdrawals(rows, &selection.clone().with("payee_kind", kind))["total"].take();
    json!({
        "sales": sales(rows, selection)["total"],
        "cash": serde_json::Map::from_iter(of_cash),
        "suppliers": suppliers(rows, selection)["total"],
        "supplier_withdrawals": withdrawn("supplier"),
        "commissions": commissions(rows, selection)["total"],
        "distributor_withdrawals": withdrawn("distributor"),
    })
}
