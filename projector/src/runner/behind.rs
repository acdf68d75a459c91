//! Writes batches: those that wait in one transaction.

use std::time::{Duration, Instant};

use events_schema::Position;
use metrics::histogram;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::ahead::Batch;
use super::progress::Side;
use super::{BATCHES_WRITTEN_MAX, Followed, Stop, Telling};
use crate::store::{Store, StoreError};

/// Writes batch after batch, until there are no more or one cannot be written.
///
/// A batch that could not be written for the moment is kept, and tried again until it can.
pub(super) async fn write_all(
    store: &mut Store,
    mut batches: mpsc::Receiver<Batch>,
    telling: &Telling,
    retry: Duration,
) -> Result<Followed, Stop> {
    let behind = Behind { telling, retry };
    let written = async {
        behind.advance(store).await?;
        while let Some(first) = batches.recv().await {
            let Batch { writes, mut checkpoint, mut events, mut awaited } = first;
            let mut writes = vec![writes];
            while writes.len() < BATCHES_WRITTEN_MAX
                && let Ok(next) = batches.try_recv()
            {
                writes.push(next.writes);
                (checkpoint, events) = (next.checkpoint, events + next.events);
                awaited = next.awaited.or(awaited);
            }
            let began = Instant::now();
            while let Err(error) = store.apply(&writes, &checkpoint).await {
                behind.wait_after(error).await?;
            }
            histogram!("ledger_projector_transaction_seconds").record(began.elapsed().as_secs_f64());
            telling.lock().written(checkpoint, events);
            behind.advance(store).await?;
            if let Some(awaited) = awaited {
                behind.make_durable(store, awaited).await?;
            }
        }
        Ok(())
    };
    match written.await {
        Ok(()) => Ok(Followed::ToTheEnd),
        Err(StoreError::Displaced) => Ok(Followed::Displaced),
        Err(error) => {
            let position = telling.lock().position().next();
            Err(Stop { position, reason: error.to_string() })
        }
    }
}

struct Behind<'a> {
    telling: &'a Telling,
    retry: Duration,
}

impl Behind<'_> {
    /// Tells how far it is, after the generation got its indexes and was switched to where that is due.
    async fn advance(&self, store: &mut Store) -> Result<(), StoreError> {
        while self.telling.lock().are_indexes_due() {
            match store.index().await {
                Ok(()) => self.telling.lock().indexed(),
                Err(error) => self.wait_after(error).await?,
            }
        }
        while self.telling.lock().is_switch_due() {
            match store.switch().await {
                Ok(()) => self.telling.lock().switched(),
                Err(error) => self.wait_after(error).await?,
            }
        }
        let mut reporter = self.telling.lock();
        reporter.resumed(Side::Writing);
        reporter.tell();
        Ok(())
    }

    /// Sees to it that the tables get to the disk, where they are not there up to `awaited`. As long as they are not,
    /// the batches that follow say so again.
    async fn make_durable(&self, store: &mut Store, awaited: Position) -> Result<(), StoreError> {
        if self.telling.lock().on_disk() >= awaited {
            return Ok(());
        }
        loop {
            match store.make_durable().await {
                Ok(position) => {
                    let mut reporter = self.telling.lock();
                    reporter.reached_disk(position);
                    reporter.resumed(Side::Writing);
                    return Ok(());
                }
                Err(error) => self.wait_after(error).await?,
            }
        }
    }

    /// Waits before what failed is tried again, if that is of use.
    async fn wait_after(&self, error: StoreError) -> Result<(), StoreError> {
        if !error.passes() {
            return Err(error);
        }
        self.telling.lock().paused(Side::Writing, error.to_string());
        sleep(self.retry).await;
        Ok(())
    }
}
