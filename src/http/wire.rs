//! From the bytes of a request to its events. One bad event never spoils its neighbours.

use bytes::Bytes;
use events_schema::command::Command;
use events_schema::published::{Refusal, read};
use events_schema::recorded::CommandKey;
use events_schema::{Actor, EventId};
use serde_json::value::RawValue;

/// Events that are read before other tasks of the same thread have a turn.
const EVENTS_AT_ONCE: usize = 256;

/// One event of a request: its id, and whether it is well formed.
pub(crate) struct Line {
    /// The id, where one can be read.
    pub(crate) id: Option<EventId>,
    /// Why it is not well formed.
    pub(crate) refusal: Option<Refusal>,
}

/// The events of a request.
#[derive(Default)]
pub(crate) struct Lines {
    /// All of them, in the order sent.
    pub(crate) lines: Vec<Line>,
    /// The commands of those that are well formed, in the same order.
    pub(crate) commands: Vec<Command>,
}

/// A body that is not of the type it says.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotOfItsType(String);

impl Lines {
    /// Reads one event, published by `actor`.
    pub(crate) fn push(&mut self, text: &Bytes, actor: &Actor) {
        match read(text, actor) {
            Ok(command) => {
                let id = match &command.key {
                    CommandKey::Published(published) => Some(published.id.clone()),
                    CommandKey::Ledger | CommandKey::SameDecision | CommandKey::Decision(_) => None,
                };
                self.lines.push(Line { id, refusal: None });
                self.commands.push(command);
            }
            Err(refusal) => self.lines.push(Line { id: refusal.id.clone(), refusal: Some(refusal) }),
        }
    }

    /// Reads the lines of a body (`application/x-ndjson`); empty ones do not count.
    pub(crate) async fn of_ndjson(body: &Bytes, actor: &Actor) -> Self {
        let mut lines = Self::default();
        for line in body.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii();
            if !line.is_empty() {
                lines.push(&body.slice_ref(line), actor);
                lines.breathe().await;
            }
        }
        lines
    }

    /// Reads a JSON array of events (`application/cloudevents-batch+json`).
    pub(crate) async fn of_batch(body: &Bytes, actor: &Actor) -> Result<Self, NotOfItsType> {
        let events: Vec<&RawValue> = serde_json::from_slice(body)
            .map_err(|error| NotOfItsType(format!("the body is not a JSON array of events: {error}")))?;
        let mut lines = Self::default();
        for event in events {
            lines.push(&body.slice_ref(event.get().as_bytes()), actor);
            lines.breathe().await;
        }
        Ok(lines)
    }

    /// Reads a body that is one event (`application/cloudevents+json`).
    pub(crate) fn of_one(body: &Bytes, actor: &Actor) -> Result<Self, NotOfItsType> {
        let mut lines = Self::default();
        lines.push(body, actor);
        if lines.commands.is_empty()
            && let Err(error) = serde_json::from_slice::<&RawValue>(body)
        {
            return Err(NotOfItsType(format!("the body is not JSON: {error}")));
        }
        Ok(lines)
    }

    async fn breathe(&self) {
        if self.lines.len().is_multiple_of(EVENTS_AT_ONCE) {
            tokio::task::yield_now().await;
        }
    }
}
