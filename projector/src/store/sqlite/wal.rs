//! How the write-ahead log gets into the file: most of it on a thread beside the one that writes.
//!
//! The log begins anew once all of it is in the file, which a pass beside the writing cannot reach alone: meanwhile the
//! log grows. But each pass has less to do than the one before, and the last few pages are put there between two
//! transactions.

use std::path::PathBuf;

use rusqlite::Connection;
use tokio::task::{JoinHandle, spawn_blocking};

use super::connect;

/// Pages that the log holds before they are put into the file: pages that change again and again are put there once.
pub(super) const PAGES_DUE: i64 = 16_384;
/// Pages that are put there in a moment.
const PAGES_FEW: i64 = 1_024;
/// Pages with which the log is so long that the writing waits until they are there.
const PAGES_MAX: i64 = 4 * PAGES_DUE;
/// The pages of the file that a pass keeps in memory, in bytes: it reads none.
const PAGE_BYTES: usize = 1 << 16;

/// How far a log is in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// The pages of the log.
    pages: i64,
    /// Those that are in the file.
    in_file: i64,
}

impl Standing {
    /// How far the log of this file is.
    pub(super) fn read(connection: &Connection) -> Result<Self, rusqlite::Error> {
        checkpoint(connection, "noop")
    }
}

/// Puts all of the log into the file that no reader keeps from it; nobody waits for it, and it waits for nobody.
pub(super) fn put_into_file(connection: &Connection) -> Result<Standing, rusqlite::Error> {
    checkpoint(connection, "passive")
}

fn checkpoint(connection: &Connection, mode: &str) -> Result<Standing, rusqlite::Error> {
    connection
        .prepare_cached(&format!("pragma wal_checkpoint({mode})"))?
        .query_row((), |row| Ok(Standing { pages: row.get(1)?, in_file: row.get(2)? }))
}

/// What is to be done after a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    /// The log may grow.
    Nothing,
    /// A pass beside the writing.
    Beside,
    /// A pass before the next transaction.
    Now,
}

impl Due {
    const fn at(Standing { pages, in_file }: Standing) -> Self {
        match (pages, pages - in_file) {
            (..PAGES_DUE, _) => Self::Nothing,
            (PAGES_MAX.., _) | (_, ..=PAGES_FEW) => Self::Now,
            _ => Self::Beside,
        }
    }
}

/// The passes beside the writing of a file, one at a time.
#[derive(Debug)]
pub(super) struct Checkpoints {
    path: PathBuf,
    pass: Option<JoinHandle<Result<Standing, rusqlite::Error>>>,
}

impl Checkpoints {
    /// Of the file at `path`.
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, pass: None }
    }

    /// Begins a pass where that is due; whether whoever writes must make one before the next transaction.
    pub(super) async fn advance(&mut self, standing: Standing) -> bool {
        let due = Due::at(standing);
        if self.pass.as_ref().is_some_and(|pass| !pass.is_finished()) && standing.pages < PAGES_MAX {
            return false;
        }
        self.end().await;
        if due == Due::Beside {
            let path = self.path.clone();
            self.pass = Some(spawn_blocking(move || put_into_file(&connect(&path, PAGE_BYTES)?)));
        }
        due == Due::Now
    }

    /// Waits for the pass that is under way, if one is. What it could not do is due again.
    pub(super) async fn end(&mut self) {
        let Some(pass) = self.pass.take() else { return };
        match pass.await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::warn!(%error, path = %self.path.display(), "a write-ahead log was not put into its file");
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_put_into_the_file_when_it_is_long_and_few_pages_at_once() {
        let due = |pages, in_file| Due::at(Standing { pages, in_file });
        assert_eq!(due(PAGES_DUE - 1, 0), Due::Nothing);
        assert_eq!(due(PAGES_DUE, 0), Due::Beside);
        assert_eq!(due(2 * PAGES_DUE, 2 * PAGES_DUE - PAGES_FEW - 1), Due::Beside);
        assert_eq!(due(2 * PAGES_DUE, 2 * PAGES_DUE - PAGES_FEW), Due::Now);
        assert_eq!(due(PAGES_MAX, 0), Due::Now);
    }

    #[tokio::test]
    async fn the_log_begins_anew_although_it_grows_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.sqlite");
        let connection = connect(&path, 1 << 20).unwrap();
        connection.execute_batch("create table t (n integer primary key, bytes blob)").unwrap();
        let mut checkpoints = Checkpoints::new(path);
        let (mut passes, mut longest) = (0, 0);
        // More than the log may hold, twice over.
        for _ in 0..2 * PAGES_MAX / 256 {
            connection
                .execute_batch(
                    "insert into t (bytes) with recursive n(n) as (select 1 union all select n + 1 from n where n < 256) \
                     select randomblob(4000) from n",
                )
                .unwrap();
            let standing = Standing::read(&connection).unwrap();
            longest = longest.max(standing.pages);
            let is_due = checkpoints.advance(standing).await;
            passes += usize::from(checkpoints.pass.is_some());
            if is_due {
                let standing = put_into_file(&connection).unwrap();
                assert_eq!(standing.pages, standing.in_file);
            }
        }
        checkpoints.end().await;
        assert!(passes > 0);
        assert!(longest < 2 * PAGES_MAX, "{longest}");
    }
}
