//! The log in the files of a data directory.
//!
//! `DIR/log/` holds segments: files named by the position that they begin with, filled with zeros ahead, and cut to
//! their length when the next one begins. A block is written with one write and one sync, by one thread. Readers use
//! an index in memory that knows durable blocks only, and hold no lock while they read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use events_schema::block::{BLOCK_BYTES_MAX, BlockHeader, SealedBlock};
use events_schema::{Position, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};

use super::{AppendError, DataDirLock, Log, Moment, ReadError, Tail};

mod frame;
mod segment;
mod walk;
mod ending;
mod clean;
mod recovery;
mod active;
mod appender;
mod index;
mod read;
mod extent;
pub use extent::TornTail;
mod scan;
pub use scan::LogScan;
mod reader;
pub use reader::{OpenedReader, Reader};
mod search;
mod verify;
pub use verify::{Verified, verify};

#[cfg(test)]
mod tests;

use active::{Active, WriteError};
use appender::{Appender, Request};
use index::Index;
use segment::{Segment, io_error};

/// Appends that may wait for the thread. One is usual; more only when writers race.
const REQUESTS_MAX: usize = 16;

/// Why nothing works any more after [`FileLog::append_torn`].
const POWER_CUT: &str = "the power was cut, in a simulation";

/// How a file log is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Make an empty log when the directory holds none. Otherwise that is an error: the disk may not be mounted.
    pub create: bool,
    /// The furthest position that anything derived from the log has seen: the checkpoint of books or read models. An
    /// unfinished block at or before it is not cut off, for it was whole once.
    pub derived: Position,
    /// Where the next segment begins.
    pub segment_bytes: u64,
    /// How much of a file is filled with zeros ahead. A full disk shows then, and not when a block is half written.
    pub zero_fill_bytes: u64,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { create: false, derived: Position::ZERO, segment_bytes: 256 << 20, zero_fill_bytes: 16 << 20 }
    }
}

/// Why a file log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no log in the directory.
    #[error("there is no log in {}: name the right data directory, or create a ledger there first", dir.display())]
    NoLog {
        /// The directory that should hold the segments.
        dir: PathBuf,
    },
    /// There is one, and it cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The log in the files of a data directory.
///
/// Dropping it is like a crash: everything acknowledged is there, and the next [`FileLog::open`] looks for what was
/// left unfinished. [`FileLog::close`] spares it that.
#[derive(Debug)]
pub struct FileLog {
    /// What readers see.
    shared: Arc<Shared>,
    /// The way to the thread that writes; dropped first, which ends it.
    requests: Option<mpsc::Sender<Request>>,
    /// The thread that writes.
    thread: Option<JoinHandle<()>>,
    /// The memory of the last frame, to be used again.
    spare: Mutex<Vec<u8>>,
    /// Keeps other processes out as long as the log is open.
    lock: DataDirLock,
}

/// What readers see: durable blocks only.
#[derive(Debug)]
pub(crate) struct Shared {
    /// Where blocks stand.
    index: RwLock<Index>,
    /// Where they end.
    tail: watch::Sender<Tail>,
    /// Whether a simulation has cut the power.
    power_cut: AtomicBool,
}

impl Shared {
    /// The tail, unless a simulation has cut the power.
    fn tail(&self) -> Result<Tail, ReadError> {
        if self.power_cut.load(Ordering::Acquire) {
            return Err(ReadError::Io { place: "the log".to_owned(), source: io::Error::other(POWER_CUT) });
        }
        Ok(self.tail.borrow().clone())
    }
}

impl FileLog {
    /// Opens the log of a data directory; reads all headers, and the last segment as a whole. This blocks, and may
    /// take seconds after a crash.
    pub fn open(lock: &DataDirLock, options: OpenOptions) -> Result<Self, OpenError> {
        let dir = log_dir(lock.dir());
        let segments = if dir.is_dir() { segment::list(&dir)? } else { Vec::new() };
        let segments = match (segments.is_empty(), options.create) {
            (false, _) => segments,
            (true, true) => vec![create(lock.dir(), &dir)?],
            (true, false) => return Err(OpenError::NoLog { dir }),
        };
        let opened = recovery::open(&dir, &segments, options.derived)?;
        let (tail, _) = watch::channel(opened.tail);
        let shared =
            Arc::new(Shared { index: RwLock::new(opened.index), tail, power_cut: AtomicBool::new(false) });
        let (requests, received) = mpsc::channel(REQUESTS_MAX);
        let appender = Appender {
            dir: dir.clone(),
            shared: Arc::clone(&shared),
            active: opened.active,
            options,
            broken: None,
            crowded: false,
            fail_sync: false,
        };
        let named = std::thread::Builder::new().name("log".to_owned());
        let thread = named.spawn(|| appender.run(received)).map_err(|source| io_error(&dir, source))?;
        Ok(Self {
            shared,
            requests: Some(requests),
            thread: Some(thread),
            spare: Mutex::default(),
            lock: lock.clone(),
        })
    }

    /// The lock of the data directory that the log is in.
    pub const fn lock(&self) -> &DataDirLock {
        &self.lock
    }

    /// The tail, now and whenever it moves: for readers that follow the log.
    pub fn watch(&self) -> watch::Receiver<Tail> {
        self.shared.tail.subscribe()
    }

    /// The end of the last block that was recorded at `instant` or before.
    pub async fn recorded_until(&self, instant: Timestamp) -> Result<Moment, ReadError> {
        // Most who ask mean the end, and need no other thread to hear it.
        let Tail { position, recorded_at, .. } = self.shared.tail()?;
        if recorded_at <= instant {
            return Ok(Moment { position, recorded_at });
        }
        let shared = Arc::clone(&self.shared);
        let searching = tokio::task::spawn_blocking(move || search::recorded_until(&shared, instant));
        searching
            .await
            .map_err(|error| ReadError::Io { place: "the log".to_owned(), source: error.into() })?
    }

    /// Reads the log as far as it is durable, on the thread of who asks.
    pub fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.shared))
    }

    /// Closes the log in good order, so that the next start need not look for what a crash left behind.
    pub async fn close(mut self) -> io::Result<()> {
        let (answer, answered) = oneshot::channel();
        self.send(Request::Close(answer)).await?;
        let closed = answered.await.map_err(|_| ended())?;
        self.join();
        closed
    }

    /// For simulations: loses power while `block` is being written. Only those of its sectors are on the disk for
    /// which `keep` says so (they are counted from 0). The append is never acknowledged, and nothing works after it.
    pub async fn append_torn(
        &self,
        block: &SealedBlock,
        keep: impl Fn(usize) -> bool,
    ) -> Result<(), AppendError> {
        let mut frame = Vec::new();
        frame::frame_into(block.bytes(), &mut frame);
        let kept = (0..=frame.len() / ending::SECTOR_BYTES + 1).map(keep).collect();
        let (answer, answered) = oneshot::channel();
        let request = Request::Tear { header: block.header().clone(), frame, kept, answer };
        self.send(request).await.map_err(AppendError::Broken)?;
        answered.await.map_err(|_| AppendError::Broken(ended()))?
    }

    /// For simulations: the next append fails as if the disk could not make it durable.
    pub async fn fail_next_sync(&self) -> io::Result<()> {
        self.send(Request::FailSync).await
    }

    async fn send(&self, request: Request) -> io::Result<()> {
        let requests = self.requests.as_ref().ok_or_else(ended)?;
        requests.send(request).await.map_err(|_| ended())
    }

    /// Waits for the thread that writes. It finishes what it is at, which takes one sync at most.
    fn join(&mut self) {
        self.requests = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the log's thread ended with a panic");
        }
    }
}

impl Drop for FileLog {
    fn drop(&mut self) {
        self.join();
    }
}

impl Log for FileLog {
    async fn append(&self, block: &SealedBlock) -> Result<(), AppendError> {
        let (bytes, bytes_max) = (block.bytes().len(), BLOCK_BYTES_MAX);
        if bytes > bytes_max {
            return Err(AppendError::TooLarge { bytes, bytes_max });
        }
        let mut frame = std::mem::take(&mut *self.spare.lock().unwrap_or_else(PoisonError::into_inner));
        frame::frame_into(block.bytes(), &mut frame);
        let (answer, answered) = oneshot::channel();
        let header: BlockHeader = block.header().clone();
        self.send(Request::Append { header, frame, answer }).await.map_err(AppendError::Broken)?;
        let (result, frame) = answered.await.map_err(|_| AppendError::Broken(ended()))?;
        *self.spare.lock().unwrap_or_else(PoisonError::into_inner) = frame;
        result
    }

    async fn read(&self, after: Position, bytes_max: usize) -> Result<Vec<SealedBlock>, ReadError> {
        // Most readers are at the end most of the time, and need no other thread to hear that.
        if after >= self.shared.tail()?.position {
            return Ok(Vec::new());
        }
        let shared = Arc::clone(&self.shared);
        let reading = tokio::task::spawn_blocking(move || read::read(&shared, after, bytes_max));
        reading.await.map_err(|error| ReadError::Io { place: "the log".to_owned(), source: error.into() })?
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        self.shared.tail()
    }
}

/// Where the segments of a data directory are.
fn log_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("log")
}

/// Makes the directory of the segments, and the first one, which is empty.
fn create(data_dir: &Path, dir: &Path) -> Result<Segment, ReadError> {
    let made = fs::create_dir_all(dir).and_then(|()| segment::sync_dir(data_dir));
    made.map_err(|source| io_error(dir, source))?;
    match Active::create(dir, Position::FIRST, 0) {
        Ok(active) => Ok(active.segment),
        Err(WriteError::NoRoom(source) | WriteError::Broken(source)) => Err(io_error(dir, source)),
    }
}

fn ended() -> io::Error {
    io::Error::other("the log's thread has ended")
}
