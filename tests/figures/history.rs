//! What happens in some seventy days: many lives at once, most of it around the instants at which days, months and
//! clocks change; some of it out of order, some of it twice.

use events_schema::{Action, Command, Timestamp};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::naive::dice::Dice;
use crate::naive::lives::{Line, life};
use crate::naive::requests::{decision, event};

pub(crate) const MINUTE: i64 = 60 * 1_000_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// How long a history is.
const DAYS: i64 = 70;
/// Its first day: with it, clocks are put back or forward in the days after, in all zones that do so.
const FIRST_DAYS: [Date; 2] = [date(2026, 9, 10), date(2026, 2, 20)];

/// A stretch of time, and the instants in it at which something changes.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) first_day: Date,
    pub(crate) from: i64,
    pub(crate) to: i64,
    /// Ends of months, changes of the clock, and some midnights.
    pub(crate) turns: Vec<i64>,
}

/// What is said or decided at an instant of the ledger's clock.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) clock: i64,
    pub(crate) command: Command,
}

/// A line, when it happens, and when it is said.
struct Timed {
    clock: i64,
    time: i64,
    line: Line,
}

impl Span {
    pub(crate) fn new(zone: &str, dice: &mut Dice) -> Self {
        let zone = TimeZone::get(zone).unwrap();
        let first_day = dice.of(&FIRST_DAYS);
        let midnight =
            |date: Date| date.to_zoned_datetime(zone.clone()).unwrap().timestamp().as_microsecond();
        let day = |n: i64| midnight(first_day + n.days());
        let (from, to) = (day(0), day(DAYS));
        let months = (0..4).map(|n| midnight(first_day.first_of_month() + n.months()));
        let start = jiff::Timestamp::from_microsecond(from).unwrap();
        let changes = zone.following(start).take(2).map(|change| change.timestamp().as_microsecond());
        let mut turns: Vec<i64> = months.chain(changes).filter(|turn| (from..to).contains(turn)).collect();
        turns.extend((0..3).map(|_| day(dice.roll(DAYS.cast_unsigned()).cast_signed())));
        Self { first_day, from, to, turns }
    }

    /// Some instant of the span.
    pub(crate) fn moment(&self, dice: &mut Dice) -> i64 {
        let anywhere = |dice: &mut Dice| self.from + offset(dice, self.to - self.from);
        match dice.roll(10) {
            0..5 => anywhere(dice),
            _ => self.turns[dice.index(self.turns.len())] + beside(dice),
        }
    }

    /// The local midnight at which the `n`-th day begins.
    pub(crate) fn date(&self, n: u64) -> Date {
        self.first_day + n.cast_signed().days()
    }
}

/// From nothing to `below` microseconds.
fn offset(dice: &mut Dice, below: i64) -> i64 {
    dice.roll(below.cast_unsigned()).cast_signed()
}

/// A little before or after, or at once.
pub(crate) fn beside(dice: &mut Dice) -> i64 {
    let far = offset(dice, 3 * HOUR);
    dice.of(&[0, 0, 1, -1, 1_000_000, -1_000_000, 30 * MINUTE, -30 * MINUTE, far, -far])
}

/// How long it takes until the next thing happens: often nothing, sometimes longer than three days.
fn gap(dice: &mut Dice) -> i64 {
    let long = offset(dice, 5 * DAY);
    let short = offset(dice, 2 * HOUR);
    dice.of(&[0, 1, short, short, short, long / 5, long / 5, long])
}

/// Everything that is said and decided in the history of `lives` lives.
pub(crate) fn history(span: &Span, lives: u64, dice: &mut Dice) -> Vec<Said> {
    let mut timed: Vec<Timed> = (1..=lives).flat_map(|number| timed_life(span, number, dice)).collect();
    timed.retain(|line| line.clock < span.to);
    timed.sort_by_key(|line| line.clock);
    disorder(&mut timed, dice);
    let imported = dice.chance(30);
    let mut clock = span.from;
    let mut said = Vec::<Said>::new();
    for (number, line) in timed.into_iter().enumerate() {
        clock = if imported { span.to } else { clock.max(line.clock) };
        said.push(Said { clock, command: command(number, line, dice) });
        if dice.chance(5) {
            let again = said[dice.index(said.len())].command.clone();
            said.push(Said { clock, command: again });
        }
    }
    said
}

fn timed_life(span: &Span, number: u64, dice: &mut Dice) -> Vec<Timed> {
    let mut clock = span.moment(dice);
    let life = life(number, dice);
    let mut lines = Vec::new();
    for line in life {
        // What is said now may have happened long ago: also a payment before its order was placed.
        let time = if dice.chance(4) { clock - offset(dice, 2 * DAY) } else { clock };
        lines.push(Timed { clock, time, line });
        clock += gap(dice);
    }
    lines
}

/// Some lines are said later than others that happened after them, and a few are never said.
fn disorder(lines: &mut Vec<Timed>, dice: &mut Dice) {
    for index in 0..lines.len() {
        if dice.chance(8) {
            let later = (index + 1 + dice.index(25)).min(lines.len() - 1);
            let line = lines.remove(index);
            lines.insert(later, line);
        }
    }
    lines.retain(|_| !dice.chance(2));
}

fn command(number: usize, line: Timed, dice: &mut Dice) -> Command {
    let time = Timestamp::from_micros(line.time);
    match line.line {
        Line::Says(kind, subject, data) => event(number, kind, &subject, &data, time),
        Line::Decides(Action::ApproveWithdrawal { withdrawal_id, paid, .. }) => {
            let paid_at = dice.chance(60).then_some(time);
            decision(number, Action::ApproveWithdrawal { withdrawal_id, paid, paid_at })
        }
        Line::Decides(action) => decision(number, action),
    }
}
