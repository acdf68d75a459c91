//! What is told of an event is what was published, and what the log says about it.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::attributes::{NAMES, published_name};
use super::*;
use crate::command::Action;
use crate::golden_tests::examples;
use crate::published;
use crate::recorded::order::{Completion, OrderCompleted, OrderConfirmed, OrderSettled, OrderVerified};
use crate::recorded::parked::{EventParked, WaitsFor};
use crate::recorded::{Actor, Personal};

const HASH: Hash = [0xab; 32];
const SOURCE: &str = "urn:ledger:log:00";

/// The event of an example, which happened to something with this id.
fn told(recorded: &Recorded, subject: &str) -> Value {
    let subject = subject.parse().unwrap();
    let event =
        CloudEvent { recorded, hash: &HASH, source: SOURCE, subject: Some(&subject), published: None };
    serde_json::to_value(event).unwrap()
}

/// The event as it was published by somebody.
fn publish(mut recorded: Recorded) -> Recorded {
    let action = Action::CompleteOrder { order_id: "O".parse().unwrap() };
    recorded.key = CommandKey::Published(Published {
        source: "/shop".parse().unwrap(),
        id: "e 1".parse().unwrap(),
        digest: crate::Digest::of_published("", "", recorded.occurred_at, &action),
        extensions: Vec::new(),
    });
    recorded
}

/// What the ledger records for an action, as far as it was published.
#[expect(clippy::wildcard_enum_match_arm, reason = "few events say more than was published")]
fn asked(event: &Event) -> Option<String> {
    let mut event = event.clone();
    match &mut event {
        // With a supplier, its cost counts, and there is no quoted one.
        Event::OrderPlaced(placed) if placed.supplier.is_some() => {
            std::sync::Arc::make_mut(placed).quoted_cost = crate::Money::ZERO;
        }
        Event::OrderVerified(verified) => verified.completion = None,
        Event::OrderCompleted(completed) => completed.completion = Completion::default(),
        _ => {}
    }
    types::is_published(&event).then(|| format!("{event:?}"))
}

/// The same for the action itself, which is about `subject`.
#[expect(clippy::wildcard_enum_match_arm, reason = "other actions are not published")]
fn understood(action: Action) -> String {
    let event = match action {
        Action::PlaceOrder(it) => Event::OrderPlaced(it),
        Action::ConfirmOrder { .. } => Event::OrderConfirmed(OrderConfirmed::default()),
        Action::CloseOrder { closed, .. } => Event::OrderClosed(closed),
        Action::PayOrder { paid, .. } => Event::OrderPaid(paid),
        Action::ShipOrder { shipped, .. } => Event::OrderShipped(shipped),
        Action::VerifyOrder { packages, .. } => {
            Event::OrderVerified(OrderVerified { packages, completion: None })
        }
        Action::CompleteOrder { .. } => {
            Event::OrderCompleted(OrderCompleted { completion: Completion::default() })
        }
        Action::RequestRefund { requested, .. } => Event::RefundRequested(requested),
        Action::RejectRefund { rejected, .. } => Event::RefundRejected(rejected),
        Action::CompleteRefund { completed, .. } => Event::RefundCompleted(completed),
        Action::RegisterMember(it) => Event::MemberRegistered(it),
        Action::RechargeBalance { recharged, .. } => Event::BalanceRecharged(recharged),
        Action::RefundRecharge { refunded, .. } => Event::RechargeRefunded(refunded),
        Action::GiftBalance { gifted, .. } => Event::BalanceGifted(gifted),
        Action::DeductBalance { deducted, .. } => Event::BalanceDeducted(deducted),
        Action::ReceivePayment(it) => Event::PaymentReceived(it),
        Action::RefundPayment { refunded, .. } => Event::PaymentRefunded(refunded),
        Action::RequestWithdrawal(it) => Event::WithdrawalRequested(it),
        other => panic!("{other:?}"),
    };
    format!("{event:?}")
}

#[test]
fn what_was_published_is_told_so_that_it_would_be_read_as_the_same() {
    let mut kinds = BTreeMap::new();
    for example in examples::all() {
        let recorded = publish(example.recorded);
        let Some(expected) = asked(&recorded.event) else { continue };
        // What is sealed cannot be told, and attributes that are published have 32 bits.
        let far = recorded.position.get() > i32::MAX as u64;
        if far || expected.contains("Sealed") || matches!(recorded.event, Event::SurplusReceived(_)) {
            continue;
        }
        let subject = id_of(&recorded.event).map_or("X1", |id| id.as_str()).to_owned();
        let text = told(&recorded, &subject).to_string();
        let command = published::read(&Bytes::from(text.clone()), &Actor::Ledger);
        let command = command.unwrap_or_else(|refusal| panic!("{refusal:?}: {text}"));
        assert_eq!(command.occurred_at, Some(recorded.occurred_at), "{text}");
        let CommandKey::Published(key) = &command.key else { panic!("{command:?}") };
        assert_eq!((key.source.as_str(), key.id.as_str()), ("/shop", "e 1"));
        *kinds.entry(recorded.event.name()).or_insert(0) += 1;
        assert_eq!(understood(command.action), expected, "{text}");
    }
    assert_eq!(kinds.len(), published::TYPES.len(), "{kinds:?}");
}

#[test]
fn every_type_is_of_one_kind_of_event_and_those_of_publishers_are_the_published_ones() {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for example in examples::all() {
        let names = kinds.entry(types::type_of(&example.recorded.event)).or_default();
        if !names.contains(&example.recorded.event.name()) {
            names.push(example.recorded.event.name());
        }
    }
    assert_eq!(kinds.remove("order.paid"), Some(vec!["OrderPaid", "SurplusReceived"]));
    assert!(kinds.values().all(|names| names.len() == 1), "{kinds:?}");
    assert_eq!(kinds.len() + 2, Event::REGISTRY.len());
    let published: Vec<_> = kinds.keys().filter(|kind| !kind.starts_with("ledger.")).collect();
    assert_eq!(published.len() + 1, published::TYPES.len());
    assert!(published.iter().all(|kind| published::TYPES.contains(kind)), "{published:?}");
}

#[test]
fn every_type_of_the_ledger_and_every_attribute_is_in_the_readme() {
    let readme = include_str!("../../../README.md");
    let own = examples::all().into_iter().map(|it| types::type_of(&it.recorded.event));
    for name in own.filter(|kind| kind.starts_with("ledger.")).chain(NAMES) {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn what_the_ledger_did_itself_has_its_place_as_its_id() {
    for example in examples::all().iter().filter(|it| !types::is_published(&it.recorded.event)) {
        let event = told(&example.recorded, "X1");
        let position = example.recorded.position.to_string();
        assert_eq!((&event["id"], &event["source"]), (&json!(position), &json!(SOURCE)), "{event}");
        assert!(event["data"].is_object(), "{event}");
    }
}

#[test]
fn the_log_says_who_and_when_and_where_and_what_comes_before() {
    let named = |form: &str| {
        let all = examples::all();
        let found =
            all.into_iter().find(|it| it.form == form && it.recorded.event.name() == "OrderConfirmed");
        told(&found.unwrap().recorded, "O1")
    };
    let event = named("published with extensions");
    assert_eq!(
        event,
        json!({
            "specversion": "1.0", "id": "order 17/confirmed", "source": "/orders", "type": "order.confirmed",
            "subject": "O1", "time": "2026-11-01T01:28:30.000001Z", "data": {},
            "position": 1000, "recordedat": "2026-11-01T01:30:00.000001Z", "actor": "ledger",
            "entity": "order", "birth": 744, "previous": 990, "cause": null,
            "recordtype": "OrderConfirmed", "recordversion": 1, "hash": "ab".repeat(32),
            "attempt": -3, "replayed": true, "traceparent": "00-1", "user": null,
        })
    );
    assert_eq!(named("caused")["cause"], 999);
    let event = named("decided with a key");
    assert_eq!((&event["actor"], &event["idempotencykey"]), (&json!("token:finance"), &json!("k-1")));
    for name in NAMES.iter().filter(|name| !["settlementdue", "idempotencykey"].contains(name)) {
        assert!(event.get(name).is_some(), "{name}: {event}");
    }
}

#[test]
fn a_released_event_is_told_as_it_was_published() {
    let mut recorded = examples::all().into_iter().find(|it| it.form == "caused").unwrap().recorded;
    assert_eq!(Elsewhere::of(&recorded).release, recorded.cause);
    let CommandKey::Published(published) = publish(recorded.clone()).key else { unreachable!() };
    let event = CloudEvent {
        recorded: &recorded,
        hash: &HASH,
        source: SOURCE,
        subject: None,
        published: Some(&published),
    };
    let event = serde_json::to_value(event).unwrap();
    assert_eq!((&event["id"], &event["source"]), (&json!("e 1"), &json!("/shop")));
    recorded.event = Event::OrderSettled(OrderSettled::default());
    assert_eq!(Elsewhere::of(&recorded).release, None, "the ledger did that itself");
}

#[test]
fn a_parked_event_is_told_on_one_line_and_by_where_it_was_parked() {
    let mut recorded = publish(examples::all().remove(0).recorded);
    recorded.entity.kind = EntityKind::ParkedEvent;
    let text = "{\r\n  \"id\": \"a\\nb\",\n  \"data\": null\n}";
    let event = Personal::Plain(text.into());
    let waits_for = WaitsFor::Order("O1".parse().unwrap());
    recorded.event = Event::EventParked(Box::new(EventParked { waits_for, event }));
    let subject = recorded.entity.birth.to_string();
    let event =
        CloudEvent { recorded: &recorded, hash: &HASH, source: SOURCE, subject: None, published: None };
    let line = serde_json::to_string(&event).unwrap();
    assert!(!line.contains(['\n', '\r']), "{line}");
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["data"]["event"], json!({ "id": "a\nb", "data": null }));
    assert_eq!(event["data"]["waits_for"], json!({ "order": "O1" }));
    assert_eq!((&event["subject"], &event["id"]), (&json!(subject), &json!(recorded.position.to_string())));
}

proptest! {
    #[test]
    fn no_extension_takes_the_place_of_what_the_log_says(
        names in prop::collection::btree_set("(published){0,2}(position|hash|actor|tenant)", 0..8)
    ) {
        let shown: std::collections::BTreeSet<_> =
            names.iter().map(|name| published_name(name).into_owned()).collect();
        prop_assert_eq!(shown.len(), names.len());
        prop_assert!(NAMES.iter().all(|name| !shown.contains(*name)));
        prop_assert_eq!(published_name("tenant"), "tenant");
    }
}
