//! The writing side as OpenAPI, and what several of its routes say alike.

use utoipa::{IntoParams, OpenApi};

use super::{decisions, events, settings};

/// The write API as OpenAPI; the reading side adds it to its own, with the token and the problems of all routes.
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
        (name = "writing", description = "What upstream systems publish"),
        (name = "decisions", description = "What finance decides"),
        (name = "settings", description = "What finance sets"),
    )
)]
pub(crate) struct WriteApi;

/// The header of decisions that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its description is used; reading goes through `Idempotency`")]
pub(super) struct IdempotencyHeader {
    /// Makes a repeated decision answer as the first time did.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 200)]
    idempotency_key: Option<String>,
}
