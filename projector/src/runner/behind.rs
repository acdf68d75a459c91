//! Writes batches, one transaction each.

use std::time::{Duration, Instant};

use metrics::histogram;
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::ahead::Batch;
use super::progress::Side;
use super::{Stop, Telling};
use crate::store::Store;

/// Writes batch after batch, until there are no more or one cannot be written.
///
/// A batch that could not be written for the moment is kept, and tried again until it can.
pub(super) async fn write_all(
    store: &mut Store,
    mut batches: mpsc::Receiver<Batch>,
    telling: &Telling,
    retry: Duration,
) -> Result<(), Stop> {
    advance(telling, retry).await;
    while let Some(batch) = batches.recv().await {
        let began = Instant::now();
        while let Err(error) = store.apply(&batch.writes, &batch.checkpoint).await {
            if !error.passes() {
                let position = telling.lock().position().next();
                return Err(Stop { position, reason: error.to_string() });
            }
            telling.lock().paused(Side::Writing, error.to_string());
            sleep(retry).await;
        }
        histogram!("ledger_projector_transaction_seconds").record(began.elapsed().as_secs_f64());
        telling.lock().written(batch.checkpoint, batch.events);
        advance(telling, retry).await;
    }
    Ok(())
}

/// Tells how far it is; tries again when a new generation could not be switched to.
async fn advance(telling: &Telling, retry: Duration) {
    loop {
        let advanced = telling.lock().advance();
        match advanced {
            Ok(()) => return telling.lock().resumed(Side::Writing),
            Err(error) => telling.lock().paused(Side::Writing, error.to_string()),
        }
        sleep(retry).await;
    }
}
