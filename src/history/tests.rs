//! The history of a small log: pages, chains, and what an event does not say itself.

use events_schema::block::Sealer;
use events_schema::merkle::Frontier;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::recorded::order::{OrderConfirmed, OrderPaid};
use events_schema::recorded::parked::{EventParked, ParkedEventReleased, WaitsFor};
use events_schema::recorded::payment::PaymentReceived;
use events_schema::recorded::{Actor, Entity, EntityKind, Event, Extension, ExtensionValue, Personal};
use events_schema::terms::Method;
use events_schema::{Action, Digest, Money};
use ledger_core::log::{DataDirLock, FileLog, Log as _, OpenOptions};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::*;

const LOG_ID: [u8; 16] = [7; 16];

/// An event of this thing at this place; what comes before it and what set it off.
fn recorded(position: u64, kind: EntityKind, birth: u64, previous: u64, event: Event) -> Recorded {
    let at = Timestamp::from_micros(1_790_000_000_000_000);
    Recorded {
        position: Position::new(position),
        recorded_at: at,
        occurred_at: at,
        entity: Entity::new(kind, Position::new(birth)),
        previous: (previous > 0).then_some(Position::new(previous)),
        cause: None,
        key: CommandKey::Ledger,
        actor: Actor::Ledger,
        event,
    }
}

fn received(id: &str) -> Event {
    Event::PaymentReceived(PaymentReceived {
        payment_id: id.parse().unwrap(),
        method: Method::Cash,
        amount: Money::from_minor(100),
        channel_reference: None,
        note: None,
    })
}

fn published() -> CommandKey {
    let action = Action::ConfirmOrder { order_id: "O".parse().unwrap() };
    CommandKey::Published(Published {
        source: "/shop".parse().unwrap(),
        id: "early".parse().unwrap(),
        digest: Digest::of_published("order.paid", "O", Timestamp::from_micros(0), &action),
        extensions: vec![Extension { name: "tenant".parse().unwrap(), value: ExtensionValue::Integer(4) }],
    })
}

/// Six events: the ledger, a payment P, a parked event, its release with what was published, and P confirmed.
///
/// Only the history's own rules count here, so the events are of few kinds.
fn events() -> Vec<Recorded> {
    let created =
        LedgerCreated { log_id: LOG_ID, currency: "CNY".parse().unwrap(), time_zone: "UTC".parse().unwrap() };
    let waits_for = WaitsFor::Order("P".parse().unwrap());
    let parked = EventParked { waits_for, event: Personal::Plain("{}".into()) };
    let paid = OrderPaid {
        payment_id: "X".parse().unwrap(),
        method: Method::Cash,
        amount: Money::ZERO,
        channel_reference: None,
    };
    let mut events = vec![
        Recorded::creation(created, Timestamp::from_micros(1_790_000_000_000_000)),
        recorded(2, EntityKind::Payment, 2, 0, received("P")),
        recorded(3, EntityKind::ParkedEvent, 3, 0, Event::EventParked(Box::new(parked))),
        recorded(4, EntityKind::ParkedEvent, 3, 3, Event::ParkedEventReleased(ParkedEventReleased {})),
        recorded(5, EntityKind::Payment, 2, 2, Event::OrderPaid(paid)),
        recorded(6, EntityKind::Payment, 2, 5, Event::OrderConfirmed(OrderConfirmed {})),
    ];
    events[2].key = published();
    events[4].key = CommandKey::SameDecision;
    events[4].cause = Some(Position::new(4));
    events
}

/// A log of these events in blocks of these lengths.
async fn log(blocks: &[usize]) -> (TempDir, FileLog) {
    log_in_files(blocks, OpenOptions::default().segment_bytes).await
}

/// The same in files of this length.
pub(crate) async fn log_in_files(blocks: &[usize], segment_bytes: u64) -> (TempDir, FileLog) {
    let dir = tempfile::tempdir().unwrap();
    let lock = DataDirLock::acquire(dir.path()).unwrap();
    let options = OpenOptions { create: true, segment_bytes, ..OpenOptions::default() };
    let log = FileLog::open(&lock, options).unwrap();
    let mut sealer = Sealer::new(LOG_ID, 1, 1, Frontier::new());
    let mut events = events().into_iter();
    for (number, count) in (1..).zip(blocks) {
        sealer.begin(Timestamp::from_micros(number));
        for event in events.by_ref().take(*count) {
            sealer.push(|bytes| event.encode(bytes)).unwrap();
        }
        log.append(&sealer.seal()).await.unwrap();
    }
    (dir, log)
}

fn json_of(told: &[Told]) -> Vec<Value> {
    told.iter().map(|told| serde_json::to_value(told).unwrap()).collect()
}

fn positions(told: &[Told]) -> Vec<u64> {
    told.iter().map(|told| told.recorded.position.get()).collect()
}

const CUTS: [&[usize]; 4] = [&[6], &[1, 1, 1, 1, 1, 1], &[1, 2, 2, 1], &[4, 2]];

#[tokio::test]
async fn what_is_told_does_not_depend_on_blocks_and_pages() {
    let mut expected = None;
    for cut in CUTS {
        let (_dir, log) = log(cut).await;
        for size in 1..=7 {
            let mut all = Vec::new();
            loop {
                // Each page for itself, as requests ask for them.
                let mut history = History::new(log.reader()).unwrap();
                let page = history.page(Position::new(all.len() as u64), size).unwrap();
                if page.is_empty() {
                    break;
                }
                assert!(page.len() <= size);
                all.extend(json_of(&page));
            }
            assert_eq!(*expected.get_or_insert_with(|| all.clone()), all, "{cut:?} by {size}");
        }
        let mut history = History::new(log.reader()).unwrap();
        assert_eq!(expected, Some(json_of(&history.blocks(Position::ZERO, 1 << 20).unwrap())));
    }
    let all = expected.unwrap();
    let of = |name: &str| all.iter().map(|event| event[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("position"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(of("subject"), [Value::Null, json!("P"), json!("3"), json!("3"), json!("P"), json!("P")]);
    assert_eq!(of("id"), ["1", "2", "3", "4", "early", "6"], "as it was published, when it was released");
    assert_eq!((&all[4]["source"], &all[4]["tenant"]), (&json!("/shop"), &json!(4)));
    assert_eq!(all[2]["source"], format!("urn:ledger:log:{}", "07".repeat(16)));
    let mut frontier = Frontier::new();
    for (event, told) in events().iter().zip(of("hash")) {
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        frontier.push(leaf_hash(&bytes));
        assert_eq!(told, hex(&leaf_hash(&bytes)));
    }
    let (_dir, log) = log(&[4, 2]).await;
    let checkpoint = History::new(log.reader()).unwrap().checkpoint().unwrap().unwrap();
    assert_eq!(checkpoint.head, frontier.head());
}

#[tokio::test]
async fn a_chain_goes_back_from_its_last_event_a_part_at_a_time() {
    for cut in CUTS {
        let (_dir, log) = log(cut).await;
        let mut history = History::new(log.reader()).unwrap();
        let mut chain = |last, before: Option<u64>, max| {
            let found = history.chain(Position::new(last), before.map(Position::new), max).unwrap();
            found.map(|chain| (positions(&chain.events), chain.goes_on))
        };
        assert_eq!(chain(6, None, 9), Some((vec![2, 5, 6], false)));
        assert_eq!(chain(5, None, 9), Some((vec![2, 5], false)));
        assert_eq!(chain(6, None, 2), Some((vec![5, 6], true)));
        assert_eq!(chain(6, Some(5), 2), Some((vec![2], false)));
        assert_eq!(chain(6, Some(2), 2), Some((vec![], false)));
        for foreign in [0, 1, 3, 4, 7, u64::MAX] {
            assert_eq!(chain(6, Some(foreign), 2), None, "{foreign}");
        }
        assert_eq!(chain(5, Some(6), 2), None, "it comes later");
    }
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let (_dir, log) = log(&[6]).await;
    let mut history = History::new(log.reader()).unwrap();
    let error = history.chain(Position::new(7), None, 9).unwrap_err();
    assert_eq!(error.position(), Some(Position::new(7)));
    assert!(history.hash_at(Position::new(6)).unwrap().is_some());
    assert!(history.hash_at(Position::new(7)).unwrap().is_none());
    assert!(history.hash_at(Position::ZERO).unwrap().is_none());
    assert!(history.page(Position::new(6), 5).unwrap().is_empty());
}
