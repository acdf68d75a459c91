//! How long many requests took.

use std::time::Duration;

/// The times of requests, in no order.
#[derive(Clone, Debug, Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    /// One more request took `time`.
    pub(super) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Those of another connection, too.
    pub(super) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The time within which `per_mille` of a thousand requests were answered, in milliseconds.
    pub(super) fn percentile_ms(&mut self, per_mille: usize) -> f64 {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        let place = (self.0.len() * per_mille).div_ceil(1_000).saturating_sub(1).min(last);
        self.0.get(place).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_was_measured() {
        let mut times = Times::default();
        (1..=100).rev().for_each(|ms| times.push(Duration::from_millis(ms)));
        assert!((times.percentile_ms(500) - 50.0).abs() < 1e-9);
        assert!((times.percentile_ms(990) - 99.0).abs() < 1e-9);
        assert!((Times::default().percentile_ms(990)).abs() < 1e-9);
    }
}
