//! Ranges of time, and the whole years, months, days and hours they are made of.

use events_schema::{Calendar, Grain, Timestamp};

/// The instants `t` with `from` ≤ `t` < `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first instant in it. [`Range::BEGINNING`]: it has no beginning.
    pub from: Timestamp,
    /// The first instant after it. [`Range::END`]: it has no end.
    pub to: Timestamp,
}

/// Of which lengths there are cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grains {
    /// Hours, days, months and years.
    HourToYear,
    /// Days, months and years.
    DayToYear,
    /// Days and months: of one owner, whose cells are few.
    DayToMonth,
}

/// A range as whole steps of the calendar, and what is left over at its ends.
///
/// A figure over the range is the sum of the figures over `plus` less those over `minus`: each end of the range is
/// reached from the nearest year, month, day and hour, from before or from behind. So a range of any length takes a few
/// dozen cells, and the rows of at most half an hour at each end; without cells of hours, of half a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// Whole years.
    pub years: Range,
    /// Whole months at both ends; all of them where years are not counted.
    pub months: Ends,
    /// Whole days at both ends.
    pub days: Ends,
    /// Whole hours at both ends.
    pub hours: Ends,
    /// Parts of the shortest step at both ends.
    pub rows: Ends,
}

/// What lies between the two ends of a range and the nearest longer steps. Any of it may be empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// What is missing without these.
    pub plus: [Range; 2],
    /// What is too much without these.
    pub minus: [Range; 2],
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

    /// The steps of `grain` in which its ends lie; one that falls on the beginning of a step lies in none. Where that is
    /// the finest of its [`pieces`](Self::pieces), all rows that they read are in these.
    pub fn ragged(self, grain: Grain, calendar: &Calendar) -> [Self; 2] {
        [self.from, self.to]
            .map(|end| Self { from: floor(grain, end, calendar), to: ceiling(grain, end, calendar) })
    }

    /// It, as whole steps of these grains, and the rest.
    pub fn pieces(self, grains: Grains, calendar: &Calendar) -> Pieces {
        match grains {
            Grains::HourToYear => {
                let (near, rows) = self.split(Grain::Hour, calendar);
                let (near, hours) = near.split(Grain::Day, calendar);
                let (near, days) = near.split(Grain::Month, calendar);
                let (years, months) = near.split(Grain::Year, calendar);
                Pieces { years, months, days, hours, rows }
            }
            Grains::DayToYear => {
                let (near, rows) = self.split(Grain::Day, calendar);
                let (near, days) = near.split(Grain::Month, calendar);
                let (years, months) = near.split(Grain::Year, calendar);
                Pieces { years, months, days, hours: Ends::NONE, rows }
            }
            Grains::DayToMonth => {
                let (near, rows) = self.split(Grain::Day, calendar);
                let (months, days) = near.split(Grain::Month, calendar);
                Pieces { years: NOTHING, months: Ends::whole(months), days, hours: Ends::NONE, rows }
            }
        }
    }

    /// The steps that are nearest to it, and what is missing and too much at their ends.
    fn split(self, grain: Grain, calendar: &Calendar) -> (Self, Ends) {
        let near = self.nearest(grain, calendar);
        if near.is_empty() { (NOTHING, Ends::whole(self)) } else { (near, Ends::between(self, near)) }
    }

    /// The range between the beginnings of steps that are nearest to its ends.
    fn nearest(self, grain: Grain, calendar: &Calendar) -> Self {
        let nearest = |instant| {
            let (before, behind) = (floor(grain, instant, calendar), ceiling(grain, instant, calendar));
            let is_early = instant.micros().saturating_sub(before.micros())
                <= behind.micros().saturating_sub(instant.micros());
            if is_early { before } else { behind }
        };
        Self { from: nearest(self.from), to: nearest(self.to) }
    }
}

impl Grains {
    /// The shortest.
    pub const fn finest(self) -> Grain {
        match self {
            Self::HourToYear => Grain::Hour,
            Self::DayToYear | Self::DayToMonth => Grain::Day,
        }
    }

    /// Whether there are cells of `grain`.
    pub const fn has(self, grain: Grain) -> bool {
        match self {
            Self::HourToYear => true,
            Self::DayToYear => !matches!(grain, Grain::Hour),
            Self::DayToMonth => matches!(grain, Grain::Day | Grain::Month),
        }
    }
}

/// A range without an instant.
const NOTHING: Range = Range::new(Range::BEGINNING, Range::BEGINNING);

impl Ends {
    const NONE: Self = Self { plus: [NOTHING; 2], minus: [NOTHING; 2] };

    /// All of `range`, at one end.
    const fn whole(range: Range) -> Self {
        Self { plus: [range, NOTHING], ..Self::NONE }
    }

    /// Plus, then minus.
    const fn all(self) -> [Range; 4] {
        let Self { plus, minus } = self;
        [plus[0], plus[1], minus[0], minus[1]]
    }

    /// What makes `range` out of `near`.
    fn between(range: Range, near: Range) -> Self {
        let some = |from: Timestamp, to: Timestamp| if from < to { Range::new(from, to) } else { NOTHING };
        Self {
            plus: [some(range.from, near.from), some(near.to, range.to)],
            minus: [some(near.from, range.from), some(range.to, near.to)],
        }
    }
}

impl Pieces {
    /// All pieces, in the order in which they are bound to SQL: the years; plus and minus of months, days, hours, rows.
    pub fn all(&self) -> [Range; 17] {
        let Self { years, months, days, hours, rows } = self;
        let ends = [months.all(), days.all(), hours.all(), rows.all()];
        std::array::from_fn(|index| index.checked_sub(1).map_or(*years, |end| ends[end / 4][end % 4]))
    }
}

/// The first beginning of a step that is not before `instant`.
pub(crate) fn ceiling(grain: Grain, instant: Timestamp, calendar: &Calendar) -> Timestamp {
    if is_open(instant) || calendar.start(grain, instant) == instant {
        instant
    } else {
        calendar.next(grain, instant)
    }
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

    const GRAINS: [Grains; 3] = [Grains::HourToYear, Grains::DayToYear, Grains::DayToMonth];

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_is_a_year_or_twelve_months_and_nothing_else() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        let year = Range::new(at("2026-01-01T00:00:00+08:00"), at("2027-01-01T00:00:00+08:00"));
        let pieces = year.pieces(Grains::HourToYear, &calendar);
        assert_eq!(pieces.years, year);
        assert!(pieces.all()[1..].iter().all(|piece| piece.is_empty()));
        let pieces = year.pieces(Grains::DayToMonth, &calendar);
        assert_eq!(pieces.months.plus[0], year);
        assert_eq!(pieces.all().iter().filter(|piece| !piece.is_empty()).count(), 1);
    }

    #[test]
    fn an_end_is_reached_from_where_it_is_nearest() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        let range = Range::new(at("2026-01-02T22:50:00+08:00"), at("2026-03-30T00:10:00+08:00"));
        let pieces = range.pieces(Grains::HourToYear, &calendar);
        let day = |text: &str| at(&format!("{text}T00:00:00+08:00"));
        assert!(pieces.years.is_empty());
        assert_eq!(pieces.months.plus[0], Range::new(day("2026-01-01"), day("2026-04-01")));
        assert_eq!(pieces.days.minus[0], Range::new(day("2026-01-01"), day("2026-01-03")));
        assert_eq!(pieces.days.minus[1], Range::new(day("2026-03-30"), day("2026-04-01")));
        assert_eq!(pieces.hours.plus[0], Range::new(at("2026-01-02T23:00:00+08:00"), day("2026-01-03")));
        assert_eq!(pieces.rows.plus[0], Range::new(range.from, at("2026-01-02T23:00:00+08:00")));
        assert_eq!(pieces.rows.plus[1], Range::new(day("2026-03-30"), range.to));
    }

    #[test]
    fn all_of_time_is_years() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        assert_eq!(Range::ALL.pieces(Grains::HourToYear, &calendar).years, Range::ALL);
    }

    #[test]
    fn the_longest_years_there_are_need_no_more_pieces() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        for grains in GRAINS {
            let all = Range::new(at("0000-01-01T00:00:01Z"), at("9998-12-30T20:00:01Z"));
            assert_pieces(all, grains, &calendar);
            assert_pieces(Range::new(at("2026-01-01T00:00:01Z"), Range::END), grains, &calendar);
            assert_pieces(Range::new(Range::BEGINNING, at("2026-01-01T00:00:01Z")), grains, &calendar);
        }
    }

    /// How often each instant between the ends of pieces is counted: once inside the range, never outside.
    fn assert_pieces(range: Range, grains: Grains, calendar: &Calendar) {
        let Pieces { years, months, days, hours, rows } = range.pieces(grains, calendar);
        let all_ends = [months, days, hours, rows];
        let counted: Vec<(Range, i32)> = [(years, 1)]
            .into_iter()
            .chain(all_ends.iter().flat_map(|ends| ends.plus.map(|piece| (piece, 1))))
            .chain(all_ends.iter().flat_map(|ends| ends.minus.map(|piece| (piece, -1))))
            .filter(|(piece, _)| !piece.is_empty())
            .collect();
        let mut marks: Vec<Timestamp> =
            counted.iter().flat_map(|(piece, _)| [piece.from, piece.to]).collect();
        marks.extend([range.from, range.to]);
        for mark in marks {
            let times: i32 =
                counted.iter().filter(|(piece, _)| piece.from <= mark && mark < piece.to).map(|p| p.1).sum();
            let expected = i32::from(range.from <= mark && mark < range.to);
            assert_eq!(times, expected, "{mark} of {range:?} in {counted:?}");
        }
        let begins = |grain, instant| floor(grain, instant, calendar) == instant;
        for (grain, pieces) in [
            (Grain::Year, vec![years]),
            (Grain::Month, [months.plus, months.minus].concat()),
            (Grain::Day, [days.plus, days.minus].concat()),
            (Grain::Hour, [hours.plus, hours.minus].concat()),
        ] {
            for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                assert!(begins(grain, piece.from) && begins(grain, piece.to), "{grain:?} {piece:?}");
            }
        }
        let ragged = range.ragged(grains.finest(), calendar);
        for part in [rows.plus, rows.minus].concat().iter().filter(|part| !part.is_empty()) {
            let inside = |instant| ragged.iter().any(|step| step.from <= instant && instant < step.to);
            assert!(inside(part.from) && inside(Timestamp::from_micros(part.to.micros() - 1)), "{part:?}");
            let longest = match grains {
                Grains::HourToYear => 3_600_000_000,
                Grains::DayToYear | Grains::DayToMonth => 25 * 3_600_000_000,
            };
            assert!(part.to.micros() - part.from.micros() < longest, "{part:?}");
        }
        assert!(grains.has(Grain::Hour) || hours == Ends::NONE, "{hours:?}");
        assert!(grains.has(Grain::Year) || years.is_empty(), "{years:?}");
    }

    proptest! {
        /// Also over the days on which the clock changes, by an hour, by half an hour and at midnight.
        #[test]
        fn the_pieces_are_the_range(
            zone in prop::sample::select(ZONES.to_vec()),
            from in 1_300_000_000_000_000_i64..1_800_000_000_000_000,
            length in prop_oneof![0..7_200_000_000_i64, 0..200_000_000_000_i64, 0..100_000_000_000_000_i64],
            round in prop::sample::select(vec![1_i64, 1_000_000, 1_800_000_000, 3_600_000_000]),
            grains in prop::sample::select(GRAINS.to_vec()),
        ) {
            let from = from / round * round;
            let range = Range::new(Timestamp::from_micros(from), Timestamp::from_micros(from + length / round * round));
            assert_pieces(range, grains, &Calendar::new(zone).unwrap());
        }
    }
}
