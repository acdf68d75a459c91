//! `POST /v1/events`: published events come in.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use events_schema::{Actor, Position};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Frame, SizeHint};
use ledger_core::books::Outcome;
use ledger_core::writer::WriterHandle;
use query_api::auth::Caller;
use query_api::problem::{Problem, ProblemDocument};
use serde::Serialize;
use tokio::time::{Instant, timeout_at};
use utoipa::ToSchema;

use super::document::PublishedEvent;
use super::intake::Room;
use super::wire::{Cut, Line, Lines, Uncut};
use super::{Intake, position_header, unavailable};

/// The largest body: more is refused whole.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
const TOO_LONG: &str = "the body has more than 16 MiB: send it in parts";
/// How long a body may take to come whole, and how long nothing of it may come: it has room in memory meanwhile.
const BODY_WAIT: BodyWait = BodyWait { whole: Duration::from_mins(1), pause: Duration::from_secs(10) };
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
    let length = length(&headers)?;
    let mut room = intake.admit(length).await?;
    let body = whole(length, body, &mut room, BODY_WAIT).await?;
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

/// The length of a body, where it is told.
fn length(headers: &HeaderMap) -> Result<Option<usize>, Problem> {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if length.is_some_and(|length| length > BODY_BYTES_MAX) {
        return Err(Problem::body_too_large(TOO_LONG));
    }
    Ok(length)
}

/// How long a sender may take.
#[derive(Clone, Copy, Debug)]
struct BodyWait {
    /// For the whole body.
    whole: Duration,
    /// Without sending any of it.
    pause: Duration,
}

/// The whole body, in one piece.
async fn whole(length: Option<usize>, body: Body, room: &mut Room, wait: BodyWait) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::with_capacity(length.unwrap_or(0));
    let mut body = Limited::new(body, BODY_BYTES_MAX);
    let end = Instant::now() + wait.whole;
    loop {
        let frame = timeout_at(end.min(Instant::now() + wait.pause), body.frame()).await;
        let Some(frame) = frame.map_err(|_| Problem::body_too_slow())? else { return Ok(whole.freeze()) };
        let frame = frame.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Problem::body_too_large(TOO_LONG)
            } else {
                Problem::malformed_body(format!("the body did not come whole: {error}"))
            }
        })?;
        if let Ok(data) = frame.into_data() {
            room.grow_to(whole.len() + data.len()).await?;
            whole.extend_from_slice(&data);
        }
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
    use tokio::sync::mpsc;

    use super::*;

    /// A body that comes as it is sent, and ends with its sender.
    struct Coming(mpsc::UnboundedReceiver<Bytes>);

    impl HttpBody for Coming {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            self.0.poll_recv(context).map(|data| data.map(|data| Ok(Frame::data(data))))
        }
    }

    fn coming() -> (mpsc::UnboundedSender<Bytes>, Body) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Body::new(Coming(receiver)))
    }

    async fn read(length: Option<usize>, body: Body, wait: BodyWait) -> Result<Bytes, Problem> {
        let intake = Intake::new(1 << 20);
        let mut room = intake.admit(length).await.unwrap();
        let whole = whole(length, body, &mut room, wait).await;
        drop(room);
        // Whatever became of it, its room is given back.
        drop(intake.admit(Some(1 << 20)).await.unwrap());
        whole
    }

    const LONG: Duration = Duration::from_mins(1);
    const SHORT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn a_body_comes_in_pieces_and_is_one() {
        let (sender, body) = coming();
        for piece in ["{\"a\"", ":", "1}"] {
            sender.send(Bytes::from(piece)).unwrap();
        }
        drop(sender);
        let read = read(None, body, BodyWait { whole: LONG, pause: LONG }).await;
        assert_eq!(read.unwrap(), "{\"a\":1}");
    }

    #[tokio::test]
    async fn a_sender_who_stops_half_way_is_not_waited_for() {
        let (sender, body) = coming();
        sender.send(Bytes::from("half")).unwrap();
        let refused = read(Some(8), body, BodyWait { whole: LONG, pause: SHORT }).await.unwrap_err();
        assert_eq!((refused.status().as_u16(), refused.code()), (408, "body_too_slow"));
    }

    #[tokio::test]
    async fn a_sender_who_goes_on_for_ever_is_not_waited_for() {
        let (sender, body) = coming();
        let sending = tokio::spawn(async move {
            while sender.send(Bytes::from("x")).is_ok() {
                tokio::time::sleep(SHORT / 10).await;
            }
        });
        let refused = read(None, body, BodyWait { whole: SHORT, pause: LONG }).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), 408);
        sending.await.unwrap();
    }
}
