//! What is added to the cells of one table.

use std::collections::hash_map::Entry;

use events_schema::Grain;
use foldhash::HashMap;

use super::{CellKey, CellTable};
use crate::starts::Starts;

/// What is added to the cells of one table.
///
/// Only the smallest cell of a change is looked up and added to, an hour or a day. What the wider ones around it get is
/// added up once, at the end: a thousand events of an hour are one addition to its day.
#[derive(Debug, Default)]
pub(super) struct Cells(HashMap<CellKey, Cell>);

/// What is added to each column of one cell.
type Sums = Box<[i64]>;

/// What is added to one cell.
#[derive(Clone, Debug)]
struct Cell {
    /// When the hour, the day, the month and the year begin in which the cell lies.
    starts: Starts,
    sums: Sums,
}

/// A sum does not fit into 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sum in the table {table} is too large for 64 bits")]
pub struct SumOverflow {
    /// The table of the cell.
    pub table: &'static str,
}

impl Cells {
    /// How many of the smallest cells change.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The cell `key`, which lies in `starts`, changes by `deltas`. When a sum would not fit, it stays as it was.
    pub(super) fn add(
        &mut self,
        table: &CellTable,
        starts: Starts,
        key: CellKey,
        deltas: &[i64],
    ) -> Result<(), SumOverflow> {
        match self.0.entry(key) {
            Entry::Occupied(cell) => {
                let sums = &mut cell.into_mut().sums;
                let overflow = sums.iter().zip(deltas).any(|(sum, delta)| sum.checked_add(*delta).is_none());
                if overflow {
                    return Err(SumOverflow { table: table.name });
                }
                sums.iter_mut().zip(deltas).for_each(|(sum, delta)| *sum += delta);
            }
            Entry::Vacant(place) => {
                place.insert(Cell { starts, sums: deltas.into() });
            }
        }
        Ok(())
    }

    /// What is added to every cell: hours are added up to days, days to months, and months to years, which an owner has
    /// none of. Sorted by key.
    ///
    /// A cell that gets nothing in the end is there too: which cells a table has must not depend on how the events
    /// were cut into runs.
    pub(super) fn add_up(mut self, table: &CellTable) -> Result<Vec<(CellKey, Sums)>, SumOverflow> {
        let steps = [(Grain::Hour, Grain::Day), (Grain::Day, Grain::Month), (Grain::Month, Grain::Year)];
        for (grain, wider) in steps {
            let parts: Vec<_> = self
                .0
                .iter()
                .filter(|(key, _)| key.grain == grain && (wider != Grain::Year || !key.is_own()))
                .map(|(key, cell)| (key.around(wider, cell.starts), cell.clone()))
                .collect();
            for (key, Cell { starts, sums }) in parts {
                self.add(table, starts, key, &sums)?;
            }
        }
        let mut cells: Vec<_> = self.0.into_iter().map(|(key, cell)| (key, cell.sums)).collect();
        cells.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        Ok(cells)
    }
}
