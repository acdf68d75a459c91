//! Reads the file log without writing to it: beside the process that does, or within it.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use events_schema::Position;
use events_schema::block::SealedBlock;
use tokio::sync::watch;

use super::index::Index;
use super::recovery::{check_name, gap, walk_on};
use super::segment::{self, Segment};
use super::verify::{find_end, look_at_end};
use super::walk::Walk;
use super::{OpenError, Shared, log_dir, read};
use crate::log::{ReadError, Tail};

/// The file log for reading only. Cheap to clone; it reads files, so it blocks.
///
/// That of a running log ([`FileLog::reader`](super::FileLog::reader)) follows it, and sees durable blocks only. That
/// of a data directory ([`Reader::open`]) needs no lock, and ends where the log ended when it was opened.
#[derive(Clone, Debug)]
pub struct Reader {
    shared: Arc<Shared>,
}

/// A log that was opened for reading only.
#[derive(Debug)]
pub struct OpenedReader {
    /// Reads it, as far as its blocks can be found.
    pub reader: Reader,
    /// Why they cannot be found any further, where the log does not simply end there. Blocks before it may still turn
    /// out to be damaged when they are read.
    pub fault: Option<ReadError>,
}

impl Reader {
    /// Opens the log of a data directory for reading only. Nothing is changed and no lock is needed. It looks at the
    /// headers of all blocks, and reads the last segment as a whole.
    pub fn open(data_dir: &Path) -> Result<OpenedReader, OpenError> {
        let dir = log_dir(data_dir);
        let segments = if dir.is_dir() { segment::list(&dir)? } else { Vec::new() };
        let Some(last) = segments.last() else { return Err(OpenError::NoLog { dir }) };
        let end = find_end(last)?;
        let (mut index, mut tail) = (Index::default(), Tail::EMPTY);
        let walked = walk_all(&segments, end, &mut index, &mut tail);
        let fault = walked.and_then(|()| look_at_end(last, end, &tail).map(|_| ())).err();
        let (tail, _) = watch::channel(tail);
        let shared = Shared { index: RwLock::new(index), tail, power_cut: AtomicBool::new(false) };
        Ok(OpenedReader { reader: Self::new(Arc::new(shared)), fault })
    }

    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// The end of the log.
    pub fn tail(&self) -> Result<Tail, ReadError> {
        self.shared.tail()
    }

    /// Reads blocks, as [`Log::read`](crate::log::Log::read) says.
    pub fn read(&self, after: Position, bytes_max: usize) -> Result<Vec<SealedBlock>, ReadError> {
        if after >= self.tail()?.position {
            return Ok(Vec::new());
        }
        read::read(&self.shared, after, bytes_max)
    }
}

/// Goes through the headers of all blocks up to `end` in the last segment, or to a fault; tells `index` where they are,
/// and `tail` where they end.
fn walk_all(segments: &[Segment], end: u64, index: &mut Index, tail: &mut Tail) -> Result<(), ReadError> {
    for (number, segment) in segments.iter().enumerate() {
        check_name(segment, tail)?;
        let next = segments.get(number + 1);
        let length = if next.is_some() { segment.open()?.1 } else { end };
        let mut walk = Walk::headers(segment, length, tail.clone())?;
        index.add_segment(segment.clone());
        let walked = walk_on(&mut walk, index);
        *tail = walk.tail().clone();
        let position = tail.position.next();
        walked.map_err(|fault| segment.error(position, fault))?;
        if let Some(next) = next.filter(|next| next.first != position) {
            return Err(segment.error(position, gap(next.first)));
        }
    }
    Ok(())
}
