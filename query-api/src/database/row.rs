//! A row of an answer, from either engine.

use std::fmt;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ValueRef};
use sqlx::postgres::PgRow;
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Type};

use crate::database::DatabaseError;
use crate::database::sqlite::SqliteRow;

/// A row of an answer.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as: a number, a text or bytes, and an option of each. What is borrowed is not copied.
pub(crate) trait Column<'r>: Decode<'r, Postgres> + Type<Postgres> {
    /// The value of a column of SQLite.
    fn of_sqlite(value: ValueRef<'r>) -> FromSqlResult<Self>;
}

impl Column<'_> for i64 {
    fn of_sqlite(value: ValueRef) -> FromSqlResult<Self> {
        value.as_i64()
    }
}

impl<'r> Column<'r> for &'r str {
    fn of_sqlite(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_str()
    }
}

impl Column<'_> for String {
    fn of_sqlite(value: ValueRef) -> FromSqlResult<Self> {
        Self::column_result(value)
    }
}

impl<'r> Column<'r> for &'r [u8] {
    fn of_sqlite(value: ValueRef<'r>) -> FromSqlResult<Self> {
        value.as_blob()
    }
}

impl Column<'_> for Vec<u8> {
    fn of_sqlite(value: ValueRef) -> FromSqlResult<Self> {
        Self::column_result(value)
    }
}

impl<'r, T: Column<'r>> Column<'r> for Option<T> {
    fn of_sqlite(value: ValueRef<'r>) -> FromSqlResult<Self> {
        if matches!(value, ValueRef::Null) { Ok(None) } else { T::of_sqlite(value).map(Some) }
    }
}

/// What names a column: its name, or its number from 0.
pub(crate) trait Index: ColumnIndex<PgRow> + fmt::Debug + Copy {
    /// The number of the column in a row of SQLite.
    fn of_sqlite(self, row: &SqliteRow) -> Option<usize>;
}

impl Index for &str {
    fn of_sqlite(self, row: &SqliteRow) -> Option<usize> {
        row.column(self)
    }
}

impl Index for usize {
    fn of_sqlite(self, _: &SqliteRow) -> Option<usize> {
        Some(self)
    }
}

/// There is no such column.
#[derive(Debug, thiserror::Error)]
#[error("there is none")]
struct NoColumnError;

impl Row {
    /// The value of a column.
    ///
    /// Fails when there is no such column, or when it is of another type; null is an `Option`'s only.
    pub(crate) fn get<'r, T: Column<'r>>(&'r self, column: impl Index) -> Result<T, DatabaseError> {
        match self {
            Self::Sqlite(row) => {
                let value = column.of_sqlite(row).and_then(|column| row.value(column));
                let value =
                    value.ok_or_else(|| DatabaseError::column(format!("{column:?}"), NoColumnError))?;
                T::of_sqlite(value)
                    .map_err(|error: FromSqlError| DatabaseError::column(format!("{column:?}"), error))
            }
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }
}
