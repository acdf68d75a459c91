//! How what was committed gets to the disk: on a thread beside the one that writes.
//!
//! A commit does not wait for the disk. What it has written stands in the write-ahead log until it is in the file, and
//! on the disk there; so it is enough to sync the log. The file itself must not be opened beside SQLite: as soon as it
//! is closed again, the system takes all locks of this process on it away (sqlite.org/howtocorrupt.html). The log has
//! none.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use events_schema::Position;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::store::StoreError;

/// The syncs of a write-ahead log, one at a time.
#[derive(Debug)]
pub(super) struct Syncs {
    path: PathBuf,
    /// Up to where all that was committed is on disk.
    on_disk: Position,
    /// The sync that is under way, and up to where was committed when it began.
    under_way: Option<(Position, JoinHandle<io::Result<()>>)>,
}

impl Syncs {
    /// Of the write-ahead log at `path`.
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path, on_disk: Position::ZERO, under_way: None }
    }

    /// Waits for the sync that was begun before; where there is none, begins one of what is committed, which is up to
    /// `committed`. The answer is up to where it is on disk. The very first one is waited for at once.
    pub(super) async fn advance(&mut self, committed: Position) -> Result<Position, StoreError> {
        if self.under_way.is_none() && committed > self.on_disk {
            let path = self.path.clone();
            self.under_way = Some((committed, spawn_blocking(move || sync(&path))));
            if self.on_disk > Position::ZERO {
                return Ok(self.on_disk);
            }
        }
        if let Some((begun_at, syncing)) = &mut self.under_way {
            let (begun_at, synced) = (*begun_at, syncing.await);
            self.under_way = None;
            let synced = synced.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            synced.map_err(StoreError::at(&self.path))?;
            self.on_disk = begun_at;
        }
        Ok(self.on_disk)
    }
}

/// Syncs the write-ahead log at `path`. There is none while nobody has the file open: then all of it is in the file,
/// and on the disk.
fn sync(path: &Path) -> io::Result<()> {
    match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        log => log?.sync_data(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_first_sync_is_waited_for_and_the_others_go_on_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.sqlite-wal");
        std::fs::write(&path, "frames").unwrap();
        let mut syncs = Syncs::new(path);
        let mut reached = Vec::new();
        for committed in [0, 5, 5, 7, 8, 8, 8] {
            reached.push(syncs.advance(Position::new(committed)).await.unwrap().get());
        }
        assert_eq!(reached, [0, 5, 5, 5, 7, 7, 8]);
    }

    #[tokio::test]
    async fn what_could_not_be_synced_is_not_taken_for_durable() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        std::fs::write(&file, "").unwrap();
        // A log in what is no directory.
        let mut syncs = Syncs::new(file.join("1.sqlite-wal"));
        assert!(syncs.advance(Position::new(5)).await.unwrap_err().passes());
        assert_eq!(syncs.on_disk, Position::ZERO);
        // A log that is not there has nothing that is not in the file.
        let mut syncs = Syncs::new(dir.path().join("1.sqlite-wal"));
        assert_eq!(syncs.advance(Position::new(5)).await.unwrap(), Position::new(5));
    }
}
