//! What a request carries, read strictly: queries, paths and bodies that name the field that is wrong.

use std::error::Error;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use utoipa::IntoResponses;

use crate::problem::{Problem, ProblemDocument};

/// The parameters after the `?`. `T` should refuse unknown fields, so that a typo never widens a selection.
#[derive(Clone, Copy, Debug)]
pub struct ValidQuery<T>(pub T);

/// The parameters inside the path.
#[derive(Clone, Copy, Debug)]
pub struct ValidPath<T>(pub T);

/// A JSON body. `T` should refuse unknown fields.
#[derive(Clone, Copy, Debug)]
pub struct ValidJson<T>(pub T);

/// What every route with a JSON body may answer, for the OpenAPI document.
#[derive(IntoResponses)]
pub enum JsonBodyProblems {
    /// `malformed_body`: the body is not JSON.
    #[response(status = 400)]
    Malformed(ProblemDocument),
    /// `body_too_large`: the body is over the limit.
    #[response(status = 413)]
    TooLarge(ProblemDocument),
    /// `unsupported_media_type`: the body is not `application/json`.
    #[response(status = 415)]
    OtherType(ProblemDocument),
}

/// What reading a query string fails with; it is serde's own error of values without a format.
type QueryError = serde_path_to_error::Error<serde::de::value::Error>;

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ValidQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(value)| Self(value)).map_err(|error| refused_query(&error))
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ValidPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(refused_path(&rejection)),
        }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ValidJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::unsupported_media_type("send the body as application/json"));
        }
        let body = Bytes::from_request(request, state).await.map_err(|error| unread_body(&error))?;
        read_json(&body).map(Self)
    }
}

/// The problem of a body that could not be read to its end: too large, or the connection broke.
pub fn unread_body(rejection: &BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Problem::body_too_large("the body is too large")
    } else {
        Problem::malformed_body(format!("the body could not be read: {rejection}"))
    }
}

fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let detail = error.into_inner();
        if detail.is_data() {
            let field = named_field(path, &detail.to_string());
            Problem::invalid_body(&field, format!("{field}: {detail}"))
        } else {
            Problem::malformed_body(format!("the body is not JSON: {detail}"))
        }
    })?;
    json.end()
        .map_err(|error| Problem::malformed_body(format!("the body is not one JSON value: {error}")))?;
    Ok(value)
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let essence = kind.split(';').next().unwrap_or(kind).trim().to_ascii_lowercase();
    essence == "application/json" || essence.starts_with("application/") && essence.ends_with("+json")
}

fn refused_query(rejection: &QueryRejection) -> Problem {
    let mut cause: Option<&(dyn Error + 'static)> = Some(rejection);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<QueryError>() {
            let detail = error.inner().to_string();
            let field = named_field(error.path().to_string(), &detail);
            return Problem::invalid_parameter(&field, format!("{field}: {detail}"));
        }
        cause = error.source();
    }
    Problem::invalid_parameter("", rejection.to_string())
}

/// The field that an error is about: where it happened, or what it names when it is about the whole ("missing field
/// `name`").
fn named_field(path: String, detail: &str) -> String {
    if path != "." {
        return path;
    }
    detail.split('`').nth(1).unwrap_or_default().to_owned()
}

fn refused_path(rejection: &PathRejection) -> Problem {
    use axum::extract::path::ErrorKind;

    let PathRejection::FailedToDeserializePathParams(error) = rejection else { return Problem::not_found() };
    let field = if let ErrorKind::ParseErrorAtKey { key, .. }
    | ErrorKind::DeserializeError { key, .. }
    | ErrorKind::InvalidUtf8InPathParam { key } = error.kind()
    {
        key.as_str()
    } else {
        ""
    };
    Problem::invalid_parameter(field, error.body_text())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use events_schema::terms::OrderStatus;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filters {
        limit: Option<u32>,
        status: Option<OrderStatus>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Setting {
        days: u32,
    }

    async fn query(text: &str) -> Result<Filters, Problem> {
        let (mut parts, ()) = Request::builder().uri(format!("/?{text}")).body(()).unwrap().into_parts();
        ValidQuery::from_request_parts(&mut parts, &()).await.map(|ValidQuery(filters)| filters)
    }

    async fn body(kind: &str, text: &str) -> Result<Setting, Problem> {
        let request =
            Request::builder().header(CONTENT_TYPE, kind).body(Body::from(text.to_owned())).unwrap();
        ValidJson::from_request(request, &()).await.map(|ValidJson(setting)| setting)
    }

    fn field(problem: &Problem) -> String {
        serde_json::to_value(problem.document()).unwrap()["field"].as_str().unwrap_or("none").to_owned()
    }

    #[tokio::test]
    async fn a_query_that_is_right_is_read() {
        let filters = query("limit=7&status=awaiting_use").await.unwrap();
        assert_eq!((filters.limit, filters.status), (Some(7), Some(OrderStatus::AwaitingUse)));
    }

    #[tokio::test]
    async fn a_query_that_is_wrong_names_the_parameter() {
        for (text, name) in [
            ("limit=many", "limit"),
            ("status=paid", "status"),
            ("stauts=closed", "stauts"),
            ("limit=1&limit=2", "limit"),
        ] {
            let problem = query(text).await.unwrap_err();
            assert_eq!((problem.code(), field(&problem).as_str()), ("invalid_parameter", name), "{text}");
        }
    }

    #[tokio::test]
    async fn a_body_that_is_wrong_says_how() {
        assert_eq!(body("application/json; charset=utf-8", r#"{"days":3}"#).await.unwrap().days, 3);
        for (kind, text, code, name) in [
            ("text/plain", r#"{"days":3}"#, "unsupported_media_type", "none"),
            ("application/json", r#"{"days":"#, "malformed_body", "none"),
            ("application/json", r#"{"days":3} {}"#, "malformed_body", "none"),
            ("application/json", r#"{"days":"3"}"#, "invalid_body", "days"),
            ("application/json", r#"{"day":3}"#, "invalid_body", "day"),
            ("application/json", "{}", "invalid_body", "days"),
        ] {
            let problem = body(kind, text).await.unwrap_err();
            assert_eq!((problem.code(), field(&problem).as_str()), (code, name), "{text}");
        }
    }
}
