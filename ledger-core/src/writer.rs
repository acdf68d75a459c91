//! The writer: the one place where commands become events.
//!
//! ```text
//! requests ──► inbox ──► decider (thread): books ──► sealer (thread): bytes, hashes ──► appender (task): log
//!                 ▲            ▲                                                            │
//!                 │            └───────────────────── credit for another block ◄────────────┤
//!                 └── 503 when full                                       answers ◄─────────┘
//! ```
//!
//! Blocks grow under load by themselves: what arrives while no credit is left goes into one block. Every answer, also
//! a refusal or a setting that was read, waits until all blocks decided before it are durable.

/// What is asked, and what is answered.
mod request;
pub use request::{Answer, Unavailable};

/// Requests that wait, within bounds.
mod handle;
pub use handle::{State, WriterHandle};

/// The books' own thread.
mod decider;

/// The memory of that thread.
mod upkeep;

/// The books on disk.
mod saved;
pub use saved::SavedBooks;

/// How many bytes a decision can have.
mod size;

/// From decided events to durable blocks.
mod pipeline;

/// The log into the books.
mod replay;
pub use replay::OpenError;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;

use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Position, Timestamp};
use tokio::sync::watch;

use crate::log::Log;
use decider::Decider;
use request::Shared;
use upkeep::Upkeep;

/// Events that may wait to be decided, over all requests.
pub const QUEUE_EVENTS_MAX: usize = 100_000;
/// Blocks between the decider and the end of their append: one on its way to the disk, one being sealed.
const BLOCKS_IN_FLIGHT: usize = 2;

/// The clock of a writer.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How a writer is opened.
#[derive(Clone)]
pub struct Options {
    /// What the clock says: [`Timestamp::now`], but for simulations.
    pub clock: Clock,
    /// What a new log begins with; unused where there is one.
    pub create: LedgerCreated,
    /// A number that tells this process from others in the headers of blocks.
    pub writer: u64,
}

/// A running writer.
#[derive(Debug)]
pub struct Writer {
    handle: WriterHandle,
    decider: JoinHandle<()>,
    appender: tokio::task::JoinHandle<()>,
}

impl Writer {
    /// Replays `log` into books that are held in memory as a whole, creates it where it is empty, and begins to take
    /// commands.
    pub async fn open<L: Log>(log: Arc<L>, options: Options) -> Result<Self, OpenError> {
        Self::open_with(log, options, None).await
    }

    /// The same with books on disk, of which memory holds a part: only what they do not reflect is replayed.
    pub async fn open_with<L: Log>(
        log: Arc<L>,
        options: Options,
        mut saved: Option<SavedBooks>,
    ) -> Result<Self, OpenError> {
        let replayed = replay::replay(&*log, &options, saved.as_mut()).await?;
        let (inbox, requests) = channel();
        let (state, state_seen) = watch::channel(State::Running);
        let (durable, durable_seen) = watch::channel(replayed.books.tail());
        let shared = Arc::new(Shared::default());
        shared.recorded_at.store(replayed.recorded_at.micros(), Ordering::Relaxed);
        let created = replayed.books.created().clone();
        let handle = WriterHandle::new(inbox.clone(), Arc::clone(&shared), state_seen, durable_seen, created);
        let upkeep = Upkeep::new(saved, inbox.clone());
        let (batches, appender) =
            pipeline::start(log, replayed.sealer, inbox, Arc::clone(&shared), state, durable)?;
        let decider = Decider::new(
            replayed.books,
            upkeep,
            replayed.recorded_at,
            options.clock,
            shared,
            requests,
            batches,
        );
        let decider = std::thread::Builder::new()
            .name("decider".to_owned())
            .spawn(move || decider.run())
            .map_err(OpenError::Thread)?;
        Ok(Self { handle, decider, appender })
    }

    /// The way to ask this writer.
    pub fn handle(&self) -> &WriterHandle {
        &self.handle
    }

    /// Finishes what was begun and stops: everything that was asked before is answered. The answer is the last
    /// durable position.
    pub async fn stop(self) -> Position {
        self.handle.stop();
        // A thread that panicked has nothing more to finish.
        let _ = self.appender.await;
        let _ = tokio::task::spawn_blocking(move || self.decider.join()).await;
        *self.handle.durable().borrow()
    }
}
