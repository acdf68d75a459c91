//! Makes the read models anew from the log, while nothing else runs.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use events_schema::Position;
use ledger_core::log::Log;
use tokio::sync::watch;

use crate::runner::{Feed, OpenError, Options, Progress, Rank, Runner, Vessel};
use crate::store::{Generations, GenerationsError, Store, StoreError};

/// Why the read models could not be made anew. Those that were there still are.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Their files cannot be used.
    #[error(transparent)]
    Files(#[from] GenerationsError),
    /// The log or the new file cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The new file cannot be closed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event cannot be taken in.
    #[error("the event at position {position} cannot be taken in: {reason}")]
    Stopped {
        /// Where it stands.
        position: Position,
        /// Why.
        reason: String,
    },
}

/// What was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many events the read models reflect.
    pub events: u64,
    /// How long it took.
    pub took: Duration,
}

/// Makes a new generation of the read models from the whole log, switches to it, and deletes the older ones.
///
/// `tell` is called again and again with how far it is. The service must not run meanwhile.
pub async fn rebuild<L: Log>(
    data_dir: &Path,
    log: Arc<L>,
    options: Options,
    mut tell: impl FnMut(&Progress),
) -> Result<Rebuilt, RebuildError> {
    let began = Instant::now();
    let generations = Generations::open(data_dir)?;
    // A damaged `current` is no reason not to make it anew.
    let number = generations.all()?.last().map_or(1, |last| last + 1);
    let store = Store::open(&generations.path(number), options.page_bytes).await?;
    let tail = log.tail().await.map_err(OpenError::from)?.position;
    // Nobody can move the end of the log, so the work is done when it is reached.
    let (_, durable) = watch::channel(tail);
    let vessel = Vessel { generations: generations.clone(), number, store, rank: Rank::Next };
    let mut runner = Runner::fill(Feed { log, durable, options }, vessel).await?;
    let mut progress = runner.watch();
    {
        let mut work = std::pin::pin!(runner.follow());
        loop {
            tokio::select! {
                done = &mut work => break done,
                Ok(()) = progress.changed() => tell(&progress.borrow_and_update()),
            }
        }
    }
    .map_err(|stop| RebuildError::Stopped { position: stop.position, reason: stop.reason })?;
    tell(&progress.borrow());
    runner.close().await?;
    generations.retain(|other| other == number)?;
    Ok(Rebuilt { events: tail.get(), took: began.elapsed() })
}

/// What is kept of the pages where only the checkpoint is read.
const CHECKPOINT_PAGE_BYTES: usize = 1 << 20;

/// How far the current read models of a data directory are, without the log; nothing when there are none.
///
/// A log needs it to be opened: it must not cut off what read models have seen.
pub async fn checkpoint(data_dir: &Path) -> Result<Option<crate::Checkpoint>, RebuildError> {
    let generations = Generations::open(data_dir)?;
    let path = generations.current()?.map(|number| generations.path(number));
    let Some(path) = path.filter(|path| path.exists()) else { return Ok(None) };
    let mut store = Store::open(&path, CHECKPOINT_PAGE_BYTES).await?;
    let checkpoint = store.checkpoint().await?;
    store.close().await?;
    Ok(checkpoint)
}
