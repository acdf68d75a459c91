//! What stands in one column, and what names a row.

use compact_str::CompactString;
use events_schema::terms::Term;
use events_schema::text::{Checked, Rule};
use events_schema::{Money, Position, Timestamp};

/// What stands in one column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A number: an amount, an instant, a position, a count.
    Int(i64),
    /// A text.
    Text(CompactString),
    /// A word of a closed set.
    Term(&'static str),
}

impl Value {
    /// A word of a closed set.
    pub fn term(member: impl Term) -> Self {
        Self::Term(member.as_str())
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

/// What names a row or a cell: the values of its key columns. Keys sort as their table does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// One number, such as a birth.
    Number(i64),
    /// Two numbers.
    Numbers(i64, i64),
    /// A number, such as the beginning of a day, and a text.
    Text(i64, CompactString),
    /// A number and two words of closed sets.
    Terms(i64, &'static str, &'static str),
}

impl Key {
    /// Calls `each` with the value of every key column, in their order.
    pub(crate) fn for_each(&self, mut each: impl FnMut(&Value)) {
        match self {
            Self::Number(one) => each(&Value::Int(*one)),
            Self::Numbers(one, two) => {
                each(&Value::Int(*one));
                each(&Value::Int(*two));
            }
            Self::Text(one, two) => {
                each(&Value::Int(*one));
                each(&Value::Text(two.clone()));
            }
            Self::Terms(one, two, three) => {
                each(&Value::Int(*one));
                each(&Value::Term(two));
                each(&Value::Term(three));
            }
        }
    }
}
