//! The vocabulary of the ledger.
//!
//! Two vocabularies live here, and they are separate on purpose: what upstream systems *publish* (JSON, read
//! strictly) and what the ledger *records* (postcard, never rewritten). In reading order:

/// Sums of money in minor units.
pub mod money;
pub use money::Money;

/// Numbers as decimal digits.
pub mod digits;

/// Instants in microseconds.
pub mod time;
pub use time::Timestamp;

/// Hours, days and months of the platform's time zone.
pub mod calendar;
pub use calendar::{Calendar, Grain, Shown};

/// Texts with a rule: ids, names, product types.
pub mod text;
pub use text::{EventId, Id, ProductType, Text};

/// Places in the log.
pub mod position;
pub use position::Position;

/// The closed sets of words: statuses, methods, kinds.
pub mod terms;

/// What upstream systems publish, and how it is read.
pub mod published;

/// A well-formed request, ready to be decided.
pub mod command;
pub use command::{Action, Command};

/// The fingerprint that tells a duplicate from a reused id.
pub mod digest;
pub use digest::Digest;

/// What the ledger records.
pub mod recorded;
pub use recorded::{Actor, CommandKey, Entity, EntityKind, Event, Recorded};

/// A recorded event as a `CloudEvent`.
pub mod cloud_event;
pub use cloud_event::CloudEvent;

/// The RFC 6962 Merkle tree over all recorded events.
pub mod merkle;

/// Blocks of recorded events as bytes.
pub mod block;

/// Bytes in hexadecimal digits.
mod hex;
pub use hex::hex;

#[cfg(test)]
mod golden_tests;
