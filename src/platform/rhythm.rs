//! When customers come: by the hour, the day of the week, the holidays, and slowly more of them.

use super::calendar::{HOUR, clock_of, date, day_of, weekday};
use super::dice::Dice;

/// How busy each local hour is.
const HOURS: [u64; 24] =
    [22, 10, 5, 3, 3, 5, 14, 32, 58, 82, 100, 98, 74, 62, 64, 68, 72, 76, 84, 104, 116, 108, 80, 46];

/// How busy each day of the week is, from Monday.
const WEEK: [u64; 7] = [90, 88, 92, 98, 122, 146, 130];

/// How much busier the last day is than the first, per mille.
const GROWTH: u64 = 350;

/// The moments at which customers come, earliest first: `orders` of them over the days, without keeping them.
#[derive(Debug)]
pub(super) struct Rhythm {
    dice: Dice,
    start: i64,
    hours: u64,
    orders: u64,
    endless: bool,
    /// The sum of the weights of all hours of the days.
    total: u128,
    /// The sum of the weights of the hours up to and with the present one.
    weight: u128,
    /// Hours begun.
    begun: u64,
    /// Customers of the hours before the present one.
    before: u128,
    /// Customers of the present hour, and how many of them came.
    here: u64,
    came: u64,
}

impl Rhythm {
    pub(super) fn new(dice: Dice, start: i64, days: u32, orders: u64, endless: bool) -> Rhythm {
        let hours = u64::from(days.max(1)) * 24;
        let mut rhythm = Rhythm {
            dice,
            start,
            hours,
            orders,
            endless: endless && orders > 0,
            total: 0,
            weight: 0,
            begun: 0,
            before: 0,
            here: 0,
            came: 0,
        };
        rhythm.total = (0..hours).map(|hour| rhythm.weight_of(hour)).sum();
        rhythm
    }

    fn weight_of(&self, hour: u64) -> u128 {
        let at = self.hour_start(hour);
        let day = day_of(at);
        let growth = 1000 + GROWTH * hour.min(self.hours) / self.hours;
        let of_week = WEEK[usize::try_from(weekday(day)).unwrap_or(0)];
        let of_day = HOURS[usize::try_from(clock_of(at) / HOUR).unwrap_or(0)];
        u128::from(of_day * of_week * holiday(day) * growth)
    }

    fn hour_start(&self, hour: u64) -> i64 {
        self.start + hour.cast_signed() * HOUR
    }

    /// Begins the next hour: its customers are the whole ones that its weight adds to the sum.
    fn begin_hour(&mut self) {
        self.weight += self.weight_of(self.begun);
        self.begun += 1;
        let so_far = u128::from(self.orders) * self.weight / self.total;
        self.here = u64::try_from(so_far - self.before).unwrap_or(u64::MAX);
        self.before = so_far;
        self.came = 0;
    }
}

impl Iterator for Rhythm {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        while self.came == self.here {
            if self.begun >= self.hours && !self.endless {
                return None;
            }
            self.begin_hour();
        }
        // Each customer has a slot of the hour, so they need not be sorted.
        let hour = u128::from(HOUR.cast_unsigned());
        let within = u128::from(self.came) * hour + u128::from(self.dice.below(HOUR.cast_unsigned()));
        self.came += 1;
        let into = i64::try_from(within / u128::from(self.here)).unwrap_or(HOUR);
        Some(self.hour_start(self.begun - 1) + into)
    }
}

/// How much busier a day is for the holiday it belongs to, or for the one that it comes before, in per cent.
fn holiday(day: i64) -> u64 {
    let (_, month, of_month) = date(day);
    match (month, of_month) {
        (10, 1..=5) => 200,
        (10, 6..=7) | (5, 4..=5) => 160,
        (5, 1..=3) => 185,
        (4 | 9, 28..=30) => 135,
        (4, 4..=6) | (1, 1) => 125,
        _ => 100,
    }
}

/// Whether people plan and travel on this day rather than work: Friday to Sunday.
pub(super) fn weekend(at: i64) -> bool {
    weekday(day_of(at)) >= 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::calendar::{DAY, moment};

    /// 2025-09-01, a Monday.
    const FIRST_DAY: i64 = 20_332;

    fn rhythm(orders: u64, endless: bool) -> Rhythm {
        Rhythm::new(Dice::new(1), moment(FIRST_DAY, 0), 42, orders, endless)
    }

    #[test]
    fn exactly_the_orders_that_were_asked_for_come_in_order_and_within_the_days() {
        for orders in [0, 1, 7, 20_000] {
            let all: Vec<i64> = rhythm(orders, false).collect();
            assert_eq!(all.len() as u64, orders);
            assert!(all.is_sorted());
            assert!(all.iter().all(|at| (FIRST_DAY..FIRST_DAY + 42).contains(&day_of(*at))));
        }
    }

    #[test]
    fn evenings_weekends_and_holidays_are_busier() {
        let all: Vec<i64> = rhythm(50_000, false).collect();
        let at_hour = |hour| all.iter().filter(|at| clock_of(**at) / HOUR == hour).count();
        assert!(at_hour(20) > 10 * at_hour(4), "{} at 20, {} at 4", at_hour(20), at_hour(4));
        assert!(at_hour(10) > at_hour(14));
        let of_day = |day| all.iter().filter(|at| day_of(**at) == FIRST_DAY + day).count();
        assert!(of_day(5) * 10 > of_day(1) * 13, "Saturday and Tuesday");
        assert!(of_day(30) * 10 > of_day(23) * 16, "the first of October, and the Wednesday before");
        assert!(of_day(22) > of_day(1), "three weeks later");
    }

    #[test]
    fn after_the_days_an_endless_rhythm_goes_on_as_before() {
        let later = moment(FIRST_DAY, 0) + 63 * DAY;
        let after = rhythm(4200, true).skip(4200).take_while(|at| *at < later).count();
        assert!((1900..2500).contains(&after), "{after} in three weeks after six that had 4200");
    }
}
