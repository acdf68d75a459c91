//! Connections to a file of SQLite, which is only read.
//!
//! A statement runs on the thread that asks for its rows, which is one of those that read: most take less time than it
//! takes to hand them to another thread, and their rows back. Rows that come one by one are read on another thread, and
//! what nobody wants any more is broken off there.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, InterruptHandle, OpenFlags};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio::task::spawn_blocking;
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
}

/// Where the connection of a session is.
#[derive(Debug)]
enum At {
    Here(Held),
    /// Its rows are being read one by one.
    Lent(Lent),
    /// It was lost on the way.
    Nowhere,
}

/// A connection in a transaction, and the turn that it takes, wherever it is.
#[derive(Debug)]
struct Held {
    connection: Connection,
    turn: OwnedSemaphorePermit,
}

/// A connection whose rows are read on another thread.
struct Lent {
    /// Whether nobody wants its rows any more.
    is_given_up: Arc<Mutex<bool>>,
    interrupt: InterruptHandle,
    /// Where it comes back.
    back: oneshot::Receiver<Held>,
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
        Ok(SqliteSession { pool, at: At::Here(Held { connection, turn }) })
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
        lock(&self.idle)
    }

    /// Ends the transaction of a connection, which is then anybody's.
    fn take_back(&self, held: Held) {
        let Held { connection, turn } = held;
        let ended = connection.prepare_cached("rollback").and_then(|mut end| end.execute(()));
        if ended.is_ok() {
            self.idle().push(connection);
        }
        drop(turn);
    }
}

impl SqliteSession {
    /// At most `rows_max` rows.
    pub(super) async fn fetch(
        &mut self,
        sql: &Sql,
        rows_max: usize,
    ) -> Result<Vec<SqliteRow>, DatabaseError> {
        let held = self.take().await?;
        let mut rows = Vec::new();
        let read = run(&held.connection, sql, rows_max, |all| {
            rows = all;
            false
        });
        self.at = At::Here(held);
        read.map(|()| rows)
    }

    /// All rows, in constant memory. They are read on another thread, ahead of who takes them.
    pub(super) async fn stream(&mut self, sql: Sql) -> Result<SqliteRows, DatabaseError> {
        let held = self.take().await?;
        let (send, chunks) = mpsc::channel(CHUNKS_AHEAD_MAX);
        let (give_back, back) = oneshot::channel();
        let is_given_up = Arc::<Mutex<bool>>::default();
        let interrupt = held.connection.get_interrupt_handle();
        let (pool, given_up) = (Arc::clone(&self.pool), Arc::clone(&is_given_up));
        spawn_blocking(move || {
            if let Err(error) = read_ahead(&held.connection, &sql, &given_up, &send) {
                // Nobody may listen any more.
                let _ = send.blocking_send(Err(error));
            }
            // Nor may there be a session any more.
            if let Err(held) = give_back.send(held) {
                pool.take_back(held);
            }
        });
        self.at = At::Lent(Lent { is_given_up, interrupt, back });
        Ok(SqliteRows { chunks, chunk: Vec::new().into_iter() })
    }

    /// The connection. Where it was lent for rows, these were dropped: the rest of them is not waited for.
    async fn take(&mut self) -> Result<Held, DatabaseError> {
        if let At::Lent(lent) = &mut self.at {
            lent.give_up();
            let back = (&mut lent.back).await;
            self.at = back.map_or(At::Nowhere, At::Here);
        }
        match std::mem::replace(&mut self.at, At::Nowhere) {
            At::Here(held) => Ok(held),
            At::Lent(_) | At::Nowhere => Err(DatabaseError::Closed),
        }
    }
}

impl Drop for SqliteSession {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.at, At::Nowhere) {
            At::Here(held) => self.pool.take_back(held),
            At::Lent(mut lent) => {
                // First: it is this session's connection as long as there is a place where it comes back, and nobody
                // else's statement is broken off.
                lent.give_up();
                lent.back.close();
                if let Ok(held) = lent.back.try_recv() {
                    self.pool.take_back(held);
                }
            }
            At::Nowhere => {}
        }
    }
}

impl Lent {
    /// Breaks off the reading, whether it has begun or not.
    fn give_up(&self) {
        *lock(&self.is_given_up) = true;
        self.interrupt.interrupt();
    }
}

impl fmt::Debug for Lent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lent").finish_non_exhaustive()
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path) -> Result<Connection, DatabaseError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "query_only", true)?;
    connection.pragma_update_and_check(None, "mmap_size", MAPPED_BYTES_MAX, |_| Ok(()))?;
    Ok(connection)
}

/// Sends the rows of `sql` chunk by chunk, until they are given up.
fn read_ahead(
    connection: &Connection,
    sql: &Sql,
    is_given_up: &Mutex<bool>,
    send: &mpsc::Sender<Result<Vec<SqliteRow>, DatabaseError>>,
) -> Result<(), DatabaseError> {
    // A statement that begins while no other one is under way forgets an interrupt that came before it. So one is under
    // way from here on, with a row that nobody takes; and an interrupt that came even earlier has left word.
    let mut standing = connection.prepare_cached("values (1), (2)")?;
    let mut standing = standing.raw_query();
    standing.next()?;
    if *lock(is_given_up) {
        return Ok(());
    }
    run(connection, sql, CHUNK_ROWS, |chunk| send.blocking_send(Ok(chunk)).is_ok())
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
