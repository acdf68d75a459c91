//! Finds what begins with a text (`q`), in whichever of two ways is the faster.
//!
//! Where few rows match, they are found through the indexes of the texts, and sorted by time. Where many do, the list
//! is read in its own order, and each row is looked at: the page is full soon. Where it is not, since all that match are
//! old, they are found through the indexes after all. What is found is the same.

use serde::Deserialize;

use crate::database::{DatabaseError, Sql};
use crate::snapshot::Snapshot;

/// Longest `q`: as long as a name may be, which has no control characters either.
const PREFIX_CHARACTERS_MAX: usize = 200;
/// Most rows that are found first and sorted then.
pub(crate) const FEW: i64 = 25_000;
/// The same where each row that is found is looked up in a table, which takes ten times as long.
pub(crate) const FEW_LOOKED_UP: i64 = 12_000;
/// Most rows of a list that are looked at for one page before what matches is found through indexes. Where they do not fill
/// a page of fifty, less than one row in four hundred matches there.
pub(crate) const WALKED_MAX: i64 = 20_000;

/// The stretches of positions that some indexes begin with, up to the last position of a table, and that table: for `from`.
/// A condition says that `position >> 19` of a row is the `number` of its `stretch`.
macro_rules! stretches {
    ($table:literal, $position:literal) => {
        concat!(
            "(with recursive stretch (number) as (select cast(0 as bigint) + 0 union all \
             select number + 1 from stretch where number < (select max(",
            $position,
            ") >> 19 from ",
            $table,
            ")) select number from stretch) as stretch cross join ",
            $table
        )
    };
}
pub(crate) use stretches;

/// What texts begin with that a caller looks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Prefix(String);

/// Why a text cannot be looked for.
#[derive(Debug, thiserror::Error)]
#[error("expected 1 to {PREFIX_CHARACTERS_MAX} characters, none of them a control character")]
pub(crate) struct PrefixError;

impl TryFrom<String> for Prefix {
    type Error = PrefixError;

    fn try_from(text: String) -> Result<Self, PrefixError> {
        let is_of_length = (1..=PREFIX_CHARACTERS_MAX).contains(&text.chars().count());
        // No text that is searched has one, and PostgreSQL refuses any text with a NUL in it.
        if is_of_length && !text.chars().any(char::is_control) { Ok(Self(text)) } else { Err(PrefixError) }
    }
}

/// A column of texts that a list is searched in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Searched {
    /// The column among the tables of the list: `o.order_no`.
    pub(crate) column: &'static str,
    /// A select of the keys of items, and of nothing that the list does not have, up to a condition of `indexed`:
    /// `select placed_at, birth from orders where`.
    pub(crate) found: &'static str,
    /// The column in that select, which an index begins with: `order_no`.
    pub(crate) indexed: &'static str,
    /// The table of that column, with the condition of its index where that has one: `orders x where`, `… and`. What
    /// matches there is counted; what is found may be less.
    pub(crate) counted: &'static str,
    /// Most rows that are found first: [`FEW`] or [`FEW_LOOKED_UP`].
    pub(crate) few_max: i64,
}

/// How many rows match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matches {
    /// So few that they are found through indexes.
    Few,
    /// So many that the list is read until a page is full, or very many were looked at.
    Many,
}

impl Prefix {
    /// How many rows match, counted no further than needed.
    pub(super) async fn count(
        &self,
        searched: &[Searched],
        snapshot: &mut Snapshot,
    ) -> Result<Matches, DatabaseError> {
        let mut sql = Sql::new("select ");
        let between = self.between(&mut sql);
        for (index, Searched { counted, indexed, few_max, .. }) in searched.iter().enumerate() {
            sql.push(if index == 0 { "" } else { ", " });
            sql.push(&format!("(select count(*) from (select 1 from {counted} {} limit ", between(indexed)));
            sql.bind(few_max + 1).push(") as counted)");
        }
        let row = snapshot.fetch_one(sql).await?;
        for (index, Searched { few_max, .. }) in searched.iter().enumerate() {
            if row.get::<i64>(index)? > *few_max {
                return Ok(Matches::Many);
            }
        }
        Ok(Matches::Few)
    }

    /// The condition that one of the texts of a row begins with this. No index helps with it.
    pub(super) fn check(&self, sql: &mut Sql, searched: &[Searched]) -> String {
        let characters = i64::try_from(self.0.chars().count()).unwrap_or(i64::MAX);
        let (text, characters) = (sql.place(self.0.as_str()), sql.place(characters));
        let begins = |Searched { column, .. }: &Searched| {
            format!("substr({column}, 1, cast({characters} as integer)) = {text}")
        };
        format!("({})", searched.iter().map(begins).collect::<Vec<_>>().join(" or "))
    }

    /// A select for each column of those whose text begins with this.
    pub(super) fn found(&self, sql: &mut Sql, searched: &[Searched]) -> Vec<String> {
        let between = self.between(sql);
        let found = |Searched { found, indexed, .. }: &Searched| format!("{found} {}", between(indexed));
        searched.iter().map(found).collect()
    }

    /// The condition that a column is between the prefix and all that follows it, which an index can meet.
    fn between(&self, sql: &mut Sql) -> impl Fn(&str) -> String + use<> {
        let from = sql.place(self.0.as_str());
        let to = self.end().map(|end| sql.place(end));
        move |column| match &to {
            Some(to) => format!("{column} >= {from} and {column} < {to}"),
            None => format!("{column} >= {from}"),
        }
    }

    /// The first text after all that begin with this, in the order of bytes; nothing when there is none.
    fn end(&self) -> Option<String> {
        let mut end = self.0.clone();
        while let Some(last) = end.pop() {
            // The step over the surrogates is the iterator's.
            if let Some(next) = (last..=char::MAX).nth(1) {
                end.push(next);
                return Some(end);
            }
        }
        None
    }
}

/// What is searched is found in both ways alike.
#[cfg(test)]
pub(crate) mod tests;
