//! A statement: its text, and what is bound to the places in it.

use std::borrow::Cow;

use events_schema::terms::Term;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Postgres};

/// A statement, and what is bound to its places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sql {
    text: Cow<'static, str>,
    arguments: Vec<Argument>,
}

/// What can be bound to a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Argument {
    /// A number, an amount in minor units, an instant in microseconds.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

impl Sql {
    /// The statement `text`. It is copied only when more is pushed.
    pub(crate) const fn new(text: &'static str) -> Self {
        Self { text: Cow::Borrowed(text), arguments: Vec::new() }
    }

    /// The statement `text`, made for one question.
    pub(crate) const fn owned(text: String) -> Self {
        Self { text: Cow::Owned(text), arguments: Vec::new() }
    }

    /// Adds to the text.
    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        self.text.to_mut().push_str(text);
        self
    }

    /// Adds a new place to the text: `value` is bound to it.
    pub(crate) fn bind(&mut self, value: impl Into<Argument>) -> &mut Self {
        let place = self.place(value);
        self.push(&place)
    }

    /// Binds `value` to a new place, which the text may name as often as it likes: `$7`.
    pub(crate) fn place(&mut self, value: impl Into<Argument>) -> String {
        self.arguments.push(value.into());
        format!("${}", self.arguments.len())
    }

    /// Binds `value` to the next place that the text names already.
    pub(crate) fn with(mut self, value: impl Into<Argument>) -> Self {
        self.arguments.push(value.into());
        self
    }

    /// The select of its columns, of which there are so many, as one array each, for PostgreSQL; null is 0 in them.
    pub(super) fn into_arrays(self, columns: usize) -> Self {
        let names: Vec<_> = (0..columns).map(|column| format!("c{column}")).collect();
        let arrays: Vec<_> = names.iter().map(|name| format!("array_agg(coalesce({name}, 0))")).collect();
        let (arrays, names) = (arrays.join(", "), names.join(", "));
        let text = format!("select {arrays} from ({}) as numbers ({names})", self.text);
        Self { text: Cow::Owned(text), ..self }
    }

    /// The statement that tells how SQLite would run it.
    #[cfg(test)]
    pub(crate) fn explained(mut self) -> Self {
        self.text.to_mut().insert_str(0, "explain query plan ");
        self
    }

    /// The statements that have PostgreSQL prepare it, as `planned`, and tell how it would run it.
    #[cfg(test)]
    pub(crate) fn prepared(self) -> [Self; 2] {
        let (types, zeros): (Vec<_>, Vec<_>) = self
            .arguments
            .iter()
            .map(|argument| match argument {
                Argument::Int(_) => ("bigint", "0"),
                Argument::Text(_) => ("text", "''"),
                Argument::Bytes(_) => ("bytea", "''"),
            })
            .unzip();
        [
            format!("prepare planned ({}) as {}", types.join(", "), self.text),
            format!("explain (costs off) execute planned ({})", zeros.join(", ")),
        ]
        .map(|text| Self { text: Cow::Owned(text), arguments: Vec::new() })
    }

    /// Its text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What is bound to its places, the first of which is `$1`.
    pub(super) fn arguments(&self) -> &[Argument] {
        &self.arguments
    }

    /// It, for PostgreSQL. Kept prepared by the connection.
    pub(crate) fn query(self) -> Query<'static, Postgres, PgArguments> {
        // The text is made of constants and of the numbers of places; what callers say is bound.
        let query = sqlx::query(AssertSqlSafe(self.text));
        self.arguments.into_iter().fold(query, |query, argument| match argument {
            Argument::Int(number) => query.bind(number),
            Argument::Text(text) => query.bind(text),
            Argument::Bytes(bytes) => query.bind(bytes),
        })
    }
}

impl Argument {
    /// A word of a closed set, as tables have it.
    pub(crate) fn term(member: impl Term) -> Self {
        Self::Int(member.ordinal().try_into().unwrap_or(i64::MAX))
    }
}

impl From<i64> for Argument {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<u8>> for Argument {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}
