//! Tests of the runner over whole logs.

mod naive;
mod properties;
mod refusals;

use std::path::Path;

use events_schema::Timestamp;
use ledger_core::log::{DataDirLock, FileLog, MemoryLog, OpenOptions};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::dump::{Dump, connect, dump};
use crate::history::{History, random};
use crate::rebuild::rebuild;

/// Batches of a few blocks, and no patience.
const OPTIONS: Options = Options {
    batch_bytes: 6_000,
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
    async fn new<L: Log>(dir: &Path, log: &Arc<L>) -> Result<Self, OpenError> {
        let (durable, told) = watch::channel(log.tail().await.unwrap().position);
        let runner = Runner::open(dir, Arc::clone(log), told, OPTIONS).await?;
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
async fn follow<L: Log>(dir: &Path, log: &Arc<L>) -> Progress {
    let mut work = AtWork::new(dir, log).await.unwrap();
    let tail = *work.durable.borrow();
    let end = |progress: &Progress| {
        progress.position >= tail && progress.state == State::Running
            || matches!(progress.state, State::Stopped { .. })
    };
    let progress = work.until(end).await;
    work.end().await;
    progress
}

/// The current read models of a data directory.
async fn current(dir: &Path) -> Dump {
    let generations = Generations::open(dir).unwrap();
    dump(&generations.path(generations.current().unwrap().unwrap())).await
}

fn directory() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test]
async fn the_same_log_gives_the_same_tables_whatever_the_batches() {
    let history = random(1, 500);
    let mut dumps = Vec::new();
    for lengths in [[1, 1], [7, 40], [3_000, 1]] {
        let (dir, log) = (directory(), Arc::new(history.log(&lengths).await));
        let progress = follow(dir.path(), &log).await;
        assert_eq!(
            (progress.state, progress.position.get()),
            (State::Running, history.recorded.len() as u64)
        );
        let mut tables = current(dir.path()).await;
        // The instant of a block depends on what it holds.
        assert_eq!(tables.remove("checkpoint").unwrap().len(), 1);
        dumps.push(tables);
    }
    naive::check(&history, &dumps[0]);
    assert_eq!(dumps[0], dumps[1]);
    assert_eq!(dumps[0], dumps[2]);
}

#[tokio::test]
async fn a_restart_in_the_middle_changes_nothing() {
    let history = random(2, 300);
    let blocks = history.blocks(&[5, 11]);
    let whole = directory();
    follow(whole.path(), &Arc::new(history.log(&[5, 11]).await)).await;
    let (dir, log) = (directory(), Arc::new(MemoryLog::new()));
    for part in blocks.chunks(blocks.len() / 3) {
        for block in part {
            log.append(block).await.unwrap();
        }
        follow(dir.path(), &log).await;
    }
    assert_eq!(current(dir.path()).await, current(whole.path()).await);
}

#[tokio::test]
async fn a_crash_between_or_within_batches_loses_and_doubles_nothing() {
    let history = random(3, 400);
    let (dir, log) = (directory(), Arc::new(history.log(&[9]).await));
    let tail = log.tail().await.unwrap().position;
    let mut reached = Position::ZERO;
    let mut crashes = 0;
    while reached < tail {
        let mut work = AtWork::new(dir.path(), &log).await.unwrap();
        reached = work.until(|progress| progress.position > reached).await.position;
        work.crash().await;
        crashes += 1;
    }
    assert!(crashes > 5, "{crashes}");
    naive::check(&history, &current(dir.path()).await);
}

#[tokio::test]
async fn what_is_appended_is_followed() {
    let history = random(4, 60);
    let blocks = history.blocks(&[4]);
    let (dir, log) = (directory(), Arc::new(MemoryLog::new()));
    let mut work = AtWork::new(dir.path(), &log).await.unwrap();
    for block in &blocks {
        log.append(block).await.unwrap();
        work.durable.send_replace(block.header().last());
        let progress = work.until(|progress| progress.position == block.header().last()).await;
        assert_eq!(progress.recorded_at, Some(block.header().recorded_at));
        assert_eq!(progress.lag_seconds(Timestamp::now()), 0);
    }
    work.end().await;
    naive::check(&history, &current(dir.path()).await);
}

#[tokio::test]
async fn a_rebuild_gives_the_same_tables() {
    let history = random(5, 200);
    let (dir, log) = (directory(), Arc::new(history.log(&[8]).await));
    follow(dir.path(), &log).await;
    let followed = current(dir.path()).await;
    let mut told = Vec::new();
    let rebuilt = rebuild(dir.path(), Arc::clone(&log), OPTIONS, |progress| told.push(progress.position))
        .await
        .unwrap();
    assert_eq!(rebuilt.events, history.recorded.len() as u64);
    assert_eq!(told.last().map(|position| position.get()), Some(rebuilt.events));
    assert_eq!(current(dir.path()).await, followed);
    let generations = Generations::open(dir.path()).unwrap();
    assert_eq!((generations.current().unwrap(), generations.all().unwrap()), (Some(2), vec![2]));
    let checkpoint = crate::checkpoint(dir.path()).await.unwrap().unwrap();
    assert_eq!((checkpoint.position.get(), checkpoint.time_zone.as_str()), (rebuilt.events, "Asia/Shanghai"));
}

#[tokio::test]
async fn a_log_in_files_is_followed_after_a_restart() {
    let history = random(6, 150);
    let blocks = history.blocks(&[6, 1]);
    let dir = directory();
    let lock = DataDirLock::acquire(dir.path()).unwrap();
    for part in blocks.chunks(blocks.len() / 2 + 1) {
        let log = FileLog::open(&lock, OpenOptions { create: true, ..OpenOptions::default() }).unwrap();
        let log = Arc::new(log);
        for block in part {
            log.append(block).await.unwrap();
        }
        follow(dir.path(), &log).await;
        Arc::into_inner(log).unwrap().close().await.unwrap();
    }
    naive::check(&history, &current(dir.path()).await);
}

#[tokio::test]
async fn a_full_disk_pauses_and_nothing_is_lost() {
    let history = random(8, 700);
    let (dir, log) = (directory(), Arc::new(history.log(&[20]).await));
    let tail = log.tail().await.unwrap().position;
    let (_durable, told) = watch::channel(tail);
    let mut runner = Runner::open(dir.path(), Arc::clone(&log), told, OPTIONS).await.unwrap();
    runner.store.fill_up().await;
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
    naive::check(&history, &current(dir.path()).await);
}

#[tokio::test]
async fn changed_projections_build_a_new_generation_beside_the_current_one() {
    let history = random(9, 200);
    let (dir, log) = (directory(), Arc::new(history.log(&[8]).await));
    let old = follow(dir.path(), &log).await;
    let wanted = current(dir.path()).await;
    // The same tables, filled by other projections.
    set_format(&old.database, Format { projections: 77, ..Format::CURRENT }).await;
    let mut work = AtWork::new(dir.path(), &log).await.unwrap();
    let begun = work.progress.borrow().clone();
    assert_eq!((&begun.database, begun.position), (&old.database, old.position));
    assert!(matches!(begun.state, State::Building { .. }), "{begun:?}");
    let new = work.until(|progress| progress.state == State::Running).await;
    assert_ne!(new.database, old.database);
    assert!(old.database.exists(), "it may still be read");
    work.end().await;
    assert_eq!(current(dir.path()).await, wanted);
    follow(dir.path(), &log).await;
    assert!(!old.database.exists());
}

async fn set_format(database: &Path, format: Format) {
    let mut connection = connect(database).await;
    let sql = format!("pragma user_version = {}", format.to_number());
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
}
