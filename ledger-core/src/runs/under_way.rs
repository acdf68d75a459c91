//! A merge that is under way.

use std::cell::Cell;
use std::iter;
use std::sync::atomic::Ordering;

use super::levels::Job;

/// A merge that is under way. As long as this is there, its runs are not for another merge.
#[derive(Debug)]
pub(super) struct UnderWay<'a> {
    /// What is merged.
    pub(super) job: Job,
    /// How many entries are merged by now.
    pub(super) merged: Cell<u64>,
    /// The larger merge that waits for this one.
    around: Option<&'a Self>,
}

impl<'a> UnderWay<'a> {
    /// Begins a merge, perhaps inside a larger one.
    pub(super) fn begin(job: Job, around: Option<&'a Self>) -> Self {
        job.runs.iter().for_each(|run| run.merging.store(true, Ordering::Relaxed));
        Self { job, merged: Cell::new(0), around }
    }

    /// This merge, the one that waits for it, and so on.
    pub(super) fn outwards(&self) -> impl Iterator<Item = &Self> {
        iter::successors(Some(self), |merge| merge.around)
    }

    /// The part of this number that corresponds to the part of the merge that is done.
    pub(super) fn part_done(&self, whole: usize) -> usize {
        let part = u128::from(self.merged.get()) * whole as u128 / u128::from(self.job.entries_max().max(1));
        usize::try_from(part).map_or(whole, |part| part.min(whole))
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.job.runs.iter().for_each(|run| run.merging.store(false, Ordering::Relaxed));
    }
}
