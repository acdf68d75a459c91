//! The SQL that reads what adds up to a figure.

use crate::cursor::Cursor;
use crate::database::Sql;
use crate::items::figured::{Filter, Sum, Term};
use crate::pieces::{Events, FIRST_FILTER, Figure, PastRows};
use crate::range::Range;
use crate::snapshot::Snapshot;

/// How many numbers sort the items: their time, and what tells those of one time apart.
pub(super) const KEY_LENGTH: usize = 3;

/// Which page of items is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window<'a> {
    /// The range of the figure.
    pub(super) range: Range,
    /// Whom the source asks for, where it asks for one.
    pub(super) owner: Option<&'a str>,
    /// The place after which it begins.
    pub(super) after: Option<&'a Cursor>,
    /// Most rows.
    pub(super) limit: i64,
}

/// How many numbers sort events: their position, and what tells the rows apart that one of them changed.
pub(crate) const CHANGE_KEY_LENGTH: usize = 2;

/// Which events are read that changed a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Changes<'a> {
    /// The range of the figure.
    pub(crate) range: Range,
    /// Whom the source asks for, where it asks for one.
    pub(crate) owner: Option<&'a str>,
    /// After which event, and up to which.
    pub(crate) between: [i64; 2],
    /// The place after which the page begins.
    pub(crate) cursor: Option<&'a Cursor>,
    /// Most rows; nothing: all.
    pub(crate) limit: Option<i64>,
}

/// A condition of a source in which its first place stands for whom it is asked of.
pub(super) fn of_owner(condition: &str, owner: Option<&str>) -> String {
    owner.map_or_else(|| condition.to_owned(), |owner| condition.replace(&format!("${FIRST_FILTER}"), owner))
}

impl Sum {
    /// What all rows in `range` add up to, from cells and rows alike.
    pub(super) fn total(&self, range: Range, owner: Option<&str>, snapshot: &Snapshot) -> Sql {
        let figure = Figure {
            name: "share".to_owned(),
            of_cell: self.share(|figure| &figure.of_cell),
            of_row: self.share(|figure| &figure.of_row),
        };
        let mut place = FIRST_FILTER + usize::from(owner.is_some());
        let mut given = Vec::new();
        let condition = self.condition(|value| {
            given.push(value.to_owned());
            place += 1;
            format!("${}", place - 1)
        });
        let sums = self.family.source.sums(&[], &[figure], &condition);
        let owner = owner.map(ToOwned::to_owned);
        owner.into_iter().chain(given).fold(sums.once(range, snapshot), Sql::with)
    }

    /// The rows that add something, the newest first, as they stand where `snapshot` does.
    pub(super) fn rows(&self, window: Window<'_>, snapshot: &Snapshot) -> Sql {
        let Window { range, owner, after, limit } = window;
        let family = self.family;
        let mut sql = Sql::new("");
        let position = sql.place(snapshot.position.as_i64());
        let owner = owner.map(|owner| sql.place(owner));
        let condition = self.condition(|value| sql.place(value));
        let ([tables, counts], at) = match snapshot.past() {
            None => {
                ([family.source.rows.to_owned(), family.source.rows_where.to_owned()], family.source.rows_at)
            }
            Some(_) => (family.source.rows_then(&position), family.source.then_at()),
        };
        let counts = of_owner(&counts, owner.as_deref());
        let [k1, k2] = family.key_columns();
        let share = self.share(|figure| &figure.of_row);
        sql.push("select f.at, f.k1, f.k2, f.share, ").push(&family.columns.replace("$P", &position));
        sql.push(&format!(
            " from (select {at} as at, {k1} as k1, {k2} as k2, cast({share} as bigint) as share from {tables}"
        ));
        sql.push(&format!(" where {counts} and {condition} and {share} <> 0 and {at} >= "))
            .bind(range.from.micros());
        sql.push(&format!(" and {at} < ")).bind(range.to.micros());
        if let Some(Cursor(key)) = after {
            let places: Vec<_> = key.iter().map(|part| sql.place(*part)).collect();
            sql.push(&format!(" and ({at}, {k1}, {k2}) < ({})", places.join(", ")));
        }
        sql.push(" order by 1 desc, 2 desc, 3 desc limit ").bind(limit).push(") as f ").push(family.joined);
        sql.push(" order by f.at desc, f.k1 desc, f.k2 desc");
        sql
    }

    /// What events did to it between two positions, oldest first: each row begins with the numbers of its place among
    /// them, and has the columns of an item; its share is what it adds after the event less what it added before.
    pub(crate) fn changes(&self, window: Changes<'_>) -> Sql {
        let (family, mut sql) = (self.family, Sql::new(""));
        let by_event = self.by_event(&window, &mut sql);
        sql.push("select f.event, f.k2, f.at, f.k1, f.share, ")
            .push(&family.columns.replace("$P", "f.event"));
        sql.push(&format!(" from (select * from ({by_event}) as e where e.share <> 0"));
        if let Some(Cursor(key)) = window.cursor {
            let places: Vec<_> = key.iter().map(|part| sql.place(*part)).collect();
            sql.push(&format!(" and (e.event, e.k2) > ({})", places.join(", ")));
        }
        sql.push(" order by e.event, e.k2");
        if let Some(limit) = window.limit {
            sql.push(" limit ").bind(limit);
        }
        sql.push(") as f ").push(family.joined).push(" order by f.event, f.k2");
        sql
    }

    /// The times of the rows that events changed between two positions, in what they add.
    pub(super) fn changed_at(&self, window: Changes<'_>) -> Sql {
        let mut sql = Sql::new("");
        let by_event = self.by_event(&window, &mut sql);
        sql.push(&format!("select distinct e.at from ({by_event}) as e where e.share <> 0"));
        sql
    }

    /// The select of what each event did to it, whose places are bound to `sql`.
    fn by_event(&self, window: &Changes<'_>, sql: &mut Sql) -> String {
        let Changes { range, owner, between: [after, until], cursor, .. } = *window;
        let family = self.family;
        let owner = owner.map(|owner| sql.place(owner));
        let condition = self.condition(|value| sql.place(value));
        let rows_where = match family.source.past.rows {
            // Those that never change all count: the condition only helps to find them.
            PastRows::Fixed { .. } => "true",
            PastRows::Versions { .. } => family.source.rows_where,
        };
        let rows_where = format!("{} and {condition}", of_owner(rows_where, owner.as_deref()));
        // A page begins within an event where that did something to two rows.
        let after = cursor.map_or(after, |Cursor(key)| after.max(key[0].saturating_sub(1)));
        let places = [after, until, range.from.micros(), range.to.micros()].map(|number| sql.place(number));
        let [after, until, from, to] = &places;
        let share = self.share(|figure| &figure.of_row);
        let key = family.key_columns();
        family.source.by_event(&Events {
            after,
            until,
            from,
            to,
            rows_where: &rows_where,
            share: &share,
            key,
        })
    }

    /// Whether a cell has anything of one of its terms.
    pub(super) fn cell_holds(&self) -> String {
        let terms = self.terms.iter().map(|term| format!("({}) <> 0", self.figure(term).of_cell));
        terms.collect::<Vec<_>>().join(" or ")
    }

    /// What its filters demand; `given` makes a place for a value that a caller gave.
    pub(super) fn condition(&self, mut given: impl FnMut(&str) -> String) -> String {
        self.filters.iter().fold("true".to_owned(), |all, filter| match filter {
            Filter::Given(column, value) => format!("{all} and {column} = {}", given(value)),
            Filter::Words(column, words) => {
                let words: Vec<_> = words.iter().map(usize::to_string).collect();
                format!("{all} and {column} in ({})", words.join(", "))
            }
        })
    }

    /// What a row or a cell adds to it: its terms, each written as `of` says.
    fn share(&self, of: impl Fn(&Figure) -> &String) -> String {
        let term =
            |term: &Term| format!("{} ({})", if term.is_less { '-' } else { '+' }, of(&self.figure(term)));
        let terms: Vec<_> = self.terms.iter().map(term).collect();
        format!("(0 {})", terms.join(" "))
    }

    /// The figure of its family that a term names.
    fn figure(&self, term: &Term) -> Figure {
        let figure = (self.family.figures)().into_iter().find(|figure| figure.name == term.figure);
        figure.expect("figures are made of those of their family, as a test makes sure")
    }
}
