//! All routes of the service, put together.

use std::fmt;
use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get};
use events_schema::Position;
use serde_json::{Map, Value};
use tokio::runtime::Handle;
use tokio::sync::watch;
use utoipa::openapi::OpenApi;

use crate::as_of::{Moment, Resolver};
use crate::auth::login::{self, Login};
use crate::auth::{self, Gate, Permission, Tokens};
use crate::console::{self, Console};
use crate::probes::{self, MetricsText, Ready};
use crate::problem::Problem;
use crate::projected::{Projected, ProjectorState};
use crate::read_models::{ReadModels, Reading};
use crate::snapshot::Snapshot;
use crate::stream::{self, Streams};
use crate::{diff, docs, http_metrics, items, journal, lists, openapi, readers, reports, tie_outs};

/// What the service is made of, as far as the reading side needs it.
#[derive(Clone)]
pub struct State {
    /// The tables that reports and lists are answered from.
    pub read_models: ReadModels,
    /// How far they are, told by whoever fills them.
    pub projected: watch::Receiver<Projected>,
    /// What finds places in the log that they are derived from.
    pub resolver: Resolver,
    /// Who may do what.
    pub tokens: Tokens,
    /// Whether the process can do its work now.
    pub ready: Ready,
    /// The text behind `/metrics`.
    pub metrics: MetricsText,
    /// Told when the service is to end: what goes on and on ends then.
    pub stopping: watch::Receiver<bool>,
    /// The threads for what reads; where there are none, everything runs on the threads of the caller.
    pub readers: Option<Handle>,
    /// Whether this is a demo that only its own machine reaches: it lets everybody in as administrator.
    pub demo: bool,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read_models, projected, tokens, .. } = self;
        let mut debug = f.debug_struct("State");
        debug.field("read_models", read_models).field("projected", projected).field("tokens", tokens);
        debug.finish_non_exhaustive()
    }
}

/// The whole service: the reading side and `more_routes`, which `more_openapi` describes.
///
/// `more_schemas` are JSON Schemas that it refers to by their names, where its own generated ones would say too little.
///
/// `more_routes` bring their own gates ([`Gate`], [`auth::require`]) and limits of bodies; they must not have a
/// fallback. What is answered for unknown addresses and methods, and what is measured, is the same for all routes.
pub fn router(
    state: State,
    more_routes: Router,
    more_openapi: OpenApi,
    more_schemas: Map<String, Value>,
) -> Result<Router, serde_json::Error> {
    http_metrics::describe();
    let State { read_models, projected, resolver, tokens, ready, metrics, stopping, readers, demo } = state;
    let reading = Reading::new(read_models, projected.clone(), resolver);
    let reads = reports(reading.clone(), &tokens)
        .merge(screen(reading.clone(), Streams::new(projected, tokens.clone(), stopping), &tokens))
        .merge(lists(reading, &tokens));
    Ok(more_routes
        .merge(readers::answer(reads, readers.as_ref()))
        .merge(token_routes(&tokens))
        .merge(login::routes(Login { tokens, demo }))
        .merge(probes::routes(ready, metrics))
        .merge(openapi::routes(&openapi::whole(more_openapi, more_schemas)?)?)
        .merge(docs::routes())
        .fallback_service(axum::routing::any(console::serve).with_state(Console::embedded()))
        .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
        .layer(from_fn(http_metrics::measure)))
}

fn reports(reading: Reading, tokens: &Tokens) -> Router {
    let changes = Router::new()
        .route("/v1/reports/{name}/diff", get(diff::diff))
        .route("/v1/reports/sales/trend/diff", get(diff::trend_diff))
        .with_state(reading.clone());
    report_routes(reading)
        .merge(changes)
        .route_layer(from_fn_with_state(Gate::new(tokens.clone(), Permission::ReadReports), auth::require))
}

/// The reports and the trial balance of `read_models` that nobody fills any more, for whoever has made them: without tokens. Their own end is
/// the only moment that is known.
pub fn replayed(read_models: ReadModels) -> Router {
    let still = Projected { position: Position::ZERO, state: ProjectorState::Running };
    let (_, projected) = watch::channel(still);
    let whole = read_models.clone();
    let resolver: Resolver = Arc::new(move |_| {
        let whole = whole.clone();
        Box::pin(async move {
            let Snapshot { position, recorded_at, .. } = whole.begin().await?;
            Ok(Some(Moment { position, recorded_at }))
        })
    });
    let reading = Reading::new(read_models, projected, resolver);
    report_routes(reading.clone()).merge(screen_routes(reading.clone())).merge(accounts_routes(reading))
}

/// The tie-outs of `read_models`, for whoever may read their files: without tokens. They reflect whatever they reflect;
/// `resolver` finds places in the log that they are derived from.
pub fn audited(read_models: ReadModels, resolver: Resolver) -> Router {
    // How far they are, each snapshot says itself.
    let unknown = Projected { position: Position::new(u64::MAX), state: ProjectorState::Running };
    let (_, projected) = watch::channel(unknown);
    tie_out_routes().with_state(Reading::new(read_models, projected, resolver))
}

fn tie_out_routes() -> Router<Reading> {
    Router::new().route("/v1/audit/tie-outs", get(tie_outs::tie_outs))
}

fn report_routes(reading: Reading) -> Router {
    Router::new()
        .route("/v1/reports/overview", get(reports::overview::overview))
        .route("/v1/reports/sales", get(reports::sales::sales))
        .route("/v1/reports/sales/trend", get(reports::trend::trend))
        .route("/v1/reports/verifications", get(reports::verifications::verifications))
        .route("/v1/reports/refunds", get(reports::refunds::refunds))
        .route("/v1/reports/cash", get(reports::cash::cash))
        .route("/v1/reports/suppliers", get(reports::suppliers::suppliers))
        .route("/v1/reports/withdrawals", get(reports::withdrawals::withdrawals))
        .route("/v1/reports/commissions", get(reports::commissions::commissions))
        .route("/v1/reports/balances", get(reports::balances::balances))
        .with_state(reading)
}

/// What a screen on a wall needs, but for its settings.
fn screen(reading: Reading, streams: Streams, tokens: &Tokens) -> Router {
    let stream = Router::new().route("/v1/stream", get(stream::stream)).with_state(streams);
    screen_routes(reading)
        .merge(stream)
        .route_layer(from_fn_with_state(Gate::new(tokens.clone(), Permission::SeeScreen), auth::require))
}

fn screen_routes(reading: Reading) -> Router {
    Router::new().route("/v1/reports/screen", get(reports::screen::screen)).with_state(reading)
}

fn accounts_routes(reading: Reading) -> Router {
    Router::new().route("/v1/accounts", get(journal::accounts::accounts)).with_state(reading)
}

fn lists(reading: Reading, tokens: &Tokens) -> Router {
    Router::new()
        .route("/v1/orders", get(lists::orders::orders))
        .route("/v1/orders/{order_id}", get(lists::order::order))
        .route("/v1/cash-entries", get(lists::cash_entries::cash_entries))
        .route("/v1/settlements", get(lists::settlements::settlements))
        .route("/v1/withdrawals", get(lists::withdrawals::withdrawals))
        .route("/v1/commissions", get(lists::commissions::commissions))
        .route("/v1/balance-entries", get(lists::balance_entries::balance_entries))
        .route("/v1/refunds", get(lists::refunds::refunds))
        .route("/v1/parked-events", get(lists::parked_events::parked_events))
        .route("/v1/accounts/{code}/entries", get(journal::account_entries::account_entries))
        .route("/v1/journal", get(journal::list::journal))
        .merge(tie_out_routes())
        .route("/v1/reports/{name}/items", get(items::items))
        .route("/v1/reports/sales/trend/items", get(items::trend_items))
        .with_state(reading.clone())
        .merge(accounts_routes(reading))
        .route_layer(from_fn_with_state(Gate::new(tokens.clone(), Permission::ReadLists), auth::require))
}

fn token_routes(tokens: &Tokens) -> Router {
    Router::new()
        .route("/v1/tokens", get(auth::routes::list).post(auth::routes::create))
        .route("/v1/tokens/{id}", delete(auth::routes::revoke))
        .with_state(tokens.clone())
        .route_layer(from_fn_with_state(Gate::new(tokens.clone(), Permission::Tokens), auth::require))
}

/// The whole service, called without a network.
#[cfg(test)]
mod tests;
