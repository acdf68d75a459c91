//! Instants in local time, written fast: what is the same for a whole hour is worked out once an hour.

use std::fmt;

use events_schema::digits::digits;
use events_schema::{Calendar, Grain, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::export::number;

/// Hours that are remembered: six weeks of them, so that the times of one row do not displace each other.
const HOURS_MAX: usize = 1_024;
const SECOND: i64 = Timestamp::MICROS_PER_SECOND;
const HOUR: i64 = 3_600 * SECOND;
const DAY_SECONDS: i64 = 86_400;
/// From when on spreadsheets count days without a mistake: 1900-03-01, and a day for the offset.
const FIRST: i64 = -2_203_804_800 * SECOND;
/// Until when years have four digits: 9999-12-30, a day for the offset left.
const LAST: i64 = 253_402_128_000 * SECOND;
/// 1970-01-01 as spreadsheets count days.
const EPOCH_SERIAL: i64 = 25_569;
/// Letters of `2026-11-01T08:`, what all instants of an hour begin with.
const PREFIX: usize = 14;
/// Letters of `2026-11-01T08:30:15`.
const SECOND_END: usize = 19;

/// Shows instants in the local time of one calendar.
pub(super) struct LocalClock {
    calendar: Calendar,
    hours: Vec<Option<Hour>>,
}

impl fmt::Debug for LocalClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LocalClock({})", self.calendar.name())
    }
}

/// What the instants of one hour of the calendar have in common; the clock is never changed within one.
#[derive(Clone, Debug)]
struct Hour {
    from: i64,
    until: i64,
    /// Local time less UTC, in microseconds.
    offset: i64,
    prefix: [u8; PREFIX],
    /// `+08:00`
    suffix: Box<[u8]>,
}

/// A local time as spreadsheets keep it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Serial {
    /// Days since 1899-12-30.
    pub(super) day: i64,
    /// Seconds since midnight; parts of a second are cut off, since rounding would show the next day before midnight.
    pub(super) second: i64,
}

impl LocalClock {
    pub(super) fn new(calendar: Calendar) -> Self {
        Self { calendar, hours: vec![None; HOURS_MAX] }
    }

    /// Writes an instant as [`Calendar::show`] shows it.
    pub(super) fn write(&mut self, instant: Timestamp, out: &mut Vec<u8>) {
        let Some(hour) = self.hour(instant) else {
            out.extend_from_slice(self.calendar.show(instant).to_string().as_bytes());
            return;
        };
        let within = (instant.micros() + hour.offset).rem_euclid(HOUR).unsigned_abs();
        let (second, micros) = (within / SECOND.unsigned_abs(), within % SECOND.unsigned_abs());
        out.extend_from_slice(&hour.prefix);
        digits(second / 60, 2, out);
        out.push(b':');
        digits(second % 60, 2, out);
        if micros != 0 {
            out.push(b'.');
            digits(micros, 6, out);
        }
        out.extend_from_slice(&hour.suffix);
    }

    /// An instant as spreadsheets keep it; nothing where they cannot.
    pub(super) fn serial(&mut self, instant: Timestamp) -> Option<Serial> {
        let second = (instant.micros() + self.hour(instant)?.offset).div_euclid(SECOND);
        let day = EPOCH_SERIAL + second.div_euclid(DAY_SECONDS);
        Some(Serial { day, second: second.rem_euclid(DAY_SECONDS) })
    }

    /// The hour in which an instant lies; nothing in years before 1900 and after 9999.
    fn hour(&mut self, instant: Timestamp) -> Option<&Hour> {
        let micros = instant.micros();
        if !(FIRST..LAST).contains(&micros) {
            return None;
        }
        let place =
            usize::try_from(micros.div_euclid(HOUR).rem_euclid(HOURS_MAX.cast_signed() as i64)).ok()?;
        let kept = self.hours.get_mut(place)?;
        if !kept.as_ref().is_some_and(|hour| (hour.from..hour.until).contains(&micros)) {
            *kept = Hour::new(&self.calendar, instant);
        }
        kept.as_ref()
    }
}

impl Hour {
    fn new(calendar: &Calendar, instant: Timestamp) -> Option<Self> {
        let from = calendar.start(Grain::Hour, instant);
        let shown = calendar.show(from).to_string();
        let local: DateTime = shown.get(..SECOND_END)?.parse().ok()?;
        let local = local.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp().as_microsecond();
        Some(Self {
            from: from.micros(),
            until: calendar.next(Grain::Hour, instant).micros(),
            offset: local - from.micros(),
            prefix: shown.as_bytes().get(..PREFIX)?.try_into().ok()?,
            suffix: shown.as_bytes().get(SECOND_END..)?.into(),
        })
    }
}

impl Serial {
    /// Writes it as a decimal number of days; eleven decimals tell every second from the next.
    pub(super) fn write(self, out: &mut Vec<u8>) {
        const DECIMALS: usize = 11;
        const ONE: i64 = 100_000_000_000;
        number::count(self.day, out);
        if self.second != 0 {
            let fraction = (self.second * ONE + DAY_SECONDS / 2) / DAY_SECONDS;
            out.push(b'.');
            digits(fraction.unsigned_abs(), DECIMALS, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(clock: &mut LocalClock, instant: Timestamp) -> String {
        let mut out = Vec::new();
        clock.write(instant, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn serial(text: &str) -> String {
        let mut out = Vec::new();
        let mut clock = LocalClock::new(Calendar::new("Asia/Shanghai").unwrap());
        clock.serial(text.parse().unwrap()).unwrap().write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_spreadsheet_counts_days_since_the_end_of_1899() {
        assert_eq!(serial("2026-11-01T00:00:00+08:00"), "46327");
        assert_eq!(serial("2026-11-01T08:30:00+08:00"), "46327.35416666667");
        assert_eq!(serial("2026-11-01T23:59:59.999999+08:00"), "46327.99998842593");
        assert_eq!(serial("1970-01-01T12:00:00+08:00"), "25569.50000000000");
    }

    #[test]
    fn where_a_spreadsheet_has_no_days_there_is_no_serial() {
        let mut clock = LocalClock::new(Calendar::new("Asia/Shanghai").unwrap());
        for text in ["1900-02-28T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-30T20:00:00Z"] {
            assert_eq!(clock.serial(text.parse().unwrap()), None, "{text}");
            let instant = text.parse().unwrap();
            assert_eq!(shown(&mut clock, instant), clock.calendar.show(instant).to_string());
        }
        assert_eq!(clock.serial(Timestamp::from_micros(i64::MAX)), None);
    }

    proptest! {
        /// Also where the clock changes, and again with what is remembered of other hours.
        #[test]
        fn an_instant_is_written_as_the_calendar_shows_it(
            zone in prop::sample::select(vec!["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "Africa/Monrovia"]),
            instants in prop::collection::vec((-2_203_000_000_i64..4_000_000_000, 0..3_i64), 1..50),
        ) {
            let mut clock = LocalClock::new(Calendar::new(zone).unwrap());
            for (seconds, micros) in instants {
                for minutes in [0, 30, 60, 90, 2_048 * 30] {
                    let instant = Timestamp::from_micros((seconds + minutes * 60) * SECOND + micros * 7);
                    let expected = clock.calendar.show(instant).to_string();
                    prop_assert_eq!(shown(&mut clock, instant), expected.clone());
                    let serial = clock.serial(instant).unwrap();
                    let date = clock.calendar.date(instant);
                    prop_assert_eq!(i64::from(date.since(jiff::civil::date(1899, 12, 30)).unwrap().get_days()), serial.day);
                    let time: jiff::civil::Time = expected[11..19].parse().unwrap();
                    prop_assert_eq!(i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second()), serial.second);
                }
            }
        }
    }
}
