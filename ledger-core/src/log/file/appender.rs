//! The one thread that writes to the log.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use events_schema::block::BlockHeader;
use tokio::sync::{mpsc, oneshot};

use super::active::{Active, WriteError};
use super::clean::{self, Closed};
use super::ending::sectors;
use super::{OpenOptions, POWER_CUT, Shared};
use crate::log::{AppendError, Tail};

/// What is filled ahead is filled in so many steps.
const FILL_STEPS: u64 = 8;

/// What the thread is asked to do.
pub(super) enum Request {
    /// Append a block.
    Append {
        /// Its header.
        header: BlockHeader,
        /// Its frame.
        frame: Vec<u8>,
        /// Where the answer goes, with the frame, whose memory is used again.
        answer: oneshot::Sender<(Result<(), AppendError>, Vec<u8>)>,
    },
    /// Write only some sectors of a block, and nothing ever after.
    Tear {
        /// Its header.
        header: BlockHeader,
        /// Its frame.
        frame: Vec<u8>,
        /// For each sector whether it is written.
        kept: Vec<bool>,
        /// Where the answer goes.
        answer: oneshot::Sender<Result<(), AppendError>>,
    },
    /// Fail the next time that something must be made durable.
    FailSync,
    /// Mark the log as closed, and end.
    Close(oneshot::Sender<io::Result<()>>),
}

/// The one thread that writes to the log.
pub(super) struct Appender {
    /// The directory of the segments.
    pub(super) dir: PathBuf,
    /// What readers see.
    pub(super) shared: Arc<Shared>,
    /// The segment that is written to.
    pub(super) active: Active,
    /// Sizes.
    pub(super) options: OpenOptions,
    /// Why nothing can be written any more.
    pub(super) broken: Option<String>,
    /// Whether there was no room when it was last asked for.
    pub(super) crowded: bool,
    /// Whether to fail as if the disk had, for simulations.
    pub(super) fail_sync: bool,
}

impl Appender {
    /// Serves requests until the log is closed or dropped.
    pub(super) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(request) = requests.blocking_recv() {
            // Who asked may be gone; what was asked for is done all the same.
            match request {
                Request::Append { header, frame, answer } => {
                    let result = self.append(&header, &frame);
                    let _ = answer.send((result, frame));
                    self.fill_ahead();
                }
                Request::Tear { header, frame, kept, answer } => {
                    let _ = answer.send(self.tear(&header, &frame, &kept));
                }
                Request::FailSync => self.fail_sync = true,
                Request::Close(answer) => {
                    let _ = answer.send(self.close());
                    return;
                }
            }
        }
    }

    fn append(&mut self, header: &BlockHeader, frame: &[u8]) -> Result<(), AppendError> {
        let tail = self.prepare(header, frame)?;
        let at = self.active.at;
        if self.fail_sync {
            let written = self.active.write_part(frame, 0);
            let error = written.err().unwrap_or_else(|| io::Error::other("a failed sync, in a simulation"));
            return Err(self.failed(WriteError::Broken(error)));
        }
        self.active.write(frame).map_err(|error| self.failed(error))?;
        let mut index = self.shared.index.write().unwrap_or_else(PoisonError::into_inner);
        index.add_block(header.first, header.last(), at, self.active.at);
        drop(index);
        self.shared.tail.send_replace(tail);
        Ok(())
    }

    /// Checks that the block is the next one, and makes room for its frame. Answers the tail after it.
    fn prepare(&mut self, header: &BlockHeader, frame: &[u8]) -> Result<Tail, AppendError> {
        if let Some(why) = &self.broken {
            return Err(AppendError::Broken(io::Error::other(why.clone())));
        }
        let tail = self.shared.tail.borrow().clone();
        if let Err(reason) = tail.admits(header) {
            return Err(AppendError::Conflict { expected: header.first, tail, reason });
        }
        self.make_room(header, frame.len() as u64).map_err(|error| self.failed(error))?;
        Ok(tail.after(header))
    }

    /// Sees to it that the block can be written where `active` stands, without needing more of the disk.
    fn make_room(&mut self, header: &BlockHeader, bytes: u64) -> Result<(), WriteError> {
        let end = self.active.at + bytes;
        // A segment that holds only fences has the name that the new one would have.
        if end > self.options.segment_bytes && self.active.segment.first != header.first {
            self.active.finish()?;
            let fill = self.fill_target(0).max(bytes);
            self.active = Active::create(&self.dir, header.first, fill)?;
            let mut index = self.shared.index.write().unwrap_or_else(PoisonError::into_inner);
            index.add_segment(self.active.segment.clone());
        } else if end > self.active.filled {
            self.active.fill(self.fill_target(self.active.filled).max(end))?;
        } else {
            return Ok(());
        }
        self.crowded = false;
        Ok(())
    }

    /// Up to where a file that is filled up to `filled` is filled next.
    fn fill_target(&self, filled: u64) -> u64 {
        self.options.segment_bytes.min(filled + self.options.zero_fill_bytes).max(filled)
    }

    /// Fills on step by step, as what was filled is used up: the next append does not wait long for one step. Without
    /// room, that is not tried again until an append needs it, which will say so.
    fn fill_ahead(&mut self) {
        let left = self.active.filled - self.active.at;
        let step = self.options.zero_fill_bytes / FILL_STEPS;
        let target = self.options.segment_bytes.min(self.active.filled + step);
        let wanted = left + step <= self.options.zero_fill_bytes && target > self.active.filled;
        if !wanted || self.crowded || self.broken.is_some() {
            return;
        }
        if let Err(error) = self.active.fill(target) {
            let error = self.failed(error);
            tracing::warn!(%error, "the log could not be filled ahead");
        }
    }

    /// Remembers what cannot be mended.
    fn failed(&mut self, error: WriteError) -> AppendError {
        match error {
            WriteError::NoRoom(error) => {
                self.crowded = true;
                AppendError::Full(error)
            }
            WriteError::Broken(error) => {
                self.broken = Some(error.to_string());
                AppendError::Broken(error)
            }
        }
    }

    fn tear(&mut self, header: &BlockHeader, frame: &[u8], kept: &[bool]) -> Result<(), AppendError> {
        self.prepare(header, frame)?;
        for (sector, _) in sectors(self.active.at, frame.len()).zip(kept).filter(|(_, kept)| **kept) {
            let skipped = sector.start as u64;
            self.active.write_part(&frame[sector], skipped).map_err(AppendError::Broken)?;
        }
        self.broken = Some(POWER_CUT.to_owned());
        self.shared.power_cut.store(true, Ordering::Release);
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        if let Some(why) = &self.broken {
            return Err(io::Error::other(why.clone()));
        }
        clean::write(&self.dir, Closed::at(&self.shared.tail.borrow()))
    }
}
