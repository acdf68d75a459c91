//! The `Idempotency-Key` of a decision.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use events_schema::Text;
use query_api::problem::Problem;

/// The header that names a decision, so that a repeated one answers as the first time did.
const HEADER: &str = "Idempotency-Key";

/// The key of a request, where it has one.
#[derive(Clone, Debug)]
pub(crate) struct Idempotency(pub(crate) Option<Text>);

impl<S: Send + Sync> FromRequestParts<S> for Idempotency {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(key) = parts.headers.get(HEADER) else { return Ok(Self(None)) };
        let key = std::str::from_utf8(key.as_bytes()).ok().and_then(|key| key.parse().ok());
        let refused =
            || Problem::invalid_parameter(HEADER, format!("{HEADER}: expected 1 to 200 characters"));
        key.map(|key| Self(Some(key))).ok_or_else(refused)
    }
}
