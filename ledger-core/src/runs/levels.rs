//! What is merged, and when.
//!
//! A save makes runs of level 0. When a level has enough runs, they become one run of the next level: so there are few
//! runs, and each entry is written once a level. An older run that is small beside those that are merged joins them.
//! This keeps a table small whose entries are replaced again and again.
//!
//! A large merge takes long. Those of lower levels do not wait for it: they are done inside it, of runs that it does not
//! use. When so many come that it would never get to its end, they have to wait in turn, until more of it is done.

use std::sync::Arc;

use super::Options;
use super::run::Run;
use super::under_way::UnderWay;
use super::view::View;

/// Runs that are to become one.
#[derive(Debug)]
pub(super) struct Job {
    /// The table that they are of.
    pub(super) table: usize,
    /// The runs, which are neighbours, the newest first.
    pub(super) runs: Vec<Arc<Run>>,
    /// The level of the new one.
    pub(super) level: u32,
}

impl Job {
    /// At most how many entries the new run has.
    pub(super) fn entries_max(&self) -> u64 {
        self.runs.iter().map(|run| run.info.entries).sum()
    }

    /// The level of the newest of the runs, which is the lowest.
    pub(super) fn lowest_level(&self) -> u32 {
        self.runs.first().map_or(self.level, |run| run.info.level)
    }
}

/// What should be merged next, inside the merge that is under way: of all tables what is on the lowest level.
pub(super) fn next_job(view: &View, options: Options, inside: Option<&UnderWay<'_>>) -> Option<Job> {
    let below = inside.map_or(u32::MAX, |merge| merge.job.lowest_level());
    let full =
        levels(view).filter(|level| level.number < below && level.waiting >= options.runs_of(level.table).0);
    let jobs = full.filter_map(|level| job(view, &level));
    jobs.filter(|job| {
        // So that the new run does not make its level too full.
        let there = levels(view).find(|level| (level.table, level.number) == (job.table, job.level));
        there.is_none_or(|there| there.waiting < waiting_max(&there, options, inside))
    })
    .min_by_key(|job| (job.lowest_level(), job.table))
}

/// With this many runs waiting in a level, merging makes no more of them. While others of that level are being merged,
/// these are fewer at the beginning, and more as it gets on: both are done at about the same time.
fn waiting_max(level: &Level, options: Options, inside: Option<&UnderWay<'_>>) -> usize {
    let (few, many) = options.runs_of(level.table);
    let mut merges = inside.into_iter().flat_map(UnderWay::outwards);
    let merge =
        merges.find(|merge| merge.job.table == level.table && merge.job.lowest_level() == level.number);
    merge.map_or(many, |merge| few.saturating_add(merge.part_done(many.saturating_sub(few))))
}

/// The merge of all of a level.
fn job(view: &View, level: &Level) -> Option<Job> {
    let runs = &view.tables[level.table];
    let from = runs.iter().position(|run| run.info.level == level.number)?;
    let mut to = from;
    let mut bytes = 0;
    // A run that joins is at most half of what is merged anyway, so an entry joins only a few times.
    let joins = |run: &Run, bytes| run.info.level == level.number || run.info.bytes * 2 <= bytes;
    while let Some(run) = runs.get(to).filter(|run| !run.is_merging() && joins(run, bytes)) {
        bytes += run.info.bytes;
        to += 1;
    }
    let runs = runs[from..to].to_vec();
    // Levels never fall from newer to older runs.
    let to_level = runs.last()?.info.level.max(level.number + 1);
    Some(Job { table: level.table, runs, level: to_level })
}

/// Whether merging is too far behind for another save.
pub(super) fn is_behind(view: &View, options: Options) -> bool {
    levels(view).any(|level| level.waiting >= options.runs_of(level.table).1)
}

/// A level of a table that has runs.
#[derive(Clone, Copy, Debug)]
struct Level {
    /// The table.
    table: usize,
    /// The number of the level.
    number: u32,
    /// How many of its runs no merge uses.
    waiting: usize,
}

/// The levels of each table.
fn levels(view: &View) -> impl Iterator<Item = Level> {
    let tables = view.tables.iter().enumerate();
    tables.flat_map(|(table, runs)| {
        runs.chunk_by(|a, b| a.info.level == b.info.level).filter_map(move |runs| {
            let waiting = runs.iter().filter(|run| !run.is_merging()).count();
            Some(Level { table, number: runs.first()?.info.level, waiting })
        })
    })
}
