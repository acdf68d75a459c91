//! Tests of the runner over whole logs.

mod naive;
mod postgres;
mod properties;
mod refusals;

use std::sync::atomic::{AtomicU32, Ordering};

use events_schema::Timestamp;
use events_schema::block::SealedBlock;
use ledger_core::log::{AppendError, DataDirLock, FileLog, MemoryLog, OpenOptions, ReadError, Tail};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::database::Database;
use crate::dump::{Dump, connect, dump};
use crate::history::{History, random};
use crate::rebuild::rebuild;
use crate::store::Format;
use crate::testing::{Engine, TestPlace, with_both_engines};

with_both_engines!(
    the_same_log_gives_the_same_tables_whatever_the_batches,
    a_restart_in_the_middle_changes_nothing,
    a_crash_between_or_within_batches_loses_and_doubles_nothing,
    what_is_appended_is_followed,
    a_rebuild_gives_the_same_tables,
    a_log_in_files_is_followed_after_a_restart,
    entities_are_saved_while_the_tables_get_to_the_disk,
    changed_projections_build_a_new_generation_beside_the_current_one,
);

/// Batches of a few blocks, and no patience.
const OPTIONS: Options = Options {
    batch_bytes: 6_000,
    epoch_events: 20,
    retry: Duration::from_millis(2),
    memory_bytes: 40_000,
    page_bytes: 1 << 20,
};

/// A runner at work.
struct AtWork {
    progress: watch::Receiver<Progress>,
    durable: watch::Sender<Position>,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl AtWork {
    /// Follows `log`, whose end is known.
    async fn new<L: Log>(place: &Place, log: &Arc<L>) -> Result<Self, OpenError> {
        let (durable, told) = watch::channel(log.tail().await.unwrap().position);
        let runner = Runner::open(place, Arc::clone(log), told, OPTIONS).await?;
        let progress = runner.watch();
        let (shutdown, asked) = oneshot::channel();
        let task = tokio::spawn(runner.run(async {
            asked.await.ok();
        }));
        Ok(Self { progress, durable, shutdown, task })
    }

    /// Waits for a progress.
    async fn until(&mut self, reached: impl FnMut(&Progress) -> bool) -> Progress {
        self.progress.wait_for(reached).await.unwrap().clone()
    }

    /// Ends in good order.
    async fn end(self) {
        self.shutdown.send(()).unwrap();
        self.task.await.unwrap();
    }

    /// Ends as in a crash.
    async fn crash(self) {
        self.task.abort();
        self.task.await.unwrap_err();
    }
}

/// Follows `log` to its end, and ends in good order.
async fn follow<L: Log>(place: &TestPlace, log: &Arc<L>) -> Progress {
    let mut work = AtWork::new(&place.place(), log).await.unwrap();
    let tail = *work.durable.borrow();
    let end = |progress: &Progress| {
        progress.position >= tail && progress.state == State::Running
            || matches!(progress.state, State::Stopped { .. })
    };
    let progress = work.until(end).await;
    work.end().await;
    progress
}

/// A dump without what depends on how events were cut into blocks.
fn without_epochs(mut dump: Dump) -> Dump {
    dump.retain(|table, _| {
        !["epochs", "account_totals"].contains(&table.as_str()) && !table.ends_with("_past")
    });
    dump
}

/// The current read models.
async fn current(place: &TestPlace) -> Dump {
    let mut generations = Generations::open(&place.place(), START_PATIENCE).await.unwrap();
    let current = generations.current().await.unwrap().unwrap();
    dump(&generations.database(current)).await
}

async fn the_same_log_gives_the_same_tables_whatever_the_batches(engine: Engine) {
    let history = random(1, 500);
    let mut dumps = Vec::new();
    for lengths in [[1, 1], [7, 40], [3_000, 1]] {
        let (place, log) = (engine.place().await, Arc::new(history.log(&lengths).await));
        let progress = follow(&place, &log).await;
        assert_eq!(
            (progress.state, progress.position.get()),
            (State::Running, history.recorded.len() as u64)
        );
        let mut tables = current(&place).await;
        // The instant of a block depends on what it holds.
        assert_eq!(tables.remove("checkpoint").unwrap().len(), 1);
        naive::check(&history, &tables);
        dumps.push(without_epochs(tables));
    }
    assert_eq!(dumps[0], dumps[1]);
    assert_eq!(dumps[0], dumps[2]);
}

async fn a_restart_in_the_middle_changes_nothing(engine: Engine) {
    let history = random(2, 300);
    let blocks = history.blocks(&[5, 11]);
    let whole = engine.place().await;
    follow(&whole, &Arc::new(history.log(&[5, 11]).await)).await;
    let (place, log) = (engine.place().await, Arc::new(MemoryLog::new()));
    for part in blocks.chunks(blocks.len() / 3) {
        for block in part {
            log.append(block).await.unwrap();
        }
        follow(&place, &log).await;
    }
    assert_eq!(current(&place).await, current(&whole).await);
}

async fn a_crash_between_or_within_batches_loses_and_doubles_nothing(engine: Engine) {
    let history = random(3, 400);
    let (place, log) = (engine.place().await, Arc::new(history.log(&[9]).await));
    let tail = log.tail().await.unwrap().position;
    let mut reached = Position::ZERO;
    let mut crashes = 0;
    while reached < tail {
        let mut work = AtWork::new(&place.place(), &log).await.unwrap();
        reached = work.until(|progress| progress.position > reached).await.position;
        work.crash().await;
        crashes += 1;
    }
    assert!(crashes > 5, "{crashes}");
    naive::check(&history, &current(&place).await);
}

async fn what_is_appended_is_followed(engine: Engine) {
    let history = random(4, 60);
    let blocks = history.blocks(&[4]);
    let (place, log) = (engine.place().await, Arc::new(MemoryLog::new()));
    let mut work = AtWork::new(&place.place(), &log).await.unwrap();
    for block in &blocks {
        log.append(block).await.unwrap();
        work.durable.send_replace(block.header().last());
        let progress = work.until(|progress| progress.position == block.header().last()).await;
        assert_eq!(progress.recorded_at, Some(block.header().recorded_at));
        assert_eq!(progress.lag_seconds(Timestamp::now()), 0);
    }
    work.end().await;
    naive::check(&history, &current(&place).await);
}

async fn a_rebuild_gives_the_same_tables(engine: Engine) {
    let history = random(5, 200);
    let (place, log) = (engine.place().await, Arc::new(history.log(&[8]).await));
    follow(&place, &log).await;
    let followed = current(&place).await;
    let mut told = Vec::new();
    let rebuilt = rebuild(&place.place(), Arc::clone(&log), OPTIONS, |progress| told.push(progress.position))
        .await
        .unwrap();
    assert_eq!(rebuilt.events, history.recorded.len() as u64);
    assert_eq!(told.last().map(|position| position.get()), Some(rebuilt.events));
    assert_eq!(current(&place).await, followed);
    let mut generations = place.generations().await;
    let numbers = (generations.current().await.unwrap(), generations.all().await.unwrap());
    assert_eq!(numbers, (Some(2), vec![2]));
    let checkpoint = crate::checkpoint(&place.place()).await.unwrap().unwrap();
    assert_eq!((checkpoint.position.get(), checkpoint.time_zone.as_str()), (rebuilt.events, "Asia/Shanghai"));
}

async fn a_log_in_files_is_followed_after_a_restart(engine: Engine) {
    let history = random(6, 150);
    let blocks = history.blocks(&[6, 1]);
    let place = engine.place().await;
    let lock = DataDirLock::acquire(place.dir()).unwrap();
    for part in blocks.chunks(blocks.len() / 2 + 1) {
        let log = FileLog::open(&lock, OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
        let log = Arc::new(log);
        for block in part {
            log.append(block).await.unwrap();
        }
        follow(&place, &log).await;
        Arc::into_inner(log).unwrap().close().await.unwrap();
    }
    naive::check(&history, &current(&place).await);
}

/// The last event that the saved entities of the first generation reflect, where there are some that fit `log`.
async fn saved<L: Log>(place: &TestPlace, log: &L) -> Option<Position> {
    let mut store = place.store().await;
    let (path, end) = (store.entities_path().await.unwrap(), store.checkpoint().unwrap().position);
    store.close().await.unwrap();
    let mut saved = SavedEntities::open(&path, OPTIONS.memory_bytes).unwrap();
    saved.restore(log, end).await.unwrap().map(|(_, note)| note.position)
}

async fn entities_are_saved_while_the_tables_get_to_the_disk(engine: Engine) {
    let history = random(41, 700);
    let (place, log) = (engine.place().await, Arc::new(history.log(&[8]).await));
    let followed = follow(&place, &log).await;
    let saved = saved(&place, &*log).await.unwrap();
    assert!(Position::ZERO < saved && saved <= followed.position, "{saved}");
}

/// A log that cannot be reached the next few times that it is read.
struct Unreachable {
    log: MemoryLog,
    times: AtomicU32,
}

impl Log for Unreachable {
    async fn append(&self, block: &SealedBlock) -> Result<(), AppendError> {
        self.log.append(block).await
    }

    async fn read(&self, after: Position, bytes_max: usize) -> Result<Vec<SealedBlock>, ReadError> {
        let left = self.times.load(Ordering::Relaxed);
        if left > 0 {
            self.times.store(left - 1, Ordering::Relaxed);
            let (place, source) = ("a test".to_owned(), std::io::ErrorKind::TimedOut.into());
            return Err(ReadError::Io { place, source });
        }
        self.log.read(after, bytes_max).await
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        self.log.tail().await
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_reached_when_entities_are_restored_is_asked_again() {
    let history = random(42, 700);
    let place = Engine::Sqlite.place().await;
    let log = Arc::new(Unreachable { log: history.log(&[8]).await, times: AtomicU32::new(0) });
    let end = follow(&place, &log).await.position;
    assert!(saved(&place, &*log).await.is_some());
    let (_durable, told) = watch::channel(end);
    let runner = Runner::open(&place.place(), Arc::clone(&log), told, OPTIONS).await.unwrap();
    log.times.store(3, Ordering::Relaxed);
    let mut progress = runner.watch();
    let (shutdown, asked) = oneshot::channel::<()>();
    let task = tokio::spawn(runner.run(async {
        asked.await.ok();
    }));
    let paused = |progress: &Progress| matches!(progress.state, State::Paused { .. });
    progress.wait_for(paused).await.unwrap();
    progress.wait_for(|progress| progress.state == State::Running).await.unwrap();
    assert_eq!(log.times.load(Ordering::Relaxed), 0);
    shutdown.send(()).unwrap();
    task.await.unwrap();
    naive::check(&history, &current(&place).await);
}

#[tokio::test]
async fn a_full_disk_pauses_and_nothing_is_lost() {
    let history = random(8, 700);
    let (place, log) = (Engine::Sqlite.place().await, Arc::new(history.log(&[20]).await));
    let tail = log.tail().await.unwrap().position;
    let (_durable, told) = watch::channel(tail);
    let mut runner = Runner::open(&place.place(), Arc::clone(&log), told, OPTIONS).await.unwrap();
    runner.work.as_mut().unwrap().store.fill_up().await;
    let mut progress = runner.watch();
    let (shutdown, asked) = oneshot::channel::<()>();
    let task = tokio::spawn(runner.run(async {
        asked.await.ok();
    }));
    let paused =
        progress.wait_for(|progress| matches!(progress.state, State::Paused { .. })).await.unwrap().clone();
    assert!(format!("{:?}", paused.state).contains("disk of the read models is full"), "{paused:?}");
    progress
        .wait_for(|progress| progress.state == State::Running && progress.position == tail)
        .await
        .unwrap();
    shutdown.send(()).unwrap();
    task.await.unwrap();
    naive::check(&history, &current(&place).await);
}

async fn changed_projections_build_a_new_generation_beside_the_current_one(engine: Engine) {
    let history = random(9, 200);
    let (place, log) = (engine.place().await, Arc::new(history.log(&[8]).await));
    let old = follow(&place, &log).await;
    let wanted = current(&place).await;
    // The same tables, filled by other projections.
    set_format(&old.database, Format { projections: 77, ..Format::CURRENT }).await;
    let mut work = AtWork::new(&place.place(), &log).await.unwrap();
    let begun = work.progress.borrow().clone();
    assert_eq!((&begun.database, begun.position), (&old.database, old.position));
    assert!(matches!(begun.state, State::Building { target, .. } if target == old.position), "{begun:?}");
    let new = work.until(|progress| progress.state == State::Running).await;
    assert_ne!(new.database, old.database);
    assert_eq!(dump(&old.database).await, wanted, "it may still be read");
    work.end().await;
    assert_eq!(current(&place).await, wanted);
    assert_eq!(place.generations().await.all().await.unwrap(), [1, 2]);
    follow(&place, &log).await;
    assert_eq!(place.generations().await.all().await.unwrap(), [2]);
}

/// Lets the first generation say that it is of another format.
async fn set_format(database: &Database, format: Format) {
    let sql = match database {
        Database::Sqlite(_) => format!("pragma user_version = {}", format.to_number()),
        Database::Postgres { .. } => format!(
            "update ledger.generations set schema_version = {}, projections_version = {}",
            format.schema, format.projections
        ),
    };
    connect(database).await.execute(&sql).await;
}
