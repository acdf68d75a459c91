//! Keeps the read models at the end of the log.
//!
//! ```text
//!   log ──read──► decode, fold, project ──► merged batch ──► one transaction: rows, cells, checkpoint ──► progress
//!                 └──── ahead: a thread ────┘           └────────── behind: the database's thread ───────┘
//! ```
//!
//! The checkpoint moves in the same transaction as everything it stands for, so an event is never counted twice or
//! left out, whenever the process ends.

mod progress;
use progress::{Filling, Reporter, Role};
pub use progress::{Progress, State};

mod opening;
pub use opening::OpenError;
pub(crate) use opening::{Rank, Vessel};

mod ahead;
mod behind;
mod epochs;
mod standby;

use std::future::{Future, pending};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events_schema::Position;
use ledger_core::log::Log;
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use crate::database::Place;
use crate::fold::{Fold, Halt};
use crate::saved::SavedEntities;
use crate::store::{Generations, Readable, Store, StoreError};
use crate::thread::{PanickedError, Thread};
use ahead::Ahead;
use epochs::{EPOCH_EVENTS, OpenEpoch};
use standby::{LOOK_INTERVAL, StandBy, look};

/// How long a start waits for a database that does not answer: it may be starting, too.
pub(crate) const START_PATIENCE: Duration = Duration::from_secs(30);
/// Batches that wait to be written; with those that are written and the one that is folded, six are in memory.
const BATCHES_WAITING_MAX: usize = 2;
/// Batches that are written in one transaction, where more than one waits: what they change both is put to disk once.
const BATCHES_WRITTEN_MAX: usize = BATCHES_WAITING_MAX + 1;

/// How read models are written.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The most bytes of the log in one transaction. When there is less, it is what is there.
    pub batch_bytes: usize,
    /// How many events close an epoch. Read models that were made with another number are another thing.
    pub epoch_events: u64,
    /// When to try again after a disk was full, or a disk or server did not answer.
    pub retry: Duration,
    /// How much of the entities memory may hold, about.
    pub memory_bytes: usize,
    /// How many bytes of the pages of tables in SQLite are kept in memory.
    pub page_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch_bytes: 4 << 20,
            epoch_events: EPOCH_EVENTS,
            retry: Duration::from_secs(1),
            memory_bytes: 96 << 20,
            page_bytes: 64 << 20,
        }
    }
}

/// Keeps the read models at the end of the log.
#[derive(Debug)]
pub struct Runner<L> {
    feed: Feed<L>,
    place: Place,
    /// Nothing while another process writes.
    work: Option<Work>,
    telling: Telling,
}

/// A generation at work.
#[derive(Debug)]
struct Work {
    store: Store,
    /// Taken by the side that folds.
    fold: Option<Fold>,
    /// The epoch that is open where the tables end.
    epoch: OpenEpoch,
    /// Ends when the fold is dropped, and nothing writes to its files any more.
    fold_dropped: mpsc::Receiver<()>,
}

/// Where events come from.
#[derive(Debug)]
pub(crate) struct Feed<L> {
    /// The log.
    pub(crate) log: Arc<L>,
    /// Its last durable position. When nobody can move it any more, the end is reached there.
    pub(crate) durable: watch::Receiver<Position>,
    /// How they are taken.
    pub(crate) options: Options,
}

/// The reporter, shared by both sides.
#[derive(Clone, Debug)]
pub(crate) struct Telling(Arc<Mutex<Reporter>>);

/// How the work at a generation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// The log cannot become longer any more, and all of it is there.
    ToTheEnd,
    /// Another process writes.
    Displaced,
}

/// Why the read models get no further.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Stop {
    /// The event that could not be taken in.
    pub(crate) position: Position,
    /// Why.
    pub(crate) reason: String,
}

impl<L: Log> Runner<L> {
    /// Opens the read models at `place`, which are made if there are none, and checks that they fit the log.
    ///
    /// `durable` is the last durable position of the log: there is something to do whenever it moves.
    ///
    /// When the tables or projections of the program have changed, a new generation is built from the log, beside the
    /// current one. When another process writes, this one waits until it can take over.
    pub async fn open(
        place: &Place,
        log: Arc<L>,
        durable: watch::Receiver<Position>,
        options: Options,
    ) -> Result<Self, OpenError> {
        let feed = Feed { log, durable, options };
        let mut generations = Generations::open(place, START_PATIENCE).await?;
        while !generations.claim().await? {
            if let Some(readable) = look(&mut generations).await? {
                if let Some(checkpoint) = &readable.checkpoint {
                    checkpoint.verify(&*feed.log).await?;
                }
                tracing::info!("another process writes the read models; this one waits");
                let telling = Telling::new(Role::Waiting(readable), feed.durable.clone());
                return Ok(Self { feed, place: place.clone(), work: None, telling });
            }
            // Whoever writes is about to make the first tables.
            sleep(LOOK_INTERVAL).await;
        }
        let vessel = Vessel::choose(generations, &feed).await?;
        Self::fill(feed, place.clone(), vessel).await
    }

    /// Fills a generation.
    pub(crate) async fn fill(feed: Feed<L>, place: Place, vessel: Vessel) -> Result<Self, OpenError> {
        let (work, filling) = Work::begin(vessel, &feed).await?;
        let telling = Telling::new(Role::Filling(filling), feed.durable.clone());
        Ok(Self { feed, place, work: Some(work), telling })
    }

    /// How far the read models are, now and whenever they move.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.telling.lock().watch()
    }

    /// Follows the log until `shutdown`; closes the read models in good order then.
    ///
    /// After an event that cannot be taken in, it waits for `shutdown` without doing anything: what is there can still
    /// be read.
    pub async fn run(mut self, shutdown: impl Future<Output = ()>) {
        let telling = self.telling.clone();
        let work = async {
            let followed = async {
                while self.follow().await? == Followed::Displaced {
                    self.leave().await;
                }
                Ok::<_, Stop>(())
            };
            if let Err(stop) = followed.await {
                telling.lock().stopped(&stop);
            }
            pending::<()>().await;
        };
        tokio::select! {
            () = work => {}
            () = shutdown => {}
        }
        self.leave().await;
    }

    /// Follows the log until nobody can make it longer any more, or another process writes.
    pub(crate) async fn follow(&mut self) -> Result<Followed, Stop> {
        if self.work.is_none() {
            let Self { feed, place, telling, .. } = self;
            self.work = Some(StandBy { feed, place, telling }.wait().await?);
        }
        let Some(work) = &mut self.work else { return Ok(Followed::Displaced) };
        let Feed { log, durable, options } = &self.feed;
        let position = self.telling.lock().position();
        let thread = Thread::start("fold", ());
        let thread = thread.map_err(|error| Stop { position: position.next(), reason: error.to_string() })?;
        let mut ahead = Ahead {
            log: Arc::clone(log),
            durable: durable.clone(),
            telling: self.telling.clone(),
            epoch: work.epoch,
            batch_bytes: options.batch_bytes,
            retry: options.retry,
            thread,
        };
        let Some(fold) = work.fold.take() else { return Ok(Followed::ToTheEnd) };
        let fold = ahead.replay(fold, position).await?;
        let (send, receive) = mpsc::channel(BATCHES_WAITING_MAX);
        let mut behind =
            std::pin::pin!(behind::write_all(&mut work.store, receive, &self.telling, options.retry));
        let folded = tokio::select! {
            // What cannot be written need not be folded.
            written = &mut behind => return written,
            folded = ahead.run(fold, send) => folded,
        };
        let written = behind.await?;
        folded.map(|()| written)
    }

    /// Closes the read models in good order, and gives up the right to write.
    async fn leave(&mut self) {
        let Some(work) = self.work.take() else { return };
        if let Err(error) = work.end().await {
            tracing::warn!(%error, "the read models were not closed in good order; nothing is lost");
        }
    }

    /// Closes the read models in good order; what is left are all generations, and the right to write.
    pub(crate) async fn into_generations(self) -> Result<Generations, StoreError> {
        match self.work {
            Some(work) => work.store.into_generations().await,
            None => Err(StoreError::Displaced),
        }
    }
}

impl Work {
    /// Opens a generation, and checks that it fits the log.
    async fn begin<L: Log>(vessel: Vessel, feed: &Feed<L>) -> Result<(Self, Filling), OpenError> {
        let Vessel { generations, number, rank } = vessel;
        let database = generations.database(number);
        let mut store = Store::open(generations, number, feed.options.page_bytes).await?;
        let (target, checkpoint) = (feed.log.tail().await?.position, store.checkpoint().cloned());
        if let Some(checkpoint) = &checkpoint {
            checkpoint.verify(&*feed.log).await?;
        }
        // What a process before this one has committed may not be there yet.
        let on_disk = store.make_durable().await?;
        let entities = SavedEntities::open(&store.entities_path().await?, feed.options.memory_bytes)?;
        let epoch = OpenEpoch { after: store.epochs_last().await?, events: feed.options.epoch_events };
        let is_switch_due = !matches!(rank, Rank::Current);
        let beside = match rank {
            Rank::Current | Rank::Next => None,
            Rank::NextBeside(database, checkpoint) => Some(Readable { database, checkpoint }),
        };
        let (held, fold_dropped) = mpsc::channel(1);
        let fold = Some(Fold::new(entities, held));
        let filling = Filling {
            database,
            number,
            checkpoint,
            on_disk,
            target,
            beside,
            are_indexes_due: true,
            is_switch_due,
        };
        Ok((Self { store, fold, epoch, fold_dropped }, filling))
    }

    async fn end(mut self) -> Result<(), StoreError> {
        self.fold = None;
        // Nobody sends anything; the channel ends with the fold.
        let _ = self.fold_dropped.recv().await;
        self.store.close().await
    }
}

impl Telling {
    fn new(role: Role, durable: watch::Receiver<Position>) -> Self {
        Self(Arc::new(Mutex::new(Reporter::new(role, durable))))
    }

    /// The reporter; never kept over a wait.
    fn lock(&self) -> MutexGuard<'_, Reporter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stop {
    fn panicked(position: Position, error: &PanickedError) -> Self {
        Self { position, reason: format!("the fold broke off: {error}") }
    }
}

impl From<Halt> for Stop {
    fn from(halt: Halt) -> Self {
        Self { position: halt.position, reason: halt.reason.to_string() }
    }
}

#[cfg(test)]
mod tests;
