//! What stands in one column.

use compact_str::CompactString;
use events_schema::recorded::Personal;
use events_schema::terms::Term;
use events_schema::text::{Checked, Rule};
use events_schema::{Money, Position, Timestamp};

/// What stands in one column of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number: an amount, an instant, a position, a count.
    Int(i64),
    /// A text.
    Text(CompactString),
    /// A word of a closed set: its place in it, which is what is written, and its name, for people.
    Term(u8, &'static str),
}

impl Value {
    /// The owner of what belongs to all together: in the columns of ids, which are never empty, an empty text.
    pub const TOGETHER: Self = Self::Text(CompactString::const_new(""));

    /// A word of a closed set.
    pub fn term(member: impl Term) -> Self {
        Self::Term(u8::try_from(member.ordinal()).expect("a closed set has few words"), member.as_str())
    }

    /// A word of a closed set, or nothing.
    pub fn maybe_term(member: Option<impl Term>) -> Self {
        member.map_or(Self::Null, Self::term)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<Money> for Value {
    fn from(amount: Money) -> Self {
        Self::Int(amount.minor())
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::Int(instant.micros())
    }
}

impl From<Position> for Value {
    fn from(position: Position) -> Self {
        Self::Int(position.as_i64())
    }
}

impl From<CompactString> for Value {
    fn from(text: CompactString) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

/// The text; an empty one while it is sealed.
impl From<&Personal> for Value {
    fn from(text: &Personal) -> Self {
        text.text().unwrap_or_default().into()
    }
}

impl<R: Rule> From<&Checked<R>> for Value {
    fn from(text: &Checked<R>) -> Self {
        Self::Text(text.clone().into_compact())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
