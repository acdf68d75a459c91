//! The same tables, computed in the simplest way: rows by going through the events once more, with numbers and words
//! only; cells by adding up the rows.

mod cells;
mod entries;
mod journal;
mod orders;
mod past;
mod versions;

use std::collections::BTreeMap;

use events_schema::Recorded;

use crate::change::CellTable;
use crate::dump::Dump;
use crate::history::History;
use crate::projection::{CELL_TABLES, ROW_TABLES};
pub(super) use past::{check_as_of, ends};

/// A row by column, each value as the SQL literal of a dump.
type Row = BTreeMap<String, String>;

/// The rows of every table by their keys; a key of one column has a second number of 0.
#[derive(Default)]
struct Tables(BTreeMap<&'static str, BTreeMap<[i64; 2], Row>>);

/// Fails unless the tables hold what the history comes to.
pub(super) fn check(history: &History, dump: &Dump) {
    let mut fold = Fold::default();
    fold.take_until(&history.recorded, i64::MAX);
    let expected = fold.tables;
    for table in ROW_TABLES {
        let rows: Vec<Row> = rows_of(dump, table.name).collect();
        let wanted: Vec<&Row> = expected.rows(table.name).collect();
        for (row, wanted) in rows.iter().zip(&wanted) {
            let differs = |column: &&String| row.get(*column) != wanted.get(*column);
            let differing: Vec<_> = row.keys().chain(wanted.keys()).filter(differs).collect();
            assert!(
                differing.is_empty(),
                "{}: {differing:?} of\n{row:?}\nshould be as in\n{wanted:?}",
                table.name
            );
        }
        assert_eq!(rows.len(), wanted.len(), "{}", table.name);
    }
    let mut wanted = cells::of(&expected, history.calendar());
    for table in CELL_TABLES {
        let rows: Vec<Row> = rows_of(dump, table.name).collect();
        cells::compare(table, &rows, wanted.remove(table.name).unwrap_or_default());
        cells::add_up(table, &rows);
    }
    past::check_epochs(history, dump);
    let names = ROW_TABLES.map(|table| table.name).into_iter().chain(CELL_TABLES.map(|table| table.name));
    let mut names = names.map(str::to_owned).chain(CELL_TABLES.map(CellTable::past)).collect::<Vec<_>>();
    names.extend(["checkpoint", "epochs", "account_totals", "words"].map(str::to_owned));
    for (table, rows) in dump {
        assert!(names.contains(table) || rows.is_empty(), "nobody has told of {table}");
    }
}

/// Every row that events come to.
#[derive(Default)]
struct Fold {
    tables: Tables,
    orders: orders::Orders,
    entries: entries::Entries,
    journal: journal::Journal,
    /// How many were taken.
    taken: usize,
}

impl Fold {
    /// Goes on to the event at `end`, or to the last one.
    fn take_until(&mut self, events: &[Recorded], end: i64) {
        for recorded in events[self.taken..].iter().take_while(|recorded| recorded.position.as_i64() <= end) {
            self.orders.take(recorded, &mut self.tables);
            self.entries.take(recorded, &self.orders, &mut self.tables);
            self.journal.take(recorded, &self.orders, &mut self.tables);
            versions::take(recorded, &mut self.tables);
            self.taken += 1;
        }
    }
}

impl Tables {
    /// The row of `key`, whose key columns are called `columns`; a new one where there is none.
    fn row(&mut self, table: &'static str, columns: &[&str], key: [i64; 2]) -> &mut Row {
        let row = self.0.entry(table).or_default().entry(key).or_default();
        row.extend(columns.iter().zip(key).map(|(column, value)| ((*column).to_owned(), value.to_string())));
        row
    }

    fn insert(&mut self, table: &'static str, key: [i64; 2], row: Row) {
        self.0.entry(table).or_default().insert(key, row);
    }

    fn table(&self, table: &str) -> impl Iterator<Item = (&[i64; 2], &Row)> {
        self.0.get(table).into_iter().flatten()
    }

    fn rows(&self, table: &str) -> impl DoubleEndedIterator<Item = &Row> {
        self.0.get(table).into_iter().flat_map(BTreeMap::values)
    }
}

/// What can stand in a column.
trait Literal {
    fn literal(&self) -> String;
}

impl Literal for i64 {
    fn literal(&self) -> String {
        self.to_string()
    }
}

impl Literal for &str {
    fn literal(&self) -> String {
        format!("'{}'", self.replace('\'', "''"))
    }
}

impl<T: Literal> Literal for Option<T> {
    fn literal(&self) -> String {
        self.as_ref().map_or("NULL".to_owned(), Literal::literal)
    }
}

/// Puts values into columns.
fn put<const N: usize>(row: &mut Row, values: [(&str, &dyn Literal); N]) {
    row.extend(values.map(|(column, value)| (column.to_owned(), value.literal())));
}

/// The dumped rows of a table, with words in the place of their numbers.
fn rows_of<'d>(dump: &'d Dump, table: &'d str) -> impl Iterator<Item = Row> + 'd {
    let words = dump["words"].iter().map(|row| columns(row));
    let words = words.map(|mut row| ((row.remove("set_of"), row.remove("number")), row.remove("word")));
    let words: BTreeMap<_, _> = words.collect();
    dump[table].iter().map(move |row| {
        let mut row = columns(row);
        for (column, value) in &mut row {
            if let Some(set) = set_of(table, column).filter(|_| value != "NULL") {
                let word = &words[&(Some(format!("'{set}'")), Some(value.clone()))];
                value.clone_from(word.as_ref().unwrap());
            }
        }
        row
    })
}

/// The closed set of whose words a column has the numbers.
fn set_of(table: &str, column: &str) -> Option<&'static str> {
    let family = table.split('_').next().unwrap_or(table);
    Some(match (column, family) {
        ("grain", _) => "grain",
        ("status", _) => "order_status",
        ("settlement_state", _) => "settlement_state",
        ("commission_state", _) | ("state", "commissions" | "commission") => "commission_state",
        ("source", _) => "order_source",
        ("confirmation", _) => "confirmation",
        ("method", "withdrawals" | "withdrawal") => "withdrawal_method",
        ("payment_method" | "method", _) => "method",
        ("payee_kind", _) => "payee_kind",
        ("gender", _) => "gender",
        ("direction", _) => "direction",
        ("kind", "cash") => "cash_kind",
        ("kind", "balance") => "balance_kind",
        ("kind", "journal") => "journal_kind",
        ("state", "refunds" | "refund") => "refund_state",
        ("state", "withdrawals" | "withdrawal") => "withdrawal_state",
        ("state", "parked") => "parked_state",
        _ => return None,
    })
}

/// A dumped row by column.
fn columns(row: &str) -> Row {
    let pair = |column: &str| {
        let (name, value) = column.split_once(" = ").unwrap_or_else(|| panic!("{column} in {row}"));
        (name.to_owned(), value.to_owned())
    };
    // The texts of the histories have no such comma.
    row.split(", ").map(pair).collect()
}

fn number(row: &Row, column: &str) -> i64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// The text in a column, where there is one.
fn word<'a>(row: &'a Row, column: &str) -> Option<&'a str> {
    row[column].strip_prefix('\'')?.strip_suffix('\'')
}
