//! The merging thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::StoreError;
use super::levels::{Job, next_job};
use super::merge;
use super::run::Run;
use super::run_writer::RunWriter;
use super::shared::{Merging, Shared, State};
use super::under_way::UnderWay;
use super::view::View;

impl Shared {
    /// Merges whatever there is, until the store is closed: the merging thread.
    pub(super) fn keep_merging(&self) {
        let _end = End(self);
        while let Some(merge) = self.wait_for_merge() {
            let result = self.merge(&merge);
            // What it was made of is let go before anyone hears that it is done.
            drop(merge);
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
    fn wait_for_merge(&self) -> Option<UnderWay<'static>> {
        let mut state = self.lock();
        while !state.closing {
            if state.merging != Merging::Failed {
                if let Some(job) = next_job(&self.view(), self.options, None) {
                    state.merging = Merging::Busy;
                    self.break_off.store(false, Ordering::Relaxed);
                    return Some(self.begin(&state, job, None));
                }
                state.merging = Merging::Idle;
                self.changed.notify_all();
            }
            state = self.wait(state);
        }
        None
    }

    /// Begins a merge, perhaps inside a larger one. A save that waited for room may have it now; that it does not miss
    /// this, the state is locked.
    pub(super) fn begin<'a>(
        &self,
        _state: &State,
        job: Job,
        around: Option<&'a UnderWay<'a>>,
    ) -> UnderWay<'a> {
        let merge = UnderWay::begin(job, around);
        self.changed.notify_all();
        merge
    }

    /// Merges some runs, and saves that they are one now.
    fn merge(&self, merge: &UnderWay<'_>) -> Result<(), StoreError> {
        self.merge_if(merge, || self.merge_inside(merge))
    }

    /// The same, with another way to know whether to go on.
    pub(super) fn merge_if(
        &self,
        merge: &UnderWay<'_>,
        go_on: impl Fn() -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let job = &merge.job;
        let name = (job.table, job.level, self.number());
        let writer = RunWriter::create(&self.home, self.options, name, job.entries_max())?;
        let merged = merge::merge(&job.runs, writer, self.options, |merged| {
            merge.merged.set(merged);
            go_on()
        })?;
        merged.map_or(Ok(()), |merged| self.put(job, merged))
    }

    /// Does a smaller merge, if there is one that should not wait for this one. Answers whether this one should go on.
    pub(super) fn merge_inside(&self, merge: &UnderWay<'_>) -> Result<bool, StoreError> {
        let goes_on = || !self.break_off.load(Ordering::Relaxed);
        if goes_on()
            && let Some(job) = next_job(&self.view(), self.options, Some(merge))
        {
            let smaller = self.begin(&self.lock(), job, Some(merge));
            self.merge(&smaller)?;
        }
        Ok(goes_on())
    }

    /// Saves that these runs are one now.
    fn put(&self, job: &Job, merged: Run) -> Result<(), StoreError> {
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
