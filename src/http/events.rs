//! `POST /v1/events`: published events come in.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Extension;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use events_schema::{Actor, Position};
use http_body_util::Full;
use hyper::body::{Frame, SizeHint};
use ledger_core::books::Outcome;
use ledger_core::writer::WriterHandle;
use query_api::auth::Caller;
use query_api::problem::{Problem, ProblemDocument};
use serde::Serialize;
use utoipa::ToSchema;

use super::body;
use super::document::PublishedEvent;
use super::intake::Room;
use super::wire::{Cut, Line, Lines, Uncut};
use super::{Intake, position_header, unavailable};

/// The room that an event takes at least, however short it is: where it stands, and what is answered.
const EVENT_BYTES: usize = 64;

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventResult<'a> {
    /// The `id` of the event; null where none could be read.
    pub(crate) id: Option<&'a str>,
    /// `recorded`, `duplicate`, `parked` or `rejected`.
    pub(crate) outcome: &'static str,
    /// Where the last event stands that it recorded; of a duplicate, as answered the first time; of a rejected one, null.
    pub(crate) position: Option<u64>,
    /// Why it was rejected, for a program.
    pub(crate) code: Option<&'static str>,
    /// Why it was rejected, for a person: it names the field or rule.
    pub(crate) detail: Option<&'a str>,
}

/// The answer to one event, or to many.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its description is used; both are written by hand")]
pub(crate) enum EventAnswer<'a> {
    /// To one.
    One(EventResult<'a>),
    /// To many.
    Many(EventResults<'a>),
}

/// What became of the events of a batch, in the order sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventResults<'a> {
    /// One result for each event.
    results: Vec<EventResult<'a>>,
    /// The end of the log after all that the request set off: what to give as `min_position`.
    position: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum BodyType {
    One,
    Batch,
    Ndjson,
}

/// Publishes events.
///
/// One event (`application/cloudevents+json`), a JSON array (`application/cloudevents-batch+json`) or one event a line
/// (`application/x-ndjson`). When the answer has come, what it calls recorded or parked is durable. An event without an
/// answer may be sent again, always. The events are described by `ledger schema`.
#[utoipa::path(
    post,
    path = "/v1/events",
    tag = "writing",
    request_body(
        content(
            (PublishedEvent = "application/cloudevents+json"),
            (Vec<PublishedEvent> = "application/cloudevents-batch+json"),
            (String = "application/x-ndjson"),
        )
    ),
    responses(
        (status = 200, description = "One event: recorded, or a duplicate. Many: a result for each", body = EventAnswer<'static>),
        (status = 202, description = "One event: parked until what it needs has come", body = EventResult<'static>),
        (status = 400, description = "The body is not of its type; nothing was recorded", body = ProblemDocument),
        (status = 408, description = "The body did not come in time; nothing was recorded", body = ProblemDocument),
        (status = 413, description = "More than 16 MiB, or 131,072 events; nothing was recorded", body = ProblemDocument),
        (status = 415, description = "Another content type", body = ProblemDocument),
        (status = 422, description = "One event: rejected", body = EventResult<'static>),
    )
)]
pub(crate) async fn post_events(
    State(writer): State<WriterHandle>,
    caller: Caller,
    Extension(intake): Extension<Intake>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let body_type = body_type(&headers)?;
    let length = body::length(&headers)?;
    let mut room = intake.admit(length).await?;
    let body = body::whole(length, body, &mut room).await?;
    let actor = Actor::Token(caller.name);
    let Lines { lines, commands } = match body_type {
        BodyType::One => Lines::of_one(&body, &actor)?,
        BodyType::Batch => many_of(&body, Cut::batch(&body)?, &actor, &mut room).await?,
        BodyType::Ndjson => many_of(&body, Cut::ndjson(&body)?, &actor, &mut room).await?,
    };
    let answer = writer.take(commands).await.map_err(|why| unavailable(&why))?;
    metrics::counter!("ledger_events_published_total").increment(lines.len() as u64);
    let (status, text) = if body_type == BodyType::One {
        one(&lines, &answer.outcomes)
    } else {
        (StatusCode::OK, many(&lines, &answer.outcomes, answer.position))
    };
    room.shrink_to(text.len());
    let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let body = Body::new(InRoom { text: Full::from(text), _room: room });
    Ok((status, position_header(answer.position), json, body).into_response())
}

/// Reads the events of `body` when there is room for that.
async fn many_of(body: &Bytes, cut: Cut<'_>, actor: &Actor, room: &mut Room) -> Result<Lines, Problem> {
    room.grow_to(body.len().max(EVENT_BYTES * cut.count())).await?;
    Ok(Lines::read(body, cut, actor).await)
}

impl From<Uncut> for Problem {
    fn from(why: Uncut) -> Self {
        match why {
            Uncut::NotOfItsType(why) => Self::malformed_body(why),
            Uncut::TooMany => Self::body_too_large(&format!("{why}: send them in parts")),
        }
    }
}

/// An answer, which takes its room until it is sent.
struct InRoom {
    text: Full<Bytes>,
    _room: Room,
}

impl HttpBody for InRoom {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.text).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.text.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.text.size_hint()
    }
}

fn body_type(headers: &HeaderMap) -> Result<BodyType, Problem> {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    match kind.split(';').next().unwrap_or("").trim().to_ascii_lowercase().as_str() {
        "application/cloudevents+json" => Ok(BodyType::One),
        "application/cloudevents-batch+json" => Ok(BodyType::Batch),
        "application/x-ndjson" => Ok(BodyType::Ndjson),
        _ => Err(Problem::unsupported_media_type(
            "send application/cloudevents+json, application/cloudevents-batch+json or application/x-ndjson",
        )),
    }
}

/// The results of lines and outcomes, in the order sent.
pub(crate) fn results<'a>(
    lines: &'a [Line],
    outcomes: &'a [Outcome],
) -> impl Iterator<Item = EventResult<'a>> {
    let mut outcomes = outcomes.iter();
    lines.iter().map(move |line| {
        let id = line.id.as_deref();
        let none = EventResult { id, outcome: "rejected", position: None, code: None, detail: None };
        let Some(refusal) = &line.refusal else {
            return outcomes.next().map_or(none, |outcome| result(id, *outcome));
        };
        EventResult { code: Some(refusal.code.code()), detail: Some(&refusal.detail), ..none }
    })
}

fn result(id: Option<&str>, outcome: Outcome) -> EventResult<'_> {
    let at = |outcome, position: Position| EventResult {
        id,
        outcome,
        position: Some(position.get()),
        code: None,
        detail: None,
    };
    match outcome {
        Outcome::Recorded(position) => at("recorded", position),
        Outcome::Duplicate(position) => at("duplicate", position),
        Outcome::Parked(position) => at("parked", position),
        Outcome::Rejected(rejection) => EventResult {
            id,
            outcome: "rejected",
            position: None,
            code: Some(rejection.code()),
            detail: Some(rejection.detail()),
        },
    }
}

fn one(lines: &[Line], outcomes: &[Outcome]) -> (StatusCode, String) {
    let mut text = String::new();
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    for result in results(lines, outcomes) {
        status = match result.outcome {
            "rejected" => StatusCode::UNPROCESSABLE_ENTITY,
            "parked" => StatusCode::ACCEPTED,
            _ => StatusCode::OK,
        };
        write_result(&mut text, &result);
    }
    (status, text)
}

fn many(lines: &[Line], outcomes: &[Outcome], position: Position) -> String {
    const RESULT_BYTES: usize = 96;
    let mut text = String::with_capacity(32 + lines.len() * RESULT_BYTES);
    text.push_str("{\"results\":[");
    for (number, result) in results(lines, outcomes).enumerate() {
        if number > 0 {
            text.push(',');
        }
        write_result(&mut text, &result);
    }
    // Writing to a string cannot fail.
    let _ = write!(text, "],\"position\":{position}}}");
    text
}

/// Writes a result as serde would, without going through it for each of thousands.
fn write_result(text: &mut String, result: &EventResult<'_>) {
    let quoted = |text: Option<&str>| {
        text.map_or_else(|| "null".to_owned(), |text| serde_json::Value::from(text).to_string())
    };
    text.push_str("{\"id\":");
    match result.id {
        Some(id) if !id.contains(['"', '\\']) => {
            text.push('"');
            text.push_str(id);
            text.push('"');
        }
        id => text.push_str(&quoted(id)),
    }
    text.push_str(",\"outcome\":\"");
    text.push_str(result.outcome);
    text.push_str("\",\"position\":");
    match result.position {
        Some(position) => drop(write!(text, "{position}")),
        None => text.push_str("null"),
    }
    if result.code.is_none() {
        text.push_str(",\"code\":null,\"detail\":null}");
    } else {
        let _ = write!(text, ",\"code\":{},\"detail\":{}}}", quoted(result.code), quoted(result.detail));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn an_answer_has_its_room_until_it_is_sent() {
        const ALL: usize = 1 << 20;
        let intake = Intake::new(ALL);
        let room = intake.admit(Some(ALL)).await.unwrap();
        let mut body = Body::new(InRoom { text: Full::from("{}"), _room: room });
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "{}");
        let waits = intake.admit(Some(1));
        tokio::pin!(waits);
        assert!(tokio::time::timeout(Duration::from_millis(20), waits.as_mut()).await.is_err());
        drop(body);
        waits.await.unwrap();
    }
}
