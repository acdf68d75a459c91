//! `GET /v1/stream`: how far the figures are, as it happens; and the token of a screen, which may stand in its address.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::events::{placed, whole_order};
use super::harness::{ADMIN, DEADLINE, Ledger};
use super::sessions::cookie;

/// A stream that is being listened to.
struct Listener(Lines<BufReader<TcpStream>>);

impl Listener {
    /// Asks for `path` with one more header.
    async fn new(ledger: &Ledger, path: &str, header: &str) -> Self {
        let mut stream = TcpStream::connect(ledger.authority()).await.unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{header}\r\n\r\n",
            ledger.authority()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut listener = Self(BufReader::new(stream).lines());
        let status = listener.line().await.unwrap();
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        while listener.line().await.is_some_and(|line| !line.is_empty()) {}
        listener
    }

    async fn line(&mut self) -> Option<String> {
        // A service that goes away may reset the connection.
        timeout(DEADLINE, self.0.next_line()).await.expect("a line, or the end").unwrap_or_default()
    }

    /// The next position; nothing at the end.
    async fn position(&mut self) -> Option<u64> {
        loop {
            if let Some(data) = self.line().await?.strip_prefix("data: ") {
                return serde_json::from_str::<Value>(data).unwrap()["position"].as_u64();
            }
        }
    }

    /// Waits for this position.
    async fn reaches(&mut self, position: u64) {
        while self.position().await.expect("the stream goes on") < position {}
    }
}

fn bearer(token: &str) -> String {
    format!("Authorization: Bearer {token}")
}

/// Makes a token; its id and itself.
async fn make(ledger: &Ledger, role: &str) -> (String, String) {
    let body = json!({ "name": format!("a {role}"), "role": role });
    let made = ledger.admin().post("/v1/tokens").json(&body).send().await.json();
    ["id", "token"].map(|member| made[member].as_str().unwrap().to_owned()).into()
}

#[tokio::test]
async fn positions_are_told_as_the_figures_move() {
    let ledger = Ledger::start();
    let mut listener = Listener::new(&ledger, "/v1/stream", &bearer(ADMIN)).await;
    // The size of the first chunk.
    listener.line().await;
    assert_eq!(listener.line().await.as_deref(), Some("retry: 2000"));
    assert_eq!(listener.line().await.as_deref(), Some("event: position"));
    assert!(listener.position().await.unwrap() <= 1);
    for order in ["A", "B"] {
        let position = ledger.admin().record(&whole_order(order)).await;
        listener.reaches(position).await;
    }
}

#[tokio::test]
async fn a_stream_ends_when_its_token_or_session_does() {
    let ledger = Ledger::start();
    let (id, token) = make(&ledger, "screen").await;
    let browser = ledger.client(None);
    let session = cookie(&browser.post("/v1/session").json(&json!({ "token": ADMIN })).send().await);
    let mut wall =
        Listener::new(&ledger, &format!("/v1/stream?token={token}"), "Accept: text/event-stream").await;
    let mut desk = Listener::new(&ledger, "/v1/stream", &format!("Cookie: {session}")).await;
    for listener in [&mut wall, &mut desk] {
        listener.position().await.unwrap();
    }
    assert_eq!(ledger.admin().delete(&format!("/v1/tokens/{id}")).send().await.status, 204);
    let position = ledger.admin().record(&[placed("A")]).await;
    assert_eq!(wall.position().await, None);
    desk.reaches(position).await;
    let out = browser.delete("/v1/session").header("cookie", &session).header("origin", &ledger.url());
    assert_eq!(out.send().await.status, 204);
    ledger.admin().record(&[placed("B")]).await;
    assert_eq!(desk.position().await, None);
}

#[tokio::test]
async fn a_stream_does_not_hold_up_an_orderly_stop() {
    let ledger = Ledger::start();
    let mut listener = Listener::new(&ledger, "/v1/stream", &bearer(ADMIN)).await;
    listener.position().await.unwrap();
    ledger.process.signal("TERM");
    assert_eq!(listener.position().await, None);
    let mut ledger = ledger;
    assert!(ledger.process.wait(DEADLINE).success());
    let said = ledger.process.said();
    assert!(!said.contains("did not finish"), "{said}");
}

#[tokio::test]
async fn only_a_screens_token_may_stand_in_an_address() {
    let ledger = Ledger::start();
    let wall = ledger.client(None);
    let (_, screen) = make(&ledger, "screen").await;
    for path in ["/v1/reports/screen?from=2024-01-01&", "/v1/settings/screen?"] {
        wall.get(&format!("{path}token={screen}")).send().await.ok();
        ledger.client(Some(&screen)).get(path).send().await.ok();
        wall.get(&format!("{path}token=wrong")).send().await.problem(401, "unauthorized");
        wall.get(path).send().await.problem(401, "unauthorized");
    }
    for role in ["viewer", "finance"] {
        let (_, token) = make(&ledger, role).await;
        for path in ["/v1/reports/screen", "/v1/settings/screen", "/v1/stream"] {
            wall.get(&format!("{path}?token={token}")).send().await.problem(403, "token_in_address");
        }
    }
    for path in ["/v1/reports/sales", "/v1/orders", "/v1/session"] {
        wall.get(&format!("{path}?token={screen}")).send().await.problem(401, "unauthorized");
    }
    let put = wall.put(&format!("/v1/settings/screen?token={screen}")).json(&json!({}));
    put.send().await.problem(401, "unauthorized");
}
