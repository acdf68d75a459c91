//! What is merged, and when.
//!
//! A save makes runs of level 0. When a level has enough runs, they become one run of the next level: so there are few
//! runs, and each entry is written once a level. An older run that is small beside those that are merged joins them.
//! This keeps a table small whose entries are replaced again and again.

use std::sync::Arc;

use super::Options;
use super::run::Run;
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
}

/// What should be merged next: of all tables what is on the lowest level.
pub(super) fn next_job(view: &View, options: Options) -> Option<Job> {
    let full = |(table, runs): (usize, &[Arc<Run>])| {
        let level = runs.first()?.info.level;
        (runs.len() >= options.runs_per_level).then_some((level, table))
    };
    let (level, table) = levels(view).filter_map(full).min()?;
    let runs = &view.tables[table];
    let from = runs.iter().position(|run| run.info.level == level)?;
    let mut to = from;
    let mut bytes = 0;
    // A run that joins is at most half of what is merged anyway, so an entry joins only a few times.
    while let Some(run) = runs.get(to).filter(|run| run.info.level == level || run.info.bytes * 2 <= bytes) {
        bytes += run.info.bytes;
        to += 1;
    }
    let runs = runs[from..to].to_vec();
    // Levels never fall from newer to older runs.
    let level = runs.last()?.info.level.max(level + 1);
    Some(Job { table, runs, level })
}

/// Whether merging is too far behind for another save.
pub(super) fn is_behind(view: &View, options: Options) -> bool {
    levels(view).any(|(_, runs)| runs.len() >= options.runs_waiting_max)
}

/// The runs of each level of each table.
fn levels(view: &View) -> impl Iterator<Item = (usize, &[Arc<Run>])> {
    let tables = view.tables.iter().enumerate();
    tables.flat_map(|(table, runs)| {
        runs.chunk_by(|a, b| a.info.level == b.info.level).map(move |level| (table, level))
    })
}
