//! Keeps the read models at the end of the log.
//!
//! ```text
//!   log ──read──► decode, fold, project ──► merged batch ──► one transaction: rows, cells, checkpoint ──► progress
//!                 └──── ahead: a thread ────┘           └───────────── behind: SQLite's thread ──────────┘
//! ```
//!
//! The checkpoint moves in the same transaction as everything it stands for, so an event is never counted twice or
//! left out, whenever the process ends.

mod progress;
pub(crate) use progress::{Filling, Reporter};
pub use progress::{Progress, State};

mod ahead;
mod behind;

use std::future::{Future, pending};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events_schema::Position;
use ledger_core::log::{Log, ReadError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;

use crate::checkpoint::{Checkpoint, MismatchError};
use crate::fold::{Fold, Halt};
use crate::saved::SavedEntities;
use crate::store::{Format, Generations, GenerationsError, Store, StoreError};
use ahead::Ahead;

/// Batches that wait to be written; with the one that is written and the one that is folded, three are in memory.
const BATCHES_WAITING_MAX: usize = 1;

/// How read models are written.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The most bytes of the log in one transaction. When there is less, it is what is there.
    pub batch_bytes: usize,
    /// When to try again after the disk was full or did not answer.
    pub retry: Duration,
    /// How much of the entities memory may hold, about.
    pub memory_bytes: usize,
    /// How many bytes of the tables' pages are kept in memory.
    pub page_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch_bytes: 4 << 20,
            retry: Duration::from_secs(1),
            memory_bytes: 96 << 20,
            page_bytes: 64 << 20,
        }
    }
}

/// Why the read models cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Their files cannot be used.
    #[error(transparent)]
    Files(#[from] GenerationsError),
    /// The current file cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// They do not fit the log.
    #[error(transparent)]
    Mismatch(#[from] MismatchError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Its entities cannot be used.
    #[error(transparent)]
    Entities(#[from] ledger_core::runs::StoreError),
    /// A newer version of the program has made them.
    #[error(
        "the read models were made by a newer version of the program (tables of version {found}, and this one knows \
         version {known}): use that version, or make them anew with `ledger rebuild`"
    )]
    Newer {
        /// The version of their tables.
        found: u16,
        /// The version that this program makes.
        known: u16,
    },
}

/// Keeps the read models at the end of the log.
#[derive(Debug)]
pub struct Runner<L> {
    feed: Feed<L>,
    store: Store,
    /// Taken by the side that folds.
    fold: Option<Fold>,
    /// Ends when the fold is dropped, and nothing writes to its files any more.
    fold_dropped: mpsc::Receiver<()>,
    telling: Telling,
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

/// A generation that is to be filled.
#[derive(Debug)]
pub(crate) struct Vessel {
    /// All generations.
    pub(crate) generations: Generations,
    /// Its number.
    pub(crate) number: u64,
    /// Its file.
    pub(crate) store: Store,
    /// Whether it is read meanwhile.
    pub(crate) rank: Rank,
}

/// Whether a generation is read while it is filled.
#[derive(Debug)]
pub(crate) enum Rank {
    /// It is the current one.
    Current,
    /// It becomes the current one when it has caught up, and is the only one that can be read.
    Next,
    /// It becomes the current one when it has caught up; until then another file is read, which is this far.
    NextBeside(PathBuf, Option<Checkpoint>),
}

/// The reporter, shared by both sides.
#[derive(Clone, Debug)]
pub(crate) struct Telling(Arc<Mutex<Reporter>>);

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
    /// Opens the read models of a data directory, which are made if there are none, and checks that they fit the log.
    ///
    /// `durable` is the last durable position of the log: there is something to do whenever it moves.
    ///
    /// When the tables or projections of the program have changed, a new generation is built from the log, beside the
    /// current one.
    pub async fn open(
        data_dir: &Path,
        log: Arc<L>,
        durable: watch::Receiver<Position>,
        options: Options,
    ) -> Result<Self, OpenError> {
        let feed = Feed { log, durable, options };
        let generations = Generations::open(data_dir)?;
        let Some(current) = generations.current()? else {
            return Self::fill(feed, first(generations, options.page_bytes).await?).await;
        };
        let mut store = Store::open(&generations.path(current), options.page_bytes).await?;
        let (format, checkpoint) = (store.format().await?, store.checkpoint().await?);
        if format == Format::CURRENT {
            generations.retain(|number| number == current)?;
            return Self::fill(feed, Vessel { generations, number: current, store, rank: Rank::Current })
                .await;
        }
        if format.schema > Format::CURRENT.schema {
            return Err(OpenError::Newer { found: format.schema, known: Format::CURRENT.schema });
        }
        if let Some(checkpoint) = &checkpoint {
            checkpoint.verify(&*feed.log).await?;
        }
        store.close().await?;
        // Tables of another shape cannot be read by this program.
        let rank = if format.schema == Format::CURRENT.schema {
            Rank::NextBeside(generations.path(current), checkpoint)
        } else {
            Rank::Next
        };
        Self::fill(feed, next(generations, current, rank, options.page_bytes).await?).await
    }

    /// Fills a generation.
    pub(crate) async fn fill(feed: Feed<L>, vessel: Vessel) -> Result<Self, OpenError> {
        let Vessel { generations, number, mut store, rank } = vessel;
        let (target, checkpoint) = (feed.log.tail().await?.position, store.checkpoint().await?);
        if let Some(checkpoint) = &checkpoint {
            checkpoint.verify(&*feed.log).await?;
        }
        let (path, entities) = (generations.path(number), generations.entities_path(number));
        let to_be_switched_to = !matches!(rank, Rank::Current);
        let behind_another = matches!(rank, Rank::NextBeside(..));
        let (database, read) = match rank {
            Rank::Current | Rank::Next => (path, checkpoint.clone()),
            Rank::NextBeside(other, read) => (other, read),
        };
        let filling = Filling { generations, number, checkpoint, target, behind_another, to_be_switched_to };
        let telling = Telling::new(Reporter::new(filling, &database, read.as_ref(), feed.durable.clone()));
        let (held, fold_dropped) = mpsc::channel(1);
        let fold = Some(Fold::new(SavedEntities::open(&entities, feed.options.memory_bytes)?, held));
        Ok(Self { feed, store, fold, fold_dropped, telling })
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
            if let Err(stop) = self.follow().await {
                telling.lock().stopped(&stop);
            }
            pending::<()>().await;
        };
        tokio::select! {
            () = work => {}
            () = shutdown => {}
        }
        self.fold = None;
        // Nobody sends anything; the channel ends with the fold.
        let _ = self.fold_dropped.recv().await;
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "the read models were not closed in good order; nothing is lost");
        }
    }

    /// Follows the log until nobody can make it longer any more.
    pub(crate) async fn follow(&mut self) -> Result<(), Stop> {
        let Feed { log, durable, options } = &self.feed;
        let ahead = Ahead {
            log: Arc::clone(log),
            durable: durable.clone(),
            telling: self.telling.clone(),
            batch_bytes: options.batch_bytes,
            retry: options.retry,
        };
        let Some(fold) = self.fold.take() else { return Ok(()) };
        let position = self.telling.lock().position();
        let fold = ahead.replay(fold, position).await?;
        let (send, receive) = mpsc::channel(BATCHES_WAITING_MAX);
        let behind = behind::write_all(&mut self.store, receive, &self.telling, options.retry);
        let (folded, written) = tokio::join!(ahead.run(fold, send), behind);
        written.and(folded)
    }

    /// Closes the read models in good order.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.store.close().await
    }
}

/// The first generation of all.
async fn first(generations: Generations, page_bytes: usize) -> Result<Vessel, OpenError> {
    let number = generations.all()?.last().map_or(1, |last| last + 1);
    let store = Store::open(&generations.path(number), page_bytes).await?;
    generations.switch_to(number)?;
    Ok(Vessel { generations, number, store, rank: Rank::Current })
}

/// The generation that is to come after the current one: what was begun there by this program, or a new one.
async fn next(
    generations: Generations,
    current: u64,
    rank: Rank,
    page_bytes: usize,
) -> Result<Vessel, OpenError> {
    let number = current + 1;
    tracing::info!(
        generation = number,
        "the projections have changed: a new generation of the read models is built"
    );
    generations.retain(|other| other == current || other == number)?;
    let path = generations.path(number);
    let mut store = Store::open(&path, page_bytes).await?;
    if store.format().await? != Format::CURRENT {
        store.close().await?;
        generations.delete(number)?;
        store = Store::open(&path, page_bytes).await?;
    }
    Ok(Vessel { generations, number, store, rank })
}

impl Telling {
    fn new(reporter: Reporter) -> Self {
        Self(Arc::new(Mutex::new(reporter)))
    }

    /// The reporter; never kept over a wait.
    fn lock(&self) -> MutexGuard<'_, Reporter> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stop {
    fn panicked(position: Position, error: &JoinError) -> Self {
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
