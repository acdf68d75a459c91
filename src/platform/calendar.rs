//! Local time of the platform in milliseconds since 1970. Asia/Shanghai has been eight hours ahead of UTC, summer
//! and winter, since 1991, so plain arithmetic does, and is fast enough for a load test.

use super::dice::Dice;

pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

/// How far local time is ahead of UTC.
const EAST: i64 = 8 * HOUR;

/// The local day, counted from 1970-01-01.
pub(super) fn day_of(at: i64) -> i64 {
    (at + EAST).div_euclid(DAY)
}

/// Milliseconds since local midnight.
pub(super) fn clock_of(at: i64) -> i64 {
    (at + EAST).rem_euclid(DAY)
}

/// The moment that is `clock` after midnight of a local day.
pub(super) fn moment(day: i64, clock: i64) -> i64 {
    day * DAY + clock - EAST
}

/// Days since Monday.
pub(super) fn weekday(day: i64) -> i64 {
    (day + 3).rem_euclid(7)
}

/// Year, month and day of the month (H. Hinnant's `civil_from_days`).
pub(super) fn date(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let in_era = shifted.rem_euclid(146_097);
    let year = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
    let in_year = in_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * in_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let years = year + era * 400 + i64::from(month <= 2);
    (years, month, in_year - (153 * from_march + 2) / 5 + 1)
}

/// When people at their desks get to something that came at `after`, `days` later: between 9:30 and 18:00.
pub(super) fn at_the_desk(dice: &mut Dice, after: i64, days: i64) -> i64 {
    between(dice, after, days, (9 * HOUR + 30 * MINUTE, 18 * HOUR))
}

/// When somebody comes to use what was bought, `days` after `after`: between 8:30 and 17:00.
pub(super) fn visit(dice: &mut Dice, after: i64, days: i64) -> i64 {
    between(dice, after, days, (8 * HOUR + 30 * MINUTE, 17 * HOUR))
}

/// A moment within some hours, `days` after `after`; the day after that where those hours are over.
fn between(dice: &mut Dice, after: i64, days: i64, (from, to): (i64, i64)) -> i64 {
    let at = moment(day_of(after) + days, dice.within(from, to));
    if at > after + 10 * MINUTE { at } else { at + DAY }
}

/// The same moment, or eight hours later where people sleep.
pub(super) fn awake(at: i64) -> i64 {
    if clock_of(at) < 7 * HOUR { at + 8 * HOUR } else { at }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date as civil;

    use super::*;

    #[test]
    fn dates_agree_with_the_calendar() {
        let mut expected = civil(1969, 12, 1);
        for day in -31..40_000 {
            let found = (expected.year().into(), expected.month().into(), expected.day().into());
            assert_eq!(date(day), found);
            assert_eq!(weekday(day), i64::from(expected.weekday().to_monday_zero_offset()));
            expected = expected.checked_add(1.day()).expect("before 2080");
        }
    }

    #[test]
    fn local_time_is_that_of_shanghai() {
        for text in ["2026-03-29T15:59:59.999Z", "2026-03-29T16:00:00Z", "2026-07-01T03:20:00Z"] {
            let at: jiff::Timestamp = text.parse().unwrap();
            let local = at.in_tz("Asia/Shanghai").unwrap();
            let at = at.as_millisecond();
            let (year, month, day) = date(day_of(at));
            assert_eq!((year, month, day), (local.year().into(), local.month().into(), local.day().into()));
            assert_eq!(clock_of(at) / HOUR, i64::from(local.hour()));
            assert_eq!(moment(day_of(at), clock_of(at)), at);
        }
    }
}
