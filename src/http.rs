//! The writing side over HTTP: published events, finance's decisions, settings.

/// `POST /v1/events`.
mod events;
pub(crate) use events::results;

/// From the bytes of a request to its events, one by one.
mod wire;
pub(crate) use wire::{Line, Lines};

/// Decisions on settlements, withdrawals and parked events.
mod decisions;

/// `GET` and `PUT` of settings.
mod settings;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use events_schema::command::{Action, Command, CommandKey, IdempotencyKey};
use events_schema::{Actor, Digest, Position, Text};
use ledger_core::books::{Outcome, Rejection};
use ledger_core::writer::{Answer, Unavailable, WriterHandle};
use query_api::auth::{Caller, Gate, Permission, Tokens, require};
use query_api::problem::Problem;
use utoipa::OpenApi;

/// When a client that was turned away may come again.
const RETRY_SECONDS: u32 = 1;
/// The header that names the position of an answer.
const LEDGER_POSITION: HeaderName = HeaderName::from_static("ledger-position");

/// The write API as OpenAPI; the reading side adds it to its own.
#[derive(OpenApi)]
#[openapi(
    paths(
        events::post_events,
        decisions::settle,
        decisions::approve,
        decisions::reject,
        decisions::discard,
        settings::get_settlement,
        settings::put_settlement,
        settings::get_withdrawals,
        settings::put_withdrawals,
    ),
    tags(
        (name = "Writing", description = "What upstream systems publish"),
        (name = "Decisions", description = "What finance decides"),
        (name = "Settings", description = "What finance sets"),
    )
)]
pub(crate) struct WriteApi;

/// All routes that write, each group behind its permission.
pub(crate) fn router(writer: &WriterHandle, tokens: &Tokens) -> Router {
    let behind = |router: Router<WriterHandle>, permission| {
        router.route_layer(from_fn_with_state(Gate::new(tokens.clone(), permission), require))
    };
    let publish = Router::new().route("/v1/events", post(events::post_events));
    let decide = Router::new()
        .route("/v1/settlements/{order_id}/settle", post(decisions::settle))
        .route("/v1/withdrawals/{withdrawal_id}/approve", post(decisions::approve))
        .route("/v1/withdrawals/{withdrawal_id}/reject", post(decisions::reject))
        .route("/v1/parked-events/{position}/discard", post(decisions::discard));
    let read_settings = Router::new()
        .route("/v1/settings/settlement", get(settings::get_settlement))
        .route("/v1/settings/withdrawals", get(settings::get_withdrawals));
    let change_settings = Router::new()
        .route("/v1/settings/settlement", axum::routing::put(settings::put_settlement))
        .route("/v1/settings/withdrawals", axum::routing::put(settings::put_withdrawals));
    behind(publish, Permission::Publish)
        .merge(behind(decide, Permission::Decide))
        .merge(behind(read_settings, Permission::ReadLists))
        .merge(behind(change_settings, Permission::Settings))
        .with_state(writer.clone())
}

/// Decides one action of `caller` and answers what the writer answers; a refusal is a problem.
async fn decide(
    writer: &WriterHandle,
    caller: Caller,
    headers: &HeaderMap,
    action: Action,
) -> Result<Answer, Problem> {
    let command = Command {
        key: CommandKey::Decision(idempotency_key(headers, &action)?),
        actor: Actor::Token(caller.name),
        occurred_at: None,
        action,
        source_text: bytes::Bytes::new(),
    };
    let mut answer = writer.take(vec![command]).await.map_err(|why| unavailable(&why))?;
    match answer.outcomes.pop() {
        Some(Outcome::Recorded(_) | Outcome::Parked(_)) => Ok(answer),
        // The same key again: what was answered then, not where the log ends now.
        Some(Outcome::Duplicate(position)) => Ok(Answer { position, ..answer }),
        Some(Outcome::Rejected(rejection)) => Err(refused(rejection)),
        None => Err(unavailable(&Unavailable::Stopped("the writer gave no outcome".to_owned()))),
    }
}

fn idempotency_key(headers: &HeaderMap, action: &Action) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = std::str::from_utf8(key.as_bytes()).ok().and_then(|key| key.parse::<Text>().ok());
    let key = key.ok_or_else(|| {
        Problem::invalid_parameter("Idempotency-Key", "Idempotency-Key: expected 1 to 200 characters")
    })?;
    Ok(Some(IdempotencyKey { key, digest: Digest::of_decision(action) }))
}

/// A refused decision: 404 where there is nothing of that id, 422 where the body is wrong, else 409.
fn refused(rejection: Rejection) -> Problem {
    const UNKNOWN: [Rejection; 3] =
        [Rejection::UnknownOrder, Rejection::UnknownWithdrawal, Rejection::UnknownParkedEvent];
    let status = if UNKNOWN.contains(&rejection) {
        StatusCode::NOT_FOUND
    } else if rejection == Rejection::InvalidTime {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::CONFLICT
    };
    Problem::new(status, rejection.code(), rejection.detail())
}

/// The writer gave no answer: 503, and when to come again.
fn unavailable(why: &Unavailable) -> Problem {
    let code = match why {
        Unavailable::Busy => "busy",
        Unavailable::NoRoom => "no_room",
        Unavailable::Stopped(_) => "stopped",
    };
    Problem::unavailable(code, why.to_string(), RETRY_SECONDS)
}

/// The header that names the position an answer reflects.
fn position_header(position: Position) -> [(HeaderName, HeaderValue); 1] {
    [(LEDGER_POSITION, HeaderValue::from(position.get()))]
}
