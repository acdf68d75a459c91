//! Writes a run, from its first entry to its last.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::block;
use super::ends::{Footer, header};
use super::filter::FilterBuilder;
use super::home::Home;
use super::index::Index;
use super::output::Output;
use super::run::{Run, RunInfo};
use super::{Options, StoreError};

/// A run that is being written.
pub(super) struct RunWriter {
    /// The usual length of a block.
    block_bytes: usize,
    /// What is known of the run.
    info: RunInfo,
    /// Its directory.
    home: Arc<Home>,
    /// Its file.
    output: Output,
    /// Where the block that is being filled begins in the buffer of `output`.
    block: usize,
    /// Where blocks begin.
    index: Index,
    /// All keys.
    filter: FilterBuilder,
}

impl RunWriter {
    /// Begins a run of a table at a level, with this number, for at most so many entries.
    pub(super) fn create(
        home: &Arc<Home>,
        options: Options,
        (table, level, number): (usize, u32, u64),
        entries_max: u64,
    ) -> Result<Self, StoreError> {
        let mut output = Output::create(home, home.run_path(number), options)?;
        output.buffer().extend_from_slice(&header(table, number));
        Ok(Self {
            block_bytes: options.block_bytes,
            info: RunInfo { table, level, number, entries: 0, bytes: 0 },
            home: Arc::clone(home),
            block: output.buffered(),
            output,
            index: Index::default(),
            filter: FilterBuilder::for_entries(entries_max),
        })
    }

    /// How many entries there are by now.
    pub(super) const fn entries(&self) -> u64 {
        self.info.entries
    }

    /// Adds an entry. Its key must be above all before it.
    pub(super) fn push(&mut self, key: u128, value: &[u8]) -> Result<(), StoreError> {
        let filled = self.output.buffered() - self.block;
        if filled > 0 && filled + block::entry_bytes_max(value.len()) > self.block_bytes {
            self.end_block()?;
        }
        if self.output.buffered() == self.block {
            self.index.push(key, self.output.at());
        }
        block::put_entry(self.output.buffer(), key, value);
        self.filter.insert(key);
        self.info.entries += 1;
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), StoreError> {
        let at = self.output.at() - (self.output.buffered() - self.block) as u64;
        let buffer = self.output.buffer();
        let checksum = block::checksum(self.info.number, at, &buffer[self.block..]);
        buffer.extend_from_slice(&checksum.to_le_bytes());
        self.output.flush_if_full()?;
        self.block = self.output.buffered();
        Ok(())
    }

    /// Ends the run, and makes its file durable; its name is not yet.
    pub(super) fn finish(mut self) -> Result<Run, StoreError> {
        if self.output.buffered() > self.block {
            self.end_block()?;
        }
        let blocks_end = self.output.at();
        self.index.end_at(blocks_end);
        let filter = self.filter.finish(self.info.entries);
        let (blocks, filter_blocks) = (self.index.blocks() as u64, filter.blocks() as u64);
        let footer = Footer { entries: self.info.entries, blocks_end, blocks, filter_blocks };
        let mut checksum = crc32c::crc32c(&header(self.info.table, self.info.number));
        let mut put = |bytes: &[u8]| {
            checksum = crc32c::crc32c_append(checksum, bytes);
            self.output.buffer().extend_from_slice(bytes);
            self.output.flush_if_full()
        };
        self.index.encode().try_for_each(|place| put(&place))?;
        filter.encode().try_for_each(|block| put(&block))?;
        put(&footer.encode())?;
        self.output.buffer().extend_from_slice(&checksum.to_le_bytes());
        self.info.bytes = self.output.at();
        let (file, path) = self.output.finish()?;
        // The run removes the file, unless something durable will name it.
        let (named, merging) = (AtomicBool::new(false), AtomicBool::new(false));
        let Self { info, home, index, .. } = self;
        Ok(Run { info, index, filter, file, path, home, named, merging })
    }
}
