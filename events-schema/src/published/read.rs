//! The reader of published events.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::action::{DataError, Reader, action};
use super::envelope::Envelope;
use crate::command::Command;
use crate::recorded::{Actor, CommandKey, Published};
use crate::{Digest, EventId};

/// The largest published event, in bytes of JSON.
pub const EVENT_BYTES_MAX: usize = 256 * 1024;

/// Why a published event is not well formed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The `id` of the event, where one can be read.
    pub id: Option<EventId>,
    /// Which of the two codes.
    pub code: RefusalCode,
    /// The path of the field, such as `data.product.type`; empty where no field is to blame.
    pub path: String,
    /// What is wrong, in a sentence that names the field.
    pub detail: String,
}

/// The codes of events that are not well formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    /// Not a CloudEvent as the contract has it.
    InvalidEvent,
    /// A CloudEvent of another type.
    UnknownType,
}

impl RefusalCode {
    /// The public code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidEvent => "invalid_event",
            Self::UnknownType => "unknown_type",
        }
    }
}

/// Reads one published event, the JSON text of a CloudEvent, sent by `actor`.
pub fn read(text: &Bytes, actor: &Actor) -> Result<Command, Refusal> {
    if text.len() > EVENT_BYTES_MAX {
        return Err(refused(None, String::new(), format!("the event has more than {EVENT_BYTES_MAX} bytes")));
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(text) else { return Err(blame_envelope(text)) };
    let Envelope { id, source, kind, subject, time, data, extensions } = envelope;
    match action(&kind, subject.clone(), data, &Fast) {
        Ok(action) => {
            let digest = Digest::of_published(&kind, &subject, time, &action);
            Ok(Command {
                key: CommandKey::Published(Published { source, id, digest, extensions }),
                actor: actor.clone(),
                occurred_at: Some(time),
                action,
                source_text: text.clone(),
            })
        }
        Err(DataError::UnknownType) => Err(Refusal {
            id: Some(id),
            code: RefusalCode::UnknownType,
            path: "type".to_owned(),
            detail: format!("type: no events of the type {:?} are taken", shorten(&kind)),
        }),
        Err(DataError::Rule { field, expected }) => {
            Err(refused(Some(id), format!("data.{field}"), format!("data.{field}: {expected}")))
        }
        Err(DataError::Json) => Err(blame_data(id, &kind, subject, data)),
    }
}

struct Fast;

impl Reader for Fast {
    fn read<'a, T: Deserialize<'a>>(&self, data: Option<&'a RawValue>) -> Result<T, DataError> {
        serde_json::from_str(text_of(data)).map_err(|_| DataError::Json)
    }
}

/// Absent data and null are the same as an empty object.
fn text_of(data: Option<&RawValue>) -> &str {
    data.map(RawValue::get).filter(|text| *text != "null").unwrap_or("{}")
}

/// Reads once more, keeping the path of the field that is wrong.
struct Blame(std::cell::RefCell<Option<(String, String)>>);

impl Reader for Blame {
    fn read<'a, T: Deserialize<'a>>(&self, data: Option<&'a RawValue>) -> Result<T, DataError> {
        let mut json = serde_json::Deserializer::from_str(text_of(data));
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            *self.0.borrow_mut() = Some(located(&error, "data"));
            DataError::Json
        })
    }
}

fn blame_data(id: EventId, kind: &str, subject: crate::Id, data: Option<&RawValue>) -> Refusal {
    let blame = Blame(std::cell::RefCell::new(None));
    // The action is refused again; what counts is the path that the second reading leaves behind.
    drop(action(kind, subject, data, &blame));
    let (path, detail) =
        blame.0.into_inner().unwrap_or_else(|| ("data".to_owned(), "data: is not understood".to_owned()));
    refused(Some(id), path, detail)
}

fn blame_envelope(text: &Bytes) -> Refusal {
    let mut json = serde_json::Deserializer::from_slice(text);
    let (path, detail) = match serde_path_to_error::deserialize::<_, Envelope<'_>>(&mut json) {
        Err(error) => located(&error, ""),
        Ok(_) => (String::new(), "there is more text after the event".to_owned()),
    };
    refused(lenient_id(text), path, detail)
}

/// The id of an event that is refused, where there is one.
fn lenient_id(text: &Bytes) -> Option<EventId> {
    #[derive(Deserialize)]
    struct OnlyId {
        id: EventId,
    }
    serde_json::from_slice::<OnlyId>(text).ok().map(|event| event.id)
}

/// The path of the field below `prefix`, and a sentence that names it.
fn located(error: &serde_path_to_error::Error<serde_json::Error>, prefix: &str) -> (String, String) {
    let text = error.inner().to_string();
    let reason = text.split(" at line ").next().unwrap_or(&text);
    let mut path = prefix.to_owned();
    for part in [&error.path().to_string(), named_field(reason, &error.path().to_string()).unwrap_or("")] {
        if !part.is_empty() && part != "." && part != "?" {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(part);
        }
    }
    let detail = if path.is_empty() || reason.starts_with(&format!("{path}: ")) {
        reason.to_owned()
    } else {
        format!("{path}: {reason}")
    };
    (path, detail)
}

/// The field that only the sentence names: a missing or an unknown one, or `field: what is wrong`.
fn named_field<'a>(reason: &'a str, path: &str) -> Option<&'a str> {
    let quoted = reason.strip_prefix("missing field `").or_else(|| reason.strip_prefix("unknown field `"));
    let field = match quoted {
        Some(rest) => rest.split('`').next()?,
        None if path == "." => reason.split_once(": ")?.0,
        None => return None,
    };
    if field.contains(' ') {
        return None;
    }
    (path != field && !path.ends_with(&format!(".{field}"))).then_some(field)
}

fn refused(id: Option<EventId>, path: String, detail: String) -> Refusal {
    Refusal { id, code: RefusalCode::InvalidEvent, path, detail }
}

fn shorten(text: &str) -> String {
    text.chars().take(64).collect()
}
