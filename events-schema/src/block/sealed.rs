//! A finished block.

use crate::Position;
use crate::merkle::{Frontier, leaf_hash};

use super::{BlockHeader, HeaderError};

/// A finished block: header and payload in one run of bytes, ready to be written in one go.
///
/// It is made by a [`Sealer`](super::Sealer) or read by [`SealedBlock::decode`], so its bytes are always sound: the
/// checksums hold and the payload holds exactly the events that the header counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBlock {
    /// The header, read.
    header: BlockHeader,
    /// The header's bytes, then the payload's.
    bytes: Vec<u8>,
}

/// Why bytes are not a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The header cannot be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// There are more or fewer bytes than the header says.
    #[error("the block should have {expected} bytes and has {actual}")]
    Length {
        /// The bytes of header and stored payload together.
        expected: usize,
        /// The bytes that are there.
        actual: usize,
    },
    /// Some byte of the payload is not what was written.
    #[error("the block's events do not match their checksum")]
    Checksum,
    /// The checksum is right and the payload does not hold the events that the header counts.
    #[error("the block does not hold the events that it counts")]
    Events,
}

/// The events of a block do not lead from the tree before it to the tree that its header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the events do not have the Merkle root that the block names")]
pub struct TreeMismatch;

impl SealedBlock {
    /// Reads a block, which must be all of `bytes`; checks both checksums and the bounds of every event.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, BlockError> {
        let header = BlockHeader::decode(&bytes)?;
        let (expected, actual) = (header.block_bytes(), bytes.len());
        if actual != expected {
            return Err(BlockError::Length { expected, actual });
        }
        let payload = &bytes[BlockHeader::BYTES..];
        if crc32c::crc32c(payload) != header.payload_crc {
            return Err(BlockError::Checksum);
        }
        if count_events(payload) != Some(header.count as usize) {
            return Err(BlockError::Events);
        }
        Ok(Self { header, bytes })
    }

    /// Puts a block together from parts that fit.
    pub(super) const fn from_parts(header: BlockHeader, bytes: Vec<u8>) -> Self {
        Self { header, bytes }
    }

    /// The header.
    pub const fn header(&self) -> &BlockHeader {
        &self.header
    }

    /// The whole block as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The whole block as bytes, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The events, each with its position.
    pub fn leaves(&self) -> Leaves<'_> {
        let rest = &self.bytes[BlockHeader::BYTES..];
        Leaves { rest, next: self.header.first, left: self.header.count }
    }

    /// Adds the events to `frontier`, and checks that it stood at the block's beginning and stands at its end now.
    /// After an error the frontier is of no use any more.
    pub fn extend(&self, frontier: &mut Frontier) -> Result<(), TreeMismatch> {
        if frontier.size() + 1 != self.header.first.get() {
            return Err(TreeMismatch);
        }
        for (_, leaf) in self.leaves() {
            frontier.push(leaf_hash(leaf));
        }
        if frontier.head() == self.header.after { Ok(()) } else { Err(TreeMismatch) }
    }
}

/// The events of a block, each with its position.
#[derive(Clone, Debug)]
pub struct Leaves<'a> {
    /// The payload that is left.
    rest: &'a [u8],
    /// The position of the next event.
    next: Position,
    /// The number of events that are left.
    left: u32,
}

impl<'a> Iterator for Leaves<'a> {
    type Item = (Position, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (leaf, rest) = split_leaf(self.rest)?;
        let position = self.next;
        *self = Self { rest, next: position.next(), left: self.left.saturating_sub(1) };
        Some((position, leaf))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left as usize, Some(self.left as usize))
    }
}

impl ExactSizeIterator for Leaves<'_> {}

fn split_leaf(payload: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = payload.split_first_chunk()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

/// The number of events in a payload; `None` when the last one is cut.
fn count_events(mut payload: &[u8]) -> Option<usize> {
    let mut count = 0;
    while !payload.is_empty() {
        payload = split_leaf(payload)?.1;
        count += 1;
    }
    Some(count)
}
