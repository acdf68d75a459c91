//! A log that is gone with the process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use events_schema::Position;
use events_schema::block::SealedBlock;

use super::{AppendError, Log, ReadError, Tail};

/// A log in memory, for tests: it keeps every promise of [`Log`] but durability. Clones share the blocks.
#[derive(Clone, Debug)]
pub struct MemoryLog {
    /// The blocks and their end, under one lock: compare-and-append is one step.
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    /// All blocks, fences included.
    blocks: Vec<SealedBlock>,
    /// Where they end.
    tail: Tail,
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> Self {
        Self { state: Arc::new(Mutex::new(State { blocks: Vec::new(), tail: Tail::EMPTY })) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

impl Log for MemoryLog {
    async fn append(&self, block: &SealedBlock) -> Result<(), AppendError> {
        let mut state = self.state();
        state.tail.admits(block.header()).map_err(|reason| AppendError::Conflict {
            expected: block.header().first,
            tail: state.tail.clone(),
            reason,
        })?;
        state.tail = state.tail.after(block.header());
        state.blocks.push(block.clone());
        Ok(())
    }

    async fn read(&self, after: Position, bytes_max: usize) -> Result<Vec<SealedBlock>, ReadError> {
        let state = self.state();
        let start = state.blocks.partition_point(|block| block.header().last() <= after);
        let mut bytes = 0;
        let mut fits = |block: &&SealedBlock| {
            let first = bytes == 0;
            bytes += block.header().uncompressed_bytes();
            first || bytes <= bytes_max
        };
        let events = state.blocks[start..].iter().filter(|block| !block.header().is_fence());
        Ok(events.take_while(|block| fits(block)).cloned().collect())
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        Ok(self.state().tail.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::conformance;

    #[tokio::test]
    async fn keeps_the_promises_of_a_log() {
        conformance::all(async |log: Option<MemoryLog>| log.unwrap_or_default()).await;
    }
}
