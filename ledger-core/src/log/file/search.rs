//! Finds blocks by when they were recorded.

use std::sync::PoisonError;

use events_schema::Timestamp;
use events_schema::block::BlockHeader;

use super::Shared;
use super::frame::Frames;
use super::index::Place;
use super::walk::HEADERS_AT_ONCE;
use crate::log::{Moment, ReadError};

/// The end of the last durable block that was recorded at `instant` or before. No lock is held while files are read.
pub(super) fn recorded_until(shared: &Shared, instant: Timestamp) -> Result<Moment, ReadError> {
    let mark = |number| shared.index.read().unwrap_or_else(PoisonError::into_inner).mark(number);
    // Blocks are recorded one later than the other, so the last mark that is not too late is found by halving. What is
    // appended meanwhile is later than what was there.
    let (mut early, mut count) = (None, 0);
    let mut late = shared.index.read().unwrap_or_else(PoisonError::into_inner).marks();
    while count < late {
        let middle = count.midpoint(late);
        let Some(place) = mark(middle) else { break };
        if header(&place)?.recorded_at <= instant {
            (early, count) = (Some(place), middle + 1);
        } else {
            late = middle;
        }
    }
    early.map_or(Ok(Moment::BEGINNING), |place| last_until(&place, instant))
}

/// The header of the block at a place.
fn header(place: &Place) -> Result<BlockHeader, ReadError> {
    let (file, _) = place.segment.open()?;
    let mut frames = Frames::new(file, place.at, place.end, BlockHeader::BYTES);
    frames.header().map_err(|fault| place.segment.error(place.first, fault))
}

/// The last block from a place on, which is not too late, to the end of its file.
fn last_until(place: &Place, instant: Timestamp) -> Result<Moment, ReadError> {
    let (file, _) = place.segment.open()?;
    let mut frames = Frames::new(file, place.at, place.end, HEADERS_AT_ONCE);
    let (mut last, mut position) = (Moment::BEGINNING, place.first);
    while !frames.is_at_end() {
        let header = frames.header().map_err(|fault| place.segment.error(position, fault))?;
        if header.recorded_at > instant {
            break;
        }
        last = Moment { position: header.last(), recorded_at: header.recorded_at };
        frames.pass(&header).map_err(|fault| place.segment.error(position, fault))?;
        position = header.last().next();
    }
    Ok(last)
}
