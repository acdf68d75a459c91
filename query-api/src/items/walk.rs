//! Where the rows of a figure can be: the newest first, from the cells that hold something of it.
//!
//! A figure of three orders in five years is found without a look at the others: years that hold nothing are passed,
//! and so are months, days and hours of the others. To a cell, all of its rows add to a figure of their family with one sign
//! ([`Family::figures`]), so one that holds nothing of any has no row that is looked for.
//!
//! In the past, cells are read as of an epoch. What differs since then, or until then, was changed by one of the events
//! in between, and so the hours of what these changed are looked at as well.
//!
//! [`Family::figures`]: crate::items::family::Family::figures

use std::collections::BTreeSet;

use events_schema::{Grain, Timestamp};

use crate::database::{DatabaseError, Sql};
use crate::items::figured::Sum;
use crate::items::select::{Changes, of_owner};
use crate::pieces::CellsWanted;
use crate::range::{Range, floor};
use crate::snapshot::Snapshot;

/// Steps that are found at once.
const STEPS_MAX: u32 = 32;
/// Days whose hours are read at once.
const DAYS_MAX: usize = 4;

/// Goes back through the parts of a range in which rows of a figure can be.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    sum: &'a Sum,
    owner: Option<&'a str>,
    range: Range,
    /// What is still to be looked at, the newest last.
    parts: Vec<(Look, Range)>,
    /// When something was that events changed since the epoch or until it; nothing: not looked at yet.
    changed: Option<BTreeSet<Timestamp>>,
}

/// The next shorter steps; nothing below hours.
const fn finer(grain: Grain) -> Option<Grain> {
    match grain {
        Grain::Year => Some(Grain::Month),
        Grain::Month => Some(Grain::Day),
        Grain::Day => Some(Grain::Hour),
        Grain::Hour => None,
    }
}

/// What is known of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// Nothing: its cells of this length say more.
    Cells(Grain),
    /// There can be rows.
    Rows,
}

impl<'a> Walk<'a> {
    /// Through `range`, for the rows of `sum`; of one owner where the source asks for one.
    pub(super) fn new(sum: &'a Sum, owner: Option<&'a str>, range: Range) -> Self {
        let has_years = sum.family.source.grains.has(Grain::Year);
        let widest = if has_years { Grain::Year } else { Grain::Month };
        Self { sum, owner, range, parts: vec![(Look::Cells(widest), range)], changed: None }
    }

    /// The next part, or nothing after the last.
    pub(super) async fn next(&mut self, snapshot: &mut Snapshot) -> Result<Option<Range>, DatabaseError> {
        while let Some((look, part)) = self.parts.pop() {
            match look {
                Look::Rows => return Ok(Some(part)),
                Look::Cells(grain) => self.look_into(grain, part, snapshot).await?,
            }
        }
        Ok(None)
    }

    /// Puts in the place of a part those of its steps in which there can be rows.
    async fn look_into(
        &mut self,
        grain: Grain,
        part: Range,
        snapshot: &mut Snapshot,
    ) -> Result<(), DatabaseError> {
        if part.is_empty() {
            return Ok(());
        }
        let (starts, is_all) = self.starts(grain, part, snapshot).await?;
        if let Some(oldest) = starts.first().filter(|_| !is_all) {
            self.parts.push((Look::Cells(grain), Range::new(part.from, *oldest)));
        }
        let source = self.sum.family.source;
        let grains = snapshot.past().map_or(source.grains, |_| source.past.grains);
        let next = finer(grain).filter(|next| grains.has(*next)).map_or(Look::Rows, Look::Cells);
        let most = match (grain, next) {
            (_, Look::Rows) => usize::MAX,
            (Grain::Year | Grain::Month, Look::Cells(_)) => 1,
            (Grain::Day | Grain::Hour, Look::Cells(_)) => DAYS_MAX,
        };
        let mut runs: Vec<(Range, usize)> = Vec::new();
        for start in starts {
            let end = snapshot.calendar.next(grain, start);
            match runs.last_mut() {
                Some((run, steps)) if run.to == start && *steps < most => {
                    (run.to, *steps) = (end, *steps + 1);
                }
                _ => runs.push((Range::new(start, end), 1)),
            }
        }
        let clipped =
            |(run, _): (Range, usize)| (next, Range::new(run.from.max(part.from), run.to.min(part.to)));
        self.parts.extend(runs.into_iter().map(clipped));
        Ok(())
    }

    /// The steps of `part` in which there can be rows, the oldest first; and whether there are no older ones.
    async fn starts(
        &mut self,
        grain: Grain,
        part: Range,
        snapshot: &mut Snapshot,
    ) -> Result<(Vec<Timestamp>, bool), DatabaseError> {
        let from = floor(grain, part.from, &snapshot.calendar);
        let rows = snapshot.fetch_all(self.cells(grain, Range::new(from, part.to), snapshot)).await?;
        let cells: Result<Vec<i64>, _> = rows.iter().map(|row| row.get(0)).collect();
        let mut starts: BTreeSet<_> = cells?.into_iter().map(Timestamp::from_micros).collect();
        let is_all = starts.len() < STEPS_MAX as usize;
        let first = starts.first().copied().filter(|_| !is_all).unwrap_or(part.from).max(part.from);
        let changed = self.changed(snapshot).await?;
        starts.extend(changed.range(first..part.to).map(|at| floor(grain, *at, &snapshot.calendar)));
        Ok((starts.into_iter().collect(), is_all))
    }

    /// The select of the cells of a range that hold something.
    fn cells(&self, grain: Grain, range: Range, snapshot: &Snapshot) -> Sql {
        let source = self.sum.family.source;
        let mut sql = Sql::new("");
        sql.place(range.from.micros());
        sql.place(range.to.micros());
        sql.place(i64::from(STEPS_MAX));
        if let Some(past) = snapshot.past() {
            sql.place(past.nearest.number);
        }
        let owner = self.owner.map(|owner| sql.place(owner));
        let cells_where = of_owner(source.cells_where, owner.as_deref());
        let filter = self.sum.condition(|value| sql.place(value));
        let (holds, is_past) = (self.sum.cell_holds(), snapshot.past().is_some());
        let wanted =
            CellsWanted { grain, cells_where: &cells_where, filter: &filter, holds: &holds, is_past };
        sql.push(&source.steps_with(&wanted));
        sql
    }

    /// When something was that events changed between the epoch and where the snapshot stands.
    async fn changed(&mut self, snapshot: &mut Snapshot) -> Result<&BTreeSet<Timestamp>, DatabaseError> {
        if self.changed.is_none() {
            let mut changed = BTreeSet::new();
            if let Some(past) = snapshot.past() {
                let [after, until, _] = past.window();
                let between = [after, until];
                let window =
                    Changes { range: self.range, owner: self.owner, between, cursor: None, limit: None };
                let sql = self.sum.changed_at(window);
                for row in snapshot.fetch_all(sql).await? {
                    changed.insert(Timestamp::from_micros(row.get(0)?));
                }
            }
            self.changed = Some(changed);
        }
        Ok(self.changed.get_or_insert_default())
    }
}

#[cfg(test)]
mod tests;
