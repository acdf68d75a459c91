//! Any recorded event at all: what is written is read again.

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::encoded;
use crate::recorded::{
    Actor, CommandKey, Entity, EntityKind, Event, Extension, ExtensionValue, IdempotencyKey, Personal,
    Published, Recorded,
};
use crate::terms::{Method, Term};
use crate::{Digest, EventId, Id, Money, Position, ProductType, Text, Timestamp};

/// Random payloads of every type of event.
mod events;

fn id() -> impl Strategy<Value = Id> + Clone {
    "[A-Za-z0-9._:-]{1,64}".prop_map(|text| text.parse().unwrap())
}

fn text() -> impl Strategy<Value = Text> + Clone {
    prop_oneof!["[ -~]{1,200}", r"[^\p{Cc}]{1,60}"].prop_map(|text| text.parse().unwrap())
}

fn product_type() -> impl Strategy<Value = ProductType> {
    "[a-z0-9_]{1,32}".prop_map(|text| text.parse().unwrap())
}

fn event_id() -> impl Strategy<Value = EventId> {
    "[ -~]{1,128}".prop_map(|text| text.parse().unwrap())
}

fn personal() -> impl Strategy<Value = Personal> + Clone {
    prop_oneof![
        any::<String>().prop_map(|text| Personal::Plain(text.into())),
        vec(any::<u8>(), 0..50).prop_map(|bytes| Personal::Sealed(bytes.into())),
    ]
}

fn money() -> impl Strategy<Value = Money> + Clone {
    prop_oneof![any::<i64>(), 0..1_000_i64].prop_map(Money::from_minor)
}

fn timestamp() -> impl Strategy<Value = Timestamp> + Clone {
    any::<i64>().prop_map(Timestamp::from_micros)
}

fn position() -> impl Strategy<Value = Position> + Clone {
    any::<u64>().prop_map(Position::new)
}

fn word<T: Term + std::fmt::Debug>() -> impl Strategy<Value = T> + Clone {
    select(T::ALL)
}

fn method() -> impl Strategy<Value = Method> + Clone {
    word::<Method>()
}

fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 16]>().prop_map(|bytes| postcard::from_bytes(&bytes).unwrap())
}

fn extension() -> impl Strategy<Value = Extension> {
    let value = prop_oneof![
        any::<bool>().prop_map(ExtensionValue::Boolean),
        any::<i32>().prop_map(ExtensionValue::Integer),
        personal().prop_map(ExtensionValue::Text),
    ];
    (text(), value).prop_map(|(name, value)| Extension { name, value })
}

fn key() -> impl Strategy<Value = CommandKey> {
    let published = (text(), event_id(), digest(), vec(extension(), 0..4))
        .prop_map(|(source, id, digest, extensions)| Published { source, id, digest, extensions });
    let decision = (text(), digest()).prop_map(|(key, digest)| IdempotencyKey { key, digest });
    prop_oneof![
        Just(CommandKey::Ledger),
        Just(CommandKey::SameDecision),
        published.prop_map(CommandKey::Published),
        option::of(decision).prop_map(CommandKey::Decision),
    ]
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![Just(Actor::Ledger), text().prop_map(Actor::Token)]
}

fn kind() -> impl Strategy<Value = EntityKind> {
    use EntityKind as K;
    select(vec![
        K::Ledger,
        K::Order,
        K::Member,
        K::Payment,
        K::SupplierFunds,
        K::DistributorFunds,
        K::Withdrawal,
        K::ParkedEvent,
    ])
}

/// A place, and three that are not after it, of which two may be missing.
fn places() -> impl Strategy<Value = (Position, Position, Option<Position>, Option<Position>)> {
    (1..=u64::MAX).prop_flat_map(|place| {
        let earlier = move || (0..place).prop_map(Position::new);
        let birth = (0..=place).prop_map(Position::new);
        (Just(Position::new(place)), birth, option::of(earlier()), option::of(earlier()))
    })
}

fn recorded() -> impl Strategy<Value = Recorded> {
    let times = (timestamp(), timestamp());
    (places(), times, kind(), key(), actor(), events::any_event()).prop_map(
        |((position, birth, previous, cause), (recorded_at, occurred_at), kind, key, actor, event)| {
            Recorded {
                position,
                recorded_at,
                occurred_at,
                entity: Entity::new(kind, birth),
                previous,
                cause,
                key,
                actor,
                event,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn what_is_written_is_read_again(recorded in recorded()) {
        prop_assert_eq!(Recorded::decode(&encoded(&recorded)).unwrap(), recorded);
    }

    /// Damaged bytes are refused or read as something else; they never stop the program.
    #[test]
    fn any_bytes_can_be_tried(mut bytes in recorded().prop_map(|r| encoded(&r)), place: prop::sample::Index, change in 1..=255_u8) {
        let place = place.index(bytes.len());
        bytes[place] ^= change;
        if let Ok(read) = Recorded::decode(&bytes) {
            prop_assert_eq!(Recorded::decode(&encoded(&read)).unwrap(), read);
        }
    }
}

/// All numbers of the registry come up, so that no type of event is left out above.
#[test]
fn every_type_of_event_is_tried() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut missing: std::collections::BTreeSet<_> =
        Event::REGISTRY.iter().map(|(number, ..)| *number).collect();
    for _ in 0..2_000 {
        missing.remove(&events::any_event().new_tree(&mut runner).unwrap().current().number());
    }
    assert!(missing.is_empty(), "{missing:?}");
}
