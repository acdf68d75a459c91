//! The journal against a plain recount of its entries.

/// Files, read back.
mod files;

use std::collections::BTreeMap;

use events_schema::terms::{Account, JournalKind, Side, Term, VoucherAccount};
use events_schema::{Calendar, Grain, Money, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::fixture::{Engine, EntryRow, Ledger, on_both_engines, random_entries, random_orders};
use crate::journal::account_entries::{self, AccountEntry};
use crate::journal::accounts::{self, on_its_side};
use crate::journal::chart::Chart;
use crate::journal::entry;
use crate::journal::layout::Layout;
use crate::journal::lines::BY_ACCOUNT;
use crate::journal::list;
use crate::journal::places::Window;
use crate::journal::selection::{Selection, account_of};
use crate::range::Range;

/// The clock is changed in between, on the 9th of March.
const ZONE: &str = "America/New_York";
/// Random questions.
const ROUNDS: usize = 30;
/// Entries, every second event.
const ENTRIES: i64 = 400;
/// Events of an epoch.
const EPOCH: i64 = 130;
/// Orders that the entries are of.
const ORDERS: i64 = 20;

on_both_engines!(
    accounts_are_what_a_recount_of_the_lines_gives,
    accounts_of_the_past_are_those_of_the_entries_until_then,
    entries_of_an_account_have_its_balance_after_each,
    postings_of_an_order_are_its_entries,
    the_journal_has_the_entries_that_are_asked_for,
);

fn span() -> [i64; 2] {
    ["2025-01-20T00:00:00Z", "2025-04-10T00:00:00Z"].map(|text| text.parse::<Timestamp>().unwrap().micros())
}

/// The entry with a line on the account on which those of its kind have one.
fn posted(mut entry: EntryRow) -> EntryRow {
    let Some(own) = account_of(entry.kind) else { return entry };
    // Of its lines just one is on any of these accounts, to which those of the kinds of orders belong.
    let line = entry.lines.iter_mut().find(|(account, _)| (8..16).contains(&account.ordinal()));
    line.unwrap().0 = own;
    entry
}

/// A ledger with entries and a few epochs.
async fn history(engine: Engine) -> (Ledger, Vec<EntryRow>) {
    let [from, to] = span();
    let entries = random_entries(1, ENTRIES, ORDERS, from, to).into_iter();
    let entries: Vec<_> = entries.map(posted).collect();
    let orders = random_orders(1, ORDERS, from, to);
    let mut ledger = Ledger::with(engine, ZONE, &orders, &[]).await;
    ledger.execute("begin").await;
    let mut epoch = 0;
    for entry in &entries {
        if entry.position > EPOCH * (epoch + 1) {
            epoch += 1;
            ledger.close_epoch(epoch, EPOCH * epoch).await;
        }
        ledger.insert_entry(entry).await;
    }
    ledger.execute("commit").await;
    (ledger, entries)
}

/// A range whose ends are anywhere, on an hour, on a midnight, or open.
fn random_range(dice: &mut StdRng, calendar: &Calendar) -> Range {
    let [first, last] = span();
    let mut end = |open| {
        let instant = Timestamp::from_micros(dice.random_range(first..last));
        match dice.random_range(0..5) {
            0 => calendar.start(Grain::Month, instant),
            1 => calendar.start(Grain::Hour, instant),
            2 => open,
            _ => instant,
        }
    };
    let (a, b) = (end(Range::BEGINNING), end(Range::END));
    Range::new(a.min(b), a.max(b))
}

fn within(entry: &EntryRow, range: Range) -> bool {
    range.from.micros() <= entry.date && entry.date < range.to.micros()
}

fn yuan(minor: i64) -> String {
    Money::from_minor(minor).to_string()
}

/// Debits and credits of an account, or of all.
fn sums<'a>(entries: impl Iterator<Item = &'a EntryRow>, account: Option<Account>) -> [i64; 2] {
    let lines = entries.flat_map(|entry| &entry.lines);
    let own = lines.filter(|(code, _)| account.is_none_or(|wanted| wanted == *code));
    own.fold([0, 0], |[debit, credit], (_, amount)| [debit + amount.max(&0), credit + (-amount).max(0)])
}

/// The trial balance as accounting.md defines it.
fn trial_balance(entries: &[EntryRow], range: Range) -> Value {
    let of = |account| sums(entries.iter().filter(|entry| within(entry, range)), account);
    let accounts = Account::ALL.iter().map(|account| {
        let [debit, credit] = of(Some(*account));
        let balance = if account.side() == Side::Debit { debit - credit } else { credit - debit };
        json!({
            "code": account.as_str(), "number": account.chart_number(), "name": account.zh(),
            "side": account.side().as_str(),
            "debit": yuan(debit), "credit": yuan(credit), "balance": yuan(balance),
        })
    });
    let accounts: Vec<_> = accounts.collect();
    let [debit, credit] = of(None).map(yuan);
    json!({"accounts": accounts, "total": {"debit": debit, "credit": credit}})
}

async fn accounts_are_what_a_recount_of_the_lines_gives(engine: Engine) {
    let (ledger, entries) = history(engine).await;
    let read_models = ledger.read_models().await;
    let mut dice = StdRng::seed_from_u64(2);
    for _ in 0..ROUNDS {
        let range = random_range(&mut dice, ledger.calendar());
        let mut snapshot = read_models.begin().await.unwrap();
        let answer = accounts::read(&mut snapshot, range).await.unwrap();
        assert_eq!(serde_json::to_value(&answer).unwrap(), trial_balance(&entries, range), "{range:?}");
        assert_eq!(answer.total.debit, answer.total.credit);
    }
}

async fn accounts_of_the_past_are_those_of_the_entries_until_then(engine: Engine) {
    let (ledger, entries) = history(engine).await;
    let mut dice = StdRng::seed_from_u64(3);
    for _ in 0..ROUNDS {
        let range = random_range(&mut dice, ledger.calendar());
        let position = dice.random_range(0..2 * ENTRIES);
        let mut snapshot = ledger.as_of(position.cast_unsigned()).await;
        let answer = accounts::read(&mut snapshot, range).await.unwrap();
        let then: Vec<_> = entries.iter().filter(|entry| entry.position <= position).cloned().collect();
        let expected = trial_balance(&then, range);
        assert_eq!(serde_json::to_value(&answer).unwrap(), expected, "{range:?} as of {position}");
    }
}

/// What an entry does to an account, with the balance after it; newest first.
fn account_entries(entries: &[EntryRow], account: Account, range: Range) -> Vec<Value> {
    let mut standing = 0;
    let mut found = Vec::new();
    for entry in entries {
        let Some((_, amount)) = entry.lines.iter().find(|(code, _)| *code == account) else { continue };
        standing += amount;
        if within(entry, range) {
            found.insert(
                0,
                json!([
                    entry.position,
                    entry.kind.as_str(),
                    yuan(*amount.max(&0)),
                    yuan((-amount).max(0)),
                    yuan(on_its_side(account, standing)),
                    format!("O-{}", entry.order),
                ]),
            );
        }
    }
    found
}

fn shown(entry: &AccountEntry) -> Value {
    let AccountEntry { position, kind, debit, credit, balance, source_id, .. } = entry;
    json!([position, kind, debit, credit, balance, source_id])
}

async fn entries_of_an_account_have_its_balance_after_each(engine: Engine) {
    let (ledger, entries) = history(engine).await;
    let mut dice = StdRng::seed_from_u64(4);
    for _ in 0..ROUNDS {
        let range = random_range(&mut dice, ledger.calendar());
        let account = Account::ALL[dice.random_range(0..Account::ALL.len())];
        let position = dice.random_range(0..2 * ENTRIES);
        let then: Vec<_> = entries.iter().filter(|entry| entry.position <= position).cloned().collect();
        let expected = account_entries(&then, account, range);
        let mut snapshot = ledger.as_of(position.cast_unsigned()).await;
        let mut window = Window::of(range, &mut snapshot).await.unwrap();
        // Page by page, each of which begins where the one before ended.
        for page in expected.chunks(7).chain([&[][..]]) {
            let read = account_entries::newest(&mut snapshot, account, range, window, 7).await.unwrap();
            assert_eq!(
                read.iter().map(shown).collect::<Vec<_>>(),
                page,
                "{account:?} {range:?} as of {position}"
            );
            window.last = read.last().map_or(window.last, |last| last.position - 1);
            if page.len() < 7 {
                break;
            }
        }
    }
}

async fn postings_of_an_order_are_its_entries(engine: Engine) {
    let (ledger, entries) = history(engine).await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    for order in 1..=ORDERS {
        let read = entry::postings(&mut snapshot, order).await.unwrap();
        let own: Vec<_> = entries.iter().filter(|entry| entry.order == order).collect();
        assert_eq!(read.len(), own.len());
        for (read, own) in read.iter().zip(own) {
            assert_eq!((read.position, read.kind), (own.position, own.kind));
            assert_eq!(read.order_id, Some(format!("O-{order}")));
            let mut lines = own.lines.clone();
            lines.sort_by_key(|(account, amount)| (*amount < 0, account.number()));
            let read =
                read.lines.iter().map(|line| (line.account, line.debit.0.minor() - line.credit.0.minor()));
            let lines = lines.into_iter().map(|(account, amount)| (VoucherAccount::from(account), amount));
            assert!(read.eq(lines));
        }
    }
}

#[tokio::test]
async fn entries_of_an_order_are_found_by_its_versions() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let window = Window { first: 1, last: 9 };
    let selection = Selection { kind: None, account: None, order_id: Some("O-1"), range: Range::ALL, window };
    let plan = ledger.plan(selection.lines(Some(7))).await;
    for step in [
        "SEARCH o USING COVERING INDEX orders_order_id (order_id=?)",
        "SEARCH v USING COVERING INDEX order_versions_birth (birth=?)",
        "SEARCH e USING INTEGER PRIMARY KEY (rowid=?)",
    ] {
        assert!(plan.iter().any(|found| found == step), "{step}: {plan:#?}");
    }
}

#[tokio::test]
async fn entries_of_a_kind_are_found_by_the_account_that_it_has() {
    /// Kinds that have none.
    const READ_THROUGH: [JournalKind; 3] =
        [JournalKind::OrderPaid, JournalKind::OrderCompleted, JournalKind::RefundCompleted];
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let window = Window { first: 1, last: 9 };
    for &kind in JournalKind::ALL {
        let selection =
            Selection { kind: Some(kind), account: None, order_id: None, range: Range::ALL, window };
        for sql in [selection.lines(Some(51)), selection.lines(None), selection.total()] {
            let plan = ledger.plan(sql).await;
            let by_key = "SEARCH f USING PRIMARY KEY (account=? AND position>? AND position<?)";
            let is_found = plan.iter().any(|step| step == by_key);
            assert_eq!(is_found, !READ_THROUGH.contains(&kind), "{kind}: {plan:#?}");
        }
    }
}

/// Any of these, or nothing.
fn maybe<T: Copy>(dice: &mut StdRng, all: &[T]) -> Option<T> {
    dice.random_bool(0.4).then(|| all[dice.random_range(0..all.len())])
}

async fn the_journal_has_the_entries_that_are_asked_for(engine: Engine) {
    let (ledger, entries) = history(engine).await;
    let mut dice = StdRng::seed_from_u64(5);
    for _ in 0..2 * ROUNDS {
        let range =
            if dice.random_bool(0.5) { Range::ALL } else { random_range(&mut dice, ledger.calendar()) };
        let position = dice.random_range(0..2 * ENTRIES);
        let mut snapshot = ledger.as_of(position.cast_unsigned()).await;
        let window = Window::of(range, &mut snapshot).await.unwrap();
        let order = maybe(&mut dice, &[1, 2, 3]);
        let (kind, account) = (maybe(&mut dice, JournalKind::ALL), maybe(&mut dice, Account::ALL));
        let order_id = order.map(|order| format!("O-{order}"));
        let selection = Selection { kind, account, order_id: order_id.as_deref(), range, window };
        let is_asked_for = |entry: &&EntryRow| {
            entry.position <= position
                && within(entry, range)
                && kind.is_none_or(|kind| kind == entry.kind)
                && order.is_none_or(|order| order == entry.order)
                && account.is_none_or(|account| entry.lines.iter().any(|(code, _)| *code == account))
        };
        let expected: Vec<_> = entries.iter().rev().filter(is_asked_for).collect();
        let positions: Vec<_> = expected.iter().map(|entry| entry.position).collect();
        for limit in [None, Some(7)] {
            let rows = snapshot.fetch_all(selection.lines(limit)).await.unwrap();
            let read = entry::read(&rows, Layout::Lines, &Chart::default(), ledger.calendar()).unwrap();
            let read: Vec<_> = read.iter().map(|entry| entry.position).collect();
            let length =
                limit.map_or(positions.len(), |limit| positions.len().min(usize::try_from(limit).unwrap()));
            assert_eq!(read, positions[..length], "{selection:?} as of {position}");
        }
        let total = list::total(&mut snapshot, &selection).await.unwrap();
        let [debit, _] = sums(expected.iter().copied(), None);
        let amount = total.amount.unwrap().0.minor();
        assert_eq!((usize::try_from(total.count).unwrap(), amount), (expected.len(), debit), "{selection:?}");
    }
}

/// SQLite reads in the order of the text; what it scans are the accounts, and what it has found already.
#[tokio::test]
async fn the_journal_is_found_by_keys() {
    let (ledger, _) = history(Engine::Sqlite).await;
    let range = Range::new(Timestamp::from_micros(1), Timestamp::from_micros(9_999_999_999_999));
    for position in [300, 1_000_000] {
        let mut snapshot = ledger.as_of(position).await;
        let window = Window { first: 0, last: 500 };
        let any = Selection { kind: None, account: None, order_id: None, range: Range::ALL, window };
        let of_account = Selection { account: Some(Account::CashPos), ..any };
        for sql in [
            BY_ACCOUNT.over(range, &snapshot),
            any.lines(Some(51)),
            any.lines(None),
            any.all_lines(Layout::Voucher.order()),
            of_account.lines(Some(51)),
            account_entries::lines(Account::CashPos, window, Some(51)),
        ] {
            let plan = ledger.plan_in(&mut snapshot, sql).await;
            for step in plan.iter().filter(|step| step.starts_with("SCAN")) {
                let is_found =
                    ["SCAN pieces", "SCAN e", "SCAN 24-ROW VALUES CLAUSE"].contains(&step.as_str());
                assert!(is_found, "as of {position}: {plan:#?}");
            }
            let by_key = "SEARCH l USING PRIMARY KEY (account=? AND position";
            assert!(plan.iter().any(|step| step.starts_with(by_key)), "as of {position}: {plan:#?}");
        }
    }
}
