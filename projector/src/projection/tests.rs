//! Tests of the projections without a database. What they ask for is compared as text.

mod entries;
mod orders;
mod shares;
mod tables;
mod versions;

use events_schema::{Calendar, Timestamp};

use crate::change::{Key, Value, Writes};

/// The cells of `grain` in a table, each as the columns of its key and the sums that are not zero. All zones of these
/// tests are that of China.
fn cells(writes: &Writes, table: &str, grain: &str) -> Vec<String> {
    let calendar = Calendar::new("Asia/Shanghai").unwrap();
    let Some(found) = writes.cells.iter().find(|cells| cells.table.name == table) else { return Vec::new() };
    let show = |(key, sums): &(Key, Box<[i64]>)| {
        let mut columns = Vec::new();
        key.for_each(|value| {
            columns.push(match value {
                Value::Int(start) => {
                    calendar.show(Timestamp::from_micros(*start)).to_string()[..13].to_owned()
                }
                other @ (Value::Null | Value::Text(_) | Value::Term(..)) => text(other),
            });
        });
        let named = found.table.sums.iter().zip(sums).filter(|(_, sum)| **sum != 0);
        let sums: Vec<_> = named.map(|(name, sum)| format!("{name} {sum}")).collect();
        (columns.remove(0) == grain).then(|| format!("{}: {}", columns.join(" "), sums.join(", ")))
    };
    found.cells.iter().filter_map(show).collect()
}

/// The rows of a table that are born, each as the given columns.
fn born(writes: &Writes, table: &str, columns: &[&str]) -> Vec<String> {
    let Some(rows) = writes.rows.iter().find(|rows| rows.table.name == table) else { return Vec::new() };
    let names = [rows.table.facts, rows.table.state].concat();
    let show = |row: &crate::change::NewRow| pick(&names, row.facts.iter().chain(&row.state), columns);
    rows.born.iter().map(show).collect()
}

/// The rows of a table that change, each as the given columns.
fn changed(writes: &Writes, table: &str, columns: &[&str]) -> Vec<String> {
    let Some(rows) = writes.rows.iter().find(|rows| rows.table.name == table) else { return Vec::new() };
    let show = |(_, state): &(Key, Box<[Value]>)| pick(rows.table.state, state.iter(), columns);
    rows.changed.iter().chain(&rows.changed_often).map(show).collect()
}

fn pick<'a>(names: &[&str], values: impl Iterator<Item = &'a Value>, columns: &[&str]) -> String {
    let values: Vec<_> = values.map(text).collect();
    let of = |column: &&str| values[names.iter().position(|name| name == column).unwrap()].clone();
    columns.iter().map(of).collect::<Vec<_>>().join(" ")
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) if text.is_empty() => "''".to_owned(),
        Value::Text(text) => text.to_string(),
        Value::Term(_, word) => (*word).to_owned(),
    }
}
