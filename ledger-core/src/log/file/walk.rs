//! Goes through the blocks of a segment and checks that each is the next one.

use events_schema::block::{BlockHeader, SealedBlock};

use super::frame::{Fault, Frames};
use super::segment::Segment;
use crate::log::{Damage, ReadError, Tail};

/// How much is read at once where only headers are looked at.
pub(super) const HEADERS_AT_ONCE: usize = 16 << 10;

/// How much is read at once where whole blocks are.
pub(super) const BLOCKS_AT_ONCE: usize = 4 << 20;

/// Goes through the blocks of a segment and checks that each is the next one.
pub(super) struct Walk {
    /// The frames of the segment.
    frames: Frames,
    /// The end of the log up to here.
    tail: Tail,
    /// What is done with payloads.
    payloads: Payloads,
}

/// What is done with payloads on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payloads {
    /// They are passed over.
    Skipped,
    /// They are compared with their checksums.
    Checked,
    /// They are read.
    Read,
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
        Ok(Self { frames, tail, payloads: Payloads::Skipped })
    }

    /// Goes through a segment up to `end`, checking that every byte is what was written. The log before it ends with
    /// `tail`.
    pub(super) fn checked(segment: &Segment, end: u64, tail: Tail) -> Result<Self, ReadError> {
        let frames = Frames::new(segment.open()?.0, 0, end, BLOCKS_AT_ONCE);
        Ok(Self { frames, tail, payloads: Payloads::Checked })
    }

    /// Goes through a segment from `at` up to `end`, reading whole blocks. The log before it ends with `tail`.
    pub(super) fn blocks(segment: &Segment, at: u64, end: u64, tail: Tail) -> Result<Self, ReadError> {
        let frames = Frames::new(segment.open()?.0, at, end, BLOCKS_AT_ONCE);
        Ok(Self { frames, tail, payloads: Payloads::Read })
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
        let block = match self.payloads {
            Payloads::Skipped => None,
            Payloads::Checked => {
                self.frames.check(&header)?;
                None
            }
            Payloads::Read => Some(self.frames.block(&header)?),
        };
        self.frames.pass(&header)?;
        self.tail = self.tail.after(&header);
        Ok(Some(Step { header, block, at }))
    }
}
