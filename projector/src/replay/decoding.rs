//! Reads and decodes a log, while what was decoded before is folded.

use std::ops::ControlFlow;

use events_schema::block::{BlockHeader, SealedBlock};
use events_schema::{EntityKind, Position, Recorded};
use ledger_core::log::LogScan;
use tokio::sync::mpsc;

use super::{AsOf, ReplayError};
use crate::fold::{Halt, decode};

/// Events that are handed over together: fewer are not worth it, and more would leave the caches.
const BATCH_EVENTS: usize = 1_000;
/// Batches that wait to be folded.
pub(super) const BATCHES_WAITING_MAX: usize = 16;

/// The events of a run of whole blocks; the last block may be one in which the replay ends.
#[derive(Debug)]
pub(super) struct Batch {
    /// Those that the question looks at.
    pub(super) events: Vec<Recorded>,
    /// The last event of the run.
    pub(super) last: Position,
    /// The header of the last block.
    pub(super) header: BlockHeader,
}

/// Decodes a log up to some place. All events are decoded, also those that nobody asks for: one that is not understood
/// ends the replay, as it stops the read models.
pub(super) struct Decoder {
    /// Where it ends.
    pub(super) as_of: AsOf,
    /// The kinds of things whose events are wanted.
    pub(super) entities: Vec<EntityKind>,
}

impl Decoder {
    /// Sends batch after batch.
    pub(super) fn run(&self, log: &LogScan, send: &mpsc::Sender<Batch>) -> Result<(), ReplayError> {
        let mut run = Run { decoder: self, send, position: Position::ZERO, batch: None };
        let mut result = Ok(());
        log.read(|blocks| match blocks.iter().try_for_each(|block| run.take(block)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(End::Reached) => ControlFlow::Break(()),
            Err(End::Failed(error)) => {
                result = Err(error);
                ControlFlow::Break(())
            }
        })?;
        if result.is_ok() {
            // Who does not listen any more says why.
            let _ = run.flush();
        }
        result
    }

    /// The last position that is wanted, if the log reaches it.
    const fn until(&self) -> Position {
        match self.as_of {
            AsOf::Position(position) => position,
            AsOf::End => Position::new(u64::MAX),
        }
    }
}

/// Decoding, under way.
struct Run<'a> {
    decoder: &'a Decoder,
    send: &'a mpsc::Sender<Batch>,
    /// The last event that was decoded.
    position: Position,
    batch: Option<Batch>,
}

/// Why nothing more is decoded.
enum End {
    Reached,
    Failed(ReplayError),
}

impl Run<'_> {
    fn take(&mut self, block: &SealedBlock) -> Result<(), End> {
        let (header, until) = (block.header(), self.decoder.until());
        if header.is_fence() {
            return Ok(());
        }
        let batch = self.batch.get_or_insert_with(|| Batch {
            events: Vec::with_capacity(2 * BATCH_EVENTS),
            last: self.position,
            header: header.clone(),
        });
        decode(block, self.position, until, |recorded| {
            if self.decoder.entities.contains(&recorded.entity.kind) {
                batch.events.push(recorded);
            }
        })?;
        self.position = header.last().min(until);
        (batch.last, batch.header) = (self.position, header.clone());
        if batch.events.len() >= BATCH_EVENTS {
            self.flush()?;
        }
        if self.position == until { Err(End::Reached) } else { Ok(()) }
    }

    /// Sends the batch at hand.
    fn flush(&mut self) -> Result<(), End> {
        let Some(batch) = self.batch.take() else { return Ok(()) };
        self.send.blocking_send(batch).map_err(|_| End::Reached)
    }
}

impl From<Halt> for End {
    fn from(halt: Halt) -> Self {
        Self::Failed(halt.into())
    }
}
