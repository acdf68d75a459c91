//! The OpenAPI 3.1 document, generated from the handlers and their types.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use bytes::Bytes;
use serde_json::{Map, Value};
use utoipa::OpenApi;
use utoipa::openapi::content::{Content, ContentBuilder};
use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder};

use crate::auth::cookie::SESSION_COOKIE;
use crate::export::FileFormat;
use crate::problem::{PROBLEM_JSON, ProblemDocument};
use crate::{auth, diff, items, journal, lists, probes, reports, stream, tie_outs};

/// What the reading side serves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Ledger",
        version = env!("CARGO_PKG_VERSION"),
        description = "An event-sourced ledger for the finance department of a commerce platform. \
            Money is a decimal string, a time has an offset, an error is a problem document with a stable code. \
            Every read names the position of the log that it reflects."
    ),
    tags(
        (name = "reports", description = "Figures over any range of time"),
        (name = "lists", description = "What the figures are made of"),
        (name = "journal", description = "The double-entry journal behind the figures"),
        (name = "session", description = "A cookie instead of a token, for people in browsers"),
        (name = "tokens", description = "Who may do what"),
        (name = "operation", description = "Whether the process is well, without a token"),
    ),
    paths(
        reports::overview::overview,
        reports::sales::sales,
        reports::trend::trend,
        reports::verifications::verifications,
        reports::refunds::refunds,
        reports::cash::cash,
        reports::suppliers::suppliers,
        reports::withdrawals::withdrawals,
        reports::commissions::commissions,
        reports::balances::balances,
        reports::screen::screen,
        items::items,
        items::trend_items,
        diff::diff,
        diff::trend_diff,
        lists::orders::orders,
        lists::order::order,
        lists::cash_entries::cash_entries,
        lists::settlements::settlements,
        lists::withdrawals::withdrawals,
        lists::commissions::commissions,
        lists::balance_entries::balance_entries,
        lists::refunds::refunds,
        lists::parked_events::parked_events,
        journal::accounts::accounts,
        journal::account_entries::account_entries,
        journal::list::journal,
        tie_outs::tie_outs,
        stream::stream,
        auth::login::begin,
        auth::login::current,
        auth::login::end,
        auth::routes::create,
        auth::routes::list,
        auth::routes::revoke,
        probes::healthz,
        probes::readyz,
        probes::metrics,
    ),
    components(schemas(ProblemDocument))
)]
struct Reading;

/// The way in by a token.
const TOKEN_SECURITY: &str = "token";
/// The way in by the cookie of a session.
const SESSION_SECURITY: &str = "session";
/// The way in by a screen's token in the address.
const SCREEN_SECURITY: &str = "screen_token";
/// What a token in the address is good for.
const SCREEN_PATHS: [&str; 3] = ["/v1/reports/screen", "/v1/settings/screen", "/v1/stream"];

/// What every operation with a token may answer besides what it says itself.
const COMMON_PROBLEMS: [(&str, &str); 4] = [
    ("401", "`unauthorized`: no token, or one that is not valid"),
    (
        "403",
        "`forbidden`: the token's role may not do this; `cross_site`: a session is used from another site",
    ),
    ("500", "`internal`: a fault of the service"),
    ("503", "`projection_behind`, `incomplete`, `busy`: ask again after the time in the header Retry-After"),
];

/// The whole document: the reading side, and `more`; with `schemas` in place of its own of the same names, or beside
/// them.
pub fn whole(more: Document, schemas: Map<String, Value>) -> Result<Value, serde_json::Error> {
    let mut document = serde_json::to_value(document(more))?;
    if let Some(own) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        own.extend(schemas);
    }
    Ok(document)
}

/// `/openapi.json`
pub(crate) fn routes(document: &Value) -> Result<Router, serde_json::Error> {
    let text = Bytes::from(serde_json::to_vec(document)?);
    let serve = move || async move { ([(CONTENT_TYPE, "application/json")], text).into_response() };
    Ok(Router::new().route("/openapi.json", get(serve)))
}

fn document(more: Document) -> Document {
    let mut document = Reading::openapi();
    document.info.license = None;
    document.merge(more);
    let components = document.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
    let mut components = ComponentsBuilder::from(components);
    for (name, scheme) in security_schemes() {
        components = components.security_scheme(name, scheme);
    }
    document.components = Some(components.build());
    for (path, item) in &mut document.paths.paths {
        // What has a version has a gate.
        let gate = path.starts_with("/v1/").then(|| ways_in(path));
        operations(item).for_each(|operation| {
            complete(operation, gate.as_deref());
            add_files(operation);
        });
    }
    document
}

fn security_schemes() -> [(&'static str, SecurityScheme); 3] {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let cookie =
        ApiKeyValue::with_description(SESSION_COOKIE, "Of a session, which `POST /v1/session` begins");
    let address =
        ApiKeyValue::with_description("token", "Of the role `screen`; other tokens are refused here");
    [
        (TOKEN_SECURITY, SecurityScheme::Http(bearer)),
        (SESSION_SECURITY, SecurityScheme::ApiKey(ApiKey::Cookie(cookie))),
        (SCREEN_SECURITY, SecurityScheme::ApiKey(ApiKey::Query(address))),
    ]
}

/// Each of the ways to be let in to `path`.
fn ways_in(path: &str) -> Vec<SecurityRequirement> {
    let screen = SCREEN_PATHS.contains(&path).then_some(SCREEN_SECURITY);
    let ways = [TOKEN_SECURITY, SESSION_SECURITY].into_iter().chain(screen);
    ways.map(|name| SecurityRequirement::new(name, [""; 0])).collect()
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    [get, put, post, delete, patch].into_iter().flatten()
}

/// Adds to an operation that answers with files, too, what these are.
fn add_files(operation: &mut Operation) {
    let is_format =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(known) if known.name == "format");
    if !operation.parameters.iter().flatten().any(is_format) {
        return;
    }
    let Some(RefOr::T(response)) = operation.responses.responses.get_mut("200") else { return };
    for format in [FileFormat::Csv, FileFormat::Xlsx] {
        let media_type = format.media_type().split(';').next().unwrap_or_default();
        response.content.insert(media_type.to_owned(), RefOr::T(ContentBuilder::new().build()));
    }
}

/// Adds the ways in and their common problems to an operation behind a gate, which does not say otherwise itself, and
/// gives every problem its media type.
fn complete(operation: &mut Operation, gate: Option<&[SecurityRequirement]>) {
    let responses = &mut operation.responses.responses;
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            type_problem(response);
        }
    }
    if let Some(ways_in) = gate.filter(|_| operation.security.is_none()) {
        operation.security = Some(ways_in.to_vec());
        for (status, description) in COMMON_PROBLEMS {
            responses.entry(status.to_owned()).or_insert_with(|| RefOr::T(problem(description)));
        }
    }
}

/// A generated response calls a problem `application/json`.
fn type_problem(response: &mut Response) {
    let is_problem = |content: &RefOr<Content>| {
        let RefOr::T(Content { schema: Some(RefOr::Ref(schema)), .. }) = content else { return false };
        schema.ref_location.ends_with("/ProblemDocument")
    };
    if response.content.get("application/json").is_some_and(is_problem)
        && let Some(content) = response.content.swap_remove("application/json")
    {
        response.content.insert(PROBLEM_JSON.to_owned(), content);
    }
}

fn problem(description: &str) -> Response {
    let schema = Ref::from_schema_name("ProblemDocument");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(description).content(PROBLEM_JSON, content).build()
}
