//! Steps of a trend: the hours, days and months of a time zone, found by walking along the clock.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Clocks change, and hours begin, at quarters of an hour of UTC only.
const QUARTER_MICROS: i64 = 15 * 60 * 1_000_000;

/// The beginnings of all steps that meet [`from`, `to`), in microseconds. `step` is `hour`, `day` or `month`.
///
/// An hour begins where the local clock shows a full hour, and where it is put forward or back.
pub(crate) fn starts(zone: &TimeZone, from: i64, to: i64, step: &str) -> Vec<i64> {
    if from >= to {
        return Vec::new();
    }
    let mut first = from.div_euclid(QUARTER_MICROS) * QUARTER_MICROS;
    while !begins(zone, first, step) {
        first -= QUARTER_MICROS;
    }
    let quarters = (first..to).step_by(usize::try_from(QUARTER_MICROS).unwrap());
    quarters.filter(|at| begins(zone, *at, step)).collect()
}

/// Whether a step begins at this instant.
fn begins(zone: &TimeZone, at: i64, step: &str) -> bool {
    let ((before, offset_before), (now, offset)) = (clock(zone, at - 1), clock(zone, at));
    match step {
        "hour" => now.minute() == 0 || offset != offset_before,
        "day" => now.date() != before.date(),
        "month" => (now.year(), now.month()) != (before.year(), before.month()),
        other => panic!("no step is called {other}"),
    }
}

/// What the local clock shows, and how far it is ahead of UTC.
fn clock(zone: &TimeZone, at: i64) -> (DateTime, Offset) {
    let instant = jiff::Timestamp::from_microsecond(at).unwrap();
    let offset = zone.to_offset(instant);
    (offset.to_datetime(instant), offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::oracle::text::local;

    fn shown(zone: &str, from: &str, to: &str, step: &str) -> Vec<String> {
        let zone = TimeZone::get(zone).unwrap();
        let [from, to] = [from, to].map(|text| text.parse::<jiff::Timestamp>().unwrap().as_microsecond());
        starts(&zone, from, to, step).into_iter().map(|at| local(&zone, at)).collect()
    }

    #[test]
    fn every_step_that_meets_the_range_is_there() {
        assert_eq!(
            shown("Asia/Kathmandu", "2026-10-31T18:20:00Z", "2026-10-31T20:15:00.000001Z", "hour"),
            ["2026-11-01T00:00:00+05:45", "2026-11-01T01:00:00+05:45", "2026-11-01T02:00:00+05:45"]
        );
        let months = shown("Asia/Shanghai", "2026-09-30T15:59:59.999999Z", "2026-10-31T16:00:00Z", "month");
        assert_eq!(months, ["2026-09-01T00:00:00+08:00", "2026-10-01T00:00:00+08:00"]);
        assert!(shown("Asia/Shanghai", "2026-09-30T16:00:00Z", "2026-09-30T16:00:00Z", "day").is_empty());
    }

    #[test]
    fn days_are_shorter_and_longer_where_the_clock_changes() {
        let days = shown("America/New_York", "2026-10-31T04:00:00Z", "2026-11-02T05:00:00.000001Z", "day");
        let expected =
            ["2026-10-31T00:00:00-04:00", "2026-11-01T00:00:00-04:00", "2026-11-02T00:00:00-05:00"];
        assert_eq!(days, expected);
        let hours = |from, to| shown("America/New_York", from, to, "hour").len();
        assert_eq!(hours("2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"), 25);
        assert_eq!(hours("2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"), 23);
    }

    #[test]
    fn half_an_hour_is_an_hour_of_its_own_where_the_clock_moves_by_it() {
        assert_eq!(
            shown("Australia/Lord_Howe", "2026-10-03T14:30:00Z", "2026-10-03T16:30:00Z", "hour"),
            ["2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"]
        );
        assert_eq!(
            shown("Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T16:00:00Z", "hour"),
            ["2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T02:00:00+10:30"]
        );
    }
}
