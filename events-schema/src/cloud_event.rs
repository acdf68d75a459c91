//! A recorded event as a `CloudEvent` (CloudEvents 1.0, JSON): what audits, exports and the history of an order show.
//!
//! An event that was published comes back as it was published: `id`, `source`, `type`, `subject`, `time`, `data` as
//! understood, and extensions. Published again it would be a duplicate. What the ledger did itself has the log as its
//! source, its position as its id, and a type that begins with `ledger.` ([`types`]).
//!
//! What the log says about every event stands in extension attributes ([`attributes`]). A published extension of one of
//! these names is shown with `published` before its name.

/// The type of each recorded event.
pub mod types;

/// The data of each recorded event.
mod data;

/// What the log says about an event.
pub mod attributes;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::block::LogId;
use crate::merkle::Hash;
use crate::recorded::{CommandKey, EntityKind, Event, Extension, ExtensionValue, Published, Recorded};
use crate::{Id, Position, hex};

/// A recorded event on its way to JSON, with what of it stands elsewhere in the log.
#[derive(Clone, Copy, Debug)]
pub struct CloudEvent<'a> {
    /// The event.
    pub recorded: &'a Recorded,
    /// The hash of its leaf (RFC 6962).
    pub hash: &'a Hash,
    /// The source of what the ledger does itself: [`source`] of the log's id.
    pub source: &'a str,
    /// The id of the thing that it happened to, from its first event; nothing where [`Elsewhere::subject`] names none.
    pub subject: Option<&'a Id>,
    /// How it was published, where it was parked first: from the key of the parked event.
    pub published: Option<&'a Published>,
}

/// Where in the log stands what an event does not say itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// The first event of the thing that it happened to, which has its id ([`id_of`]).
    pub subject: Option<Position>,
    /// The event that released it: the first event of what that one happened to has the request behind it.
    pub release: Option<Position>,
}

impl Elsewhere {
    /// What `recorded` does not say itself.
    pub fn of(recorded: &Recorded) -> Self {
        let subject = match recorded.entity.kind {
            EntityKind::Ledger | EntityKind::ParkedEvent => None,
            EntityKind::Order
            | EntityKind::Member
            | EntityKind::Payment
            | EntityKind::SupplierFunds
            | EntityKind::DistributorFunds
            | EntityKind::Withdrawal => Some(recorded.entity.birth),
        };
        let released = recorded.key == CommandKey::SameDecision && types::is_published(&recorded.event);
        Self { subject, release: recorded.cause.filter(|_| released) }
    }
}

/// The `source` of what the ledger of this log does itself.
pub fn source(log_id: &LogId) -> String {
    format!("urn:ledger:log:{}", hex(log_id))
}

/// The id of what begins with `event`.
pub fn id_of(event: &Event) -> Option<&Id> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "few events begin something that has an id")]
    match event {
        Event::OrderPlaced(placed) => Some(&placed.order_id),
        Event::MemberRegistered(registered) => Some(&registered.member_id),
        Event::PaymentReceived(received) => Some(&received.payment_id),
        Event::SurplusReceived(received) => Some(&received.payment_id),
        Event::FundsOpened(opened) => Some(&opened.payee_id),
        Event::WithdrawalRequested(requested) => Some(&requested.withdrawal_id),
        _ => None,
    }
}

impl CloudEvent<'_> {
    /// The request behind it, where it was published.
    fn published(&self) -> Option<&Published> {
        let own = match &self.recorded.key {
            CommandKey::Published(published) => Some(published),
            CommandKey::Ledger | CommandKey::SameDecision | CommandKey::Decision(_) => self.published,
        };
        own.filter(|_| types::is_published(&self.recorded.event))
    }

    fn subject<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        if let Event::SurplusReceived(surplus) = &self.recorded.event {
            // It was published about the order, and began a payment.
            map.serialize_entry("subject", &surplus.order_id)
        } else if self.recorded.entity.kind == EntityKind::ParkedEvent {
            map.serialize_entry("subject", &self.recorded.entity.birth.to_string())
        } else {
            self.subject.map_or(Ok(()), |subject| map.serialize_entry("subject", subject))
        }
    }
}

impl Serialize for CloudEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { recorded, hash, source, .. } = self;
        let published = self.published();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("specversion", "1.0")?;
        if let Some(Published { id, source, .. }) = published {
            map.serialize_entry("id", id)?;
            map.serialize_entry("source", source)?;
        } else {
            map.serialize_entry("id", &recorded.position.to_string())?;
            map.serialize_entry("source", source)?;
        }
        map.serialize_entry("type", types::type_of(&recorded.event))?;
        self.subject(&mut map)?;
        map.serialize_entry("time", &recorded.occurred_at)?;
        map.serialize_entry("data", &data::Data(&recorded.event))?;
        attributes::write(&mut map, recorded, hash)?;
        for extension in published.iter().flat_map(|published| &published.extensions) {
            write_extension(&mut map, extension)?;
        }
        map.end()
    }
}

fn write_extension<M: SerializeMap>(map: &mut M, extension: &Extension) -> Result<(), M::Error> {
    let name = attributes::published_name(&extension.name);
    match &extension.value {
        ExtensionValue::Boolean(value) => map.serialize_entry(&name, value),
        ExtensionValue::Integer(value) => map.serialize_entry(&name, value),
        ExtensionValue::Text(value) => map.serialize_entry(&name, value),
    }
}

#[cfg(test)]
mod tests;
