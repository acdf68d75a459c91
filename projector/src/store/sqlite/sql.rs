//! The statements that write tables of SQLite, made from their descriptions.
//!
//! A statement writes one row, and is executed for each: between SQLite and this program lies nothing but a call.

use rusqlite::types::Null;
use rusqlite::{Connection, Statement};

use crate::change::{CellTable, RowTable, Value, Writes};
use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::store::fields::Fields;
use crate::store::{StoreError, epochs};

/// The statements of all tables.
#[derive(Debug)]
pub(super) struct Statements {
    rows: Vec<RowStatements>,
    cells: Vec<CellStatements>,
}

/// The statements of a table of rows.
#[derive(Debug)]
struct RowStatements {
    table: &'static RowTable,
    /// A row is born.
    insert: String,
    /// The state of a row is replaced.
    update: String,
    /// The same without the columns that change seldom.
    update_often: String,
}

/// The statements of a table of cells.
#[derive(Debug)]
struct CellStatements {
    table: &'static CellTable,
    /// A cell grows and shrinks.
    add: String,
    /// How it stands in the open epoch is kept.
    keep: String,
}

impl Statements {
    pub(super) fn new() -> Self {
        let rows = ROW_TABLES.iter().map(|table| RowStatements {
            table,
            insert: insert(table.name, &[table.key, table.facts, table.state].concat()),
            update: update(table, table.state),
            update_often: update(table, &table.state[table.seldom..]),
        });
        let cells =
            CELL_TABLES.iter().map(|table| CellStatements { table, add: add(table), keep: keep(table) });
        Self { rows: rows.collect(), cells: cells.collect() }
    }

    /// Makes `writes`. The caller has begun a transaction.
    pub(super) fn execute(&self, connection: &Connection, writes: &Writes) -> Result<(), StoreError> {
        for writes in &writes.rows {
            let table = writes.table.name;
            let found = self.rows.iter().find(|of| std::ptr::eq(of.table, writes.table));
            let RowStatements { insert, update, update_often, .. } =
                found.expect("every table of rows is listed with the projections");
            each(connection, table, insert, &writes.born)?;
            each(connection, table, update, &writes.changed)?;
            let seldom = writes.table.seldom;
            let often: Vec<_> =
                writes.changed_often.iter().map(|(key, state)| (key, &state[seldom..])).collect();
            each(connection, table, update_often, &often)?;
        }
        let open = format!("select {}", epochs::OPEN);
        let open: i64 = connection.prepare_cached(&open)?.query_row((), |row| row.get(0))?;
        for cells in &writes.cells {
            let table = cells.table.name;
            let found = self.cells.iter().find(|of| std::ptr::eq(of.table, cells.table));
            let CellStatements { add, keep, .. } =
                found.expect("every table of cells is listed with the projections");
            each(connection, table, add, &cells.cells)?;
            if writes.has_past {
                let (_, kept) = cells.passing_and_kept();
                let keys: Vec<_> = kept.iter().map(|(key, _)| (key, open)).collect();
                each(connection, table, keep, &keys)?;
            }
        }
        Ok(())
    }
}

/// Executes a statement for each of these rows, of which each must be there.
fn each<F: Fields>(
    connection: &Connection,
    table: &'static str,
    text: &str,
    rows: &[F],
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(text)?;
    for row in rows {
        let (mut place, mut bound) = (0, Ok(()));
        row.for_each(|value| {
            place += 1;
            if bound.is_ok() {
                bound = bind(&mut statement, place, value);
            }
        });
        bound?;
        if statement.raw_execute()? != 1 {
            return Err(StoreError::Missing { table });
        }
    }
    Ok(())
}

fn bind(statement: &mut Statement, place: usize, value: &Value) -> rusqlite::Result<()> {
    match value {
        Value::Null => statement.raw_bind_parameter(place, Null),
        Value::Int(number) => statement.raw_bind_parameter(place, number),
        Value::Text(text) => statement.raw_bind_parameter(place, text.as_str()),
        Value::Term(word, _) => statement.raw_bind_parameter(place, word),
    }
}

/// A row with these columns is born.
fn insert(table: &str, columns: &[&str]) -> String {
    let places = vec!["?"; columns.len()];
    format!("insert into {table} ({}) values ({})", columns.join(", "), places.join(", "))
}

/// These columns of the state of a row are replaced. Its key is bound first.
fn update(table: &RowTable, state: &[&str]) -> String {
    let on = equal(1, table.key).join(" and ");
    format!("update {} set {} where {on}", table.name, equal(table.key.len() + 1, state).join(", "))
}

/// A cell grows and shrinks.
fn add(table: &CellTable) -> String {
    let set: Vec<_> = table.sums.iter().map(|sum| format!("{sum} = {sum} + excluded.{sum}")).collect();
    format!(
        "{} on conflict ({}) do update set {}",
        insert(table.name, &[table.key, table.sums].concat()),
        table.key.join(", "),
        set.join(", ")
    )
}

/// How a cell stands in the open epoch is kept. Its key is bound, and the number of the epoch.
fn keep(table: &CellTable) -> String {
    let (head, foot) = epochs::keep(table, &format!("?{}", table.key.len() + 1));
    format!("{head}{} as c where {}{foot}", table.name, equal(1, table.key).join(" and "))
}

/// Each column is what is bound to a place, from `first` on.
fn equal(first: usize, columns: &[&str]) -> Vec<String> {
    (first..).zip(columns).map(|(place, column)| format!("{column} = ?{place}")).collect()
}

#[cfg(test)]
mod tests {
    use events_schema::Grain;

    use super::*;
    use crate::store::script;

    #[test]
    fn a_late_change_of_an_order_writes_only_the_indexes_of_what_it_changes() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(&script::SQLITE).unwrap();
        let statements = Statements::new();
        let found = statements.rows.iter().find(|of| of.table.name == "order_states").unwrap();
        let written = |update: &str| {
            let mut explained = connection.prepare(&format!("explain {update}")).unwrap();
            let (mut steps, mut count) = (explained.raw_query(), 0);
            while let Some(step) = steps.next().unwrap() {
                count += usize::from(step.get::<_, String>(1).unwrap() == "IdxInsert");
            }
            count
        };
        // By status, and by the state of the settlement.
        assert_eq!(written(&found.update_often), 2);
        assert!(written(&found.update) > 2);
    }

    #[test]
    fn statements_are_made_from_descriptions() {
        let rows = RowTable { name: "r", key: &["a", "b"], facts: &["c"], state: &["d", "e"], seldom: 0 };
        assert_eq!(insert("r", &["a", "b", "c"]), "insert into r (a, b, c) values (?, ?, ?)");
        assert_eq!(update(&rows, rows.state), "update r set d = ?3, e = ?4 where a = ?1 and b = ?2");
        assert_eq!(update(&rows, &rows.state[1..]), "update r set e = ?3 where a = ?1 and b = ?2");
        let cells = CellTable { name: "c_cells", key: &["a", "b"], sums: &["n", "m"], past_from: Grain::Day };
        assert_eq!(
            add(&cells),
            "insert into c_cells (a, b, n, m) values (?, ?, ?, ?) \
             on conflict (a, b) do update set n = n + excluded.n, m = m + excluded.m"
        );
        assert_eq!(
            keep(&cells),
            "insert into c_past (a, b, n, m, epoch) select c.a, c.b, c.n, c.m, ?3 \
             from c_cells as c where a = ?1 and b = ?2 \
             on conflict (a, b, epoch) do update set n = excluded.n, m = excluded.m"
        );
    }
}
