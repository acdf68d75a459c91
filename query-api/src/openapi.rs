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
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder};

use crate::export::FileFormat;
use crate::problem::{PROBLEM_JSON, ProblemDocument};
use crate::{auth, items, lists, probes, reports};

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
        lists::orders::orders,
        lists::order::order,
        lists::cash_entries::cash_entries,
        lists::settlements::settlements,
        lists::withdrawals::withdrawals,
        lists::commissions::commissions,
        lists::balance_entries::balance_entries,
        lists::refunds::refunds,
        lists::parked_events::parked_events,
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

/// The name of the security scheme that every operation with a token refers to.
const TOKEN_SECURITY: &str = "token";

/// What every operation with a token may answer besides what it says itself.
const COMMON_PROBLEMS: [(&str, &str); 4] = [
    ("401", "`unauthorized`: no token, or one that is not valid"),
    ("403", "`forbidden`: the token's role may not do this"),
    ("500", "`internal`: a fault of the service"),
    ("503", "`projection_behind`, `incomplete`, `busy`: ask again after the time in the header Retry-After"),
];

/// The whole document: the reading side, and `more`.
pub(crate) fn document(more: Document) -> Document {
    let mut document = Reading::openapi();
    document.info.license = None;
    document.merge(more);
    let bearer = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let components = document.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
    let with_security = ComponentsBuilder::from(components).security_scheme(TOKEN_SECURITY, bearer);
    document.components = Some(with_security.build());
    for (path, item) in &mut document.paths.paths {
        // What has a version has a gate.
        let needs_token = path.starts_with("/v1/");
        operations(item).for_each(|operation| {
            complete(operation, needs_token);
            add_files(operation);
        });
    }
    document
}

/// `/openapi.json`: the document, with `schemas` in place of its own of the same names, or beside them.
pub(crate) fn routes(document: &Document, schemas: Map<String, Value>) -> Result<Router, serde_json::Error> {
    let mut document = serde_json::to_value(document)?;
    if let Some(own) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        own.extend(schemas);
    }
    let text = Bytes::from(serde_json::to_vec(&document)?);
    let serve = move || async move { ([(CONTENT_TYPE, "application/json")], text).into_response() };
    Ok(Router::new().route("/openapi.json", get(serve)))
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

/// Adds the token and its common problems to an operation that needs one, and gives every problem its media type.
fn complete(operation: &mut Operation, needs_token: bool) {
    let responses = &mut operation.responses.responses;
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            type_problem(response);
        }
    }
    if needs_token {
        operation.security = Some(vec![SecurityRequirement::new(TOKEN_SECURITY, [""; 0])]);
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
