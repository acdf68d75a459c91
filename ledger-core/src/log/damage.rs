//! What is wrong with a damaged log.

use events_schema::Position;
use events_schema::block::BlockError;
use events_schema::merkle::Hash;

use super::ChainBreak;

/// What is wrong with a damaged log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A block's bytes are not what was written.
    #[error(transparent)]
    Block(#[from] BlockError),
    /// A sound block that does not follow the one before it.
    #[error("the block does not follow the one before it: {0}")]
    Chain(#[from] ChainBreak),
    /// The events of a block do not hash to the tree head in its header.
    #[error("the events do not have the Merkle root {} that the block names", Hex(root))]
    Root {
        /// The root that the header names.
        root: Hash,
    },
    /// The bytes that close a block in its file are not what was written.
    #[error("the bytes that close the block are damaged")]
    Closing,
    /// A file that is not the last one does not end with a whole block, or the next one is named otherwise.
    #[error("the next file begins with position {next}: a part of the log is missing")]
    Gap {
        /// The position that the next file begins with.
        next: Position,
    },
    /// The log was closed in good order further on than it reaches now.
    #[error("when the log was closed it ended at position {closed_at}: its end is missing")]
    Shortened {
        /// Where it ended.
        closed_at: Position,
    },
    /// The last block is incomplete, and something derived from the log has seen it whole.
    #[error("the last block is incomplete, but position {derived} had been read from it: it was whole once")]
    SeenWhole {
        /// The furthest position that was read.
        derived: Position,
    },
    /// The last block is incomplete although the log was closed in good order.
    #[error("the last block is incomplete although the log was closed in good order")]
    ClosedWhole,
}

/// Bytes in hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl std::fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
