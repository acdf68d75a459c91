//! The check in front of a group of routes.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::Response;
use events_schema::{Text, Timestamp};

use crate::auth::cookie::{self, Origin};
use crate::auth::token::Fingerprint;
use crate::auth::tokens::{Admitted, Shown};
use crate::auth::{Permission, Role, Tokens};
use crate::problem::Problem;

/// Who sent a request: an extractor for handlers behind [`require`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The name of the token; decisions are recorded with it.
    pub name: Text,
    /// What the caller may do.
    pub role: Role,
}

/// What a group of routes needs. The state of the middleware [`require`]:
/// `routes.route_layer(middleware::from_fn_with_state(Gate::new(tokens, permission), require))`.
#[derive(Clone, Debug)]
pub struct Gate {
    tokens: Tokens,
    permission: Permission,
}

impl Gate {
    /// Lets only those pass who may do `permission`.
    pub const fn new(tokens: Tokens, permission: Permission) -> Self {
        Self { tokens, permission }
    }
}

/// The parameter of an address that holds a token, where that is allowed.
const TOKEN_PARAMETER: &str = "token";

/// Middleware: answers 401 without a valid token or session and 403 without the permission, before the request is read.
pub async fn require(
    State(gate): State<Gate>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let now = Timestamp::now();
    let may_be_addressed = gate.permission == Permission::SeeScreen;
    let admitted = match may_be_addressed.then(|| take_token(request.uri_mut())).flatten() {
        Some(token) => admit_screen(&gate.tokens, &token, now)?,
        None => authenticate(&gate.tokens, request.method(), request.uri(), request.headers(), now)?,
    };
    let caller = Caller { name: admitted.token.name.clone(), role: admitted.token.role };
    if !caller.role.may(gate.permission) {
        let detail =
            format!("the role {} may not {}: use a token of another role", caller.role, gate.permission);
        return Err(Problem::forbidden(detail));
    }
    request.extensions_mut().insert(admitted.shown);
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Who sent a request with these headers: a token goes before a session. A session changes things only from the pages
/// of this service.
pub(super) fn authenticate(
    tokens: &Tokens,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    now: Timestamp,
) -> Result<Admitted, Problem> {
    if headers.contains_key(AUTHORIZATION) {
        let token = bearer(headers).ok_or_else(no_token)?;
        return tokens.admit(Shown::Token(Fingerprint::of(token)), now).ok_or_else(unknown_token);
    }
    let secret = cookie::secret(headers).ok_or_else(no_token)?;
    let admitted = tokens.admit(Shown::Session(Fingerprint::of(secret)), now).ok_or_else(|| {
        Problem::unauthorized("the session is over, or its token has expired or was revoked: log in again")
    })?;
    if method.is_safe() || Origin::of(headers, uri) == Origin::Own {
        Ok(admitted)
    } else {
        Err(cookie::cross_site())
    }
}

/// Lets in a token that stood in an address: only a screen's, which shows no more than a screen on a wall does.
fn admit_screen(tokens: &Tokens, token: &str, now: Timestamp) -> Result<Admitted, Problem> {
    let admitted = tokens.admit(Shown::Token(Fingerprint::of(token)), now).ok_or_else(unknown_token)?;
    if admitted.token.role != Role::Screen {
        let detail = "addresses stand in logs: only tokens of the role screen may be given there";
        return Err(Problem::new(StatusCode::FORBIDDEN, "token_in_address", detail));
    }
    Ok(admitted)
}

/// Takes the token out of an address, so that nothing behind the gate sees it.
fn take_token(uri: &mut Uri) -> Option<String> {
    let (tokens, others): (Vec<_>, Vec<_>) =
        uri.query()?.split('&').partition(|pair| pair.split('=').next() == Some(TOKEN_PARAMETER));
    let token = tokens.first()?.split_once('=').map_or("", |(_, token)| token).to_owned();
    let without = match others[..] {
        [] => uri.path().to_owned(),
        _ => format!("{}?{}", uri.path(), others.join("&")),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(without).expect("a part of an address is one"));
    *uri = Uri::from_parts(parts).expect("it was an address with another query");
    Some(token)
}

fn no_token() -> Problem {
    Problem::unauthorized("send a token: the header Authorization: Bearer TOKEN")
}

fn unknown_token() -> Problem {
    Problem::unauthorized("the token is not known, has expired or was revoked: ask for another")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // Absent only where a route has no gate: then nobody is let in.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::unauthorized("this needs a token"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_out_of_the_address() {
        for (address, token, left) in [
            ("/v1/stream?token=x", Some("x"), "/v1/stream"),
            ("/r?from=1&token=x&to=2", Some("x"), "/r?from=1&to=2"),
            ("/r?token=x&token=y", Some("x"), "/r"),
            ("/r?token", Some(""), "/r"),
            ("/r?tokens=x", None, "/r?tokens=x"),
            ("/r", None, "/r"),
            ("http://books:1/r?token=x", Some("x"), "http://books:1/r"),
        ] {
            let mut uri: Uri = address.parse().unwrap();
            assert_eq!(take_token(&mut uri).as_deref(), token, "{address}");
            assert_eq!(uri.to_string(), left);
        }
    }
}
