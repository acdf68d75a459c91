//! A connection that stands at one state of the tables.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use sqlx::postgres::PgRow;
use sqlx::{Executor, Postgres, Row as _, Transaction};

use crate::database::sqlite::{SqliteRows, SqliteSession};
use crate::database::{DatabaseError, Row, Sql};

/// A read transaction. It ends when it is dropped.
#[derive(Debug)]
pub(crate) enum Session {
    Sqlite(SqliteSession),
    Postgres(Transaction<'static, Postgres>),
}

impl Session {
    /// The first row, if there is one.
    pub(crate) async fn fetch_optional(&mut self, sql: Sql) -> Result<Option<Row>, DatabaseError> {
        match self {
            Self::Sqlite(session) => Ok(session.fetch(&sql, 1).await?.pop().map(Row::Sqlite)),
            Self::Postgres(session) => {
                Ok(sql.query().fetch_optional(&mut **session).await?.map(Row::Postgres))
            }
        }
    }

    /// All rows.
    pub(crate) async fn fetch_all(&mut self, sql: Sql) -> Result<Vec<Row>, DatabaseError> {
        match self {
            Self::Sqlite(session) => {
                let rows = session.fetch(&sql, usize::MAX).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(session) => {
                let rows = sql.query().fetch_all(&mut **session).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// All rows of a select of so many columns of numbers, one after the other; null is 0.
    ///
    /// PostgreSQL hands each column over as an array: sending and reading a row takes longer than what is in it.
    pub(crate) async fn fetch_numbers(
        &mut self,
        sql: Sql,
        columns: usize,
    ) -> Result<Vec<i64>, DatabaseError> {
        match self {
            Self::Sqlite(session) => {
                let rows = session.fetch(&sql, usize::MAX).await?;
                let mut numbers = Vec::with_capacity(rows.len() * columns);
                for row in rows.into_iter().map(Row::Sqlite) {
                    for column in 0..columns {
                        numbers.push(row.get::<Option<i64>>(column)?.unwrap_or_default());
                    }
                }
                Ok(numbers)
            }
            Self::Postgres(session) => {
                let row = sql.into_arrays(columns).query().fetch_one(&mut **session).await?;
                let arrays = (0..columns).map(|column| row.try_get::<Option<Vec<i64>>, _>(column));
                let arrays = arrays.map(|array| array.map(Option::unwrap_or_default));
                let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
                let rows = arrays.first().map_or(0, Vec::len);
                Ok((0..rows).flat_map(|row| arrays.iter().map(move |array| array[row])).collect())
            }
        }
    }

    /// From now on what is read is found by indexes, row by row. PostgreSQL, which does not know how few events lie
    /// between two positions, or texts between two others, would read whole tables instead; SQLite reads in the order of
    /// the text.
    pub(crate) async fn find_by_index(&mut self) -> Result<(), DatabaseError> {
        const FIND: &str = "select set_config('enable_seqscan', 'off', true), \
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";
        if matches!(self, Self::Postgres(_)) {
            self.fetch_optional(Sql::new(FIND)).await?;
        }
        Ok(())
    }

    /// All rows, one by one, in constant memory.
    pub(crate) async fn stream(&mut self, sql: Sql) -> Result<Rows<'_>, DatabaseError> {
        match self {
            Self::Sqlite(session) => Ok(Rows::Sqlite(session.stream(sql).await?)),
            Self::Postgres(session) => Ok(Rows::Postgres((**session).fetch(sql.query()))),
        }
    }
}

/// Rows that come one by one.
pub(crate) enum Rows<'s> {
    Sqlite(SqliteRows),
    Postgres(Pin<Box<dyn Stream<Item = Result<PgRow, sqlx::Error>> + Send + 's>>),
}

impl Rows<'_> {
    /// The next row, or nothing after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Row>, DatabaseError> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next().await?.map(Row::Sqlite)),
            Self::Postgres(rows) => {
                let row = poll_fn(|context| rows.as_mut().poll_next(context)).await;
                Ok(row.transpose()?.map(Row::Postgres))
            }
        }
    }
}
