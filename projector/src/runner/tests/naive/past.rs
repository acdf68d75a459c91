//! The past: what versions, rows, and cells at the ends of epochs say of it, against a ledger that stopped there.

use std::collections::BTreeMap;

use events_schema::Grain;

use super::cells::{self, Cells};
use super::versions::{VERSIONS, Versions};
use super::{Fold, Row, Tables, number, rows_of};
use crate::change::CellTable;
use crate::dump::Dump;
use crate::history::History;
use crate::projection::{CELL_TABLES, ROW_TABLES};

/// The tables of rows that never change, beside orders. The first column of their keys is the position of their event.
const UNCHANGING: [&str; 5] =
    ["verifications", "cash_entries", "balance_entries", "members", "journal_entries"];

/// Where the closed epochs of a dump end.
pub(in super::super) fn ends(dump: &Dump) -> Vec<i64> {
    rows_of(dump, "epochs").map(|row| number(&row, "last")).collect()
}

/// Fails unless each epoch, and the open one, keep how every cell stood at its end.
pub(super) fn check_epochs(history: &History, dump: &Dump) {
    let (mut fold, now) = (Fold::default(), i64::try_from(history.recorded.len()).unwrap());
    let epochs: Vec<Row> = rows_of(dump, "epochs").collect();
    let afters = [0].into_iter().chain(ends(dump));
    for (epoch, (after, end)) in (1..).zip(afters.zip(ends(dump).into_iter().chain([now]))) {
        fold.take_until(&history.recorded, end);
        let mut wanted = cells::of(&fold.tables, history.calendar());
        for table in CELL_TABLES {
            let rows: Vec<Row> = past(table, dump, epoch);
            cells::compare(table, &rows, kept(table, wanted.remove(table.name).unwrap_or_default()));
        }
        check_totals(&fold.tables, dump, epoch);
        let paid = fold.tables.rows("order_states").filter_map(|row| row["paid_at"].parse::<i64>().ok());
        if let Some(row) = epochs.get(usize::try_from(epoch - 1).unwrap()) {
            assert_eq!((number(row, "number"), number(row, "last")), (epoch, end));
            assert_eq!(row["paid_until"].parse().ok(), paid.max(), "{row:?}");
            let entries = fold.tables.rows("journal_entries");
            let entries = entries.filter(|entry| (after + 1..=end).contains(&number(entry, "position")));
            let dates: Vec<_> = entries.map(|entry| number(entry, "date")).collect();
            let [first, last] = ["dated_from", "dated_until"].map(|column| row[column].parse().ok());
            assert_eq!((first.as_ref(), last.as_ref()), (dates.iter().min(), dates.iter().max()), "{row:?}");
        }
    }
}

/// Fails unless the last totals of every account, and of all together, of this epoch or an earlier one, are what the
/// lines come to.
fn check_totals(tables: &Tables, dump: &Dump, epoch: i64) {
    let mut wanted = BTreeMap::<i64, [i64; 2]>::new();
    for line in tables.rows("journal_lines") {
        let amount = number(line, "amount");
        for account in [number(line, "account"), 0] {
            let total = wanted.entry(account).or_default();
            *total = [total[0] + amount.max(0), total[1] + (-amount).max(0)];
        }
    }
    let rows = rows_of(dump, "account_totals");
    let totals = rows.filter(|row| number(row, "epoch") <= epoch);
    let totals = totals.map(|row| (number(&row, "account"), [number(&row, "debit"), number(&row, "credit")]));
    let is_closed = usize::try_from(epoch).unwrap() <= dump["epochs"].len();
    assert!(!is_closed || totals.collect::<BTreeMap<_, _>>() == wanted, "the accounts after epoch {epoch}");
}

/// Fails unless the tables tell how everything stood after the event at `position`.
pub(in super::super) fn check_as_of(history: &History, dump: &Dump, position: i64) {
    let (tables, mut stopped) = (read(dump), Fold::default());
    stopped.take_until(&history.recorded, position);
    for versions in &VERSIONS {
        check_versions(versions, &tables, &stopped.tables, position);
    }
    let closed = ends(dump).into_iter().take_while(|end| *end <= position);
    let (epochs, end) = (1..).zip(closed).last().unwrap_or((0, 0));
    let [added, taken] = moves(&tables, end, position).map(|tables| cells::of(&tables, history.calendar()));
    let wanted = cells::of(&stopped.tables, history.calendar());
    for table in CELL_TABLES {
        let mut sums = Cells::new();
        for row in past(table, dump, epochs) {
            let key = table.key.iter().map(|column| row[*column].clone()).collect();
            sums.insert(key, table.sums.iter().map(|sum| ((*sum).to_owned(), number(&row, sum))).collect());
        }
        for (cells, sign) in [(added.get(table.name), 1), (taken.get(table.name), -1)] {
            for (key, figures) in cells.into_iter().flatten() {
                let cell = sums.entry(key.clone()).or_default();
                for (figure, sum) in figures {
                    *cell.entry(figure.clone()).or_default() += sign * sum;
                }
            }
        }
        let [sums, wanted] = [sums, wanted.get(table.name).cloned().unwrap_or_default()]
            .map(|cells| without_zeros(kept(table, cells)));
        assert_eq!(sums, wanted, "{} as of {position}", table.name);
    }
}

/// The cells of which the past is kept.
fn kept(table: &CellTable, mut cells: Cells) -> Cells {
    if table.past_from == Grain::Day {
        cells.retain(|key, _| key[0] != "'hour'");
    }
    cells
}

/// How each cell of a table stood at the end of an epoch: its last row of that or an earlier one.
fn past(table: &CellTable, dump: &Dump, epoch: i64) -> Vec<Row> {
    let past = table.past();
    let rows = rows_of(dump, &past);
    let mut latest = BTreeMap::new();
    // Rows of one cell stand in the order of their epochs.
    for row in rows.filter(|row| number(row, "epoch") <= epoch) {
        latest.insert(table.key.iter().map(|column| row[*column].clone()).collect::<Vec<_>>(), row);
    }
    latest.into_values().collect()
}

fn read(dump: &Dump) -> Tables {
    let mut tables = Tables::default();
    for table in ROW_TABLES {
        for row in rows_of(dump, table.name) {
            tables.insert(table.name, name(&row, table.key), row);
        }
    }
    tables
}

fn name(row: &Row, key: &[&str]) -> [i64; 2] {
    [number(row, key[0]), key.get(1).map_or(0, |column| number(row, column))]
}

/// Fails unless the last version of every row up to `position` is how it stood then.
fn check_versions(versions: &Versions, tables: &Tables, stopped: &Tables, position: i64) {
    let mut latest = BTreeMap::new();
    for version in tables.rows(versions.name).filter(|version| number(version, "position") <= position) {
        latest.insert(name(version, versions.key), version);
    }
    for row in stopped.rows(versions.rows) {
        let version = latest.remove(&name(row, versions.key));
        let is_unpaid = versions.rows == "commissions" && row["state"] == "NULL";
        assert_eq!(version.is_none(), is_unpaid, "{} of {row:?}", versions.name);
        for column in version.map_or(Vec::new(), |_| versions.kept()) {
            assert_eq!(version.map(|version| &version[column]), Some(&row[column]), "{column} of {row:?}");
        }
    }
    assert!(latest.is_empty(), "{latest:?}");
}

/// What happened after `after` up to `until`, as rows that are added to cells, and rows that are taken from them.
fn moves(tables: &Tables, after: i64, until: i64) -> [Tables; 2] {
    let (mut added, mut taken) = (Tables::default(), Tables::default());
    let is_within = |key: &[i64; 2]| after < key[0] && key[0] <= until;
    for table in UNCHANGING {
        for (key, row) in tables.table(table).filter(|(key, _)| is_within(key)) {
            added.insert(table, *key, row.clone());
        }
    }
    // The position is the second column of their key.
    for (key, line) in tables.table("journal_lines").filter(|(key, _)| is_within(&[key[1], 0])) {
        added.insert("journal_lines", *key, line.clone());
    }
    for versions in &VERSIONS {
        for (key, version) in tables.table(versions.name).filter(|(key, _)| is_within(key)) {
            let name = name(version, versions.key);
            let put = |out: &mut Tables, version: &Row| {
                let mut row = tables.0[versions.rows][&name].clone();
                row.extend(
                    versions.kept().into_iter().map(|column| (column.to_owned(), version[column].clone())),
                );
                out.insert(versions.rows, *key, row);
                if versions.rows == "order_states" {
                    out.insert("orders", *key, tables.0["orders"][&name].clone());
                }
            };
            put(&mut added, version);
            if let Ok(previous) = version["previous"].parse() {
                put(&mut taken, &tables.0[versions.name][&[previous, key[1]]]);
            }
        }
    }
    [added, taken]
}

/// Figures of 0 and cells without others are left out.
fn without_zeros(mut cells: Cells) -> Cells {
    cells.retain(|_, cell| {
        cell.retain(|_, sum| *sum != 0);
        !cell.is_empty()
    });
    cells
}
