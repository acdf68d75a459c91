//! What only a database can do that several processes share: lose sessions, and change hands.

use sqlx::Connection;

use super::*;
use crate::dump::Beside;
use crate::rebuild::RebuildError;

/// Another process at the same database, with a data directory of its own.
struct Other {
    dir: tempfile::TempDir,
    work: AtWork,
}

impl Other {
    async fn new<L: Log>(place: &TestPlace, log: &Arc<L>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let work = AtWork::new(&place.place_of(dir.path()), log).await.unwrap();
        Self { dir, work }
    }
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_loses_and_doubles_nothing() {
    let history = random(30, 400);
    let blocks = history.blocks(&[3]);
    let (place, log) = (Engine::Postgres.place().await, Arc::new(MemoryLog::new()));
    let mut work = AtWork::new(&place.place(), &log).await.unwrap();
    for part in blocks.chunks(blocks.len() / 10) {
        for block in part {
            log.append(block).await.unwrap();
            work.durable.send_replace(block.header().last());
        }
        let begun = part[0].header().last();
        work.until(|progress| progress.position >= begun).await;
        // Amid or after the writing of the rest.
        assert_eq!(place.end_writing_session().await, 1);
    }
    let tail = log.tail().await.unwrap().position;
    work.until(|progress| progress.state == State::Running && progress.position == tail).await;
    work.end().await;
    naive::check(&history, &current(&place).await);
}

#[tokio::test]
async fn of_two_processes_one_writes_and_the_other_takes_over() {
    let history = random(31, 300);
    let blocks = history.blocks(&[6]);
    let (place, log) = (Engine::Postgres.place().await, Arc::new(MemoryLog::new()));
    let append = async |blocks: &[_]| {
        for block in blocks {
            log.append(block).await.unwrap();
        }
        log.tail().await.unwrap().position
    };
    let (first, rest) = blocks.split_at(blocks.len() / 3);
    let (second, third) = rest.split_at(rest.len() / 2);
    append(first).await;
    let mut one = AtWork::new(&place.place(), &log).await.unwrap();
    let written = one.until(|progress| progress.state == State::Running).await;
    let mut other = Other::new(&place, &log).await;
    // It reads what the first one writes.
    assert_eq!(*other.work.progress.borrow(), Progress { state: State::Waiting, ..written.clone() });
    let end = append(second).await;
    one.durable.send_replace(end);
    other.work.until(|progress| progress.position == end && progress.state == State::Waiting).await;
    one.end().await;
    other.work.until(|progress| progress.position == end && progress.state == State::Running).await;
    let end = append(third).await;
    other.work.durable.send_replace(end);
    let progress = other.work.until(|progress| progress.position == end).await;
    assert_eq!(progress.database, written.database);
    other.work.end().await;
    naive::check(&history, &current(&place).await);
}

#[tokio::test]
async fn who_lost_the_session_waits_while_the_other_writes() {
    let history = random(32, 300);
    let blocks = history.blocks(&[6]);
    let (place, log) = (Engine::Postgres.place().await, Arc::new(MemoryLog::new()));
    for block in &blocks[..blocks.len() / 2] {
        log.append(block).await.unwrap();
    }
    let mut one = AtWork::new(&place.place(), &log).await.unwrap();
    one.until(|progress| progress.state == State::Running).await;
    let mut other = Other::new(&place, &log).await;
    // Nobody tells the first one; it finds out when it writes next.
    place.end_writing_session().await;
    other.work.until(|progress| progress.state == State::Running).await;
    for block in &blocks[blocks.len() / 2..] {
        log.append(block).await.unwrap();
    }
    let end = log.tail().await.unwrap().position;
    one.durable.send_replace(end);
    one.until(|progress| progress.state == State::Waiting).await;
    other.work.durable.send_replace(end);
    one.until(|progress| progress.position == end).await;
    // And back.
    other.work.end().await;
    one.until(|progress| progress.state == State::Running && progress.position == end).await;
    one.end().await;
    naive::check(&history, &current(&place).await);
    drop(other.dir);
}

#[tokio::test]
async fn what_another_process_writes_is_not_rebuilt() {
    let log = Arc::new(random(33, 60).log(&[6]).await);
    let place = Engine::Postgres.place().await;
    let mut one = AtWork::new(&place.place(), &log).await.unwrap();
    one.until(|progress| progress.state == State::Running).await;
    let dir = tempfile::tempdir().unwrap();
    let other = place.place_of(dir.path());
    let refused = rebuild(&other, Arc::clone(&log), OPTIONS, |_| {}).await.unwrap_err();
    assert!(matches!(refused, RebuildError::InUse), "{refused}");
    one.end().await;
    rebuild(&other, log, OPTIONS, |_| {}).await.unwrap();
}

#[tokio::test]
async fn tables_that_are_still_read_are_deleted_later() {
    let log = Arc::new(random(34, 60).log(&[6]).await);
    let place = Engine::Postgres.place().await;
    let old = follow(&place, &log).await.database;
    let Beside::Postgres(mut reader) = connect(&old).await else { panic!("{old:?}") };
    let mut reading = reader.begin().await.unwrap();
    let counted: i64 =
        sqlx::query_scalar("select count(*) from orders").fetch_one(&mut *reading).await.unwrap();
    rebuild(&place.place(), Arc::clone(&log), OPTIONS, |_| {}).await.unwrap();
    let again: i64 =
        sqlx::query_scalar("select count(*) from orders").fetch_one(&mut *reading).await.unwrap();
    assert_eq!(counted, again);
    assert_eq!(place.generations().await.all().await.unwrap(), [1, 2]);
    reading.commit().await.unwrap();
    follow(&place, &log).await;
    assert_eq!(place.generations().await.all().await.unwrap(), [2]);
}

#[tokio::test]
async fn entities_of_another_database_are_not_taken() {
    let log = Arc::new(random(35, 60).log(&[6]).await);
    let place = Engine::Postgres.place().await;
    let entities = || {
        let names = std::fs::read_dir(place.dir().join("read-models")).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<Vec<_>>()
    };
    follow(&place, &log).await;
    let first = entities();
    assert_eq!(first.len(), 1, "{first:?}");
    // The same data directory, another database.
    let elsewhere = Engine::Postgres.place().await;
    let work = AtWork::new(&elsewhere.place_of(place.dir()), &log).await.unwrap();
    assert!(!entities().iter().all(|name| first.contains(name)), "{first:?}");
    work.end().await;
    // Those of a generation that is gone go, too.
    rebuild(&place.place(), Arc::clone(&log), OPTIONS, |_| {}).await.unwrap();
    let second = entities();
    assert!(second.len() == 1 && second != first, "{second:?}");
}

#[tokio::test]
async fn a_database_with_another_encoding_is_refused() {
    let place = TestPlace::with_options("encoding 'SQL_ASCII' locale 'C' template template0").await;
    let log = Arc::new(MemoryLog::new());
    let Err(refused) = AtWork::new(&place.place(), &log).await else { panic!("it was opened") };
    assert!(refused.to_string().contains("SQL_ASCII") && !refused.passes(), "{refused}");
}

#[tokio::test]
async fn indexes_of_a_new_generation_answer_alone() {
    // A page whose rows all may see need not be looked at by who has found them in an index. What was committed last may
    // not be on disk yet, and is not among them.
    const SEEN_BY_ALL: &str = "select relname::text from pg_class \
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relallvisible > 0";
    let history = random(32, 200);
    let (place, log) = (Engine::Postgres.place().await, Arc::new(history.log(&[8]).await));
    follow(&place, &log).await;
    let rebuilt = rebuild(&place.place(), Arc::clone(&log), OPTIONS, |_| {}).await.unwrap();
    let mut beside = crate::dump::connect(&rebuilt.database).await;
    assert!(!beside.texts(SEEN_BY_ALL).await.is_empty());
}

#[tokio::test]
async fn the_server_knows_the_first_tables_once_they_are_filled() {
    const KNOWN: &str = "select distinct tablename::text from pg_stats \
        where schemaname = current_schema() and tablename in ('orders', 'order_states') order by 1";
    let (place, log) = (Engine::Postgres.place().await, Arc::new(random(36, 200).log(&[8]).await));
    let followed = follow(&place, &log).await;
    assert_eq!(connect(&followed.database).await.texts(KNOWN).await, ["order_states", "orders"]);
}
