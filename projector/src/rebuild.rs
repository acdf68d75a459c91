//! Makes the read models anew from the log, while nothing else runs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use events_schema::Position;
use ledger_core::log::Log;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::database::{Database, Place};
use crate::runner::{Feed, Followed, OpenError, Options, Progress, Rank, Runner, START_PATIENCE, Vessel};
use crate::store::{Generations, StoreError};

/// Why the read models could not be made anew. Those that were there still are.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The log or the new tables cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The tables cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another process writes them.
    #[error("another process writes the read models: stop it first")]
    InUse,
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many events the read models reflect.
    pub events: u64,
    /// How long it took.
    pub took: Duration,
    /// Where they are.
    pub database: Database,
}

/// Makes a new generation of the read models from the whole log, switches to it, and deletes the older ones.
///
/// `tell` is called again and again with how far it is. The service must not run meanwhile.
pub async fn rebuild<L: Log>(
    place: &Place,
    log: Arc<L>,
    options: Options,
    mut tell: impl FnMut(&Progress),
) -> Result<Rebuilt, RebuildError> {
    let began = Instant::now();
    let mut generations = claimed(place, options.retry).await?;
    // A damaged note of the current generation is no reason not to make it anew.
    let number = generations.all().await?.last().map_or(1, |last| last + 1);
    let tail = log.tail().await.map_err(OpenError::from)?.position;
    // Nobody can move the end of the log, so the work is done when it is reached.
    let (_, durable) = watch::channel(tail);
    let vessel = Vessel { generations, number, rank: Rank::Next };
    let mut runner = Runner::fill(Feed { log, durable, options }, place.clone(), vessel).await?;
    let mut progress = runner.watch();
    let followed = {
        let mut work = std::pin::pin!(runner.follow());
        loop {
            tokio::select! {
                done = &mut work => break done,
                Ok(()) = progress.changed() => tell(&progress.borrow_and_update()),
            }
        }
    };
    match followed {
        Ok(Followed::ToTheEnd) => tell(&progress.borrow()),
        Ok(Followed::Displaced) => return Err(RebuildError::InUse),
        Err(stop) => return Err(RebuildError::Stopped { position: stop.position, reason: stop.reason }),
    }
    let database = progress.borrow().database.clone();
    let mut generations = runner.into_generations().await?;
    generations.retain(|other| other == number).await?;
    generations.close().await?;
    Ok(Rebuilt { events: tail.get(), took: began.elapsed(), database })
}

/// All generations, and the right to write. A process that has just ended may still hold it for a moment.
async fn claimed(place: &Place, retry: Duration) -> Result<Generations, RebuildError> {
    const TRIES: u32 = 5;
    let mut generations = Generations::open(place, START_PATIENCE).await?;
    for _ in 1..TRIES {
        if generations.claim().await? {
            return Ok(generations);
        }
        sleep(retry).await;
    }
    if generations.claim().await? { Ok(generations) } else { Err(RebuildError::InUse) }
}

/// How far the current read models at a place are, without the log; nothing when there are none.
///
/// A log needs it to be opened: it must not cut off what read models have seen.
pub async fn checkpoint(place: &Place) -> Result<Option<crate::Checkpoint>, RebuildError> {
    let mut generations = Generations::open(place, START_PATIENCE).await?;
    let Some(current) = generations.current().await? else { return Ok(None) };
    let checkpoint = generations.checkpoint(current).await?;
    generations.close().await?;
    Ok(checkpoint)
}

/// The read models that are read at a place, for who only reads them; nothing when there are none, or when a program of
/// another version has made them. A service may fill them meanwhile.
pub async fn served(place: &Place) -> Result<Option<Database>, RebuildError> {
    if !place.data_dir.join("read-models").is_dir() && place.postgres.is_none() {
        return Ok(None);
    }
    let mut generations = Generations::open(place, START_PATIENCE).await?;
    let served = generations.served().await?;
    generations.close().await?;
    Ok(served)
}
