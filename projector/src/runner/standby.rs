//! Waits while another process writes the read models, to take over when that one ends.

use std::time::Duration;

use ledger_core::log::Log;
use tokio::time::sleep;

use super::opening::{OpenError, Vessel, check_known};
use super::progress::{Role, Side};
use super::{Feed, Stop, Telling, Work};
use crate::database::Place;
use crate::store::{Generations, Readable, StoreError};

/// How often a process that waits looks how far the one is that writes.
pub(super) const LOOK_INTERVAL: Duration = Duration::from_millis(100);

/// A process that waits.
pub(super) struct StandBy<'a, L> {
    /// Where events come from.
    pub(super) feed: &'a Feed<L>,
    /// Where the read models are.
    pub(super) place: &'a Place,
    /// Tells how far the other process is.
    pub(super) telling: &'a Telling,
}

impl<L: Log> StandBy<'_, L> {
    /// Waits until this process can write. Everything is opened only then, and as the other process has left it.
    pub(super) async fn wait(&self) -> Result<Work, Stop> {
        loop {
            let error = match self.take_over().await {
                Ok(work) => return Ok(work),
                Err(error) => error,
            };
            // Tables can be deleted while they are looked at: there are newer ones then.
            let is_passing = error.passes() || matches!(error, OpenError::Store(StoreError::Displaced));
            if !is_passing {
                let position = self.telling.lock().position().next();
                return Err(Stop { position, reason: error.to_string() });
            }
            self.telling.lock().paused(Side::Writing, error.to_string());
            sleep(self.feed.options.retry).await;
        }
    }

    async fn take_over(&self) -> Result<Work, OpenError> {
        let mut generations = Generations::open(self.place, Duration::ZERO).await?;
        while !generations.claim().await? {
            if let Some(readable) = look(&mut generations).await? {
                self.telling.lock().take(Role::Waiting(readable));
            }
            sleep(LOOK_INTERVAL.min(self.feed.options.retry)).await;
        }
        let vessel = Vessel::choose(generations, self.feed).await?;
        let (work, filling) = Work::begin(vessel, self.feed).await?;
        self.telling.lock().take(Role::Filling(filling));
        Ok(work)
    }
}

/// What can be read while another process writes; nothing before there is something.
pub(super) async fn look(generations: &mut Generations) -> Result<Option<Readable>, OpenError> {
    if let Some(current) = generations.current().await? {
        check_known(generations.format(current).await?)?;
    }
    Ok(generations.readable().await?)
}
