//! `from` and `to` as a caller gives them, and the range that they mean.

use std::fmt;

use axum::http::StatusCode;
use events_schema::{Calendar, Grain, Timestamp};
use jiff::civil::Date;
use serde::de::{self, Deserialize, Deserializer};

use crate::problem::Problem;
use crate::range::Range;

/// One end of a range: an instant, or a date, which is its local midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// An instant.
    Instant(Timestamp),
    /// The midnight at which this day begins.
    Date(Date),
}

impl Moment {
    /// The instant that it is in this calendar.
    pub fn instant(self, calendar: &Calendar) -> Timestamp {
        match self {
            Self::Instant(instant) => instant,
            Self::Date(date) => calendar.midnight(date),
        }
    }

    /// What `text` says: `YYYY-MM-DD`, or RFC 3339 with an offset.
    pub fn parse(text: &str) -> Option<Self> {
        // Exactly YYYY-MM-DD: the calendar library reads more.
        if text.len() == 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' {
            return text.parse().ok().map(Self::Date);
        }
        instant(text).map(Self::Instant)
    }
}

/// An instant with its offset.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    // A + that was not escaped arrives as a blank.
    text.replace(' ', "+").parse().ok()
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(MomentVisitor)
    }
}

struct MomentVisitor;

impl de::Visitor<'_> for MomentVisitor {
    type Value = Moment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date such as 2026-11-01, or an RFC 3339 time with an offset")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Moment, E> {
        Moment::parse(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}

/// The range of a report. Without both ends it is today; without `from` it has no beginning, and without `to` it
/// ends with today.
pub fn of_report(
    from: Option<Moment>,
    to: Option<Moment>,
    now: Timestamp,
    calendar: &Calendar,
) -> Result<Range, Problem> {
    let range = match (from, to) {
        (None, None) => Range::new(calendar.start(Grain::Day, now), calendar.next(Grain::Day, now)),
        (None, Some(to)) => Range::new(Range::BEGINNING, to.instant(calendar)),
        (Some(from), None) => {
            // What is recorded for tomorrow already is found by asking for it.
            let from = from.instant(calendar);
            Range::new(from, calendar.next(Grain::Day, now).max(from))
        }
        (Some(from), Some(to)) => Range::new(from.instant(calendar), to.instant(calendar)),
    };
    checked(range)
}

/// The range of a list: each end that is absent is open.
pub fn of_list(from: Option<Moment>, to: Option<Moment>, calendar: &Calendar) -> Result<Range, Problem> {
    let from = from.map_or(Range::BEGINNING, |from| from.instant(calendar));
    let to = to.map_or(Range::END, |to| to.instant(calendar));
    checked(Range::new(from, to))
}

fn checked(range: Range) -> Result<Range, Problem> {
    if range.from > range.to {
        let detail = "from is after to: exchange them, or leave one out";
        return Err(
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_range", detail).with("field", "from")
        );
    }
    Ok(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::new("Asia/Shanghai").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn report(from: &str, to: &str) -> Result<Range, Problem> {
        of_report(Moment::parse(from), Moment::parse(to), at("2026-11-05T01:00:00+08:00"), &calendar())
    }

    #[test]
    fn a_date_is_its_local_midnight_and_an_instant_is_itself() {
        let range = report("2026-11-01", "2026-11-01T09:30:00 08:00").unwrap();
        assert_eq!(range, Range::new(at("2026-10-31T16:00:00Z"), at("2026-11-01T01:30:00Z")));
    }

    #[test]
    fn without_ends_it_is_today_in_local_time() {
        let today = Range::new(at("2026-11-04T16:00:00Z"), at("2026-11-05T16:00:00Z"));
        assert_eq!(report("", "").unwrap(), today);
        assert_eq!(report("2026-11-01", "").unwrap(), Range::new(at("2026-10-31T16:00:00Z"), today.to));
        assert_eq!(
            report("", "2026-11-01").unwrap(),
            Range::new(Range::BEGINNING, at("2026-10-31T16:00:00Z"))
        );
    }

    #[test]
    fn it_does_not_run_backwards() {
        assert_eq!(report("2026-11-02", "2026-11-01").unwrap_err().code(), "invalid_range");
        assert!(report("2026-11-02", "2026-11-02").unwrap().is_empty());
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "20261101",
            "2026-11-1",
            "2026-13-01",
            "2026-11-01T09:30:00",
            "today",
            "2026年11月",
            "1793494800",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
