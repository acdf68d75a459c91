//! One generation in a file of SQLite.

mod files;
mod sql;

pub(super) use files::Files;

use std::path::Path;
use std::time::Duration;

use events_schema::Position;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteQueryResult, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Sqlite, SqliteConnection};

use super::statements::Statements;
use super::{Format, StoreError, checkpoint, epochs, script};
use crate::change::Writes;
use crate::checkpoint::Checkpoint;
use sql::Shapes;

/// Pages that the write-ahead log holds before they are put into the file: pages that change again and again are put
/// there once.
const WAL_PAGES: &str = "16384";
/// What is left of the write-ahead log's file after a time of heavy writing.
const WAL_BYTES_KEPT: &str = "134217728";
/// How long to wait for a lock that a reader holds for a moment.
const BUSY_SECONDS: u64 = 5;
/// Where small things are sorted.
const TEMP_STORE: &str = "memory";
/// Prepared statements: each table has two, each in ten shapes.
const STATEMENTS_MAX: usize = 1_024;
/// The pages that are kept in memory where only a few rows are read, in bytes.
const PAGE_BYTES_MIN: usize = 1 << 20;

/// One generation in a file.
#[derive(Debug)]
pub(super) struct SqliteStore {
    files: Files,
    number: u64,
    /// The pages that it keeps in memory, in bytes.
    page_bytes: usize,
    statements: Statements<Shapes>,
    /// Made anew after every error: whatever state it was left in is of no matter then.
    connection: Option<SqliteConnection>,
}

impl SqliteStore {
    /// Opens the file of a generation, of which `page_bytes` are kept in memory; makes it, with its tables, when there
    /// is none.
    pub(super) async fn open(files: Files, number: u64, page_bytes: usize) -> Result<Self, StoreError> {
        let mut connection = connect(&files.path(number), page_bytes).await?;
        if user_version(&mut connection).await? == 0 {
            create_tables(&mut connection).await?;
        }
        Ok(Self { files, number, page_bytes, statements: sql::statements(), connection: Some(connection) })
    }

    /// All generations.
    pub(super) const fn files(&self) -> &Files {
        &self.files
    }

    /// Its number.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// How far it is; nothing before the first event.
    pub(super) async fn checkpoint(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        let mut connection = self.take_connection().await?;
        let checkpoint = checkpoint::read::<Sqlite>(&mut connection).await?;
        self.connection = Some(connection);
        Ok(checkpoint)
    }

    /// The end of the last epoch that is closed.
    pub(super) async fn epochs_last(&mut self) -> Result<Position, StoreError> {
        let mut connection = self.take_connection().await?;
        let last = epochs::last::<Sqlite>(&mut connection).await?;
        self.connection = Some(connection);
        Ok(last)
    }

    /// Makes all of `writes` and moves the checkpoint, in one transaction.
    pub(super) async fn write(&mut self, writes: &Writes, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        let mut connection = self.take_connection().await?;
        let mut transaction = connection.begin_with("begin immediate").await?;
        self.statements.execute::<Sqlite>(&mut transaction, writes, SqliteQueryResult::rows_affected).await?;
        if writes.closes_epoch {
            epochs::close::<Sqlite>(&mut transaction, checkpoint.position).await?;
        }
        checkpoint::write::<Sqlite>(&mut transaction, checkpoint).await?;
        transaction.commit().await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Makes the indexes that are not there yet, each in a transaction of its own.
    pub(super) async fn index(&mut self) -> Result<(), StoreError> {
        let mut connection = self.take_connection().await?;
        // What is sorted for an index of a large table is larger than memory.
        sqlx::raw_sql("pragma temp_store = file").execute(&mut connection).await?;
        for index in script::indexes(&script::SQLITE) {
            sqlx::raw_sql(AssertSqlSafe(index)).execute(&mut connection).await?;
        }
        sqlx::raw_sql(AssertSqlSafe(format!("pragma temp_store = {TEMP_STORE}")))
            .execute(&mut connection)
            .await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Closes the file in good order; what is left are all generations.
    pub(super) async fn into_files(mut self) -> Result<Files, StoreError> {
        if let Some(connection) = self.connection.take() {
            connection.close().await?;
        }
        Ok(self.files)
    }

    async fn take_connection(&mut self) -> Result<SqliteConnection, StoreError> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => Ok(connect(&self.files.path(self.number), self.page_bytes).await?),
        }
    }

    /// For tests: the file cannot grow any more, until the next error.
    #[cfg(test)]
    pub(super) async fn fill_up(&mut self) {
        let mut connection = self.take_connection().await.unwrap();
        let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&mut connection).await.unwrap();
        let limit = format!("pragma max_page_count = {pages}");
        sqlx::query(AssertSqlSafe(limit)).execute(&mut connection).await.unwrap();
        self.connection = Some(connection);
    }
}

/// What a file holds.
pub(super) async fn format(path: &Path) -> Result<Format, StoreError> {
    let mut connection = connect(path, PAGE_BYTES_MIN).await?;
    let number = user_version(&mut connection).await?;
    connection.close().await?;
    Format::from_number(number).ok_or(StoreError::NoReadModels)
}

/// The same of a file that another process may be writing: it is opened for reading only.
pub(super) async fn format_beside(path: &Path) -> Result<Format, StoreError> {
    let mut connection = SqliteConnectOptions::new().filename(path).read_only(true).connect().await?;
    let number = user_version(&mut connection).await?;
    connection.close().await?;
    Format::from_number(number).ok_or(StoreError::NoReadModels)
}

/// How far a file is; nothing before the first event.
pub(super) async fn checkpoint_of(path: &Path) -> Result<Option<Checkpoint>, StoreError> {
    let mut connection = connect(path, PAGE_BYTES_MIN).await?;
    let checkpoint = checkpoint::read::<Sqlite>(&mut connection).await?;
    connection.close().await?;
    Ok(checkpoint)
}

async fn connect(path: &Path, page_bytes: usize) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A crash of the machine may lose the last transactions, never a part of one: they are made again.
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(Duration::from_secs(BUSY_SECONDS))
        // A negative number is how SQLite takes KiB.
        .pragma("cache_size", format!("-{}", page_bytes / 1024))
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .pragma("journal_size_limit", WAL_BYTES_KEPT)
        .pragma("temp_store", TEMP_STORE)
        .statement_cache_capacity(STATEMENTS_MAX)
        .thread_name(|_| "projector".to_owned())
        .disable_statement_logging()
        .connect()
        .await
}

async fn user_version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("pragma user_version").fetch_one(connection).await
}

async fn create_tables(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    sqlx::raw_sql(AssertSqlSafe(script::tables(&script::SQLITE))).execute(&mut *transaction).await?;
    let version = format!("pragma user_version = {}", Format::CURRENT.to_number());
    sqlx::raw_sql(AssertSqlSafe(version)).execute(&mut *transaction).await?;
    transaction.commit().await
}
