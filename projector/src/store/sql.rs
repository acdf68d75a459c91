//! The statements that write tables, made from their descriptions.
//!
//! A statement writes 128, 64, …, 2 or 1 rows. So any number of rows is written with few statements, and there are
//! few to prepare: each is made once, when it is first needed.

use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use crate::change::{CellTable, RowTable};

/// The most rows of one statement. SQLite takes 32,766 parameters, which is 128 rows of 255 columns.
const ROWS_MAX: usize = 128;
const SHAPES: usize = ROWS_MAX.ilog2() as usize + 1;

/// One statement in all its shapes.
#[derive(Debug)]
pub(super) struct Statement {
    /// What stands before the rows.
    head: String,
    /// How many columns a row has.
    columns: usize,
    /// What stands after the rows.
    foot: String,
    /// The shape for 2ⁿ rows, once it was needed.
    shapes: [OnceLock<Arc<str>>; SHAPES],
}

impl Statement {
    /// Rows are born.
    pub(super) fn insert(table: &RowTable) -> Self {
        let columns = [table.key, table.facts, table.state].concat();
        let head = format!("insert into {} ({}) values ", table.name, columns.join(", "));
        Self::new(head, columns.len(), String::new())
    }

    /// The state of rows is replaced.
    pub(super) fn update(table: &RowTable) -> Self {
        // The columns of `values` are called column1, column2, …
        let numbered = |first: usize, columns: &[&'static str]| {
            (first..)
                .zip(columns.to_vec())
                .map(|(number, column)| (column, format!("new.column{number}")))
                .collect::<Vec<_>>()
        };
        let state = numbered(table.key.len() + 1, table.state);
        let set: Vec<_> = state.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        let on: Vec<_> = numbered(1, table.key)
            .iter()
            .map(|(column, value)| format!("{}.{column} = {value}", table.name))
            .collect();
        let head = format!("update {} set {} from (values ", table.name, set.join(", "));
        let foot = format!(") as new where {}", on.join(" and "));
        Self::new(head, table.key.len() + table.state.len(), foot)
    }

    /// Cells grow and shrink.
    pub(super) fn add(table: &CellTable) -> Self {
        let columns = [table.key, table.sums].concat();
        let set: Vec<_> = table.sums.iter().map(|sum| format!("{sum} = {sum} + excluded.{sum}")).collect();
        let head = format!("insert into {} ({}) values ", table.name, columns.join(", "));
        let foot = format!(" on conflict ({}) do update set {}", table.key.join(", "), set.join(", "));
        Self::new(head, columns.len(), foot)
    }

    const fn new(head: String, columns: usize, foot: String) -> Self {
        Self { head, columns, foot, shapes: [const { OnceLock::new() }; SHAPES] }
    }

    /// How many parameters a row has.
    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    /// The statement for `rows` rows, a power of two.
    pub(super) fn shape(&self, rows: usize) -> Arc<str> {
        let shape = &self.shapes[rows.ilog2() as usize];
        Arc::clone(shape.get_or_init(|| {
            let row = format!("({})", vec!["?"; self.columns].join(", "));
            let mut text = String::with_capacity(self.head.len() + rows * (row.len() + 1) + self.foot.len());
            write!(text, "{}{}{}", self.head, vec![row; rows].join(","), self.foot)
                .expect("a text in memory takes any number of characters");
            text.into()
        }))
    }
}

/// Cuts `count` rows into runs of 128 rows, and the rest into shorter ones, each a power of two.
pub(super) fn runs(count: usize) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let left = count - start;
        let rows = if left == 0 { return None } else { ROWS_MAX.min(1 << left.ilog2()) };
        start += rows;
        Some(start - rows..start)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_rows_is_cut_into_few_shapes() {
        for count in 0..1_000 {
            let runs: Vec<_> = runs(count).collect();
            let mut next = 0;
            for run in &runs {
                assert_eq!(run.start, next);
                assert!(run.len().is_power_of_two() && run.len() <= ROWS_MAX);
                next = run.end;
            }
            assert_eq!(next, count);
            assert!(runs.len() <= count / ROWS_MAX + SHAPES, "{count}: {runs:?}");
        }
    }

    #[test]
    fn statements_are_made_from_descriptions() {
        let rows = RowTable { name: "r", key: &["a", "b"], facts: &["c"], state: &["d", "e"] };
        assert_eq!(
            *Statement::insert(&rows).shape(2),
            *"insert into r (a, b, c, d, e) values (?, ?, ?, ?, ?),(?, ?, ?, ?, ?)"
        );
        assert_eq!(
            *Statement::update(&rows).shape(1),
            *"update r set d = new.column3, e = new.column4 from (values (?, ?, ?, ?)) as new \
              where r.a = new.column1 and r.b = new.column2"
        );
        let cells = CellTable { name: "c", key: &["a"], sums: &["n"] };
        assert_eq!(
            *Statement::add(&cells).shape(1),
            *"insert into c (a, n) values (?, ?) on conflict (a) do update set n = n + excluded.n"
        );
    }
}
