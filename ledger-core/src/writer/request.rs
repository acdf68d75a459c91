//! What is asked of the writer, and what it answers.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize};

use events_schema::command::Command;
use events_schema::merkle::Frontier;
use events_schema::terms::WithdrawalState;
use events_schema::{Position, Timestamp};
use tokio::sync::oneshot;

use crate::books::{Outcome, Settings};
use crate::keeper::Saved;

/// What became of the commands of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// One outcome for each command, in their order.
    pub outcomes: Vec<Outcome>,
    /// The end of the log after all that the request set off.
    pub position: Position,
    /// Of a request with one decision on a withdrawal: the state in which that left it.
    pub state: Option<WithdrawalState>,
}

/// Why there is no answer. What was asked may be asked again, always; some of it may have been recorded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// As many events wait as may.
    #[error("too many events wait to be recorded: send them again a little later")]
    Busy,
    /// The disk of the log is full.
    #[error("there is no room for the log: its disk is full")]
    NoRoom,
    /// The writer has stopped.
    #[error("nothing is recorded any more: {0}")]
    Stopped(String),
}

/// What comes to the decider.
pub(super) enum Inbox {
    /// Somebody asks.
    Request(Request),
    /// Another block may be sent; with the tree at its end, where it was asked for.
    Credit(Option<Frontier>),
    /// The books were saved, or cannot be.
    Saved(Saved),
    /// No block can be sent any more, and nothing will be answered.
    Ended,
    /// Finish and end.
    Stop,
}

/// One request.
pub(super) struct Request {
    /// What is asked.
    pub(super) work: Work,
    /// What it counts in the queue.
    pub(super) events: usize,
    /// Where the answer goes.
    pub(super) reply: oneshot::Sender<Reply>,
}

/// What is asked.
pub(super) enum Work {
    /// To decide these, in this order.
    Take(Vec<Command>),
    /// What the settings are.
    ReadSettings,
}

/// What is answered.
pub(super) enum Reply {
    /// To [`Work::Take`].
    Taken(Answer),
    /// To [`Work::ReadSettings`]: and the position at which they stand so.
    Settings(Box<Settings>, Position),
}

/// An answer that waits for its block.
pub(super) struct Pending {
    pub(super) reply: oneshot::Sender<Reply>,
    pub(super) answer: Reply,
}

/// What senders and the threads of a writer know of each other.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Events that wait to be decided.
    pub(super) queue: AtomicUsize,
    /// When the last durable block was recorded, in microseconds.
    pub(super) recorded_at: AtomicI64,
    /// Whether the writer was asked to stop.
    pub(super) stopping: AtomicBool,
    /// Why the decider cannot go on.
    pub(super) failure: OnceLock<String>,
}

/// Events that are decided, and answers that wait for them; no decision is split between two batches.
#[derive(Default)]
pub(super) struct Batch {
    /// The time of the block.
    pub(super) recorded_at: Timestamp,
    /// Its events; none, where answers only wait for the blocks before.
    pub(super) events: Vec<events_schema::Recorded>,
    /// The answers.
    pub(super) answers: Vec<Pending>,
    /// The commands that were decided. Dropping them takes its time, so it is left to another thread.
    pub(super) spent: Vec<Vec<Command>>,
    /// No fewer bytes than the events have.
    pub(super) bytes_max: usize,
    /// Whether the decider needs the tree at its end.
    pub(super) wants_tree: bool,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.answers.is_empty()
    }
}
