//! Bodies that are refused whole, and bodies that never come whole.

use std::time::Duration;

use axum::http::header::CONTENT_TYPE;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client::{BATCH, LINES, ONE, lines, outcomes};
use super::events::{paid, placed};
use super::harness::{ADMIN, DEADLINE, Ledger, directory, until};

/// The largest body that is read.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// A line that is read and refused quickly.
const SHORT_LINE: &[u8] = b"x\n";

/// The head of a request that publishes lines, with one more header.
fn head(ledger: &Ledger, header: &str) -> String {
    let host = ledger.authority();
    format!(
        "POST /v1/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {ADMIN}\r\n\
         Content-Type: {LINES}\r\n{header}\r\n\r\n"
    )
}

/// Sends `bytes` as they are; gives the connection.
async fn send(ledger: &Ledger, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(ledger.authority()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

/// Reads an answer as far as its first bytes have come.
async fn answer(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 4096];
    let read = tokio::time::timeout(DEADLINE, stream.read(&mut bytes)).await.unwrap().unwrap();
    String::from_utf8_lossy(&bytes[..read]).into_owned()
}

#[tokio::test]
async fn a_body_that_is_not_of_its_type_is_refused_whole() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let one = placed("A").to_string();
    let two = format!("{one}{one}");
    let half = &one[..one.len() - 1];
    let [not_json, open, not_an_array] = ["order A was placed", &format!("[{one},"), &one];
    let mut broken = format!("[{one},\"").into_bytes();
    broken.extend_from_slice(b"\xff\"]");
    for (kind, body) in [
        (ONE, not_json.as_bytes()),
        (ONE, b""),
        (ONE, half.as_bytes()),
        (ONE, two.as_bytes()),
        (ONE, b"\"\xff\""),
        (BATCH, not_json.as_bytes()),
        (BATCH, b""),
        (BATCH, open.as_bytes()),
        (BATCH, not_an_array.as_bytes()),
        (BATCH, &broken),
    ] {
        let reply = admin.post("/v1/events").body(kind, body.to_vec()).send().await;
        reply.problem(400, "malformed_body");
    }
    assert_eq!(admin.publish(&placed("A")).await.position(), 2, "nothing was recorded");
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    for kind in ["application/json", "text/plain", "application/cloudevents", ""] {
        let reply = admin.post("/v1/events").body(kind, placed("A").to_string()).send().await;
        assert!(reply.problem(415, "unsupported_media_type")["detail"].as_str().unwrap().contains(BATCH));
    }
    admin.post("/v1/events").send().await.problem(415, "unsupported_media_type");
    let spelled = "Application/CloudEvents+JSON; charset=UTF-8";
    assert_eq!(admin.post("/v1/events").body(spelled, placed("A").to_string()).send().await.position(), 2);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let ledger = Ledger::start();
    let mut stream = send(&ledger, head(&ledger, "Content-Length: 16777217").as_bytes()).await;
    let refused = answer(&mut stream).await;
    assert!(
        refused.starts_with("HTTP/1.1 413") && refused.contains("\"code\":\"body_too_large\""),
        "{refused}"
    );
}

#[tokio::test]
async fn a_body_over_the_limit_that_hides_its_length_is_refused_whole() {
    let ledger = Ledger::start();
    let mut body = lines(&[placed("A")]).into_bytes();
    body.resize(BODY_BYTES_MAX + 1, b'\n');
    let mut stream = send(&ledger, head(&ledger, "Transfer-Encoding: chunked").as_bytes()).await;
    stream.write_all(format!("{:x}\r\n", body.len()).as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let refused = answer(&mut stream).await;
    assert!(
        refused.starts_with("HTTP/1.1 413") && refused.contains("\"code\":\"body_too_large\""),
        "{refused}"
    );
    assert_eq!(ledger.admin().publish(&placed("A")).await.position(), 2, "nothing was recorded");
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_taken() {
    let ledger = Ledger::start();
    let mut body = lines(&[placed("A")]).into_bytes();
    body.resize(BODY_BYTES_MAX - SHORT_LINE.len(), b' ');
    body.extend_from_slice(SHORT_LINE);
    let answer = ledger.admin().post("/v1/events").body(LINES, body).send().await.ok();
    // The blanks stand before the last line, and belong to it.
    assert_eq!(outcomes(&answer), ["recorded", "rejected"]);
}

#[tokio::test]
async fn of_a_client_that_hangs_up_half_way_nothing_is_recorded() {
    let ledger = Ledger::start();
    let body = lines(&[placed("A"), placed("B"), placed("C")]);
    let whole = format!("{}{body}", head(&ledger, &format!("Content-Length: {}", body.len())));
    let begin = format!("{}{:x}\r\n{body}\r\n", head(&ledger, "Transfer-Encoding: chunked"), body.len());
    // In the head; in the body; at the end of a line; and with the last chunk missing.
    let cuts = [whole.len() - body.len() - 7, whole.len() - body.len() / 2, whole.len() - 1];
    for bytes in cuts.iter().map(|cut| &whole[..*cut]).chain([&*begin]) {
        drop(send(&ledger, bytes.as_bytes()).await);
    }
    // One that is reset instead of closed.
    let stream = send(&ledger, &whole.as_bytes()[..whole.len() - 1]).await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    let answer = ledger.admin().publish_all(&[placed("A"), placed("B"), placed("C")]).await;
    assert_eq!(outcomes(&answer), ["recorded"; 3], "{answer}");
    assert_eq!(answer["position"], 4);
}

#[tokio::test]
async fn what_a_client_sent_whole_counts_even_if_it_never_heard_the_answer() {
    let ledger = Ledger::start();
    let body = lines(&[placed("A"), paid("A")]);
    let whole = format!("{}{body}", head(&ledger, &format!("Content-Length: {}", body.len())));
    let mut stream = send(&ledger, whole.as_bytes()).await;
    stream.shutdown().await.unwrap();
    // It is recorded as one or not at all, and can be sent again.
    let answer = ledger.admin().publish_all(&[placed("A"), paid("A")]).await;
    let found = outcomes(&answer);
    assert!(found == ["recorded"; 2] || found == ["duplicate"; 2], "{answer}");
    assert_eq!(answer["position"], 3);
}

#[tokio::test]
async fn a_slow_client_keeps_nobody_waiting() {
    let ledger = Ledger::start();
    let body = lines(&[placed("slow")]);
    let whole = format!("{}{body}", head(&ledger, &format!("Content-Length: {}", body.len())));
    let (first, rest) = whole.split_at(whole.len() - 10);
    let mut slow: Vec<_> = Vec::new();
    for _ in 0..50 {
        slow.push(send(&ledger, first.as_bytes()).await);
    }
    let quick = tokio::time::timeout(Duration::from_secs(5), ledger.admin().publish(&placed("quick"))).await;
    assert_eq!(quick.unwrap().json()["position"], 2);
    slow[49].write_all(rest.as_bytes()).await.unwrap();
    let answered = answer(&mut slow[49]).await;
    assert!(answered.starts_with("HTTP/1.1 200") && answered.contains("\"position\":3"), "{answered}");
}

#[tokio::test]
async fn a_json_body_of_another_type_is_told_what_to_send() {
    let ledger = Ledger::start();
    let call = ledger.admin().put("/v1/settings/settlement");
    call.body("text/plain", "{}").send().await.problem(415, "unsupported_media_type");
    let reply = ledger
        .admin()
        .put("/v1/settings/settlement")
        .body("application/json", "{\"default_days\":")
        .send()
        .await;
    reply.problem(400, "malformed_body");
    let much = json!({ "default_days": 1, "suppliers": { "S1": 1 }, "padding": "x".repeat(3 * 1024 * 1024) });
    let reply = ledger.admin().put("/v1/settings/settlement").json(&much).send().await;
    reply.problem(413, "body_too_large");
    assert!(reply.headers.contains_key(CONTENT_TYPE));
}

#[tokio::test]
async fn who_finds_no_room_is_told_to_come_again() {
    let dir = directory();
    let mut command = Ledger::command(dir.path());
    // The bodies of a few short events.
    command.args(["--memory", "1MiB"]);
    let ledger = Ledger::start_with(&dir, command);
    // A long body takes all the room, and does not come to its end.
    let mut slow = send(&ledger, head(&ledger, "Content-Length: 1000000").as_bytes()).await;
    slow.write_all(SHORT_LINE).await.unwrap();
    let admin = ledger.admin();
    let refused = until("there is no room", async || {
        let reply = admin.publish(&placed("A")).await;
        (reply.status != 200).then_some(reply)
    });
    let refused = refused.await;
    assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0);
    refused.problem(503, "busy");
    // Its sender goes away, and there is room again.
    drop(slow);
    admin.publish(&placed("B")).await.position();
}
