//! The files of all generations, and which of them is read.
//!
//! `DIR/read-models/` holds `1.sqlite`, `2.sqlite`, …, beside each the entities it was folded from (`1.entities`), and
//! `current`, a text file with the number of the one that is read. It is replaced as a whole, so there is always exactly
//! one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::checkpoint::Checkpoint;
use crate::store::{Format, StoreError};

/// The generations of read models in a data directory. Only one process uses it at a time.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    dir: PathBuf,
}

impl Files {
    /// Those of a data directory; their directory is made if there is none.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let dir = data_dir.join("read-models");
        fs::create_dir_all(&dir).map_err(StoreError::at(&dir))?;
        Ok(Self { dir })
    }

    /// The file of a generation.
    pub(crate) fn path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number}.sqlite"))
    }

    /// What SQLite writes beside the file of a generation before it is put there: the write-ahead log.
    pub(crate) fn wal_path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number}.sqlite-wal"))
    }

    /// The directory of a generation's entities.
    pub(crate) fn entities_path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number}.entities"))
    }

    /// The one that is read; none before the first one was made, or when its file is gone.
    pub(crate) fn current(&self) -> Result<Option<u64>, StoreError> {
        let path = self.current_path();
        match fs::read_to_string(&path) {
            Ok(text) => match text.trim().parse() {
                Ok(number) => Ok(Some(number).filter(|number| self.path(*number).exists())),
                Err(_) => Err(StoreError::NoNumber { path }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::at(&path)(error)),
        }
    }

    /// From now on `number` is read.
    pub(crate) fn switch_to(&self, number: u64) -> Result<(), StoreError> {
        let (new, current) = (self.dir.join("current.new"), self.current_path());
        let written = File::create(&new).and_then(|mut file| {
            writeln!(file, "{number}")?;
            file.sync_all()
        });
        written.map_err(StoreError::at(&new))?;
        fs::rename(&new, &current).map_err(StoreError::at(&current))?;
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(StoreError::at(&self.dir))
    }

    /// The numbers of all generations, in their order.
    pub(crate) fn all(&self) -> Result<Vec<u64>, StoreError> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(StoreError::at(&self.dir))? {
            let name = entry.map_err(StoreError::at(&self.dir))?.file_name();
            let split = name.to_str().and_then(|name| name.split_once('.'));
            let number = split.filter(|(_, ending)| matches!(*ending, "sqlite" | "entities"));
            numbers.extend(number.and_then(|(number, _)| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    /// What the file of a generation holds.
    pub(crate) async fn format(&self, number: u64) -> Result<Format, StoreError> {
        super::format(&self.path(number)).await
    }

    /// The same, while another process may be writing it.
    pub(crate) async fn format_beside(&self, number: u64) -> Result<Format, StoreError> {
        super::format_beside(&self.path(number)).await
    }

    /// How far a generation is; nothing before the first event.
    pub(crate) async fn checkpoint(&self, number: u64) -> Result<Option<Checkpoint>, StoreError> {
        super::checkpoint_of(&self.path(number)).await
    }

    /// Deletes the file of a generation, what SQLite keeps beside it, and its entities.
    pub(crate) fn delete(&self, number: u64) -> Result<(), StoreError> {
        for ending in ["", "-wal", "-shm"] {
            let path = self.dir.join(format!("{number}.sqlite{ending}"));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(StoreError::at(&path)(error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        let path = self.entities_path(number);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StoreError::at(&path)(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn current_path(&self) -> PathBuf {
        self.dir.join("current")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_generation_is_current_and_older_ones_can_go() {
        let dir = tempfile::tempdir().unwrap();
        let generations = Files::open(dir.path()).unwrap();
        assert_eq!(generations.current().unwrap(), None);
        for number in [1, 2, 10] {
            fs::write(generations.path(number), "").unwrap();
            generations.switch_to(number).unwrap();
        }
        fs::write(dir.path().join("read-models/2.sqlite-wal"), "").unwrap();
        assert_eq!(generations.current().unwrap(), Some(10));
        assert_eq!(generations.all().unwrap(), [1, 2, 10]);
        for number in [1, 2] {
            generations.delete(number).unwrap();
        }
        assert_eq!(generations.all().unwrap(), [10]);
        assert_eq!(fs::read_dir(dir.path().join("read-models")).unwrap().count(), 2);
        fs::remove_file(generations.path(10)).unwrap();
        assert_eq!(generations.current().unwrap(), None);
    }

    #[test]
    fn a_damaged_name_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let generations = Files::open(dir.path()).unwrap();
        fs::write(dir.path().join("read-models/current"), "tomorrow").unwrap();
        let refused = generations.current().unwrap_err().to_string();
        assert!(refused.contains("`ledger rebuild`"), "{refused}");
    }
}
