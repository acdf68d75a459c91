//! What a data directory takes on disk.

use std::io;
use std::path::Path;

/// The bytes of the parts of a data directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Disk {
    /// The log.
    pub(super) log: u64,
    /// The read models, with what SQLite keeps beside them.
    pub(super) read_models: u64,
    /// Everything else.
    pub(super) other: u64,
}

/// Measures a data directory. What goes away meanwhile is not there.
pub(super) fn of(data_dir: &Path) -> io::Result<Disk> {
    let (log, read_models) = (bytes(&data_dir.join("log"))?, bytes(&data_dir.join("read-models"))?);
    let other = bytes(data_dir)?.saturating_sub(log + read_models);
    Ok(Disk { log, read_models, other })
}

/// The bytes of a file or of all files below a directory.
fn bytes(path: &Path) -> io::Result<u64> {
    let Some(metadata) = there(std::fs::symlink_metadata(path))? else { return Ok(0) };
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    let Some(entries) = there(std::fs::read_dir(path))? else { return Ok(0) };
    entries.map(|entry| bytes(&entry?.path())).sum()
}

fn there<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_counts_once() {
        let dir = tempfile::tempdir().unwrap();
        for (path, len) in
            [("log/a", 5), ("log/b", 7), ("read-models/1.sqlite", 11), ("x/y/z", 2), ("token", 1)]
        {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, vec![0; len]).unwrap();
        }
        let expected = Disk { log: 12, read_models: 11, other: 3 };
        assert_eq!(of(dir.path()).unwrap(), expected);
        assert_eq!(of(&dir.path().join("nothing")).unwrap(), Disk::default());
    }
}
