//! The table of results, for people and as JSON.

use std::fmt;

use serde_json::{Value, json};

use super::limits::float;
use super::memory::Memory;

/// Bytes of a megabyte.
const MEGABYTE: f64 = 1_000_000.0;

/// One measured figure.
#[derive(Debug)]
pub(super) struct Row {
    /// Its name, the same in every version.
    name: String,
    /// What was measured, for people.
    what: String,
    /// The figure; none where the system does not tell.
    figure: Option<f64>,
    /// Its unit, such as `events/s` or `ms`.
    unit: &'static str,
    /// What the machine can do, in the same unit.
    limits: Vec<Limit>,
}

/// What the machine can do.
#[derive(Debug)]
struct Limit {
    figure: f64,
    /// With what.
    of: &'static str,
}

/// All measured figures.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<Row>);

impl Table {
    /// Adds a figure.
    pub(super) fn add(
        &mut self,
        name: impl Into<String>,
        what: impl Into<String>,
        figure: f64,
        unit: &'static str,
    ) {
        self.push(name.into(), what.into(), Some(figure), unit);
    }

    /// Says what the machine can do beside the figure that was added last.
    pub(super) fn limit(&mut self, figure: f64, of: &'static str) {
        if let Some(row) = self.0.last_mut() {
            row.limits.push(Limit { figure, of });
        }
    }

    /// Adds what a process held in memory; `name` and `what` are what it did.
    pub(super) fn memory(&mut self, name: &str, what: &str, memory: Option<Memory>) {
        let megabytes = |bytes: u64| float(bytes) / MEGABYTE;
        let (anonymous, file) = (
            memory.map(|memory| megabytes(memory.anonymous_bytes)),
            memory.map(|memory| megabytes(memory.file_bytes)),
        );
        self.push(format!("{name}-anonymous"), format!("  {what}, its own"), anonymous, "MB");
        self.push(format!("{name}-file"), format!("  {what}, mapped from files"), file, "MB");
    }

    fn push(&mut self, name: String, what: String, figure: Option<f64>, unit: &'static str) {
        self.0.push(Row { name, what, figure, unit, limits: Vec::new() });
    }

    /// The rows as JSON.
    pub(super) fn json(&self) -> Value {
        let rows = self.0.iter().map(|row| {
            let limits = row.limits.iter().map(|limit| {
                let ratio = row.figure.map(|figure| figure / limit.figure);
                json!({ "figure": limit.figure, "of": limit.of, "ratio": ratio })
            });
            json!({
                "name": row.name, "what": row.what.trim_start(), "figure": row.figure, "unit": row.unit,
                "limits": limits.collect::<Vec<_>>(),
            })
        });
        Value::Array(rows.collect())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.0 {
            write!(f, "{:<66} {:>12} {:<9}", row.what, number(row.figure), row.unit)?;
            for (nth, Limit { figure, of }) in row.limits.iter().enumerate() {
                if nth > 0 {
                    write!(f, "\n{:<89}", "")?;
                }
                let limit = number(Some(*figure));
                let ratio = row.figure.unwrap_or(0.0) / figure;
                if row.unit == "ms" {
                    write!(f, " {ratio:>5.1} times {limit} ms ({of})")?;
                } else {
                    write!(f, " {:>5.1} % of {limit} ({of})", 100.0 * ratio)?;
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// A figure with as many decimals as it is worth.
pub(super) fn number(figure: Option<f64>) -> String {
    let Some(figure) = figure else { return "n/a".to_owned() };
    let decimals = if figure < 1_000.0 { 2 } else { 0 };
    format!("{figure:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default();
        table.add("ingest", "HTTP ingest", 5_000.0, "events/s");
        table.limit(10_000.0, "parsing");
        table.limit(20_000.0, "appending");
        table.add("report-p50", "a report", 0.5, "ms");
        table.limit(0.25, "an empty request");
        table.memory("ingest-memory", "memory of the service", None);
        table
    }

    #[test]
    fn people_see_aligned_columns() {
        let text = table().to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines[0].contains("5000 events/s   50.0 % of 10000 (parsing)"), "{text}");
        assert_eq!(lines[0].find('%'), lines[1].find('%'), "{text}");
        assert!(lines[2].contains("0.50 ms          2.0 times 0.25 ms (an empty request)"), "{text}");
        assert!(lines[3].contains("n/a MB"), "{text}");
    }

    #[test]
    fn programs_find_rows_by_name() {
        let rows = table().json();
        assert_eq!(
            rows[0],
            json!({
                "name": "ingest", "what": "HTTP ingest", "figure": 5_000.0, "unit": "events/s",
                "limits": [
                    { "figure": 10_000.0, "of": "parsing", "ratio": 0.5 },
                    { "figure": 20_000.0, "of": "appending", "ratio": 0.25 },
                ],
            })
        );
        assert_eq!(rows[2]["name"], "ingest-memory-anonymous");
        assert_eq!(rows[2]["figure"], Value::Null);
    }
}
