//! Read models in PostgreSQL.

use std::process::Command;
use std::sync::Arc;
use std::thread;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tempfile::TempDir;

use super::events::{everything, placed, whole_order};
use super::harness::{Finished, Ledger, directory, finish, program};

/// What must not be said. Any password does for a server that trusts everybody.
const PASSWORD: &str = "hush%40hush";

/// A database of its own, dropped with its value.
struct Database {
    server: String,
    name: String,
}

impl Database {
    async fn new() -> Self {
        let server = std::env::var("LEDGER_TEST_POSTGRES")
            .expect("there is no PostgreSQL server: run it with .ci/with-postgres (make test does)");
        let name = format!("service_{:032x}", rand::random::<u128>());
        let database = Self { server, name };
        database.execute(&format!("create database {}", database.name)).await;
        database
    }

    /// Its URL, with a password.
    fn url(&self) -> String {
        let server = self.server.replacen('@', &format!(":{PASSWORD}@"), 1);
        format!("{server}&dbname={}", self.name)
    }

    fn serve(&self, dir: &Arc<TempDir>) -> Ledger {
        let mut command = Ledger::command(dir.path());
        command.env("LEDGER_DATABASE", self.url()).env("LEDGER_LOG", "trace");
        Ledger::start_with(dir, command)
    }

    fn rebuild(&self, dir: &TempDir) -> Finished {
        let mut command: Command = program(dir.path());
        command.args(["rebuild", "--database", &self.url()]);
        finish(command, b"")
    }

    async fn execute(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // What is dropped cannot wait in a runtime; a thread of its own can.
        thread::scope(|scope| {
            let dropping = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(self.execute(&format!("drop database {} with (force)", self.name)));
            });
            assert!(dropping.join().is_ok() || thread::panicking());
        });
    }
}

#[tokio::test]
async fn reports_from_postgresql_are_those_from_files() {
    let (database, dir) = (Database::new().await, directory());
    let files = Ledger::start();
    let ledger = database.serve(&dir);
    let events: Vec<_> = ["A", "B"].into_iter().flat_map(whole_order).collect();
    let position = files.admin().record(&events).await;
    assert_eq!(ledger.admin().record(&events).await, position);
    let expected = everything(&files.admin(), position).await;
    assert_eq!(everything(&ledger.admin(), position).await, expected);
    let audit = |dir: &TempDir, database: &str| {
        let mut command = program(dir.path());
        command.args(["audit", "--database", database]);
        let printed = finish(command, b"").printed();
        // The first line says when the last event was recorded.
        printed.split_once('\n').unwrap().1.to_owned()
    };
    assert_eq!(audit(&dir, &database.url()), audit(&files.dir(), "sqlite"));
    assert!(!ledger.process.said().contains(PASSWORD), "{}", ledger.process.said());
    ledger.kill();

    // They go on where they were, and can be made anew.
    let ledger = database.serve(&dir);
    assert_eq!(everything(&ledger.admin(), position).await, expected);
    let dir = ledger.stop();
    let rebuilt = database.rebuild(&dir).printed();
    assert!(rebuilt.contains(&format!("rebuilt from {position} events")), "{rebuilt}");
    let ledger = database.serve(&dir);
    assert_eq!(everything(&ledger.admin(), position).await, expected);
    let end = ledger.admin().record(&[placed("C")]).await;
    everything(&ledger.admin(), end).await;
}

#[tokio::test]
async fn read_models_in_a_database_of_another_ledger_are_refused() {
    let (database, one, other) = (Database::new().await, directory(), directory());
    for dir in [&one, &other] {
        let ledger = Ledger::start_in(dir);
        ledger.admin().record(&whole_order("A")).await;
        ledger.stop();
    }
    let ledger = database.serve(&one);
    everything(&ledger.admin(), 1).await;
    ledger.stop();
    let mut command = Ledger::command(other.path());
    command.args(["--database", &database.url()]);
    let said = finish(command, b"").complaint();
    assert!(said.contains("made from another log") && !said.contains(PASSWORD), "{said}");
}

#[test]
fn a_database_that_is_not_understood_is_named_without_its_password() {
    for url in
        [format!("mysql://u:{PASSWORD}@db/books"), format!("postgres://u:{PASSWORD}@db/books?color=red")]
    {
        let dir = directory();
        let mut command = Ledger::command(dir.path());
        command.args(["--database", &url]);
        let said = finish(command, b"").complaint();
        assert!(said.contains("--database") && !said.contains(PASSWORD), "{said}");
    }
}
