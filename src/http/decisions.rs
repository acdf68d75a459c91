//! Finance's decisions. An `Idempotency-Key` makes a repeated one answer as the first time did.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use events_schema::command::Action;
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::terms::{Term, WithdrawalState};
use events_schema::{Id, Position, Text, Timestamp};
use ledger_core::writer::{Answer, WriterHandle};
use query_api::auth::Caller;
use query_api::extract::{JsonBodyProblems, ValidJson, ValidPath};
use query_api::problem::{Problem, ProblemDocument};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::IdempotencyHeader;
use super::idempotency::Idempotency;
use super::{decide, position_header};

/// The answer to a decision.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Decided {
    /// The end of the log after all that the decision set off: what to give as `min_position`.
    position: u64,
    /// Of a decision on a withdrawal: the state in which it left it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

/// How a withdrawal was paid out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approval {
    /// What the bank or platform calls the transfer.
    #[schema(value_type = Option<String>, max_length = 200)]
    reference: Option<Text>,
    /// What finance wants to remember of it.
    #[schema(value_type = Option<String>, max_length = 200)]
    note: Option<Text>,
    /// When the money went out; absent: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    paid_at: Option<Timestamp>,
}

/// What the payout gateway says of a transfer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transfer {
    /// Why it failed; absent: the money went out.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    failure: Option<Text>,
    /// What the gateway calls the transfer.
    #[schema(value_type = Option<String>, max_length = 200)]
    reference: Option<Text>,
}

/// Why something was refused or given up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reason {
    /// The reason, as the one concerned may read it.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Text,
}

/// Where an event was parked. A field with a name, so that an answer can name it.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Parked {
    position: u64,
}

/// Settles an order that was paid offline (结算).
#[utoipa::path(
    post,
    path = "/v1/settlements/{order_id}/settle",
    tag = "decisions",
    params(("order_id" = String, Path, description = "The order"), IdempotencyHeader),
    responses(
        (status = 200, description = "It is settled", body = Decided),
        (status = 404, description = "`unknown_order`", body = ProblemDocument),
        (status = 409, description = "`not_settleable`, `id_reused`", body = ProblemDocument),
        (status = 422, description = "`invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn settle(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidPath(order_id): ValidPath<String>,
) -> Result<Response, Problem> {
    let order_id = known_id(&order_id, "unknown_order", "there is no order of this id")?;
    Ok(answer(&decide(&writer, caller, idempotency, Action::SettleOrder { order_id }).await?))
}

/// Approves a withdrawal (提现审核通过): with automatic transfer off, it is paid; with it on, the payout gateway's answer
/// pays it.
#[utoipa::path(
    post,
    path = "/v1/withdrawals/{withdrawal_id}/approve",
    tag = "decisions",
    params(("withdrawal_id" = String, Path, description = "The withdrawal"), IdempotencyHeader),
    request_body(content = Approval, example = json!({"reference": "T20261101", "paid_at": "2026-11-01T10:00:00+08:00"})),
    responses(
        (status = 200, description = "It is approved or paid", body = Decided),
        (status = 404, description = "`unknown_withdrawal`", body = ProblemDocument),
        (status = 409, description = "`already_decided`, `id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`, `invalid_time`", body = ProblemDocument),
    )
)]
pub(crate) async fn approve(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidPath(withdrawal_id): ValidPath<String>,
    ValidJson(Approval { reference, note, paid_at }): ValidJson<Approval>,
) -> Result<Response, Problem> {
    let withdrawal_id = known_id(&withdrawal_id, "unknown_withdrawal", "there is no withdrawal of this id")?;
    let paid = WithdrawalPaid { reference, note: note.map(Into::into) };
    let action = Action::ApproveWithdrawal { withdrawal_id, paid, paid_at };
    Ok(answer(&decide(&writer, caller, idempotency, action).await?))
}

/// Rejects a withdrawal (提现审核未通过): the funds come back.
#[utoipa::path(
    post,
    path = "/v1/withdrawals/{withdrawal_id}/reject",
    tag = "decisions",
    params(("withdrawal_id" = String, Path, description = "The withdrawal"), IdempotencyHeader),
    request_body(content = Reason, example = json!({"reason": "账户有误"})),
    responses(
        (status = 200, description = "It is rejected", body = Decided),
        (status = 404, description = "`unknown_withdrawal`", body = ProblemDocument),
        (status = 409, description = "`already_decided`, `id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn reject(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidPath(withdrawal_id): ValidPath<String>,
    ValidJson(Reason { reason }): ValidJson<Reason>,
) -> Result<Response, Problem> {
    let withdrawal_id = known_id(&withdrawal_id, "unknown_withdrawal", "there is no withdrawal of this id")?;
    let rejected = WithdrawalRejected { reason: reason.into() };
    let action = Action::RejectWithdrawal { withdrawal_id, rejected };
    Ok(answer(&decide(&writer, caller, idempotency, action).await?))
}

/// Takes the payout gateway's answer for an approved withdrawal: it is paid, or finance decides again.
#[utoipa::path(
    post,
    path = "/v1/withdrawals/{withdrawal_id}/transfer",
    tag = "decisions",
    params(("withdrawal_id" = String, Path, description = "The withdrawal"), IdempotencyHeader),
    request_body(content = Transfer, example = json!({"reference": "T20261101"})),
    responses(
        (status = 200, description = "It is paid, or pending again", body = Decided),
        (status = 404, description = "`unknown_withdrawal`", body = ProblemDocument),
        (status = 409, description = "`already_decided`: it is not approved; `id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`, `invalid_parameter`", body = ProblemDocument),
    )
)]
pub(crate) async fn transfer(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidPath(withdrawal_id): ValidPath<String>,
    ValidJson(Transfer { failure, reference }): ValidJson<Transfer>,
) -> Result<Response, Problem> {
    let withdrawal_id = known_id(&withdrawal_id, "unknown_withdrawal", "there is no withdrawal of this id")?;
    let action = match (failure, reference) {
        (Some(failure), None) => Action::FailTransfer { withdrawal_id, failure },
        (None, reference) => {
            Action::ConfirmTransfer { withdrawal_id, paid: WithdrawalPaid { reference, note: None } }
        }
        (Some(_), Some(_)) => {
            return Err(Problem::invalid_body("reference", "a transfer that failed has no `reference`"));
        }
    };
    Ok(answer(&decide(&writer, caller, idempotency, action).await?))
}

/// Gives up a parked event: it will not be tried again.
#[utoipa::path(
    post,
    path = "/v1/parked-events/{position}/discard",
    tag = "decisions",
    params(("position" = u64, Path, description = "Where the event was parked"), IdempotencyHeader),
    request_body(content = Reason, example = json!({"reason": "测试数据"})),
    responses(
        (status = 200, description = "It is discarded", body = Decided),
        (status = 404, description = "`unknown_parked_event`", body = ProblemDocument),
        (status = 409, description = "`already_decided`, `id_reused`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_parameter`, `invalid_body`", body = ProblemDocument),
    )
)]
pub(crate) async fn discard(
    State(writer): State<WriterHandle>,
    caller: Caller,
    idempotency: Idempotency,
    ValidPath(Parked { position }): ValidPath<Parked>,
    ValidJson(Reason { reason }): ValidJson<Reason>,
) -> Result<Response, Problem> {
    let action = Action::DiscardParkedEvent { parked: Position::new(position), reason };
    Ok(answer(&decide(&writer, caller, idempotency, action).await?))
}

/// An id that no id can look like names nothing: 404, like any other unknown one.
fn known_id(text: &str, code: &'static str, detail: &str) -> Result<Id, Problem> {
    text.parse().map_err(|_| Problem::unknown(code, detail))
}

fn answer(answer: &Answer) -> Response {
    let state = answer.state.map(WithdrawalState::as_str);
    let decided = Decided { position: answer.position.get(), state };
    (position_header(answer.position), Json(decided)).into_response()
}
