//! The log into the books.

use events_schema::block::{SealedBlock, Sealer};
use events_schema::merkle::Frontier;
use events_schema::recorded::{DecodeError, Event, Recorded};
use events_schema::{Position, Timestamp};

use super::{Options, SavedBooks};
use crate::books::{ApplyError, Books};
use crate::log::{AppendError, Log, ReadError};
use crate::runs::StoreError;

/// Bytes of blocks that are read at once.
const READ_BYTES: usize = 8 * 1024 * 1024;
/// The term of a log that has only ever had one writer at a time.
const FIRST_TERM: u64 = 1;

/// Why a writer cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event of the log cannot be read.
    #[error("the event at position {position} cannot be read: {reason}")]
    Decode {
        /// Where it stands.
        position: Position,
        /// Why.
        reason: DecodeError,
    },
    /// An event of the log does not fit the books.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The hashes of the events are not what a block says.
    #[error("the block at position {0} does not hold the events it was sealed with")]
    Tree(Position),
    /// A block belongs to another log than the first event says.
    #[error("the block at position {0} belongs to another log")]
    ForeignBlock(Position),
    /// The log has a tail, and what leads to it cannot be read.
    #[error("the log ends at position {end}, and after position {read} there is nothing to be read")]
    Short {
        /// Where it ends.
        end: Position,
        /// The last event that could be read.
        read: Position,
    },
    /// A new log could not be begun.
    #[error("the log cannot be created: {0}")]
    Create(#[from] AppendError),
    /// The books on disk cannot be read or written.
    #[error(transparent)]
    Saved(#[from] StoreError),
    /// A thread could not be started.
    #[error("a thread cannot be started: {0}")]
    Thread(std::io::Error),
}

/// The books of a log, and what goes on from there.
pub(super) struct Replayed {
    pub(super) books: Books,
    pub(super) sealer: Sealer,
    /// When the last block was recorded.
    pub(super) recorded_at: Timestamp,
}

/// Replays `log` after what the saved books reflect; creates it where it is empty.
///
/// Saved books that turn out to be damaged are forgotten, and made anew from the whole log.
pub(super) async fn replay<L: Log>(
    log: &L,
    options: &Options,
    mut saved: Option<&mut SavedBooks>,
) -> Result<Replayed, OpenError> {
    match replay_rest(log, options, saved.as_deref_mut()).await {
        Err(OpenError::Saved(damage)) if damage.is_damage() => {
            tracing::warn!(%damage, "the saved books are made anew from the log");
            if let Some(saved) = &mut saved {
                saved.forget()?;
            }
            replay_rest(log, options, saved).await
        }
        replayed => replayed,
    }
}

async fn replay_rest<L: Log>(
    log: &L,
    options: &Options,
    mut saved: Option<&mut SavedBooks>,
) -> Result<Replayed, OpenError> {
    let tail = log.tail().await?;
    let restored = match &mut saved {
        Some(saved) => saved.restore(log).await?,
        None => None,
    };
    let (books, frontier) = restored.map_or((None, Frontier::new()), |(books, tree)| (Some(books), tree));
    let mut replay = Replay { books, frontier, saved };
    loop {
        let blocks = log.read(Position::new(replay.frontier.size()), READ_BYTES).await?;
        if blocks.is_empty() {
            break;
        }
        for block in &blocks {
            replay.block(block)?;
        }
        // Long replays let other tasks of the same thread have a turn.
        tokio::task::yield_now().await;
    }
    let read = Position::new(replay.frontier.size());
    if read < tail.position {
        return Err(OpenError::Short { end: tail.position, read });
    }
    let term = tail.term.max(FIRST_TERM);
    let Some(books) = replay.books else { return create(log, options).await };
    let sealer = Sealer::new(books.created().log_id, term, options.writer, replay.frontier);
    Ok(Replayed { books, sealer, recorded_at: tail.recorded_at })
}

struct Replay<'a> {
    books: Option<Books>,
    frontier: Frontier,
    saved: Option<&'a mut SavedBooks>,
}

impl Replay<'_> {
    fn block(&mut self, block: &SealedBlock) -> Result<(), OpenError> {
        for (position, leaf) in block.leaves() {
            let recorded = Recorded::decode(leaf).map_err(|reason| OpenError::Decode { position, reason })?;
            let books = match (&mut self.books, &recorded.event) {
                (Some(books), _) => books,
                (none, Event::LedgerCreated(created)) => none.insert(Books::new(created.clone())?),
                (None, _) => return Err(ApplyError::NoBeginning.into()),
            };
            if books.created().log_id != block.header().log_id {
                return Err(OpenError::ForeignBlock(block.header().first));
            }
            while let (Some(missing), Some(saved)) = (books.missing(&recorded), &mut self.saved) {
                saved.bring(missing, books)?;
            }
            books.apply(&recorded)?;
        }
        block.extend(&mut self.frontier).map_err(|_| OpenError::Tree(block.header().first))?;
        self.save_if_due()
    }

    fn save_if_due(&mut self) -> Result<(), OpenError> {
        if let (Some(books), Some(saved)) = (&mut self.books, &mut self.saved)
            && saved.is_due(books)
        {
            saved.save_now(books, &self.frontier)?;
        }
        Ok(())
    }
}

/// Begins a log: its first block holds one event, that it was created.
async fn create<L: Log>(log: &L, options: &Options) -> Result<Replayed, OpenError> {
    let now = (options.clock)();
    let recorded = Recorded::creation(options.create.clone(), now);
    let mut books = Books::new(options.create.clone())?;
    books.apply(&recorded)?;
    let mut sealer = Sealer::new(options.create.log_id, FIRST_TERM, options.writer, Frontier::new());
    sealer.begin(now);
    sealer.push(|bytes| recorded.encode(bytes)).expect("one small event fits into an empty block");
    log.append(&sealer.seal()).await?;
    Ok(Replayed { books, sealer, recorded_at: now })
}
