//! Where in which file an event stands.

use events_schema::Position;

use super::segment::Segment;

/// A place is noted for the first block of each segment, and then about every this many bytes: so the index stays
/// small even when every block holds one event.
const MARK_EVERY_BYTES: u64 = 64 << 10;

/// Where in which file an event stands. It knows durable blocks only.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// All segments, in order.
    segments: Vec<Entry>,
    /// Places where a block begins, in order.
    marks: Vec<Mark>,
    /// The position of the last event.
    last: Position,
}

#[derive(Debug)]
struct Entry {
    /// The segment.
    segment: Segment,
    /// Where its last durable block ends.
    end: u64,
}

#[derive(Clone, Copy, Debug)]
struct Mark {
    /// The first position of the block.
    first: Position,
    /// The number of the segment, counted from 0.
    segment: usize,
    /// Where its frame begins.
    at: u64,
}

/// A place to begin to read at.
#[derive(Debug)]
pub(super) struct Place {
    /// The file.
    pub(super) segment: Segment,
    /// The number of the segment, counted from 0.
    pub(super) number: usize,
    /// Where a frame begins.
    pub(super) at: u64,
    /// Where the last durable block of the file ends.
    pub(super) end: u64,
    /// The first position of the block at this place.
    pub(super) first: Position,
}

impl Index {
    /// Adds a segment after all others.
    pub(super) fn add_segment(&mut self, segment: Segment) {
        self.segments.push(Entry { segment, end: 0 });
    }

    /// Adds a block at the end of the last segment.
    pub(super) fn add_block(&mut self, first: Position, last: Position, at: u64, end: u64) {
        let segment = self.segments.len() - 1;
        let close = |mark: &Mark| mark.segment == segment && at < mark.at + MARK_EVERY_BYTES;
        if !self.marks.last().is_some_and(close) {
            self.marks.push(Mark { first, segment, at });
        }
        self.segments[segment].end = end;
        self.last = last;
    }

    /// A place at or shortly before the block that holds the event after `after`; `None` when there is no such event.
    pub(super) fn place(&self, after: Position) -> Option<Place> {
        if after >= self.last {
            return None;
        }
        let behind = self.marks.partition_point(|mark| mark.first <= after.next());
        self.mark(behind.checked_sub(1)?)
    }

    /// How many places are noted.
    pub(super) const fn marks(&self) -> usize {
        self.marks.len()
    }

    /// The place that was noted as this one, counted from 0.
    pub(super) fn mark(&self, number: usize) -> Option<Place> {
        let mark = self.marks.get(number)?;
        let Entry { segment, end } = &self.segments[mark.segment];
        Some(Place {
            segment: segment.clone(),
            number: mark.segment,
            at: mark.at,
            end: *end,
            first: mark.first,
        })
    }

    /// The beginning of the segment after segment `number`; `None` when no durable block stands there.
    pub(super) fn segment_after(&self, number: usize) -> Option<Place> {
        let Entry { segment, end } = self.segments.get(number + 1).filter(|entry| entry.end > 0)?;
        Some(Place { first: segment.first, segment: segment.clone(), number: number + 1, at: 0, end: *end })
    }
}
