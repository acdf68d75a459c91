//! The table of results, for people and as JSON.

use std::fmt;

use serde_json::{Value, json};

/// One measured figure.
#[derive(Debug)]
pub(super) struct Row {
    /// What was measured.
    pub(super) what: String,
    /// The figure.
    pub(super) figure: f64,
    /// Its unit, such as `events/s` or `ms`.
    pub(super) unit: &'static str,
    /// What the machine can do with the same bytes, and what that is.
    pub(super) limit: Option<(f64, &'static str)>,
}

/// All measured figures.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<Row>);

impl Table {
    /// Adds a figure.
    pub(super) fn add(&mut self, what: impl Into<String>, figure: f64, unit: &'static str) {
        self.0.push(Row { what: what.into(), figure, unit, limit: None });
    }

    /// Adds a rate beside what the machine can do.
    pub(super) fn add_limited(&mut self, what: impl Into<String>, figure: f64, limit: f64, of: &'static str) {
        self.0.push(Row { what: what.into(), figure, unit: "events/s", limit: Some((limit, of)) });
    }

    /// The same as JSON.
    pub(super) fn json(&self) -> Value {
        let rows = self.0.iter().map(|row| {
            json!({
                "what": row.what, "figure": row.figure, "unit": row.unit,
                "limit": row.limit.map(|(limit, _)| limit), "limit_of": row.limit.map(|(_, of)| of),
                "ratio": row.limit.map(|(limit, _)| row.figure / limit),
            })
        });
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        json!({ "version": env!("CARGO_PKG_VERSION"), "cores": cores, "results": rows.collect::<Vec<_>>() })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.0 {
            let decimals = if row.figure < 1_000.0 { 2 } else { 0 };
            write!(f, "{:<62} {:>12.decimals$} {:<9}", row.what, row.figure, row.unit)?;
            if let Some((limit, of)) = row.limit {
                write!(f, " {:>5.1} % of {limit:.0}/s ({of})", 100.0 * row.figure / limit)?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
