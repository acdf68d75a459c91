//! Places in a log as people name them: by a position, or by when something was recorded.

use events_schema::block::SealedBlock;
use events_schema::recorded::{CommandKey, DecodeError};
use events_schema::{Position, Recorded, Timestamp};

use super::file::Reader;
use super::{Log, ReadError};

/// A place between two decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The last event before it; 0 before the first one.
    pub position: Position,
    /// When the block of that event was recorded; before every instant where there is none.
    pub recorded_at: Timestamp,
}

/// Why a place in the log cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum MomentError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event that stands there cannot be read.
    #[error("the event at position {0} cannot be read")]
    Event(Position, #[source] DecodeError),
}

impl Moment {
    /// Before the first event.
    pub const BEGINNING: Self =
        Self { position: Position::ZERO, recorded_at: Timestamp::from_micros(i64::MIN) };
}

/// The end of the decision that recorded the event at `position`: what one decision records was never seen apart.
/// Nothing where the log does not reach so far.
pub async fn decision_end<L: Log>(log: &L, position: Position) -> Result<Option<Moment>, MomentError> {
    if position == Position::ZERO {
        return Ok(Some(Moment::BEGINNING));
    }
    let before = Position::new(position.get() - 1);
    let blocks = log.read(before, 1).await?;
    blocks.first().map(|block| end_in(block, position)).transpose()
}

/// The same of the log that a reader reads, on the thread of who asks.
pub fn decision_end_in(reader: &Reader, position: Position) -> Result<Option<Moment>, MomentError> {
    if position == Position::ZERO {
        return Ok(Some(Moment::BEGINNING));
    }
    let blocks = reader.read(Position::new(position.get() - 1), 1)?;
    blocks.first().map(|block| end_in(block, position)).transpose()
}

/// The end of the decision that recorded the event at `position`, which stands in `block`.
fn end_in(block: &SealedBlock, position: Position) -> Result<Moment, MomentError> {
    // A decision never stands in two blocks.
    let mut end = position;
    for (at, leaf) in block.leaves().filter(|(at, _)| *at > position) {
        let recorded = Recorded::decode(leaf).map_err(|error| MomentError::Event(at, error))?;
        if recorded.key != CommandKey::SameDecision {
            break;
        }
        end = at;
    }
    Ok(Moment { position: end, recorded_at: block.header().recorded_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::MemoryLog;
    use events_schema::block::Sealer;
    use events_schema::merkle::Frontier;
    use events_schema::recorded::ledger::LedgerCreated;

    /// A log of blocks, with an event for each key.
    async fn log(blocks: &[&[CommandKey]]) -> MemoryLog {
        let (log, mut sealer) = (MemoryLog::new(), Sealer::new([1; 16], 1, 1, Frontier::new()));
        for (block, seconds) in blocks.iter().zip(1..) {
            let now = Timestamp::from_micros(0).plus_seconds(seconds);
            sealer.begin(now);
            for key in *block {
                let created = LedgerCreated {
                    log_id: [1; 16],
                    currency: "CNY".parse().unwrap(),
                    time_zone: "Asia/Shanghai".parse().unwrap(),
                };
                let position = sealer.next_position();
                let recorded = Recorded { position, key: key.clone(), ..Recorded::creation(created, now) };
                sealer.push(|bytes| recorded.encode(bytes)).unwrap();
            }
            log.append(&sealer.seal()).await.unwrap();
        }
        log
    }

    #[tokio::test]
    async fn a_place_within_a_decision_is_its_end() {
        const OWN: CommandKey = CommandKey::Ledger;
        const MORE: CommandKey = CommandKey::SameDecision;
        let log = log(&[&[OWN], &[OWN, MORE, MORE, OWN], &[OWN, MORE]]).await;
        for (asked, end, seconds) in
            [(1, 1, 1), (2, 4, 2), (3, 4, 2), (4, 4, 2), (5, 5, 2), (6, 7, 3), (7, 7, 3)]
        {
            let recorded_at = Timestamp::from_micros(0).plus_seconds(seconds);
            let expected = Moment { position: Position::new(end), recorded_at };
            assert_eq!(decision_end(&log, Position::new(asked)).await.unwrap(), Some(expected), "{asked}");
        }
        assert_eq!(decision_end(&log, Position::ZERO).await.unwrap(), Some(Moment::BEGINNING));
        assert_eq!(decision_end(&log, Position::new(8)).await.unwrap(), None);
    }
}
