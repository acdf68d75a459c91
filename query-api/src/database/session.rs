//! A connection that stands at one state of the tables.

use std::future::poll_fn;
use std::pin::Pin;

use futures_core::Stream;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Postgres, Sqlite, Transaction};

use crate::database::{Row, Sql};

/// A read transaction. It ends when it is dropped.
#[derive(Debug)]
pub(crate) enum Session {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Session {
    /// The first row, if there is one.
    pub(crate) async fn fetch_optional(&mut self, sql: Sql) -> Result<Option<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(session) => Ok(sql.query().fetch_optional(&mut **session).await?.map(Row::Sqlite)),
            Self::Postgres(session) => {
                Ok(sql.query().fetch_optional(&mut **session).await?.map(Row::Postgres))
            }
        }
    }

    /// All rows, one by one, in constant memory.
    pub(crate) fn stream(&mut self, sql: Sql) -> Rows<'_> {
        match self {
            Self::Sqlite(session) => Rows::Sqlite((**session).fetch(sql.query::<Sqlite>())),
            Self::Postgres(session) => Rows::Postgres((**session).fetch(sql.query::<Postgres>())),
        }
    }
}

/// Rows that come one by one.
pub(crate) enum Rows<'s> {
    Sqlite(RowStream<'s, SqliteRow>),
    Postgres(RowStream<'s, PgRow>),
}

type RowStream<'s, R> = Pin<Box<dyn Stream<Item = Result<R, sqlx::Error>> + Send + 's>>;

impl Rows<'_> {
    /// The next row, or nothing after the last.
    pub(crate) async fn next(&mut self) -> Result<Option<Row>, sqlx::Error> {
        match self {
            Self::Sqlite(rows) => {
                let row = poll_fn(|context| rows.as_mut().poll_next(context)).await;
                Ok(row.transpose()?.map(Row::Sqlite))
            }
            Self::Postgres(rows) => {
                let row = poll_fn(|context| rows.as_mut().poll_next(context)).await;
                Ok(row.transpose()?.map(Row::Postgres))
            }
        }
    }
}
