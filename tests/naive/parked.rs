//! Events that were parked, as they stand (domain §4).

use events_schema::recorded::parked::WaitsFor;
use events_schema::{EntityKind, Event, Recorded};
use serde_json::Value;

use super::balances::text;
use super::rows::Rows;

/// An event that was parked.
#[derive(Debug)]
pub(crate) struct ParkedEvent {
    pub(crate) position: u64,
    /// When the ledger recorded that it was parked.
    pub(crate) parked_at: i64,
    /// The `CloudEvent` as published.
    pub(crate) event: Value,
    /// The id of what it waits for, or waited for last.
    pub(crate) awaited_id: String,
    /// `waiting`, `released`, `failed` or `discarded`.
    pub(crate) state: &'static str,
    /// With which it was rejected in the end.
    pub(crate) code: Option<String>,
}

fn awaited(waits_for: &WaitsFor) -> String {
    let (WaitsFor::Order(id) | WaitsFor::Member(id) | WaitsFor::Payment(id)) = waits_for;
    id.to_string()
}

impl Rows {
    pub(super) fn fold_parked(&mut self, recorded: &Recorded) {
        if recorded.entity.kind != EntityKind::ParkedEvent {
            return;
        }
        if let Event::EventParked(parked) = &recorded.event {
            self.parked.push(ParkedEvent {
                position: recorded.position.get(),
                parked_at: recorded.recorded_at.micros(),
                event: serde_json::from_str(&text(&parked.event)).unwrap(),
                awaited_id: awaited(&parked.waits_for),
                state: "waiting",
                code: None,
            });
            return;
        }
        let position = recorded.entity.birth.get();
        let parked = self.parked.iter_mut().find(|parked| parked.position == position).unwrap();
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else happens to a parked event")]
        match &recorded.event {
            Event::ParkedEventRequeued(requeued) => parked.awaited_id = awaited(&requeued.waits_for),
            Event::ParkedEventReleased(_) => parked.state = "released",
            Event::ParkedEventFailed(failed) => {
                (parked.state, parked.code) = ("failed", Some(failed.code.to_string()));
            }
            Event::ParkedEventDiscarded(_) => parked.state = "discarded",
            other => panic!("{other:?} happened to a parked event"),
        }
    }
}
