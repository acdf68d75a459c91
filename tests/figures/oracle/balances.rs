//! Balances (reports.md §9): balance entries in the range, of all members together.

use serde_json::{Value, json};

use super::selection::Selection;
use super::text::money;
use crate::naive::balances::BalanceEntry;
use crate::naive::rows::Rows;

const KINDS: [&str; 8] = [
    "recharge",
    "recharge_refund",
    "consume",
    "consume_refund",
    "withdraw",
    "withdraw_return",
    "gift",
    "deduct",
];

pub(crate) fn balances(rows: &Rows, selection: &Selection) -> Value {
    let entries: Vec<_> = rows.balances.iter().filter(|entry| selection.has(entry.at)).collect();
    let before = rows.balances.iter().filter(|entry| entry.at < selection.from);
    let opening: i64 = before.map(|entry| entry.change).sum();
    let net: i64 = entries.iter().map(|entry| entry.change).sum();
    let by_kind = KINDS.map(|kind| {
        let entries: Vec<&&BalanceEntry> = entries.iter().filter(|entry| entry.kind == kind).collect();
        let amount = entries.iter().map(|entry| entry.change.abs()).sum();
        json!({"kind": kind, "count": entries.len(), "amount": money(amount)})
    });
    json!({
        "by_kind": by_kind,
        "opening_balance": money(opening),
        "net": money(net),
        "closing_balance": money(opening + net),
    })
}
