//! Measures every request: how many, how long, by route and status.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

/// Counts requests.
pub const REQUESTS: &str = "ledger_http_requests_total";
/// How long requests took.
pub const REQUEST_SECONDS: &str = "ledger_http_request_seconds";

/// The route of a request that matched none: addresses that strangers try must not become labels.
const NO_ROUTE: &str = "none";

/// Says what the measurements mean.
pub(crate) fn describe() {
    metrics::describe_counter!(REQUESTS, "HTTP requests, by method, route and status");
    metrics::describe_histogram!(
        REQUEST_SECONDS,
        metrics::Unit::Seconds,
        "Time from a request's head to its answer's head, by method, route and status"
    );
}

/// Middleware: measures the requests that pass.
pub async fn measure(request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let method = method(request.method());
    let response = next.run(request).await;
    let labels = [
        ("method", method.to_owned()),
        ("route", path.map_or_else(|| NO_ROUTE.to_owned(), |path| path.as_str().to_owned())),
        ("status", response.status().as_str().to_owned()),
    ];
    metrics::counter!(REQUESTS, &labels).increment(1);
    metrics::histogram!(REQUEST_SECONDS, &labels).record(begin.elapsed());
    response
}

/// The method as a label. A stranger may send any word as one.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
