//! The handle through which the read models are read, and switched to another generation.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use events_schema::{Position, Timestamp};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use crate::as_of::{self, AsOf, Moment, Resolver};
use crate::database::{Database, DatabaseError, Location};
use crate::problem::Problem;
use crate::projected::{self, Projected};
use crate::snapshot::{Snapshot, SnapshotError};

/// The read models, which are only read here. Cheap to clone; all clones are switched together.
#[derive(Clone, Debug)]
pub struct ReadModels {
    serving: Arc<RwLock<Database>>,
}

/// Why the read models could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot open the read models {location}: start the projector first, it makes them")]
pub struct OpenReadModelsError {
    location: Location,
    source: SnapshotError,
}

impl ReadModels {
    /// Opens what is at `location`, which the projector has made.
    pub async fn open(location: &Location) -> Result<Self, OpenReadModelsError> {
        Ok(Self { serving: Arc::new(RwLock::new(open(location).await?)) })
    }

    /// Reads from `location` from now on: a new generation that has caught up.
    ///
    /// Who reads from the old one finishes there; it is closed after the last of them.
    pub async fn switch(&self, location: &Location) -> Result<(), OpenReadModelsError> {
        let new = open(location).await?;
        let old = {
            let mut serving = self.serving.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *serving, new)
        };
        tokio::spawn(async move { old.close().await });
        Ok(())
    }

    /// A snapshot of what serves now.
    pub async fn begin(&self) -> Result<Snapshot, SnapshotError> {
        loop {
            let database = self.serving();
            match database.begin().await {
                Ok(session) => return Snapshot::new(session).await,
                // Switched between the two lines above.
                Err(DatabaseError::Closed) if !self.serving().is_closed() => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Closes all connections after the last reader, for an orderly end.
    pub async fn close(&self) {
        self.serving().close().await;
    }

    fn serving(&self) -> Database {
        self.serving.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Opens what is at `location`, and reads from it once.
async fn open(location: &Location) -> Result<Database, OpenReadModelsError> {
    let failed = |source| OpenReadModelsError { location: location.clone(), source };
    let database = Database::open(location).await.map_err(|error| failed(error.into()))?;
    let session = database.begin().await.map_err(|error| failed(error.into()))?;
    Snapshot::new(session).await.map_err(failed)?;
    Ok(database)
}

/// What the handlers read from: the read models, and how far they are.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) read_models: ReadModels,
    pub(crate) projected: watch::Receiver<Projected>,
    resolver: Resolver,
    exports: Arc<Semaphore>,
}

/// Files that are made at once. Each holds a connection as long as its reader reads; the others are for everybody else.
const EXPORTS_MAX: usize = 4;
/// Longest time that a caller waits for that.
const EXPORT_WAIT_SECONDS: u64 = 5;
/// When a caller may come again who found no turn for a file.
const EXPORT_RETRY_SECONDS: u32 = 10;

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reading").field("read_models", &self.read_models).finish_non_exhaustive()
    }
}

impl Reading {
    /// Reads from `read_models`, which are as far as `projected` says, of a log in which `resolver` finds places.
    pub(crate) fn new(
        read_models: ReadModels,
        projected: watch::Receiver<Projected>,
        resolver: Resolver,
    ) -> Self {
        Self { read_models, projected, resolver, exports: Arc::new(Semaphore::new(EXPORTS_MAX)) }
    }

    /// The right to make a file, waited for if need be.
    pub(crate) async fn export_turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = Arc::clone(&self.exports).acquire_owned();
        if let Ok(Ok(turn)) = timeout(Duration::from_secs(EXPORT_WAIT_SECONDS), turn).await {
            return Ok(turn);
        }
        let detail = format!("{EXPORTS_MAX} files are being made: ask again when one of them is done");
        Err(Problem::unavailable("busy", detail, EXPORT_RETRY_SECONDS))
    }

    /// A snapshot that reflects `min_position`, waited for if need be.
    pub(crate) async fn at_least(&self, min_position: Option<Position>) -> Result<Snapshot, Problem> {
        let wanted = min_position.unwrap_or(Position::ZERO);
        projected::reach(&self.projected, wanted).await?;
        let snapshot = self.read_models.begin().await?;
        // A generation that was switched to meanwhile may be behind the one that was waited for.
        if snapshot.position < wanted {
            return Err(projected::behind(snapshot.position, wanted));
        }
        Ok(snapshot)
    }

    /// The end of the decision that recorded the event at `position`, which the read models reflect.
    pub(crate) async fn decision_end(&self, position: Position) -> Result<Position, Problem> {
        Ok(AsOf::Position(position).resolve("as_of", &self.resolver).await?.0.position)
    }

    /// A snapshot as of `as_of`, from read models that reflect it and `min_position`, both waited for if need be; and
    /// the instant that "today" belongs to.
    pub(crate) async fn as_of(
        &self,
        as_of: Option<AsOf>,
        min_position: Option<Position>,
    ) -> Result<(Snapshot, Timestamp), Problem> {
        self.as_of_named("as_of", as_of, min_position).await
    }

    /// A snapshot as of `to_as_of`, or of now, that can be taken back to `as_of` as well; the place that `as_of` means;
    /// and the instant that "today" belongs to at the later of the two.
    pub(crate) async fn between(
        &self,
        as_of: AsOf,
        to_as_of: Option<AsOf>,
        min_position: Option<Position>,
    ) -> Result<(Snapshot, Moment, Timestamp), Problem> {
        let (before, _) = as_of.resolve("as_of", &self.resolver).await?;
        let min_position = min_position.max(Some(before.position));
        let (snapshot, today) = self.as_of_named("to_as_of", to_as_of, min_position).await?;
        if snapshot.position < before.position {
            return Err(as_of::invalid("as_of", "as_of is after to_as_of: exchange them"));
        }
        Ok((snapshot, before, today))
    }

    /// [`Self::as_of`] as the parameter `name` asks for it.
    async fn as_of_named(
        &self,
        name: &'static str,
        as_of: Option<AsOf>,
        min_position: Option<Position>,
    ) -> Result<(Snapshot, Timestamp), Problem> {
        let Some(as_of) = as_of else {
            return Ok((self.at_least(min_position).await?, Timestamp::now()));
        };
        let (moment, today) = as_of.resolve(name, &self.resolver).await?;
        let snapshot = self.at_least(min_position.max(Some(moment.position))).await?;
        Ok((snapshot.back_to(moment).await?, today.unwrap_or_else(Timestamp::now)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Sql;
    use crate::fixture::{self, Engine, Ledger, on_both_engines, projected};

    const ZONE: &str = "Asia/Shanghai";

    async fn position(read_models: &ReadModels) -> u64 {
        read_models.begin().await.unwrap().position.get()
    }

    on_both_engines!(
        a_snapshot_stands_still_while_the_projector_goes_on,
        nothing_can_be_written,
        all_handles_are_switched_to_a_new_generation,
        a_generation_that_is_behind_is_not_taken_for_the_one_that_was_waited_for,
    );

    async fn a_snapshot_stands_still_while_the_projector_goes_on(engine: Engine) {
        let mut ledger = Ledger::with(engine, ZONE, &[], &[]).await;
        let read_models = ledger.read_models().await;
        let mut snapshot = read_models.begin().await.unwrap();
        ledger.checkpoint(2_000_000).await;
        let again = Sql::new("select position from checkpoint");
        let seen: i64 = snapshot.fetch_one(again).await.unwrap().get(0).unwrap();
        assert_eq!((seen, snapshot.position.get()), (1_000_000, 1_000_000));
        assert_eq!(position(&read_models).await, 2_000_000);
    }

    async fn nothing_can_be_written(engine: Engine) {
        let ledger = Ledger::with(engine, ZONE, &[], &[]).await;
        let mut snapshot = ledger.read_models().await.begin().await.unwrap();
        let written = snapshot.fetch_all(Sql::new("delete from checkpoint")).await.unwrap_err().to_string();
        assert!(written.replace('-', "").contains("readonly"), "{written}");
    }

    async fn all_handles_are_switched_to_a_new_generation(engine: Engine) {
        let (old, mut new) = (Ledger::with(engine, ZONE, &[], &[]).await, Ledger::new(engine, ZONE).await);
        new.checkpoint(5).await;
        let read_models = old.read_models().await;
        let other = read_models.clone();
        let mut before = read_models.begin().await.unwrap();
        read_models.switch(&new.location()).await.unwrap();
        assert_eq!(position(&other).await, 5);
        let still = Sql::new("select position from checkpoint");
        let still: i64 = before.fetch_one(still).await.unwrap().get(0).unwrap();
        assert_eq!(still, 1_000_000);
    }

    async fn a_generation_that_is_behind_is_not_taken_for_the_one_that_was_waited_for(engine: Engine) {
        let mut ledger = Ledger::new(engine, ZONE).await;
        ledger.checkpoint(5).await;
        let (_, projected) = watch::channel(projected(9));
        let reading = Reading::new(ledger.read_models().await, projected, fixture::resolver());
        assert!(reading.at_least(Some(Position::new(5))).await.is_ok());
        let problem = reading.at_least(Some(Position::new(9))).await.unwrap_err();
        assert_eq!(problem.code(), "projection_behind");
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_not_made() {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(directory.path().join("none.sqlite"));
        let error = ReadModels::open(&location).await.unwrap_err();
        assert!(error.to_string().contains("none.sqlite"), "{error}");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_schema_that_is_not_there_is_not_opened() {
        let ledger = Ledger::new(Engine::Postgres, ZONE).await;
        let Location::Postgres { url, .. } = ledger.location() else { unreachable!() };
        let error =
            ReadModels::open(&Location::Postgres { url, schema: "none".to_owned() }).await.unwrap_err();
        assert!(error.to_string().contains("none in PostgreSQL"), "{error}");
    }

    #[tokio::test]
    async fn connections_that_the_server_has_ended_are_made_anew() {
        let mut ledger = Ledger::with(Engine::Postgres, ZONE, &[], &[]).await;
        let read_models = ledger.read_models().await;
        let snapshots = [read_models.begin().await.unwrap(), read_models.begin().await.unwrap()];
        drop(snapshots);
        let others = "select pg_terminate_backend(pid) from pg_stat_activity \
            where datname = current_database() and pid <> pg_backend_pid()";
        ledger.execute(others).await;
        assert_eq!(position(&read_models).await, 1_000_000);
    }

    #[tokio::test]
    async fn only_a_few_files_are_made_at_once() {
        let ledger = Ledger::with(Engine::Sqlite, ZONE, &[], &[]).await;
        let reading = ledger.reading().await;
        tokio::time::pause();
        let mut turns = Vec::new();
        for _ in 0..EXPORTS_MAX {
            turns.push(reading.export_turn().await.unwrap());
        }
        assert_eq!(reading.export_turn().await.unwrap_err().code(), "busy");
        turns.pop();
        assert!(reading.export_turn().await.is_ok());
    }
}
