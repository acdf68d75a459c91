//! Where the next page of a list begins, as an opaque word.

use std::fmt::Write;

use axum::http::StatusCode;

use crate::database::{DatabaseError, Row};
use crate::problem::Problem;

/// The key of the last item of a page: lists are sorted by a time and then by one or two numbers, newest first.
///
/// A page begins after a key, not at a count of items, so items that arrive meanwhile move nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) Vec<i64>);

/// Digits of one number.
const DIGITS: usize = 16;

impl Cursor {
    /// The place of `row`, whose first columns are its key.
    pub(crate) fn read(row: &Row, numbers: usize) -> Result<Self, DatabaseError> {
        (0..numbers).map(|number| row.get(number)).collect::<Result<_, _>>().map(Self)
    }

    /// The word for this place of the list called `list`.
    pub(crate) fn encode(&self, list: &str) -> String {
        let mut word = String::with_capacity(list.len() + 1 + DIGITS * self.0.len());
        word.push_str(list);
        word.push('.');
        for number in &self.0 {
            // Writing to a string cannot fail.
            let _ = write!(word, "{number:016x}");
        }
        word
    }

    /// The place that `text` stands for, in the list called `list` with keys of `numbers` numbers.
    pub(crate) fn decode(text: &str, list: &str, numbers: usize) -> Result<Self, Problem> {
        let digits = text.strip_prefix(list).and_then(|rest| rest.strip_prefix('.'));
        let digits = digits.filter(|digits| digits.len() == numbers * DIGITS && digits.is_ascii());
        let key =
            digits.and_then(|digits| (0..numbers).map(|i| read(&digits[i * DIGITS..][..DIGITS])).collect());
        key.map(Self).ok_or_else(|| {
            let detail = "the cursor is not one of this list: take next_cursor of an answer as it is";
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_cursor", detail).with("field", "cursor")
        })
    }
}

fn read(digits: &str) -> Option<i64> {
    // A sign would be read as well.
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, 16).ok().map(u64::cast_signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for key in [vec![1_793_494_800_000_000, 7], vec![-1, i64::MAX, 0]] {
            let cursor = Cursor(key);
            assert_eq!(Cursor::decode(&cursor.encode("orders"), "orders", cursor.0.len()).unwrap(), cursor);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let other = Cursor(vec![1, 1]).encode("cash-entries");
        let longer = Cursor(vec![1, 1, 1]).encode("orders");
        for text in [
            "",
            "orders",
            "orders.123",
            other.as_str(),
            longer.as_str(),
            "orders00000000000000010000000000000001",
            "orders.+00000000000000100000000000000001",
            "orders.000000000000000g0000000000000001",
        ] {
            assert_eq!(Cursor::decode(text, "orders", 2).unwrap_err().code(), "invalid_cursor", "{text}");
        }
    }
}
