//! Asked to stop, a ledger finishes what it was told and ends soon.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{LINES, Reply, lines};
use super::events::{placed, whole_order};
use super::harness::{ADMIN, DEADLINE, Ledger, run, until};

/// How long a stop may take.
const SOON: Duration = Duration::from_secs(5);

/// Sends `signal`, and expects an end in good order, soon.
fn stops(ledger: &mut Ledger, signal: &str) {
    ledger.process.signal(signal);
    let status = ledger.process.wait(SOON);
    assert_eq!(status.code(), Some(0), "{status}:\n{}", ledger.process.said());
}

#[tokio::test]
async fn either_signal_stops_a_ledger_that_has_nothing_to_do() {
    for signal in ["TERM", "INT"] {
        let mut ledger = Ledger::start();
        stops(&mut ledger, signal);
        assert!(TcpStream::connect(ledger.authority()).await.is_err());
    }
}

#[tokio::test]
async fn connections_that_are_only_kept_open_do_not_hold_up_the_end() {
    let mut ledger = Ledger::start();
    let admin = ledger.admin();
    let mut idle = admin.connect().await.unwrap();
    admin.get("/healthz").send_on(&mut idle).await.unwrap();
    // One that never said anything, and one that stopped in the middle of a head.
    let silent = TcpStream::connect(ledger.authority()).await.unwrap();
    let mut halting = TcpStream::connect(ledger.authority()).await.unwrap();
    halting.write_all(b"GET /healthz HTT").await.unwrap();
    stops(&mut ledger, "TERM");
    drop((idle, silent, halting));
}

#[tokio::test]
async fn a_body_that_does_not_come_to_an_end_does_not_hold_up_the_end_for_long() {
    let mut ledger = Ledger::start();
    let mut stream = TcpStream::connect(ledger.authority()).await.unwrap();
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n\
         Content-Type: {LINES}\r\nContent-Length: 1000\r\n\r\n{{\"half\":"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // It is being read when another request has been answered.
    ledger.admin().get("/healthz").send().await.ok();
    stops(&mut ledger, "TERM");
    drop(stream);
    assert!(run(ledger.dir().path(), &["verify"]).printed().contains("size      1\n"));
}

#[tokio::test]
async fn a_reader_that_waits_for_a_position_does_not_hold_up_the_end_for_long() {
    let mut ledger = Ledger::start();
    let mut stream = TcpStream::connect(ledger.authority()).await.unwrap();
    let request =
        format!("GET /v1/orders?min_position=9 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    ledger.admin().get("/healthz").send().await.ok();
    let begin = Instant::now();
    stops(&mut ledger, "TERM");
    assert!(begin.elapsed() < SOON);
}

#[tokio::test]
async fn a_request_that_is_complete_is_answered_before_the_end() {
    let mut ledger = Ledger::start();
    let events: Vec<_> = (0..300).flat_map(|number| whole_order(&format!("O{number}"))).collect();
    let body = lines(&events);
    let head = format!(
        "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ADMIN}\r\nConnection: close\r\n\
         Content-Type: {LINES}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(ledger.authority()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&body.as_bytes()[..body.len() - 1]).await.unwrap();
    ledger.admin().get("/healthz").send().await.ok();
    ledger.process.signal("TERM");
    stream.write_all(&body.as_bytes()[body.len() - 1..]).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(DEADLINE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.matches("\"recorded\"").count() == 900,
        "{answer:.200}"
    );
    assert_eq!(ledger.process.wait(SOON).code(), Some(0));
}

/// Publishes one order after another until the ledger does not answer any more; how many it has acknowledged.
async fn publish_on_and_on(ledger: &Ledger, writer: usize) -> tokio::task::JoinHandle<usize> {
    let admin = ledger.admin();
    let mut connection = admin.connect().await.unwrap();
    tokio::spawn(async move {
        let mut acknowledged = 0;
        loop {
            let event = placed(&format!("W{writer}-{acknowledged}"));
            let call = admin.post("/v1/events").body(LINES, lines(&[event]));
            match call.send_on(&mut connection).await {
                Ok(Reply { status: 200, .. }) => acknowledged += 1,
                Ok(_) | Err(_) => return acknowledged,
            }
        }
    })
}

#[tokio::test]
async fn under_load_it_stops_soon_and_keeps_all_that_it_acknowledged() {
    let mut ledger = Ledger::start();
    let mut writers = Vec::new();
    for writer in 0..4 {
        writers.push(publish_on_and_on(&ledger, writer).await);
    }
    until("some load", async || (ledger.admin().end().await > 100).then_some(())).await;
    ledger.process.signal("TERM");
    let mut acknowledged = 0;
    for writer in writers {
        acknowledged += writer.await.unwrap();
    }
    assert_eq!(ledger.process.wait(SOON).code(), Some(0), "{}", ledger.process.said());

    let ledger = Ledger::start_in(&ledger.dir());
    let said = ledger.process.said();
    assert!(!said.contains("cut off"), "it was closed in good order: {said}");
    let end = ledger.admin().end().await;
    let report = ledger.admin().read(&format!("/v1/reports/sales?from=2024-01-01&min_position={end}")).await;
    let orders = report["total"]["orders"].as_u64().unwrap();
    // Each writer may have had one order under way that was recorded but not answered.
    let bounds = acknowledged as u64..=acknowledged as u64 + 4;
    assert!(bounds.contains(&orders), "{orders} orders, {acknowledged} acknowledged");
}
