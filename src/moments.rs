//! The place in the log that `as_of` means: one rule for the service, `ledger audit` and `ledger replay`.

use std::error::Error;
use std::path::Path;

use events_schema::{Position, Timestamp};
use ledger_core::log;
use ledger_core::log::file::{OpenedReader, Reader};
use query_api::as_of::{AsOf, Moment};

/// Finds the place in the log of a data directory, which is read without its lock. There is none for a
/// position that the log does not reach, nor for an instant that is still to come at `now`.
pub(crate) fn find(
    data_dir: &Path,
    as_of: AsOf,
    now: Timestamp,
) -> Result<Option<Moment>, Box<dyn Error + Send + Sync>> {
    let OpenedReader { reader, fault } = Reader::open(data_dir)?;
    let tail = reader.tail()?;
    let is_beyond = match as_of {
        AsOf::Position(position) => position > tail.position,
        AsOf::Instant(instant) => instant > tail.recorded_at,
    };
    // Where the log is damaged, nobody knows what stands behind that.
    if let Some(fault) = fault.filter(|_| is_beyond) {
        return Err(fault.into());
    }
    let found = match as_of {
        AsOf::Position(position) => reader.decision_end(position)?,
        AsOf::Instant(instant) if is_to_come(instant, now, tail.recorded_at) => None,
        AsOf::Instant(instant) => Some(reader.recorded_until(instant)?),
    };
    Ok(found.map(place))
}

/// Whether an instant is still to come at `now`, in a log whose last block was recorded at `last`. The clock
/// may stand behind that.
pub(crate) fn is_to_come(instant: Timestamp, now: Timestamp, last: Timestamp) -> bool {
    instant > now.max(last)
}

/// A place in the log, as the reading side knows it.
pub(crate) fn place(log::Moment { position, recorded_at }: log::Moment) -> Moment {
    Moment { position, recorded_at: (position > Position::ZERO).then_some(recorded_at) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::log_in_files;

    /// The lengths of blocks that are recorded a microsecond apart. The event at position 5 was decided with
    /// the one before it.
    const BLOCKS: [usize; 4] = [1, 2, 2, 1];
    /// The length of a file that takes all of them.
    const SEGMENT_BYTES: u64 = 1 << 20;

    const fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[tokio::test]
    async fn before_the_first_block_is_the_beginning_by_position_and_by_time() {
        let (dir, _log) = log_in_files(&BLOCKS, SEGMENT_BYTES).await;
        let beginning = Moment { position: Position::ZERO, recorded_at: None };
        for as_of in [AsOf::Position(Position::ZERO), AsOf::Instant(at(0)), AsOf::Instant(at(-1))] {
            assert_eq!(find(dir.path(), as_of, at(9)).unwrap(), Some(beginning), "{as_of:?}");
        }
    }

    #[tokio::test]
    async fn a_position_is_the_end_of_its_decision_and_an_instant_that_of_the_last_block_by_then() {
        let (dir, _log) = log_in_files(&BLOCKS, SEGMENT_BYTES).await;
        for (as_of, position, recorded_at) in [
            (AsOf::Position(Position::new(1)), 1, 1),
            (AsOf::Position(Position::new(2)), 2, 2),
            (AsOf::Position(Position::new(4)), 5, 3),
            (AsOf::Instant(at(1)), 1, 1),
            (AsOf::Instant(at(3)), 5, 3),
            (AsOf::Instant(at(8)), 6, 4),
        ] {
            let expected = Moment { position: Position::new(position), recorded_at: Some(at(recorded_at)) };
            assert_eq!(find(dir.path(), as_of, at(9)).unwrap(), Some(expected), "{as_of:?}");
        }
        assert_eq!(find(dir.path(), AsOf::Position(Position::new(7)), at(9)).unwrap(), None);
    }

    #[tokio::test]
    async fn an_instant_is_to_come_where_neither_clock_nor_log_have_reached_it() {
        let (dir, _log) = log_in_files(&BLOCKS, SEGMENT_BYTES).await;
        for (instant, now, known) in [(3, 0, true), (4, 0, true), (5, 0, false), (5, 5, true), (6, 5, false)]
        {
            let found = find(dir.path(), AsOf::Instant(at(instant)), at(now)).unwrap();
            assert_eq!(found.is_some(), known, "{instant} at {now}");
        }
    }
}
