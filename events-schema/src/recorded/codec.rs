//! Leaf bytes: how one recorded event is written, and read again.

use serde::{Deserialize, Serialize};

use super::{Actor, Entity, EntityKind, Event, Recorded};
use crate::recorded::CommandKey;
use crate::{Position, Timestamp};

/// Bytes before the head: the type (u16 LE) and the version (u8).
const PREFIX_BYTES: usize = 3;

/// Why leaf bytes cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Fewer bytes than any event has.
    #[error("the bytes of an event end too early")]
    TooShort,
    /// A type or version that this program does not know.
    #[error("event type {number} version {version} is not known: the log was written by a newer ledger")]
    Unknown {
        /// The number of the type.
        number: u16,
        /// The version of its payload.
        version: u8,
    },
    /// Bytes that do not decode.
    #[error("the bytes of an event do not decode: {0}")]
    Malformed(#[from] postcard::Error),
    /// Bytes after the end.
    #[error("{0} bytes are left over after an event")]
    LeftOver(usize),
    /// A back reference to before the first event.
    #[error("an event refers to before the beginning of the log")]
    Dangling,
}

/// The head as it is written: positions of other events as distances back, the business time as a difference.
#[derive(Serialize, Deserialize)]
struct Head<K, A> {
    position: Position,
    recorded_at: i64,
    occurred_after: i64,
    kind: EntityKind,
    birth_back: u64,
    previous_back: u64,
    cause_back: u64,
    key: K,
    actor: A,
}

impl Recorded {
    /// Appends the leaf bytes of this event to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let back = |earlier: Option<Position>| earlier.map_or(0, |p| self.position.since(p));
        let head = Head {
            position: self.position,
            recorded_at: self.recorded_at.micros(),
            occurred_after: self.occurred_at.micros().wrapping_sub(self.recorded_at.micros()),
            kind: self.entity.kind,
            birth_back: self.position.since(self.entity.birth),
            previous_back: back(self.previous),
            cause_back: back(self.cause),
            key: &self.key,
            actor: &self.actor,
        };
        let mut bytes = std::mem::take(out);
        bytes.extend_from_slice(&self.event.number().to_le_bytes());
        bytes.push(self.event.version());
        *out = postcard::to_extend(&head, bytes).and_then(|bytes| self.event.encode_payload(bytes)).expect(
            "a recorded event has only types that postcard writes, and a vector takes any number of bytes",
        );
    }

    /// Reads leaf bytes, all of them.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let (prefix, rest) = bytes.split_at_checked(PREFIX_BYTES).ok_or(DecodeError::TooShort)?;
        let (number, version) = (u16::from_le_bytes([prefix[0], prefix[1]]), prefix[2]);
        let (head, rest): (Head<CommandKey, Actor>, _) = postcard::take_from_bytes(rest)?;
        let (event, rest) = Event::decode_payload(number, version, rest)
            .ok_or(DecodeError::Unknown { number, version })??;
        if !rest.is_empty() {
            return Err(DecodeError::LeftOver(rest.len()));
        }
        let back = |distance: u64| {
            head.position.get().checked_sub(distance).map(Position::new).ok_or(DecodeError::Dangling)
        };
        let earlier = |distance: u64| if distance == 0 { Ok(None) } else { back(distance).map(Some) };
        Ok(Self {
            position: head.position,
            recorded_at: Timestamp::from_micros(head.recorded_at),
            occurred_at: Timestamp::from_micros(head.recorded_at.wrapping_add(head.occurred_after)),
            entity: Entity::new(head.kind, back(head.birth_back)?),
            previous: earlier(head.previous_back)?,
            cause: earlier(head.cause_back)?,
            key: head.key,
            actor: head.actor,
            event,
        })
    }
}
