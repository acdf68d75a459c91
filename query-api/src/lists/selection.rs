//! What of a list is asked for, and the SQL that reads it.
//!
//! Exactly one thing finds the rows: an id, the matches of a search, the words that the list's index begins with, a
//! word, or time. All else is looked at row by row, and written so that no index is taken for it: an engine that
//! knows nothing about how values are spread would guess.

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
    /// What names one item among all, as the selects of `searched` give it.
    pub(crate) identity: &'static str,
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
    /// The columns that sort the list, of the first table where they can be: a time, and one or two numbers.
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
enum Filter {
    /// A column is a value that few rows have.
    Id { column: &'static str, value: String },
    /// A condition that few rows meet, with `{}` for the value.
    IdWhere { condition: &'static str, value: String },
    /// A column is a value that many rows have. An index has it before the time.
    Word { column: &'static str, value: String },
    /// A column is this text. No index has it.
    Looked { column: &'static str, value: String },
    /// A column is one of these words. No index has it.
    OneOf { column: &'static str, words: Vec<&'static str> },
}

/// One of these words is in the column that the index of the list begins with.
#[derive(Clone, Debug)]
struct Split {
    column: &'static str,
    words: Vec<&'static str>,
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

    /// Those of which `column`, an id that an index begins with, is this: few.
    pub(crate) fn id(self, column: &'static str, value: Option<&str>) -> Self {
        self.filter(value.map(|value| Filter::Id { column, value: value.to_owned() }))
    }

    /// Those few that meet `condition`, in which `{}` stands for the value.
    pub(crate) fn id_where(self, condition: &'static str, value: Option<&str>) -> Self {
        self.filter(value.map(|value| Filter::IdWhere { condition, value: value.to_owned() }))
    }

    /// Those of which `column`, a word that an index begins with before the time, is this: many. Of several words the
    /// first finds the rows, so the rarest comes first.
    pub(crate) fn word(self, column: &'static str, value: Option<&str>) -> Self {
        self.filter(value.map(|value| Filter::Word { column, value: value.to_owned() }))
    }

    /// Those of which `column`, which no index has, is this. It is only looked at.
    pub(crate) fn looked_at(self, column: &'static str, value: Option<&str>) -> Self {
        self.filter(value.map(|value| Filter::Looked { column, value: value.to_owned() }))
    }

    /// Those of which `column` is one of these words. It is only looked at.
    pub(crate) fn one_of(self, column: &'static str, words: Option<Vec<&'static str>>) -> Self {
        self.filter(words.map(|words| Filter::OneOf { column, words }))
    }

    /// Those of which `column` is one of these words, in a list whose only index begins with it: each word is read
    /// newest first for itself, and all are merged.
    pub(crate) fn split(mut self, column: &'static str, words: Vec<&'static str>) -> Self {
        self.split = Some(Split { column, words });
        self
    }

    /// Those with a text that begins with this.
    pub(crate) fn search(mut self, prefix: Option<&Prefix>) -> Self {
        self.search = prefix.map(|prefix| (prefix.clone(), Matches::Many));
        self
    }

    fn filter(mut self, filter: Option<Filter>) -> Self {
        self.filters.extend(filter);
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

    /// The same, once it is known how many rows its search matches, if that makes a difference.
    pub(super) async fn counted(self, snapshot: &mut Snapshot) -> Result<Self, sqlx::Error> {
        if matches!(self.finder(), Finder::Filter(index) if self.filters[index].is_narrow()) {
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

    /// The items after `after`, newest first, at most `limit`. The key is in front of their columns.
    pub(super) fn page(&self, after: Option<&Cursor>, limit: i64) -> Sql {
        let mut sql = self.rows(after);
        sql.push(" limit ").bind(limit);
        sql
    }

    /// All items, newest first. The key is in front of their columns.
    pub(crate) fn rows(&self, after: Option<&Cursor>) -> Sql {
        let mut sql = Sql::new("");
        let finder = self.finder();
        let tables = self.tables(finder);
        let key = key(finder, tables);
        let conditions = self.conditions(&mut sql, finder, after);
        let select = format!(
            "select {}, {} from {} where {conditions}",
            key.join(", "),
            self.list.columns,
            tables.from
        );
        match &self.split {
            Some(Split { column, words }) if finder == Finder::Split => {
                for (index, word) in words.iter().enumerate() {
                    sql.push(if index == 0 { "" } else { " union all " });
                    sql.push(&select).push(&format!(" and {column} = '{word}'"));
                }
            }
            _ => {
                sql.push(&select);
            }
        }
        let order: Vec<_> = (1..=key.len()).map(|number| format!("{number} desc")).collect();
        sql.push(" order by ").push(&order.join(", "));
        sql
    }

    /// How many items there are, and what they add up to.
    pub(super) fn total(&self) -> Sql {
        let mut sql = Sql::new("");
        let finder = self.finder();
        let mut conditions = self.conditions(&mut sql, finder, None);
        if let (Finder::Split, Some(Split { column, words })) = (finder, &self.split) {
            conditions = format!("{conditions} and {}", one_of(column, words));
        }
        let amount = self.list.amount.map_or_else(|| "null".to_owned(), |amount| format!("sum({amount})"));
        sql.push(&format!("select count(*), cast({amount} as bigint) from {}", self.tables(finder).from));
        sql.push(&format!(" where {conditions}"));
        sql
    }

    fn finder(&self) -> Finder {
        let filter = |is_narrow| {
            self.filters.iter().position(|filter| filter.finds() && filter.is_narrow() == is_narrow)
        };
        if let Some(index) = filter(true) {
            return Finder::Filter(index);
        }
        if matches!(self.search, Some((_, Matches::Few))) {
            return Finder::Search;
        }
        if self.split.as_ref().is_some_and(|split| !split.words.is_empty()) {
            return Finder::Split;
        }
        filter(false).map_or(Finder::Time, Finder::Filter)
    }

    /// The tables in the order that suits what finds the rows.
    fn tables(&self, finder: Finder) -> &'static Tables {
        let first = match finder {
            Finder::Filter(index) => self.filters[index].column().split('.').next(),
            Finder::Search | Finder::Split | Finder::Time => None,
        };
        let tables = self.list.tables;
        tables.iter().find(|tables| first == Some(tables.first)).unwrap_or(&tables[0])
    }

    /// All conditions. Only that of the finder can be met by an index, and the range of times.
    fn conditions(&self, sql: &mut Sql, finder: Finder, after: Option<&Cursor>) -> String {
        let tables = self.tables(finder);
        let key = key(finder, tables);
        let mut conditions = vec![tables.always.to_owned()];
        for (index, filter) in self.filters.iter().enumerate() {
            conditions.push(filter.condition(sql, finder == Finder::Filter(index)));
        }
        if let Some(Split { column, words }) = &self.split
            && finder != Finder::Split
        {
            conditions.push(one_of(&unindexed(column), words));
        }
        if let Some((prefix, _)) = &self.search {
            conditions.push(match finder {
                Finder::Search => prefix.among(sql, self.list.identity, self.list.searched),
                Finder::Filter(_) | Finder::Split | Finder::Time => prefix.check(sql, self.list.searched),
            });
        }
        if self.range.from != Range::BEGINNING {
            conditions.push(format!("{} >= {}", key[0], sql.place(self.range.from.micros())));
        }
        if self.range.to != Range::END {
            conditions.push(format!("{} < {}", key[0], sql.place(self.range.to.micros())));
        }
        if let Some(Cursor(numbers)) = after {
            let places: Vec<_> = numbers.iter().map(|number| sql.place(*number)).collect();
            conditions.push(format!("({}) < ({})", key.join(", "), places.join(", ")));
        }
        conditions.join(" and ")
    }
}

impl Filter {
    /// Whether it can find rows.
    const fn finds(&self) -> bool {
        !matches!(self, Self::Looked { .. } | Self::OneOf { .. })
    }

    /// Whether few rows meet it.
    const fn is_narrow(&self) -> bool {
        matches!(self, Self::Id { .. } | Self::IdWhere { .. })
    }

    /// What it begins with.
    const fn column(&self) -> &'static str {
        match self {
            Self::Id { column, .. }
            | Self::Word { column, .. }
            | Self::Looked { column, .. }
            | Self::OneOf { column, .. } => column,
            Self::IdWhere { condition, .. } => condition,
        }
    }

    fn condition(&self, sql: &mut Sql, finds: bool) -> String {
        match self {
            Self::Id { column, value } | Self::Word { column, value } => {
                let place = sql.place(value.as_str());
                if finds { format!("{column} = {place}") } else { format!("{} = {place}", unindexed(column)) }
            }
            Self::Looked { column, value } => {
                format!("{} = {}", unindexed(column), sql.place(value.as_str()))
            }
            Self::IdWhere { condition, value } => condition.replace("{}", &sql.place(value.as_str())),
            Self::OneOf { column, words } => one_of(column, words),
        }
    }
}

/// The columns that sort the rows. What a search has found is not read in the order of time.
fn key(finder: Finder, tables: &Tables) -> Vec<String> {
    let mut key: Vec<_> = tables.key.iter().map(|column| (*column).to_owned()).collect();
    if finder == Finder::Search {
        key[0].push_str(" + 0");
    }
    key
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
