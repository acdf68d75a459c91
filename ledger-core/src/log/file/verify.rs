//! Checks a whole log: every byte, every hash.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use events_schema::Timestamp;
use events_schema::merkle::{Frontier, Head};

use super::frame::Fault;
use super::scan::{Group, LogScan};
use super::segment::io_error;
use super::{OpenError, TornTail, log_dir};
use crate::log::{Damage, ReadError};

/// How many groups of blocks may wait to be hashed.
const GROUPS_MAX: usize = 4;

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

/// Checks the log of a data directory: checksums, the chain of blocks, and every hash of the Merkle tree, computed from
/// the events. `progress` hears the number of events checked so far.
///
/// Nothing is changed and no lock is needed. While a server writes, the log is checked up to where it ended at the
/// beginning.
pub fn verify(data_dir: &Path, progress: impl FnMut(u64)) -> Result<Verified, OpenError> {
    let log = LogScan::open(data_dir)?;
    let (send, receive) = sync_channel(GROUPS_MAX);
    thread::scope(|scope| {
        let reader = thread::Builder::new().name("log-verify".to_owned());
        let spawned = reader.spawn_scoped(scope, move || {
            // Nobody listens any more when hashing has found something.
            log.read_groups(|group| send.send(group).map_or(ControlFlow::Break(()), ControlFlow::Continue))
        });
        let reader = spawned.map_err(|source| io_error(&log_dir(data_dir), source))?;
        let mut verified = hash_all(receive, progress)?;
        verified.torn_tail = reader.join().expect("reading does not panic")?;
        Ok(verified)
    })
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
