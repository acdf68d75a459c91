//! Which parked events wait for what, and which became ready (domain §4).
//!
//! Ready events are tried before the next command, oldest parked first. A try that changes nothing is not recorded;
//! since the oldest is always tried first, a replay knows which ones were tried from what was recorded after them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use events_schema::Position;
use events_schema::recorded::parked::WaitsFor;
use serde::{Deserialize, Serialize};

/// The parked events that are not decided yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Waiting {
    by_need: HashMap<WaitsFor, BTreeSet<Position>>,
    needs: HashMap<Position, WaitsFor>,
    /// Ready events, with the event that woke them.
    ready: BTreeMap<Position, Position>,
}

/// The same as lists.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WaitingLists {
    /// Which parked event waits for what.
    needs: Vec<(Position, WaitsFor)>,
    /// Which are ready, and what woke them.
    ready: Vec<(Position, Position)>,
}

impl Waiting {
    /// The same as lists, to be saved.
    pub(super) fn to_lists(&self) -> WaitingLists {
        let mut needs: Vec<_> = self.needs.iter().map(|(parked, need)| (*parked, need.clone())).collect();
        needs.sort_unstable_by_key(|(parked, _)| *parked);
        WaitingLists { needs, ready: self.ready.iter().map(|(parked, waker)| (*parked, *waker)).collect() }
    }

    /// What [`Waiting::to_lists`] told.
    pub(super) fn from_lists(lists: WaitingLists) -> Self {
        let mut waiting = Self { ready: lists.ready.into_iter().collect(), ..Self::default() };
        for (parked, need) in &lists.needs {
            waiting.wait(*parked, need);
        }
        waiting
    }

    /// `parked` waits for `need`.
    pub(super) fn wait(&mut self, parked: Position, need: &WaitsFor) {
        self.by_need.entry(need.clone()).or_default().insert(parked);
        self.needs.insert(parked, need.clone());
    }

    /// `parked` is decided, or waits for something else.
    pub(super) fn leave(&mut self, parked: Position) {
        self.ready.remove(&parked);
        let Some(need) = self.needs.remove(&parked) else { return };
        if let Some(waiting) = self.by_need.get_mut(&need) {
            waiting.remove(&parked);
            if waiting.is_empty() {
                self.by_need.remove(&need);
            }
        }
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.by_need.is_empty()
    }

    /// The event at `waker` changed `need`: what waits for it is ready.
    pub(super) fn wake(&mut self, need: &WaitsFor, waker: Position) {
        if let Some(waiting) = self.by_need.get(need) {
            for parked in waiting {
                self.ready.entry(*parked).or_insert(waker);
            }
        }
    }

    /// The oldest ready event and what woke it.
    pub(super) fn next(&self) -> Option<(Position, Position)> {
        self.ready.first_key_value().map(|(parked, waker)| (*parked, *waker))
    }

    /// `parked` and everything older was tried.
    pub(super) fn tried(&mut self, parked: Position) {
        self.ready = self.ready.split_off(&parked.next());
    }

    /// Everything was tried.
    pub(super) fn all_tried(&mut self) {
        self.ready.clear();
    }
}
