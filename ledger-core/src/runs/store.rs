//! The store: opens, saves, clears.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use super::entries::Entries;
use super::home::Home;
use super::note::NoteInfo;
use super::opening;
use super::run::Run;
use super::run_writer::RunWriter;
use super::shared::{Merging, Shared, State};
use super::view::View;
use super::{Options, StoreError, Table};

/// A store of keys and values, in tables. It owns its directory, and the thread that merges.
///
/// Dropping it breaks off what is being merged. Views outlive it.
#[derive(Debug)]
pub struct Store {
    /// What the thread knows as well.
    pub(super) shared: Arc<Shared>,
    /// The thread that merges.
    thread: Option<JoinHandle<()>>,
    /// Held while saving or clearing: one at a time.
    saving: Mutex<()>,
}

impl Store {
    /// Opens the store in `dir`, which is made if there is none. `format` is the caller's version of the contents, and
    /// `tables` what each table is asked for.
    ///
    /// Answers the note of the last save as well. It is `None` when nothing was saved, and when anything is not
    /// exactly as it was saved: then a line of the log says why, and the store is empty.
    pub fn open(
        dir: &Path,
        format: u32,
        tables: &'static [Table],
    ) -> Result<(Self, Option<Vec<u8>>), StoreError> {
        Self::open_with(dir, format, tables.len(), Options { tables, ..Options::default() })
    }

    /// Opens the store, with other sizes than the usual ones.
    pub(crate) fn open_with(
        dir: &Path,
        format: u32,
        tables: usize,
        options: Options,
    ) -> Result<(Self, Option<Vec<u8>>), StoreError> {
        let (mut store, note) = Self::open_unmerged(dir, format, tables, options)?;
        let merging = Arc::clone(&store.shared);
        let named = std::thread::Builder::new().name("merge".to_owned());
        let thread = named.spawn(move || merging.keep_merging()).map_err(StoreError::io(dir))?;
        store.thread = Some(thread);
        Ok((store, note))
    }

    /// Opens the store without the thread that merges.
    pub(super) fn open_unmerged(
        dir: &Path,
        format: u32,
        tables: usize,
        options: Options,
    ) -> Result<(Self, Option<Vec<u8>>), StoreError> {
        let home = Arc::new(Home::create(dir)?);
        let (view, info, note, next_number) = match opening::find(&home, format, tables)? {
            Some(found) => (found.view, Some(found.info), Some(found.note), found.next_number),
            None => (View { tables: vec![Vec::new(); tables] }, None, None, 1),
        };
        let shared = Arc::new(Shared {
            home,
            options,
            format,
            tables,
            next_number: AtomicU64::new(next_number),
            view: RwLock::new(Arc::new(view)),
            state: Mutex::new(State { note: info, ..State::default() }),
            changed: Condvar::new(),
            break_off: AtomicBool::new(false),
        });
        Ok((Self { shared, thread: None, saving: Mutex::default() }, note))
    }

    /// The contents now.
    pub fn view(&self) -> Arc<View> {
        self.shared.view()
    }

    /// Saves new entries, for each table some, and the note, durably: all of it or, after an error or a crash, perhaps
    /// nothing. Answers the contents with them.
    ///
    /// Waits when merging is far behind. Fails when merging has come upon damage, until the store is cleared.
    pub fn save(&self, tables: Vec<Entries>, note: &[u8]) -> Result<Arc<View>, StoreError> {
        let shared = &*self.shared;
        assert_eq!(tables.len(), shared.tables, "a save has entries for each table, be it none");
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        shared.wait_for_room()?;
        let mut added = Vec::new();
        for (table, entries) in tables.into_iter().enumerate().filter(|(_, entries)| !entries.is_empty()) {
            added.push(Arc::new(self.write(table, entries)?));
        }
        let note = NoteInfo::write(&shared.home, shared.number(), note)?;
        let mut state = shared.lock();
        let mut view = View::clone(&shared.view());
        for run in &added {
            view.tables[run.info.table].insert(0, Arc::clone(run));
        }
        let saved = shared.replace(&mut state, view, note, &added);
        // Also after an error: there may be room on the disk by now.
        if state.merging == Merging::Failed {
            state.merging = Merging::Busy;
            shared.changed.notify_all();
        }
        saved
    }

    fn write(&self, table: usize, mut entries: Entries) -> Result<Run, StoreError> {
        entries.sort();
        let shared = &*self.shared;
        let name = (table, 0, shared.number());
        let mut writer = RunWriter::create(&shared.home, shared.options, name, entries.len() as u64)?;
        for (key, value) in entries.iter() {
            writer.push(key, value)?;
        }
        writer.finish()
    }

    /// Forgets everything, durably: the next start finds nothing. For an owner that finds that the contents do not fit
    /// what they were derived from, or that a read found damage.
    pub fn clear(&self) -> Result<(), StoreError> {
        let shared = &*self.shared;
        let _saving = self.saving.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = shared.lock();
        shared.break_off.store(true, Ordering::Relaxed);
        opening::remove_manifest(&shared.home)?;
        state.damage = None;
        if let Some(note) = state.note.take() {
            shared.home.remove(&shared.home.note_path(note.number));
        }
        for run in shared.view().tables.iter().flatten() {
            run.forget();
        }
        shared.show(&Arc::new(View { tables: vec![Vec::new(); shared.tables] }));
        if state.merging == Merging::Failed {
            state.merging = Merging::Busy;
        }
        shared.changed.notify_all();
        Ok(())
    }

    /// Waits until there is nothing to merge, or merging has failed.
    #[cfg(test)]
    pub(crate) fn wait_until_merged(&self) -> bool {
        let shared = &*self.shared;
        let mut state = shared.lock();
        loop {
            match state.merging {
                Merging::Idle if super::levels::next_job(&shared.view(), shared.options, None).is_none() => {
                    return true;
                }
                Merging::Failed | Merging::Ended => return false,
                Merging::Busy | Merging::Idle => state = shared.wait(state),
            }
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.break_off.store(true, Ordering::Relaxed);
        self.shared.changed.notify_all();
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the merging thread ended with a panic");
        }
        self.shared.home.close();
    }
}
