//! What the ledger records: facts, in the past tense, never rewritten.
//!
//! A recorded event is one *leaf* of the log's Merkle tree: `type: u16 LE | version: u8 | head | payload`, head and
//! payload in postcard. The bytes say everything about the event (position, times, entity, actor), so they are
//! the same in every storage engine.

/// Texts about persons, which can be sealed.
pub mod personal;
pub use personal::Personal;

/// Events of the ledger itself.
pub mod ledger;

/// Events of orders.
pub mod order;

/// Events of members and balances.
pub mod member;

/// Events of payments without an order.
pub mod payment;

/// Events of suppliers' and distributors' funds.
pub mod funds;

/// Events of withdrawals.
pub mod withdrawal;

/// Events of parked events.
pub mod parked;

/// The request behind an event.
pub mod key;
pub use key::{CommandKey, Extension, ExtensionValue, IdempotencyKey, Published};

/// The registry: every type of event and its number.
pub mod event;
pub use event::Event;

/// Leaf bytes.
pub mod codec;
pub use codec::DecodeError;

use serde::{Deserialize, Serialize};

use crate::{Position, Text, Timestamp};

/// Which kind of thing an event happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    /// The ledger itself and its settings.
    Ledger,
    /// An order.
    Order,
    /// A member.
    Member,
    /// A received or surplus payment.
    Payment,
    /// The funds of a supplier.
    SupplierFunds,
    /// The funds of a distributor.
    DistributorFunds,
    /// A withdrawal.
    Withdrawal,
    /// A parked event.
    ParkedEvent,
}

/// The thing an event happened to, named by the position of the event that created it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Where its first event stands.
    pub birth: Position,
}

impl Entity {
    /// The `kind` born at `birth`.
    pub const fn new(kind: EntityKind, birth: Position) -> Self {
        Self { kind, birth }
    }
}

/// Who made an event happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// The ledger itself: the clock, a release, its creation.
    Ledger,
    /// The holder of the token of this name.
    Token(Text),
}

/// One fact, as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the log.
    pub position: Position,
    /// When the ledger recorded it; grows strictly from block to block.
    pub recorded_at: Timestamp,
    /// When it happened in business.
    pub occurred_at: Timestamp,
    /// What it happened to.
    pub entity: Entity,
    /// Where that entity's last event stands; nothing for its first one.
    pub previous: Option<Position>,
    /// The event that set this one off: the first one of the same decision, or the one that woke it.
    pub cause: Option<Position>,
    /// The request behind it.
    pub key: CommandKey,
    /// Who made the request.
    pub actor: Actor,
    /// What happened.
    pub event: Event,
}

impl Recorded {
    /// The first event of every log: the ledger is created at `now`.
    pub const fn creation(created: ledger::LedgerCreated, now: Timestamp) -> Self {
        Self {
            position: Position::FIRST,
            recorded_at: now,
            occurred_at: now,
            entity: Entity::new(EntityKind::Ledger, Position::FIRST),
            previous: None,
            cause: None,
            key: CommandKey::Ledger,
            actor: Actor::Ledger,
            event: Event::LedgerCreated(created),
        }
    }
}
