//! The writer over a log in memory and a log in files, and over logs in trouble.

mod answers;
mod blocks;
mod bounds;
mod gated;
mod queue;
mod restart;
mod times;
mod trouble;
mod unfit;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use events_schema::command::Command;
use events_schema::recorded::CommandKey;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Action, Actor, Event, Position, Recorded, Timestamp, published};
use tokio::task::JoinHandle;

use super::{Answer, Clock, Options, Unavailable, Writer, WriterHandle};
use crate::books::Outcome;
use crate::log::{Log, MemoryLog};

/// What comes back.
type Asked = Result<Answer, Unavailable>;

/// When these tests happen: 2026-11-01T00:00:00Z.
const NOW: Timestamp = Timestamp::from_micros(1_793_491_200_000_000);

/// A clock that stands still until it is set.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.micros())))
    }

    fn set(&self, now: Timestamp) {
        self.0.store(now.micros(), Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let hand = self.clone();
        Arc::new(move || Timestamp::from_micros(hand.0.load(Ordering::SeqCst)))
    }
}

fn created() -> LedgerCreated {
    LedgerCreated {
        log_id: *b"a writer's tests",
        currency: "CNY".parse().unwrap(),
        time_zone: "Asia/Shanghai".parse().unwrap(),
    }
}

fn options() -> Options {
    Options { clock: Hand::at(NOW).clock(), create: created(), writer: 7 }
}

/// A writer over `log`, at a clock that stands still.
async fn open<L: Log>(log: &Arc<L>) -> Writer {
    Writer::open(Arc::clone(log), options()).await.unwrap()
}

/// A published event of the identity `id`, with more attributes in its envelope.
fn event_with(id: &str, kind: &str, subject: &str, data: &str, extensions: &str) -> Command {
    let text = format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"test","type":"{kind}","subject":"{subject}","time":"2026-10-31T12:00:00Z","data":{data}{extensions}}}"#
    );
    published::read(&Bytes::from(text), &Actor::Token("tester".parse().unwrap())).unwrap()
}

/// A published event, the only one of its type about its subject.
fn event(kind: &str, subject: &str, data: &str) -> Command {
    event_with(&format!("{kind} {subject}"), kind, subject, data, "")
}

/// Money received without an order: it needs nothing, and is always recorded.
fn payment(number: usize) -> Command {
    event("payment.received", &format!("P{number}"), r#"{"method":"cash","amount":"1.00"}"#)
}

fn payments(numbers: std::ops::Range<usize>) -> Vec<Command> {
    numbers.map(payment).collect()
}

/// A payment without money, which is refused.
fn nothing(number: usize) -> Command {
    event("payment.received", &format!("N{number}"), r#"{"method":"cash","amount":"0"}"#)
}

/// An order of 100.00, with more fields.
fn order(order_id: &str, more: &str) -> Command {
    let data = format!(
        r#"{{"order_no":"no. {order_id}","member_id":"M1","source":"pc","product":{{"id":"A","name":"A","type":"ticket"}},"packages":2,"amount":"100.00","confirmation":"none"{more}}}"#
    );
    event("order.placed", order_id, &data)
}

/// Its payment.
fn paid(order_id: &str, method: &str) -> Command {
    let data = format!(r#"{{"payment_id":"paid-{order_id}","method":"{method}","amount":"100.00"}}"#);
    event("order.paid", order_id, &data)
}

/// A decision of finance without an idempotency key.
fn decision(action: Action) -> Command {
    Command {
        key: CommandKey::Decision(None),
        actor: Actor::Token("finance".parse().unwrap()),
        occurred_at: None,
        action,
        source_text: Bytes::new(),
    }
}

/// Begins something now, such as asking, and leaves waiting for its end to a task, so that the test can go on.
fn begin<T: Send + 'static>(asking: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let mut asking = Box::pin(asking);
    let at_once = asking.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    tokio::spawn(async move {
        match at_once {
            Poll::Ready(end) => end,
            Poll::Pending => asking.await,
        }
    })
}

fn ask(handle: &WriterHandle, commands: Vec<Command>) -> JoinHandle<Asked> {
    let handle = handle.clone();
    begin(async move { handle.take(commands).await })
}

async fn outcomes(writer: &Writer, commands: Vec<Command>) -> Vec<Outcome> {
    writer.handle().take(commands).await.unwrap().outcomes
}

fn recorded_at(position: u64) -> Outcome {
    Outcome::Recorded(Position::new(position))
}

/// Waits for something that other threads bring about.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let patience = std::time::Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(std::time::Instant::now() < patience, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// All events of a log, block by block.
async fn blocks(log: &impl Log) -> Vec<Vec<Recorded>> {
    let (mut blocks, mut after) = (Vec::new(), Position::ZERO);
    loop {
        let read = log.read(after, 1 << 20).await.unwrap();
        let Some(last) = read.last() else { return blocks };
        after = last.header().last();
        blocks.extend(read.iter().map(|block| {
            block.leaves().map(|(_, leaf)| Recorded::decode(leaf).unwrap()).collect::<Vec<_>>()
        }));
    }
}

async fn events(log: &impl Log) -> Vec<Recorded> {
    blocks(log).await.concat()
}

async fn names(log: &impl Log) -> Vec<&'static str> {
    events(log).await.iter().map(|recorded| recorded.event.name()).collect()
}
