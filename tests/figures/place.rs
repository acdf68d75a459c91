//! Where the read models stand: files of SQLite, or a PostgreSQL database of their own. Nothing else knows which.

use std::env;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use events_schema::Position;
use ledger_core::log::FileLog;
use projector::{Database, Options, Progress, Runner};
use query_api::{Location, ReadModels};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::watch;

use crate::naive::dump::{Dump, dump_file};

/// Which database.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Where read models stand; what is made for them is gone with the value.
#[derive(Debug)]
pub(crate) struct Place {
    postgres: Option<OwnDatabase>,
}

/// A PostgreSQL database for one test.
#[derive(Debug)]
struct OwnDatabase {
    server: String,
    name: String,
}

impl Place {
    pub(crate) async fn new(engine: Engine) -> Self {
        let postgres = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(OwnDatabase::new().await),
        };
        Self { postgres }
    }

    /// The projector of a ledger whose data directory is `dir`.
    pub(crate) async fn runner(
        &self,
        dir: &Path,
        log: Arc<FileLog>,
        durable: watch::Receiver<Position>,
        options: Options,
    ) -> Runner<FileLog> {
        let url = self.postgres.as_ref().map(|database| database.url().parse().unwrap());
        Runner::open(&projector::Place::new(dir, url), log, durable, options).await.unwrap()
    }
}

/// The read models that the projector tells of.
pub(crate) async fn read_models(progress: &Progress) -> ReadModels {
    let location = match &progress.database {
        Database::Sqlite(path) => Location::Sqlite(path.to_path_buf()),
        Database::Postgres { url, schema } => {
            Location::Postgres { url: url.as_str().to_owned(), schema: schema.to_string() }
        }
    };
    ReadModels::open(&location).await.unwrap()
}

/// All tables of the read models that the projector tells of.
pub(crate) async fn dump(progress: &Progress) -> Dump {
    match &progress.database {
        Database::Sqlite(path) => dump_file(path),
        Database::Postgres { url, schema } => dump_schema(url.as_str(), schema).await,
    }
}

/// Runs a statement on the read models that the projector tells of.
pub(crate) async fn execute_in(progress: &Progress, sql: &str) {
    match &progress.database {
        Database::Sqlite(path) => {
            rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
        }
        Database::Postgres { url, schema } => {
            execute(url.as_str(), &format!("set search_path = \"{schema}\"; {sql}")).await;
        }
    }
}

async fn dump_schema(url: &str, schema: &str) -> Dump {
    let mut database = PgConnection::connect(url).await.unwrap();
    let mut texts = async |sql: &str| -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut database).await.unwrap()
    };
    let tables = format!("select tablename::text from pg_tables where schemaname = '{schema}' order by 1");
    let mut dump = Dump::new();
    for table in texts(&tables).await {
        let rows = texts(&format!("select t::text from \"{schema}\".{table} as t order by 1")).await;
        dump.push((table, rows));
    }
    database.close().await.unwrap();
    dump
}

impl OwnDatabase {
    async fn new() -> Self {
        let server = env::var("LEDGER_TEST_POSTGRES")
            .expect("there is no PostgreSQL server: run it with .ci/with-postgres (make test does)");
        let name = format!("figures_{:016x}", rand::random::<u64>());
        execute(&server, &format!("create database {name}")).await;
        Self { server, name }
    }

    fn url(&self) -> String {
        format!("{}&dbname={}", self.server, self.name)
    }
}

impl Drop for OwnDatabase {
    fn drop(&mut self) {
        let (server, drop) = (self.server.clone(), format!("drop database {} with (force)", self.name));
        // What is dropped cannot wait in a runtime; a thread of its own can.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(execute(&server, &drop));
        });
        let dropped = dropping.join();
        // A second panic while the first unwinds would hide it.
        assert!(dropped.is_ok() || thread::panicking(), "the database of the test stays");
    }
}

async fn execute(server: &str, sql: &str) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
