//! The big screen (reports.md §10): the orders placed in the range from all sides, and new members.

use std::collections::BTreeMap;

use events_schema::terms::Term;
use serde_json::{Value, json};

use super::orders::{is_paid, paid_at};
use super::sales::{by_status, cohort, count, points};
use super::selection::Selection;
use super::steps::starts;
use super::text::{local, money, ratio};
use crate::naive::order::NaiveOrder;
use crate::naive::rows::Rows;

const SOURCES: [&str; 8] =
    ["pc", "web_h5", "uni_h5", "wechat_mini", "alipay_mini", "douyin_mini", "kuaishou_mini", "other"];
/// Up to two days are shown by the hour.
const HOURS_MICROS_MAX: i64 = 2 * 24 * 3_600 * 1_000_000;
/// How many of the last paid orders are shown.
const LATEST: usize = 50;

pub(crate) fn screen(rows: &Rows, selection: &Selection) -> Value {
    let orders = cohort(rows, selection);
    let (paid, unpaid): (Vec<_>, Vec<_>) = orders.iter().copied().partition(|order| is_paid(order));
    let step = if selection.to - selection.from <= HOURS_MICROS_MAX { "hour" } else { "day" };
    json!({
        "orders": orders.len(),
        "amount": amount(&orders),
        "paid": {"orders": paid.len(), "amount": amount(&paid)},
        "unpaid": {"orders": unpaid.len(), "amount": amount(&unpaid)},
        "by_status": by_status(&orders.iter().collect::<Vec<_>>()),
        "by_product_type": types(&orders),
        "latest": latest(rows, paid),
        "trend": points(rows, selection, step),
        "members": members(rows, selection, step),
        "by_source": sources(&orders),
        "visitors": visitors(&orders),
    })
}

/// Σ payable.
fn amount(orders: &[&NaiveOrder]) -> String {
    money(orders.iter().map(|order| order.payable()).sum())
}

fn types(orders: &[&NaiveOrder]) -> Vec<Value> {
    let mut types = BTreeMap::<&str, Vec<&NaiveOrder>>::new();
    for order in orders {
        types.entry(order.product_type()).or_default().push(order);
    }
    let of_type = |(name, of_type): (&str, Vec<&NaiveOrder>)| {
        let (paid, unpaid): (Vec<_>, Vec<_>) = of_type.iter().copied().partition(|order| is_paid(order));
        json!({
            "product_type": name,
            "orders": of_type.len(),
            "amount": amount(&of_type),
            "paid_orders": paid.len(),
            "paid_amount": amount(&paid),
            "unpaid_orders": unpaid.len(),
            "unpaid_amount": amount(&unpaid),
            "share": ratio(count(of_type.len()), count(orders.len())),
        })
    };
    types.into_iter().map(of_type).collect()
}

/// The orders of the range that were paid last, the last one first; of those paid at once the one that was placed last.
fn latest(rows: &Rows, mut paid: Vec<&NaiveOrder>) -> Vec<Value> {
    paid.sort_by_key(|order| (paid_at(order), order.birth));
    let shown = |order: &NaiveOrder| {
        json!({
            "product_name": order.placed.product.name.as_str(),
            "product_type": order.product_type(),
            "amount": money(order.payable()),
            "paid_at": local(&rows.zone, paid_at(order).expect("it is paid")),
        })
    };
    paid.into_iter().rev().take(LATEST).map(shown).collect()
}

/// Members registered in the same steps as the trend's.
fn members(rows: &Rows, selection: &Selection, step: &str) -> Vec<Value> {
    let starts = starts(&rows.zone, selection.from, selection.to, step);
    let point = |(index, start): (usize, &i64)| {
        let end = starts.get(index + 1).copied().unwrap_or(selection.to);
        let registered = rows.members.iter().filter(|member| {
            selection.has(member.registered_at) && (*start..end).contains(&member.registered_at)
        });
        json!({"at": local(&rows.zone, *start), "registered": registered.count()})
    };
    starts.iter().enumerate().map(point).collect()
}

fn sources(orders: &[&NaiveOrder]) -> Vec<Value> {
    let of_source = |source: &str| {
        let orders_of = orders.iter().filter(|order| order.placed.source.as_str() == source).count();
        json!({"source": source, "orders": orders_of, "share": ratio(count(orders_of), count(orders.len()))})
    };
    SOURCES.into_iter().map(of_source).collect()
}

fn visitors(orders: &[&NaiveOrder]) -> Value {
    let travellers = || orders.iter().map(|order| order.placed.travellers);
    let male: i64 = travellers().map(|travellers| i64::from(travellers.male)).sum();
    let female: i64 = travellers().map(|travellers| i64::from(travellers.female)).sum();
    let unknown: i64 = travellers().map(|travellers| i64::from(travellers.unknown)).sum();
    json!({
        "male": male,
        "female": female,
        "unknown": unknown,
        "male_share": ratio(male, male + female),
        "female_share": ratio(female, male + female),
    })
}
