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

    /// All rows.
    pub(crate) async fn fetch_all(&mut self, sql: Sql) -> Result<Vec<Row>, sqlx::Error> {
        let mut stream = self.stream(sql);
        let mut rows = Vec::new();
        while let Some(row) = stream.next().await? {
            rows.push(row);
        }
        Ok(rows)
    }

    /// From now on what is read is found by indexes, row by row. PostgreSQL, which does not know how few events lie
    /// between two positions, would read whole tables instead; SQLite reads in the order of the text.
    pub(crate) async fn find_by_index(&mut self) -> Result<(), sqlx::Error> {
        const FIND: &str = "select set_config('enable_seqscan', 'off', true), \
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";
        if matches!(self, Self::Postgres(_)) {
            self.fetch_optional(Sql::new(FIND)).await?;
        }
        Ok(())
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
