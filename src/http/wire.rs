//! From the bytes of a request to its events. One bad event never spoils its neighbours.

use std::fmt;

use bytes::Bytes;
use events_schema::command::Command;
use events_schema::published::{Refusal, read};
use events_schema::recorded::CommandKey;
use events_schema::{Actor, EventId};
use serde::Deserializer as _;
use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// Most events of a request. The largest body has no more well-formed ones: none is as short as 128 bytes. What is not
/// well formed can be as short as one.
pub(crate) const EVENTS_MAX: usize = 131_072;
/// Events that are read before other tasks of the same thread have a turn.
const EVENTS_AT_ONCE: usize = 256;

/// The events of a body, cut apart but not read.
#[derive(Debug, Default)]
pub(crate) struct Cut<'b>(Vec<&'b [u8]>);

/// Why a body cannot be cut into events.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Uncut {
    /// It is not of the type it says.
    #[error("{0}")]
    NotOfItsType(String),
    /// It has too many.
    #[error("a request has at most {EVENTS_MAX} events")]
    TooMany,
}

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

impl<'b> Cut<'b> {
    /// The lines of a body (`application/x-ndjson`); empty ones do not count.
    pub(crate) fn ndjson(body: &'b [u8]) -> Result<Self, Uncut> {
        let mut events = Vec::new();
        for line in body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
        {
            if events.len() == EVENTS_MAX {
                return Err(Uncut::TooMany);
            }
            events.push(line);
        }
        Ok(Self(events))
    }

    /// The elements of a JSON array (`application/cloudevents-batch+json`).
    pub(crate) fn batch(body: &'b [u8]) -> Result<Self, Uncut> {
        let mut json = serde_json::Deserializer::from_slice(body);
        let elements = json.deserialize_seq(Elements).and_then(|elements| json.end().map(|()| elements));
        elements
            .map_err(|error| Uncut::NotOfItsType(format!("the body is not a JSON array of events: {error}")))?
            .map(Self)
            .ok_or(Uncut::TooMany)
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> usize {
        self.0.len()
    }
}

/// The elements of an array, uncut; nothing where there are too many.
struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Option<Vec<&'de [u8]>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut events = Vec::new();
        while let Some(event) = array.next_element::<&RawValue>()? {
            if events.len() == EVENTS_MAX {
                while array.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(None);
            }
            events.push(event.get().as_bytes());
        }
        Ok(Some(events))
    }
}

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

    /// Reads a body that is one event (`application/cloudevents+json`).
    pub(crate) fn of_one(body: &Bytes, actor: &Actor) -> Result<Self, Uncut> {
        let mut lines = Self::default();
        lines.push(body, actor);
        if lines.commands.is_empty()
            && let Err(error) = serde_json::from_slice::<&RawValue>(body)
        {
            return Err(Uncut::NotOfItsType(format!("the body is not JSON: {error}")));
        }
        Ok(lines)
    }

    /// Reads the events of `body`.
    pub(crate) async fn read(body: &Bytes, cut: Cut<'_>, actor: &Actor) -> Self {
        let mut lines = Self::default();
        for event in cut.0 {
            lines.push(&body.slice_ref(event), actor);
            if lines.lines.len().is_multiple_of(EVENTS_AT_ONCE) {
                tokio::task::yield_now().await;
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_cut_where_one_event_ends() {
        let cut = |cut: Result<Cut<'_>, Uncut>| {
            cut.map(|Cut(events)| {
                events.iter().map(|event| String::from_utf8_lossy(event).into_owned()).collect::<Vec<_>>()
            })
        };
        assert_eq!(cut(Cut::ndjson(b" {} \r\n\n[1]\nx")).unwrap(), ["{}", "[1]", "x"]);
        assert!(cut(Cut::ndjson(b"\n \n")).unwrap().is_empty());
        assert_eq!(cut(Cut::batch(b" [ {\"a\":1} ,2,\"x\"] ")).unwrap(), ["{\"a\":1}", "2", "\"x\""]);
        assert!(cut(Cut::batch(b"[]")).unwrap().is_empty());
        for text in ["", "{}", "[1", "[1,]", "[] []", "[\"\u{1}\"]"] {
            let why = cut(Cut::batch(text.as_bytes())).unwrap_err();
            assert!(matches!(why, Uncut::NotOfItsType(_)), "{text}: {why}");
        }
    }

    #[test]
    fn too_many_events_are_not_even_listed() {
        let lines = |count| "x\n".repeat(count);
        assert_eq!(Cut::ndjson(lines(EVENTS_MAX).as_bytes()).unwrap().count(), EVENTS_MAX);
        assert!(matches!(Cut::ndjson(lines(EVENTS_MAX + 1).as_bytes()), Err(Uncut::TooMany)));
        let array = |count: usize| format!("[{}1]", "1,".repeat(count - 1));
        assert_eq!(Cut::batch(array(EVENTS_MAX).as_bytes()).unwrap().count(), EVENTS_MAX);
        assert!(matches!(Cut::batch(array(EVENTS_MAX + 1).as_bytes()), Err(Uncut::TooMany)));
        let broken = format!("{},", array(EVENTS_MAX + 1));
        assert!(matches!(Cut::batch(broken.as_bytes()), Err(Uncut::NotOfItsType(_))));
    }
}
