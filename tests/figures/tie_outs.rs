//! Tie-outs and bridges, now and as of moments of the past, against a naive reading of the log cut there; and what is
//! said where the tables are not what the log comes to.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use events_schema::Recorded;
use events_schema::recorded::CommandKey;
use events_schema::terms::{Account, Term};
use serde_json::{Value, json};

use super::difference::difference;
use super::history::{Span, history};
use super::ledger::Ledger;
use super::oracle::cash::direction;
use super::oracle::journal;
use super::oracle::tie_outs as oracle;
use super::past;
use super::place::Engine;
use super::playing::play;
use super::properties::fen;
use crate::naive::dice::Dice;
use crate::naive::rows::Rows;

/// Moments that are asked for.
const MOMENTS: usize = 10;
/// Lives of a history whose tables are damaged: several epochs, the last of which is open.
const LIVES: u64 = 60;

/// Compares what is answered now and at some moments of the past.
pub(crate) async fn tie_outs(ledger: &Ledger, events: &[Recorded], dice: &mut Dice) {
    let all = journal::entries(events);
    compare(ledger, events, &all, "").await;
    for _ in 0..MOMENTS {
        let moment = past::moment(events, dice);
        let as_of = format!("?as_of={}", moment.as_of.replace('+', "%2B"));
        compare(ledger, &events[..moment.events], &all, &as_of).await;
    }
}

async fn compare(ledger: &Ledger, events: &[Recorded], all: &[journal::Entry], query: &str) {
    let entries: Vec<_> = all.iter().filter(|entry| entry.position <= events.len() as u64).cloned().collect();
    let mut expected = oracle::tie_outs(&Rows::of(events), &entries);
    expected["position"] = json!(events.len());
    let (status, answer) = ledger.get(&format!("/v1/audit/tie-outs{query}")).await;
    assert_eq!((status, difference(&expected, &answer)), (StatusCode::OK, None), "tie-outs {query}");
}

/// A ledger with a history, and its log.
async fn played(engine: Engine, seed: u64) -> (Ledger, Vec<Recorded>) {
    let mut dice = Dice::new(seed);
    let span = Span::new("Asia/Shanghai", &mut dice);
    let ledger = Ledger::new("Asia/Shanghai", engine).await;
    play(&ledger, history(&span, LIVES, &mut dice.split()), &mut dice).await;
    ledger.projected().await;
    let events = ledger.events().await;
    (ledger, events)
}

/// What differs, by account and figure: by how much, and since when.
type Differing = BTreeMap<(String, String), (i64, Option<u64>)>;

async fn differing(ledger: &Ledger, query: &str) -> Differing {
    let (status, answer) = ledger.get(&format!("/v1/audit/tie-outs{query}")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let failed: Vec<&Value> =
        answer["checks"].as_array().unwrap().iter().filter(|check| check["holds"] != true).collect();
    assert_eq!(answer["holds"], failed.is_empty());
    let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
    let shown = |check: &&Value| {
        let name = (text(check, "account"), text(check, "figure"));
        assert_eq!(fen(&check["difference"]), fen(&check["balance"]) - fen(&check["amount"]));
        (name, (fen(&check["difference"]), check["first_event"].as_u64()))
    };
    failed.iter().map(shown).collect()
}

/// The first event of the decision that recorded the event at `position`.
fn decision(events: &[Recorded], position: u64) -> u64 {
    let until = usize::try_from(position).unwrap();
    let within = events[..until].iter().rev().take_while(|event| event.key == CommandKey::SameDecision);
    position - within.count() as u64
}

/// The epoch of an event, and all after it.
fn epochs_from(position: u64) -> String {
    format!(
        "epoch >= coalesce((select min(number) from epochs where last >= {position}), \
         (select coalesce(max(number), 0) + 1 from epochs))"
    )
}

/// Adds to a sum of the cells around an instant, and to what is kept of them from an event on, as if that event had
/// added so much more.
async fn add_more(ledger: &Ledger, cells: &str, key: &str, at: i64, position: u64, more: &str) {
    let start = format!(
        "(select max(c.start) from {cells}_cells as c where c.grain = {{}}.grain and c.start <= {at} and {key})"
    );
    for (table, when) in
        [(format!("{cells}_cells"), "true".to_owned()), (format!("{cells}_past"), epochs_from(position))]
    {
        let start = start.replace("{}", &table);
        ledger
            .execute(&format!("update {table} set {more} where {key} and start = {start} and {when}"))
            .await;
    }
}

/// A cash entry counts 1 more from its event on: its account, cash, and what it is for differ by that since then.
async fn a_cash_entry_that_counts_too_much(engine: Engine) {
    let (ledger, events) = played(engine, 11).await;
    assert_eq!(differing(&ledger, "").await, Differing::new());
    let rows = Rows::of(&events);
    for share in [1, 2, 3] {
        let entry = &rows.cash[rows.cash.len() * share / 4];
        let (position, method, kind) = (entry.position, entry.method, entry.kind);
        let change = |sign: &str| format!("amount = amount {sign} 1");
        let word =
            |set, word| format!("(select number from words where set_of = '{set}' and word = '{word}')");
        let key = format!("kind = {} and method = {}", word("cash_kind", kind), word("method", method));
        let change_all = async |sign: &str| {
            let set = change(sign);
            ledger.execute(&format!("update cash_entries set {set} where position = {position}")).await;
            add_more(&ledger, "cash", &key, entry.at, position, &set).await;
        };
        change_all("+").await;
        let found = differing(&ledger, "").await;
        // The balance of the account less a figure that is 1 too large, or too small.
        let off = if direction(entry) == "income" { -1 } else { 1 };
        let first = decision(&events, position);
        for name in [
            ("cash:*", "cash.closing_balance".to_owned()),
            (&format!("cash:{method}"), format!("cash.by_method.{method}.net")),
        ] {
            let name = (name.0.to_owned(), name.1);
            assert_eq!(found.get(&name), Some(&(off, Some(first))), "{name:?} of {kind} in {found:?}");
        }
        let others = found.values().all(|(_, since)| *since == Some(first));
        assert!(others && found.len() <= 4, "{kind}: {found:?}");
        let before = differing(&ledger, &format!("?as_of={}", first - 1)).await;
        assert_eq!(before, Differing::new(), "before position {first}");
        assert!(differing(&ledger, &format!("?as_of={position}")).await.len() >= 2);
        change_all("-").await;
        assert_eq!(differing(&ledger, "").await, Differing::new());
    }
    ledger.stop().await;
}

/// A line of an entry is 1 more on its debit side: no side is that of the other any more.
async fn an_entry_that_is_not_in_balance(engine: Engine) {
    let (ledger, events) = played(engine, 12).await;
    let entries = journal::entries(&events);
    for share in [1, 2, 3] {
        let journal::Entry { position, date, lines, .. } = &entries[entries.len() * share / 4 + share];
        let account =
            lines.iter().find(|(_, amount)| **amount > 0).map(|(code, _)| Account::from_name(code).unwrap());
        let account = account.unwrap();
        let on_it = format!("account = {}", account.number());
        ledger
            .execute(&format!(
                "update journal_lines set amount = amount + 1 where {on_it} and position = {position}"
            ))
            .await;
        add_more(&ledger, "journal", &on_it, *date, *position, "debit = debit + 1").await;
        let later = epochs_from(*position);
        ledger
            .execute(&format!(
                "update account_totals set debit = debit + 1 where ({on_it} or account = 0) and {later}"
            ))
            .await;
        let found = differing(&ledger, "").await;
        let first = decision(&events, *position);
        let of = |account: &str, figure: &str| found.get(&(account.to_owned(), figure.to_owned())).copied();
        assert_eq!(of("*", "journal.credits"), Some((1, Some(first))), "{found:?}");
        // This one knows the entry itself.
        assert_eq!(of("*", "entries.unbalanced"), Some((1, Some(*position))), "{found:?}");
        let of_account =
            found.iter().find(|((code, figure), _)| code == account.as_str() && figure != "entries.balance");
        assert_eq!(
            of_account.map(|(_, (off, since))| (off.abs(), *since)),
            Some((1, Some(first))),
            "{found:?}"
        );
        ledger
            .execute(&format!(
                "update journal_lines set amount = amount - 1 where {on_it} and position = {position}"
            ))
            .await;
        add_more(&ledger, "journal", &on_it, *date, *position, "debit = debit - 1").await;
        ledger
            .execute(&format!(
                "update account_totals set debit = debit - 1 where ({on_it} or account = 0) and {later}"
            ))
            .await;
        assert_eq!(differing(&ledger, "").await, Differing::new());
    }
    ledger.stop().await;
}

/// A sum of the present that no event explains: it is found, and no event is blamed for it.
async fn a_sum_that_no_event_has_made(engine: Engine) {
    let (ledger, _) = played(engine, 13).await;
    ledger.execute("update sales_cells set prepaid_amount = prepaid_amount + 500 where grain = 3").await;
    let found = differing(&ledger, "").await;
    let name = ("prepayments".to_owned(), "sales.total.prepaid_amount".to_owned());
    assert_eq!(found.keys().collect::<Vec<_>>(), [&name]);
    assert!(found[&name].0 < 0 && found[&name].1.is_none(), "{found:?}");
    ledger.stop().await;
}

fn on(engine: Engine, test: impl AsyncFn(Engine)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test(engine));
}

#[test]
fn damaged_tables_are_found_with_account_figure_amount_and_event() {
    on(Engine::Sqlite, a_cash_entry_that_counts_too_much);
    on(Engine::Sqlite, an_entry_that_is_not_in_balance);
    on(Engine::Sqlite, a_sum_that_no_event_has_made);
}

#[test]
fn damaged_tables_are_found_in_postgres() {
    on(Engine::Postgres, a_cash_entry_that_counts_too_much);
    on(Engine::Postgres, an_entry_that_is_not_in_balance);
    on(Engine::Postgres, a_sum_that_no_event_has_made);
}
