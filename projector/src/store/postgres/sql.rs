//! The statements that write tables of PostgreSQL, made from their descriptions.
//!
//! A statement takes one array of rows, so its text is the same for any number of rows.

use std::ops::Range;
use std::sync::Arc;

use sqlx::Arguments;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;

use super::rows::{Form, RowTypes};
use crate::change::{CellTable, RowTable};
use crate::store::fields::Fields;
use crate::store::{StoreError, epochs};

/// The most rows of one statement: while the server writes them, the arrays of the next ones are built.
const ROWS_MAX: usize = 8_192;

/// One statement.
#[derive(Debug)]
pub(super) struct Arrays {
    text: Arc<str>,
    form: Form,
}

impl Arrays {
    /// Rows are born.
    pub(super) fn insert(table: &RowTable, types: &RowTypes) -> Result<Self, StoreError> {
        let names = [table.key, table.facts, table.state].concat();
        let (form, names) = (types.form(table.name, &names)?, names.join(", "));
        let text = format!("insert into {} ({names}) select {names} from {}", table.name, form.table());
        Ok(Self { text: text.into(), form })
    }

    /// The state of rows is replaced.
    pub(super) fn update(table: &RowTable, types: &RowTypes) -> Result<Self, StoreError> {
        let form = types.form(table.name, &[table.key, table.state].concat())?;
        let set: Vec<_> = table.state.iter().map(|column| format!("{column} = new.{column}")).collect();
        let on: Vec<_> = table.key.iter().map(|column| format!("old.{column} = new.{column}")).collect();
        let text = format!(
            "update {} as old set {} from {} as new where {}",
            table.name,
            set.join(", "),
            form.table(),
            on.join(" and ")
        );
        Ok(Self { text: text.into(), form })
    }

    /// Cells grow and shrink.
    pub(super) fn add(table: &CellTable, types: &RowTypes) -> Result<Self, StoreError> {
        let names = [table.key, table.sums].concat();
        let (form, names) = (types.form(table.name, &names)?, names.join(", "));
        let set: Vec<_> =
            table.sums.iter().map(|sum| format!("{sum} = old.{sum} + excluded.{sum}")).collect();
        let text = format!(
            "insert into {} as old ({names}) select {names} from {} on conflict ({}) do update set {}",
            table.name,
            form.table(),
            table.key.join(", "),
            set.join(", ")
        );
        Ok(Self { text: text.into(), form })
    }

    /// The same, and how they stand in the open epoch is kept.
    pub(super) fn add_and_keep(table: &CellTable, types: &RowTypes) -> Result<Self, StoreError> {
        let (Self { text, form }, (keep, kept)) =
            (Self::add(table, types)?, epochs::keep(table, epochs::OPEN));
        Ok(Self { text: format!("with c as ({text} returning old.*) {keep}c{kept}").into(), form })
    }
}

impl Arrays {
    /// Its text, whatever it writes.
    pub(super) fn text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Cuts `count` rows into runs, each of which is written by one execution.
    pub(super) fn runs(count: usize) -> impl Iterator<Item = Range<usize>> + Send {
        (0..count).step_by(ROWS_MAX).map(move |start| start..count.min(start + ROWS_MAX))
    }

    /// What is to be written.
    pub(super) fn arguments<F: Fields>(&self, rows: &[F]) -> Result<PgArguments, BoxDynError> {
        let (mut array, mut values, mut fits) = (self.form.rows(), Vec::new(), true);
        for row in rows {
            row.for_each(|value| values.push(value.clone()));
            fits &= array.push(&values);
            values.clear();
        }
        if !fits {
            return Err("a value is not of the type of its column".into());
        }
        let mut arguments = PgArguments::default();
        arguments.add(array)?;
        Ok(arguments)
    }
}

#[cfg(test)]
mod tests {
    use sqlx::postgres::types::Oid;

    use events_schema::Grain;

    use super::*;

    /// The rows of a table with these columns. Those of texts end with `_text`.
    fn types(table: &str, columns: &[&str]) -> RowTypes {
        let kind = |column: &str| Oid(if column.ends_with("_text") { 25 } else { 20 });
        let column = |name: &&str| {
            (table.to_owned(), format!("s.{table}"), Oid(1), Oid(2), (*name).to_owned(), kind(name))
        };
        columns.iter().map(column).collect()
    }

    #[test]
    fn statements_are_made_from_descriptions() {
        let rows =
            RowTable { name: "r", key: &["a", "b"], facts: &["c_text"], state: &["d", "e"], seldom: 0 };
        let types_of_rows = types("r", &["a", "d", "b", "c_text", "e"]);
        assert_eq!(
            *Arrays::insert(&rows, &types_of_rows).unwrap().text(),
            *"insert into r (a, b, c_text, d, e) select a, b, c_text, d, e from unnest($1::s.r[])"
        );
        assert_eq!(
            *Arrays::update(&rows, &types_of_rows).unwrap().text(),
            *"update r as old set d = new.d, e = new.e from unnest($1::s.r[]) as new \
              where old.a = new.a and old.b = new.b"
        );
        let cells = CellTable { name: "c_cells", key: &["a", "b"], sums: &["n", "m"], past_from: Grain::Day };
        let types_of_cells = types("c_cells", &["a", "b", "n", "m"]);
        assert_eq!(
            *Arrays::add(&cells, &types_of_cells).unwrap().text(),
            *"insert into c_cells as old (a, b, n, m) select a, b, n, m from unnest($1::s.c_cells[]) \
              on conflict (a, b) do update set n = old.n + excluded.n, m = old.m + excluded.m"
        );
        assert_eq!(
            *Arrays::add_and_keep(&cells, &types_of_cells).unwrap().text(),
            *"with c as (insert into c_cells as old (a, b, n, m) select a, b, n, m from unnest($1::s.c_cells[]) \
              on conflict (a, b) do update set n = old.n + excluded.n, m = old.m + excluded.m returning old.*) \
              insert into c_past (a, b, n, m, epoch) select c.a, c.b, c.n, c.m, \
              (select coalesce(max(number), 0) + 1 from epochs) from c \
              on conflict (a, b, epoch) do update set n = excluded.n, m = excluded.m"
        );
        assert!(Arrays::add(&cells, &types("c_cells", &["a", "b", "n"])).is_err());
        assert!(Arrays::add(&cells, &types("d_cells", &["a", "b", "n", "m"])).is_err());
    }

    #[test]
    fn any_number_of_rows_is_cut_into_runs() {
        let runs = |count| Arrays::runs(count).map(|run| (run.start, run.end)).collect::<Vec<_>>();
        assert_eq!(runs(0), []);
        assert_eq!(runs(ROWS_MAX), [(0, ROWS_MAX)]);
        assert_eq!(runs(ROWS_MAX + 1), [(0, ROWS_MAX), (ROWS_MAX, ROWS_MAX + 1)]);
    }
}
