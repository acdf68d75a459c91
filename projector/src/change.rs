//! What a projection may ask for, merged: of a thousand changes of one row the last is written, and a thousand
//! changes of one cell are one sum.

mod table;
pub use table::{CellTable, RowTable};

mod value;
pub use value::{Key, Value};

mod writes;
pub(crate) use writes::{NewRow, Writes};

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// The merged changes of a run of events.
#[derive(Debug, Default)]
pub struct Changes {
    rows: Vec<(&'static RowTable, HashMap<Key, Row>)>,
    cells: Vec<(&'static CellTable, HashMap<Key, Sums>)>,
}

/// What is added to one cell.
type Sums = Box<[i64]>;

/// What is to become of one row.
#[derive(Debug)]
struct Row {
    /// Its facts, when it is new; nothing for a row that stands in the table already.
    facts: Option<Box<[Value]>>,
    /// Its state.
    state: Box<[Value]>,
}

/// A sum does not fit into 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sum in the table {table} is too large for 64 bits")]
pub struct SumOverflow {
    /// The table of the cell.
    pub table: &'static str,
}

impl Changes {
    /// A row is born.
    pub fn insert<const F: usize, const S: usize>(
        &mut self,
        table: &'static RowTable,
        key: Key,
        facts: [Value; F],
        state: [Value; S],
    ) {
        debug_assert_eq!((F, S), (table.facts.len(), table.state.len()), "{}", table.name);
        let row = Row { facts: Some(facts.into()), state: state.into() };
        self.rows_of(table).insert(key, row);
    }

    /// The state of a row that was born is replaced.
    pub fn update<const S: usize>(&mut self, table: &'static RowTable, key: Key, state: [Value; S]) {
        debug_assert_eq!(S, table.state.len(), "{}", table.name);
        match self.rows_of(table).entry(key) {
            // The memory of the former state is used again.
            Entry::Occupied(row) => {
                row.into_mut().state.iter_mut().zip(state).for_each(|(old, new)| *old = new);
            }
            Entry::Vacant(place) => {
                place.insert(Row { facts: None, state: state.into() });
            }
        }
    }

    /// A cell changes by `deltas`. When a sum would not fit, the cell stays as it was.
    pub fn add<const S: usize>(
        &mut self,
        table: &'static CellTable,
        key: Key,
        deltas: &[i64; S],
    ) -> Result<(), SumOverflow> {
        debug_assert_eq!(S, table.sums.len(), "{}", table.name);
        match self.cells_of(table).entry(key) {
            Entry::Occupied(cell) => {
                let sums = cell.into_mut();
                let overflow = sums.iter().zip(deltas).any(|(sum, delta)| sum.checked_add(*delta).is_none());
                if overflow {
                    return Err(SumOverflow { table: table.name });
                }
                sums.iter_mut().zip(deltas).for_each(|(sum, delta)| *sum += delta);
            }
            Entry::Vacant(place) => {
                place.insert(Box::from(deltas.as_slice()));
            }
        }
        Ok(())
    }

    fn rows_of(&mut self, table: &'static RowTable) -> &mut HashMap<Key, Row> {
        let place =
            self.rows.iter().position(|(other, _)| std::ptr::eq(*other, table)).unwrap_or_else(|| {
                self.rows.push((table, HashMap::new()));
                self.rows.len() - 1
            });
        &mut self.rows[place].1
    }

    fn cells_of(&mut self, table: &'static CellTable) -> &mut HashMap<Key, Sums> {
        let place =
            self.cells.iter().position(|(other, _)| std::ptr::eq(*other, table)).unwrap_or_else(|| {
                self.cells.push((table, HashMap::new()));
                self.cells.len() - 1
            });
        &mut self.cells[place].1
    }
}

#[cfg(test)]
mod tests;
