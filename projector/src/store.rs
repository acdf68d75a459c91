//! All SQL that writes: one generation of read models, a SQLite file.

mod sql;
mod statements;

mod error;
pub use error::StoreError;

mod generations;
pub(crate) use generations::Generations;
pub use generations::GenerationsError;

use std::path::{Path, PathBuf};
use std::time::Duration;

use events_schema::{Position, Timestamp};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection};

use crate::change::Writes;
use crate::checkpoint::Checkpoint;
use crate::projection::{CELL_TABLES, ROW_TABLES};
use statements::{Ready, Statements};

/// What a generation holds: the shape of its tables, and what the projections put into them.
///
/// A file says both about itself. When they are not those of the program, a new generation is made from the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// The number of the script in `migrations/` that made its tables.
    pub(crate) schema: u16,
    /// The version of the projections. It is raised whenever the same events would give other rows or cells.
    pub(crate) projections: u16,
}

/// The scripts that make the tables.
const MIGRATIONS: [&str; 1] = [include_str!("../../migrations/0002_read_models.sql")];

impl Format {
    /// What this program makes.
    pub(crate) const CURRENT: Self = Self { schema: 2, projections: 1 };

    /// Both as the `user_version` of a file; 0 is a file without tables.
    pub(crate) fn to_number(self) -> i64 {
        i64::from(self.schema) << 16 | i64::from(self.projections)
    }

    fn from_number(number: i64) -> Option<Self> {
        let schema = u16::try_from(number >> 16).ok().filter(|schema| *schema > 0)?;
        Some(Self { schema, projections: u16::try_from(number & 0xffff).ok()? })
    }
}

/// Pages that the write-ahead log holds before they are put into the file: pages that change again and again are put
/// there once.
const WAL_PAGES: &str = "16384";
/// What is left of the write-ahead log's file after a time of heavy writing.
const WAL_BYTES_KEPT: &str = "134217728";
/// How long to wait for a lock that a reader holds for a moment.
const BUSY_SECONDS: u64 = 5;
/// Prepared statements: each table has a few, each in eight shapes.
const STATEMENTS_MAX: usize = 256;

/// One generation of read models.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// The pages that it keeps in memory, in bytes.
    page_bytes: usize,
    statements: Statements,
    /// Made anew after every error: whatever state it was left in is of no matter then.
    connection: Option<SqliteConnection>,
}

impl Store {
    /// Opens the file at `path`, of which `page_bytes` are kept in memory; makes it, with its tables, when there is none.
    pub(crate) async fn open(path: &Path, page_bytes: usize) -> Result<Self, StoreError> {
        let mut connection = connect(path, page_bytes).await?;
        if user_version(&mut connection).await? == 0 {
            create_tables(&mut connection).await?;
        }
        let statements = Statements::new(&ROW_TABLES, &CELL_TABLES);
        Ok(Self { path: path.to_owned(), page_bytes, statements, connection: Some(connection) })
    }

    /// What the file holds.
    pub(crate) async fn format(&mut self) -> Result<Format, StoreError> {
        let number = user_version(self.connection().await?).await?;
        Format::from_number(number).ok_or(StoreError::NoReadModels)
    }

    /// How far it is; nothing before the first event.
    pub(crate) async fn checkpoint(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        const SELECT: &str =
            "select log_id, position, root, recorded_at, currency, time_zone from checkpoint";
        let row = sqlx::query(SELECT).fetch_optional(self.connection().await?).await?;
        Ok(row.map(|row| read_checkpoint(&row)).transpose()?)
    }

    /// Makes all of `writes` and moves the checkpoint, in one transaction.
    pub(crate) async fn apply(&mut self, writes: &Writes, checkpoint: &Checkpoint) -> Result<(), StoreError> {
        self.connection().await?;
        let mut connection = self.connection.take().ok_or(StoreError::NoReadModels)?;
        write(&mut connection, &self.statements, writes, checkpoint).await?;
        self.connection = Some(connection);
        Ok(())
    }

    /// Closes the file in good order.
    pub(crate) async fn close(mut self) -> Result<(), StoreError> {
        if let Some(connection) = self.connection.take() {
            connection.close().await?;
        }
        Ok(())
    }

    async fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(&self.path, self.page_bytes).await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// For tests: the file cannot grow any more, until the next error.
    #[cfg(test)]
    pub(crate) async fn fill_up(&mut self) {
        let connection = self.connection().await.unwrap();
        let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&mut *connection).await.unwrap();
        let limit = format!("pragma max_page_count = {pages}");
        sqlx::query(AssertSqlSafe(limit)).execute(connection).await.unwrap();
    }
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
        .pragma("temp_store", "memory")
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
    for script in MIGRATIONS {
        sqlx::raw_sql(script).execute(&mut *transaction).await?;
    }
    let version = format!("pragma user_version = {}", Format::CURRENT.to_number());
    sqlx::raw_sql(AssertSqlSafe(version)).execute(&mut *transaction).await?;
    transaction.commit().await
}

async fn write(
    connection: &mut SqliteConnection,
    statements: &Statements,
    writes: &Writes,
    checkpoint: &Checkpoint,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    let mut built = statements.of(writes);
    let mut next = built.next().transpose().map_err(sqlx::Error::Encode)?;
    while let Some(Ready { text, arguments, rows, table }) = next {
        let query = sqlx::query_with(AssertSqlSafe(text), arguments);
        // The next statement is built here while this one is executed on the connection's own thread.
        let (done, following) = tokio::join!(query.execute(&mut *transaction), async { built.next() });
        let touched = done?.rows_affected();
        if touched != rows as u64 {
            return Err(StoreError::Missing { table });
        }
        next = following.transpose().map_err(sqlx::Error::Encode)?;
    }
    write_checkpoint(&mut transaction, checkpoint).await?;
    Ok(transaction.commit().await?)
}

async fn write_checkpoint(
    connection: &mut SqliteConnection,
    checkpoint: &Checkpoint,
) -> Result<(), sqlx::Error> {
    const REPLACE: &str = "insert or replace into checkpoint \
        (one, log_id, position, root, recorded_at, currency, time_zone) values (1, ?, ?, ?, ?, ?, ?)";
    sqlx::query(REPLACE)
        .bind(checkpoint.log_id.as_slice())
        .bind(checkpoint.position.as_i64())
        .bind(checkpoint.root.as_slice())
        .bind(checkpoint.recorded_at.micros())
        .bind(checkpoint.currency.as_str())
        .bind(checkpoint.time_zone.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

fn read_checkpoint(row: &SqliteRow) -> Result<Checkpoint, sqlx::Error> {
    let wrong = |column: &'static str| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: "it has another length".into(),
    };
    Ok(Checkpoint {
        log_id: row.try_get::<&[u8], _>("log_id")?.try_into().map_err(|_| wrong("log_id"))?,
        position: Position::new(row.try_get::<i64, _>("position")?.cast_unsigned()),
        root: row.try_get::<&[u8], _>("root")?.try_into().map_err(|_| wrong("root"))?,
        recorded_at: Timestamp::from_micros(row.try_get("recorded_at")?),
        currency: row.try_get("currency")?,
        time_zone: row.try_get("time_zone")?,
    })
}

#[cfg(test)]
mod tests;
