//! Whether the process is well: for those who watch it, without a token.

use std::fmt;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Problem, ProblemDocument};

/// Says whether the process can do its work now.
pub type Ready = Arc<dyn Fn() -> Readiness + Send + Sync>;
/// Gives all measurements in the text format of Prometheus.
pub type MetricsText = Arc<dyn Fn() -> String + Send + Sync>;

/// Whether the process can do its work.
#[derive(Clone, Debug)]
pub struct Readiness {
    /// How far the figures are behind the log.
    pub lag: Lag,
    /// If it cannot, why.
    pub ready: Result<(), String>,
}

/// How far figures are behind the log.
#[derive(Clone, Copy, Debug)]
pub struct Lag {
    /// How many events they do not reflect yet.
    pub events: u64,
    /// How old the oldest of these events is at least, in seconds.
    pub seconds: u64,
}

/// What the probes ask.
#[derive(Clone)]
pub(crate) struct Probes {
    ready: Ready,
    metrics: MetricsText,
}

impl fmt::Debug for Probes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probes").finish_non_exhaustive()
    }
}

/// How the process is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `alive`.
    status: &'static str,
}

/// How the work of the process is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Work {
    /// `ready`.
    status: &'static str,
    /// How many events the figures do not reflect yet.
    lag_events: u64,
    /// How old the oldest of these events is at least.
    lag_seconds: u64,
}

/// When to ask again whether the process is ready.
const RETRY_SECONDS: u32 = 1;

/// The routes of the probes.
pub(crate) fn routes(ready: Ready, metrics_text: MetricsText) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(Probes { ready, metrics: metrics_text })
}

/// Alive
#[utoipa::path(
    get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "The process answers", body = Health))
)]
pub(crate) async fn healthz() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(Health { status: "alive" }))
}

/// Ready
///
/// The log is open, and the figures are within their lag bound. The answer says how far they lag, also when the process
/// is not ready.
#[utoipa::path(
    get, path = "/readyz", tag = "operation",
    responses(
        (status = 200, description = "The process can do its work", body = Work),
        (status = 503, description = "`not_ready`, and why", body = ProblemDocument),
    )
)]
pub(crate) async fn readyz(State(probes): State<Probes>) -> Result<impl IntoResponse, Problem> {
    let Readiness { lag: Lag { events, seconds }, ready } = (probes.ready)();
    ready.map_err(|why| {
        Problem::unavailable("not_ready", why, RETRY_SECONDS)
            .with("lag_events", events)
            .with("lag_seconds", seconds)
    })?;
    let work = Work { status: "ready", lag_events: events, lag_seconds: seconds };
    Ok(([(CACHE_CONTROL, "no-store")], Json(work)))
}

/// Measurements
///
/// In the text format of Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "All measurements", body = String, content_type = "text/plain"))
)]
pub(crate) async fn metrics(State(probes): State<Probes>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (probes.metrics)())
}
