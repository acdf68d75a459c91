//! A row of an answer, from either engine.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type};

/// A row of an answer.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as: `i64`, `&str`, `String`, `&[u8]`, `Vec<u8>`, and an option of each.
///
/// What is borrowed is not copied.
pub(crate) trait Column<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
}
impl<'r, T> Column<'r> for T where T: Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{}

/// What names a column: its name, or its number from 0.
pub(crate) trait Index: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> {}
impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>> Index for T {}

impl Row {
    /// The value of a column.
    ///
    /// Fails when there is no such column, or when it is of another type; null is an `Option`'s only.
    pub(crate) fn get<'r, T: Column<'r>>(&'r self, column: impl Index) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}
