//! Finds in the log what the reading side is asked for as of.

use std::error::Error;
use std::sync::Arc;

use events_schema::Timestamp;
use ledger_core::log::{self, FileLog, Log as _};
use query_api::as_of::{AsOf, Moment, Resolver};

/// What finds places in `log`. It does not keep the log from being closed.
pub(super) fn resolver(log: &Arc<FileLog>) -> Resolver {
    let log = Arc::downgrade(log);
    Arc::new(move |as_of| {
        let log = log.upgrade();
        Box::pin(async move {
            let log = log.ok_or("the log is closed")?;
            find(&log, as_of).await
        })
    })
}

async fn find(log: &FileLog, as_of: AsOf) -> Result<Option<Moment>, Box<dyn Error + Send + Sync>> {
    let found = match as_of {
        AsOf::Position(position) => log::decision_end(log, position).await?,
        AsOf::Instant(instant) => {
            // The clock may stand behind what is recorded.
            let now = Timestamp::now().max(log.tail().await?.recorded_at);
            if instant > now { None } else { Some(log.recorded_until(instant).await?) }
        }
    };
    Ok(found.map(|log::Moment { position, recorded_at }| Moment {
        position,
        recorded_at: (position > log::Moment::BEGINNING.position).then_some(recorded_at),
    }))
}
