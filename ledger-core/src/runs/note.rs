//! The note of a save: a file of its own, for it may have megabytes.

use std::fs::{self, File};
use std::io::Write;

use super::StoreError;
use super::home::Home;

/// What the manifest says of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoteInfo {
    /// Its number, which names its file.
    pub(super) number: u64,
    /// Its length.
    pub(super) bytes: u64,
    /// The CRC32C of all of it.
    pub(super) checksum: u32,
}

impl NoteInfo {
    fn of(number: u64, note: &[u8]) -> Self {
        Self { number, bytes: note.len() as u64, checksum: crc32c::crc32c(note) }
    }

    /// Writes a note and makes its file durable; its name is not yet.
    pub(super) fn write(home: &Home, number: u64, note: &[u8]) -> Result<Self, StoreError> {
        let path = home.note_path(number);
        let written = File::create_new(&path).and_then(|mut file| {
            file.write_all(note)?;
            file.sync_all()
        });
        if written.is_err() {
            home.remove(&path);
        }
        written.map_err(StoreError::io(&path)).map(|()| Self::of(number, note))
    }

    /// Reads the note, and checks that it is this one.
    pub(super) fn read(self, home: &Home) -> Result<Vec<u8>, StoreError> {
        let path = home.note_path(self.number);
        let note = fs::read(&path).map_err(StoreError::read(&path))?;
        if Self::of(self.number, &note) != self {
            return Err(StoreError::damaged(&path, "it is not the note that was saved"));
        }
        Ok(note)
    }
}
