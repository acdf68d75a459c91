//! The raw history behind the audit and the events of an order: read on threads that may block, a few requests at once.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use events_schema::Position;
use ledger_core::log::file::Reader;
use query_api::problem::Problem;
use query_api::{Answer, OrderPlaces};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::RETRY_SECONDS;
use crate::history::{History, HistoryError};

/// Answers that are read from the log at once. Each holds a page in memory, and a thread.
const READS_MAX: usize = 4;
/// Longest time that a caller waits for that.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Most events of one answer.
const EVENTS_MAX: u32 = 1_000;
/// Events of an answer when the caller does not say.
const EVENTS_DEFAULT: u32 = 100;

/// What the handlers read from.
#[derive(Clone, Debug)]
pub(crate) struct Trail {
    reader: Reader,
    orders: OrderPlaces,
    turns: Arc<Semaphore>,
}

/// How many events a caller wants at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub(super) struct EventLimit(u32);

/// Why a number of events cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("expected a number from 1 to {EVENTS_MAX}")]
pub(super) struct EventLimitError;

impl TryFrom<u32> for EventLimit {
    type Error = EventLimitError;

    fn try_from(limit: u32) -> Result<Self, EventLimitError> {
        if (1..=EVENTS_MAX).contains(&limit) { Ok(Self(limit)) } else { Err(EventLimitError) }
    }
}

impl Default for EventLimit {
    fn default() -> Self {
        Self(EVENTS_DEFAULT)
    }
}

impl EventLimit {
    /// The number.
    pub(super) const fn events(self) -> usize {
        self.0 as usize
    }
}

impl Trail {
    /// Reads the log through `reader`, and finds orders by `orders`.
    pub(crate) fn new(reader: Reader, orders: OrderPlaces) -> Self {
        Self { reader, orders, turns: Arc::new(Semaphore::new(READS_MAX)) }
    }

    /// Where the events of orders stand.
    pub(super) const fn orders(&self) -> &OrderPlaces {
        &self.orders
    }

    /// What `work` finds in the history, as an answer.
    pub(super) async fn answer<T: Serialize>(
        &self,
        work: impl FnOnce(&mut History) -> Result<Answer<T>, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        let turn = self.turn().await?;
        let reader = self.reader.clone();
        let answered = tokio::task::spawn_blocking(move || {
            // It is held until the answer is made, also when nobody waits for that any more.
            let _turn = turn;
            work(&mut History::new(reader)?).map(IntoResponse::into_response)
        });
        answered.await.map_err(|error| Problem::internal(&error))?
    }

    /// The right to read, waited for if need be.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        if let Ok(Ok(turn)) = timeout(WAIT_MAX, Arc::clone(&self.turns).acquire_owned()).await {
            return Ok(turn);
        }
        let detail = format!("{READS_MAX} requests read the history: ask again when one of them is done");
        Err(Problem::unavailable("busy", detail, RETRY_SECONDS))
    }
}

impl From<HistoryError> for Problem {
    /// 500: the log is not what was written, or cannot be reached.
    fn from(error: HistoryError) -> Self {
        let Some(position) = error.position().map(Position::get) else { return Self::internal(&error) };
        tracing::error!(error = &error as &dyn std::error::Error, position, "the history cannot be read");
        let detail = format!("the log cannot be read at position {position}: `ledger verify` says more");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged_log", detail).with("position", position)
    }
}
