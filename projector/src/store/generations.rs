//! The files of all generations, and which of them is read.
//!
//! `DIR/read-models/` holds `1.sqlite`, `2.sqlite`, …, beside each the entities it was folded from (`1.entities`), and
//! `current`, a text file with the number of the one that is read. It is replaced as a whole, so there is always exactly
//! one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The generations of read models in a data directory.
#[derive(Clone, Debug)]
pub(crate) struct Generations {
    dir: PathBuf,
}

/// Why the files of the read models cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GenerationsError {
    /// The system says no.
    #[error("the read models in {} cannot be used: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file that names the current generation holds something else.
    #[error("{} does not hold the number of a generation: make the read models anew with `ledger rebuild`", path.display())]
    NoNumber {
        /// That file.
        path: PathBuf,
    },
}

impl Generations {
    /// Those of a data directory; their directory is made if there is none.
    pub(crate) fn open(data_dir: &Path) -> Result<Self, GenerationsError> {
        let dir = data_dir.join("read-models");
        fs::create_dir_all(&dir).map_err(failed(&dir))?;
        Ok(Self { dir })
    }

    /// The file of a generation.
    pub(crate) fn path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number}.sqlite"))
    }

    /// The directory of a generation's entities.
    pub(crate) fn entities_path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("{number}.entities"))
    }

    /// The one that is read; none before the first one was made.
    pub(crate) fn current(&self) -> Result<Option<u64>, GenerationsError> {
        let path = self.current_path();
        match fs::read_to_string(&path) {
            Ok(text) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(GenerationsError::NoNumber { path }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    /// From now on `number` is read.
    pub(crate) fn switch_to(&self, number: u64) -> Result<(), GenerationsError> {
        let (new, current) = (self.dir.join("current.new"), self.current_path());
        let written = File::create(&new).and_then(|mut file| {
            writeln!(file, "{number}")?;
            file.sync_all()
        });
        written.map_err(failed(&new))?;
        fs::rename(&new, &current).map_err(failed(&current))?;
        File::open(&self.dir).and_then(|dir| dir.sync_all()).map_err(failed(&self.dir))
    }

    /// The numbers of all generations, in their order.
    pub(crate) fn all(&self) -> Result<Vec<u64>, GenerationsError> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(failed(&self.dir))? {
            let name = entry.map_err(failed(&self.dir))?.file_name();
            let number = name.to_str().and_then(|name| name.strip_suffix(".sqlite"));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Deletes the file of a generation, what SQLite keeps beside it, and its entities.
    pub(crate) fn delete(&self, number: u64) -> Result<(), GenerationsError> {
        for ending in ["", "-wal", "-shm"] {
            let path = self.dir.join(format!("{number}.sqlite{ending}"));
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(&path)(error)),
                Ok(()) | Err(_) => {}
            }
        }
        let path = self.entities_path(number);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path)(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Deletes all generations for which `keep` does not hold.
    pub(crate) fn retain(&self, keep: impl Fn(u64) -> bool) -> Result<(), GenerationsError> {
        self.all()?.into_iter().filter(|number| !keep(*number)).try_for_each(|number| self.delete(number))
    }

    fn current_path(&self) -> PathBuf {
        self.dir.join("current")
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> GenerationsError {
    let path = path.to_owned();
    move |source| GenerationsError::Io { path: path.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_generation_is_current_and_older_ones_can_go() {
        let dir = tempfile::tempdir().unwrap();
        let generations = Generations::open(dir.path()).unwrap();
        assert_eq!(generations.current().unwrap(), None);
        for number in [1, 2, 10] {
            fs::write(generations.path(number), "").unwrap();
            generations.switch_to(number).unwrap();
        }
        fs::write(dir.path().join("read-models/2.sqlite-wal"), "").unwrap();
        assert_eq!(generations.current().unwrap(), Some(10));
        assert_eq!(generations.all().unwrap(), [1, 2, 10]);
        generations.retain(|number| number == 10).unwrap();
        assert_eq!(generations.all().unwrap(), [10]);
        assert_eq!(fs::read_dir(dir.path().join("read-models")).unwrap().count(), 2);
    }

    #[test]
    fn a_damaged_name_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let generations = Generations::open(dir.path()).unwrap();
        fs::write(dir.path().join("read-models/current"), "tomorrow").unwrap();
        let refused = generations.current().unwrap_err().to_string();
        assert!(refused.contains("`ledger rebuild`"), "{refused}");
    }
}
