//! Reads and folds the next batch, while the one before it is written.

use std::sync::Arc;
use std::time::Duration;

use events_schema::Position;
use events_schema::block::SealedBlock;
use ledger_core::log::{Log, ReadError};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::epochs::{OpenEpoch, Run};
use super::progress::Side;
use super::{Stop, Telling};
use crate::change::{Changes, Writes};
use crate::checkpoint::Checkpoint;
use crate::fold::{Fold, Halt, RestoreError};
use crate::thread::Thread;

/// The changes of a run of whole blocks of one epoch, ready to be written in one transaction.
#[derive(Debug)]
pub(super) struct Batch {
    /// What is written.
    pub(super) writes: Arc<Writes>,
    /// Where the run ends.
    pub(super) checkpoint: Checkpoint,
    /// How many events it has.
    pub(super) events: u64,
    /// The event up to which the tables must be on disk before entities are saved, where that is due.
    pub(super) awaited: Option<Position>,
}

/// Reads the log and folds it.
pub(super) struct Ahead<L> {
    /// The log.
    pub(super) log: Arc<L>,
    /// Up to where the log is durable. When nobody can move it any more, the end is reached there.
    pub(super) durable: watch::Receiver<Position>,
    /// Tells when the log cannot be read.
    pub(super) telling: Telling,
    /// The epoch that is open at the end of the tables.
    pub(super) epoch: OpenEpoch,
    /// The most bytes of blocks in one batch.
    pub(super) batch_bytes: usize,
    /// When to try again what failed.
    pub(super) retry: Duration,
    /// Where it folds.
    pub(super) thread: Thread<()>,
}

impl<L: Log> Ahead<L> {
    /// Folds silently up to `until`, whose changes are in the tables already.
    pub(super) async fn replay(&mut self, mut fold: Fold, until: Position) -> Result<Fold, Stop> {
        while let Err(error) = fold.restore(&*self.log, until).await {
            let RestoreError::Read(error @ ReadError::Io { .. }) = error else {
                return Err(Stop { position: until.next(), reason: error.to_string() });
            };
            self.telling.lock().paused(Side::Reading, error.to_string());
            sleep(self.retry).await;
        }
        self.telling.lock().resumed(Side::Reading);
        let tables = self.telling.lock().on_disk();
        while fold.position() < until {
            let blocks = self.read(fold.position()).await?;
            let replayed = self.thread.run(move |()| {
                for block in &blocks {
                    fold.replay(block, until)?;
                    // The tables may end within a block that was cut otherwise since.
                    if fold.position() == block.header().last() {
                        fold.upkeep(block.header(), tables)?;
                    }
                }
                Ok::<_, Halt>(fold)
            });
            fold = replayed.await.map_err(|error| Stop::panicked(until, &error))??;
        }
        Ok(fold)
    }

    /// Makes batch after batch, until the end or an event that cannot be taken in.
    pub(super) async fn run(mut self, mut fold: Fold, batches: mpsc::Sender<Batch>) -> Result<(), Stop> {
        while self.grows_beyond(fold.position()).await {
            let blocks = self.read(fold.position()).await?;
            for run in self.epoch.cut(blocks) {
                let (position, tables) = (fold.position(), self.telling.lock().on_disk());
                let folding = self.thread.run(move |()| fold_run(fold, &run, tables));
                let folded = folding.await.map_err(|error| Stop::panicked(position.next(), &error))?;
                fold = folded.fold;
                if let Some(batch) = folded.batch
                    && batches.send(batch).await.is_err()
                {
                    // The writing side has ended, and says why.
                    return Ok(());
                }
                if let Some(halt) = folded.halt {
                    return Err(halt.into());
                }
            }
        }
        Ok(())
    }

    /// Waits until the log is longer than `position`; false when it will never be.
    async fn grows_beyond(&mut self, position: Position) -> bool {
        self.durable.wait_for(|durable| *durable > position).await.is_ok()
    }

    /// Reads the next blocks, of which there are some; tries again as long as the log cannot be reached.
    async fn read(&self, after: Position) -> Result<Vec<SealedBlock>, Stop> {
        loop {
            match self.log.read(after, self.batch_bytes).await {
                Ok(blocks) if blocks.is_empty() => {}
                Ok(blocks) => {
                    self.telling.lock().resumed(Side::Reading);
                    return Ok(blocks);
                }
                Err(error @ ReadError::Io { .. }) => {
                    self.telling.lock().paused(Side::Reading, error.to_string());
                }
                Err(error @ (ReadError::Corrupt { .. } | ReadError::NewerFormat { .. })) => {
                    return Err(Stop { position: after.next(), reason: error.to_string() });
                }
            }
            sleep(self.retry).await;
        }
    }
}

/// What became of a run of blocks.
struct Folded {
    fold: Fold,
    batch: Option<Batch>,
    halt: Option<Halt>,
}

/// Folds whole blocks. Those before an event that cannot be decoded make a batch; when an event could not be folded,
/// nothing of this batch is written, for it may have been folded by half. `tables` is how far the tables are on disk.
fn fold_run(mut fold: Fold, run: &Run, tables: Position) -> Folded {
    let before = fold.position();
    let (mut changes, mut last, mut halt) = (Changes::default(), None, None);
    for block in &run.blocks {
        match fold.take(block, &mut changes) {
            Ok(()) => last = Some(block.header()),
            Err(error) => {
                last = last.filter(|_| error.reason.leaves_block_alone());
                halt = Some(error);
                break;
            }
        }
    }
    if let (Some(last), None) = (last, &halt) {
        halt = fold.upkeep(last, tables).err();
    }
    let Some(checkpoint) = last.and_then(|header| fold.checkpoint(header)) else {
        return Folded { fold, batch: None, halt };
    };
    let is_whole = run.blocks.last().is_some_and(|block| block.header().last() == checkpoint.position);
    match Writes::try_from(changes) {
        Ok(mut writes) => {
            writes.closes_epoch = (run.closes_epoch && is_whole).then_some(checkpoint.position);
            let (writes, events) = (Arc::new(writes), checkpoint.position.since(before));
            let batch = Batch { writes, checkpoint, events, awaited: fold.awaited() };
            Folded { fold, batch: Some(batch), halt }
        }
        Err(overflow) => {
            let halt = Some(Halt { position: before.next(), reason: overflow.into() });
            Folded { fold, batch: None, halt }
        }
    }
}
