//! From merged changes to statements with their arguments.

use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::{AssertSqlSafe, PgConnection};

use super::rows::RowTypes;
use super::sql::Arrays;
use crate::change::{CellTable, CellWrites, RowTable, Writes};
use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::store::StoreError;
use crate::store::fields::Fields;

/// All statements that write tables.
#[derive(Debug)]
pub(super) struct Statements {
    rows: Vec<RowStatements>,
    cells: Vec<CellStatements>,
}

/// The statements of a table of rows.
#[derive(Debug)]
struct RowStatements {
    table: &'static RowTable,
    /// Rows are born.
    insert: Arrays,
    /// The state of rows is replaced.
    update: Arrays,
}

/// The statements of a table of cells.
#[derive(Debug)]
struct CellStatements {
    table: &'static CellTable,
    /// Cells grow and shrink.
    add: Arrays,
    /// The same, and how they stand in the open epoch is kept.
    add_and_keep: Arrays,
}

/// A statement that is ready to be executed.
struct Ready {
    text: Arc<str>,
    arguments: PgArguments,
    /// How many rows it must touch.
    rows: usize,
    table: &'static str,
}

/// A statement, or why its arguments cannot be passed.
type Built = Result<Ready, BoxDynError>;

impl Statements {
    /// Those of all tables, whose rows are of `types`.
    pub(super) fn new(types: &RowTypes) -> Result<Self, StoreError> {
        let rows = ROW_TABLES.iter().map(|table| {
            let (insert, update) = (Arrays::insert(table, types)?, Arrays::update(table, types)?);
            Ok(RowStatements { table, insert, update })
        });
        let cells = CELL_TABLES.iter().map(|table| {
            let (add, add_and_keep) = (Arrays::add(table, types)?, Arrays::add_and_keep(table, types)?);
            Ok(CellStatements { table, add, add_and_keep })
        });
        Ok(Self {
            rows: rows.collect::<Result<_, StoreError>>()?,
            cells: cells.collect::<Result<_, StoreError>>()?,
        })
    }

    /// The statements that make `writes`, in their order; each is built when it is asked for.
    fn of<'a>(&'a self, writes: &'a Writes) -> impl Iterator<Item = Built> + Send + 'a {
        let rows = writes.rows.iter().flat_map(|writes| {
            let found = self.rows.iter().find(|statements| std::ptr::eq(statements.table, writes.table));
            let statements = found.expect("every table of rows is listed with the projections");
            let born = ready(&statements.insert, writes.table.name, &writes.born);
            // All of the state: PostgreSQL compares values. Where that of an indexed column differs, the row gets a new
            // entry in every index whose condition it meets, and otherwise in none, whichever columns are named.
            let changed = [&writes.changed, &writes.changed_often].into_iter();
            born.chain(changed.flat_map(|rows| ready(&statements.update, writes.table.name, rows)))
        });
        let has_past = writes.has_past;
        let cells = writes.cells.iter().flat_map(move |writes| {
            let found = self.cells.iter().find(|statements| std::ptr::eq(statements.table, writes.table));
            let statements = found.expect("every table of cells is listed with the projections");
            statements.of(writes, has_past)
        });
        rows.chain(cells)
    }

    /// Makes `writes`. The caller has begun a transaction.
    pub(super) async fn execute(
        &self,
        connection: &mut PgConnection,
        writes: &Writes,
    ) -> Result<(), StoreError> {
        let mut built = self.of(writes);
        let mut next = built.next().transpose().map_err(sqlx::Error::Encode)?;
        while let Some(Ready { text, arguments, rows, table }) = next {
            let query = sqlx::query_with(AssertSqlSafe(text), arguments);
            // The next statement is built here while the server executes this one.
            let (done, following) = tokio::join!(query.execute(&mut *connection), async { built.next() });
            if done?.rows_affected() != rows as u64 {
                return Err(StoreError::Missing { table });
            }
            next = following.transpose().map_err(sqlx::Error::Encode)?;
        }
        Ok(())
    }
}

impl CellStatements {
    /// The statements that make `writes`.
    fn of<'a>(&'a self, writes: &'a CellWrites, has_past: bool) -> impl Iterator<Item = Built> + Send + 'a {
        let (passing, kept) = if has_past { writes.passing_and_kept() } else { (&*writes.cells, &[][..]) };
        let name = writes.table.name;
        ready(&self.add, name, passing).chain(ready(&self.add_and_keep, name, kept))
    }
}

/// The executions of a statement that write `rows`.
fn ready<'a, F: Fields>(
    statement: &'a Arrays,
    table: &'static str,
    rows: &'a [F],
) -> impl Iterator<Item = Built> + Send + 'a {
    Arrays::runs(rows.len()).map(move |run| {
        let rows = &rows[run];
        let arguments = statement.arguments(rows)?;
        Ok(Ready { text: statement.text(), arguments, rows: rows.len(), table })
    })
}
