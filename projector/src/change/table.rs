//! The tables that projections may ask to change, as far as writing needs to know them.

use events_schema::Grain;

/// A table of rows. A row is born once with its facts, which never change; its state is replaced as a whole.
#[derive(Debug)]
pub struct RowTable {
    /// The name.
    pub name: &'static str,
    /// The columns that name a row.
    pub key: &'static [&'static str],
    /// The columns that are written once.
    pub facts: &'static [&'static str],
    /// The columns that change.
    pub state: &'static [&'static str],
    /// How many of the first of these change seldom. Where they keep their values, the others are written without them:
    /// SQLite writes an index anew whenever one of its columns is written, whatever its value.
    pub seldom: usize,
}

/// A table of cells: sums that grow and shrink.
#[derive(Debug)]
pub struct CellTable {
    /// The name.
    pub name: &'static str,
    /// The columns that name a cell, in the order of the primary key: `grain`, whom it belongs to where the table
    /// tells them apart, `start`, and up to three dimensions.
    pub key: &'static [&'static str],
    /// The columns that are summed up.
    pub sums: &'static [&'static str],
    /// The shortest cells of which the past is kept. Hours are most of the cells that an epoch changes; where nothing is
    /// read hour by hour, the rows of half a day at each end of a range do as well.
    pub past_from: Grain,
}

impl CellTable {
    /// The table that keeps how its cells stood at the end of each epoch.
    pub fn past(&self) -> String {
        format!("{}_past", self.name.trim_end_matches("_cells"))
    }
}
