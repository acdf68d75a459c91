//! How far a generation of read models is, and whether that fits the log.

use events_schema::block::LogId;
use events_schema::merkle::Hash;
use events_schema::{Position, Timestamp};
use ledger_core::log::{Log, ReadError, root_at};

/// How far a generation of read models is: written in the same transaction as every change of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log that they are derived from.
    pub log_id: LogId,
    /// The last event that they reflect.
    pub position: Position,
    /// The root of the log's tree at that position.
    pub root: Hash,
    /// When that event was recorded.
    pub recorded_at: Timestamp,
    /// The currency of the ledger.
    pub currency: String,
    /// The time zone in which its hours, days and months are counted.
    pub time_zone: String,
}

/// Why read models do not fit a log.
#[derive(Debug, thiserror::Error)]
pub enum MismatchError {
    /// They were made from another log.
    #[error(
        "the read models were made from another log: put the data directory's own log back, \
         or make the read models anew with `ledger rebuild`"
    )]
    OtherLog,
    /// The log is shorter than it was.
    #[error(
        "the log has lost {lost} events: it ends at position {tail}, and the read models reflect position {position}. \
         Restore the log from a copy. To go on without these events, make the read models anew with `ledger rebuild`"
    )]
    LostEvents {
        /// How many events are missing at least.
        lost: u64,
        /// Where the log ends.
        tail: Position,
        /// What the read models reflect.
        position: Position,
    },
    /// The log holds other events than those the read models were made from.
    #[error(
        "the events up to position {position} are not those that the read models were made from (the Merkle root \
         differs). Restore the log from a copy. To go on with these events, make the read models anew with \
         `ledger rebuild`"
    )]
    OtherHistory {
        /// What the read models reflect.
        position: Position,
    },
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Checkpoint {
    /// Checks that `log` is the log of this checkpoint, and still holds all events up to it.
    pub(crate) async fn verify<L: Log>(&self, log: &L) -> Result<(), MismatchError> {
        let (tail, position) = (log.tail().await?, self.position);
        if tail.log_id.is_some_and(|id| id != self.log_id) {
            return Err(MismatchError::OtherLog);
        }
        if tail.position < position {
            let lost = position.since(tail.position);
            return Err(MismatchError::LostEvents { lost, tail: tail.position, position });
        }
        if root_at(log, position).await? != Some(self.root) {
            return Err(MismatchError::OtherHistory { position });
        }
        Ok(())
    }
}
