//! How far a log reaches, found without the right to write: a server may write meanwhile.

use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::Duration;

use events_schema::Position;

use super::ending::{self, Ending};
use super::frame::{Fault, Frames};
use super::recovery::{check_name, gap};
use super::segment::{self, Segment, io_error};
use super::walk::{BLOCKS_AT_ONCE, Walk};
use super::{OpenError, log_dir};
use crate::log::{ReadError, Tail};

/// A block that is being written by a running server looks torn for a moment; so the end is looked at this often.
const LOOKS: usize = 5;

/// How long a block may take to be written.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// A block that was never finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The position that it begins with.
    pub position: Position,
    /// The file that it stands in.
    pub segment: String,
    /// Its bytes, as far as they were written.
    pub bytes: u64,
}

/// The files of a log, up to where it ended when they were found. Nothing is changed and no lock is needed.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    /// All segments, in order; there is at least one.
    segments: Vec<Segment>,
    /// Where the sound blocks of the last one end.
    end: u64,
}

impl Extent {
    /// Finds the log of a data directory. The last segment is read as a whole.
    pub(super) fn find(data_dir: &Path) -> Result<Self, OpenError> {
        let dir = log_dir(data_dir);
        let segments = if dir.is_dir() { segment::list(&dir)? } else { Vec::new() };
        let Some(last) = segments.last() else { return Err(OpenError::NoLog { dir }) };
        let end = find_end(last)?;
        Ok(Self { segments, end })
    }

    /// Goes through segment after segment, each with the walk that `begin` makes of it, its length and the end of the
    /// log before it, until `pass` breaks off or finds a fault. `tail` is where the blocks end that were passed; what
    /// stands behind the last one is answered, where it was reached.
    pub(super) fn walk(
        &self,
        tail: &mut Tail,
        begin: impl Fn(&Segment, u64, Tail) -> Result<Walk, ReadError>,
        mut pass: impl FnMut(&mut Walk, &Segment) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<Option<TornTail>, ReadError> {
        for (number, segment) in self.segments.iter().enumerate() {
            check_name(segment, tail)?;
            let next = self.segments.get(number + 1);
            let length = if next.is_some() { segment.open()?.1 } else { self.end };
            let mut walk = begin(segment, length, tail.clone())?;
            let passed = pass(&mut walk, segment);
            *tail = walk.tail().clone();
            let position = tail.position.next();
            let heard = passed.map_err(|fault| segment.error(position, fault))?;
            match next {
                _ if heard.is_break() => break,
                None => return look_at_end(segment, self.end, tail),
                Some(next) if next.first != position => return Err(segment.error(position, gap(next.first))),
                Some(_) => {}
            }
        }
        Ok(None)
    }
}

/// Finds where the sound blocks of the last segment end now.
fn find_end(segment: &Segment) -> Result<u64, ReadError> {
    let (file, length) = segment.open()?;
    let mut frames = Frames::new(file, 0, length, BLOCKS_AT_ONCE);
    // What ends them is looked at when all before it has been checked.
    let _ = pass_all(&mut frames);
    Ok(frames.at())
}

/// Goes past all sound frames.
fn pass_all(frames: &mut Frames) -> Result<(), Fault> {
    while !frames.is_at_end() {
        let header = frames.header()?;
        frames.check(&header)?;
        frames.pass(&header)?;
    }
    Ok(())
}

/// Finds out what stands behind the last sound block.
fn look_at_end(segment: &Segment, at: u64, tail: &Tail) -> Result<Option<TornTail>, ReadError> {
    let mut look = 1;
    loop {
        let (file, length) = segment.open()?;
        let Err(fault) = Walk::blocks(segment, at, length, tail.clone())?.step() else { return Ok(None) };
        let ending = ending::examine(&file, at, tail, fault);
        let bytes = match ending.map_err(|source| io_error(&segment.path, source))? {
            Ending::Clean => return Ok(None),
            Ending::Fault(fault) if look == LOOKS => return Err(segment.error(tail.position.next(), fault)),
            Ending::Fault(_) => 0,
            Ending::Torn { bytes } => bytes,
            Ending::Unclosed(block) => block.bytes().len() as u64,
        };
        if look == LOOKS {
            let segment = segment.path.display().to_string();
            return Ok(Some(TornTail { position: tail.position.next(), segment, bytes }));
        }
        look += 1;
        thread::sleep(LOOK_AGAIN_AFTER);
    }
}
