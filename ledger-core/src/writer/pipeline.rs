//! From decided events to durable blocks: sealed on a thread of its own while the block before is appended.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

use events_schema::Position;
use events_schema::block::{SealedBlock, Sealer};
use events_schema::merkle::Frontier;
use tokio::sync::{mpsc as async_mpsc, watch};
use tokio::task::JoinHandle;

use super::request::{Batch, Inbox, Pending, Shared};
use super::{BLOCKS_IN_FLIGHT, OpenError, State};
use crate::log::{AppendError, Log};

/// How long a full disk is left alone before the next try.
const NO_ROOM_RETRY: Duration = Duration::from_millis(250);

/// A block that is ready to be appended, and the answers that wait for it.
struct Sealed {
    /// None where answers only wait for the blocks before.
    block: Option<SealedBlock>,
    answers: Vec<Pending>,
    /// The tree at its end, where it was asked for.
    tree: Option<Frontier>,
}

/// Starts the sealing thread and the appending task; the answer is where batches go.
pub(super) fn start<L: Log>(
    log: Arc<L>,
    sealer: Sealer,
    inbox: Sender<Inbox>,
    shared: Arc<Shared>,
    state: watch::Sender<State>,
    durable: watch::Sender<Position>,
) -> Result<(Sender<Batch>, JoinHandle<()>), OpenError> {
    let (batches, received) = mpsc::channel();
    let (blocks, to_append) = async_mpsc::channel(BLOCKS_IN_FLIGHT);
    std::thread::Builder::new()
        .name("sealer".to_owned())
        .spawn(move || seal_all(sealer, &received, &blocks))
        .map_err(OpenError::Thread)?;
    let appender = Appender { log, inbox, shared, state, durable };
    Ok((batches, tokio::spawn(appender.run(to_append))))
}

fn seal_all(mut sealer: Sealer, batches: &Receiver<Batch>, blocks: &async_mpsc::Sender<Sealed>) {
    while let Ok(Batch { recorded_at, events, answers, wants_tree, .. }) = batches.recv() {
        let block = (!events.is_empty()).then(|| {
            sealer.begin(recorded_at);
            for event in &events {
                sealer
                    .push(|bytes| event.encode(bytes))
                    .expect("the decider keeps blocks within their limits");
            }
            sealer.seal()
        });
        let tree = wants_tree.then(|| sealer.frontier().clone());
        if blocks.blocking_send(Sealed { block, answers, tree }).is_err() {
            return;
        }
    }
}

struct Appender<L> {
    log: Arc<L>,
    inbox: Sender<Inbox>,
    shared: Arc<Shared>,
    state: watch::Sender<State>,
    durable: watch::Sender<Position>,
}

impl<L: Log> Appender<L> {
    async fn run(self, mut sealed: async_mpsc::Receiver<Sealed>) {
        while let Some(Sealed { block, answers, tree }) = sealed.recv().await {
            if let Some(block) = block
                && let Err(error) = self.append(&block).await
            {
                let reason = error.to_string();
                tracing::error!(%reason, "the log cannot be appended to");
                self.stopped(&reason);
                return;
            }
            // Free before answering: the decider may send the next block while clients hear of this one.
            let _ = self.inbox.send(Inbox::Credit(tree));
            for Pending { reply, answer } in answers {
                // A client that went away needs no answer.
                let _ = reply.send(answer);
            }
        }
        let asked = self.shared.stopping.load(Ordering::Relaxed);
        self.stopped(match self.shared.failure.get() {
            Some(failure) => failure,
            None if asked => "the ledger is shutting down",
            None => "a thread of the writer ended with a panic",
        });
    }

    /// Appends a block. While the disk is full it tries again and again; nobody waits for that, but for the end.
    async fn append(&self, block: &SealedBlock) -> Result<(), AppendError> {
        loop {
            match self.log.append(block).await {
                Ok(()) => {
                    let header = block.header();
                    self.shared.recorded_at.store(header.recorded_at.micros(), Ordering::Relaxed);
                    self.durable.send_replace(header.last());
                    self.state
                        .send_if_modified(|state| std::mem::replace(state, State::Running) != State::Running);
                    return Ok(());
                }
                // What was not appended was not answered either: it may be forgotten.
                Err(AppendError::Full(error)) if !self.shared.stopping.load(Ordering::Relaxed) => {
                    let first = self
                        .state
                        .send_if_modified(|state| std::mem::replace(state, State::NoRoom) != State::NoRoom);
                    if first {
                        tracing::error!(%error, "the disk of the log is full: nothing is recorded until there is room");
                    }
                    tokio::time::sleep(NO_ROOM_RETRY).await;
                }
                Err(
                    error @ (AppendError::Conflict { .. }
                    | AppendError::Full(_)
                    | AppendError::Unknown(_)
                    | AppendError::Broken(_)
                    | AppendError::TooLarge { .. }),
                ) => return Err(error),
            }
        }
    }
}

impl<L> Appender<L> {
    /// Says why nothing is recorded any more, unless that was said.
    fn stopped(&self, reason: &str) {
        self.state.send_if_modified(|state| {
            let running = !matches!(state, State::Stopped(_));
            if running {
                *state = State::Stopped(reason.to_owned());
            }
            running
        });
    }
}

impl<L> Drop for Appender<L> {
    /// However the task ended, also with a panic or with its runtime: nobody waits for ever.
    fn drop(&mut self) {
        self.stopped("the task that appends to the log has ended");
        let _ = self.inbox.send(Inbox::Ended);
    }
}
