//! Read models for one question, from the log alone: as they stood at any position, beside whoever else reads or writes.
//!
//! ```text
//!   log ──read, decode──► batches ──fold, project──► cells, and the rows that the question needs ──► a file of SQLite
//!         └─ a thread ─┘           └────────────── a thread ──────────────────────────────────────────────┘
//! ```
//!
//! The fold and the projections are those of the runner, so the tables hold the same. Only what the question looks at is
//! asked for and written: hardly anything is written for each event.

mod decoding;
use decoding::{BATCHES_WAITING_MAX, Batch, Decoder};

mod plan;
pub use plan::Plan;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use events_schema::block::BlockHeader;
use events_schema::merkle::EMPTY_ROOT;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Event, Position, Recorded};
use ledger_core::log::{LogScan, ReadError};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task;

use crate::change::{Changes, Writes};
use crate::checkpoint::Checkpoint;
use crate::database::{Database, Place};
use crate::fold::{Fold, Halt, HaltReason};
use crate::projection::orders;
use crate::runner::START_PATIENCE;
use crate::saved::SavedEntities;
use crate::store::{Generations, Store, StoreError};

/// Rows and cells that are held in memory before they are written; few in tests, which would hardly write otherwise.
const CHANGES_MAX: usize = if cfg!(test) { 50 } else { 100_000 };
/// The pages of the tables that are kept in memory, in bytes: the tables are small.
const PAGE_BYTES: usize = 8 << 20;
/// The only generation.
const NUMBER: u64 = 1;

/// Up to where a log is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    /// As far as it goes.
    End,
    /// The event at this position is the last one.
    Position(Position),
}

/// Read models for one question.
#[derive(Debug)]
pub struct Replay {
    log: LogScan,
    created: LedgerCreated,
    database: Database,
    store: Store,
    fold: Fold,
}

/// Why a log could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nothing was recorded yet.
    #[error("the log is empty: nothing was recorded yet")]
    Empty,
    /// It ends before the position that was asked for.
    #[error("the log ends at position {end}: there is no position {asked} yet")]
    Beyond {
        /// The position that was asked for.
        asked: Position,
        /// The last position of the log.
        end: Position,
    },
    /// An event cannot be taken in.
    #[error(transparent)]
    Halt(#[from] Halt),
    /// The tables cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The entities cannot be kept.
    #[error(transparent)]
    Entities(#[from] ledger_core::runs::StoreError),
    /// A thread ended before its work was done.
    #[error("the replay broke off: {0}")]
    Panicked(#[from] task::JoinError),
}

impl Replay {
    /// Tables in the directory `dir`, which is empty, and in which nothing is but the currency and the time zone of
    /// `log`. `memory_bytes` is how much of the entities memory may hold, about; the others go to the directory.
    pub async fn open(log: LogScan, dir: &Path, memory_bytes: usize) -> Result<Self, ReplayError> {
        let (header, created) = beginning(&log)?;
        let generations = Generations::open(&Place::sqlite(dir), START_PATIENCE).await?;
        let database = generations.database(NUMBER);
        let mut store = Store::open(generations, NUMBER, PAGE_BYTES).await?;
        let nothing = Checkpoint {
            log_id: header.log_id,
            position: Position::ZERO,
            root: EMPTY_ROOT,
            recorded_at: header.recorded_at,
            currency: created.currency.as_str().to_owned(),
            time_zone: created.time_zone.as_str().to_owned(),
        };
        store.apply(&[], &nothing).await?;
        let entities = SavedEntities::open(&store.entities_path().await?, memory_bytes)?.only_for_room();
        // Nobody waits for its end.
        let (held, _) = mpsc::channel(1);
        Ok(Self { log, created, database, store, fold: Fold::new(entities, held) })
    }

    /// What the first event of the log says.
    pub const fn created(&self) -> &LedgerCreated {
        &self.created
    }

    /// The tables.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Fills the tables with what `plan` needs, as it stood at `as_of`. The answer is the position that they reflect.
    ///
    /// `tell` hears again and again how far it is.
    pub async fn fill(
        self,
        plan: Plan,
        as_of: AsOf,
        tell: impl FnMut(Position) + Send + 'static,
    ) -> Result<Position, ReplayError> {
        let Self { log, store, fold, .. } = self;
        let (send, batches) = mpsc::channel(BATCHES_WAITING_MAX);
        let decoder = Decoder { as_of, entities: plan.entities() };
        let decoding = task::spawn_blocking(move || decoder.run(&log, &send));
        let changes = Changes::within(plan.scope.clone());
        let filling = Filling { store, fold, changes, plan, handle: Handle::current() };
        let filled = task::spawn_blocking(move || filling.run(batches, tell)).await?;
        // What could not be folded comes first: the decoder only heard that nobody listens any more.
        let position = filled?;
        decoding.await??;
        match as_of {
            AsOf::Position(asked) if asked > position => Err(ReplayError::Beyond { asked, end: position }),
            AsOf::End | AsOf::Position(_) => Ok(position),
        }
    }
}

/// The header of the first block, and what the first event says.
fn beginning(log: &LogScan) -> Result<(BlockHeader, LedgerCreated), ReplayError> {
    let mut first = None;
    log.read(|blocks| {
        first = blocks.into_iter().next();
        ControlFlow::Break(())
    })?;
    let first = first.ok_or(ReplayError::Empty)?;
    let halt = |reason| Halt { position: Position::FIRST, reason };
    let leaf = first.leaves().next().map(|(_, leaf)| Recorded::decode(leaf));
    match leaf.transpose().map_err(|error| halt(error.into()))?.map(|recorded| recorded.event) {
        Some(Event::LedgerCreated(created)) => Ok((first.header().clone(), created)),
        Some(_) | None => Err(halt(HaltReason::NoBeginning).into()),
    }
}

/// Tables that are being filled.
struct Filling {
    store: Store,
    fold: Fold,
    changes: Changes,
    plan: Plan,
    /// Where what waits for the database runs.
    handle: Handle,
}

impl Filling {
    /// Takes batch after batch to the end, and closes the tables. Answers the position that they reflect.
    fn run(
        mut self,
        mut batches: mpsc::Receiver<Batch>,
        mut tell: impl FnMut(Position),
    ) -> Result<Position, ReplayError> {
        let mut last = None;
        while let Some(mut batch) = batches.blocking_recv() {
            let Self { plan, changes, fold, .. } = &mut self;
            fold.fold_decoded(&mut batch.events, batch.last, |step, recorded, almanac| {
                plan.ask(step, recorded, almanac, changes)
            })?;
            fold.upkeep(&batch.header, batch.last)?;
            if changes.len() > CHANGES_MAX {
                self.write(&batch.header)?;
            }
            tell(batch.last);
            last = Some(batch.header);
        }
        if let Some(header) = last {
            self.add_latest()?;
            self.write(&header)?;
        }
        let Self { store, fold, handle, .. } = self;
        handle.block_on(store.close())?;
        Ok(fold.position())
    }

    /// Adds the rows of the orders that were paid last, where they are not there yet.
    fn add_latest(&mut self) -> Result<(), ReplayError> {
        for birth in self.plan.take_latest() {
            if let Some(order) = self.fold.order(birth)?
                && !orders::is_kept(order.placed_at, &order.figures, &self.changes)
            {
                orders::insert(&order, &mut self.changes);
            }
        }
        Ok(())
    }

    /// Writes what has changed. What was folded last stands in the block with this `header`.
    fn write(&mut self, header: &BlockHeader) -> Result<(), ReplayError> {
        let next = Changes::within(self.plan.scope.clone());
        let position = self.fold.position();
        let writes = Writes::try_from(std::mem::replace(&mut self.changes, next))
            .map_err(|error| Halt { position, reason: error.into() })?;
        // Within a block it is not the root at this position; nobody asks for it.
        let Some(checkpoint) = self.fold.checkpoint(header) else { return Ok(()) };
        Ok(self
            .handle
            .block_on(self.store.apply(&[Arc::new(writes)], &Checkpoint { position, ..checkpoint }))?)
    }
}

#[cfg(test)]
mod tests;
