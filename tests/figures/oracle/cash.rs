//! Cash (reports.md §5): what moved outside in the range, and what there was before.

use serde_json::{Value, json};

use super::selection::Selection;
use super::text::money;
use crate::naive::cash::CashEntry;
use crate::naive::rows::Rows;

/// The seven methods, each with its mode (domain §2).
pub(crate) const METHODS: [(&str, &str); 7] = [
    ("wechat_pay", "online"),
    ("alipay", "online"),
    ("allinpay", "online"),
    ("unionpay", "online"),
    ("cash", "offline"),
    ("bank_transfer", "offline"),
    ("pos", "offline"),
];

/// The kinds of entries, each with its direction (domain §6).
const KINDS: [(&str, &str); 11] = [
    ("order_payment", "income"),
    ("recharge", "income"),
    ("scan_payment", "income"),
    ("surplus_payment", "income"),
    ("order_refund", "expense"),
    ("recharge_refund", "expense"),
    ("scan_refund", "expense"),
    ("surplus_refund", "expense"),
    ("supplier_withdrawal", "expense"),
    ("distributor_withdrawal", "expense"),
    ("member_withdrawal", "expense"),
];

pub(crate) fn direction(entry: &CashEntry) -> &'static str {
    KINDS.iter().find(|(kind, _)| *kind == entry.kind).unwrap().1
}

pub(crate) fn mode(entry: &CashEntry) -> &'static str {
    METHODS.iter().find(|(method, _)| *method == entry.method).unwrap().1
}

pub(crate) fn cash(rows: &Rows, selection: &Selection) -> Value {
    let entries: Vec<_> = rows.cash.iter().filter(|entry| selection.has(entry.at)).collect();
    let before: Vec<_> = rows.cash.iter().filter(|entry| entry.at < selection.from).collect();
    let (opening, net) = (signed(&before), signed(&entries));
    let of = |name: &str, value: &str, entries: Vec<&CashEntry>| {
        let mut figure = both(&entries);
        figure[name] = json!(value);
        figure
    };
    let by_mode = ["online", "offline"].map(|wanted| {
        of("mode", wanted, entries.iter().copied().filter(|entry| mode(entry) == wanted).collect())
    });
    let by_method = METHODS.map(|(method, mode)| {
        let entries = entries.iter().copied().filter(|entry| entry.method == method).collect();
        let mut figure = of("method", method, entries);
        figure["mode"] = json!(mode);
        figure
    });
    let by_kind = KINDS.map(|(kind, direction)| {
        let mut figure = sum(entries.iter().copied().filter(|entry| entry.kind == kind));
        figure["kind"] = json!(kind);
        figure["direction"] = json!(direction);
        figure
    });
    let mut report = both(&entries);
    report["opening_balance"] = json!(money(opening));
    report["net"] = json!(money(net));
    report["closing_balance"] = json!(money(opening + net));
    report["by_mode"] = json!(by_mode);
    report["by_method"] = json!(by_method);
    report["by_kind"] = json!(by_kind);
    report
}

pub(crate) fn signed(entries: &[&CashEntry]) -> i64 {
    entries.iter().map(|entry| if direction(entry) == "income" { entry.amount } else { -entry.amount }).sum()
}

fn sum<'a>(entries: impl Iterator<Item = &'a CashEntry>) -> Value {
    let amounts: Vec<_> = entries.map(|entry| entry.amount).collect();
    json!({"count": amounts.len(), "amount": money(amounts.iter().sum())})
}

/// `income` and `expense`.
fn both(entries: &[&CashEntry]) -> Value {
    let of = |wanted| sum(entries.iter().copied().filter(|entry| direction(entry) == wanted));
    json!({"income": of("income"), "expense": of("expense")})
}
