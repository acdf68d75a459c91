//! Finds what was saved, exactly as it was saved, or nothing.

use std::sync::Arc;

use super::StoreError;
use super::home::{Home, MANIFEST, remove_file};
use super::manifest::Manifest;
use super::note::NoteInfo;
use super::run::Run;
use super::view::View;

/// What was saved.
#[derive(Debug)]
pub(super) struct Found {
    /// The runs.
    pub(super) view: View,
    /// What is known of the note.
    pub(super) info: NoteInfo,
    /// The note.
    pub(super) note: Vec<u8>,
    /// A number above those of all files.
    pub(super) next_number: u64,
}

/// Finds what was saved, and removes what does not belong to it; everything when it is not exactly what was saved.
pub(super) fn find(home: &Arc<Home>, format: u32, tables: usize) -> Result<Option<Found>, StoreError> {
    let files = home.files()?;
    if files.is_empty() {
        return Ok(None);
    }
    match load(home, format, tables) {
        Ok(found) => {
            let mut kept = vec![home.path(MANIFEST), home.note_path(found.info.number)];
            kept.extend(found.view.tables.iter().flatten().map(|run| run.path.clone()));
            files.iter().filter(|file| !kept.contains(file)).try_for_each(|file| remove_file(file))?;
            Ok(Some(found))
        }
        Err(error @ StoreError::Damaged { .. }) => {
            tracing::warn!("derived contents are removed, and have to be derived again: {error}");
            remove_manifest(home)?;
            files.iter().try_for_each(|file| remove_file(file))?;
            Ok(None)
        }
        Err(error @ StoreError::Io { .. }) => Err(error),
    }
}

fn load(home: &Arc<Home>, format: u32, tables: usize) -> Result<Found, StoreError> {
    let path = home.path(MANIFEST);
    let manifest = Manifest::read(home)?.ok_or_else(|| StoreError::damaged(&path, "it is missing"))?;
    if (manifest.format, manifest.tables) != (format, tables) {
        return Err(StoreError::damaged(&path, "its contents are of another version of the program"));
    }
    let note = manifest.note.read(home)?;
    let mut view = View { tables: vec![Vec::new(); tables] };
    let mut next_number = manifest.note.number + 1;
    for info in manifest.runs {
        next_number = next_number.max(info.number + 1);
        view.tables[info.table].push(Arc::new(Run::open(home, info)?));
    }
    Ok(Found { view, info: manifest.note, note, next_number })
}

/// Removes the manifest, durably. Without it the other files are nothing.
pub(super) fn remove_manifest(home: &Home) -> Result<(), StoreError> {
    remove_file(&home.path(MANIFEST))?;
    home.sync()
}
