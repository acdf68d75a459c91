//! A log, read from its beginning to its end.

use events_schema::{Position, Recorded};
use ledger_core::log::Log;

/// Longest part of the log that is read at once.
const READ_BYTES_MAX: usize = 1 << 20;

/// All events of a log.
pub(crate) async fn events(log: &impl Log) -> Vec<Recorded> {
    let mut events = Vec::new();
    loop {
        let after = Position::new(events.len() as u64);
        let blocks = log.read(after, READ_BYTES_MAX).await.unwrap();
        if blocks.is_empty() {
            return events;
        }
        let leaves = blocks.iter().flat_map(|block| block.leaves());
        events.extend(leaves.map(|(_, leaf)| Recorded::decode(leaf).unwrap()));
    }
}
