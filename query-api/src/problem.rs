//! Errors as answers: problem details (RFC 9457) with a stable code.

use std::error::Error;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The media type of every error.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong with a request, as it is answered.
///
/// Boxed, because it travels in the error lane of every handler.
#[derive(Clone, Debug)]
pub struct Problem(Box<Details>);

#[derive(Clone, Debug)]
struct Details {
    status: StatusCode,
    headers: HeaderMap,
    document: ProblemDocument,
}

/// The body of an error: `application/problem+json`, RFC 9457.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:ledger:problem:invalid_parameter",
    "title": "Invalid parameter",
    "status": 422,
    "detail": "unknown field `form`, expected one of `from`, `to`, `product_type`, `min_position`",
    "code": "invalid_parameter",
    "field": "form"
}))]
pub struct ProblemDocument {
    /// Names the kind of problem: `urn:ledger:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The kind of problem, for a person.
    title: String,
    /// The HTTP status, again.
    status: u16,
    /// What is wrong with this request, and what to do about it.
    detail: String,
    /// The kind of problem, for a program. It never changes its meaning.
    code: &'static str,
    /// More members, which depend on the code: `field` names a parameter, `position` a place in the log.
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    more: Map<String, Value>,
}

impl Problem {
    /// A problem of the kind `code`, a few words in `snake_case` that never change.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        let document = ProblemDocument {
            kind: format!("urn:ledger:problem:{code}"),
            title: title(code),
            status: status.as_u16(),
            detail: detail.into(),
            code,
            more: Map::new(),
        };
        Self(Box::new(Details { status, headers: HeaderMap::new(), document }))
    }

    /// With one more member in its body.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0.document.more.insert(member.to_owned(), value.into());
        self
    }

    /// With one more header.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// 400: the body is not JSON at all.
    pub fn malformed_body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "malformed_body", detail)
    }

    /// 401: no token, or one that is not known (any more).
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            .header(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    }

    /// 403: the token is known, but its role may not do this.
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", detail)
    }

    /// 404: there is nothing at this address.
    pub fn not_found() -> Self {
        Self::unknown("not_found", "nothing is served at this address: /openapi.json lists what is")
    }

    /// 404: the address is right, but what it names does not exist.
    pub fn unknown(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 405: the address is right, the method is not.
    pub fn method_not_allowed() -> Self {
        let detail = "this address does not take this method: the header Allow lists those it takes";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
    }

    /// 409: the state of things does not allow it.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 413: the body is larger than it may be.
    pub fn body_too_large(detail: &str) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    /// 408: the body did not come in time.
    pub fn body_too_slow() -> Self {
        let detail = "the body did not come in time: send it again, in smaller parts";
        Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail)
    }

    /// 415: the body is of a type that is not read here.
    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
    }

    /// 422: the parameter `field` of the query or the path is not as it should be.
    pub fn invalid_parameter(field: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_parameter", detail).with("field", field)
    }

    /// 422: the member `field` of the body is not as it should be.
    pub fn invalid_body(field: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_body", detail).with("field", field)
    }

    /// 503: not now, but perhaps in `retry_seconds` seconds.
    pub fn unavailable(code: &'static str, detail: impl Into<String>, retry_seconds: u32) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail).header(RETRY_AFTER, retry_seconds.into())
    }

    /// 500: a fault of ours. The cause goes to the log, not to the caller.
    pub fn internal(cause: &(dyn Error + 'static)) -> Self {
        tracing::error!(error = cause, "a request could not be answered");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the answer failed: the log of the ledger says why",
        )
    }

    /// The kind of problem.
    pub fn code(&self) -> &'static str {
        self.0.document.code
    }

    /// The HTTP status that it is answered with.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The body that it is answered with.
    pub fn document(&self) -> &ProblemDocument {
        &self.0.document
    }

    /// What is wrong, in a sentence.
    pub fn detail(&self) -> &str {
        &self.0.document.detail
    }
}

/// `invalid_parameter` as a person reads it: "Invalid parameter".
fn title(code: &str) -> String {
    let mut title = code.replace('_', " ");
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    title
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Details { status, headers, document } = *self.0;
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let typed = [
            (CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON)),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        (status, headers, typed, body).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt;

    #[tokio::test]
    async fn a_problem_names_its_kind_twice_and_what_is_wrong() {
        let response = Problem::invalid_parameter("limit", "at most 500").into_response();
        assert_eq!(response.status(), 422);
        assert_eq!(response.headers()[CONTENT_TYPE], PROBLEM_JSON);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let expected = serde_json::json!({
            "type": "urn:ledger:problem:invalid_parameter",
            "title": "Invalid parameter",
            "status": 422,
            "detail": "at most 500",
            "code": "invalid_parameter",
            "field": "limit",
        });
        assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), expected);
    }

    #[test]
    fn who_has_no_token_is_told_how_to_show_one() {
        let response = Problem::unauthorized("no token").into_response();
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
    }

    #[test]
    fn who_comes_too_early_is_told_when_to_come_again() {
        let response = Problem::unavailable("projection_behind", "wait", 5).into_response();
        assert_eq!(response.headers()[RETRY_AFTER], "5");
    }
}
