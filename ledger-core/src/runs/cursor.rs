//! Reads a run from end to end.

use std::ops::Range;
use std::os::unix::fs::FileExt;

use super::StoreError;
use super::block::{CHECKSUM_BYTES, take_entry};
use super::bytes::usize_of;
use super::run::Run;

/// Goes from entry to entry of a run.
pub(super) struct Cursor<'a> {
    /// The run.
    run: &'a Run,
    /// How much is read at once.
    read_bytes: usize,
    /// Some blocks of it.
    buffer: Vec<u8>,
    /// Where `buffer` begins in the file.
    start: u64,
    /// The block after the present one.
    next_block: usize,
    /// What is left of the present block, in `buffer`.
    rest: Range<usize>,
    /// The key of the present entry.
    key: Option<u128>,
    /// Its value, in `buffer`.
    value: Range<usize>,
}

impl<'a> Cursor<'a> {
    /// Stands before the first entry.
    pub(super) const fn new(run: &'a Run, read_bytes: usize) -> Self {
        Self {
            run,
            read_bytes,
            buffer: Vec::new(),
            start: 0,
            next_block: 0,
            rest: 0..0,
            key: None,
            value: 0..0,
        }
    }

    /// Goes to the next entry, and answers its key; `None` at the end.
    pub(super) fn advance(&mut self) -> Result<Option<u128>, StoreError> {
        while self.rest.is_empty() {
            if self.next_block == self.run.index.blocks() {
                return Ok(None);
            }
            self.next_block()?;
        }
        let mut left = &self.buffer[self.rest.clone()];
        let (key, value) = take_entry(&mut left).ok_or_else(|| self.run.not_entries())?;
        let end = self.rest.end - left.len();
        self.value = end - value.len()..end;
        self.rest.start = end;
        if self.key.is_some_and(|before| before >= key) {
            return Err(StoreError::damaged(&self.run.path, "its keys are not in order"));
        }
        self.key = Some(key);
        Ok(self.key)
    }

    /// The value of the present entry.
    pub(super) fn value(&self) -> &[u8] {
        &self.buffer[self.value.clone()]
    }

    fn next_block(&mut self) -> Result<(), StoreError> {
        let place = self.run.index.place(self.next_block);
        if place.end > self.start + self.buffer.len() as u64 {
            let end = self.run.index.batch_end(self.next_block, self.read_bytes);
            self.start = place.start;
            self.buffer.resize(usize_of(end - place.start), 0);
            let read = self.run.file.read_exact_at(&mut self.buffer, self.start);
            read.map_err(StoreError::read(&self.run.path))?;
        }
        let (from, to) = (usize_of(place.start - self.start), usize_of(place.end - self.start));
        self.run.checked(place.start, &self.buffer[from..to])?;
        self.rest = from..to - CHECKSUM_BYTES;
        self.next_block += 1;
        Ok(())
    }
}
