//! Finds in the log what the reading side is asked for as of.

use std::error::Error;
use std::sync::Arc;

use events_schema::Timestamp;
use ledger_core::log::{self, FileLog, Log as _};
use ledger_core::writer::WriterHandle;
use query_api::as_of::{AsOf, Moment, Resolver};

use crate::moments::{is_to_come, place};

/// What finds places in `log`, which `writer` writes. It does not keep the log from being closed.
pub(super) fn resolver(log: &Arc<FileLog>, writer: &WriterHandle) -> Resolver {
    let (log, writer) = (Arc::downgrade(log), writer.clone());
    Arc::new(move |as_of| {
        let (log, writer) = (log.upgrade(), writer.clone());
        Box::pin(async move {
            let log = log.ok_or("the log is closed")?;
            find(&log, &writer, as_of).await
        })
    })
}

async fn find(
    log: &FileLog,
    writer: &WriterHandle,
    as_of: AsOf,
) -> Result<Option<Moment>, Box<dyn Error + Send + Sync>> {
    let found = match as_of {
        AsOf::Position(position) => log::decision_end(log, position).await?,
        AsOf::Instant(instant) => {
            let last = log.tail().await?.recorded_at;
            if is_to_come(instant, Timestamp::now(), last) {
                return Ok(None);
            }
            if instant > last {
                // A block of an earlier time may be under way. The writer answers after it, whatever it is asked; where
                // it takes no question, what is durable is all that can be said.
                drop(writer.settings().await);
            }
            Some(log.recorded_until(instant).await?)
        }
    };
    Ok(found.map(place))
}
