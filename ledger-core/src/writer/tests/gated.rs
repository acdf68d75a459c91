//! A log whose appends a test holds back, or lets fail.

use std::io;

use events_schema::Position;
use events_schema::block::SealedBlock;
use tokio::sync::watch;

use crate::log::{AppendError, Log, MemoryLog, ReadError, Tail};

/// What happens to an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gate {
    /// It goes through.
    Open,
    /// So many go through, and then the log is broken.
    OpenFor(usize),
    /// It waits.
    Held,
    /// There is no room.
    Full,
    /// The log is broken.
    Broken,
    /// The log panics.
    Panic,
}

/// A log in memory behind a gate.
#[derive(Debug)]
pub(super) struct Gated {
    /// The log behind the gate.
    pub(super) log: MemoryLog,
    gate: watch::Sender<Gate>,
    /// How many appends were begun.
    begun: watch::Sender<usize>,
}

impl Gated {
    pub(super) fn new() -> Self {
        Self::before(MemoryLog::new())
    }

    pub(super) fn before(log: MemoryLog) -> Self {
        Self { log, gate: watch::Sender::new(Gate::Open), begun: watch::Sender::new(0) }
    }

    pub(super) fn set(&self, gate: Gate) {
        self.gate.send_replace(gate);
    }

    /// Waits until `count` appends were begun in all.
    pub(super) async fn begun(&self, count: usize) {
        self.begun.subscribe().wait_for(|begun| *begun >= count).await.unwrap();
    }

    /// One append less that goes through.
    fn pass(&self) {
        self.gate.send_if_modified(|gate| {
            let Gate::OpenFor(left) = gate else { return false };
            *gate = if *left > 1 { Gate::OpenFor(*left - 1) } else { Gate::Broken };
            true
        });
    }
}

impl Log for Gated {
    async fn append(&self, block: &SealedBlock) -> Result<(), AppendError> {
        self.begun.send_modify(|begun| *begun += 1);
        let gate = *self.gate.subscribe().wait_for(|gate| *gate != Gate::Held).await.unwrap();
        match gate {
            Gate::Open | Gate::OpenFor(_) | Gate::Held => {
                self.pass();
                self.log.append(block).await
            }
            Gate::Full => Err(AppendError::Full(io::ErrorKind::StorageFull.into())),
            Gate::Broken => Err(AppendError::Broken(io::Error::other("a test broke it"))),
            Gate::Panic => panic!("a log that panics, in a test"),
        }
    }

    async fn read(&self, after: Position, bytes_max: usize) -> Result<Vec<SealedBlock>, ReadError> {
        self.log.read(after, bytes_max).await
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        self.log.tail().await
    }
}
