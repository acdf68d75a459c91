//! The SQL of a selection that is not known to be empty.

use crate::cursor::Cursor;
use crate::database::{Argument, Sql};
use crate::lists::search::{FEW_LOOKED_UP, Matches};
use crate::lists::selection::{Filter, Finds, Selection, Split, Tables};
use crate::range::Range;

/// What finds the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finder {
    Filter(usize),
    Search,
    Split,
    Time,
}

impl Selection {
    /// The items, newest first: those after `after`, at most `limit` of them. The key is in front of their columns,
    /// where there is a limit.
    pub(crate) fn items(&self, after: Option<&Cursor>, limit: Option<i64>) -> Sql {
        let mut sql = Sql::new("");
        let finder = self.finder();
        let key = self.key(finder);
        let branches = self.branches(finder);
        // A file has no pages, and each value of a row takes its time. What is merged is sorted by what it shows.
        let has_key = limit.is_some() || branches.len() > 1;
        let order: Vec<_> = (1..)
            .zip(&key)
            .map(|(number, column)| if has_key { format!("{number} desc") } else { format!("{column} desc") })
            .collect();
        let mut order = format!(" order by {}", order.join(", "));
        if let Some(limit) = limit {
            order = format!("{order} limit {}", sql.place(limit));
        }
        let from = self.from(&mut sql, finder, after, &order);
        let mut conditions = self.conditions(&mut sql, finder, after);
        conditions.push(self.tables(finder).on.to_owned());
        let conditions = conditions.join(" and ");
        let from = format!("{from} {}", self.tables(finder).joined);
        let shown = key.iter().filter(|_| has_key).map(String::as_str).chain([self.list.columns]);
        let shown: Vec<_> = shown.collect();
        let select = format!("select {} from {from} where {conditions}", shown.join(", "));
        for (index, branch) in branches.iter().enumerate() {
            sql.push(if index == 0 { "" } else { " union all " });
            // Without its own limit, PostgreSQL reads a branch to its end; without one at all, SQLite merges.
            if limit.is_some() && branches.len() > 1 {
                sql.push(&format!("select * from ({select}{branch}{order}) as newest"));
            } else {
                sql.push(&format!("{select}{branch}"));
            }
        }
        sql.push(&order);
        sql
    }

    /// What each of the selects asks for besides, whose rows are merged: one for each combination of words that finds
    /// rows, else one alone.
    fn branches(&self, finder: Finder) -> Vec<String> {
        let one = vec![String::new()];
        if finder != Finder::Split {
            return one;
        }
        self.splits.iter().fold(one, |branches, Split { column, words, .. }| {
            let more = |branch: &String| {
                let branch = branch.clone();
                words.iter().map(move |word| format!("{branch} and {column} = {word}"))
            };
            branches.iter().flat_map(more).collect()
        })
    }

    /// Whether rows of the list are looked at one by one until enough match a search.
    pub(super) fn walks(&self) -> bool {
        self.search.is_some() && self.finder() != Finder::Search && !self.is_narrow()
    }

    /// Whether a filter finds so few rows that nothing else need be looked for.
    pub(super) fn is_narrow(&self) -> bool {
        matches!(self.finder(), Finder::Filter(index) if self.filters[index].finds <= Finds::FewByTime)
    }

    /// How many rows have what a filter asks for, counted no further than to tell whether they are few.
    pub(super) fn count_of(&self, filter: usize) -> Sql {
        let tables = self.tables(Finder::Filter(filter));
        let mut sql = Sql::new("select count(*) from (select 1 from ");
        let condition = self.filters[filter].condition(&mut sql, true);
        sql.push(&format!("{} {} where {condition} limit ", tables.table, tables.first));
        sql.bind(FEW_LOOKED_UP + 1).push(") as counted");
        sql
    }

    /// The time of the row that is so far behind `after` among those that the walk looks at; nothing when there are fewer.
    pub(crate) fn beyond(&self, after: Option<&Cursor>, rows: i64) -> Sql {
        let finder = self.finder();
        let tables = self.tables(finder);
        let key = self.key(finder);
        let mut sql = Sql::new("");
        let mut conditions = vec![tables.walked.to_owned()];
        if let Finder::Filter(index) = finder {
            conditions.push(self.filters[index].condition(&mut sql, true));
        }
        conditions.extend(self.place(&mut sql, &key, after));
        let select = format!(
            "select {} from {} {} where {}",
            key[0],
            tables.table,
            tables.first,
            conditions.join(" and ")
        );
        let branches: Vec<_> =
            self.branches(finder).into_iter().map(|branch| format!("{select}{branch}")).collect();
        sql.push(&branches.join(" union all "));
        let rows = sql.place(rows);
        sql.push(&format!(" order by 1 desc limit 1 offset {rows}"));
        sql
    }

    /// How many items there are, and what they add up to.
    pub(crate) fn total(&self) -> Sql {
        let mut sql = Sql::new("");
        let finder = self.finder();
        let tables = self.tables(finder);
        let mut from = self.from(&mut sql, finder, None, "");
        let mut conditions = self.conditions(&mut sql, finder, None);
        if finder == Finder::Split {
            let narrowing = self.splits.iter().filter(|split| !(split.is_all && self.range == Range::ALL));
            conditions.extend(narrowing.map(|Split { column, words, .. }| one_of(column, words)));
        }
        if self.asks_beyond(tables) {
            from = format!("{from} {}", tables.joined);
            conditions.push(tables.on.to_owned());
        }
        let amount = self.list.amount.map_or_else(|| "null".to_owned(), |amount| format!("sum({amount})"));
        let conditions = conditions.join(" and ");
        sql.push(&format!("select count(*), cast({amount} as bigint) from {from} where {conditions}"));
        sql
    }

    /// Whether a total needs more than the first table.
    fn asks_beyond(&self, tables: &Tables) -> bool {
        let filters = self.filters.iter().map(|filter| filter.text);
        let checked = self.search.iter().flat_map(|_| self.list.searched).map(|searched| searched.column);
        let mut asked = filters.chain(checked).chain(self.list.amount).chain(tables.key.iter().copied());
        asked.any(|text| table_of(text) != tables.first)
    }

    pub(super) fn finder(&self) -> Finder {
        let rarest = self.filters.iter().enumerate().min_by_key(|(_, filter)| filter.finds);
        let is_split = !self.splits.is_empty();
        match (rarest, &self.search, is_split) {
            (Some((index, Filter { finds: Finds::Few | Finds::FewByTime, .. })), ..) => Finder::Filter(index),
            (_, Some((_, Matches::Few)), _) => Finder::Search,
            (_, _, true) => Finder::Split,
            (Some((index, Filter { finds: Finds::ManyByTime, .. })), ..) => Finder::Filter(index),
            _ => Finder::Time,
        }
    }

    /// The tables in the order that suits what finds the rows.
    fn tables(&self, finder: Finder) -> &'static Tables {
        let first = match finder {
            Finder::Filter(index) => Some(table_of(self.filters[index].text)),
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

    /// The first table, behind what a search has found: of that the newest are enough where nothing else is asked.
    fn from(&self, sql: &mut Sql, finder: Finder, after: Option<&Cursor>, order: &str) -> String {
        let tables = self.tables(finder);
        let Some((prefix, _)) = self.search.as_ref().filter(|_| finder == Finder::Search) else {
            return format!("{} {}", tables.table, tables.first);
        };
        let key = self.key(finder);
        let found = prefix.found(sql, self.list.searched).join(" union ");
        let place = self.place(sql, &key, after);
        let place = if place.is_empty() { "true".to_owned() } else { place.join(" and ") };
        let is_all = self.filters.is_empty() && self.splits.iter().all(|split| split.is_all);
        let order = if is_all { order } else { "" };
        let names: Vec<_> = (0..key.len()).map(|number| format!("key_{number}")).collect();
        let (names, key) = (names.join(", "), key.join(", "));
        let newest =
            format!("with found ({names}) as ({found}) select {key} from found where {place}{order}");
        format!("({newest}) as found cross join {} {}", tables.table, tables.first)
    }

    /// All conditions but that of the join. Only that of the finder can be met by an index, and the range of times.
    fn conditions(&self, sql: &mut Sql, finder: Finder, after: Option<&Cursor>) -> Vec<String> {
        let tables = self.tables(finder);
        let key = self.key(finder);
        let mut conditions = vec![tables.always.to_owned()];
        for (index, filter) in self.filters.iter().enumerate() {
            conditions.push(filter.condition(sql, finder == Finder::Filter(index)));
        }
        if finder != Finder::Split {
            let narrowing = self.splits.iter().filter(|split| !split.is_all);
            conditions.extend(
                narrowing.map(|Split { column, words, .. }| one_of(&unindexed_number(column), words)),
            );
        }
        if finder == Finder::Search {
            let pairs = tables.key.iter().zip(&key).skip(1);
            conditions.extend(pairs.map(|(column, found)| format!("{column} = {found}")));
        } else {
            let check = self.search.as_ref().map(|(prefix, _)| prefix.check(sql, self.list.searched));
            conditions.extend(check);
            conditions.extend(self.place(sql, &key, after));
        }
        conditions
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
        let place = sql.place(self.value.clone());
        if self.text.contains("{}") {
            self.text.replace("{}", &place)
        } else if is_finder {
            format!("{} = {place}", self.text)
        } else {
            let column = if matches!(self.value, Argument::Int(_)) { unindexed_number } else { unindexed };
            format!("{} = {place}", column(self.text))
        }
    }
}

/// The short name of the table that a column or a condition begins with.
fn table_of(text: &str) -> &str {
    text.split('.').next().unwrap_or(text)
}

/// The text in a column, as no index has it.
fn unindexed(column: &str) -> String {
    format!("({column} || '')")
}

/// The number in a column, as no index has it.
fn unindexed_number(column: &str) -> String {
    format!("({column} + 0)")
}

/// The condition that a column is one of these words.
fn one_of(column: &str, words: &[usize]) -> String {
    let words: Vec<_> = words.iter().map(usize::to_string).collect();
    format!("{column} in ({})", words.join(", "))
}
