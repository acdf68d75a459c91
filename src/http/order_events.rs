//! The history of one order: its events, as they stand in the log.

use axum::extract::State;
use axum::response::Response;
use events_schema::Position;
use query_api::extract::{ValidPath, ValidQuery};
use query_api::problem::{Problem, ProblemDocument};
use query_api::{Answer, OrderPlace};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::audit::RecordedEvent;
use super::trail::{EventLimit, Trail};
use crate::history::Told;

/// The history of one order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderHistory {
    /// The events of the order, oldest first. What they set off elsewhere (cash, funds, balances) are events of other
    /// things: those have a `cause` among these.
    #[schema(value_type = Vec<RecordedEvent>)]
    items: Vec<Told>,
    /// What to give as `before` for the events before these; null where there are none.
    #[schema(example = 1204)]
    next_before: Option<u64>,
    /// The position of the log that the answer reflects.
    #[schema(example = 1204)]
    position: u64,
}

/// Which part of the history is asked for.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderHistoryQuery {
    /// Events of the order before this one, which is one of them; absent: the latest ones.
    #[param(value_type = Option<u64>)]
    before: Option<Position>,
    /// Most events of the answer.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: EventLimit,
    /// Wait until the answer reflects this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
}

/// The history of one order
///
/// Each of its events with position, recorded time, actor and hash, as they stand in the log.
#[utoipa::path(
    get, path = "/v1/orders/{order_id}/events", tag = "lists",
    params(("order_id" = String, Path, description = "The id of the order"), OrderHistoryQuery),
    responses(
        (status = 200, description = "The events of the order, oldest first", body = OrderHistory,
            headers(("Ledger-Position" = u64, description = "The position that the answer reflects"))),
        (status = 404, description = "`unknown_order`", body = ProblemDocument),
        (status = 422, description = "`invalid_parameter`", body = ProblemDocument),
        (status = 500, description = "`damaged_log`, `internal`", body = ProblemDocument),
    )
)]
pub(crate) async fn order_events(
    State(trail): State<Trail>,
    ValidPath(order_id): ValidPath<String>,
    ValidQuery(query): ValidQuery<OrderHistoryQuery>,
) -> Result<Response, Problem> {
    let OrderHistoryQuery { before, limit, min_position } = query;
    let OrderPlace { last, position } = trail.orders().find(&order_id, min_position).await?;
    trail
        .answer(move |history| {
            let chain = history.chain(last, before, limit.events())?;
            let refused = || {
                Problem::invalid_parameter(
                    "before",
                    "before: expected the position of an event of this order",
                )
            };
            let chain = chain.ok_or_else(refused)?;
            let first = chain.events.first().map(|told| told.recorded.position.get());
            let next_before = first.filter(|_| chain.goes_on);
            Ok(Answer {
                position,
                body: OrderHistory { items: chain.events, next_before, position: position.get() },
            })
        })
        .await
}
