//! `kill -9` under load: what was acknowledged is there, and nothing is there twice.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::client::{Client, LINES, ONE, Reply, lines, outcomes};
use super::events::{at, changed, everything, paid_by, whole_order};
use super::harness::{DEADLINE, Ledger, Process, directory, run, until};

/// Writers at a time.
const WRITERS: usize = 4;
/// The ledger is killed when it has recorded about so many events more.
const EVENTS: u64 = 400;
/// Starts that are killed on their way.
const STARTS: usize = 5;

/// An event, and the position that was answered for it.
type Acknowledged = (Value, u64);

/// What one writer has done until the ledger was gone.
#[derive(Default)]
struct Written {
    acknowledged: Vec<Acknowledged>,
    /// What was sent last, without an answer.
    unanswered: Vec<Value>,
}

/// The events of one order, no two orders at the same time: some are parked, one records several events.
fn order(round: usize, writer: usize, number: usize) -> Vec<Value> {
    let id = format!("R{round}-W{writer}-{number}");
    let minute = |event: Value, hour: usize| {
        let time = format!(
            "2024-03-{:02}T{hour:02}:{:02}:{:02}+08:00",
            1 + number / 60 % 28,
            number % 60,
            round * 10 + writer
        );
        changed(event, "/time", time)
    };
    let [placed, paid, completed] = whole_order(&id);
    let paid = if number.is_multiple_of(3) { paid_by(&id, "cash") } else { paid };
    let refund = at("19:00:00", "refund.requested", &id, json!({ "refund_id": "R", "amount": "9.00" }));
    let mut events = vec![minute(placed, 8), minute(paid, 9), minute(completed, 10), minute(refund, 11)];
    if number.is_multiple_of(5) {
        events.swap(0, 1);
    }
    events
}

/// Publishes orders until the ledger is gone: in turn four events at once and one by one.
fn write(client: Client, round: usize, writer: usize) -> JoinHandle<Written> {
    tokio::spawn(async move {
        let mut written = Written::default();
        let Ok(mut connection) = client.connect().await else { return written };
        for number in 0.. {
            let events = order(round, writer, number);
            let at_once = if number.is_multiple_of(2) { events.len() } else { 1 };
            for part in events.chunks(at_once) {
                let call = client.post("/v1/events");
                let call = if let [one] = part {
                    call.body(ONE, one.to_string())
                } else {
                    call.body(LINES, lines(part))
                };
                let Ok(reply) = call.send_on(&mut connection).await else {
                    written.unanswered = part.to_vec();
                    return written;
                };
                written.acknowledged.extend(part.iter().cloned().zip(positions(&reply)));
            }
        }
        written
    })
}

/// The positions in an answer about events that are all recorded or parked.
fn positions(reply: &Reply) -> Vec<u64> {
    let answer = reply.json();
    let results = answer.get("results").and_then(Value::as_array).cloned().unwrap_or_else(|| vec![answer]);
    let position = |result: &Value| {
        assert!(["recorded", "parked"].contains(&result["outcome"].as_str().unwrap()), "{result}");
        result["position"].as_u64().unwrap()
    };
    results.iter().map(position).collect()
}

/// Starts the ledger in `dir`, writes to it, and kills it while it is at work.
async fn killed_under_load(dir: &Arc<TempDir>, round: usize) -> Vec<Written> {
    let ledger = Ledger::start_in(dir);
    let begin = ledger.admin().end().await;
    let writers: Vec<_> = (0..WRITERS).map(|writer| write(ledger.admin(), round, writer)).collect();
    until("some load", async || (ledger.admin().end().await > begin + EVENTS).then_some(())).await;
    ledger.kill();
    let mut all = Vec::new();
    for writer in writers {
        all.push(writer.await.unwrap());
    }
    assert!(all.iter().all(|written| !written.acknowledged.is_empty()));
    all
}

/// Sends again what was acknowledged: each must be a duplicate of what was answered.
async fn nothing_is_forgotten(client: &Client, written: &[Written]) {
    for Written { acknowledged, .. } in written {
        let events: Vec<_> = acknowledged.iter().map(|(event, _)| event.clone()).collect();
        let answer = client.publish_all(&events).await;
        for ((event, position), result) in acknowledged.iter().zip(answer["results"].as_array().unwrap()) {
            assert_eq!(
                (&result["outcome"], &result["position"]),
                (&json!("duplicate"), &json!(position)),
                "{event}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_is_killed_under_load_has_all_that_it_acknowledged_and_nothing_twice() {
    let dir = directory();
    let mut rounds = Vec::new();
    for round in 0..2 {
        rounds.push(killed_under_load(&dir, round).await);
    }
    let ledger = Ledger::start_in(&dir);
    let admin = ledger.admin();
    for written in &rounds {
        nothing_is_forgotten(&admin, written).await;
    }
    // What had no answer may be there or not; sent again, it is.
    for written in rounds.iter().flatten() {
        let answer = admin.publish_all(&written.unanswered).await;
        assert!(!outcomes(&answer).contains(&"rejected"), "{answer}");
    }

    let fresh = Ledger::start();
    for Written { acknowledged, unanswered } in rounds.iter().flatten() {
        let events: Vec<_> = acknowledged.iter().map(|(event, _)| event).chain(unanswered).cloned().collect();
        let answer = fresh.admin().publish_all(&events).await;
        assert!(!outcomes(&answer).contains(&"rejected"), "{answer}");
    }
    let (there, here) = (fresh.admin().end().await, admin.end().await);
    assert_eq!(here, there, "as many events are recorded");
    assert_eq!(everything(&admin, here).await, everything(&fresh.admin(), there).await);

    let dir = ledger.stop();
    let verified = run(dir.path(), &["verify"]).printed();
    assert!(verified.contains(&format!("size      {here}\n")), "{verified}");
}

/// Starts the ledger in `dir`, and kills it so long after that. Whether it was on its way: it used the
/// directory already, and did not serve yet.
async fn killed_on_its_way(dir: &Path, after: Duration) -> bool {
    let mut process = Process::start(Ledger::command(dir));
    tokio::time::sleep(after).await;
    process.kill();
    // All that it said is heard then.
    process.wait(DEADLINE);
    let user = fs::read_to_string(dir.join("lock")).unwrap();
    user == process.id().to_string() && !process.said().contains("listening")
}

#[tokio::test]
async fn a_ledger_that_is_killed_while_it_starts_starts_again() {
    let dir = directory();
    let ledger = Ledger::start_in(&dir);
    let position = ledger.admin().record(&whole_order("A")).await;
    let expected = everything(&ledger.admin(), position).await;
    ledger.kill();
    let began = Instant::now();
    let ledger = Ledger::start_in(&dir);
    let whole = began.elapsed();
    ledger.kill();
    // At any moment of a start: how long that takes differs, so some are killed too early or too late.
    for _ in 0..STARTS {
        until("a start is killed on its way", async || {
            let after = whole.mul_f64(rand::random());
            killed_on_its_way(dir.path(), after).await.then_some(())
        })
        .await;
    }
    let ledger = Ledger::start_in(&dir);
    assert_eq!(everything(&ledger.admin(), position).await, expected);
}
