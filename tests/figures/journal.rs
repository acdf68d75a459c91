//! The journal, now and as of moments of the past, against the one that is posted from the log cut there.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use events_schema::Recorded;
use events_schema::terms::{Account, JournalKind, Term};
use serde_json::{Value, json};

use super::difference::difference;
use super::ledger::Ledger;
use super::oracle::journal::{self as oracle, Entry};
use super::oracle::selection::Selection;
use super::oracle::text::money;
use super::properties::fen;
use super::ranges::Asked;
use super::{asking, past};
use crate::naive::dice::Dice;
use crate::naive::rows::Rows;

/// Moments that are asked for.
const MOMENTS: usize = 12;
/// Orders whose postings are read.
const ORDERS: usize = 12;

/// Compares the trial balance, the entries of some accounts and the journal, over random ones of these ranges.
pub(crate) async fn journal(ledger: &Ledger, events: &[Recorded], ranges: &[Asked], dice: &mut Dice) {
    let rows = Rows::of(events);
    let all = oracle::entries(events);
    compare(ledger, &rows, &all, Asked::OPEN, None, dice).await;
    for _ in 0..MOMENTS {
        let moment = past::moment(events, dice);
        let entries: Vec<_> =
            all.iter().filter(|entry| entry.position <= moment.events as u64).cloned().collect();
        compare(ledger, &rows, &entries, dice.of(ranges), Some(&moment.as_of), dice).await;
        vouchers(ledger, &events[..moment.events], &moment.as_of).await;
        compare(ledger, &rows, &all, dice.of(ranges), None, dice).await;
    }
    cash_is_that_of_the_report(ledger).await;
    postings(ledger, &rows, &all, dice).await;
}

async fn compare(
    ledger: &Ledger,
    rows: &Rows,
    entries: &[Entry],
    asked: Asked,
    as_of: Option<&str>,
    dice: &mut Dice,
) {
    let filters: Vec<_> = as_of.map(|as_of| ("as_of", as_of.to_owned())).into_iter().collect();
    let place = format!("{filters:?} over {asked:?}");
    let ends = [asked.from, asked.to].map(|end| end.instant(&rows.zone));
    let (from, to) = (ends[0].unwrap_or(i64::MIN), ends[1].unwrap_or(i64::MAX));
    let selection = Selection { from, to, filters: vec![] };

    let accounts = asking::accounts(ledger, asked, &filters).await;
    assert_eq!(difference(&oracle::trial_balance(entries, &selection), &accounts), None, "accounts {place}");
    assert_eq!(accounts["total"]["debit"], accounts["total"]["credit"], "accounts {place}");

    let account = dice.of(Account::ALL);
    let (name, limit) = (format!("accounts/{account}/entries"), dice.of(&[7, 50, 500]));
    let answer = asking::list(ledger, &name, asked, &filters, limit).await;
    let expected = oracle::of_account(entries, account, &selection);
    assert_eq!(difference(&json!(expected), &json!(answer)), None, "{name} {place}");
    let sums = &accounts["accounts"][account.ordinal()];
    let added = ["debit", "credit"].map(|side| answer.iter().map(|entry| fen(&entry[side])).sum::<i64>());
    assert_eq!([&sums["debit"], &sums["credit"]].map(fen), added, "{name} {place}");
    if asked == Asked::OPEN {
        let newest = answer.first().map_or(json!("0.00"), |newest| newest["balance"].clone());
        assert_eq!(newest, sums["balance"], "{name} {place}");
    }
    let total = asking::total(ledger, &name, asked, &filters).await;
    let expected = json!({"count": answer.len(), "debit": money(added[0]), "credit": money(added[1])});
    assert_eq!(total, expected, "{name} {place}");

    let on_account = dice.chance(50).then(|| ("account", account.to_string()));
    let filters: Vec<_> = filters.into_iter().chain(on_account.clone()).collect();
    let answer = asking::list(ledger, "journal", asked, &filters, limit).await;
    let is_asked_for = |entry: &&Entry| {
        selection.has(entry.date) && (on_account.is_none() || entry.lines.contains_key(account.as_str()))
    };
    let expected: Vec<_> = entries.iter().rev().filter(is_asked_for).map(oracle::shown).collect();
    assert_eq!(difference(&json!(expected), &json!(answer)), None, "journal {filters:?} over {asked:?}");
    let sum = |entry: &Value| {
        let lines = entry["lines"].as_array().unwrap();
        lines.iter().map(|line| fen(&line["debit"])).sum::<i64>()
    };
    let total = asking::total(ledger, "journal", asked, &filters).await;
    let expected = json!({"count": answer.len(), "amount": money(answer.iter().map(sum).sum())});
    assert_eq!(total, expected, "journal {filters:?} over {asked:?}");

    let kind = dice.of(JournalKind::ALL);
    let of_kind: Vec<_> = answer.into_iter().filter(|entry| entry["kind"] == kind.as_str()).collect();
    let filters: Vec<_> = filters.into_iter().chain([("kind", kind.to_string())]).collect();
    let answer = asking::list(ledger, "journal", asked, &filters, limit).await;
    assert_eq!(difference(&json!(of_kind), &json!(answer)), None, "journal {filters:?} over {asked:?}");
}

/// In vouchers, what suppliers and distributors have stands on the accounts of their funds, and what they owe on those of
/// receivables; each voucher is in balance.
async fn vouchers(ledger: &Ledger, events: &[Recorded], as_of: &str) {
    let filters = [("as_of", as_of.to_owned()), ("layout", "voucher".to_owned())];
    let answer = asking::list(ledger, "journal", Asked::OPEN, &filters, 500).await;
    let mut standing = BTreeMap::<String, i64>::new();
    for entry in &answer {
        let lines = entry["lines"].as_array().unwrap();
        let amount = |line: &Value| fen(&line["debit"]) - fen(&line["credit"]);
        assert_eq!(lines.iter().map(amount).sum::<i64>(), 0, "{entry}");
        for line in lines {
            *standing.entry(line["account"].as_str().unwrap().to_owned()).or_default() += amount(line);
        }
    }
    for (account, amount) in oracle::funds_in_vouchers(events) {
        assert_eq!(standing.remove(account).unwrap_or_default(), amount, "{account} as of {as_of}");
    }
}

/// What is on the accounts of cash is what the platform has by the report of cash.
async fn cash_is_that_of_the_report(ledger: &Ledger) {
    let accounts = asking::accounts(ledger, Asked::OPEN, &[]).await;
    let balance = |account: &Account| fen(&accounts["accounts"][account.ordinal()]["balance"]);
    let cash: i64 = Account::ALL.iter().filter(|account| account.method().is_some()).map(balance).sum();
    let (_, report) = ledger.get("/v1/reports/cash?to=9999-01-01").await;
    assert_eq!(fen(&report["closing_balance"]), cash);
}

/// What was posted for some orders; nobody knows an account that there is not.
async fn postings(ledger: &Ledger, rows: &Rows, entries: &[Entry], dice: &mut Dice) {
    for _ in 0..ORDERS.min(rows.orders.len()) {
        let order = &rows.orders[dice.index(rows.orders.len())];
        let own: Vec<_> = entries.iter().filter(|entry| entry.birth == order.birth).collect();
        let expected: Vec<_> = own.iter().map(|entry| oracle::shown(entry)).collect();
        let (_, answer) = ledger.get(&format!("/v1/orders/{}", order.order_id())).await;
        assert_eq!(difference(&json!(expected), &answer["postings"]), None, "{}", order.order_id());
        let filters = [("order_id", order.order_id().to_owned())];
        let mut listed = asking::list(ledger, "journal", Asked::OPEN, &filters, 50).await;
        listed.reverse();
        assert_eq!(json!(listed), answer["postings"], "{}", order.order_id());
        let ids = listed.iter().map(|entry| entry["source_id"].as_str().unwrap());
        assert!(ids.into_iter().all(|id| id == order.order_id()), "{listed:?}");
    }
    let (status, problem) = ledger.get("/v1/accounts/cash:balance/entries").await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &"unknown_account".into()));
}
