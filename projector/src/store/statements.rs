//! From merged changes to statements with their arguments.

use std::sync::Arc;

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

use super::sql::{Statement, runs};
use crate::change::{CellTable, Key, NewRow, RowTable, Value, Writes};

/// All statements that write tables.
#[derive(Debug)]
pub(super) struct Statements {
    rows: Vec<RowStatements>,
    cells: Vec<CellStatements>,
}

#[derive(Debug)]
struct RowStatements {
    table: &'static RowTable,
    insert: Statement,
    update: Statement,
}

#[derive(Debug)]
struct CellStatements {
    table: &'static CellTable,
    add: Statement,
}

/// A statement that is ready to be executed.
pub(super) struct Ready {
    /// Its text.
    pub(super) text: Arc<str>,
    /// Its arguments.
    pub(super) arguments: SqliteArguments,
    /// How many rows it must touch.
    pub(super) rows: usize,
    /// The table that it writes.
    pub(super) table: &'static str,
}

/// A statement, or why its arguments cannot be passed.
pub(super) type Built = Result<Ready, BoxDynError>;

impl Statements {
    /// The statements of these tables.
    pub(super) fn new(rows: &[&'static RowTable], cells: &[&'static CellTable]) -> Self {
        let row = |table: &&'static RowTable| RowStatements {
            table,
            insert: Statement::insert(table),
            update: Statement::update(table),
        };
        let cell = |table: &&'static CellTable| CellStatements { table, add: Statement::add(table) };
        Self { rows: rows.iter().map(row).collect(), cells: cells.iter().map(cell).collect() }
    }

    /// The statements that make `writes`, in their order; each is built when it is asked for.
    pub(super) fn of<'a>(&'a self, writes: &'a Writes) -> impl Iterator<Item = Built> + Send + 'a {
        let rows = writes.rows.iter().flat_map(|writes| {
            let found = self.rows.iter().find(|statements| std::ptr::eq(statements.table, writes.table));
            let statements = found.expect("every table of rows is listed with the projections");
            let table = writes.table.name;
            ready(&statements.insert, table, &writes.born, put_row).chain(ready(
                &statements.update,
                table,
                &writes.changed,
                |out, (key, state)| {
                    put_key(out, key)?;
                    put_all(out, state)
                },
            ))
        });
        let cells = writes.cells.iter().flat_map(|writes| {
            let found = self.cells.iter().find(|statements| std::ptr::eq(statements.table, writes.table));
            let statements = found.expect("every table of cells is listed with the projections");
            ready(&statements.add, writes.table.name, &writes.cells, |out, (key, sums)| {
                put_key(out, key)?;
                sums.iter().try_for_each(|sum| out.add(*sum))
            })
        });
        rows.chain(cells)
    }
}

/// The statements that write `rows`, their arguments put in by `put`.
fn ready<'a, T: Sync>(
    statement: &'a Statement,
    table: &'static str,
    rows: &'a [T],
    put: impl Fn(&mut SqliteArguments, &T) -> Result<(), BoxDynError> + Send + 'a,
) -> impl Iterator<Item = Built> + Send + 'a {
    runs(rows.len()).map(move |run| {
        let mut arguments = SqliteArguments::default();
        arguments.reserve(run.len() * statement.columns(), 0);
        let (text, count) = (statement.shape(run.len()), run.len());
        rows[run].iter().try_for_each(|row| put(&mut arguments, row))?;
        Ok(Ready { text, arguments, rows: count, table })
    })
}

fn put_row(out: &mut SqliteArguments, row: &NewRow) -> Result<(), BoxDynError> {
    put_key(out, &row.key)?;
    put_all(out, &row.facts)?;
    put_all(out, &row.state)
}

fn put_key(out: &mut SqliteArguments, key: &Key) -> Result<(), BoxDynError> {
    let mut result = Ok(());
    key.for_each(|value| {
        if result.is_ok() {
            result = put(out, value);
        }
    });
    result
}

fn put_all(out: &mut SqliteArguments, values: &[Value]) -> Result<(), BoxDynError> {
    values.iter().try_for_each(|value| put(out, value))
}

fn put(out: &mut SqliteArguments, value: &Value) -> Result<(), BoxDynError> {
    match value {
        Value::Null => out.add(None::<i64>),
        Value::Int(number) => out.add(*number),
        Value::Text(text) => out.add(text.as_str()),
        Value::Term(word) => out.add(*word),
    }
}
