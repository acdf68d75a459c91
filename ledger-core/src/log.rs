//! The log: an append-only list of blocks, and all that the ledger asks of a place that keeps one.

use std::error::Error;
use std::future::Future;
use std::io;

use events_schema::Position;
use events_schema::block::SealedBlock;

mod tail;
pub use tail::{ChainBreak, Tail};

mod root;
pub use root::root_at;

mod moment;
pub use moment::{Moment, MomentError, decision_end, decision_end_in};

/// The log in the files of a data directory.
pub mod file;
pub use file::{FileLog, LogScan, OpenError, OpenOptions};

mod data_dir;
pub use data_dir::{DataDirLock, LockError};

/// What is wrong with a damaged log.
pub mod damage;
pub use damage::Damage;

/// A log that is gone with the process, for tests.
pub mod memory;
pub use memory::MemoryLog;

/// What every log must do, as tests.
pub mod conformance;

/// An append-only list of blocks with compare-and-append.
///
/// ```text
///              block        block    fence      block
///         ┌───────────────┬────────┬───────┬───────────────┐
/// events  │ 1  2  3  4  5 │ 6  7   │       │ 8  9 10 11 12 │   the next block begins at 13
///         └───────────────┴────────┴───────┴───────────────┘
/// root    R0              R5       R7      R7              R12
/// term    1               1        2       2
///                         ▲                                ▲
///         read(after = 5) begins here                      tail: position 12, root R12, term 2
/// ```
///
/// - Blocks stand in one order for ever. There is no update and no delete.
/// - A block is appended only if it is *the next one* ([`Tail::admits`]): it begins after the last event, on the root
///   of all events before it, in no earlier term, at a later time. Of several writers that race for one place, exactly
///   one wins; the others get [`AppendError::Conflict`], and nothing of theirs is in the log.
/// - A block is durable and readable as a whole or not at all, before `append` answers `Ok`. Readers never see a block
///   that could still vanish.
/// - A *fence* is a block without events in a higher term. Blocks of earlier terms that are still under way cannot
///   land after it, so what stands before a fence is final.
/// - When the future of an `append` is dropped before it answers, the outcome is unknown, as with
///   [`AppendError::Unknown`].
pub trait Log: Send + Sync + 'static {
    /// Appends a block, durably, if it is the next one.
    fn append(&self, block: &SealedBlock) -> impl Future<Output = Result<(), AppendError>> + Send;

    /// Reads blocks that hold events, in order and without a gap, beginning with the block that holds the event
    /// `after.next()` (which may begin earlier). Fences are left out.
    ///
    /// As many whole blocks as fit into `bytes_max`, counted uncompressed; the first one even if it does not fit. Nothing when there is no
    /// event after `after`. At the end of a file or a page an answer may be shorter; only an empty one means the end.
    fn read(
        &self,
        after: Position,
        bytes_max: usize,
    ) -> impl Future<Output = Result<Vec<SealedBlock>, ReadError>> + Send;

    /// The end of the log: everything up to it is durable.
    fn tail(&self) -> impl Future<Output = Result<Tail, ReadError>> + Send;
}

/// Why a block was not appended, or may not have been.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The block is not the next one, and nothing was written. Drop what was decided, read to the tail, decide again.
    #[error("the block for position {expected} is not the next one of a log that ends at {}: {reason}", tail.position)]
    Conflict {
        /// The first position of the refused block.
        expected: Position,
        /// Where the log ends.
        tail: Tail,
        /// What does not fit.
        reason: ChainBreak,
    },
    /// There is no room. Nothing was written; the same block may be appended later.
    #[error("there is no room for the log: free some space on its disk ({0})")]
    Full(#[source] io::Error),
    /// Nobody knows whether the block is in the log, or will be: finding it absent proves nothing, it may still land.
    /// Append a fence in the next term at the same place; then what stands before the fence is final.
    #[error("whether the block was appended is unknown")]
    Unknown(#[source] Box<dyn Error + Send + Sync>),
    /// The log could not be made durable. What is on the disk is uncertain, and trying again would hide it: the process
    /// must exit, and the next start finds out. Every later append answers the same.
    #[error("the log cannot be written any more, and the process must end: {0}")]
    Broken(#[source] io::Error),
    /// The block is larger than a log takes. Nothing was written.
    #[error("a block of {bytes} bytes is larger than this log takes ({bytes_max})")]
    TooLarge {
        /// The bytes of the block.
        bytes: usize,
        /// The most that the log takes.
        bytes_max: usize,
    },
}

/// Why the log cannot be read. None of these goes away by itself, except perhaps [`ReadError::Io`].
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The log is not what was written. A ledger never guesses, so it stops here.
    #[error(
        "the log is damaged at position {position} (in {segment}): {reason}. Nothing was changed. \
         `ledger verify` tells how far the log is whole; restore it from a copy"
    )]
    Corrupt {
        /// The first position of the block that is damaged.
        position: Position,
        /// The file that it stands in.
        segment: String,
        /// What is wrong.
        reason: Damage,
    },
    /// The log was written by a newer version of the program.
    #[error("the block at position {position} (in {segment}) cannot be read: {reason}")]
    NewerFormat {
        /// The first position of that block.
        position: Position,
        /// The file that it stands in.
        segment: String,
        /// The format or codec that is not known.
        reason: events_schema::block::HeaderError,
    },
    /// The log could not be reached.
    #[error("the log cannot be read ({place}): {source}")]
    Io {
        /// The file or the server.
        place: String,
        /// What went wrong.
        source: io::Error,
    },
}
