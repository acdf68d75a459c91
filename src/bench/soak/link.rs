//! A client that does not give up: it waits where it is told to, connects again, and sends again what had no answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::http::Method;
use axum::http::header::RETRY_AFTER;
use bytes::Bytes;
use tokio::sync::watch;
use tokio::time::timeout;

use super::super::ingest::beginning;
use super::super::reading::stays_incomplete;
use super::keeper::Now;
use super::shared::Shared;
use crate::client::{Connection, Reply};

/// How long a single answer may take.
const ANSWER: Duration = Duration::from_mins(2);
/// How long a request is sent again and again.
const PATIENCE: Duration = Duration::from_mins(15);
/// How long to wait before the next try to connect.
const RECONNECT: Duration = Duration::from_millis(20);

/// A client of a service that comes and goes.
#[derive(Debug)]
pub(super) struct Link {
    now: watch::Receiver<Now>,
    connection: Option<Connection>,
    pub(super) shared: Arc<Shared>,
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Its method.
    pub(super) method: Method,
    /// Its path and query.
    pub(super) path: String,
    /// The type of its body.
    pub(super) content_type: &'static str,
    /// Its body.
    pub(super) body: Bytes,
}

impl Request {
    /// A `GET`.
    pub(super) fn get(path: String) -> Self {
        Self { method: Method::GET, path, content_type: "application/json", body: Bytes::new() }
    }
}

impl Link {
    /// A client that is not connected yet.
    pub(super) fn new(now: watch::Receiver<Now>, shared: Arc<Shared>) -> Self {
        Self { now, connection: None, shared }
    }

    /// Sends a request until it is answered; and whether it had to be sent more than once.
    pub(super) async fn ask(&mut self, request: &Request) -> anyhow::Result<(Reply, bool)> {
        let began = Instant::now();
        let mut again = false;
        loop {
            let wait = match self.try_ask(request).await? {
                Ok(reply) if reply.status != 503 => return Ok((reply, again)),
                Ok(reply) => {
                    let told = beginning(&reply.body);
                    anyhow::ensure!(!stays_incomplete(&reply.body), "{} answered 503: {told}", request.path);
                    self.shared.unavailable();
                    Duration::from_secs(reply.number(&RETRY_AFTER).unwrap_or(1))
                }
                Err(error) => {
                    anyhow::ensure!(began.elapsed() < PATIENCE, "{}: {error:#}", request.path);
                    self.connection = None;
                    self.shared.resent();
                    RECONNECT
                }
            };
            again = true;
            tokio::time::sleep(wait).await;
        }
    }

    /// Sends a request once. The inner error is a connection that is gone.
    async fn try_ask(&mut self, request: &Request) -> anyhow::Result<anyhow::Result<Reply>> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                let server = self.now.borrow_and_update().client.clone();
                match server.connect().await {
                    Ok(connection) => none.insert(connection),
                    Err(error) => return Ok(Err(error)),
                }
            }
        };
        let Request { method, path, content_type, body } = request;
        let asked = connection.send(method.clone(), path, content_type, body.clone());
        timeout(ANSWER, asked)
            .await
            .with_context(|| format!("{path}: no answer within {} s", ANSWER.as_secs()))
    }
}
