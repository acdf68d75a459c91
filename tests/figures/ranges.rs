//! Ranges of time to ask for: whole days and months, and such as nobody would think of.

use events_schema::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::history::{DAY, HOUR, Span, beside};
use crate::naive::dice::Dice;
use crate::naive::rows::Rows;

/// One end of a range, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It is not.
    Open,
    /// The local midnight at which this day begins.
    Day(Date),
    Instant(i64),
}

/// A range, as it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) from: End,
    pub(crate) to: End,
}

impl End {
    /// The instant that it is.
    pub(crate) fn instant(self, zone: &TimeZone) -> Option<i64> {
        match self {
            Self::Open => None,
            Self::Day(date) => {
                Some(date.to_zoned_datetime(zone.clone()).unwrap().timestamp().as_microsecond())
            }
            Self::Instant(at) => Some(at),
        }
    }

    /// `&name=…`, or nothing.
    fn query(self, name: &str) -> String {
        match self {
            Self::Open => String::new(),
            Self::Day(date) => format!("&{name}={date}"),
            Self::Instant(at) => format!("&{name}={}", Timestamp::from_micros(at)),
        }
    }
}

impl Asked {
    /// Without an end; of a list that is everything, of a report today.
    pub(crate) const OPEN: Self = Self { from: End::Open, to: End::Open };

    pub(crate) fn query(self) -> String {
        self.from.query("from") + &self.to.query("to")
    }
}

/// `count` ranges, all different in kind, about what is in `rows`.
pub(crate) fn ranges(span: &Span, rows: &Rows, count: u64, dice: &mut Dice) -> Vec<Asked> {
    let times = times(rows);
    (0..count).map(|number| range(number, span, &times, dice)).collect()
}

/// When things happened.
fn times(rows: &Rows) -> Vec<i64> {
    let orders = rows.orders.iter();
    let mut times: Vec<i64> =
        orders.flat_map(|order| [Some(order.placed_at), order.completed_at]).flatten().collect();
    times.extend(rows.cash.iter().map(|entry| entry.at));
    times.extend(rows.withdrawals.iter().map(|withdrawal| withdrawal.requested_at));
    times
}

fn range(number: u64, span: &Span, times: &[i64], dice: &mut Dice) -> Asked {
    let instants = |a: i64, b: i64| Asked { from: End::Instant(a.min(b)), to: End::Instant(a.max(b)) };
    let moment = span.moment(dice);
    match number % 10 {
        0 => {
            let first = dice.roll(70);
            Asked { from: End::Day(span.date(first)), to: End::Day(span.date(first + dice.roll(20))) }
        }
        1 => {
            let first = span.first_day.first_of_month() + dice.of(&[0, 1, 2]).months();
            Asked { from: End::Day(first), to: End::Day(first + dice.of(&[1, 2]).months()) }
        }
        2 => instants(time(times, dice), time(times, dice)),
        3 => instants(moment, span.moment(dice)),
        4 => instants(
            moment - moment.rem_euclid(HOUR),
            moment - moment.rem_euclid(HOUR) + dice.of(&[1, 2, 49]) * HOUR,
        ),
        5 => {
            let turn = span.turns[dice.index(span.turns.len())];
            instants(turn + beside(dice), turn + beside(dice))
        }
        6 => instants(moment, moment),
        7 => Asked { from: End::Open, to: End::Instant(moment) },
        8 => Asked { from: End::Instant(moment), to: End::Open },
        _ if dice.chance(30) => Asked { from: End::Open, to: End::Open },
        _ => instants(span.from - 30 * DAY, span.to + 40 * DAY),
    }
}

/// When something happened, if anything did, or a microsecond beside it.
fn time(times: &[i64], dice: &mut Dice) -> i64 {
    times.get(dice.index(times.len().max(1))).unwrap_or(&0) + dice.of(&[0, 0, 1, -1])
}
