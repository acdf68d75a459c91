//! The files of the log: segments, named by the position that they begin with.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use events_schema::Position;

use super::frame::Fault;
use crate::log::ReadError;

/// The end of a segment's name.
const SUFFIX: &str = ".segment";

/// The end of the name of a segment that is being copied.
const COPY_SUFFIX: &str = ".segment.copy";

/// One file of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// The position that its first block begins with.
    pub(super) first: Position,
    /// Where it is.
    pub(super) path: PathBuf,
}

impl Segment {
    /// The segment of the directory that begins with this position.
    pub(super) fn new(dir: &Path, first: Position) -> Self {
        Self { first, path: dir.join(format!("{:020}{SUFFIX}", first.get())) }
    }

    /// Where its valid part is copied to, before the copy takes its place.
    pub(super) fn copy_path(&self) -> PathBuf {
        self.path.with_extension(COPY_SUFFIX.trim_start_matches('.'))
    }

    /// Opens it for reading.
    pub(super) fn open(&self) -> Result<(File, u64), ReadError> {
        let opened = File::open(&self.path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (length, file) = opened.map_err(|source| io_error(&self.path, source))?;
        Ok((file, length))
    }

    /// The error for a block in this file that could not be read.
    pub(super) fn error(&self, position: Position, fault: Fault) -> ReadError {
        let segment = self.path.display().to_string();
        match fault {
            Fault::Damage(reason) => ReadError::Corrupt { position, segment, reason },
            Fault::Newer(reason) => ReadError::NewerFormat { position, segment, reason },
            Fault::Io(source) => ReadError::Io { place: segment, source },
        }
    }
}

/// All segments of a directory, in order.
pub(super) fn list(dir: &Path) -> Result<Vec<Segment>, ReadError> {
    let names = names(dir).map_err(|source| io_error(dir, source))?;
    let mut segments = Vec::new();
    for name in names.iter().filter_map(|name| name.to_str()?.strip_suffix(SUFFIX)) {
        let first = name.parse().ok().filter(|first| *first > 0 && name.len() == 20);
        let Some(first) = first else {
            let source = io::Error::new(io::ErrorKind::InvalidData, "the name is not that of a segment");
            return Err(io_error(&dir.join(format!("{name}{SUFFIX}")), source));
        };
        segments.push(Segment::new(dir, Position::new(first)));
    }
    segments.sort_by_key(|segment| segment.first);
    Ok(segments)
}

/// Removes copies that a crash left unfinished.
pub(super) fn remove_copies(dir: &Path) -> Result<(), ReadError> {
    let names = names(dir).map_err(|source| io_error(dir, source))?;
    for name in names.iter().filter(|name| name.to_string_lossy().ends_with(COPY_SUFFIX)) {
        let path = dir.join(name);
        fs::remove_file(&path).map_err(|source| io_error(&path, source))?;
    }
    Ok(())
}

fn names(dir: &Path) -> io::Result<Vec<OsString>> {
    fs::read_dir(dir)?.map(|entry| Ok(entry?.file_name())).collect()
}

/// Makes the names in a directory durable.
pub(super) fn sync_dir(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// The error for a file that cannot be reached.
pub(super) fn io_error(path: &Path, source: io::Error) -> ReadError {
    ReadError::Io { place: path.display().to_string(), source }
}
