//! The statements that write tables of SQLite, made from their descriptions.
//!
//! A statement writes 512, 256, …, 2 or 1 rows. So any number of rows is written with few statements, and there are
//! few to prepare: each is made once, when it is first needed. Handing a statement to the thread of the connection takes
//! about as long as a hundred rows do.

use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::sqlite::SqliteArguments;

use crate::change::{CellTable, RowTable, Value};
use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::store::epochs;
use crate::store::statements::{CellStatements, Fields, Keep, RowStatements, Statement, Statements};

/// The most rows of one statement; fewer where they would have more than [`PARAMETERS_MAX`] fields.
const ROWS_MAX: usize = 512;
/// As many parameters as a statement of SQLite takes.
const PARAMETERS_MAX: usize = 32_766;
const SHAPES: usize = ROWS_MAX.ilog2() as usize + 1;

/// One statement in all its shapes.
#[derive(Debug)]
pub(super) struct Shapes {
    /// What stands before the rows.
    head: String,
    /// How many columns a row has.
    columns: usize,
    /// What stands after the rows.
    foot: String,
    /// The shape for 2ⁿ rows, once it was needed.
    texts: [OnceLock<Arc<str>>; SHAPES],
}

/// The statements of all tables.
pub(super) fn statements() -> Statements<Shapes> {
    let rows = ROW_TABLES.iter().map(|table| RowStatements {
        table,
        insert: Shapes::insert(table),
        update: Shapes::update(table),
    });
    let cells = CELL_TABLES.iter().map(|table| CellStatements {
        table,
        add: Shapes::add(table),
        keep: Keep::After(Shapes::keep(table)),
    });
    Statements::new(rows.collect(), cells.collect())
}

impl Shapes {
    /// Rows are born.
    fn insert(table: &RowTable) -> Self {
        let columns = [table.key, table.facts, table.state].concat();
        let head = format!("insert into {} ({}) values ", table.name, columns.join(", "));
        Self::new(head, columns.len(), String::new())
    }

    /// The state of rows is replaced.
    fn update(table: &RowTable) -> Self {
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
    fn add(table: &CellTable) -> Self {
        let columns = [table.key, table.sums].concat();
        let set: Vec<_> = table.sums.iter().map(|sum| format!("{sum} = {sum} + excluded.{sum}")).collect();
        let head = format!("insert into {} ({}) values ", table.name, columns.join(", "));
        let foot = format!(" on conflict ({}) do update set {}", table.key.join(", "), set.join(", "));
        Self::new(head, columns.len(), foot)
    }

    /// How cells stand in the open epoch is kept.
    fn keep(table: &CellTable) -> Self {
        let (head, foot) = epochs::keep(table);
        let on: Vec<_> =
            (1..).zip(table.key).map(|(number, column)| format!("c.{column} = k.column{number}")).collect();
        // A cross join goes from its left side to its right.
        let joined = format!(") as k cross join {} as c where {}", table.name, on.join(" and "));
        Self::new(head + "(values ", table.key.len(), joined + &foot)
    }

    /// The most rows that it writes: a power of two.
    const fn rows_max(&self) -> usize {
        let fit = 1 << (PARAMETERS_MAX / self.columns).ilog2();
        if fit < ROWS_MAX { fit } else { ROWS_MAX }
    }

    const fn new(head: String, columns: usize, foot: String) -> Self {
        Self { head, columns, foot, texts: [const { OnceLock::new() }; SHAPES] }
    }
}

impl Statement for Shapes {
    type Arguments = SqliteArguments;

    /// Runs of 512 rows, and for the rest shorter ones, each a power of two.
    fn runs(&self, count: usize) -> impl Iterator<Item = Range<usize>> + Send + 'static {
        let (mut start, max) = (0, self.rows_max());
        std::iter::from_fn(move || {
            let left = count - start;
            let rows = if left == 0 { return None } else { max.min(1 << left.ilog2()) };
            start += rows;
            Some(start - rows..start)
        })
    }

    fn text(&self, rows: usize) -> Arc<str> {
        let shape = &self.texts[rows.ilog2() as usize];
        Arc::clone(shape.get_or_init(|| {
            let row = format!("({})", vec!["?"; self.columns].join(", "));
            let mut text = String::with_capacity(self.head.len() + rows * (row.len() + 1) + self.foot.len());
            write!(text, "{}{}{}", self.head, vec![row; rows].join(","), self.foot)
                .expect("a text in memory takes any number of characters");
            text.into()
        }))
    }

    fn arguments<F: Fields>(&self, rows: &[F]) -> Result<SqliteArguments, BoxDynError> {
        let mut arguments = SqliteArguments::default();
        arguments.reserve(rows.len() * self.columns, 0);
        let mut result = Ok(());
        for row in rows {
            row.for_each(|value| {
                if result.is_ok() {
                    result = put(&mut arguments, value);
                }
            });
        }
        result.map(|()| arguments)
    }
}

fn put(out: &mut SqliteArguments, value: &Value) -> Result<(), BoxDynError> {
    match value {
        Value::Null => out.add(None::<i64>),
        Value::Int(number) => out.add(*number),
        Value::Text(text) => out.add(text.as_str()),
        Value::Term(word) => out.add(*word),
    }
}

#[cfg(test)]
mod tests {
    use events_schema::Grain;

    use super::*;

    #[test]
    fn any_number_of_rows_is_cut_into_few_shapes() {
        let wide = Shapes::new(String::new(), 100, String::new());
        assert_eq!(
            wide.runs(1_000).map(|run| run.len()).collect::<Vec<_>>(),
            [256, 256, 256, 128, 64, 32, 8]
        );
        let statement = Shapes::new(String::new(), 1, String::new());
        for count in 0..3_000 {
            let runs: Vec<_> = statement.runs(count).collect();
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
            *Shapes::insert(&rows).text(2),
            *"insert into r (a, b, c, d, e) values (?, ?, ?, ?, ?),(?, ?, ?, ?, ?)"
        );
        assert_eq!(
            *Shapes::update(&rows).text(1),
            *"update r set d = new.column3, e = new.column4 from (values (?, ?, ?, ?)) as new \
              where r.a = new.column1 and r.b = new.column2"
        );
        let cells = CellTable { name: "c", key: &["a"], sums: &["n"], past_from: Grain::Day };
        assert_eq!(
            *Shapes::add(&cells).text(1),
            *"insert into c (a, n) values (?, ?) on conflict (a) do update set n = n + excluded.n"
        );
        let cells = CellTable { name: "c_cells", key: &["a", "b"], sums: &["n", "m"], past_from: Grain::Day };
        assert_eq!(
            *Shapes::keep(&cells).text(2),
            *"insert into c_past (a, b, n, m, epoch) select c.a, c.b, c.n, c.m, \
              (select coalesce(max(number), 0) + 1 from epochs) from (values (?, ?),(?, ?)) as k \
              cross join c_cells as c where c.a = k.column1 and c.b = k.column2 \
              on conflict (a, b, epoch) do update set n = excluded.n, m = excluded.m"
        );
    }
}
