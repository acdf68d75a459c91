//! A finished block.

use sha2::{Digest as _, Sha256};

use crate::Position;
use crate::merkle::{Frontier, Hash, leaf_hash};

use super::compression::unpack;
use super::{BlockHeader, Codec, HeaderError};

/// A finished block: header and stored payload in one run of bytes, ready to be written in one go.
///
/// A block that was read keeps the bytes it was read from, so a copy of it is stored as the original is.
///
/// It is made by a [`Sealer`](super::Sealer) or read by [`SealedBlock::decode`], so its bytes are always sound: the
/// checksums hold and the payload holds exactly the events that the header counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedBlock {
    /// The header, read.
    header: BlockHeader,
    /// The header's bytes, then the payload's as stored.
    bytes: Vec<u8>,
    /// The payload uncompressed, where it is stored compressed.
    unpacked: Option<Vec<u8>>,
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
    /// The checksum is right and the payload cannot be decompressed, or not to the length in the header.
    #[error("the block's events cannot be decompressed to the length that its header names")]
    Decompression,
    /// The checksum is right and the payload does not hold the events that the header counts.
    #[error("the block does not hold the events that it counts")]
    Events,
}

/// The events of a block do not lead from the tree before it to the tree that its header names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the events do not have the Merkle root that the block names")]
pub struct TreeMismatch;

impl SealedBlock {
    /// Reads a block, which must be all of `bytes`; checks both checksums, and the payload: its length and the
    /// bounds of every event.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, BlockError> {
        let header = Self::check(&bytes)?;
        let stored = &bytes[BlockHeader::BYTES..];
        let unpacked = match header.codec {
            Codec::None => None,
            Codec::Zstd => {
                let unpacked = unpack(stored, header.payload_bytes as usize);
                Some(unpacked.ok_or(BlockError::Decompression)?)
            }
        };
        if count_events(unpacked.as_deref().unwrap_or(stored)) != Some(header.count as usize) {
            return Err(BlockError::Events);
        }
        Ok(Self { header, bytes, unpacked })
    }

    /// Checks that `bytes` are those of a block, by length and checksums: they are what was written. The payload is not
    /// decompressed and not looked into.
    pub fn check(bytes: &[u8]) -> Result<BlockHeader, BlockError> {
        let header = BlockHeader::decode(bytes)?;
        let (expected, actual) = (header.block_bytes(), bytes.len());
        if actual != expected {
            return Err(BlockError::Length { expected, actual });
        }
        if crc32c::crc32c(&bytes[BlockHeader::BYTES..]) != header.payload_crc {
            return Err(BlockError::Checksum);
        }
        Ok(header)
    }

    /// Puts a block together from parts that fit.
    pub(super) const fn from_parts(header: BlockHeader, bytes: Vec<u8>, unpacked: Option<Vec<u8>>) -> Self {
        Self { header, bytes, unpacked }
    }

    /// The header.
    pub const fn header(&self) -> &BlockHeader {
        &self.header
    }

    /// The whole block as bytes, as it is stored.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the whole block as it is stored. It names these bytes; what the log holds up to here is named by the
    /// tree head in the header, however the log is cut into blocks.
    pub fn hash(&self) -> Hash {
        Sha256::digest(&self.bytes).into()
    }

    /// The whole block as bytes, as it is stored, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The events, each with its position.
    pub fn leaves(&self) -> Leaves<'_> {
        let rest = self.unpacked.as_deref().unwrap_or(&self.bytes[BlockHeader::BYTES..]);
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
