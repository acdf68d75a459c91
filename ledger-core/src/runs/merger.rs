//! The merging thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::StoreError;
use super::levels::{Job, next_job};
use super::merge::merge;
use super::run_writer::RunWriter;
use super::shared::{Merging, Shared};
use super::view::View;

impl Shared {
    /// Merges whatever there is, until the store is closed: the merging thread.
    pub(super) fn keep_merging(&self) {
        let _end = End(self);
        while let Some(job) = self.wait_for_job() {
            let result = self.merge(&job);
            // What it was made of is let go before anyone hears that it is done.
            drop(job);
            let mut state = self.lock();
            if let Err(error) = result {
                tracing::warn!(
                    "runs stay as they are until the next save, for they cannot be merged: {error}"
                );
                state.merging = Merging::Failed;
                // When the store was cleared meanwhile, the damage is gone with the run.
                if let StoreError::Damaged { path, reason } = error
                    && self.view().tables.iter().flatten().any(|run| run.path == path)
                {
                    state.damage = Some((path, reason));
                }
            }
            self.changed.notify_all();
        }
    }

    /// Waits until there is something to merge; `None` when the store is closed.
    fn wait_for_job(&self) -> Option<Job> {
        let mut state = self.lock();
        while !state.closing {
            if state.merging != Merging::Failed {
                if let Some(job) = next_job(&self.view(), self.options) {
                    state.merging = Merging::Busy;
                    self.break_off.store(false, Ordering::Relaxed);
                    return Some(job);
                }
                state.merging = Merging::Idle;
                self.changed.notify_all();
            }
            state = self.wait(state);
        }
        None
    }

    /// Merges some runs, and saves that they are one now.
    fn merge(&self, job: &Job) -> Result<(), StoreError> {
        let name = (job.table, job.level, self.number());
        let writer = RunWriter::create(&self.home, self.options, name, job.entries_max())?;
        let Some(merged) = merge(&job.runs, writer, self.options, &self.break_off)? else {
            return Ok(());
        };
        let merged = Arc::new(merged);
        let mut state = self.lock();
        let mut view = View::clone(&self.view());
        let runs = &mut view.tables[job.table];
        let from = runs
            .windows(job.runs.len())
            .position(|some| some.iter().zip(&job.runs).all(|(a, b)| Arc::ptr_eq(a, b)));
        // They are not there any more when the store was cleared meanwhile.
        if let (Some(from), Some(note)) = (from, state.note) {
            runs.splice(from..from + job.runs.len(), [Arc::clone(&merged)]);
            self.replace(&mut state, view, note, &[merged])?;
            for run in &job.runs {
                run.forget();
            }
        }
        Ok(())
    }
}

/// Says that the thread has ended, even by a panic: nobody must wait for it then.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.lock().merging = Merging::Ended;
        self.0.changed.notify_all();
    }
}
