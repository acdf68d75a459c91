//! Goes through a whole log without the right to write: to check it, or to fold it once more.

use std::ops::ControlFlow;
use std::path::Path;
use std::thread;
use std::time::Duration;

use events_schema::block::SealedBlock;

use super::ending::{self, Ending};
use super::frame::{Fault, Frames};
use super::recovery::{check_name, gap};
use super::segment::{self, Segment, io_error};
use super::verify::TornTail;
use super::walk::{BLOCKS_AT_ONCE, Walk};
use super::{OpenError, log_dir};
use crate::log::{ReadError, Tail};

/// How many bytes of blocks, uncompressed, make a group.
const GROUP_BYTES: usize = 4 << 20;

/// A block that is being written by a running server looks torn for a moment; so the end is looked at this often.
const LOOKS: usize = 5;

/// How long a block may take to be written.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// A log that is only read, up to where it ended when it was opened.
///
/// Nothing is changed and no lock is needed: a server may write meanwhile.
#[derive(Clone, Debug)]
pub struct LogReader {
    /// All segments, in order; there is at least one.
    segments: Vec<Segment>,
    /// Where the sound blocks of the last one end.
    end: u64,
}

/// Some blocks that stand one after the other.
pub(super) struct Group {
    /// The segment that they stand in.
    pub(super) segment: Segment,
    /// The blocks.
    pub(super) blocks: Vec<SealedBlock>,
}

impl LogReader {
    /// Opens the log of a data directory.
    pub fn open(data_dir: &Path) -> Result<Self, OpenError> {
        let dir = log_dir(data_dir);
        let segments = if dir.is_dir() { segment::list(&dir)? } else { Vec::new() };
        let Some(last) = segments.last() else { return Err(OpenError::NoLog { dir }) };
        let end = find_end(last)?;
        Ok(Self { segments, end })
    }

    /// Reads all blocks in their order, fences included, until `take` breaks off. Every block has the right checksums
    /// and is the next one; the hashes of its events are not computed.
    pub fn read(&self, mut take: impl FnMut(Vec<SealedBlock>) -> ControlFlow<()>) -> Result<(), ReadError> {
        self.read_groups(|group| take(group.blocks))?;
        Ok(())
    }

    /// The same, with where the blocks stand. Answers what is left unfinished at the end, where it was reached.
    pub(super) fn read_groups(
        &self,
        mut take: impl FnMut(Group) -> ControlFlow<()>,
    ) -> Result<Option<TornTail>, ReadError> {
        let mut tail = Tail::EMPTY;
        for (number, segment) in self.segments.iter().enumerate() {
            check_name(segment, &tail)?;
            let next = self.segments.get(number + 1);
            let length = if next.is_some() { segment.open()?.1 } else { self.end };
            let mut walk = Walk::blocks(segment, 0, length, tail)?;
            let walked = read_segment(&mut walk, segment, &mut take);
            tail = walk.tail().clone();
            let position = tail.position.next();
            let heard = walked.map_err(|fault| segment.error(position, fault))?;
            match next {
                _ if heard.is_break() => break,
                None => return look_at_end(segment, self.end, &tail),
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

/// Reads all blocks of a segment and hands them on in groups, those before a fault too. Answers whether somebody listens
/// still: nobody does, for instance, when hashing has found something.
fn read_segment(
    walk: &mut Walk,
    segment: &Segment,
    take: &mut impl FnMut(Group) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Fault> {
    loop {
        let mut group = Group { segment: segment.clone(), blocks: Vec::new() };
        let end = fill(&mut group, walk);
        if take(group).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if end? {
            return Ok(ControlFlow::Continue(()));
        }
    }
}

/// Adds blocks to the group until there are enough. Answers whether the segment is at its end.
fn fill(group: &mut Group, walk: &mut Walk) -> Result<bool, Fault> {
    let mut bytes = 0;
    while bytes < GROUP_BYTES {
        let Some(block) = walk.step()?.and_then(|step| step.block) else { return Ok(true) };
        bytes += block.header().uncompressed_bytes();
        group.blocks.push(block);
    }
    Ok(false)
}
