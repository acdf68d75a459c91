//! The root of a log's tree at a position: what tells whether something derived fits the log.

use events_schema::Position;
use events_schema::merkle::{Frontier, Hash, leaf_hash};

use super::{Log, ReadError};

/// The bytes that are read at once where a tree is computed anew.
const READ_BYTES_MAX: usize = 8 << 20;

/// The root of the log's tree at `position`; nothing where the log does not reach it.
pub async fn root_at<L: Log>(log: &L, position: Position) -> Result<Option<Hash>, ReadError> {
    let before = Position::new(position.get().saturating_sub(1));
    let blocks = log.read(before, 1).await?;
    let ends = blocks.first().map(|block| block.header().after).filter(|head| head.size == position.get());
    match ends {
        Some(head) => Ok(Some(head.root)),
        // The log was copied and cut into other blocks.
        None => computed_root(log, position).await,
    }
}

/// The same root from all events up to it.
async fn computed_root<L: Log>(log: &L, position: Position) -> Result<Option<Hash>, ReadError> {
    let mut frontier = Frontier::new();
    while frontier.size() < position.get() {
        let blocks = log.read(Position::new(frontier.size()), READ_BYTES_MAX).await?;
        if blocks.is_empty() {
            return Ok(None);
        }
        for (_, leaf) in blocks.iter().flat_map(|block| block.leaves()).filter(|(at, _)| *at <= position) {
            frontier.push(leaf_hash(leaf));
        }
    }
    Ok(Some(frontier.root()))
}
