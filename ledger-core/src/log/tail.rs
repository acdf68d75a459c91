//! The end of a log, and what may follow it.

use events_schema::block::{BlockHeader, LogId};
use events_schema::merkle::{EMPTY_ROOT, Hash};
use events_schema::{Position, Timestamp};

/// The end of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The log's id, which its first block brings.
    pub log_id: Option<LogId>,
    /// The position of the last event.
    pub position: Position,
    /// The root of the Merkle tree over all events.
    pub root: Hash,
    /// When the last block was recorded; before every instant while there is none.
    pub recorded_at: Timestamp,
    /// The term of the last block; 0 while there is none.
    pub term: u64,
    /// The number of blocks, fences included.
    pub blocks: u64,
}

/// Why a block cannot follow the tail of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainBreak {
    /// The block belongs to another log.
    #[error("it belongs to another log")]
    LogId,
    /// The block does not begin after the last event.
    #[error("it does not begin at position {0}")]
    Position(Position),
    /// The events before the block are not those it was sealed after.
    #[error("it was sealed after other events (the Merkle root before it differs)")]
    Root,
    /// The block is of an earlier term, or a fence of a term that had begun.
    #[error("term {0} had already begun")]
    Term(u64),
    /// The block is not later than the block before it.
    #[error("it is not recorded later than {0}")]
    RecordedAt(Timestamp),
}

impl Tail {
    /// The tail of a log without blocks.
    pub const EMPTY: Self = Self {
        log_id: None,
        position: Position::ZERO,
        root: EMPTY_ROOT,
        recorded_at: Timestamp::from_micros(i64::MIN),
        term: 0,
        blocks: 0,
    };

    /// Checks that the block is the next one. Every log uses this rule, when it appends and when it reads.
    pub fn admits(&self, block: &BlockHeader) -> Result<(), ChainBreak> {
        if self.log_id.is_some_and(|id| id != block.log_id) {
            return Err(ChainBreak::LogId);
        }
        if block.first != self.position.next() {
            return Err(ChainBreak::Position(self.position.next()));
        }
        if block.root_before != self.root {
            return Err(ChainBreak::Root);
        }
        if block.term < self.term || (block.is_fence() && block.term == self.term) {
            return Err(ChainBreak::Term(self.term));
        }
        if block.recorded_at <= self.recorded_at {
            return Err(ChainBreak::RecordedAt(self.recorded_at));
        }
        Ok(())
    }

    /// The tail once the block, which must be the next one, has been appended.
    pub const fn after(&self, block: &BlockHeader) -> Self {
        Self {
            log_id: Some(block.log_id),
            position: block.last(),
            root: block.after.root,
            recorded_at: block.recorded_at,
            term: block.term,
            blocks: self.blocks + 1,
        }
    }
}
