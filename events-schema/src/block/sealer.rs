//! Makes one block after the other.

use crate::merkle::{Frontier, Hash, Head, leaf_hash};
use crate::{Position, Timestamp};

use super::compression::store;
use super::{BLOCK_EVENTS_MAX, BLOCK_PAYLOAD_BYTES_MAX, BlockHeader, Codec, LogId, SealedBlock};

/// Makes one block after the other, each beginning where the one before it ends.
///
/// Events are encoded straight into the payload; they are hashed and compressed when the block is sealed, so a decision
/// that turns out not to fit can be taken out again.
#[derive(Clone, Debug)]
pub struct Sealer {
    /// The log that the blocks are for.
    log_id: LogId,
    /// The random number of this process.
    writer: u64,
    /// The term of the next block.
    term: u64,
    /// The tree over all events of the blocks sealed so far.
    frontier: Frontier,
    /// Its root, which is the next block's root before.
    root: Hash,
    /// When the events of the open block are recorded.
    recorded_at: Timestamp,
    /// The payload of the open block.
    payload: Vec<u8>,
    /// The number of events in it.
    count: u32,
}

/// The event does not fit into the open block. In a block that has room for it, it will; in an empty block, it is
/// too large for any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the block has no room for the event")]
pub struct BlockFull;

/// The end of the open block at some moment, to come back to.
#[derive(Clone, Copy, Debug)]
pub struct Savepoint {
    /// Bytes of its payload.
    bytes: usize,
    /// Events in it.
    count: u32,
}

impl Sealer {
    /// Goes on after the tree of `frontier`. Call [`Sealer::begin`] before the first event.
    pub fn new(log_id: LogId, term: u64, writer: u64, frontier: Frontier) -> Self {
        let root = frontier.root();
        let recorded_at = Timestamp::default();
        Self { log_id, writer, term, frontier, root, recorded_at, payload: Vec::new(), count: 0 }
    }

    /// Begins a block. Events pushed since the last one was sealed are dropped.
    pub fn begin(&mut self, recorded_at: Timestamp) {
        self.recorded_at = recorded_at;
        self.roll_back(Savepoint { bytes: 0, count: 0 });
    }

    /// Adds an event: `encode` appends its bytes to the buffer. The answer is the position that it has now.
    /// When it does not fit, the block is as before.
    pub fn push(&mut self, encode: impl FnOnce(&mut Vec<u8>)) -> Result<Position, BlockFull> {
        let before = self.savepoint();
        let start = before.bytes + size_of::<u32>();
        self.payload.resize(start, 0);
        encode(&mut self.payload);
        if self.payload.len() > BLOCK_PAYLOAD_BYTES_MAX || self.count() >= BLOCK_EVENTS_MAX {
            self.roll_back(before);
            return Err(BlockFull);
        }
        let length = to_u32(self.payload.len() - start);
        self.payload[before.bytes..start].copy_from_slice(&length.to_le_bytes());
        self.count += 1;
        Ok(Position::new(self.frontier.size()).plus(self.count.into()))
    }

    /// Where the open block stands now; for a decision of several events, which must not be split.
    pub const fn savepoint(&self) -> Savepoint {
        Savepoint { bytes: self.payload.len(), count: self.count }
    }

    /// Takes out what was pushed after `savepoint`, which must be of the open block.
    pub fn roll_back(&mut self, savepoint: Savepoint) {
        self.payload.truncate(savepoint.bytes);
        self.count = savepoint.count;
    }

    /// Finishes the block. Without events it is a fence. The next block begins behind it.
    pub fn seal(&mut self) -> SealedBlock {
        // The next block is likely to be as large.
        let next = Vec::with_capacity(self.payload.len());
        let payload = std::mem::replace(&mut self.payload, next);
        let (codec, mut bytes) = store(&payload);
        let stored = &bytes[BlockHeader::BYTES..];
        let mut header = BlockHeader {
            codec,
            log_id: self.log_id,
            term: self.term,
            writer: self.writer,
            first: self.next_position(),
            count: std::mem::take(&mut self.count),
            recorded_at: self.recorded_at,
            root_before: self.root,
            after: Head::EMPTY,
            payload_bytes: to_u32(payload.len()),
            stored_bytes: to_u32(stored.len()),
            payload_crc: crc32c::crc32c(stored),
        };
        header.after = self.grow(&payload);
        bytes[..BlockHeader::BYTES].copy_from_slice(&header.encode());
        let unpacked = (codec != Codec::None).then_some(payload);
        SealedBlock::from_parts(header, bytes, unpacked)
    }

    /// Hashes the events of a payload into the tree.
    fn grow(&mut self, mut payload: &[u8]) -> Head {
        while let Some((length, rest)) = payload.split_first_chunk() {
            let (leaf, rest) = rest.split_at(u32::from_le_bytes(*length) as usize);
            self.frontier.push(leaf_hash(leaf));
            payload = rest;
        }
        self.root = self.frontier.root();
        Head { size: self.frontier.size(), root: self.root }
    }

    /// Sets the term of the next block: a fence has a higher term than the block before it.
    pub const fn set_term(&mut self, term: u64) {
        self.term = term;
    }

    /// The term of the next block.
    pub const fn term(&self) -> u64 {
        self.term
    }

    /// The first position of the open block.
    pub const fn next_position(&self) -> Position {
        Position::new(self.frontier.size()).next()
    }

    /// The tree over all events of the blocks sealed so far.
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The number of events in the open block.
    pub const fn count(&self) -> usize {
        self.count as usize
    }
}

fn to_u32(length: usize) -> u32 {
    u32::try_from(length).expect("a block has less than 1 MiB")
}
