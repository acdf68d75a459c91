//! A row of an answer, from either engine.

use std::fmt;

use sqlx::error::UnexpectedNullError;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Postgres, Row as _, Sqlite, Type, ValueRef};

/// A row of an answer.
#[derive(Debug)]
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as: a number, a text or bytes, and an option of each. What is borrowed is not copied.
pub(crate) trait Column<'r>:
    Decode<'r, Sqlite> + Type<Sqlite> + Decode<'r, Postgres> + Type<Postgres>
{
    /// Whether null is a value.
    const TAKES_NULL: bool = false;
}

impl Column<'_> for i64 {}
impl<'r> Column<'r> for &'r str {}
impl Column<'_> for String {}
impl<'r> Column<'r> for &'r [u8] {}
impl Column<'_> for Vec<u8> {}
impl<'r, T: Column<'r>> Column<'r> for Option<T> {
    const TAKES_NULL: bool = true;
}

/// What names a column: its name, or its number from 0.
pub(crate) trait Index: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + fmt::Debug + Copy {}
impl<T: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + fmt::Debug + Copy> Index for T {}

impl Row {
    /// The value of a column.
    ///
    /// Fails when there is no such column, or when it is of another type; null is an `Option`'s only.
    pub(crate) fn get<'r, T: Column<'r>>(&'r self, column: impl Index) -> Result<T, sqlx::Error> {
        match self {
            Self::Sqlite(row) => {
                // A name is looked up once, and not by each of the two below.
                let column = column.index(row)?;
                // SQLite itself takes null for 0 and for an empty text.
                if !T::TAKES_NULL && row.try_get_raw(column)?.is_null() {
                    let source = Box::new(UnexpectedNullError);
                    return Err(sqlx::Error::ColumnDecode { index: format!("{column:?}"), source });
                }
                row.try_get(column)
            }
            Self::Postgres(row) => row.try_get(column),
        }
    }
}
