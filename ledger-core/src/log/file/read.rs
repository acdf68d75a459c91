//! Reads blocks of the file log.

use std::sync::PoisonError;

use events_schema::Position;
use events_schema::block::SealedBlock;

use super::Shared;
use super::frame::Frames;
use super::index::Place;
use crate::log::ReadError;

/// The least and the most that is asked of a file at once. Compressed blocks are a third of what is wanted, so more
/// would often be read in vain.
const AT_ONCE: std::ops::RangeInclusive<usize> = 64 << 10..=1 << 20;

/// Reads the blocks after `after`, as [`Log::read`](crate::log::Log::read) says. No lock is held while files are read.
pub(super) fn read(
    shared: &Shared,
    after: Position,
    bytes_max: usize,
) -> Result<Vec<SealedBlock>, ReadError> {
    let mut answer = Answer { blocks: Vec::new(), bytes: 0, bytes_max };
    let mut next = shared.index.read().unwrap_or_else(PoisonError::into_inner).place(after);
    while let Some(place) = next {
        if !answer.take(&place, after)? {
            break;
        }
        next = shared.index.read().unwrap_or_else(PoisonError::into_inner).segment_after(place.number);
    }
    Ok(answer.blocks)
}

/// What has been read so far.
struct Answer {
    /// The blocks.
    blocks: Vec<SealedBlock>,
    /// Their bytes, uncompressed: those are what takes memory.
    bytes: usize,
    /// The most bytes that are wanted.
    bytes_max: usize,
}

impl Answer {
    /// Takes blocks from a place to the end of its file. Answers whether there may be room for more.
    fn take(&mut self, place: &Place, after: Position) -> Result<bool, ReadError> {
        let (file, _) = place.segment.open()?;
        let wanted = self.bytes_max.saturating_sub(self.bytes);
        let mut frames =
            Frames::new(file, place.at, place.end, wanted.clamp(*AT_ONCE.start(), *AT_ONCE.end()));
        let mut position = place.first;
        while !frames.is_at_end() {
            let header = frames.header().map_err(|fault| place.segment.error(position, fault))?;
            if header.last() > after && !header.is_fence() {
                if !self.blocks.is_empty() && self.bytes + header.uncompressed_bytes() > self.bytes_max {
                    return Ok(false);
                }
                let block = frames.block(&header).map_err(|fault| place.segment.error(position, fault))?;
                self.bytes += header.uncompressed_bytes();
                self.blocks.push(block);
            }
            frames.pass(&header).map_err(|fault| place.segment.error(position, fault))?;
            position = header.last().next();
        }
        Ok(true)
    }
}
