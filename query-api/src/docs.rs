//! `/docs`: Swagger UI over the OpenAPI document, from this process alone.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use utoipa_swagger_ui::Config;

use crate::problem::Problem;

/// The page may load from here and from nowhere else, whatever it was made to do.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

/// Where the pages are.
pub(crate) fn routes() -> Router {
    // Without "none" the page sends the document to a public validator.
    let config = Config::new(["/openapi.json"]).validator_url("none").persist_authorization(false);
    Router::new()
        .route("/docs", get(|| async { Redirect::permanent("/docs/") }))
        .route("/docs/", get(index))
        .route("/docs/{*file}", get(file))
        .with_state(Arc::new(config))
}

async fn index(config: State<Arc<Config<'static>>>) -> Result<Response, Problem> {
    file(config, Path("index.html".to_owned())).await
}

async fn file(
    State(config): State<Arc<Config<'static>>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let file = utoipa_swagger_ui::serve(&name, config).map_err(|error| Problem::internal(&*error))?;
    let file = file.ok_or_else(Problem::not_found)?;
    let kind = HeaderValue::try_from(file.content_type).map_err(|error| Problem::internal(&error))?;
    let headers = [(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))];
    Ok((headers, file.bytes.into_owned()).into_response())
}
