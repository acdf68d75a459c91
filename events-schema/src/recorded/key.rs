//! The request behind a recorded event.

use serde::{Deserialize, Serialize};

use super::Personal;
use crate::{Digest, EventId, Text};

/// The request behind a recorded event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandKey {
    /// The ledger itself did it: the clock, a release, its creation.
    Ledger,
    /// It belongs to the decision whose first event is its cause, and whose request stands there.
    SameDecision,
    /// A published event.
    Published(Published),
    /// A decision of finance.
    Decision(Option<IdempotencyKey>),
}

/// The identity of a published event (`source`, `id`), and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The `source` of the CloudEvent.
    pub source: Text,
    /// The `id` of the CloudEvent.
    pub id: EventId,
    /// The digest of its content.
    pub digest: Digest,
    /// Its extension attributes, sorted by name.
    pub extensions: Vec<Extension>,
}

/// The `Idempotency-Key` of a decision, and what was asked for with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The key.
    pub key: Text,
    /// The digest of the decision.
    pub digest: Digest,
}

/// An extension attribute of a CloudEvent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: ExtensionValue,
}

/// The value of an extension attribute (CloudEvents 1.0 §Type System: the types that JSON tells apart).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExtensionValue {
    /// true or false.
    Boolean(bool),
    /// A whole number of 32 bits.
    Integer(i32),
    /// A text.
    Text(Personal),
}
