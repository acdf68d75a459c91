//! Opens the files of a log: finds its end, and mends what a crash left behind.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use events_schema::Position;

use super::active::Active;
use super::clean::{self, Closed};
use super::ending::{self, Ending};
use super::frame::{Fault, frame_into, read_full, usize_of};
use super::index::Index;
use super::segment::{self, Segment, io_error, sync_dir};
use super::walk::Walk;
use crate::log::{Damage, ReadError, Tail};

/// How much of a segment is copied at once.
const COPY_AT_ONCE: usize = 4 << 20;

/// A log that has been opened.
pub(super) struct Opened {
    /// Where its blocks stand.
    pub(super) index: Index,
    /// Where it ends.
    pub(super) tail: Tail,
    /// The segment that the next block goes to.
    pub(super) active: Active,
}

/// Opens the log in `dir`, whose segments are given in order; there is at least one.
pub(super) fn open(dir: &Path, segments: &[Segment], derived: Position) -> Result<Opened, ReadError> {
    segment::remove_copies(dir)?;
    let closed = clean::read(dir)?;
    let mut index = Index::default();
    let mut tail = Tail::EMPTY;
    let (last, finished) = segments.split_last().expect("a log has a segment");
    for (number, segment) in finished.iter().enumerate() {
        tail = walk_finished(segment, segments[number + 1].first, tail, &mut index)?;
    }
    check_name(last, &tail)?;
    let end = walk_last(last, tail, &mut index)?;
    check_closed(last, &end.tail, closed)?;
    let clean = closed == Some(Closed::at(&end.tail));
    check_end(last, &end, clean, derived)?;
    if let Some(bytes) = end.torn {
        tracing::warn!(
            position = end.tail.position.next().get(),
            segment = %last.path.display(),
            bytes,
            "cut off a block that was being written when the process ended; nobody had been told of it"
        );
    }
    if !clean {
        rewrite(dir, last, &end)?;
    }
    clean::remove(dir)?;
    let active = Active::open(last.clone(), end.at()).map_err(|source| io_error(&last.path, source))?;
    Ok(Opened { index, tail: end.tail, active })
}

/// Goes through the headers of a segment that is not the last one.
fn walk_finished(
    segment: &Segment,
    next: Position,
    tail: Tail,
    index: &mut Index,
) -> Result<Tail, ReadError> {
    check_name(segment, &tail)?;
    let (_, length) = segment.open()?;
    let mut walk = Walk::headers(segment, length, tail)?;
    index.add_segment(segment.clone());
    let walked = walk_on(&mut walk, index);
    let position = walk.tail().position.next();
    walked.map_err(|fault| segment.error(position, fault))?;
    if position == next { Ok(walk.tail().clone()) } else { Err(segment.error(position, gap(next))) }
}

/// Where the last segment ends.
struct End {
    /// The end of the log.
    tail: Tail,
    /// Where the last closed frame ends.
    closed_at: u64,
    /// The frame of a whole block after it, whose closing bytes had not all been written.
    unclosed: Vec<u8>,
    /// The bytes of an unfinished block after that.
    torn: Option<u64>,
}

impl End {
    /// Where the next block goes to.
    const fn at(&self) -> u64 {
        self.closed_at + self.unclosed.len() as u64
    }
}

/// Goes through the blocks of the last segment.
fn walk_last(segment: &Segment, tail: Tail, index: &mut Index) -> Result<End, ReadError> {
    let (file, length) = segment.open()?;
    let mut walk = Walk::checked(segment, length, tail)?;
    index.add_segment(segment.clone());
    let walked = walk_on(&mut walk, index);
    let mut end = End { tail: walk.tail().clone(), closed_at: walk.at(), unclosed: Vec::new(), torn: None };
    let Err(fault) = walked else { return Ok(end) };
    match ending::examine(&file, end.closed_at, &end.tail, fault)
        .map_err(|source| io_error(&segment.path, source))?
    {
        Ending::Clean => {}
        Ending::Torn { bytes } => end.torn = Some(bytes),
        Ending::Unclosed(block) => {
            frame_into(block.bytes(), &mut end.unclosed);
            index.add_block(block.header().first, block.header().last(), end.closed_at, end.at());
            end.tail = end.tail.after(block.header());
        }
        Ending::Fault(fault) => return Err(segment.error(end.tail.position.next(), fault)),
    }
    Ok(end)
}

/// Goes on to the end of the segment or to a fault.
pub(super) fn walk_on(walk: &mut Walk, index: &mut Index) -> Result<(), Fault> {
    while let Some(step) = walk.step()? {
        index.add_block(step.header.first, step.header.last(), step.at, walk.at());
    }
    Ok(())
}

/// A segment has the name of the position that it must begin with.
pub(super) fn check_name(segment: &Segment, tail: &Tail) -> Result<(), ReadError> {
    let position = tail.position.next();
    if segment.first == position { Ok(()) } else { Err(segment.error(position, gap(segment.first))) }
}

pub(super) const fn gap(next: Position) -> Fault {
    Fault::Damage(Damage::Gap { next })
}

/// A log that was closed is not shorter than it was then. (It may be longer, if the marker came from an older copy.)
fn check_closed(last: &Segment, tail: &Tail, closed: Option<Closed>) -> Result<(), ReadError> {
    match closed {
        Some(closed) if closed.position > tail.position || closed.blocks > tail.blocks => {
            let damage = Damage::Shortened { closed_at: closed.position };
            Err(last.error(tail.position.next(), Fault::Damage(damage)))
        }
        Some(_) | None => Ok(()),
    }
}

/// An unfinished block may be cut off only when nobody has seen it whole.
fn check_end(last: &Segment, end: &End, clean: bool, derived: Position) -> Result<(), ReadError> {
    let damage = if clean && (end.torn.is_some() || !end.unclosed.is_empty()) {
        Damage::ClosedWhole
    } else if end.torn.is_some() && derived > end.tail.position {
        Damage::SeenWhole { derived }
    } else {
        return Ok(());
    };
    Err(last.error(end.tail.position.next(), Fault::Damage(damage)))
}

/// Replaces the last segment by a copy of its valid part. What the operating system holds of a file after a failed
/// sync looks written and is not; a copy is written for certain, or fails.
fn rewrite(dir: &Path, segment: &Segment, end: &End) -> Result<(), ReadError> {
    let path = segment.copy_path();
    let copied = copy(segment, end, &path).and_then(|()| fs::rename(&path, &segment.path));
    copied.and_then(|()| sync_dir(dir)).map_err(|source| {
        // It takes room, and the next attempt makes it anew.
        let _ = fs::remove_file(&path);
        let place =
            format!("copying {} after a crash, which takes {} bytes", segment.path.display(), end.at());
        ReadError::Io { place, source }
    })
}

/// Writes the valid part of a segment to a new file, durably.
fn copy(segment: &Segment, end: &End, path: &Path) -> io::Result<()> {
    let from = File::open(&segment.path)?;
    let mut to = File::create(path)?;
    let mut buffer = vec![0; COPY_AT_ONCE];
    let mut at = 0;
    while at < end.closed_at {
        let part = usize_of(end.closed_at - at).min(COPY_AT_ONCE);
        if read_full(&from, &mut buffer[..part], at)? < part {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        to.write_all(&buffer[..part])?;
        at += part as u64;
    }
    to.write_all(&end.unclosed)?;
    to.sync_all()
}
