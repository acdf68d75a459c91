//! The marker of a log that was closed in good order.
//!
//! It says where the log ended. While the log is open there is none, so that a crash is noticed at the next start.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use events_schema::Position;

use super::segment::{io_error, sync_dir};
use crate::log::{ReadError, Tail};

const NAME: &str = "clean";
const NEW_NAME: &str = "clean.new";

/// Where a log ended when it was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    /// The position of the last event.
    pub(super) position: Position,
    /// The number of blocks.
    pub(super) blocks: u64,
}

impl Closed {
    /// Where this log ends.
    pub(super) const fn at(tail: &Tail) -> Self {
        Self { position: tail.position, blocks: tail.blocks }
    }
}

/// Where the log was closed; `None` when it was not, or the marker cannot be made sense of.
pub(super) fn read(dir: &Path) -> Result<Option<Closed>, ReadError> {
    let path = dir.join(NAME);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(parse(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error(&path, error)),
    }
}

fn parse(text: &str) -> Option<Closed> {
    let (position, blocks) = text.trim_end().split_once(' ')?;
    Some(Closed { position: Position::new(position.parse().ok()?), blocks: blocks.parse().ok()? })
}

/// Writes the marker.
pub(super) fn write(dir: &Path, closed: Closed) -> io::Result<()> {
    let path = dir.join(NEW_NAME);
    let written = File::create(&path).and_then(|mut file| {
        writeln!(file, "{} {}", closed.position, closed.blocks)?;
        file.sync_all()?;
        fs::rename(&path, dir.join(NAME))
    });
    if written.is_err() {
        // Nothing depends on it: the next start takes the log for one that was not closed.
        let _ = fs::remove_file(&path);
    }
    written?;
    sync_dir(dir)
}

/// Removes the marker, durably.
pub(super) fn remove(dir: &Path) -> Result<(), ReadError> {
    let path = dir.join(NAME);
    match fs::remove_file(&path) {
        Ok(()) => sync_dir(dir).map_err(|error| io_error(&path, error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(io_error(&path, error)),
    }
}
