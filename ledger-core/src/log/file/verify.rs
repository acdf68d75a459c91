//! Checks a whole log: every byte, every hash.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use events_schema::block::SealedBlock;
use events_schema::merkle::{Frontier, Head};
use events_schema::{Position, Timestamp};

use super::ending::{self, Ending};
use super::frame::{Fault, Frames};
use super::recovery::{check_name, gap};
use super::segment::{self, Segment, io_error};
use super::walk::{BLOCKS_AT_ONCE, Walk};
use super::{OpenError, log_dir};
use crate::log::{Damage, ReadError, Tail};

/// How many groups of blocks may wait to be hashed.
const GROUPS_MAX: usize = 4;

/// How many bytes of blocks, uncompressed, make a group.
const GROUP_BYTES: usize = 4 << 20;

/// A block that is being written by a running server looks torn for a moment; so the end is looked at this often.
const LOOKS: usize = 5;

/// How long a block may take to be written.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// What a sound log holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The number of events, and the Merkle root over them, computed from the events.
    pub head: Head,
    /// The number of blocks, fences included.
    pub blocks: u64,
    /// The bytes of all blocks, as they are stored.
    pub bytes: u64,
    /// When the first block was recorded; `None` in an empty log.
    pub first_recorded_at: Option<Timestamp>,
    /// When the last block was recorded; `None` in an empty log.
    pub last_recorded_at: Option<Timestamp>,
    /// A block that was being written when the process that wrote it ended, or is being written now. Nobody was told
    /// of it; the next start cuts it off, or completes it if only its closing is missing.
    pub torn_tail: Option<TornTail>,
}

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

/// Checks the log of a data directory: checksums, the chain of blocks, and every hash of the Merkle tree, computed from
/// the events. `progress` hears the number of events checked so far.
///
/// Nothing is changed and no lock is needed. While a server writes, the log is checked up to where it ended at the
/// beginning.
pub fn verify(data_dir: &Path, progress: impl FnMut(u64)) -> Result<Verified, OpenError> {
    let dir = log_dir(data_dir);
    let segments = if dir.is_dir() { segment::list(&dir)? } else { Vec::new() };
    let Some(last) = segments.last() else { return Err(OpenError::NoLog { dir }) };
    let end = find_end(last)?;
    let (send, receive) = sync_channel(GROUPS_MAX);
    thread::scope(|scope| {
        let segments = &segments;
        let reader = thread::Builder::new().name("log-verify".to_owned());
        let spawned = reader.spawn_scoped(scope, move || read_all(segments, end, &send));
        let reader = spawned.map_err(|source| io_error(&dir, source))?;
        let mut verified = hash_all(receive, progress)?;
        verified.torn_tail = reader.join().expect("reading does not panic")?;
        Ok(verified)
    })
}

/// Finds where the sound blocks of the last segment end now.
pub(super) fn find_end(segment: &Segment) -> Result<u64, ReadError> {
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
pub(super) fn look_at_end(segment: &Segment, at: u64, tail: &Tail) -> Result<Option<TornTail>, ReadError> {
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

/// Some blocks on their way to be hashed.
struct Group {
    /// The segment that they stand in.
    segment: Segment,
    /// The blocks.
    blocks: Vec<SealedBlock>,
}

/// Reads all blocks up to `end` in the last segment, and sends them on. Answers what is left unfinished there.
fn read_all(segments: &[Segment], end: u64, send: &SyncSender<Group>) -> Result<Option<TornTail>, ReadError> {
    let mut tail = Tail::EMPTY;
    for (number, segment) in segments.iter().enumerate() {
        check_name(segment, &tail)?;
        let next = segments.get(number + 1);
        let length = if next.is_some() { segment.open()?.1 } else { end };
        let mut walk = Walk::blocks(segment, 0, length, tail)?;
        let walked = read_segment(&mut walk, segment, send);
        tail = walk.tail().clone();
        let position = tail.position.next();
        let heard = walked.map_err(|fault| segment.error(position, fault))?;
        match next {
            _ if !heard => break,
            None => return look_at_end(segment, end, &tail),
            Some(next) if next.first != position => return Err(segment.error(position, gap(next.first))),
            Some(_) => {}
        }
    }
    Ok(None)
}

/// Reads all blocks of a segment and sends them on in groups, those before a fault too. Answers whether somebody listens
/// still: nobody does when hashing has found something.
fn read_segment(walk: &mut Walk, segment: &Segment, send: &SyncSender<Group>) -> Result<bool, Fault> {
    loop {
        let mut group = Group { segment: segment.clone(), blocks: Vec::new() };
        let end = fill(&mut group, walk);
        if send.send(group).is_err() {
            return Ok(false);
        }
        if end? {
            return Ok(true);
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

/// Hashes all events, and compares with what the blocks name.
fn hash_all(groups: Receiver<Group>, mut progress: impl FnMut(u64)) -> Result<Verified, ReadError> {
    let mut frontier = Frontier::new();
    let mut verified = Verified {
        head: Head::EMPTY,
        blocks: 0,
        bytes: 0,
        first_recorded_at: None,
        last_recorded_at: None,
        torn_tail: None,
    };
    for Group { segment, blocks } in groups {
        for block in blocks {
            let header = block.header();
            let damage = Damage::Root { root: header.after.root };
            block.extend(&mut frontier).map_err(|_| segment.error(header.first, Fault::Damage(damage)))?;
            verified.head = header.after;
            verified.blocks += 1;
            verified.bytes += block.bytes().len() as u64;
            verified.first_recorded_at.get_or_insert(header.recorded_at);
            verified.last_recorded_at = Some(header.recorded_at);
        }
        progress(verified.head.size);
    }
    Ok(verified)
}
