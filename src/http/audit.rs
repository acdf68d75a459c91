//! The raw history, for auditors: every recorded event, and the number that stands for all of them.

use axum::extract::State;
use axum::response::Response;
use events_schema::{Position, Timestamp, hex};
use query_api::Answer;
use query_api::extract::ValidQuery;
use query_api::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::trail::{EventLimit, Trail};
use crate::history::{History, Told};

/// The end of the log. It commits to every event: whoever keeps it can tell later whether the log still begins with the
/// same ones.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditCheckpoint {
    /// The number of events, which is the position of the last one.
    #[schema(example = 1204)]
    size: u64,
    /// The root of the Merkle tree (RFC 6962) over the events, hexadecimal: what `ledger verify` says.
    #[schema(example = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    root: String,
    /// SHA-256 of the last block as it is stored, hexadecimal. Another copy of the log may be cut into other blocks; its
    /// root is the same.
    #[schema(example = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    head: String,
    /// The id of the log, hexadecimal.
    #[schema(example = "746865206c65646765722773206c6f67")]
    log_id: String,
    /// When the last block was recorded.
    #[schema(value_type = String, format = DateTime, example = "2026-11-01T01:30:00.000001Z")]
    recorded_at: Timestamp,
    /// The position of the log that the answer reflects: the same as `size`.
    #[schema(example = 1204)]
    position: u64,
}

/// A recorded event as a `CloudEvent`.
///
/// What was published has the attributes with which it was published, and its data as they were understood. What the
/// ledger did itself has a type that begins with `ledger.`, its position as its id, and the log as its source.
///
/// It has the extensions with which it was published, too. One that has the name of an attribute below is shown with
/// `published` before its name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its description is used; events are written by `Told`")]
#[schema(example = json!({
    "specversion": "1.0", "id": "e-1001", "source": "/shop/orders", "type": "order.paid", "subject": "O-1",
    "time": "2026-11-01T02:00:00Z",
    "data": { "payment_id": "P-1", "method": "wechat_pay", "amount": "128.00", "channel_reference": null },
    "position": 12, "recordedat": "2026-11-01T02:00:01.25Z", "actor": "token:shop", "entity": "order", "birth": 11,
    "previous": 11, "cause": null, "recordtype": "OrderPaid", "recordversion": 1,
    "hash": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
}))]
pub(super) struct RecordedEvent {
    /// `1.0`.
    specversion: String,
    /// The id with which it was published; of the ledger's own, the position.
    id: String,
    /// The source with which it was published; of the ledger's own, `urn:ledger:log:` and the id of the log.
    source: String,
    /// The type with which it was published, or one that begins with `ledger.`.
    #[schema(rename = "type")]
    kind: String,
    /// The id of what it happened to; of a parked event, where it was parked. Absent of the ledger's own settings.
    subject: Option<String>,
    /// When it happened in business.
    #[schema(format = DateTime)]
    time: String,
    /// What happened, by its type. A text about a person that has been erased is null.
    #[schema(value_type = Object)]
    data: Value,
    /// Its place in the log.
    position: u64,
    /// When the ledger recorded it.
    #[schema(format = DateTime)]
    recordedat: String,
    /// Who made it happen: `ledger`, or `token:` and the name of the token.
    actor: String,
    /// What it happened to: `ledger`, `order`, `member`, `payment`, `supplier_funds`, `distributor_funds`, `withdrawal` or
    /// `parked_event`.
    entity: String,
    /// The position of the first event of that thing.
    birth: u64,
    /// The position of that thing's event before it; null for its first one.
    previous: Option<u64>,
    /// The position of the event that set it off; null where a request did.
    cause: Option<u64>,
    /// Its type as it is recorded.
    recordtype: String,
    /// The version of that.
    recordversion: u8,
    /// The hash of its leaf in the Merkle tree (RFC 6962), hexadecimal.
    #[schema(min_length = 64, max_length = 64)]
    hash: String,
    /// When the settlement of the order that it completed is due; absent where there is none.
    #[schema(format = DateTime)]
    settlementdue: Option<String>,
    /// The `Idempotency-Key` of the decision; absent where it had none.
    idempotencykey: Option<String>,
}

/// A page of the raw history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistoryPage {
    /// The events, in the order in which they were recorded, without a gap.
    #[schema(value_type = Vec<RecordedEvent>)]
    items: Vec<Told>,
    /// What to give as `after` for the next page; null at the end of the log.
    #[schema(example = 12)]
    next_after: Option<u64>,
    /// The position of the last event of the log.
    #[schema(example = 1204)]
    position: u64,
}

/// Which part of the raw history is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryQuery {
    /// Events after this position; absent: from the first one.
    #[param(value_type = Option<u64>, example = 11)]
    after: Option<Position>,
    /// Most events of the answer. There may be fewer although the log goes on, where they are large.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: EventLimit,
}

/// The end of the log
///
/// Size, root and last block: what to keep, so that nobody can change the past unnoticed. `ledger verify` computes the
/// root from all events; with the hashes of all events, anybody can.
#[utoipa::path(
    get, path = "/v1/audit/checkpoint", tag = "audit",
    responses(
        (status = 200, description = "The end of the log", body = AuditCheckpoint,
            headers(("Ledger-Position" = u64, description = "The position that the answer reflects"))),
        (status = 500, description = "`damaged_log`, `internal`", body = ProblemDocument),
    )
)]
pub(crate) async fn checkpoint(State(trail): State<Trail>) -> Result<Response, Problem> {
    trail.answer(|history| end_of(history)).await
}

fn end_of(history: &History) -> Result<Answer<AuditCheckpoint>, Problem> {
    let Some(end) = history.checkpoint()? else {
        return Err(Problem::unavailable("busy", "nothing is recorded yet", super::RETRY_SECONDS));
    };
    let position = Position::new(end.head.size);
    let body = AuditCheckpoint {
        size: end.head.size,
        root: hex(&end.head.root),
        head: hex(&end.block_hash),
        log_id: end.log_id,
        recorded_at: end.recorded_at,
        position: position.get(),
    };
    Ok(Answer { position, body })
}

/// The raw history
///
/// Every recorded event, as it stands in the log, oldest first. Pages join without a gap: the first event of one has the
/// position after the last of the one before. The hashes of all events are the leaves of the tree whose root the
/// checkpoint says.
#[utoipa::path(
    get, path = "/v1/audit/events", tag = "audit", params(HistoryQuery),
    responses(
        (status = 200, description = "A page of events", body = HistoryPage,
            headers(("Ledger-Position" = u64, description = "The position of the last event of the log"))),
        (status = 422, description = "`invalid_parameter`", body = ProblemDocument),
        (status = 500, description = "`damaged_log`, `internal`", body = ProblemDocument),
    )
)]
pub(crate) async fn events(
    State(trail): State<Trail>,
    ValidQuery(HistoryQuery { after, limit }): ValidQuery<HistoryQuery>,
) -> Result<Response, Problem> {
    let after = after.unwrap_or(Position::ZERO);
    trail
        .answer(move |history| {
            let end = history.end()?;
            let items = history.page(after, limit.events())?;
            let last = items.last().map(|told| told.recorded.position);
            // What was recorded meanwhile may be among them.
            let position = last.map_or(end, |last| last.max(end));
            let next_after = last.filter(|last| *last < position).map(Position::get);
            Ok(Answer { position, body: HistoryPage { items, next_after, position: position.get() } })
        })
        .await
}
