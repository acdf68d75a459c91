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
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use events_schema::Position;
use ledger_core::log::{Log, ReadError};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;

use crate::checkpoint::{Checkpoint, MismatchError};
use crate::fold::Halt;
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
}

impl Default for Options {
    fn default() -> Self {
        Self { batch_bytes: 8 << 20, retry: Duration::from_secs(1) }
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
    log: Arc<L>,
    durable: watch::Receiver<Position>,
    options: Options,
    store: Store,
    telling: Telling,
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
        let generations = Generations::open(data_dir)?;
        let Some(current) = generations.current()? else {
            return Self::first(generations, log, durable, options).await;
        };
        let mut store = Store::open(&generations.path(current)).await?;
        let (format, checkpoint) = (store.format().await?, store.checkpoint().await?);
        if let Some(checkpoint) = &checkpoint {
            checkpoint.verify(&*log).await?;
        }
        if format == Format::CURRENT {
            generations.retain(|number| number == current)?;
            return Self::fill(generations, current, store, None, log, durable, options).await;
        }
        if format.schema > Format::CURRENT.schema {
            return Err(OpenError::Newer { found: format.schema, known: Format::CURRENT.schema });
        }
        store.close().await?;
        generations.retain(|number| number == current || number == current + 1)?;
        // Tables of another shape cannot be read by this program.
        let read = (format.schema == Format::CURRENT.schema).then(|| (generations.path(current), checkpoint));
        let next = next_generation(&generations, current + 1).await?;
        Self::fill(generations, current + 1, next, Some(read), log, durable, options).await
    }

    /// The first generation of all.
    async fn first(
        generations: Generations,
        log: Arc<L>,
        durable: watch::Receiver<Position>,
        options: Options,
    ) -> Result<Self, OpenError> {
        let number = generations.all()?.last().map_or(1, |last| last + 1);
        let store = Store::open(&generations.path(number)).await?;
        generations.switch_to(number)?;
        Self::fill(generations, number, store, None, log, durable, options).await
    }

    /// Fills generation `number`. `beside`: it is not the current one yet; and another file that is read until then,
    /// if one can be.
    #[expect(clippy::type_complexity, reason = "an option in an option says it shortest")]
    pub(crate) async fn fill(
        generations: Generations,
        number: u64,
        mut store: Store,
        beside: Option<Option<(std::path::PathBuf, Option<Checkpoint>)>>,
        log: Arc<L>,
        durable: watch::Receiver<Position>,
        options: Options,
    ) -> Result<Self, OpenError> {
        let (target, checkpoint) = (log.tail().await?.position, store.checkpoint().await?);
        if let Some(checkpoint) = &checkpoint {
            checkpoint.verify(&*log).await?;
        }
        let path = generations.path(number);
        let (to_be_switched_to, other) = (beside.is_some(), beside.flatten());
        let behind_another = other.is_some();
        let (database, read) = other.unwrap_or_else(|| (path, checkpoint.clone()));
        let filling =
            Filling { generations, number, checkpoint, target, behind_another, to_be_switched_to };
        let telling = Telling::new(Reporter::new(filling, &database, read.as_ref(), durable.clone()));
        Ok(Self { log, durable, options, store, telling })
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
        if let Err(error) = self.store.close().await {
            tracing::warn!(%error, "the read models were not closed in good order; nothing is lost");
        }
    }

    /// Follows the log until nobody can make it longer any more.
    pub(crate) async fn follow(&mut self) -> Result<(), Stop> {
        let ahead = Ahead {
            log: Arc::clone(&self.log),
            durable: self.durable.clone(),
            telling: self.telling.clone(),
            batch_bytes: self.options.batch_bytes,
            retry: self.options.retry,
        };
        let position = self.telling.lock().position();
        let fold = ahead.replay(position).await?;
        let (send, receive) = mpsc::channel(BATCHES_WAITING_MAX);
        let behind = behind::write_all(&mut self.store, receive, &self.telling, self.options.retry);
        let (folded, written) = tokio::join!(ahead.run(fold, send), behind);
        written.and(folded)
    }

    /// Closes the read models in good order.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        self.store.close().await
    }
}

/// Opens the generation that is to come after the current one; what an older program began there is of no use.
async fn next_generation(generations: &Generations, number: u64) -> Result<Store, OpenError> {
    let path = generations.path(number);
    tracing::info!(generation = number, "the projections have changed: a new generation of the read models is built");
    let mut begun = Store::open(&path).await?;
    if begun.format().await? == Format::CURRENT {
        return Ok(begun);
    }
    begun.close().await?;
    generations.delete(number)?;
    Ok(Store::open(&path).await?)
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
