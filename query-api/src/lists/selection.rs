//! What of a list is asked for, and the SQL that reads it.
//!
//! Exactly one thing finds the rows: an id, the matches of a search, the words that the list's index begins with, a
//! word, or time. All else is looked at row by row, and written so that no index is taken for it: an engine that
//! does not know how values are spread would guess.

use crate::cursor::Cursor;
use crate::database::Sql;
use crate::lists::search::{Matches, Prefix, Searched};
use crate::range::Range;
use crate::snapshot::Snapshot;

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

/// The tables of a list, in the order in which SQLite is to read them (`cross join`).
#[derive(Debug)]
pub(crate) struct Tables {
    /// The short name of the first.
    pub(crate) first: &'static str,
    /// All of them: `orders o cross join order_states s`.
    pub(crate) from: &'static str,
    /// What holds for all items: `s.birth = o.birth`, or `true`.
    pub(crate) always: &'static str,
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
    split: Option<Split>,
    search: Option<(Prefix, Matches)>,
}

#[derive(Clone, Debug)]
struct Filter {
    /// A column that has the value, or a condition with `{}` for it.
    text: &'static str,
    value: Value,
    finds: Finds,
}

#[derive(Clone, Debug)]
enum Value {
    Given(String),
    Words(Vec<&'static str>),
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
    /// It has no index.
    Nothing,
}

/// Some words of the column that the index of the list begins with.
#[derive(Clone, Debug)]
struct Split {
    column: &'static str,
    words: Vec<&'static str>,
    is_all: bool,
}

/// What finds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Finder {
    Filter(usize),
    Search,
    Split,
    Time,
}

impl Selection {
    /// All of `list`.
    pub(crate) const fn new(list: &'static List) -> Self {
        Self { list, range: Range::ALL, filters: Vec::new(), split: None, search: None }
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
    pub(crate) fn word(self, column: &'static str, value: Option<&str>) -> Self {
        self.filter(column, value, Finds::ManyByTime)
    }

    /// Those of which `column`, which no index has, is one of these words.
    pub(crate) fn one_of(mut self, column: &'static str, words: Option<Vec<&'static str>>) -> Self {
        let filter = |words| Filter { text: column, value: Value::Words(words), finds: Finds::Nothing };
        self.filters.extend(words.map(filter));
        self
    }

    /// Those of which `column` is one of these words, of `all` there are, in a list whose only index has it before the
    /// time: each word is read newest first for itself, and all are merged.
    pub(crate) fn split(
        mut self,
        column: &'static str,
        all: &'static [&'static str],
        words: Vec<&'static str>,
    ) -> Self {
        self.split = Some(Split { column, is_all: words.len() == all.len(), words });
        self
    }

    /// Those with a text that begins with this.
    pub(crate) fn search(mut self, prefix: Option<&Prefix>) -> Self {
        self.search = prefix.map(|prefix| (prefix.clone(), Matches::Many));
        self
    }

    fn filter(mut self, text: &'static str, value: Option<&str>, finds: Finds) -> Self {
        self.filters.extend(value.map(|value| Filter { text, value: Value::Given(value.to_owned()), finds }));
        self
    }

    /// Those of them in `range`.
    pub(super) const fn within(mut self, range: Range) -> Self {
        self.range = range;
        self
    }

    /// The same, once it is known how many rows its search matches, if that makes a difference.
    pub(super) async fn counted(self, snapshot: &mut Snapshot) -> Result<Self, sqlx::Error> {
        if matches!(self.finder(), Finder::Filter(index) if self.filters[index].finds <= Finds::FewByTime) {
            return Ok(self);
        }
        let Some((prefix, _)) = &self.search else { return Ok(self) };
        let matches = prefix.count(self.list.searched, snapshot).await?;
        Ok(self.matching(matches))
    }

    /// The same, for a search that matches so many rows.
    pub(super) fn matching(mut self, matches: Matches) -> Self {
        self.search = self.search.map(|(prefix, _)| (prefix, matches));
        self
    }

    /// The list.
    pub(super) const fn list(&self) -> &'static List {
        self.list
    }

    /// How many numbers sort the list.
    pub(super) const fn key_length(&self) -> usize {
        self.list.tables[0].key.len()
    }

    /// The items, newest first: those after `after`, at most `limit` of them. The key is in front of their columns.
    pub(crate) fn items(&self, after: Option<&Cursor>, limit: Option<i64>) -> Sql {
        let mut sql = Sql::new("");
        let finder = self.finder();
        let key = self.key(finder);
        let order: Vec<_> = (1..=key.len()).map(|number| format!("{number} desc")).collect();
        let mut order = format!(" order by {}", order.join(", "));
        if let Some(limit) = limit {
            order = format!("{order} limit {}", sql.place(limit));
        }
        let from = self.from(&mut sql, finder, after, &order);
        let conditions = self.conditions(&mut sql, finder, after);
        let (key, columns) = (key.join(", "), self.list.columns);
        let select = format!("select {key}, {columns} from {from} where {conditions}");
        match &self.split {
            Some(Split { column, words, .. }) if finder == Finder::Split => {
                for (index, word) in words.iter().enumerate() {
                    let branch = format!("{select} and {column} = '{word}'");
                    sql.push(if index == 0 { "" } else { " union all " });
                    // Without its own limit, PostgreSQL reads a branch to its end; without one at all, SQLite merges.
                    if limit.is_some() && words.len() > 1 {
                        sql.push(&format!("select * from ({branch}{order}) as newest"));
                    } else {
                        sql.push(&branch);
                    }
                }
            }
            _ => {
                sql.push(&select);
            }
        }
        sql.push(&order);
        sql
    }

    /// How many items there are, and what they add up to.
    pub(super) fn total(&self) -> Sql {
        let mut sql = Sql::new("");
        let finder = self.finder();
        let from = self.from(&mut sql, finder, None, "");
        let mut conditions = self.conditions(&mut sql, finder, None);
        if let (Finder::Split, Some(Split { column, words, .. })) = (finder, &self.split) {
            conditions = format!("{conditions} and {}", one_of(column, words));
        }
        let amount = self.list.amount.map_or_else(|| "null".to_owned(), |amount| format!("sum({amount})"));
        sql.push(&format!("select count(*), cast({amount} as bigint) from {from} where {conditions}"));
        sql
    }

    fn finder(&self) -> Finder {
        let rarest = self.filters.iter().enumerate().min_by_key(|(_, filter)| filter.finds);
        match (rarest, &self.search, &self.split) {
            (Some((index, Filter { finds: Finds::Few | Finds::FewByTime, .. })), ..) => Finder::Filter(index),
            (_, Some((_, Matches::Few)), _) => Finder::Search,
            (_, _, Some(split)) if !split.words.is_empty() => Finder::Split,
            (Some((index, Filter { finds: Finds::ManyByTime, .. })), ..) => Finder::Filter(index),
            _ => Finder::Time,
        }
    }

    /// The tables in the order that suits what finds the rows.
    fn tables(&self, finder: Finder) -> &'static Tables {
        let first = match finder {
            Finder::Filter(index) => self.filters[index].text.split('.').next(),
            Finder::Search | Finder::Split | Finder::Time => None,
        };
        let tables = self.list.tables;
        tables.iter().find(|tables| first == Some(tables.first)).unwrap_or(&tables[0])
    }

    /// The columns that sort the rows, written so that an index sorts them only where the same index finds them.
    fn key(&self, finder: Finder) -> Vec<String> {
        let key = self.tables(finder).key;
        if finder == Finder::Search {
            return (0..key.len()).map(|number| format!("found.key_{number}")).collect();
        }
        let mut key: Vec<_> = key.iter().map(|column| (*column).to_owned()).collect();
        if matches!(finder, Finder::Filter(index) if self.filters[index].finds == Finds::Few) {
            key[0].push_str(" + 0");
        }
        key
    }

    /// The tables, behind what a search has found: of that the newest are enough where nothing else is asked for.
    fn from(&self, sql: &mut Sql, finder: Finder, after: Option<&Cursor>, order: &str) -> String {
        let tables = self.tables(finder);
        let Some((prefix, _)) = self.search.as_ref().filter(|_| finder == Finder::Search) else {
            return tables.from.to_owned();
        };
        let key = self.key(finder);
        let found = prefix.found(sql, self.list.searched).join(" union ");
        let place = self.place(sql, &key, after);
        let place = if place.is_empty() { "true".to_owned() } else { place.join(" and ") };
        let is_all = self.filters.is_empty() && self.split.as_ref().is_none_or(|split| split.is_all);
        let order = if is_all { order } else { "" };
        let names: Vec<_> = (0..key.len()).map(|number| format!("key_{number}")).collect();
        let (names, key) = (names.join(", "), key.join(", "));
        let newest =
            format!("with found ({names}) as ({found}) select {key} from found where {place}{order}");
        format!("({newest}) as found cross join {}", tables.from)
    }

    /// All conditions. Only that of the finder can be met by an index, and the range of times.
    fn conditions(&self, sql: &mut Sql, finder: Finder, after: Option<&Cursor>) -> String {
        let tables = self.tables(finder);
        let key = self.key(finder);
        let mut conditions = vec![tables.always.to_owned()];
        for (index, filter) in self.filters.iter().enumerate() {
            conditions.push(filter.condition(sql, finder == Finder::Filter(index)));
        }
        if let Some(Split { column, words, is_all: false }) = &self.split
            && finder != Finder::Split
        {
            conditions.push(one_of(&unindexed(column), words));
        }
        if finder == Finder::Search {
            let pairs = tables.key.iter().zip(&key).skip(1);
            conditions.extend(pairs.map(|(column, found)| format!("{column} = {found}")));
        } else {
            let check = self.search.as_ref().map(|(prefix, _)| prefix.check(sql, self.list.searched));
            conditions.extend(check);
            conditions.extend(self.place(sql, &key, after));
        }
        conditions.join(" and ")
    }

    /// The range of times, and what comes after the last page.
    fn place(&self, sql: &mut Sql, key: &[String], after: Option<&Cursor>) -> Vec<String> {
        let mut place = Vec::new();
        if self.range.from != Range::BEGINNING {
            place.push(format!("{} >= {}", key[0], sql.place(self.range.from.micros())));
        }
        if self.range.to != Range::END {
            place.push(format!("{} < {}", key[0], sql.place(self.range.to.micros())));
        }
        if let Some(Cursor(numbers)) = after {
            let places: Vec<_> = numbers.iter().map(|number| sql.place(*number)).collect();
            place.push(format!("({}) < ({})", key.join(", "), places.join(", ")));
        }
        place
    }
}

impl Filter {
    fn condition(&self, sql: &mut Sql, is_finder: bool) -> String {
        match &self.value {
            Value::Words(words) => one_of(self.text, words),
            Value::Given(value) => {
                let place = sql.place(value.as_str());
                if self.text.contains("{}") {
                    self.text.replace("{}", &place)
                } else if is_finder {
                    format!("{} = {place}", self.text)
                } else {
                    format!("{} = {place}", unindexed(self.text))
                }
            }
        }
    }
}

/// The text in a column, as no index has it.
fn unindexed(column: &str) -> String {
    format!("({column} || '')")
}

/// The condition that a column is one of these words, which are not a caller's.
fn one_of(column: &str, words: &[&'static str]) -> String {
    if words.is_empty() {
        return "false".to_owned();
    }
    let words: Vec<_> = words.iter().map(|word| format!("'{word}'")).collect();
    format!("{column} in ({})", words.join(", "))
}
