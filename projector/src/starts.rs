//! The beginnings of the hour, the day, the month and the year of an instant.

use events_schema::{Calendar, Grain, Timestamp};
use foldhash::HashMap;

/// One quarter of an hour.
const QUARTER_MICROS: i64 = 900 * Timestamp::MICROS_PER_SECOND;

/// Quarters of an hour that are remembered: about two years.
const QUARTERS_MAX: usize = 1 << 16;

/// When the hour, the day, the month and the year of some instant begin. All instants of an hour lie in one day, one
/// month and one year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Starts {
    /// Its hour.
    pub hour: Timestamp,
    /// Its day.
    pub day: Timestamp,
    /// Its month.
    pub month: Timestamp,
    /// Its year.
    pub year: Timestamp,
}

impl Starts {
    /// When its `grain` begins.
    pub const fn of(self, grain: Grain) -> Timestamp {
        match grain {
            Grain::Hour => self.hour,
            Grain::Day => self.day,
            Grain::Month => self.month,
            Grain::Year => self.year,
        }
    }
}

/// Finds [`Starts`], and remembers those it found: the calendar takes its time.
#[derive(Clone, Debug)]
pub struct Almanac {
    calendar: Calendar,
    found: HashMap<i64, Starts>,
}

impl Almanac {
    /// The almanac of one calendar.
    pub fn new(calendar: Calendar) -> Self {
        Self { calendar, found: HashMap::default() }
    }

    /// When the hour, the day, the month and the year of `instant` begin.
    pub fn starts(&mut self, instant: Timestamp) -> Starts {
        let quarter = instant.micros().div_euclid(QUARTER_MICROS);
        if let Some(starts) = self.found.get(&quarter) {
            return *starts;
        }
        // Beginnings never go back as time goes on. So where the first and the last instant of a quarter agree, all
        // between them do. They do not where a clock is changed within it, as some are at one minute past midnight.
        let first = quarter * QUARTER_MICROS;
        let starts = self.ask(Timestamp::from_micros(first));
        if starts != self.ask(Timestamp::from_micros(first + QUARTER_MICROS - 1)) {
            return self.ask(instant);
        }
        if self.found.len() >= QUARTERS_MAX {
            self.found.clear();
        }
        self.found.insert(quarter, starts);
        starts
    }

    fn ask(&self, instant: Timestamp) -> Starts {
        let start = |grain| self.calendar.start(grain, instant);
        Starts {
            hour: start(Grain::Hour),
            day: start(Grain::Day),
            month: start(Grain::Month),
            year: start(Grain::Year),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Clocks that change at one minute past midnight, by half an hour, and in odd minutes before 1973.
    const ZONES: [&str; 5] =
        ["Asia/Shanghai", "America/St_Johns", "Australia/Lord_Howe", "Africa/Monrovia", "Asia/Kathmandu"];

    proptest! {
        #[test]
        fn what_is_remembered_is_what_the_calendar_says(
            zone in prop::sample::select(ZONES.to_vec()),
            begin in prop::sample::select(vec![0_i64, 63_600_000, 544_000_000, 1_143_900_000, 1_790_000_000]),
            seconds in prop::collection::vec(0_i64..1_000_000, 1..60),
        ) {
            let calendar = Calendar::new(zone).unwrap();
            let mut almanac = Almanac::new(calendar.clone());
            for second in seconds {
                let instant = Timestamp::from_micros((begin + second) * 1_000_000 + 17);
                let starts = almanac.starts(instant);
                for grain in [Grain::Hour, Grain::Day, Grain::Month, Grain::Year] {
                    prop_assert_eq!(starts.of(grain), calendar.start(grain, instant), "{} of {}", grain, instant);
                }
                // A day is the sum of its hours, a month that of its days, and a year that of its months.
                let first = almanac.starts(starts.hour);
                prop_assert_eq!(first, starts, "{}", instant);
            }
        }
    }
}
