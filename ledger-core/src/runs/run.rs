//! A run: a file of sorted entries that never changes.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::StoreError;
use super::block;
use super::bytes::usize_of;
use super::ends::{FOOTER_BYTES, Footer, HEADER_BYTES, header};
use super::filter::{Filter, Probe};
use super::home::Home;
use super::index::Index;

/// What the manifest says of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RunInfo {
    /// The table that its entries are of.
    pub(super) table: usize,
    /// How often it was merged, about: 0 is as it was saved.
    pub(super) level: u32,
    /// Its number, which names its file.
    pub(super) number: u64,
    /// The number of its entries.
    pub(super) entries: u64,
    /// The length of its file.
    pub(super) bytes: u64,
}

/// An open run. Its file is removed with it, unless the manifest names it.
#[derive(Debug)]
pub(super) struct Run {
    /// What it is.
    pub(super) info: RunInfo,
    /// Where its blocks stand.
    pub(super) index: Index,
    /// Which keys it certainly has not.
    pub(super) filter: Filter,
    /// Its file.
    pub(super) file: File,
    /// Where that is.
    pub(super) path: PathBuf,
    /// The directory that it is in.
    pub(super) home: Arc<Home>,
    /// Whether a durable manifest may name it.
    pub(super) named: AtomicBool,
    /// Whether a merge that is under way uses it.
    pub(super) merging: AtomicBool,
}

impl Run {
    /// Opens a run that the manifest names, and checks all of it but the blocks, which are checked when they are read.
    pub(super) fn open(home: &Arc<Home>, info: RunInfo) -> Result<Self, StoreError> {
        let path = home.run_path(info.number);
        let file = File::open(&path).map_err(StoreError::read(&path))?;
        let length = file.metadata().map_err(StoreError::io(&path))?.len();
        if length != info.bytes {
            return Err(StoreError::damaged(&path, "its length is not what it was"));
        }
        let read = |count: u64, at: u64| {
            let mut bytes = vec![0; usize_of(count)];
            file.read_exact_at(&mut bytes, at).map_err(StoreError::read(&path)).map(|()| bytes)
        };
        let head = read(HEADER_BYTES as u64, 0)?;
        if head != header(info.table, info.number) {
            return Err(StoreError::damaged(&path, "its header is not that of this run"));
        }
        let footer = read(FOOTER_BYTES as u64, length.saturating_sub(FOOTER_BYTES as u64))?;
        let footer = Footer::decode(&footer, length).filter(|footer| footer.entries == info.entries);
        let footer =
            footer.ok_or_else(|| StoreError::damaged(&path, "its footer is not that of this run"))?;
        let opened = footer.open(&head, &read(length - footer.blocks_end, footer.blocks_end)?);
        let (index, filter) = opened.ok_or_else(|| StoreError::damaged(&path, "its index is damaged"))?;
        let (named, merging) = (AtomicBool::new(true), AtomicBool::new(false));
        Ok(Self { info, index, filter, file, path, home: Arc::clone(home), named, merging })
    }

    /// Writes the value of a key to `value`, instead of what is there; answers whether there is one.
    pub(super) fn get(&self, key: u128, value: &mut Vec<u8>) -> Result<bool, StoreError> {
        let Some(block) = self.index.find(key) else {
            return Ok(false);
        };
        // The block is read to where the value goes, so that nothing needs memory of its own.
        let place = self.index.place(block);
        value.resize(usize_of(place.end - place.start), 0);
        self.file.read_exact_at(value, place.start).map_err(StoreError::read(&self.path))?;
        let entries = self.checked(place.start, value)?;
        let Some(found) = block::find(entries, key).map_err(|()| self.not_entries())? else {
            return Ok(false);
        };
        let length = found.len();
        value.copy_within(found, 0);
        value.truncate(length);
        Ok(true)
    }

    /// Whether the key may be there. If not, it certainly is not.
    pub(super) fn may_contain(&self, probe: Probe) -> bool {
        self.filter.may_contain(probe)
    }

    /// The entries of the block that begins here, without its checksum.
    pub(super) fn checked<'a>(&self, at: u64, bytes: &'a [u8]) -> Result<&'a [u8], StoreError> {
        let entries = block::checked(self.info.number, at, bytes);
        entries.ok_or_else(|| StoreError::damaged(&self.path, "the checksum of a block does not match"))
    }

    /// The error for a block that is not made of entries.
    pub(super) fn not_entries(&self) -> StoreError {
        StoreError::damaged(&self.path, "a block is not made of entries")
    }

    /// A manifest is going to name the run: from now on its file stays.
    pub(super) fn keep(&self) {
        self.named.store(true, Ordering::Release);
    }

    /// Whether a merge that is under way uses the run: then it is not for another one.
    pub(super) fn is_merging(&self) -> bool {
        self.merging.load(Ordering::Relaxed)
    }

    /// The durable manifest does not name the run any more: its file goes when nobody reads it.
    pub(super) fn forget(&self) {
        self.named.store(false, Ordering::Release);
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if !self.named.load(Ordering::Acquire) {
            self.home.remove(&self.path);
        }
    }
}
