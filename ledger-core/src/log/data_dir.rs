//! One process for one data directory.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;

/// The right to use a data directory, which only one process has at a time.
///
/// The operating system keeps the lock, so it is gone with the process however that ends. Clones share it.
#[derive(Clone, Debug)]
pub struct DataDirLock {
    /// The data directory.
    dir: PathBuf,
    /// The lock ends when the last clone is dropped.
    _held: Arc<Held>,
}

/// The locked file.
#[derive(Debug)]
struct Held(File);

impl Drop for Held {
    fn drop(&mut self) {
        // Closing the file is not enough while a child process that is just being started has it open too.
        let _ = self.0.unlock();
    }
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process uses it.
    #[error("the data directory {} is in use by process {process}: stop that process, or use another directory", dir.display())]
    InUse {
        /// The data directory.
        dir: PathBuf,
        /// The process, as far as it is known.
        process: String,
    },
    /// The directory or the lock file cannot be opened.
    #[error("the data directory {} cannot be used: {source}", dir.display())]
    Io {
        /// The data directory.
        dir: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

impl DataDirLock {
    /// Locks a data directory, which is made if it does not exist.
    pub fn acquire(dir: &Path) -> Result<Self, LockError> {
        let failed = |source| LockError::Io { dir: dir.to_owned(), source };
        fs::create_dir_all(dir).map_err(failed)?;
        let path = dir.join("lock");
        let options = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = options.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::InUse { dir: dir.to_owned(), process: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // Only for the sentence that another process may have to say, so a full disk is no reason to stop.
        if file.set_len(0).and_then(|()| write!(file, "{}", process::id())).is_err() {
            tracing::debug!(dir = %dir.display(), "the lock file does not name this process");
        }
        Ok(Self { dir: dir.to_owned(), _held: Arc::new(Held(file)) })
    }

    /// The data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }
}

/// The process that holds the lock.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    match file.take(20).read_to_string(&mut text) {
        Ok(1..) => text,
        Ok(0) | Err(_) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_in_use_is_refused_until_it_is_free() {
        let dir = tempfile::tempdir().unwrap();
        let lock = DataDirLock::acquire(dir.path()).unwrap();
        let kept = lock.clone();
        drop(lock);
        let refused = DataDirLock::acquire(dir.path()).unwrap_err().to_string();
        assert!(refused.contains(&dir.path().display().to_string()), "{refused}");
        assert!(refused.contains(&format!("process {}: stop that process", process::id())), "{refused}");
        drop(kept);
        DataDirLock::acquire(dir.path()).unwrap();
    }
}
