//! Reads columns that hold more than numbers and texts.

use events_schema::terms::Term;
use events_schema::{Calendar, Timestamp};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::figure::{Amount, LocalTime};

/// A column holds a word that is not of its set.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a word of its set")]
struct UnknownWord(String);

/// A column holds a document that is not understood.
#[derive(Debug, thiserror::Error)]
#[error("not the JSON that was expected")]
struct UnreadableJson(#[from] serde_json::Error);

/// A word of a closed set.
pub(crate) fn word<T: Term>(row: &SqliteRow, column: &str) -> Result<T, sqlx::Error> {
    let name: &str = row.try_get(column)?;
    T::from_name(name).ok_or_else(|| undecodable(column, UnknownWord(name.to_owned())))
}

/// A word of a closed set, or nothing.
pub(crate) fn word_or_null<T: Term>(row: &SqliteRow, column: &str) -> Result<Option<T>, sqlx::Error> {
    let name: Option<&str> = row.try_get(column)?;
    name.map(|_| word(row, column)).transpose()
}

/// An amount in minor units.
pub(crate) fn amount(row: &SqliteRow, column: &str) -> Result<Amount, sqlx::Error> {
    row.try_get(column).map(Amount::minor)
}

/// An instant, in local time.
pub(crate) fn time(row: &SqliteRow, column: &str, calendar: &Calendar) -> Result<LocalTime, sqlx::Error> {
    Ok(LocalTime::new(calendar, Timestamp::from_micros(row.try_get(column)?)))
}

/// An instant in local time, or nothing.
pub(crate) fn time_or_null(
    row: &SqliteRow,
    column: &str,
    calendar: &Calendar,
) -> Result<Option<LocalTime>, sqlx::Error> {
    let micros: Option<i64> = row.try_get(column)?;
    Ok(micros.map(|micros| LocalTime::new(calendar, Timestamp::from_micros(micros))))
}

/// A list as JSON; null is an empty one.
pub(crate) fn list<T: serde::de::DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> Result<Vec<T>, sqlx::Error> {
    let text: Option<&str> = row.try_get(column)?;
    let Some(text) = text else { return Ok(Vec::new()) };
    serde_json::from_str(text).map_err(|error| undecodable(column, UnreadableJson(error)))
}

fn undecodable(column: &str, source: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_owned(), source: Box::new(source) }
}
