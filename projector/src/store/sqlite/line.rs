//! The one connection that writes a file, and the threads that use it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags};
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};

use crate::store::StoreError;

/// Pages that the write-ahead log holds before they are put into the file: pages that change again and again are put
/// there once.
const WAL_PAGES: i64 = 16_384;
/// What is left of the write-ahead log's file after a time of heavy writing.
const WAL_BYTES_KEPT: i64 = 128 << 20;
/// How long to wait for a lock that a reader holds for a moment.
const BUSY_SECONDS: u64 = 5;
/// Where small things are sorted.
pub(super) const TEMP_STORE: &str = "memory";
/// Prepared statements: each table has two.
const STATEMENTS_MAX: usize = 256;

/// The one connection that writes a file. When it is dropped, nobody writes any more.
#[derive(Debug)]
pub(super) struct Line {
    path: PathBuf,
    /// The pages that it keeps in memory, in bytes.
    page_bytes: usize,
    at: At,
}

/// Where the connection is.
#[derive(Debug)]
enum At {
    /// There is none: the first one, and after every error, is made anew.
    Nowhere,
    /// Nobody uses it.
    Here(Connection),
    /// Work is done on it, on a thread that may block.
    There(Work),
}

/// What is done on a connection.
struct Work {
    /// Gives the connection back, unless it failed.
    ends: JoinHandle<Option<Connection>>,
    /// Breaks it off.
    interrupt: InterruptHandle,
    /// Held while it is done. True: it must not be begun.
    gate: Arc<Mutex<bool>>,
}

impl Line {
    /// To the file at `path`, of which `page_bytes` are kept in memory.
    pub(super) const fn new(path: PathBuf, page_bytes: usize) -> Self {
        Self { path, page_bytes, at: At::Nowhere }
    }

    /// Does something with the connection, on a thread that may block. It goes on when nobody waits for it any more.
    pub(super) async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut connection = if let Some(connection) = self.take().await {
            connection
        } else {
            let (path, page_bytes) = (self.path.clone(), self.page_bytes);
            in_thread(move || connect(&path, page_bytes)).await?
        };
        let (interrupt, gate) = (connection.get_interrupt_handle(), Arc::new(Mutex::new(false)));
        let (send, done) = oneshot::channel();
        let held = Arc::clone(&gate);
        let ends = spawn_blocking(move || {
            let is_dropped = held.lock().unwrap_or_else(PoisonError::into_inner);
            if *is_dropped {
                return None;
            }
            let worked = work(&mut connection);
            let connection = worked.is_ok().then_some(connection);
            // Nobody may wait any more.
            let _ = send.send(worked);
            connection
        });
        self.at = At::There(Work { ends, interrupt, gate });
        let done = done.await;
        self.at = self.take().await.map_or(At::Nowhere, At::Here);
        // Where nothing was sent, the thread has panicked, and so has the line before.
        done.unwrap_or(Err(StoreError::Displaced))
    }

    /// Closes the connection in good order. What nobody waits for is broken off: it can be done again.
    pub(super) async fn close(mut self) -> Result<(), StoreError> {
        if let At::There(work) = &self.at {
            work.interrupt.interrupt();
        }
        if let Some(connection) = self.take().await {
            in_thread(move || connection.close().map_err(|(_, error)| error)).await?;
        }
        Ok(())
    }

    /// The connection, after what is done on it.
    async fn take(&mut self) -> Option<Connection> {
        if let At::There(Work { ends, .. }) = &mut self.at {
            let connection = joined(ends.await).await;
            self.at = At::Nowhere;
            return connection;
        }
        match std::mem::replace(&mut self.at, At::Nowhere) {
            At::Here(connection) => Some(connection),
            At::Nowhere | At::There(_) => None,
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let At::There(Work { interrupt, gate, .. }) = &self.at {
            interrupt.interrupt();
            *gate.lock().unwrap_or_else(PoisonError::into_inner) = true;
        }
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work").finish_non_exhaustive()
    }
}

/// Does what may take long on a thread that may block.
pub(super) async fn in_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    joined(spawn_blocking(work).await).await
}

/// What a thread has done. A panic goes on here.
async fn joined<T>(done: Result<T, JoinError>) -> T {
    match done.map_err(JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The runtime ends before the thread began: nothing goes on.
        Err(Err(_)) => std::future::pending().await,
    }
}

/// Connects to the file at `path`, of which `page_bytes` are kept in memory; makes it when there is none.
pub(super) fn connect(path: &Path, page_bytes: usize) -> Result<Connection, rusqlite::Error> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(BUSY_SECONDS))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A crash of the machine may lose the last transactions, never a part of one: they are made again.
    connection.pragma_update(None, "synchronous", "normal")?;
    // A negative number is how SQLite takes KiB.
    connection.pragma_update(None, "cache_size", format!("-{}", page_bytes / 1024))?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
    connection.pragma_update(None, "temp_store", TEMP_STORE)?;
    Ok(connection)
}
