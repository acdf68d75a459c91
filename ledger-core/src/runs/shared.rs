//! What the store and its merging thread share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};

use super::home::Home;
use super::levels::is_behind;
use super::manifest::Manifest;
use super::note::NoteInfo;
use super::run::Run;
use super::view::View;
use super::{Options, StoreError};

/// What the store and its merging thread share.
#[derive(Debug)]
pub(super) struct Shared {
    /// Where the files are.
    pub(super) home: Arc<Home>,
    /// Sizes.
    pub(super) options: Options,
    /// The user's version of the contents.
    pub(super) format: u32,
    /// The number of tables.
    pub(super) tables: usize,
    /// The number of the next file. No number is used twice while the store is open.
    pub(super) next_number: AtomicU64,
    /// What is read now. Only who holds `state` sets it; readers do not wait for the disk.
    pub(super) view: RwLock<Arc<View>>,
    /// The rest; held while the manifest is replaced.
    pub(super) state: Mutex<State>,
    /// Something of `state` has changed that somebody may wait for.
    pub(super) changed: Condvar,
    /// The merges that are going on need not be finished.
    pub(super) break_off: AtomicBool,
}

/// What changes as a whole.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The note of the last save; `None` before the first.
    pub(super) note: Option<NoteInfo>,
    /// What merging is doing.
    pub(super) merging: Merging,
    /// Where and how a run is damaged that merging came upon.
    pub(super) damage: Option<(PathBuf, &'static str)>,
    /// The store is being closed.
    pub(super) closing: bool,
}

/// What merging is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Merging {
    /// It is at work, or looks for some.
    #[default]
    Busy,
    /// There is nothing to merge.
    Idle,
    /// It failed, and tries again after the next save.
    Failed,
    /// The thread has ended.
    Ended,
}

impl Shared {
    /// What changes as a whole, for this thread alone.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is read now.
    pub(super) fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has another view be read from now on.
    pub(super) fn show(&self, view: &Arc<View>) {
        let before = std::mem::replace(
            &mut *self.view.write().unwrap_or_else(PoisonError::into_inner),
            Arc::clone(view),
        );
        // Only now, outside the lock: this may remove files.
        drop(before);
    }

    /// Waits until something changes.
    pub(super) fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that no file has.
    pub(super) fn number(&self) -> u64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits until another save may be made.
    pub(super) fn wait_for_room(&self) -> Result<(), StoreError> {
        let mut state = self.lock();
        loop {
            if let Some((path, reason)) = &state.damage {
                return Err(StoreError::damaged(path, reason));
            }
            let waits = matches!(state.merging, Merging::Busy | Merging::Idle);
            if !waits || !is_behind(&self.view(), self.options) {
                return Ok(());
            }
            state = self.wait(state);
        }
    }

    /// Makes a view and its note what is saved, durably. `added` are runs that were not saved before.
    pub(super) fn replace(
        &self,
        state: &mut State,
        view: View,
        note: NoteInfo,
        added: &[Arc<Run>],
    ) -> Result<Arc<View>, StoreError> {
        let runs = view.tables.iter().flatten().map(|run| run.info).collect();
        let manifest = Manifest { format: self.format, tables: self.tables, note, runs };
        if let Err(error) = manifest.prepare(&self.home) {
            if state.note != Some(note) {
                self.home.remove(&self.home.note_path(note.number));
            }
            return Err(error);
        }
        // If the next step fails, the new manifest may hold all the same. Then these files wait for the next start.
        for run in added {
            run.keep();
        }
        Manifest::commit(&self.home)?;
        if let Some(before) = state.note.replace(note).filter(|before| before.number != note.number) {
            self.home.remove(&self.home.note_path(before.number));
        }
        let view = Arc::new(view);
        self.show(&view);
        self.changed.notify_all();
        Ok(view)
    }
}
