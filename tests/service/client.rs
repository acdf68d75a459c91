//! Requests, and what is answered.

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, Request};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// One event.
pub(super) const ONE: &str = "application/cloudevents+json";
/// A JSON array of events.
pub(super) const BATCH: &str = "application/cloudevents-batch+json";
/// One event a line.
pub(super) const LINES: &str = "application/x-ndjson";

/// Somebody who asks a ledger.
#[derive(Clone, Debug)]
pub(super) struct Client {
    authority: String,
    token: Option<String>,
}

/// A request that is being made.
#[derive(Clone, Debug)]
pub(super) struct Call {
    client: Client,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

/// A connection that is kept.
#[derive(Debug)]
pub(super) struct Connection(SendRequest<Full<Bytes>>);

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Client {
    pub(super) fn new(authority: &str, token: Option<&str>) -> Self {
        Self { authority: authority.to_owned(), token: token.map(ToOwned::to_owned) }
    }

    pub(super) fn call(&self, method: Method, path: &str) -> Call {
        Call { client: self.clone(), method, path: path.to_owned(), headers: Vec::new(), body: Bytes::new() }
    }

    pub(super) fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub(super) fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    pub(super) fn put(&self, path: &str) -> Call {
        self.call(Method::PUT, path)
    }

    pub(super) fn delete(&self, path: &str) -> Call {
        self.call(Method::DELETE, path)
    }

    /// Publishes one event, whatever becomes of it.
    pub(super) async fn publish(&self, event: &Value) -> Reply {
        self.post("/v1/events").body(ONE, event.to_string()).send().await
    }

    /// Publishes events as lines; the results.
    pub(super) async fn publish_all(&self, events: &[Value]) -> Value {
        self.post("/v1/events").body(LINES, lines(events)).send().await.ok()
    }

    /// Publishes events, all of which must be recorded; the position of the log after them.
    pub(super) async fn record(&self, events: &[Value]) -> u64 {
        let answer = self.publish_all(events).await;
        for result in answer["results"].as_array().unwrap() {
            assert_eq!(result["outcome"], "recorded", "{result}");
        }
        answer["position"].as_u64().unwrap()
    }

    /// The end of the log, as far as it is durable.
    pub(super) async fn end(&self) -> u64 {
        self.get("/v1/settings/settlement").send().await.position()
    }

    /// The JSON at `path`.
    pub(super) async fn read(&self, path: &str) -> Value {
        self.get(path).send().await.ok()
    }

    pub(super) async fn connect(&self) -> std::io::Result<Connection> {
        let stream = TcpStream::connect(&self.authority).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        // What goes wrong with the connection shows at the next request.
        tokio::spawn(async move { drop(connection.await) });
        Ok(Connection(sender))
    }
}

impl Call {
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn body(mut self, kind: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(CONTENT_TYPE.as_str(), kind)
    }

    pub(super) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends the request over a connection of its own.
    pub(super) async fn send(self) -> Reply {
        let mut connection = self.client.connect().await.unwrap();
        self.send_on(&mut connection).await.unwrap()
    }

    /// Sends the request over `connection`, which may be broken.
    pub(super) async fn send_on(self, connection: &mut Connection) -> Result<Reply, hyper::Error> {
        let Self { client, method, path, headers, body } = self;
        let mut request = Request::builder().method(method).uri(path).header(HOST, &client.authority);
        if let Some(token) = client.token {
            request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        connection.0.ready().await?;
        let response = connection.0.send_request(request.body(Full::new(body)).unwrap()).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body })
    }
}

impl Reply {
    /// A header, as text.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of an answer that must be 200.
    pub(super) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The position in the header, which every read and every write answers.
    pub(super) fn position(&self) -> u64 {
        self.header("ledger-position").parse().unwrap()
    }

    /// The body of an answer that must be this problem, as RFC 9457 has it.
    pub(super) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        assert_eq!(problem["type"], format!("urn:ledger:problem:{code}"), "{problem}");
        for member in ["title", "detail"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {problem}");
        }
        problem
    }
}

/// Events as lines.
pub(super) fn lines(events: &[Value]) -> String {
    events.iter().fold(String::new(), |lines, event| lines + &event.to_string() + "\n")
}

/// The outcomes in the results of many events.
pub(super) fn outcomes(answer: &Value) -> Vec<&str> {
    answer["results"].as_array().unwrap().iter().map(|result| result["outcome"].as_str().unwrap()).collect()
}
