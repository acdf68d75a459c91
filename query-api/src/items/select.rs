//! The SQL that reads what adds up to a figure.

use crate::cursor::Cursor;
use crate::database::Sql;
use crate::items::figured::Sum;
use crate::pieces::{FIRST_FILTER, Figure, Sums};
use crate::range::Range;
use crate::snapshot::Snapshot;

/// How many numbers sort the items: their time, and what tells those of one time apart.
pub(super) const KEY_LENGTH: usize = 3;

impl Sum {
    /// What all rows in `range` add up to, from cells and rows alike. `owner` is whom the source asks for.
    pub(super) fn total(&self, range: Range, owner: Option<&str>, snapshot: &Snapshot) -> Sql {
        let figure = Figure {
            name: "share".to_owned(),
            of_cell: self.share(|figure| &figure.of_cell),
            of_row: self.share(|figure| &figure.of_row),
        };
        let mut place = FIRST_FILTER + usize::from(owner.is_some());
        let conditions = self.filters.iter().map(|filter| {
            let places: Vec<_> = (place..).take(filter.values.len()).map(|place| format!("${place}")).collect();
            place += filter.values.len();
            format!("{} in ({})", filter.column, places.join(", "))
        });
        let conditions = conditions.fold("true".to_owned(), |all, one| format!("{all} and {one}"));
        let sums: Sums = self.family.source.sums(&[], &[figure], &conditions);
        let values = self.filters.iter().flat_map(|filter| &filter.values);
        let bound = owner.into_iter().chain(values.map(String::as_str));
        bound.fold(sums.once(range, &snapshot.calendar), Sql::with)
    }

    /// The rows in `range` that add something, the newest first, after the place `after`.
    pub(super) fn rows(
        &self,
        range: Range,
        owner: Option<&str>,
        after: Option<&Cursor>,
        limit: i64,
        snapshot: &Snapshot,
    ) -> Sql {
        let family = self.family;
        let at = family.source.rows_at;
        let [k1, k2] = [0, 1].map(|number| family.key.get(number).copied().unwrap_or("0"));
        let share = self.share(|figure| &figure.of_row);
        let mut sql = Sql::new("");
        let position = sql.place(snapshot.position.as_i64());
        sql.push("select f.at, f.k1, f.k2, f.share, ").push(&family.columns.replace("$P", &position));
        sql.push(&format!(" from (select {at} as at, {k1} as k1, {k2} as k2, {share} as share from "));
        sql.push(family.source.rows).push(" where ");
        match owner {
            None => sql.push(family.source.rows_where),
            Some(owner) => {
                let place = sql.place(owner);
                sql.push(&family.source.rows_where.replace(&format!("${FIRST_FILTER}"), &place))
            }
        };
        for filter in &self.filters {
            sql.push(&format!(" and {} in (", filter.column));
            for (number, value) in filter.values.iter().enumerate() {
                if number > 0 {
                    sql.push(", ");
                }
                sql.bind(value.as_str());
            }
            sql.push(")");
        }
        sql.push(&format!(" and {at} >= ")).bind(range.from.micros());
        sql.push(&format!(" and {at} < ")).bind(range.to.micros());
        sql.push(&format!(" and {share} <> 0"));
        if let Some(Cursor(key)) = after {
            sql.push(&format!(" and ({at}, {k1}, {k2}) < ("));
            for (number, part) in key.iter().enumerate() {
                if number > 0 {
                    sql.push(", ");
                }
                sql.bind(*part);
            }
            sql.push(")");
        }
        sql.push(" order by 1 desc, 2 desc, 3 desc limit ").bind(limit);
        sql.push(") as f ").push(family.joined).push(" order by f.at desc, f.k1 desc, f.k2 desc");
        sql
    }

    /// What a row or a cell adds to it: its terms, each written as `of` says.
    fn share(&self, of: impl Fn(&Figure) -> &String) -> String {
        let figures = (self.family.figures)();
        let term = |term: &super::figured::Term| {
            let figure = figures.iter().find(|figure| figure.name == term.figure);
            let figure = figure.expect("figures are made of those of their family, as a test makes sure");
            format!("{} ({})", if term.is_less { '-' } else { '+' }, of(figure))
        };
        let terms: Vec<_> = self.terms.iter().map(term).collect();
        format!("(0 {})", terms.join(" "))
    }
}
