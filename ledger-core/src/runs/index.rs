//! Where the blocks of a run stand, and what they begin with.

use std::ops::Range;

use super::bytes::{take_key, take_u64};

/// The length of a block's place in a file.
const PLACE_BYTES: usize = 24;

/// Where the blocks of a run stand.
///
/// Whole keys: those of small numbers have their first 8 bytes in common. It is 24 bytes for each block of 4 KiB.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The first key of each block.
    keys: Vec<u128>,
    /// Where each block begins.
    starts: Vec<u64>,
    /// Where the last one ends.
    end: u64,
}

impl Index {
    /// Adds a block, which begins where the last one ended.
    pub(super) fn push(&mut self, first: u128, start: u64) {
        self.keys.push(first);
        self.starts.push(start);
    }

    /// Says where the last block ended.
    pub(super) const fn end_at(&mut self, end: u64) {
        self.end = end;
    }

    /// The number of blocks.
    pub(super) const fn blocks(&self) -> usize {
        self.keys.len()
    }

    /// The block that a key can only be in.
    pub(super) fn find(&self, key: u128) -> Option<usize> {
        self.keys.partition_point(|first| *first <= key).checked_sub(1)
    }

    /// Where a block stands, with its checksum.
    pub(super) fn place(&self, block: usize) -> Range<u64> {
        self.starts[block]..self.starts.get(block + 1).copied().unwrap_or(self.end)
    }

    /// Where the last block ends that can be read together with this one, in so many bytes; or this one itself.
    pub(super) fn batch_end(&self, block: usize, bytes: usize) -> u64 {
        let limit = self.starts[block] + bytes as u64;
        if self.end <= limit {
            return self.end;
        }
        let last = self.starts.partition_point(|start| *start <= limit) - 1;
        self.starts[last].max(self.place(block).end)
    }

    /// How much memory it takes.
    pub(super) const fn memory_bytes(&self) -> usize {
        self.keys.len() * PLACE_BYTES
    }

    /// The length of the places of so many blocks in a file.
    pub(super) const fn bytes_of(blocks: u64) -> Option<u64> {
        blocks.checked_mul(PLACE_BYTES as u64)
    }

    /// Each block's place as it stands in a file.
    pub(super) fn encode(&self) -> impl Iterator<Item = [u8; PLACE_BYTES]> {
        self.keys.iter().zip(&self.starts).map(|(key, start)| {
            let mut bytes = [0; PLACE_BYTES];
            bytes[..16].copy_from_slice(&key.to_be_bytes());
            bytes[16..].copy_from_slice(&start.to_le_bytes());
            bytes
        })
    }

    /// The places of blocks that stand between `start` and `end`; `None` when they cannot.
    pub(super) fn decode(mut bytes: &[u8], start: u64, end: u64) -> Option<Self> {
        let count = bytes.len() / PLACE_BYTES;
        let mut index = Self { keys: Vec::with_capacity(count), starts: Vec::with_capacity(count), end };
        while !bytes.is_empty() {
            index.push(take_key(&mut bytes)?, take_u64(&mut bytes)?);
        }
        let in_order = index.keys.is_sorted_by(|a, b| a < b) && index.starts.is_sorted_by(|a, b| a < b);
        let between = index.starts.first() == Some(&start) && index.starts.last() < Some(&end);
        (in_order && between).then_some(index)
    }
}
