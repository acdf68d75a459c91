//! The business calendar: hours, days, months and years of the platform's time zone, as instants.

use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};

use crate::Timestamp;

/// The hours, days, months and years of one time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    zone: TimeZone,
    name: String,
}

/// A step of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// An hour of local time. Where the clock is put back or forward within it, it ends and a new one begins.
    Hour,
    /// A day of local time.
    Day,
    /// A month of local time.
    Month,
    /// A year of local time.
    Year,
}

const HOUR: i64 = 3_600 * Timestamp::MICROS_PER_SECOND;
const DAY: i64 = 24 * HOUR;

/// Why a time zone cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the time zone {0:?} is not known: use a name such as Asia/Shanghai")]
pub struct UnknownZoneError(String);

impl Calendar {
    /// The calendar of the IANA time zone called `name`.
    pub fn new(name: &str) -> Result<Self, UnknownZoneError> {
        let zone = TimeZone::get(name).map_err(|_| UnknownZoneError(name.to_owned()))?;
        Ok(Self { zone, name: name.to_owned() })
    }

    /// The IANA name of the time zone.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The beginning of the `grain` in which `instant` lies.
    pub fn start(&self, grain: Grain, instant: Timestamp) -> Timestamp {
        match grain {
            Grain::Hour => self.hour_start(instant),
            Grain::Day => match self.even_day(instant) {
                Some((start, _)) => start,
                None => self.midnight(self.local(instant).date()),
            },
            Grain::Month => self.midnight(self.local(instant).date().first_of_month()),
            Grain::Year => self.midnight(self.local(instant).date().first_of_year()),
        }
    }

    /// The beginning of the `grain` after the one in which `instant` lies.
    pub fn next(&self, grain: Grain, instant: Timestamp) -> Timestamp {
        match grain {
            Grain::Hour => self.next_hour(instant),
            Grain::Day => match self.even_day(instant) {
                Some((_, next)) => next,
                None => self.midnight(self.local(instant).date().saturating_add(1.day())),
            },
            Grain::Month => {
                self.midnight(self.local(instant).date().first_of_month().saturating_add(1.month()))
            }
            Grain::Year => self.midnight(self.local(instant).date().first_of_year().saturating_add(1.year())),
        }
    }

    /// The first instant of a local day.
    pub fn midnight(&self, date: Date) -> Timestamp {
        date.to_zoned_datetime(self.zone.clone())
            .map_or(Timestamp::from_micros(i64::MAX), |day| day.timestamp().into())
    }

    /// The local date of an instant.
    pub fn date(&self, instant: Timestamp) -> Date {
        self.local(instant).date()
    }

    /// An instant as reports show it: local time with its offset, `2026-11-01T00:00:00+08:00`.
    pub fn show(&self, instant: Timestamp) -> Shown {
        Shown::new(&self.local(instant))
    }

    fn local(&self, instant: Timestamp) -> ZonedDateTime {
        instant.to_jiff().to_zoned_datetime(self.zone.clone())
    }

    /// The local day in which `instant` lies, and the next one, when the clock shows the same offset at both ends: then
    /// days are 24 hours, and need no calendar. Both ends tell it, since no clock is changed twice in a day.
    fn even_day(&self, instant: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let offset = self.offset_micros(instant);
        let local = instant.micros().checked_add(offset)?;
        let start = local.div_euclid(DAY).checked_mul(DAY)?.checked_sub(offset)?;
        let (start, next) = (Timestamp::from_micros(start), Timestamp::from_micros(start.checked_add(DAY)?));
        let is_even = |end: Timestamp| end.is_shown() && self.offset_micros(end) == offset;
        (is_even(start) && is_even(next)).then_some((start, next))
    }

    fn hour_start(&self, instant: Timestamp) -> Timestamp {
        let offset = self.offset_micros(instant);
        let start = Timestamp::from_micros((instant.micros() + offset).div_euclid(HOUR) * HOUR - offset);
        if self.offset_micros(start) == offset {
            return start;
        }
        let after = Timestamp::from_micros(instant.micros() + 1);
        self.zone
            .preceding(after.to_jiff())
            .next()
            .map_or(start, |change| start.max(change.timestamp().into()))
    }

    fn next_hour(&self, instant: Timestamp) -> Timestamp {
        let offset = self.offset_micros(instant);
        let next = Timestamp::from_micros(((instant.micros() + offset).div_euclid(HOUR) + 1) * HOUR - offset);
        if self.offset_micros(next) == offset {
            return next;
        }
        self.zone
            .following(instant.to_jiff())
            .next()
            .map_or(next, |change| next.min(change.timestamp().into()))
    }

    fn offset_micros(&self, instant: Timestamp) -> i64 {
        i64::from(self.zone.to_offset(instant.to_jiff()).seconds()) * Timestamp::MICROS_PER_SECOND
    }
}

/// A local time with its offset, as text: `2026-11-01T00:00:00+08:00`. It is written once, and holds nothing but its
/// letters: answers have thousands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    letters: [u8; SHOWN_LETTERS_MAX],
    length: u8,
}

/// Letters of the longest: `-2026-11-01T00:00:00.000000+08:00:00`.
const SHOWN_LETTERS_MAX: usize = 36;

impl Shown {
    fn new(local: &ZonedDateTime) -> Self {
        let mut shown = Self { letters: [b'0'; SHOWN_LETTERS_MAX], length: 0 };
        let (local, offset) = (local.datetime(), local.offset().seconds());
        if local.year() < 0 {
            shown.push(b'-');
        }
        let year = u32::from(local.year().unsigned_abs());
        shown.two(year / 100);
        shown.two(year % 100);
        for (before, part) in [
            (b'-', local.month()),
            (b'-', local.day()),
            (b'T', local.hour()),
            (b':', local.minute()),
            (b':', local.second()),
        ] {
            shown.push(before);
            shown.two(part.unsigned_abs().into());
        }
        let micros = local.subsec_nanosecond().unsigned_abs() / 1_000;
        if micros != 0 {
            shown.push(b'.');
            for part in [micros / 10_000, micros / 100 % 100, micros % 100] {
                shown.two(part);
            }
        }
        shown.push(if offset < 0 { b'-' } else { b'+' });
        let offset = offset.unsigned_abs();
        shown.two(offset / 3_600);
        shown.push(b':');
        shown.two(offset / 60 % 60);
        // Before there were time zones, offsets had odd seconds.
        if offset % 60 != 0 {
            shown.push(b':');
            shown.two(offset % 60);
        }
        shown
    }

    /// A number below 100, in two digits.
    fn two(&mut self, number: u32) {
        self.push(b'0' + (number / 10 % 10) as u8);
        self.push(b'0' + (number % 10) as u8);
    }

    fn push(&mut self, letter: u8) {
        self.letters[usize::from(self.length)] = letter;
        self.length += 1;
    }

    /// It, as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.letters[..self.length.into()]).unwrap_or_default()
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    const ZONES: [&str; 8] = [
        "Asia/Shanghai",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kolkata",
        "America/Sao_Paulo",
        "Asia/Kathmandu",
        "Africa/Casablanca",
        "UTC",
    ];

    #[test]
    fn a_day_begins_at_local_midnight() {
        let calendar = Calendar::new("Asia/Shanghai").unwrap();
        let instant = at("2026-11-01T09:30:15.5+08:00");
        assert_eq!(calendar.start(Grain::Hour, instant), at("2026-11-01T09:00:00+08:00"));
        assert_eq!(calendar.start(Grain::Day, instant), at("2026-11-01T00:00:00+08:00"));
        assert_eq!(calendar.next(Grain::Month, instant), at("2026-12-01T00:00:00+08:00"));
        assert_eq!(calendar.start(Grain::Year, instant), at("2026-01-01T00:00:00+08:00"));
        assert_eq!(calendar.next(Grain::Year, instant), at("2027-01-01T00:00:00+08:00"));
        assert_eq!(calendar.show(at("2026-10-31T16:00:00Z")).to_string(), "2026-11-01T00:00:00+08:00");
    }

    #[test]
    fn unknown_zones_are_refused() {
        assert!(Calendar::new("Asia/Shangri-La").is_err());
    }

    proptest! {
        /// As the calendar library would say it, in all years that are told; long ago offsets had seconds.
        #[test]
        fn a_local_time_is_shown_digit_by_digit(
            zone in prop::sample::select(ZONES.to_vec()),
            micros in prop_oneof![any::<i64>(), -3_000_000_000_000_000..4_000_000_000_000_000_i64],
            round in prop::sample::select(vec![1, 1_000_000]),
        ) {
            let calendar = Calendar::new(zone).unwrap();
            let instant = Timestamp::from_micros(micros / round * round);
            let local = calendar.local(instant);
            // The library gives a year before 0000 a digit less.
            prop_assume!(local.year() >= 0);
            let fraction = if local.subsec_nanosecond() == 0 { "" } else { ".%6f" };
            let expected = local.strftime(&format!("%Y-%m-%dT%H:%M:%S{fraction}%:z")).to_string();
            prop_assert_eq!(calendar.show(instant).to_string(), expected);
        }

        /// Without the calendar where they can be told without it, and then as the calendar says, in all years.
        #[test]
        fn days_are_those_of_the_calendar(
            zone in prop::sample::select(ZONES.to_vec()),
            micros in prop_oneof![any::<i64>(), -3_000_000_000_000_000..4_000_000_000_000_000_i64],
        ) {
            let calendar = Calendar::new(zone).unwrap();
            let instant = Timestamp::from_micros(micros);
            let date = calendar.date(instant);
            let next = calendar.midnight(date.saturating_add(1.day()));
            prop_assert_eq!(calendar.start(Grain::Day, instant), calendar.midnight(date));
            prop_assert_eq!(calendar.next(Grain::Day, instant), next);
        }

        /// Also where the clock changes by an hour, by half an hour, and at midnight.
        #[test]
        fn every_instant_lies_in_exactly_one_step(
            zone in prop::sample::select(ZONES.to_vec()),
            seconds in 1_300_000_000_i64..1_800_000_000,
            grain in prop::sample::select(vec![Grain::Hour, Grain::Day, Grain::Month, Grain::Year]),
        ) {
            let calendar = Calendar::new(zone).unwrap();
            let instant = Timestamp::from_micros(seconds * 1_000_000);
            let (start, next) = (calendar.start(grain, instant), calendar.next(grain, instant));
            prop_assert!(start <= instant && instant < next, "{start} {instant} {next}");
            prop_assert_eq!(calendar.start(grain, start), start);
            prop_assert_eq!(calendar.start(grain, next), next);
            prop_assert_eq!(calendar.start(grain, Timestamp::from_micros(next.micros() - 1)), start);
        }
    }
}
