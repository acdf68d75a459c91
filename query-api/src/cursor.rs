//! Where the next page of a list begins, as an opaque word.

use axum::http::StatusCode;

use crate::problem::Problem;

/// The key of the last item of a page: lists are sorted by time and then by number, newest first.
///
/// A page begins after a key, not at a count of items, so items that arrive meanwhile move nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The time of the item, in microseconds.
    pub(crate) at: i64,
    /// Its number.
    pub(crate) number: i64,
}

/// The list that a cursor belongs to, so that one of another list is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListKind {
    /// Orders.
    Orders,
    /// Cash entries.
    CashEntries,
}

/// Digits of one number.
const DIGITS: usize = 16;

impl ListKind {
    const fn tag(self) -> char {
        match self {
            Self::Orders => 'o',
            Self::CashEntries => 'c',
        }
    }
}

impl Cursor {
    /// The word for this place of the list.
    pub(crate) fn encode(self, list: ListKind) -> String {
        format!("{}{:016x}{:016x}", list.tag(), self.at, self.number)
    }

    /// The place that `text` stands for.
    pub(crate) fn decode(text: &str, list: ListKind) -> Result<Self, Problem> {
        let digits = text.strip_prefix(list.tag()).filter(|rest| rest.len() == 2 * DIGITS && rest.is_ascii());
        let numbers = digits.and_then(|digits| {
            let (at, number) = digits.split_at(DIGITS);
            Some(Self { at: read(at)?, number: read(number)? })
        });
        numbers.ok_or_else(|| {
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
        for cursor in [Cursor { at: 1_793_494_800_000_000, number: 7 }, Cursor { at: -1, number: i64::MAX }] {
            assert_eq!(Cursor::decode(&cursor.encode(ListKind::Orders), ListKind::Orders).unwrap(), cursor);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let other = Cursor { at: 1, number: 1 }.encode(ListKind::CashEntries);
        for text in [
            "",
            "o",
            "o123",
            other.as_str(),
            "o+00000000000000100000000000000001",
            "o000000000000000g0000000000000001",
        ] {
            assert_eq!(
                Cursor::decode(text, ListKind::Orders).unwrap_err().code(),
                "invalid_cursor",
                "{text}"
            );
        }
    }
}
