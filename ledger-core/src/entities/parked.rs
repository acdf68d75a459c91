//! A parked event (domain §4).

use events_schema::recorded::Personal;
use events_schema::recorded::parked::WaitsFor;
use events_schema::terms::ParkedState;
use events_schema::{Event, Id, Position, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

use super::FoldError;

/// A parked event as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedEvent {
    /// Where its first event stands.
    pub birth: Position,
    /// Where its last event stands.
    pub last: Position,
    /// When it was parked.
    pub parked_at: Timestamp,
    /// What it waits for.
    pub waits_for: WaitsFor,
    /// The CloudEvent as published, JSON text.
    pub event: Personal,
    /// Where it stands.
    pub state: ParkedState,
    /// The code with which it was rejected in the end.
    pub code: Option<Id>,
}

impl ParkedEvent {
    pub(super) fn begin(recorded: &Recorded) -> Option<Self> {
        let Event::EventParked(parked) = &recorded.event else { return None };
        Some(Self {
            birth: recorded.position,
            last: recorded.position,
            parked_at: recorded.recorded_at,
            waits_for: parked.waits_for.clone(),
            event: parked.event.clone(),
            state: ParkedState::Waiting,
            code: None,
        })
    }

    pub(super) fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "other events do not happen to a parked event")]
        match &recorded.event {
            Event::ParkedEventRequeued(requeued) => self.waits_for.clone_from(&requeued.waits_for),
            Event::ParkedEventReleased(_) => self.state = ParkedState::Released,
            Event::ParkedEventFailed(failed) => {
                self.state = ParkedState::Failed;
                self.code = Some(failed.code.clone());
            }
            Event::ParkedEventDiscarded(_) => self.state = ParkedState::Discarded,
            _ => return Err(FoldError::of(recorded)),
        }
        Ok(())
    }
}
