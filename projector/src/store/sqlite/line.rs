//! The one connection that writes a file, and its thread.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, InterruptHandle, OpenFlags};

use crate::store::StoreError;
use crate::thread::Thread;

/// What is left of the write-ahead log's file after a time of heavy writing.
const WAL_BYTES_KEPT: i64 = 256 << 20;
/// How long to wait for a lock that a reader holds for a moment.
const BUSY_SECONDS: u64 = 5;
/// Where small things are sorted.
pub(super) const TEMP_STORE: &str = "memory";
/// Prepared statements: each table of rows has three, each of cells two.
const STATEMENTS_MAX: usize = 256;

/// The one connection that writes a file, on a thread of its own. When it is dropped, nobody writes any more.
pub(super) struct Line {
    path: PathBuf,
    /// The pages that it keeps in memory, in bytes.
    page_bytes: usize,
    /// There is none at first, and after every error: whatever state it was left in is of no matter then.
    thread: Thread<Option<Connection>>,
    /// Breaks off what is done on the connection.
    interrupt: Interrupt,
}

type Interrupt = Arc<Mutex<Option<InterruptHandle>>>;

impl Line {
    /// To the file at `path`, of which `page_bytes` are kept in memory.
    pub(super) fn new(path: PathBuf, page_bytes: usize) -> Result<Self, StoreError> {
        let thread = Thread::start("projector", None).map_err(StoreError::at(&path))?;
        Ok(Self { path, page_bytes, thread, interrupt: Interrupt::default() })
    }

    /// Does something with the connection. It goes on when nobody waits for it any more.
    pub(super) async fn work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (path, page_bytes, interrupt) = (self.path.clone(), self.page_bytes, Arc::clone(&self.interrupt));
        let work = move |held: &mut Option<Connection>| {
            let mut connection = match held.take() {
                Some(connection) => connection,
                None => connect(&path, page_bytes)?,
            };
            *lock(&interrupt) = Some(connection.get_interrupt_handle());
            let done = work(&mut connection)?;
            *held = Some(connection);
            Ok(done)
        };
        self.thread.run(work).await?
    }

    /// Closes the connection in good order. What nobody waits for is broken off: it can be done again.
    pub(super) async fn close(mut self) -> Result<(), StoreError> {
        self.break_off();
        let close = |held: &mut Option<Connection>| match held.take() {
            Some(connection) => {
                // An interrupt that has met nothing lasts until the next statement, and the end of a connection, which
                // puts the write-ahead log into the file, is none.
                connection.query_row("select 1", (), |_| Ok(()))?;
                connection.close().map_err(|(_, error)| error)
            }
            None => Ok(()),
        };
        Ok(self.thread.run(close).await??)
    }

    fn break_off(&self) {
        if let Some(interrupt) = &*lock(&self.interrupt) {
            interrupt.interrupt();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.break_off();
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").field("path", &self.path).finish_non_exhaustive()
    }
}

fn lock(interrupt: &Interrupt) -> MutexGuard<'_, Option<InterruptHandle>> {
    interrupt.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Connects to the file at `path`, of which `page_bytes` are kept in memory; makes it when there is none.
pub(super) fn connect(path: &Path, page_bytes: usize) -> Result<Connection, rusqlite::Error> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(BUSY_SECONDS))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.pragma_update(None, "journal_mode", "wal")?;
    // A crash of the machine may lose the last transactions, never a part of one: they are made again. What must not be
    // lost is synced (`sync.rs`).
    connection.pragma_update(None, "synchronous", "normal")?;
    // A negative number is how SQLite takes KiB.
    connection.pragma_update(None, "cache_size", format!("-{}", page_bytes / 1024))?;
    // Who writes much looks after that.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
    connection.pragma_update(None, "temp_store", TEMP_STORE)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn what_is_closed_leaves_one_whole_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.sqlite");
        let mut line = Line::new(path.clone(), 1 << 20).unwrap();
        let made = line.work(|connection| Ok(connection.execute_batch("create table t (a)")?)).await;
        made.unwrap();
        line.close().await.unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        let tables = "select count(*) from sqlite_schema";
        let tables = Connection::open(path).unwrap().query_row(tables, (), |row| row.get::<_, i64>(0));
        assert_eq!(tables.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_does_not_hold_up_the_end() {
        const ENDLESS: &str = "with recursive counted(n) as \
            (select 1 union all select n + 1 from counted) select n from counted";
        let dir = tempfile::tempdir().unwrap();
        let mut line = Line::new(dir.path().join("1.sqlite"), 1 << 20).unwrap();
        let (begun, begins) = oneshot::channel();
        let count = line.work(move |connection| {
            let mut statement = connection.prepare(ENDLESS)?;
            let mut rows = statement.query(())?;
            rows.next()?;
            // From here on there is a statement that can be broken off.
            begun.send(()).unwrap();
            while rows.next()?.is_some() {}
            Ok(())
        });
        tokio::select! {
            counted = count => panic!("it has no end: {counted:?}"),
            begun = begins => begun.unwrap(),
        }
        line.close().await.unwrap();
    }
}
