//! What all lists have in common: pages, limits, prefixes.

use events_schema::Position;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::cursor::{Cursor, ListKind};
use crate::database::Sql;
use crate::range::Range;

/// Most items of one page.
pub const LIMIT_MAX: u32 = 500;
/// Items of a page when the caller does not say.
const LIMIT_DEFAULT: u32 = 50;
/// Longest `q`: as long as a name may be.
const PREFIX_CHARACTERS_MAX: usize = 200;

/// How many items a caller wants at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub(super) struct Limit(u32);

/// Why a number of items cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("expected a number from 1 to {LIMIT_MAX}")]
pub(super) struct LimitError;

impl TryFrom<u32> for Limit {
    type Error = LimitError;

    fn try_from(limit: u32) -> Result<Self, LimitError> {
        if (1..=LIMIT_MAX).contains(&limit) { Ok(Self(limit)) } else { Err(LimitError) }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(LIMIT_DEFAULT)
    }
}

impl Limit {
    /// One more than the items of a page: the one more says whether there is a next page.
    pub(super) const fn rows(self) -> i64 {
        self.0 as i64 + 1
    }
}

/// What texts begin with that a caller looks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Prefix(String);

/// Why a text cannot be looked for.
#[derive(Debug, thiserror::Error)]
#[error("expected 1 to {PREFIX_CHARACTERS_MAX} characters")]
pub(super) struct PrefixError;

impl TryFrom<String> for Prefix {
    type Error = PrefixError;

    fn try_from(text: String) -> Result<Self, PrefixError> {
        let characters = text.chars().count();
        if (1..=PREFIX_CHARACTERS_MAX).contains(&characters) { Ok(Self(text)) } else { Err(PrefixError) }
    }
}

impl Prefix {
    /// Adds `and (…)`: one of `columns` begins with this.
    pub(super) fn push(&self, sql: &mut Sql, columns: &[&str]) {
        // After every text that begins with it, in the order of bytes.
        let end = format!("{}{}", self.0, char::MAX);
        for (index, column) in columns.iter().enumerate() {
            sql.push(if index == 0 { " and ((" } else { " or (" });
            sql.push(column).push(" >= ").bind(self.0.clone());
            sql.push(" and ").push(column).push(" < ").bind(end.clone()).push(")");
        }
        sql.push(")");
    }
}

/// Adds `and column = value`, when there is a value.
pub(super) fn push_equal(sql: &mut Sql, column: &str, value: Option<&str>) {
    if let Some(value) = value {
        sql.push(" and ").push(column).push(" = ").bind(value.to_owned());
    }
}

/// Adds what limits a page: the range of times, and the item after which it begins.
pub(super) fn push_place(sql: &mut Sql, [at, number]: [&str; 2], range: Range, after: Option<Cursor>) {
    if range.from != Range::BEGINNING {
        sql.push(" and ").push(at).push(" >= ").bind(range.from.micros());
    }
    if range.to != Range::END {
        sql.push(" and ").push(at).push(" < ").bind(range.to.micros());
    }
    if let Some(Cursor { at: last_at, number: last_number }) = after {
        sql.push(&format!(" and ({at}, {number}) < ("));
        sql.bind(last_at).push(", ").bind(last_number).push(")");
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// What to give as `cursor` for the next page; null at the end.
    #[schema(example = "o00065f2cfe2a4800000000000000004b")]
    pub next_cursor: Option<String>,
    /// The position of the log that the items reflect.
    #[schema(value_type = u64, example = 1204)]
    pub position: Position,
}

impl<T> Page<T> {
    /// The page of these items; `rows` has one more of them when there is a next page.
    pub(super) fn answer(
        mut rows: Vec<(Cursor, T)>,
        limit: Limit,
        list: ListKind,
        position: Position,
    ) -> Answer<Self> {
        let wanted = limit.0 as usize;
        let is_last = rows.len() <= wanted;
        rows.truncate(wanted);
        let next_cursor = if is_last { None } else { rows.last().map(|(cursor, _)| cursor.encode(list)) };
        let items = rows.into_iter().map(|(_, item)| item).collect();
        Answer { position, body: Self { items, next_cursor, position } }
    }
}
