//! Reads the file log without writing to it: beside the process that does, or within it.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};

use events_schema::block::SealedBlock;
use events_schema::{Position, Timestamp};
use tokio::sync::watch;

use super::extent::Extent;
use super::index::Index;
use super::recovery::walk_on;
use super::walk::Walk;
use super::{OpenError, Shared, read, search};
use crate::log::moment::end_in;
use crate::log::{Moment, MomentError, ReadError, Tail};

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
        let extent = Extent::find(data_dir)?;
        let (mut index, mut tail) = (Index::default(), Tail::EMPTY);
        let walked = extent.walk(&mut tail, Walk::headers, |walk, segment| {
            index.add_segment(segment.clone());
            walk_on(walk, &mut index).map(ControlFlow::Continue)
        });
        let fault = walked.err();
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

    /// The end of the decision that recorded the event at `position`, as [`decision_end`](crate::log::decision_end)
    /// says.
    pub fn decision_end(&self, position: Position) -> Result<Option<Moment>, MomentError> {
        let Some(before) = position.get().checked_sub(1) else { return Ok(Some(Moment::BEGINNING)) };
        end_in(&self.read(Position::new(before), 1)?, position)
    }

    /// The end of the last block that was recorded at `instant` or before.
    pub fn recorded_until(&self, instant: Timestamp) -> Result<Moment, ReadError> {
        search::recorded_until(&self.shared, instant)
    }
}
