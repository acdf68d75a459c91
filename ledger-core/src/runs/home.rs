//! The directory of a store: names of files, and whose it is.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::StoreError;

/// Names what belongs together.
pub(super) const MANIFEST: &str = "manifest";

/// The manifest that is going to take the place of the other.
pub(super) const MANIFEST_NEW: &str = "manifest.new";

/// The beginning of a run's name.
const RUN_PREFIX: &str = "run-";

/// The beginning of a note's name.
const NOTE_PREFIX: &str = "note-";

/// The directory of a store.
#[derive(Debug)]
pub(super) struct Home {
    /// Where it is.
    dir: PathBuf,
    /// Whether the store is open. A view may outlive it; it must not remove a file then, for the directory may belong
    /// to another store, with a file of that name.
    open: Mutex<bool>,
}

impl Home {
    /// The directory, which is made if there is none.
    pub(super) fn create(dir: &Path) -> Result<Self, StoreError> {
        if !dir.is_dir() {
            fs::create_dir_all(dir).map_err(StoreError::io(dir))?;
            let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
            sync_dir(parent.unwrap_or(Path::new(".")))?;
        }
        Ok(Self { dir: dir.to_owned(), open: Mutex::new(true) })
    }

    /// A file of this name.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The run of this number.
    pub(super) fn run_path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{RUN_PREFIX}{number}"))
    }

    /// The note of this number.
    pub(super) fn note_path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{NOTE_PREFIX}{number}"))
    }

    /// Makes the names in the directory durable.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        sync_dir(&self.dir)
    }

    /// The files of the directory that a store made. Others are left alone.
    pub(super) fn files(&self) -> Result<Vec<PathBuf>, StoreError> {
        let listed = fs::read_dir(&self.dir)
            .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>());
        let names = listed.map_err(StoreError::io(&self.dir))?;
        let ours = names.into_iter().filter(|name| name.to_str().is_some_and(is_ours));
        Ok(ours.map(|name| self.dir.join(name)).collect())
    }

    /// Removes a file that nothing durable names. That it stays is no harm: the next start removes it.
    pub(super) fn remove(&self, path: &Path) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if *open && let Err(error) = remove_file(path) {
            tracing::warn!("a file that is not needed any more stays: {error}");
        }
    }

    /// From now on nothing is removed.
    pub(super) fn close(&self) {
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }
}

/// Removes a file; that there is none is fine.
pub(super) fn remove_file(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::io(path)(error)),
        _ => Ok(()),
    }
}

fn is_ours(name: &str) -> bool {
    let number = name.strip_prefix(RUN_PREFIX).or_else(|| name.strip_prefix(NOTE_PREFIX));
    [MANIFEST, MANIFEST_NEW].contains(&name) || number.is_some_and(|number| number.parse::<u64>().is_ok())
}

fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(StoreError::io(dir))
}
