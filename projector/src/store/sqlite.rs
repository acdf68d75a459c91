//! One generation in a file of SQLite.

mod files;
mod line;
mod sql;
mod sync;
mod wal;

pub(super) use files::Files;

use std::path::Path;
use std::sync::Arc;

use events_schema::Position;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, TransactionBehavior};
use tokio::task::spawn_blocking;

use super::{Format, StoreError, checkpoint, epochs, script};
use crate::change::Writes;
use crate::checkpoint::Checkpoint;
use line::{Line, TEMP_STORE, connect};
use sql::Statements;
use sync::Syncs;
use wal::{Checkpoints, PAGES_DUE, Standing, put_into_file};

/// Threads that sort the rows of an index, beside the one that reads them.
const SORTERS: i64 = 1;
/// The pages that are kept in memory where only a few rows are read, in bytes.
const PAGE_BYTES_MIN: usize = 1 << 20;

/// One generation in a file.
#[derive(Debug)]
pub(super) struct SqliteStore {
    files: Files,
    number: u64,
    statements: Arc<Statements>,
    line: Line,
    checkpoints: Checkpoints,
    syncs: Syncs,
}

impl SqliteStore {
    /// Opens the file of a generation, of which `page_bytes` are kept in memory; makes it, with its tables, when there
    /// is none.
    pub(super) async fn open(files: Files, number: u64, page_bytes: usize) -> Result<Self, StoreError> {
        let statements = Arc::new(Statements::new());
        let mut line = Line::new(files.path(number), page_bytes)?;
        let made = line.work(|connection| {
            if user_version(connection)? == 0 {
                create_tables(connection)?;
            }
            Ok(())
        });
        made.await?;
        let checkpoints = Checkpoints::new(files.path(number));
        let syncs = Syncs::new(files.wal_path(number));
        Ok(Self { files, number, statements, line, checkpoints, syncs })
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
        self.line.work(|connection| read_checkpoint(connection)).await
    }

    /// The end of the last epoch that is closed.
    pub(super) async fn epochs_last(&mut self) -> Result<Position, StoreError> {
        let last =
            |connection: &mut Connection| Ok(connection.query_row(epochs::LAST, (), |row| row.get(0))?);
        let last: i64 = self.line.work(last).await?;
        Ok(Position::new(last.cast_unsigned()))
    }

    /// Makes all of `writes`, one after the other, and moves the checkpoint, in one transaction.
    pub(super) async fn write(
        &mut self,
        writes: &[Arc<Writes>],
        checkpoint: &Checkpoint,
    ) -> Result<(), StoreError> {
        let statements = Arc::clone(&self.statements);
        let (writes, checkpoint) = (writes.to_vec(), checkpoint.clone());
        let standing = self
            .line
            .work(move |connection| {
                let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                for writes in &writes {
                    statements.execute(&transaction, writes)?;
                    if let Some(last) = writes.closes_epoch {
                        transaction.prepare_cached(epochs::TOTALS)?.execute(())?;
                        transaction.prepare_cached(epochs::CLOSE)?.execute([last.as_i64()])?;
                    }
                }
                let replace = checkpoint::to_columns(&checkpoint);
                transaction.prepare_cached(checkpoint::REPLACE)?.execute(replace)?;
                transaction.commit()?;
                Ok(Standing::read(connection)?)
            })
            .await?;
        if self.checkpoints.advance(standing).await {
            self.line.work(|connection| Ok(put_into_file(connection)?)).await?;
        }
        Ok(())
    }

    /// Sees to it that what is committed, which is up to `committed`, gets to the disk, and answers up to where it is
    /// there by now.
    pub(super) async fn make_durable(&mut self, committed: Position) -> Result<Position, StoreError> {
        self.syncs.advance(committed).await
    }

    /// Makes the indexes that are not there yet, each in a transaction of its own.
    pub(super) async fn index(&mut self) -> Result<(), StoreError> {
        // What is sorted for an index of a large table is larger than memory. Each is put into the file before the next.
        self.line
            .work(|connection| {
                connection.pragma_update(None, "wal_autocheckpoint", PAGES_DUE)?;
                connection.pragma_update(None, "temp_store", "file")?;
                Ok(connection.pragma_update(None, "threads", SORTERS)?)
            })
            .await?;
        for index in script::indexes(&script::SQLITE) {
            self.line.work(move |connection| Ok(connection.execute_batch(&index)?)).await?;
        }
        self.line
            .work(|connection| {
                connection.pragma_update(None, "wal_autocheckpoint", 0)?;
                connection.pragma_update(None, "threads", 0)?;
                Ok(connection.pragma_update(None, "temp_store", TEMP_STORE)?)
            })
            .await
    }

    /// Closes the file in good order; what is left are all generations.
    pub(super) async fn into_files(mut self) -> Result<Files, StoreError> {
        self.checkpoints.end().await;
        self.line.close().await?;
        Ok(self.files)
    }

    /// For tests: the file cannot grow any more, until the next error.
    #[cfg(test)]
    pub(super) async fn fill_up(&mut self) {
        let filled = self.line.work(|connection| {
            let pages: i64 = connection.query_row("pragma page_count", (), |row| row.get(0))?;
            Ok(connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?)
        });
        filled.await.unwrap();
    }
}

/// What a file holds.
pub(super) async fn format(path: &Path) -> Result<Format, StoreError> {
    let number = look(path, |connection| Ok(user_version(connection)?)).await?;
    Format::from_number(number).ok_or(StoreError::NoReadModels)
}

/// The same of a file that another process may be writing: it is opened for reading only.
pub(super) async fn format_beside(path: &Path) -> Result<Format, StoreError> {
    let path = path.to_owned();
    let number = blocking(move || {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(user_version(&Connection::open_with_flags(path, flags)?)?)
    });
    Format::from_number(number.await?).ok_or(StoreError::NoReadModels)
}

/// How far a file is; nothing before the first event.
pub(super) async fn checkpoint_of(path: &Path) -> Result<Option<Checkpoint>, StoreError> {
    look(path, read_checkpoint).await
}

/// Reads something of a file.
async fn look<T: Send + 'static>(
    path: &Path,
    read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let path = path.to_owned();
    blocking(move || {
        let connection = connect(&path, PAGE_BYTES_MIN)?;
        let found = read(&connection)?;
        connection.close().map_err(|(_, error)| error)?;
        Ok(found)
    })
    .await
}

/// Does what takes a moment on a thread that may block.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    spawn_blocking(work).await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn user_version(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection.query_row("pragma user_version", (), |row| row.get(0))
}

fn create_tables(connection: &mut Connection) -> Result<(), rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(&script::tables(&script::SQLITE))?;
    transaction.pragma_update(None, "user_version", Format::CURRENT.to_number())?;
    transaction.commit()
}

/// How far a generation is; nothing before the first event.
fn read_checkpoint(connection: &Connection) -> Result<Option<Checkpoint>, StoreError> {
    let columns = |row: &rusqlite::Row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?))
    };
    let columns = connection.query_row(checkpoint::SELECT, (), columns).optional()?;
    columns.map(checkpoint::from_columns).transpose()
}
