//! Reads columns that hold more than numbers and texts.

use events_schema::terms::{Account, Term};
use events_schema::{Calendar, Timestamp};
use serde_json::value::RawValue;

use crate::database::{DatabaseError, Row};
use crate::figure::{Amount, LocalTime};

/// A column holds the number of a word that is not of its set.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not the number of a word of its set")]
struct UnknownWord(i64);

/// A column holds a document that is not understood.
#[derive(Debug, thiserror::Error)]
#[error("not the JSON that was expected")]
struct UnreadableJson(#[from] serde_json::Error);

/// A word of a closed set.
pub(crate) fn word<T: Term>(row: &Row, column: &str) -> Result<T, DatabaseError> {
    let number: i64 = row.get(column)?;
    let member = usize::try_from(number).ok().and_then(T::from_ordinal);
    member.ok_or_else(|| undecodable(column, UnknownWord(number)))
}

/// A word of a closed set, or nothing.
pub(crate) fn word_or_null<T: Term>(row: &Row, column: &str) -> Result<Option<T>, DatabaseError> {
    let number: Option<i64> = row.get(column)?;
    number.map(|_| word(row, column)).transpose()
}

/// The name of a word of a closed set.
pub(crate) fn name<T: Term>(row: &Row, column: &str) -> Result<&'static str, DatabaseError> {
    word::<T>(row, column).map(Term::as_str)
}

/// The name of a word of a closed set, or nothing.
pub(crate) fn name_or_null<T: Term>(row: &Row, column: &str) -> Result<Option<&'static str>, DatabaseError> {
    Ok(word_or_null::<T>(row, column)?.map(Term::as_str))
}

/// An account, by its number.
pub(crate) fn account(row: &Row, column: &str) -> Result<Account, DatabaseError> {
    let number: i64 = row.get(column)?;
    Account::from_number(number).ok_or_else(|| undecodable(column, UnknownWord(number)))
}

/// A text.
pub(crate) fn text(row: &Row, column: &str) -> Result<String, DatabaseError> {
    row.get(column)
}

/// An amount in minor units.
pub(crate) fn amount(row: &Row, column: &str) -> Result<Amount, DatabaseError> {
    row.get(column).map(Amount::minor)
}

/// An instant, or nothing.
pub(crate) fn instant(row: &Row, column: &str) -> Result<Option<Timestamp>, DatabaseError> {
    Ok(row.get::<Option<i64>>(column)?.map(Timestamp::from_micros))
}

/// An instant, in local time.
pub(crate) fn time(row: &Row, column: &str, calendar: &Calendar) -> Result<LocalTime, DatabaseError> {
    Ok(LocalTime::new(calendar, Timestamp::from_micros(row.get(column)?)))
}

/// An instant in local time, or nothing.
pub(crate) fn time_or_null(
    row: &Row,
    column: &str,
    calendar: &Calendar,
) -> Result<Option<LocalTime>, DatabaseError> {
    Ok(instant(row, column)?.map(|instant| LocalTime::new(calendar, instant)))
}

/// A list as JSON; null is an empty one.
pub(crate) fn list<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<Vec<T>, DatabaseError> {
    let text: Option<&str> = row.get(column)?;
    let Some(text) = text else { return Ok(Vec::new()) };
    serde_json::from_str(text).map_err(|error| undecodable(column, UnreadableJson(error)))
}

/// A JSON object.
pub(crate) fn object<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, DatabaseError> {
    serde_json::from_str(row.get(column)?).map_err(|error| undecodable(column, UnreadableJson(error)))
}

/// A JSON document as it is; an empty text is none.
pub(crate) fn json(row: &Row, column: &str) -> Result<Option<Box<RawValue>>, DatabaseError> {
    let text: String = row.get(column)?;
    if text.is_empty() {
        return Ok(None);
    }
    RawValue::from_string(text).map(Some).map_err(|error| undecodable(column, UnreadableJson(error)))
}

fn undecodable(column: &str, source: impl std::error::Error + Send + Sync + 'static) -> DatabaseError {
    DatabaseError::column(column, source)
}
