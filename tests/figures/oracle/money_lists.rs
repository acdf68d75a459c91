//! The lists of cash entries, withdrawals, balance entries and parked events (reports.md §11).

use events_schema::terms::Term;
use serde_json::json;

use super::cash::{direction, mode};
use super::lists::{Item, List};
use super::text::{local, local_or_null, money};
use crate::naive::balances::BalanceEntry;
use crate::naive::cash::CashEntry;
use crate::naive::parked::ParkedEvent;
use crate::naive::rows::Rows;
use crate::naive::withdrawals::Withdrawal;

pub(crate) const CASH_ENTRIES: List = List {
    name: "cash-entries",
    filters: &["direction", "kind", "method", "mode", "source_id", "order_id"],
    searched: &["order_no"],
    amount: Some("amount"),
    items: cash_entries,
};

pub(crate) const WITHDRAWALS: List = List {
    name: "withdrawals",
    filters: &["payee_kind", "method", "state", "payee_id", "withdrawal_id"],
    searched: &["payee_name", "payee_phone"],
    amount: Some("amount"),
    items: withdrawals,
};

pub(crate) const BALANCE_ENTRIES: List = List {
    name: "balance-entries",
    filters: &["kind", "source", "member_id", "source_id", "order_id"],
    searched: &["member_phone", "order_no"],
    amount: Some("change"),
    items: balance_entries,
};

pub(crate) const PARKED_EVENTS: List = List {
    name: "parked-events",
    filters: &["state", "code", "event_id", "awaited_id"],
    searched: &[],
    amount: None,
    items: parked_events,
};

fn cash_entries(rows: &Rows) -> Vec<Item> {
    let item = |entry: &CashEntry| {
        let order = entry.order.as_ref();
        let shown = json!({
            "occurred_at": local(&rows.zone, entry.at),
            "direction": direction(entry),
            "kind": entry.kind,
            "method": entry.method,
            "mode": mode(entry),
            "amount": money(entry.amount),
            "source_id": entry.source_id,
            "order_id": order.map(|order| &order.id),
            "order_no": order.map(|order| &order.number),
            "reference": entry.reference,
        });
        Item::new(entry.at, [entry.position, 0], shown)
    };
    rows.cash.iter().map(item).collect()
}

fn withdrawals(rows: &Rows) -> Vec<Item> {
    let item = |withdrawal: &Withdrawal| {
        let asked = &withdrawal.asked;
        let phone = asked.payee.phone.as_ref().and_then(|phone| phone.text());
        let mut shown = json!({
            "withdrawal_id": asked.withdrawal_id.as_str(),
            "requested_at": local(&rows.zone, withdrawal.requested_at),
            "payee_kind": asked.payee.kind.as_str(),
            "payee_id": asked.payee.id.as_str(),
            "payee_name": asked.payee.name.text(),
            "payee_phone": phone,
            "amount": money(asked.amount.minor()),
            "method": asked.method.as_str(),
            "account": asked.account.text(),
            "state": withdrawal.state,
            "decided_at": local_or_null(&rows.zone, withdrawal.decided_at),
            "reference": withdrawal.reference,
        });
        // While a transfer is under way, what came of the one before is not said.
        if withdrawal.state != "approved" {
            shown["reason"] = json!(withdrawal.reason);
        }
        Item::new(withdrawal.requested_at, [withdrawal.birth, 0], shown)
    };
    rows.withdrawals.iter().map(item).collect()
}

fn balance_entries(rows: &Rows) -> Vec<Item> {
    let item = |entry: &BalanceEntry| {
        let order = entry.order.as_ref();
        let shown = json!({
            "occurred_at": local(&rows.zone, entry.at),
            "member_id": entry.member_id,
            "member_phone": entry.member_phone,
            "kind": entry.kind,
            "change": money(entry.change),
            "balance_after": money(entry.after),
            "source": entry.source,
            "source_id": entry.source_id,
            "order_id": order.map(|order| &order.id),
            "order_no": order.map(|order| &order.number),
        });
        Item::new(entry.at, [entry.position, 0], shown)
    };
    rows.balances.iter().map(item).collect()
}

fn parked_events(rows: &Rows) -> Vec<Item> {
    let item = |parked: &ParkedEvent| {
        let shown = json!({
            "position": parked.position,
            "event": parked.event,
            "state": parked.state,
            "code": parked.code,
            "parked_at": local(&rows.zone, parked.parked_at),
        });
        let found_by = json!({"event_id": parked.event["id"], "awaited_id": parked.awaited_id});
        Item { found_by, ..Item::new(parked.parked_at, [parked.position, 0], shown) }
    };
    rows.parked.iter().map(item).collect()
}
