//! What of a list is asked for, and the SQL that reads it.
//!
//! Exactly one thing finds the rows: an id, the matches of a search, the words that a list's index has before the time,
//! a word, or time. All else is looked at row by row, and written so that no index is taken for it: an engine that
//! does not know how values are spread would guess.

use events_schema::Timestamp;
use events_schema::terms::Term;

use crate::cursor::Cursor;
use crate::database::{Argument, DatabaseError, Row};
use crate::lists::search::{FEW_LOOKED_UP, Matches, Prefix, Searched};
use crate::range::Range;
use crate::snapshot::Snapshot;

/// The SQL of a selection.
mod select;

/// A list: where it is, and what it shows.
#[derive(Debug)]
pub(crate) struct List {
    /// Its name, with which its cursors begin.
    pub(crate) name: &'static str,
    /// The columns of an item.
    pub(crate) columns: &'static str,
    /// Its tables, joined. More than one way is given where filters are found in different tables; the first is
    /// taken unless a filter belongs to the first table of another.
    pub(crate) tables: &'static [Tables],
    /// What is searched.
    pub(crate) searched: &'static [Searched],
    /// What an item adds to the amount of the total; nothing in a list without money.
    pub(crate) amount: Option<&'static str>,
}

/// The tables of a list, in the order in which SQLite is to read them.
#[derive(Debug)]
pub(crate) struct Tables {
    /// The first table: `orders`.
    pub(crate) table: &'static str,
    /// Its short name: `o`.
    pub(crate) first: &'static str,
    /// What holds in it for all items, or `true`. What `searched` finds must meet it as well.
    pub(crate) always: &'static str,
    /// What of that the index of the time says by itself. A walk counts the rows for which this holds.
    pub(crate) walked: &'static str,
    /// What is joined to it, one row for each: `cross join order_states s`, `left join …`. It may be empty.
    pub(crate) joined: &'static str,
    /// How it is joined: `s.birth = o.birth`; `true` where the join says it.
    pub(crate) on: &'static str,
    /// The columns that sort the list, of the first table where they can be: a time, and one or two numbers that no
    /// two items share.
    pub(crate) key: &'static [&'static str],
}

/// What of a list is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    list: &'static List,
    range: Range,
    filters: Vec<Filter>,
    splits: Vec<Split>,
    search: Option<(Prefix, Matches)>,
    /// Whether no item can be what is asked for: then there is no SQL for it.
    is_empty: bool,
}

#[derive(Clone, Debug)]
struct Filter {
    /// A column that has the value, or a condition with `{}` for it.
    text: &'static str,
    value: Argument,
    finds: Finds,
}

/// What a filter finds through its index, from the least to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Finds {
    /// Few rows, in any order.
    Few,
    /// Few rows, newest first.
    FewByTime,
    /// Many rows, newest first.
    ManyByTime,
    /// Rows in any order, if they turn out to be few.
    IfFew,
    /// It has no index.
    Nothing,
}

/// Some words of a column that an index of the list has before the time.
#[derive(Clone, Debug)]
struct Split {
    column: &'static str,
    /// Their numbers.
    words: Vec<usize>,
    is_all: bool,
}

impl Selection {
    /// All of `list`.
    pub(crate) const fn new(list: &'static List) -> Self {
        Self {
            list,
            range: Range::ALL,
            filters: Vec::new(),
            splits: Vec::new(),
            search: None,
            is_empty: false,
        }
    }

    /// Those few of which `column` is this, an id that an index consists of.
    pub(crate) fn id(self, column: &'static str, value: Option<&str>) -> Self {
        self.filter(column, value, Finds::Few)
    }

    /// Those few that meet `condition`, in which `{}` stands for the value.
    pub(crate) fn id_where(self, condition: &'static str, value: Option<&str>) -> Self {
        self.filter(condition, value, Finds::Few)
    }

    /// Those few of which `column` is this, an id that an index has before the time.
    pub(crate) fn id_by_time(self, column: &'static str, value: Option<&str>) -> Self {
        self.filter(column, value, Finds::FewByTime)
    }

    /// Those many of which `column` is this, a word that an index has before the time. Of several words the first
    /// finds the rows, so the rarest comes first.
    pub(crate) fn word(self, column: &'static str, value: Option<impl Into<Argument>>) -> Self {
        self.filter(column, value, Finds::ManyByTime)
    }

    /// Those of which `column` is this, a word that an index has, but not before the time of the list: where few have it,
    /// they are found by it; else it is looked at, and the list has them soon.
    pub(crate) fn rare_word(self, column: &'static str, value: Option<impl Into<Argument>>) -> Self {
        self.filter(column, value, Finds::IfFew)
    }

    /// Those of which `column`, which no index has, is this. It is only looked at.
    pub(crate) fn looked_at(self, column: &'static str, value: Option<impl Into<Argument>>) -> Self {
        self.filter(column, value, Finds::Nothing)
    }

    /// None of them where `is_contradictory`: where, as the domain has it, nothing meets all filters.
    pub(crate) const fn empty_if(mut self, is_contradictory: bool) -> Self {
        self.is_empty |= is_contradictory;
        self
    }

    /// Those of which `column` is one of these words, in a list whose indexes have it before the time: each word is read
    /// newest first for itself, and all are merged. Of several such columns, which need an index together, each
    /// combination of their words is read for itself. Of no words there is nothing.
    pub(crate) fn split<T: Term>(mut self, column: &'static str, words: Vec<T>) -> Self {
        self.is_empty |= words.is_empty();
        let is_all = words.len() == T::ALL.len();
        self.splits.push(Split { column, is_all, words: words.into_iter().map(Term::ordinal).collect() });
        self
    }

    /// Those with a text that begins with this.
    pub(crate) fn search(mut self, prefix: Option<&Prefix>) -> Self {
        self.search = prefix.map(|prefix| (prefix.clone(), Matches::Many));
        self
    }

    fn filter(mut self, text: &'static str, value: Option<impl Into<Argument>>, finds: Finds) -> Self {
        self.filters.extend(value.map(|value| Filter { text, value: value.into(), finds }));
        self
    }

    /// Those of them in `range`.
    pub(super) const fn within(mut self, range: Range) -> Self {
        self.range = range;
        self
    }

    /// The range of times.
    pub(super) const fn range(&self) -> Range {
        self.range
    }

    /// The same, once it is known how many rows its rare word has and its search matches, if that makes a difference.
    pub(super) async fn counted(mut self, snapshot: &mut Snapshot) -> Result<Self, DatabaseError> {
        if self.is_empty || self.is_narrow() {
            return Ok(self);
        }
        if let Some(index) = self.filters.iter().position(|filter| filter.finds == Finds::IfFew) {
            let count: i64 = snapshot.fetch_one(self.count_of(index)).await?.get(0)?;
            if count <= FEW_LOOKED_UP {
                self.filters[index].finds = Finds::Few;
                snapshot.find_by_index().await?;
                return Ok(self);
            }
        }
        let Some((prefix, _)) = &self.search else { return Ok(self) };
        let matches = prefix.count(self.list.searched, snapshot).await?;
        if matches == Matches::Few {
            snapshot.find_by_index().await?;
        }
        Ok(self.matching(matches))
    }

    /// The same, for a search that matches so many rows.
    pub(super) fn matching(mut self, matches: Matches) -> Self {
        self.search = self.search.map(|(prefix, _)| (prefix, matches));
        self
    }

    /// A page: those after `after`, newest first, at most `limit` of them. A search that matches many looks at no more than
    /// the newest `walked_max` rows first.
    pub(super) async fn page(
        &self,
        snapshot: &mut Snapshot,
        after: Option<&Cursor>,
        limit: i64,
        walked_max: i64,
    ) -> Result<Vec<Row>, DatabaseError> {
        if self.is_empty {
            return Ok(Vec::new());
        }
        let page = |selection: &Self| selection.items(after, Some(limit));
        let beyond =
            if self.walks() { snapshot.fetch_optional(self.beyond(after, walked_max)).await? } else { None };
        let Some(beyond) = beyond else { return snapshot.fetch_all(page(self)).await };
        let near = Range::new(Timestamp::from_micros(beyond.get(0)?), self.range.to);
        let rows = snapshot.fetch_all(page(&self.clone().within(near))).await?;
        if rows.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
            return Ok(rows);
        }
        // What is missing of the page is old.
        snapshot.find_by_index().await?;
        snapshot.fetch_all(page(&self.clone().matching(Matches::Few))).await
    }

    /// Whether it is known to hold no item, so that nothing need be read. Else there may be none as well.
    pub(super) const fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// The list.
    pub(super) const fn list(&self) -> &'static List {
        self.list
    }

    /// How many numbers sort the list.
    pub(super) const fn key_length(&self) -> usize {
        self.list.tables[0].key.len()
    }
}
