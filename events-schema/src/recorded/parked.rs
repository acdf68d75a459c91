//! Events of a parked event: one that came before what it needs (domain §4).

use serde::{Deserialize, Serialize};

use super::Personal;
use crate::Id;

/// The one thing that a parked event waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// An order of this id, or a change of it.
    Order(Id),
    /// A member of this id, or a change of it.
    Member(Id),
    /// A received or surplus payment of this id.
    Payment(Id),
}

/// An event was parked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventParked {
    /// What it waits for.
    pub waits_for: WaitsFor,
    /// The CloudEvent as published, JSON text.
    pub event: Personal,
}

/// A parked event was tried again and waits for something else now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedEventRequeued {
    /// What it waits for now.
    pub waits_for: WaitsFor,
}

/// A parked event was recorded: by the events that this one caused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedEventReleased {}

/// A parked event was rejected in the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedEventFailed {
    /// The code of the rejection.
    pub code: Id,
}

/// Finance gave a parked event up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParkedEventDiscarded {
    /// Why.
    pub reason: Personal,
}
