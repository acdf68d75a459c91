//! A new file that is written from its beginning to its end, and removed if that fails.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use super::home::Home;
use super::{Options, StoreError};

/// A new file that is being written.
pub(super) struct Output {
    /// Sizes.
    options: Options,
    /// The file; `None` when it is finished.
    file: Option<File>,
    /// Where it is.
    path: PathBuf,
    /// The directory that it is in.
    home: Arc<Home>,
    /// Bytes that are not in the file yet.
    buffer: Vec<u8>,
    /// How many bytes are in the file.
    written: u64,
    /// How many of them have been written since the last sync.
    unsynced: usize,
}

impl Output {
    /// Makes the file, which must not be there.
    pub(super) fn create(home: &Arc<Home>, path: PathBuf, options: Options) -> Result<Self, StoreError> {
        let file = File::options().read(true).write(true).create_new(true).open(&path);
        let file = Some(file.map_err(StoreError::io(&path))?);
        let buffer = Vec::with_capacity(options.buffer_bytes + options.block_bytes);
        Ok(Self { options, file, path, home: Arc::clone(home), buffer, written: 0, unsynced: 0 })
    }

    /// Where the next byte stands in the file.
    pub(super) const fn at(&self) -> u64 {
        self.written + self.buffer.len() as u64
    }

    /// The bytes that are not in the file yet, to append to.
    pub(super) const fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// How many bytes are not in the file yet.
    pub(super) const fn buffered(&self) -> usize {
        self.buffer.len()
    }

    /// Writes what is buffered, if that is enough.
    pub(super) fn flush_if_full(&mut self) -> Result<(), StoreError> {
        if self.buffer.len() >= self.options.buffer_bytes { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.write_all(&self.buffer).map_err(StoreError::io(&self.path))?;
        self.written += self.buffer.len() as u64;
        self.unsynced += self.buffer.len();
        self.buffer.clear();
        // In small portions: a sync of very much would hold up those of the log.
        if self.unsynced >= self.options.sync_bytes {
            file.sync_data().map_err(StoreError::io(&self.path))?;
            self.unsynced = 0;
        }
        Ok(())
    }

    /// Writes the rest, and makes the file durable; its name is not yet. The file is the caller's to remove now.
    pub(super) fn finish(mut self) -> Result<(File, PathBuf), StoreError> {
        self.flush()?;
        let file = self.file.as_ref().expect("it is taken only below, and the output is used up");
        file.sync_all().map_err(StoreError::io(&self.path))?;
        let file = self.file.take().expect("it was there a moment ago");
        Ok((file, std::mem::take(&mut self.path)))
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if self.file.is_some() {
            self.home.remove(&self.path);
        }
    }
}
