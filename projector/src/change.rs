//! What a projection may ask for, merged: of a thousand changes of one row the last is written, and a thousand
//! changes of one cell are one sum.

mod table;
pub use table::{CellTable, RowTable};

mod value;
pub use value::Value;

mod key;
pub use key::{CellKey, Key};

mod cells;
use cells::Cells;
pub use cells::SumOverflow;

mod writes;
pub(crate) use writes::{CellWrites, NewRow, Writes};

mod scope;
pub use scope::Scope;

use std::collections::hash_map::Entry;

use events_schema::{Grain, Id, Timestamp};
use foldhash::HashMap;

use crate::starts::Starts;

/// The merged changes of a run of events.
#[derive(Debug, Default)]
pub struct Changes {
    rows: Vec<(&'static RowTable, HashMap<Key, Row>)>,
    cells: Vec<(&'static CellTable, Cells)>,
    scope: Scope,
}

/// What is to become of one row.
#[derive(Debug)]
struct Row {
    /// Its facts, when it is new; nothing for a row that stands in the table already.
    facts: Option<Box<[Value]>>,
    /// Its state.
    state: Box<[Value]>,
    /// Whether the columns that change seldom keep the values that they have in the table.
    keeps_seldom: bool,
}

impl Changes {
    /// No changes yet, of which only those in `scope` are kept.
    pub fn within(scope: Scope) -> Self {
        Self { scope, ..Self::default() }
    }

    /// Whether a row is kept that belongs to the cells around `instant`. A projection asks before it makes one, and of
    /// one row always with the same instant.
    pub fn keeps_row(&self, instant: Timestamp) -> bool {
        self.scope.has_row(instant)
    }

    /// How many rows and cells change.
    pub(crate) fn len(&self) -> usize {
        let rows = self.rows.iter().map(|(_, rows)| rows.len());
        rows.chain(self.cells.iter().map(|(_, cells)| cells.len())).sum()
    }

    /// A row is born.
    pub fn insert<const F: usize, const S: usize>(
        &mut self,
        table: &'static RowTable,
        key: Key,
        facts: [Value; F],
        state: [Value; S],
    ) {
        debug_assert_eq!((F, S), (table.facts.len(), table.state.len()), "{}", table.name);
        let row = Row { facts: Some(facts.into()), state: state.into(), keeps_seldom: false };
        of(&mut self.rows, table).insert(key, row);
    }

    /// A row is born that says how another one stood after an event: only the past is read from it, so it is not even
    /// made for one question, which is about the end.
    pub fn insert_version<const F: usize>(
        &mut self,
        table: &'static RowTable,
        key: Key,
        version: impl FnOnce() -> [Value; F],
    ) {
        if self.scope.has_past() {
            self.insert(table, key, version(), []);
        }
    }

    /// The state of a row that was born is replaced.
    pub fn update<const S: usize>(&mut self, table: &'static RowTable, key: Key, state: [Value; S]) {
        self.replace(table, key, state, false);
    }

    /// The same, when the columns that change seldom keep their values.
    pub fn update_often<const S: usize>(&mut self, table: &'static RowTable, key: Key, state: [Value; S]) {
        self.replace(table, key, state, true);
    }

    fn replace<const S: usize>(
        &mut self,
        table: &'static RowTable,
        key: Key,
        state: [Value; S],
        keeps_seldom: bool,
    ) {
        debug_assert_eq!(S, table.state.len(), "{}", table.name);
        match of(&mut self.rows, table).entry(key) {
            // The memory of the former state is used again.
            Entry::Occupied(row) => {
                let row = row.into_mut();
                row.state.iter_mut().zip(state).for_each(|(old, new)| *old = new);
                row.keeps_seldom &= keeps_seldom;
            }
            Entry::Vacant(place) => {
                place.insert(Row { facts: None, state: state.into(), keeps_seldom });
            }
        }
    }

    /// The cells of an hour, of its day, its month and its year change by `deltas`.
    pub fn add<const D: usize, const S: usize>(
        &mut self,
        table: &'static CellTable,
        starts: Starts,
        dimensions: [Value; D],
        deltas: &[i64; S],
    ) -> Result<(), SumOverflow> {
        self.add_to(table, starts, CellKey::new(Value::Null, Grain::Hour, starts, dimensions), deltas)
    }

    /// The same in a table whose cells belong to somebody: the cells of all together change.
    pub fn add_together<const D: usize, const S: usize>(
        &mut self,
        table: &'static CellTable,
        starts: Starts,
        dimensions: [Value; D],
        deltas: &[i64; S],
    ) -> Result<(), SumOverflow> {
        self.add_to(table, starts, CellKey::new(Value::TOGETHER, Grain::Hour, starts, dimensions), deltas)
    }

    /// The cells of a day and of its month change by `deltas` that belong to `owner` alone, who has no hours and no
    /// years; unless nobody asks for those of this owner.
    pub fn add_own<const D: usize, const S: usize>(
        &mut self,
        table: &'static CellTable,
        owner: &Id,
        starts: Starts,
        dimensions: [Value; D],
        deltas: &[i64; S],
    ) -> Result<(), SumOverflow> {
        if !self.scope.has_owner(owner) {
            return Ok(());
        }
        self.add_to(table, starts, CellKey::new(owner.into(), Grain::Day, starts, dimensions), deltas)
    }

    fn add_to<const S: usize>(
        &mut self,
        table: &'static CellTable,
        starts: Starts,
        key: CellKey,
        deltas: &[i64; S],
    ) -> Result<(), SumOverflow> {
        debug_assert_eq!((key.columns(), S), (table.key.len(), table.sums.len()), "{}", table.name);
        of(&mut self.cells, table).add(table, starts, key, deltas)
    }
}

/// What belongs to `table`: there are few, and most are found at once.
fn of<'a, T, C: Default>(all: &'a mut Vec<(&'static T, C)>, table: &'static T) -> &'a mut C {
    let place = all.iter().position(|(other, _)| std::ptr::eq(*other, table)).unwrap_or_else(|| {
        all.push((table, C::default()));
        all.len() - 1
    });
    &mut all[place].1
}

#[cfg(test)]
mod tests;
