//! What all clients count.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::super::times::Times;

/// Orders that are remembered so that they can be read.
const ORDERS_MAX: usize = 64;

/// What a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Many events.
    Batch,
    /// One event.
    Single,
    /// A report or a list.
    Read,
}

/// What was counted in an interval.
#[derive(Debug, Default)]
pub(super) struct Interval {
    /// Events that were acknowledged.
    pub(super) events: u64,
    /// Times of batches, single events, reads.
    pub(super) times: [Times; 3],
    /// Answers with 503.
    pub(super) unavailable: u64,
    /// Requests that were sent again because the connection was gone.
    pub(super) resent: u64,
    /// How far reads were behind what was acknowledged before them, at most.
    pub(super) lag_events: Option<u64>,
}

/// What all clients of a soak share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    interval: Mutex<Interval>,
    /// The last position that was acknowledged.
    acknowledged: AtomicU64,
    /// Orders that were placed: where, and their ids.
    orders: Mutex<VecDeque<(u64, String)>>,
}

impl Shared {
    /// What was counted since the last call.
    pub(super) fn take(&self) -> Interval {
        std::mem::take(&mut *hold(&self.interval))
    }

    /// A request was answered.
    pub(super) fn answered(&self, kind: Kind, events: u64, took: Duration) {
        let mut interval = hold(&self.interval);
        interval.events += events;
        interval.times[kind as usize].push(took);
    }

    /// A request was turned away with 503.
    pub(super) fn unavailable(&self) {
        hold(&self.interval).unavailable += 1;
    }

    /// A request has to be sent again.
    pub(super) fn resent(&self) {
        hold(&self.interval).resent += 1;
    }

    /// A read was `events` behind.
    pub(super) fn lagged(&self, events: u64) {
        let mut interval = hold(&self.interval);
        interval.lag_events = interval.lag_events.max(Some(events));
    }

    /// Everything up to `position` was acknowledged.
    pub(super) fn acknowledge(&self, position: u64) {
        self.acknowledged.fetch_max(position, Ordering::SeqCst);
    }

    /// The last position that was acknowledged.
    pub(super) fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Remembers an order that is in the log at `position`, if there is room.
    pub(super) fn remember(&self, position: u64, order: impl FnOnce() -> Option<String>) {
        let mut orders = hold(&self.orders);
        if orders.len() < ORDERS_MAX
            && let Some(order) = order()
        {
            orders.push_back((position, order));
        }
    }

    /// An order that read models at `position` show, and where it stands.
    pub(super) fn order(&self, position: u64) -> Option<(u64, String)> {
        let mut orders = hold(&self.orders);
        let (at, _) = orders.front()?;
        if *at <= position { orders.pop_front() } else { None }
    }
}

/// Counters are whole also when somebody panicked.
fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_begins_empty() {
        let shared = Shared::default();
        shared.answered(Kind::Batch, 500, Duration::from_millis(2));
        shared.lagged(7);
        shared.lagged(3);
        let interval = shared.take();
        assert_eq!((interval.events, interval.lag_events), (500, Some(7)));
        assert_eq!(interval.times.map(|times| times.count()), [1, 0, 0]);
        assert_eq!(shared.take().events, 0);
    }

    #[test]
    fn an_order_is_read_only_when_it_can_be_seen() {
        let shared = Shared::default();
        for position in 5..500 {
            shared.remember(position, || Some("T1".to_owned()));
        }
        assert_eq!(shared.order(4), None);
        assert_eq!(shared.order(5), Some((5, "T1".to_owned())));
        assert_eq!(std::iter::from_fn(|| shared.order(1_000)).count(), ORDERS_MAX - 1);
    }
}
