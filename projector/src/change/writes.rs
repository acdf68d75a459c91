//! Merged changes in the order in which they are written.

use events_schema::Position;

use super::{CellTable, Changes, Key, RowTable, SumOverflow, Value};

/// Merged changes, sorted by table and key: neighbours stand on one page of the file.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    /// What becomes of rows.
    pub(crate) rows: Vec<RowWrites>,
    /// What becomes of cells.
    pub(crate) cells: Vec<CellWrites>,
    /// The last event of the epoch that closes with them, if one does.
    pub(crate) closes_epoch: Option<Position>,
    /// Whether somebody will ask how cells stood at the end of an epoch. Only files leave that out for who does not:
    /// read models for one question are always in one.
    pub(crate) has_past: bool,
}

/// What becomes of the rows of one table.
#[derive(Debug)]
pub(crate) struct RowWrites {
    /// The table.
    pub(crate) table: &'static RowTable,
    /// Rows to be born.
    pub(crate) born: Vec<NewRow>,
    /// New states of rows that stand in the table.
    pub(crate) changed: Vec<(Key, Box<[Value]>)>,
    /// The same of those whose columns that change seldom keep their values.
    pub(crate) changed_often: Vec<(Key, Box<[Value]>)>,
}

/// A row to be born.
#[derive(Debug)]
pub(crate) struct NewRow {
    /// What names it.
    pub(crate) key: Key,
    /// What never changes.
    pub(crate) facts: Box<[Value]>,
    /// What may change.
    pub(crate) state: Box<[Value]>,
}

/// What is added to the cells of one table.
#[derive(Debug)]
pub(crate) struct CellWrites {
    /// The table.
    pub(crate) table: &'static CellTable,
    /// What is added to each cell, the shortest first.
    pub(crate) cells: Vec<CellWrite>,
}

/// What is added to one cell.
pub(crate) type CellWrite = (Key, Box<[i64]>);

impl CellWrites {
    /// The cells of which no past is kept, and the others.
    pub(crate) fn passing_and_kept(&self) -> (&[CellWrite], &[CellWrite]) {
        let passing = |(key, _): &CellWrite| key.grain() < Some(self.table.past_from);
        self.cells.split_at(self.cells.partition_point(passing))
    }
}

impl TryFrom<Changes> for Writes {
    type Error = SumOverflow;

    fn try_from(all: Changes) -> Result<Self, SumOverflow> {
        let row_writes = all.rows.into_iter().map(|(table, merged)| {
            let (mut born, mut changed, mut changed_often) = (Vec::new(), Vec::new(), Vec::new());
            for (key, row) in merged {
                match row.facts {
                    Some(facts) => born.push(NewRow { key, facts, state: row.state }),
                    None if row.keeps_seldom => changed_often.push((key, row.state)),
                    None => changed.push((key, row.state)),
                }
            }
            born.sort_unstable_by(|a, b| a.key.cmp(&b.key));
            changed.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            changed_often.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            RowWrites { table, born, changed, changed_often }
        });
        let cell_writes = all.cells.into_iter().map(|(table, cells)| {
            let cells = cells.add_up(table)?.into_iter();
            Ok(CellWrites { table, cells: cells.map(|(key, sums)| (Key::Cell(key.into()), sums)).collect() })
        });
        let cells = cell_writes.collect::<Result<_, _>>()?;
        Ok(Self { rows: row_writes.collect(), cells, closes_epoch: None, has_past: all.scope.has_past() })
    }
}
