//! The segment that is written to.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use events_schema::Position;

use super::segment::{Segment, sync_dir};

/// How many zeros are written at once.
const ZEROS: &[u8] = &[0; 64 << 10];

/// The segment that is written to: blocks up to `at`, zeros up to `filled`, nothing after that.
#[derive(Debug)]
pub(super) struct Active {
    /// The segment.
    pub(super) segment: Segment,
    /// Its file.
    file: File,
    /// Where the next frame goes to.
    pub(super) at: u64,
    /// Up to where zeros have been written, durably, so that a block written there needs no more room.
    pub(super) filled: u64,
}

/// Why something could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// There is no room; everything is as before.
    #[error(transparent)]
    NoRoom(io::Error),
    /// What the disk holds now is uncertain.
    #[error(transparent)]
    Broken(io::Error),
}

impl Active {
    /// Opens a segment whose frames end at `at`, and which holds nothing but zeros after that.
    pub(super) fn open(segment: Segment, at: u64) -> io::Result<Self> {
        let file = File::options().read(true).write(true).open(&segment.path)?;
        let filled = file.metadata()?.len().max(at);
        Ok(Self { segment, file, at, filled })
    }

    /// Makes a new, empty segment in `dir`, filled ahead with `fill_bytes` zeros. Without room, none is made.
    pub(super) fn create(dir: &Path, first: Position, fill_bytes: u64) -> Result<Self, WriteError> {
        let segment = Segment::new(dir, first);
        let mut options = File::options();
        let opened = options.read(true).write(true).create_new(true).open(&segment.path);
        let file = opened.map_err(by_kind)?;
        let mut active = Self { segment, file, at: 0, filled: 0 };
        let made = active.fill(fill_bytes).and_then(|()| sync_dir(dir).map_err(WriteError::Broken));
        if let Err(WriteError::NoRoom(_)) = made {
            fs::remove_file(&active.segment.path).map_err(WriteError::Broken)?;
        }
        made.map(|()| active)
    }

    /// Writes zeros up to `target`. Without room, the file is as long as before.
    pub(super) fn fill(&mut self, target: u64) -> Result<(), WriteError> {
        let mut to = self.filled;
        while to < target {
            let part = usize::try_from(target - to).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
            if let Err(error) = self.file.write_all_at(&ZEROS[..part], to) {
                self.file.set_len(self.filled).map_err(WriteError::Broken)?;
                return Err(by_kind(error));
            }
            to += part as u64;
        }
        self.sync()?;
        self.filled = self.filled.max(target);
        Ok(())
    }

    /// Writes a frame, durably. There must be zeros enough. Without room, the zeros are back.
    pub(super) fn write(&mut self, frame: &[u8]) -> Result<(), WriteError> {
        debug_assert!(self.at + frame.len() as u64 <= self.filled, "files are filled ahead");
        if let Err(error) = self.write_part(frame, 0) {
            // Some file systems need new room even for what has been written before.
            let error = by_kind(error);
            if let WriteError::NoRoom(_) = error {
                self.write_part(&vec![0; frame.len()], 0).map_err(WriteError::Broken)?;
                self.sync()?;
            }
            return Err(error);
        }
        self.sync()?;
        self.at += frame.len() as u64;
        Ok(())
    }

    /// Writes a part of the next frame, which begins `skipped` bytes into it, and leaves the rest as it is.
    pub(super) fn write_part(&self, part: &[u8], skipped: u64) -> io::Result<()> {
        self.file.write_all_at(part, self.at + skipped)
    }

    /// Ends the segment: cuts off the zeros.
    pub(super) fn finish(&mut self) -> Result<(), WriteError> {
        self.file.set_len(self.at).map_err(WriteError::Broken)?;
        self.filled = self.at;
        self.file.sync_all().map_err(WriteError::Broken)
    }

    fn sync(&self) -> Result<(), WriteError> {
        self.file.sync_data().map_err(WriteError::Broken)
    }
}

/// Tells a disk that is full (or a quota, or a limit of the process) from one that fails.
fn by_kind(error: io::Error) -> WriteError {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    if matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge) {
        WriteError::NoRoom(error)
    } else {
        WriteError::Broken(error)
    }
}
