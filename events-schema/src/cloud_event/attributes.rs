//! What the log says about an event, as extension attributes of its `CloudEvent`.
//!
//! | attribute | |
//! |---|---|
//! | `position` | its place in the log |
//! | `recordedat` | when the ledger recorded it |
//! | `actor` | who made it happen: `ledger`, or `token:` and the name of the token |
//! | `entity` | which kind of thing it happened to |
//! | `birth` | the position of the first event of that thing |
//! | `previous` | the position of that thing's event before it; null for its first one |
//! | `cause` | the position of the event that set it off; null where a request did |
//! | `recordtype`, `recordversion` | its type and version as it is recorded |
//! | `hash` | the hash of its leaf in the Merkle tree of the log (RFC 6962), hexadecimal |
//! | `settlementdue` | when the settlement of the order that it completed is due; absent where there is none |
//! | `idempotencykey` | the `Idempotency-Key` of the decision; absent where it had none |
//!
//! Positions have 64 bits. A `CloudEvent` that is published may have integers of 32 bits only, so beyond 2,147,483,647 an
//! event is published again without these attributes.

use std::borrow::Cow;

use serde::ser::SerializeMap;

use crate::merkle::Hash;
use crate::recorded::{Actor, CommandKey, Event, IdempotencyKey, Recorded};
use crate::{Timestamp, hex};

/// The names of these attributes.
pub const NAMES: [&str; 12] = [
    "position",
    "recordedat",
    "actor",
    "entity",
    "birth",
    "previous",
    "cause",
    "recordtype",
    "recordversion",
    "hash",
    "settlementdue",
    "idempotencykey",
];

/// What stands before the name of a published extension that would be taken for one of these attributes.
const PUBLISHED: &str = "published";

/// Writes the attributes of `recorded`, whose leaf has this hash.
pub(super) fn write<M: SerializeMap>(map: &mut M, recorded: &Recorded, hash: &Hash) -> Result<(), M::Error> {
    map.serialize_entry("position", &recorded.position)?;
    map.serialize_entry("recordedat", &recorded.recorded_at)?;
    map.serialize_entry("actor", &*actor(&recorded.actor))?;
    map.serialize_entry("entity", &recorded.entity.kind)?;
    map.serialize_entry("birth", &recorded.entity.birth)?;
    map.serialize_entry("previous", &recorded.previous)?;
    map.serialize_entry("cause", &recorded.cause)?;
    map.serialize_entry("recordtype", recorded.event.name())?;
    map.serialize_entry("recordversion", &recorded.event.version())?;
    map.serialize_entry("hash", &hex(hash))?;
    if let Some(due) = settlement_due(&recorded.event) {
        map.serialize_entry("settlementdue", &due)?;
    }
    if let CommandKey::Decision(Some(IdempotencyKey { key, .. })) = &recorded.key {
        map.serialize_entry("idempotencykey", key)?;
    }
    Ok(())
}

fn actor(actor: &Actor) -> Cow<'static, str> {
    match actor {
        Actor::Ledger => Cow::Borrowed("ledger"),
        Actor::Token(name) => Cow::Owned(format!("token:{name}")),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "only two events complete an order")]
const fn settlement_due(event: &Event) -> Option<Timestamp> {
    match event {
        Event::OrderCompleted(completed) => completed.completion.settlement_due,
        Event::OrderVerified(verified) => match verified.completion {
            Some(completion) => completion.settlement_due,
            None => None,
        },
        _ => None,
    }
}

/// The name by which a published extension is shown: its own, with `published` before it where it would be taken for
/// what the log says. Different names stay different.
pub(super) fn published_name(name: &str) -> Cow<'_, str> {
    let own = NAMES.contains(&name.trim_start_matches(PUBLISHED));
    if own { Cow::Owned(format!("{PUBLISHED}{name}")) } else { Cow::Borrowed(name) }
}
