//! `/v1/session`: a person in a browser logs in with a token, and gets a cookie.

use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use events_schema::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use crate::auth::cookie::{self, Origin};
use crate::auth::gate::authenticate;
use crate::auth::token::Token;
use crate::auth::tokens::Admitted;
use crate::auth::{Role, Tokens};
use crate::extract::{JsonBodyProblems, ValidJson};
use crate::problem::{Problem, ProblemDocument};

/// The longest body of a login, in bytes: whoever sends it is not known yet.
const BODY_BYTES_MAX: usize = 4 * 1024;

/// What the routes work with.
#[derive(Clone, Debug)]
pub(crate) struct Login {
    /// Who may do what.
    pub(crate) tokens: Tokens,
    /// Whether this is a demo on this machine alone, which lets everybody in.
    pub(crate) demo: bool,
}

/// Who logs in: with a token, or as anybody into a demo.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"token": "ledger_6b1f…"}))]
pub(crate) struct NewSession {
    /// The token.
    token: Option<String>,
    /// True instead of a token: as administrator of `ledger demo`, on its own machine.
    demo: Option<bool>,
}

/// Who is let in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionItem {
    /// The name of the token.
    #[schema(value_type = String)]
    name: Text,
    /// What its holder may do.
    role: Role,
    /// From when on not any more: at the latest a week after a login. Null: of a token that does not expire.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl SessionItem {
    fn new(token: &Token, expires_at: Option<Timestamp>) -> Self {
        Self { name: token.name.clone(), role: token.role, expires_at }
    }
}

/// The routes of sessions. They have no gate of their own: this is where one comes in.
pub(crate) fn routes(login: Login) -> Router {
    Router::new()
        .route("/v1/session", get(current).post(begin).delete(end))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(login)
}

/// Log in
///
/// The cookie of the answer stands for the token from then on, until the browser is closed, for a week at most, and no
/// longer than the token is valid. What it changes has to come from a page of this service.
#[utoipa::path(
    post, path = "/v1/session", tag = "session", security(()), request_body = NewSession,
    responses(
        (status = 200, description = "Who is let in; the cookie is in `Set-Cookie`", body = SessionItem),
        (status = 401, description = "`unauthorized`: no valid token", body = ProblemDocument),
        (status = 403, description = "`cross_site`; `forbidden`: this is no demo", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`", body = ProblemDocument),
        (status = 500, description = "`internal`", body = ProblemDocument),
    )
)]
pub(crate) async fn begin(
    State(Login { tokens, demo }): State<Login>,
    uri: Uri,
    headers: HeaderMap,
    ValidJson(new): ValidJson<NewSession>,
) -> Result<Response, Problem> {
    // Nobody is to find himself in a session that a stranger's page began.
    if Origin::of(&headers, &uri) == Origin::Foreign {
        return Err(cookie::cross_site());
    }
    let now = Timestamp::now();
    let token = match new {
        NewSession { token: Some(token), demo: None | Some(false) } => known(&tokens, &token, now)?,
        NewSession { token: None, demo: Some(true) } => {
            // Under another name it was reached by a page that made its own name mean this machine.
            let demo = demo && cookie::is_loopback(&headers, &uri);
            let administrator = demo.then(|| tokens.administrator(now)).flatten();
            administrator
                .ok_or_else(|| Problem::forbidden("only a demo on its own machine lets everybody in"))?
        }
        NewSession { .. } => return Err(Problem::invalid_body("token", "token: expected a token")),
    };
    let begun = {
        let token = Arc::clone(&token);
        spawn_blocking(move || tokens.log_in(&token, now)).await
    };
    let begun = begun.map_err(|error| Problem::internal(&error))?;
    let (secret, expires_at) = begun.map_err(|error| Problem::internal(&error))?;
    let headers = [(SET_COOKIE, cookie::set(&secret, &headers))];
    Ok((headers, answer(SessionItem::new(&token, Some(expires_at)))).into_response())
}

fn known(tokens: &Tokens, token: &str, now: Timestamp) -> Result<Arc<Token>, Problem> {
    tokens
        .recognise(token, now)
        .ok_or_else(|| Problem::unauthorized("the token is not known, or no longer valid"))
}

/// Who is logged in
///
/// Of the cookie, or of the token that was sent. A demo that lets everybody in says so with `"demo": true` in its 401.
#[utoipa::path(
    get, path = "/v1/session", tag = "session",
    responses((status = 200, description = "Who is let in", body = SessionItem))
)]
pub(crate) async fn current(
    State(Login { tokens, demo }): State<Login>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    match authenticate(&tokens, &Method::GET, &uri, &headers, Timestamp::now()) {
        Ok(Admitted { token, expires_at, .. }) => Ok(answer(SessionItem::new(&token, expires_at))),
        Err(problem) if demo => Err(problem.with("demo", true)),
        Err(problem) => Err(problem),
    }
}

/// Log out
///
/// The session is over, and its cookie cleared.
#[utoipa::path(
    delete, path = "/v1/session", tag = "session", security(()),
    responses(
        (status = 204, description = "There is no session any more"),
        (status = 403, description = "`cross_site`", body = ProblemDocument),
        (status = 500, description = "`internal`", body = ProblemDocument),
    )
)]
pub(crate) async fn end(
    State(Login { tokens, .. }): State<Login>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(secret) = cookie::secret(&headers) {
        if Origin::of(&headers, &uri) != Origin::Own {
            return Err(cookie::cross_site());
        }
        let secret = secret.to_owned();
        let ended = spawn_blocking(move || tokens.log_out(&secret)).await;
        ended.map_err(|error| Problem::internal(&error))?.map_err(|error| Problem::internal(&error))?;
    }
    let headers = [(SET_COOKIE, cookie::clear(&headers))];
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

fn answer(item: SessionItem) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(item)).into_response()
}
