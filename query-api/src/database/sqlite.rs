//! Connections to a file of SQLite, which is only read.
//!
//! A statement runs on the thread that asks for its rows, which is one of those that read: most take less time than it
//! takes to hand them to another thread, and their rows back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::timeout;

use crate::database::{
    Argument, CONNECTION_WAIT_SECONDS, CONNECTIONS_MAX, DatabaseError, STATEMENTS_MAX, Sql,
};

/// Rows that were copied out of a statement.
mod rows;
use rows::Chunk;
pub(crate) use rows::SqliteRow;

/// How much of the file is read through the page cache of the system instead of being copied: all of it. The build
/// tells SQLite that this much is allowed (.cargo/config.toml).
const MAPPED_BYTES_MAX: i64 = 1 << 40;
/// Rows that are handed over together, where they are more than memory should hold.
const CHUNK_ROWS: usize = 256;
/// How many such chunks are ahead of who reads them.
const CHUNKS_AHEAD_MAX: usize = 4;

/// The connections to one file, which are made when they are needed.
#[derive(Clone, Debug)]
pub(crate) struct SqlitePool(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    path: PathBuf,
    /// Those that nobody uses. The last one that was used is the next: it has its statements prepared.
    idle: Mutex<Vec<Connection>>,
    /// One turn for each connection.
    turns: Arc<Semaphore>,
    /// Nobody may begin any more.
    is_closed: AtomicBool,
}

/// A read transaction. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct SqliteSession {
    pool: Arc<Pool>,
    at: At,
    _turn: OwnedSemaphorePermit,
}

/// Where the connection of a session is.
#[derive(Debug)]
enum At {
    Here(Connection),
    /// Its rows are being read one by one.
    Lent(JoinHandle<Connection>),
    /// It was lost on the way.
    Nowhere,
}

/// Rows that come one by one.
#[derive(Debug)]
pub(crate) struct SqliteRows {
    chunks: mpsc::Receiver<Result<Vec<SqliteRow>, DatabaseError>>,
    chunk: std::vec::IntoIter<SqliteRow>,
}

impl SqlitePool {
    /// Connections to the file at `path`, of which one is made.
    pub(super) fn open(path: &Path) -> Result<Self, DatabaseError> {
        let (idle, is_closed) = (Mutex::new(vec![connect(path)?]), AtomicBool::new(false));
        let turns = Arc::new(Semaphore::new(CONNECTIONS_MAX as usize));
        Ok(Self(Arc::new(Pool { path: path.to_owned(), idle, turns, is_closed })))
    }

    /// A connection that sees, from its first read on, one state of the tables.
    pub(super) async fn begin(&self) -> Result<SqliteSession, DatabaseError> {
        let turn = Arc::clone(&self.0.turns).acquire_owned();
        let turn = timeout(Duration::from_secs(CONNECTION_WAIT_SECONDS), turn).await;
        let turn = turn.map_err(|_| DatabaseError::Busy)?.map_err(|_| DatabaseError::Closed)?;
        if self.is_closed() {
            return Err(DatabaseError::Closed);
        }
        let pool = Arc::clone(&self.0);
        let idle = pool.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connect(&pool.path)?,
        };
        connection.prepare_cached("begin")?.execute(())?;
        Ok(SqliteSession { pool, at: At::Here(connection), _turn: turn })
    }

    /// Closes all connections after the last reader.
    pub(super) async fn close(&self) {
        self.0.is_closed.store(true, Ordering::Release);
        // It fails only where nobody can begin anyway.
        let _ = self.0.turns.acquire_many(CONNECTIONS_MAX).await;
        self.0.turns.close();
        self.0.idle().clear();
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed.load(Ordering::Acquire)
    }
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SqliteSession {
    /// At most `rows_max` rows.
    pub(super) async fn fetch(
        &mut self,
        sql: &Sql,
        rows_max: usize,
    ) -> Result<Vec<SqliteRow>, DatabaseError> {
        let connection = self.take().await?;
        let mut rows = Vec::new();
        let read = run(&connection, sql, rows_max, |all| {
            rows = all;
            false
        });
        self.at = At::Here(connection);
        read.map(|()| rows)
    }

    /// All rows, in constant memory. They are read on another thread, ahead of who takes them.
    pub(super) async fn stream(&mut self, sql: Sql) -> Result<SqliteRows, DatabaseError> {
        let connection = self.take().await?;
        let (send, chunks) = mpsc::channel(CHUNKS_AHEAD_MAX);
        self.at = At::Lent(spawn_blocking(move || {
            let read = run(&connection, &sql, CHUNK_ROWS, |chunk| send.blocking_send(Ok(chunk)).is_ok());
            if let Err(error) = read {
                // Nobody may listen any more.
                let _ = send.blocking_send(Err(error));
            }
            connection
        }));
        Ok(SqliteRows { chunks, chunk: Vec::new().into_iter() })
    }

    /// The connection, which comes back when the rows that it was lent for are dropped.
    async fn take(&mut self) -> Result<Connection, DatabaseError> {
        match std::mem::replace(&mut self.at, At::Nowhere) {
            At::Here(connection) => Ok(connection),
            At::Lent(reading) => reading.await.map_err(|_| DatabaseError::Closed),
            At::Nowhere => Err(DatabaseError::Closed),
        }
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        let At::Here(connection) = std::mem::replace(&mut self.at, At::Nowhere) else { return };
        let ended = connection.prepare_cached("rollback").and_then(|mut end| end.execute(()));
        if ended.is_ok() {
            self.pool.idle().push(connection);
        }
    }
}

impl SqliteRows {
    /// The next row, or nothing after the last.
    pub(super) async fn next(&mut self) -> Result<Option<SqliteRow>, DatabaseError> {
        loop {
            if let Some(row) = self.chunk.next() {
                return Ok(Some(row));
            }
            let Some(chunk) = self.chunks.recv().await else { return Ok(None) };
            self.chunk = chunk?.into_iter();
        }
    }
}

fn connect(path: &Path) -> Result<Connection, DatabaseError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update_and_check(None, "mmap_size", MAPPED_BYTES_MAX, |_| Ok(()))?;
    Ok(connection)
}

/// Runs `sql` and hands over its rows, at most `chunk_rows` together, as long as more are wanted.
fn run(
    connection: &Connection,
    sql: &Sql,
    chunk_rows: usize,
    mut take: impl FnMut(Vec<SqliteRow>) -> bool,
) -> Result<(), DatabaseError> {
    let mut statement = connection.prepare_cached(sql.text())?;
    bind(&mut statement, sql.arguments())?;
    let names = statement.column_names().map(Into::into).collect();
    let mut rows = statement.raw_query();
    let mut chunk = Chunk::new(&names);
    while let Some(row) = rows.next()? {
        chunk.push(row)?;
        if chunk.len() == chunk_rows && !take(std::mem::replace(&mut chunk, Chunk::new(&names)).into_rows()) {
            return Ok(());
        }
    }
    take(chunk.into_rows());
    Ok(())
}

/// Binds each argument to the places that name it: `$7` is the seventh, wherever it stands.
fn bind(statement: &mut CachedStatement, arguments: &[Argument]) -> Result<(), DatabaseError> {
    for place in 1..=statement.parameter_count() {
        let name = statement.parameter_name(place).unwrap_or_default();
        let number = name.strip_prefix('$').and_then(|number| number.parse::<usize>().ok());
        let argument = number.and_then(|number| arguments.get(number.checked_sub(1)?));
        let argument = argument.ok_or_else(|| rusqlite::Error::InvalidParameterName(name.to_owned()))?;
        match argument {
            Argument::Int(number) => statement.raw_bind_parameter(place, number),
            Argument::Text(text) => statement.raw_bind_parameter(place, text),
            Argument::Bytes(bytes) => statement.raw_bind_parameter(place, bytes),
        }?;
    }
    Ok(())
}

/// Changes tables, which only tests do here.
#[cfg(test)]
pub(crate) fn execute(connection: &Connection, sql: &Sql) {
    let mut statement = connection.prepare_cached(sql.text()).unwrap();
    bind(&mut statement, sql.arguments()).unwrap();
    statement.raw_execute().unwrap();
}
