//! Places for tests: a data directory, and a PostgreSQL database where one is asked for.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::database::{Database, Place, PostgresUrl};
use crate::dump::{Dump, dump};
use crate::runner::START_PATIENCE;
use crate::store::{Generations, Store};

/// A place that is gone with its value.
pub(crate) struct TestPlace {
    dir: TempDir,
    postgres: Option<TestDatabase>,
}

/// A database of its own, dropped with its value.
struct TestDatabase {
    server: String,
    name: String,
}

/// What a test is run with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Makes two tests of each of these functions, which take an [`Engine`]: one with SQLite, one with PostgreSQL.
macro_rules! with_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod with_sqlite {
            $(#[tokio::test] async fn $test() { super::$test($crate::testing::Engine::Sqlite).await; })+
        }
        mod with_postgres {
            $(#[tokio::test] async fn $test() { super::$test($crate::testing::Engine::Postgres).await; })+
        }
    };
}
pub(crate) use with_both_engines;

impl Engine {
    /// A new place.
    pub(crate) async fn place(self) -> TestPlace {
        let postgres = match self {
            Self::Sqlite => None,
            Self::Postgres => Some(TestDatabase::new("").await),
        };
        TestPlace { dir: tempfile::tempdir().unwrap(), postgres }
    }
}

impl TestPlace {
    /// A place whose PostgreSQL database is made with `options`.
    pub(crate) async fn with_options(options: &str) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), postgres: Some(TestDatabase::new(options).await) }
    }

    /// The data directory.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Where the read models are.
    pub(crate) fn place(&self) -> Place {
        self.place_of(self.dir())
    }

    /// The place of another process, which has another data directory.
    pub(crate) fn place_of(&self, dir: &Path) -> Place {
        Place::new(dir, self.postgres.as_ref().map(|database| database.url(&database.name)))
    }

    /// All generations, with the right to write. The server may take a moment to see that a session has ended that had
    /// it before.
    pub(crate) async fn generations(&self) -> Generations {
        let mut generations = Generations::open(&self.place(), START_PATIENCE).await.unwrap();
        let begin = Instant::now();
        while !generations.claim().await.unwrap() {
            assert!(begin.elapsed() < START_PATIENCE, "another session has the right to write");
            sleep(Duration::from_millis(5)).await;
        }
        generations
    }

    /// The first generation, to be written.
    pub(crate) async fn store(&self) -> Store {
        Store::open(self.generations().await, 1, 1 << 20).await.unwrap()
    }

    /// The tables of a generation.
    pub(crate) async fn database(&self, number: u64) -> Database {
        Generations::open(&self.place(), START_PATIENCE).await.unwrap().database(number)
    }

    /// What stands in the first generation.
    pub(crate) async fn dump(&self) -> Dump {
        dump(&self.database(1).await).await
    }

    /// Ends the session in which the read models are written, as an administrator or a crash does; how many there were.
    pub(crate) async fn end_writing_session(&self) -> usize {
        const END: &str = "select pg_terminate_backend(pid, 10000) from pg_locks \
            join pg_database on database = pg_database.oid where locktype = 'advisory' and granted and datname = $1";
        let database = self.postgres.as_ref().unwrap();
        let mut administrator = PgConnection::connect(&database.server).await.unwrap();
        sqlx::query(END).bind(&database.name).fetch_all(&mut administrator).await.unwrap().len()
    }
}

impl TestDatabase {
    async fn new(options: &str) -> Self {
        let server = std::env::var("LEDGER_TEST_POSTGRES")
            .expect("there is no PostgreSQL server: run it with .ci/with-postgres (make test does)");
        let mut connection = PgConnection::connect(&server).await.unwrap();
        let unique: String = sqlx::query_scalar("select replace(gen_random_uuid()::text, '-', '')")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let name = format!("test_{unique}");
        execute(&mut connection, format!("create database {name} {options}")).await;
        connection.close().await.unwrap();
        Self { server, name }
    }

    /// The URL of a database on the server.
    fn url(&self, name: &str) -> PostgresUrl {
        format!("{}&dbname={name}", self.server).parse().unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // What is dropped cannot wait in a runtime; a thread of its own can.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&server).await.unwrap();
                execute(&mut connection, format!("drop database {name} with (force)")).await;
            });
        });
        let dropped = dropping.join();
        if !thread::panicking() {
            dropped.unwrap();
        }
    }
}

async fn execute(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}
