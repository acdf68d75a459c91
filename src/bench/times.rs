//! How long many requests took, in bounded memory.

use std::time::Duration;

use super::limits::float;

/// Bits of a time that are kept: it is right to one in 128.
const KEPT_BITS: u32 = 8;
/// Times below this have a place of their own, in microseconds.
const EXACT_MICROS: u64 = 1 << KEPT_BITS;
/// Places for each doubling above.
const HALF: u64 = EXACT_MICROS / 2;

/// The times of requests: how many fell into each place. A place is a microsecond, later a 128th of a doubling.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    places: Vec<u32>,
    count: u64,
}

impl Times {
    /// One more request took `time`.
    pub(super) fn push(&mut self, time: Duration) {
        let place = place(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
        if self.places.len() <= place {
            self.places.resize(place + 1, 0);
        }
        self.places[place] += 1;
        self.count += 1;
    }

    /// Those of another connection, too.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.places.len() < other.places.len() {
            self.places.resize(other.places.len(), 0);
        }
        for (place, count) in self.places.iter_mut().zip(&other.places) {
            *place += count;
        }
        self.count += other.count;
    }

    /// How many requests there were.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The time within which `per_mille` of a thousand requests were answered, in milliseconds.
    pub(super) fn percentile_ms(&self, per_mille: u64) -> f64 {
        let rank = (self.count * per_mille).div_ceil(1_000).max(1);
        let mut before = 0;
        for (place, count) in self.places.iter().enumerate() {
            before += u64::from(*count);
            if before >= rank {
                return float(micros(place as u64)) / 1_000.0;
            }
        }
        0.0
    }
}

/// Where a time belongs.
fn place(micros: u64) -> usize {
    let doublings = u64::from((u64::BITS - micros.leading_zeros()).saturating_sub(KEPT_BITS));
    usize::try_from(doublings * HALF + (micros >> doublings)).unwrap_or(usize::MAX)
}

/// The longest time of a place.
fn micros(place: u64) -> u64 {
    if place < EXACT_MICROS {
        return place;
    }
    let doublings = (place - HALF) / HALF;
    (place - doublings * HALF + 1).saturating_mul(1 << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) -> bool {
        (found - expected).abs() <= expected / 100.0
    }

    #[test]
    fn a_percentile_is_near_a_time_that_was_measured() {
        let mut times = Times::default();
        (1..=100).rev().for_each(|ms| times.push(Duration::from_millis(ms)));
        assert!(near(times.percentile_ms(500), 50.0));
        assert!(near(times.percentile_ms(990), 99.0));
        assert!(near(times.percentile_ms(999), 100.0));
        assert!(Times::default().percentile_ms(990).abs() < 1e-9);
    }

    #[test]
    fn every_time_is_in_its_place() {
        for micros_of in (0..2_000).chain([65_535, 65_536, 1_000_000, 86_400_000_000]) {
            let place = place(micros_of);
            let longest = micros(place as u64);
            assert!(
                longest >= micros_of && longest - micros_of <= micros_of / HALF,
                "{micros_of}: {longest}"
            );
            assert!(
                place == 0 || micros(place as u64 - 1) < micros_of,
                "{micros_of} is not in the place before"
            );
        }
    }

    #[test]
    fn times_of_two_connections_count_together() {
        let (mut one, mut two) = (Times::default(), Times::default());
        one.push(Duration::from_millis(1));
        two.push(Duration::from_millis(100));
        one.merge(&two);
        assert_eq!(one.count(), 2);
        assert!(near(one.percentile_ms(500), 1.0) && near(one.percentile_ms(999), 100.0));
    }
}
