//! What needs the log over HTTP: published events, finance's decisions, settings, and the raw history.

/// `POST /v1/events`.
mod events;
pub(crate) use events::results;

/// Bodies, whole and in time.
mod body;

/// How many bodies may be in memory at once.
mod intake;
pub(crate) use intake::Intake;

/// From the bytes of a request to its events, one by one.
mod wire;
pub(crate) use wire::{Cut, Line, Lines};

/// Decisions on settlements, withdrawals and parked events.
mod decisions;

/// `GET` and `PUT` of settings.
mod settings;

/// The key that makes a decision repeatable.
mod idempotency;

/// The raw history, as handlers read it.
mod trail;
pub(crate) use trail::Trail;

/// The raw history, for auditors.
mod audit;

/// The history of one order.
mod order_events;

/// All of it as OpenAPI.
mod document;
pub(crate) use document::{WriteApi, published_schemas};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use events_schema::command::{Action, Command};
use events_schema::recorded::{CommandKey, IdempotencyKey};
use events_schema::{Actor, Digest, Position};
use ledger_core::books::{Outcome, Rejection};
use ledger_core::writer::{Answer, Unavailable, WriterHandle};
use query_api::auth::{Caller, Gate, Permission, Tokens, require};
use query_api::problem::Problem;
use utoipa::OpenApi as _;

use idempotency::Idempotency;

/// When a client that was turned away may come again.
const RETRY_SECONDS: u32 = 1;
/// The header that names the position of an answer.
const LEDGER_POSITION: HeaderName = HeaderName::from_static("ledger-position");

/// All routes that need the log, each group behind its permission.
pub(crate) fn router(writer: &WriterHandle, tokens: &Tokens, intake: &Intake, trail: Trail) -> Router {
    writes(writer, tokens, intake).merge(history(trail, tokens))
}

/// These routes, for those who may do `permission`.
fn behind<S: Clone + Send + Sync + 'static>(
    router: Router<S>,
    tokens: &Tokens,
    permission: Permission,
) -> Router<S> {
    router.route_layer(from_fn_with_state(Gate::new(tokens.clone(), permission), require))
}

/// All routes that read the raw history.
fn history(trail: Trail, tokens: &Tokens) -> Router {
    let audit = Router::new()
        .route("/v1/audit/checkpoint", get(audit::checkpoint))
        .route("/v1/audit/events", get(audit::events));
    let orders = Router::new().route("/v1/orders/{order_id}/events", get(order_events::order_events));
    behind(audit, tokens, Permission::Audit)
        .merge(behind(orders, tokens, Permission::ReadLists))
        .with_state(trail)
}

/// All routes that write, and those that read what the writer knows.
fn writes(writer: &WriterHandle, tokens: &Tokens, intake: &Intake) -> Router {
    let publish =
        Router::new().route("/v1/events", post(events::post_events)).layer(axum::Extension(intake.clone()));
    let decide = Router::new()
        .route("/v1/settlements/{order_id}/settle", post(decisions::settle))
        .route("/v1/withdrawals/{withdrawal_id}/approve", post(decisions::approve))
        .route("/v1/withdrawals/{withdrawal_id}/reject", post(decisions::reject))
        .route("/v1/withdrawals/{withdrawal_id}/transfer", post(decisions::transfer))
        .route("/v1/parked-events/{position}/discard", post(decisions::discard));
    let read_settings = Router::new()
        .route("/v1/settings/settlement", get(settings::get_settlement))
        .route("/v1/settings/withdrawals", get(settings::get_withdrawals))
        .route("/v1/settings/notifications", get(settings::get_notifications))
        .route("/v1/settings/accounts", get(settings::get_accounts));
    let see_screen = Router::new().route("/v1/settings/screen", get(settings::get_screen));
    let change_settings = Router::new()
        .route("/v1/settings/settlement", axum::routing::put(settings::put_settlement))
        .route("/v1/settings/withdrawals", axum::routing::put(settings::put_withdrawals))
        .route("/v1/settings/notifications", axum::routing::put(settings::put_notifications))
        .route("/v1/settings/accounts", axum::routing::put(settings::put_accounts))
        .route("/v1/settings/screen", axum::routing::put(settings::put_screen));
    behind(publish, tokens, Permission::Publish)
        .merge(behind(decide, tokens, Permission::Decide))
        .merge(behind(read_settings, tokens, Permission::ReadLists))
        .merge(behind(see_screen, tokens, Permission::SeeScreen))
        .merge(behind(change_settings, tokens, Permission::Settings))
        .with_state(writer.clone())
}

/// Decides one action of `caller` and answers what the writer answers; a refusal is a problem.
async fn decide(
    writer: &WriterHandle,
    caller: Caller,
    Idempotency(key): Idempotency,
    action: Action,
) -> Result<Answer, Problem> {
    let digest = Digest::of_decision(&action);
    let command = Command {
        key: CommandKey::Decision(key.map(|key| IdempotencyKey { key, digest })),
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

/// The OpenAPI document of all routes.
pub(crate) fn openapi() -> Result<serde_json::Value, serde_json::Error> {
    query_api::openapi::whole(WriteApi::openapi(), published_schemas())
}
