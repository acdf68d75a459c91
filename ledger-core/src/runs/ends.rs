//! What stands at the beginning and at the end of a run's file: header; blocks; index, filter, footer.

use super::bytes::{split_checksum, take_u64, u32_of, usize_of};
use super::filter::Filter;
use super::index::Index;

/// What the file of a run begins with.
const MAGIC: [u8; 8] = *b"ledg-run";

/// The version of the format, from the header to the footer.
const VERSION: u32 = 1;

/// The length of the header.
pub(super) const HEADER_BYTES: usize = 24;

/// The length of the footer, with the checksum that closes it.
pub(super) const FOOTER_BYTES: usize = 36;

/// The header of a run. It names the run, so that a file in the place of another is noticed.
pub(super) fn header(table: usize, number: u64) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&u32_of(table).to_le_bytes());
    bytes[16..].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// Where things stand in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Footer {
    /// The number of entries.
    pub(super) entries: u64,
    /// Where the blocks end and the index begins.
    pub(super) blocks_end: u64,
    /// The number of blocks, and of places in the index.
    pub(super) blocks: u64,
    /// The number of blocks of the filter.
    pub(super) filter_blocks: u64,
}

impl Footer {
    /// The footer's bytes, but for the checksum.
    pub(super) fn encode(self) -> [u8; FOOTER_BYTES - 4] {
        let mut bytes = [0; FOOTER_BYTES - 4];
        let numbers = [self.entries, self.blocks_end, self.blocks, self.filter_blocks];
        for (place, number) in bytes.chunks_exact_mut(8).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// The footer at the end of a file of this length; `None` when it cannot be that.
    pub(super) fn decode(mut bytes: &[u8], file_bytes: u64) -> Option<Self> {
        let footer = Self {
            entries: take_u64(&mut bytes)?,
            blocks_end: take_u64(&mut bytes)?,
            blocks: take_u64(&mut bytes)?,
            filter_blocks: take_u64(&mut bytes)?,
        };
        let parts =
            [Index::bytes_of(footer.blocks)?, Filter::bytes_of(footer.filter_blocks)?, FOOTER_BYTES as u64];
        let end = parts.iter().try_fold(footer.blocks_end, |sum, part| sum.checked_add(*part))?;
        (end == file_bytes).then_some(footer)
    }

    /// Reads index and filter from what stands after the blocks. `None` when anything is not as it was written: one
    /// checksum covers all that is not a block.
    pub(super) fn open(self, header: &[u8], tail: &[u8]) -> Option<(Index, Filter)> {
        let (covered, stated) = split_checksum(tail)?;
        if crc32c::crc32c_append(crc32c::crc32c(header), covered) != stated {
            return None;
        }
        let (index, rest) = tail.split_at_checked(usize_of(Index::bytes_of(self.blocks)?))?;
        let filter = rest.get(..usize_of(Filter::bytes_of(self.filter_blocks)?))?;
        let index = Index::decode(index, HEADER_BYTES as u64, self.blocks_end)?;
        Some((index, Filter::decode(filter)?))
    }
}
