//! Ranges of time, and the whole months, days and hours they are made of.

use events_schema::{Calendar, Grain, Timestamp};

/// The instants `t` with `from` ≤ `t` < `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first instant in it. [`Range::BEGINNING`]: it has no beginning.
    pub from: Timestamp,
    /// The first instant after it. [`Range::END`]: it has no end.
    pub to: Timestamp,
}

/// A range as whole steps of the calendar, and what is left over at its ends.
///
/// Each piece may be empty; none meets another; together they are the range. So a figure over any range is the sum of
/// a few cells, and of the rows in at most two parts of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// Whole months.
    pub months: Range,
    /// Whole days before and after the months.
    pub days: [Range; 2],
    /// Whole hours before and after the days.
    pub hours: [Range; 2],
    /// Parts of an hour before and after the hours.
    pub rows: [Range; 2],
}

impl Range {
    /// Where a range without a beginning begins.
    pub const BEGINNING: Timestamp = Timestamp::from_micros(i64::MIN);
    /// Where a range without an end ends.
    pub const END: Timestamp = Timestamp::from_micros(i64::MAX);
    /// All of time.
    pub const ALL: Self = Self { from: Self::BEGINNING, to: Self::END };

    /// The instants from `from` until just before `to`.
    pub const fn new(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to }
    }

    /// Whether there is no instant in it.
    pub fn is_empty(self) -> bool {
        self.from >= self.to
    }

    /// The instants before it.
    pub const fn before(self) -> Self {
        Self { from: Self::BEGINNING, to: self.from }
    }

    /// The longest run of whole steps inside it, or nothing when it holds no whole step.
    pub fn whole(self, grain: Grain, calendar: &Calendar) -> Option<Self> {
        let (from, to) = (ceiling(grain, self.from, calendar), floor(grain, self.to, calendar));
        (from <= to).then_some(Self { from, to })
    }

    /// What of it comes before and after `inner`, a part of it.
    pub const fn around(self, inner: Self) -> [Self; 2] {
        [Self { from: self.from, to: inner.from }, Self { from: inner.to, to: self.to }]
    }

    /// It, as whole steps and the rest.
    pub fn pieces(self, calendar: &Calendar) -> Pieces {
        let nothing = Self { from: self.from, to: self.from };
        let mut pieces =
            Pieces { months: nothing, days: [nothing; 2], hours: [nothing; 2], rows: [nothing; 2] };
        let Some(hours) = self.whole(Grain::Hour, calendar) else {
            pieces.rows[0] = self;
            return pieces;
        };
        pieces.rows = self.around(hours);
        let Some(days) = hours.whole(Grain::Day, calendar) else {
            pieces.hours[0] = hours;
            return pieces;
        };
        pieces.hours = hours.around(days);
        let Some(months) = days.whole(Grain::Month, calendar) else {
            pieces.days[0] = days;
            return pieces;
        };
        pieces.days = days.around(months);
        pieces.months = months;
        pieces
    }
}

impl Pieces {
    /// All pieces, in the order in which they are bound to SQL.
    pub const fn all(&self) -> [Range; 7] {
        let Self { months, days, hours, rows } = self;
        [*months, days[0], days[1], hours[0], hours[1], rows[0], rows[1]]
    }
}

/// The first beginning of a step that is not before `instant`.
pub(crate) fn ceiling(grain: Grain, instant: Timestamp, calendar: &Calendar) -> Timestamp {
    if is_open(instant) || calendar.start(grain, instant) == instant { instant } else { calendar.next(grain, instant) }
}

/// The last beginning of a step that is not after `instant`.
pub(crate) fn floor(grain: Grain, instant: Timestamp, calendar: &Calendar) -> Timestamp {
    if is_open(instant) { instant } else { calendar.start(grain, instant) }
}

/// An open end is not in the calendar: it counts as the beginning of every step.
fn is_open(instant: Timestamp) -> bool {
    instant == Range::BEGINNING || instant == Range::END
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ZONES: [&str; 6] = [
        "Asia/Shanghai",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
    ];

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_twelve_months_and_nothing_else() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        let year = Range::new(at("2026-01-01T00:00:00+08:00"), at("2027-01-01T00:00:00+08:00"));
        let pieces = year.pieces(&calendar);
        assert_eq!(pieces.months, year);
        assert!(pieces.all()[1..].iter().all(|piece| piece.is_empty()));
    }

    #[test]
    fn all_of_time_is_months() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        assert_eq!(Range::ALL.pieces(&calendar).months, Range::ALL);
    }

    #[test]
    fn the_longest_years_there_are_need_no_more_pieces() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        let range = Range::new(at("0000-01-01T00:00:01Z"), at("9999-12-30T20:00:01Z"));
        assert_pieces(range, &calendar);
    }

    fn assert_pieces(range: Range, calendar: &Calendar) {
        let pieces = range.pieces(calendar);
        let mut parts: Vec<Range> = pieces.all().into_iter().filter(|piece| !piece.is_empty()).collect();
        parts.sort_by_key(|piece| piece.from);
        let mut reached = range.from;
        for part in &parts {
            assert_eq!(part.from, reached, "a gap or an overlap in {pieces:?}");
            reached = part.to;
        }
        assert_eq!(reached, range.to, "{pieces:?}");
        let begins = |grain, instant| floor(grain, instant, calendar) == instant;
        for (grain, whole) in
            [(Grain::Month, &[pieces.months][..]), (Grain::Day, &pieces.days), (Grain::Hour, &pieces.hours)]
        {
            for piece in whole.iter().filter(|piece| !piece.is_empty()) {
                assert!(begins(grain, piece.from) && begins(grain, piece.to), "{grain:?} {piece:?}");
            }
        }
        for part in pieces.rows.iter().filter(|part| !part.is_empty()) {
            let last = Timestamp::from_micros(part.to.micros() - 1);
            assert_eq!(calendar.start(Grain::Hour, part.from), calendar.start(Grain::Hour, last), "{part:?}");
        }
    }

    proptest! {
        /// Also over the days on which the clock changes, by an hour, by half an hour and at midnight.
        #[test]
        fn the_pieces_are_the_range(
            zone in prop::sample::select(ZONES.to_vec()),
            from in 1_300_000_000_000_000_i64..1_800_000_000_000_000,
            length in prop_oneof![0..7_200_000_000_i64, 0..200_000_000_000_i64, 0..100_000_000_000_000_i64],
            round in prop::sample::select(vec![1_i64, 1_000_000, 1_800_000_000, 3_600_000_000]),
        ) {
            let from = from / round * round;
            let range = Range::new(Timestamp::from_micros(from), Timestamp::from_micros(from + length / round * round));
            assert_pieces(range, &Calendar::new(zone).unwrap());
        }
    }
}
