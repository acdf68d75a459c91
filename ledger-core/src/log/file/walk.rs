//! Goes through the blocks of a segment and checks that each is the next one.

use events_schema::block::{BlockHeader, SealedBlock};

use super::frame::{Fault, Frames};
use super::segment::Segment;
use crate::log::{Damage, ReadError, Tail};

/// How much is read at once where only headers are looked at.
const HEADERS_AT_ONCE: usize = 16 << 10;

/// How much is read at once where whole blocks are.
pub(super) const BLOCKS_AT_ONCE: usize = 4 << 20;

/// Goes through the blocks of a segment and checks that each is the next one.
pub(super) struct Walk {
    /// The frames of the segment.
    frames: Frames,
    /// The end of the log up to here.
    tail: Tail,
    /// Whether payloads are read and checked too.
    with_payloads: bool,
}

/// A block that has been gone past.
pub(super) struct Step {
    /// Its header.
    pub(super) header: BlockHeader,
    /// The block itself, when payloads are read.
    pub(super) block: Option<SealedBlock>,
    /// Where its frame begins.
    pub(super) at: u64,
}

impl Walk {
    /// Goes through a segment up to `end`, looking at headers only. The log before it ends with `tail`.
    pub(super) fn headers(segment: &Segment, end: u64, tail: Tail) -> Result<Self, ReadError> {
        let frames = Frames::new(segment.open()?.0, 0, end, HEADERS_AT_ONCE);
        Ok(Self { frames, tail, with_payloads: false })
    }

    /// Goes through a segment from `at` up to `end`, reading whole blocks. The log before it ends with `tail`.
    pub(super) fn blocks(segment: &Segment, at: u64, end: u64, tail: Tail) -> Result<Self, ReadError> {
        let frames = Frames::new(segment.open()?.0, at, end, BLOCKS_AT_ONCE);
        Ok(Self { frames, tail, with_payloads: true })
    }

    /// The end of the log up to here.
    pub(super) const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// Where the next frame begins.
    pub(super) const fn at(&self) -> u64 {
        self.frames.at()
    }

    /// Goes past the next block; `None` at the end. After a fault, tail and place are those before the block.
    pub(super) fn step(&mut self) -> Result<Option<Step>, Fault> {
        if self.frames.is_at_end() {
            return Ok(None);
        }
        let at = self.frames.at();
        let header = self.frames.header()?;
        self.tail.admits(&header).map_err(|error| Fault::Damage(Damage::Chain(error)))?;
        let block = if self.with_payloads { Some(self.frames.block(&header)?) } else { None };
        self.frames.pass(&header)?;
        self.tail = self.tail.after(&header);
        Ok(Some(Step { header, block, at }))
    }
}
