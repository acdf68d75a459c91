//! From merged changes to statements with their arguments, whatever the engine.

use std::ops::{Deref, Range};
use std::sync::Arc;

use sqlx::error::BoxDynError;
use sqlx::{AssertSqlSafe, Database, Executor, IntoArguments};

use super::StoreError;
use crate::change::{CellTable, CellWrites, Key, NewRow, RowTable, Value, Writes};

/// A statement that writes any number of rows of one table.
pub(super) trait Statement: Sync {
    /// What an execution needs.
    type Arguments: Send;

    /// Cuts `count` rows into runs, each of which is written by one execution.
    fn runs(&self, count: usize) -> impl Iterator<Item = Range<usize>> + Send + 'static;

    /// The text that writes `rows` rows.
    fn text(&self, rows: usize) -> Arc<str>;

    /// What is to be written.
    fn arguments<F: Fields>(&self, rows: &[F]) -> Result<Self::Arguments, BoxDynError>;
}

/// What is written to one row.
pub(super) trait Fields: Sync {
    /// Calls `each` with the value of every column, in the order of the statement.
    fn for_each(&self, each: impl FnMut(&Value));
}

/// All statements that write tables.
#[derive(Debug)]
pub(super) struct Statements<S> {
    rows: Vec<RowStatements<S>>,
    cells: Vec<CellStatements<S>>,
}

/// The statements of a table of rows.
#[derive(Debug)]
pub(super) struct RowStatements<S> {
    /// The table.
    pub(super) table: &'static RowTable,
    /// Rows are born.
    pub(super) insert: S,
    /// The state of rows is replaced.
    pub(super) update: S,
}

/// The statements of a table of cells.
#[derive(Debug)]
pub(super) struct CellStatements<S> {
    /// The table.
    pub(super) table: &'static CellTable,
    /// Cells grow and shrink.
    pub(super) add: S,
    /// How they stand in the open epoch is kept.
    pub(super) keep: Keep<S>,
}

/// How it is kept how cells stand in the open epoch.
#[derive(Debug)]
pub(super) enum Keep<S> {
    /// By their keys, once they have changed.
    After(S),
    /// By a statement that changes them as well.
    AtOnce(S),
}

/// A statement that is ready to be executed.
pub(super) struct Ready<A> {
    text: Arc<str>,
    arguments: A,
    /// How many rows it must touch.
    rows: usize,
    table: &'static str,
}

/// A statement, or why its arguments cannot be passed.
type Built<A> = Result<Ready<A>, BoxDynError>;

impl<S: Statement> Statements<S> {
    /// These statements.
    pub(super) const fn new(rows: Vec<RowStatements<S>>, cells: Vec<CellStatements<S>>) -> Self {
        Self { rows, cells }
    }

    /// The statements that make `writes`, in their order; each is built when it is asked for.
    fn of<'a>(&'a self, writes: &'a Writes) -> impl Iterator<Item = Built<S::Arguments>> + Send + 'a {
        let rows = writes.rows.iter().flat_map(|writes| {
            let found = self.rows.iter().find(|statements| std::ptr::eq(statements.table, writes.table));
            let statements = found.expect("every table of rows is listed with the projections");
            let born = ready(&statements.insert, writes.table.name, &*writes.born);
            born.chain(ready(&statements.update, writes.table.name, &*writes.changed))
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
    pub(super) async fn execute<DB>(
        &self,
        connection: &mut DB::Connection,
        writes: &Writes,
        rows_affected: fn(&DB::QueryResult) -> u64,
    ) -> Result<(), StoreError>
    where
        DB: Database<Arguments = S::Arguments>,
        S::Arguments: IntoArguments<DB>,
        for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    {
        let mut built = self.of(writes);
        let mut next = built.next().transpose().map_err(sqlx::Error::Encode)?;
        while let Some(Ready { text, arguments, rows, table }) = next {
            let query = sqlx::query_with(AssertSqlSafe(text), arguments);
            // The next statement is built here while the engine executes this one.
            let (done, following) = tokio::join!(query.execute(&mut *connection), async { built.next() });
            if rows_affected(&done?) != rows as u64 {
                return Err(StoreError::Missing { table });
            }
            next = following.transpose().map_err(sqlx::Error::Encode)?;
        }
        Ok(())
    }
}

impl<S: Statement> CellStatements<S> {
    /// The statements that make `writes`.
    fn of<'a>(
        &'a self,
        writes: &'a CellWrites,
        has_past: bool,
    ) -> impl Iterator<Item = Built<S::Arguments>> + Send + 'a {
        let (passing, kept) = if has_past { writes.passing_and_kept() } else { (&*writes.cells, &[][..]) };
        let keys: Vec<_> = kept.iter().map(|(key, _)| key).collect();
        let (added, (after, keys), (at_once, cells)) = match &self.keep {
            Keep::After(keep) => (&*writes.cells, (keep, keys), (&self.add, &[][..])),
            Keep::AtOnce(keep) => (passing, (&self.add, vec![]), (keep, kept)),
        };
        let name = writes.table.name;
        ready(&self.add, name, added).chain(ready(after, name, keys)).chain(ready(at_once, name, cells))
    }
}

/// The executions of a statement that write `rows`.
fn ready<'a, S: Statement, F: Fields>(
    statement: &'a S,
    table: &'static str,
    rows: impl Deref<Target = [F]> + Send + 'a,
) -> impl Iterator<Item = Built<S::Arguments>> + Send + 'a {
    statement.runs(rows.len()).map(move |run| {
        let rows = &rows[run];
        let arguments = statement.arguments(rows)?;
        Ok(Ready { text: statement.text(rows.len()), arguments, rows: rows.len(), table })
    })
}

impl Fields for &Key {
    fn for_each(&self, each: impl FnMut(&Value)) {
        Key::for_each(self, each);
    }
}

impl Fields for NewRow {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.key.for_each(&mut each);
        self.facts.iter().chain(&self.state).for_each(each);
    }
}

impl Fields for (Key, Box<[Value]>) {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.0.for_each(&mut each);
        self.1.iter().for_each(each);
    }
}

impl Fields for (Key, Box<[i64]>) {
    fn for_each(&self, mut each: impl FnMut(&Value)) {
        self.0.for_each(&mut each);
        self.1.iter().for_each(|sum| each(&Value::Int(*sum)));
    }
}
