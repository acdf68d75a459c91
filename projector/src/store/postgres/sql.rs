//! The statements that write tables of PostgreSQL, made from their descriptions.
//!
//! A statement takes one array for each column, so its text is the same for any number of rows.

use std::ops::Range;
use std::sync::Arc;

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;

use super::columns::{Column, Columns, Kind};
use crate::change::{CellTable, RowTable};
use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::store::statements::{CellStatements, Fields, RowStatements, Statement, Statements};
use crate::store::{StoreError, epochs};

/// The most rows of one statement: while the server writes them, the arrays of the next ones are built.
const ROWS_MAX: usize = 8_192;

/// One statement.
#[derive(Debug)]
pub(super) struct Arrays {
    text: Arc<str>,
    kinds: Vec<Kind>,
}

/// The statements of all tables, whose columns are `columns`.
pub(super) fn statements(columns: &Columns) -> Result<Statements<Arrays>, StoreError> {
    let rows = ROW_TABLES.iter().map(|table| {
        let (insert, update) = (Arrays::insert(table, columns)?, Arrays::update(table, columns)?);
        Ok(RowStatements { table, insert, update })
    });
    let cells = CELL_TABLES.iter().map(|table| {
        let (add, keep) = (Arrays::add(table, columns)?, Arrays::keep(table, columns)?);
        Ok(CellStatements { table, add, keep })
    });
    Ok(Statements::new(rows.collect::<Result<_, StoreError>>()?, cells.collect::<Result<_, StoreError>>()?))
}

impl Arrays {
    /// Rows are born.
    fn insert(table: &RowTable, columns: &Columns) -> Result<Self, StoreError> {
        let names = [table.key, table.facts, table.state].concat();
        let kinds = columns.kinds(table.name, &names)?;
        let text =
            format!("insert into {} ({}) select * from {}", table.name, names.join(", "), unnest(&kinds));
        Ok(Self { text: text.into(), kinds })
    }

    /// The state of rows is replaced.
    fn update(table: &RowTable, columns: &Columns) -> Result<Self, StoreError> {
        let names = [table.key, table.state].concat();
        let kinds = columns.kinds(table.name, &names)?;
        let set: Vec<_> = table.state.iter().map(|column| format!("{column} = new.{column}")).collect();
        let on: Vec<_> = table.key.iter().map(|column| format!("old.{column} = new.{column}")).collect();
        let text = format!(
            "update {} as old set {} from {} as new ({}) where {}",
            table.name,
            set.join(", "),
            unnest(&kinds),
            names.join(", "),
            on.join(" and ")
        );
        Ok(Self { text: text.into(), kinds })
    }

    /// Cells grow and shrink.
    fn add(table: &CellTable, columns: &Columns) -> Result<Self, StoreError> {
        let names = [table.key, table.sums].concat();
        let kinds = columns.kinds(table.name, &names)?;
        let set: Vec<_> =
            table.sums.iter().map(|sum| format!("{sum} = old.{sum} + excluded.{sum}")).collect();
        let text = format!(
            "insert into {} as old ({}) select * from {} on conflict ({}) do update set {}",
            table.name,
            names.join(", "),
            unnest(&kinds),
            table.key.join(", "),
            set.join(", ")
        );
        Ok(Self { text: text.into(), kinds })
    }

    /// How cells stand in the open epoch is kept.
    fn keep(table: &CellTable, columns: &Columns) -> Result<Self, StoreError> {
        let (head, foot) = epochs::keep(table);
        let kinds = columns.kinds(table.name, table.key)?;
        let on: Vec<_> = table.key.iter().map(|column| format!("c.{column} = k.{column}")).collect();
        let text = format!(
            "{head}{} as k ({}) join {} as c on {}{foot}",
            unnest(&kinds),
            table.key.join(", "),
            table.name,
            on.join(" and ")
        );
        Ok(Self { text: text.into(), kinds })
    }
}

/// A table made of one array for each column.
fn unnest(kinds: &[Kind]) -> String {
    let arrays: Vec<_> =
        (1..).zip(kinds).map(|(number, kind)| format!("${number}::{}[]", kind.name())).collect();
    format!("unnest({})", arrays.join(", "))
}

impl Statement for Arrays {
    type Arguments = PgArguments;

    fn runs(&self, count: usize) -> impl Iterator<Item = Range<usize>> + Send + 'static {
        (0..count).step_by(ROWS_MAX).map(move |start| start..count.min(start + ROWS_MAX))
    }

    fn text(&self, _rows: usize) -> Arc<str> {
        Arc::clone(&self.text)
    }

    fn arguments<F: Fields>(&self, rows: &[F]) -> Result<PgArguments, BoxDynError> {
        let mut columns: Vec<_> = self.kinds.iter().map(|kind| Column::new(*kind, rows.len())).collect();
        let mut fits = true;
        for row in rows {
            let mut next = columns.iter_mut();
            row.for_each(|value| fits &= next.next().is_some_and(|column| column.push(value)));
        }
        if !fits {
            return Err("a value is not of the type of its column".into());
        }
        let mut arguments = PgArguments::default();
        columns.into_iter().try_for_each(|column| arguments.add(column))?;
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_made_from_descriptions() {
        let rows = RowTable { name: "r", key: &["a", "b"], facts: &["c"], state: &["d", "e"] };
        let of = |table: &str, columns: &[(&str, &str)]| {
            columns
                .iter()
                .map(|(name, kind)| (table.to_owned(), (*name).to_owned(), (*kind).to_owned()))
                .collect()
        };
        let columns =
            of("r", &[("a", "bigint"), ("b", "bigint"), ("c", "text"), ("d", "bigint"), ("e", "text")]);
        assert_eq!(
            *Arrays::insert(&rows, &columns).unwrap().text(2),
            *"insert into r (a, b, c, d, e) select * from \
              unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[])"
        );
        assert_eq!(
            *Arrays::update(&rows, &columns).unwrap().text(1),
            *"update r as old set d = new.d, e = new.e from \
              unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) as new (a, b, d, e) \
              where old.a = new.a and old.b = new.b"
        );
        let cells = CellTable { name: "c", key: &["a"], sums: &["n"] };
        assert_eq!(
            *Arrays::add(&cells, &of("c", &[("a", "text"), ("n", "bigint")])).unwrap().text(1),
            *"insert into c as old (a, n) select * from unnest($1::text[], $2::bigint[]) \
              on conflict (a) do update set n = old.n + excluded.n"
        );
        assert!(Arrays::add(&cells, &of("c", &[("a", "text")])).is_err());
        let cells = CellTable { name: "c_cells", key: &["a", "b"], sums: &["n", "m"] };
        assert_eq!(
            *Arrays::keep(&cells, &of("c_cells", &[("a", "text"), ("b", "bigint")])).unwrap().text(2),
            *"insert into c_past (a, b, n, m, epoch) select c.a, c.b, c.n, c.m, \
              (select coalesce(max(number), 0) + 1 from epochs) from unnest($1::text[], $2::bigint[]) as k (a, b) \
              join c_cells as c on c.a = k.a and c.b = k.b \
              on conflict (a, b, epoch) do update set n = excluded.n, m = excluded.m"
        );
    }

    #[test]
    fn any_number_of_rows_is_cut_into_runs() {
        let statement = Arrays { text: "".into(), kinds: Vec::new() };
        let runs = |count| statement.runs(count).map(|run| (run.start, run.end)).collect::<Vec<_>>();
        assert_eq!(runs(0), []);
        assert_eq!(runs(ROWS_MAX), [(0, ROWS_MAX)]);
        assert_eq!(runs(ROWS_MAX + 1), [(0, ROWS_MAX), (ROWS_MAX, ROWS_MAX + 1)]);
    }
}
