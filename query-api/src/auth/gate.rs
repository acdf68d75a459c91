//! The check in front of a group of routes.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use events_schema::{Text, Timestamp};

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

/// Middleware: answers 401 without a valid token and 403 without the permission, before the request is read.
pub async fn require(
    State(gate): State<Gate>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let caller = authenticate(&gate.tokens, request.headers(), Timestamp::now())?;
    if !caller.role.may(gate.permission) {
        let detail =
            format!("the role {} may not {}: use a token of another role", caller.role, gate.permission);
        return Err(Problem::forbidden(detail));
    }
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Who sent a request with these headers.
pub fn authenticate(tokens: &Tokens, headers: &HeaderMap, now: Timestamp) -> Result<Caller, Problem> {
    let Some(token) = bearer(headers) else {
        return Err(Problem::unauthorized("send a token: the header Authorization: Bearer TOKEN"));
    };
    let Some(token) = tokens.recognise(token, now) else {
        return Err(Problem::unauthorized(
            "the token is not known, has expired or was revoked: ask for another",
        ));
    };
    Ok(Caller { name: token.name.clone(), role: token.role })
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
