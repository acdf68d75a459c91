//! `/v1/tokens`: an administrator makes, lists and revokes tokens.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use events_schema::{Text, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;
use utoipa::ToSchema;

use crate::auth::token::Token;
use crate::auth::tokens::{CreateTokenError, RevokeTokenError};
use crate::auth::{Caller, Role, Tokens};
use crate::extract::{JsonBodyProblems, ValidJson, ValidPath};
use crate::problem::{Problem, ProblemDocument};

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "shop", "role": "publisher", "expires_at": "2027-01-01T00:00:00+08:00"}))]
pub(crate) struct NewToken {
    /// Whose it is. No two tokens have the same name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name: Text,
    /// What its holder may do.
    role: Role,
    /// From when on it is no longer valid; absent: it stays valid until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// What is known of a token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenItem {
    /// Its id, by which it is revoked.
    #[schema(example = "3f9c5b1d20a47e86")]
    id: String,
    /// Whose it is.
    #[schema(value_type = String, example = "shop")]
    name: Text,
    /// What its holder may do.
    role: Role,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// From when on it is no longer valid.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// A token that has just been made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CreatedToken {
    /// What is known of it from now on.
    #[serde(flatten)]
    item: TokenItem,
    /// The token itself. It is shown this once.
    #[schema(example = "ledger_6b1f…")]
    token: String,
}

/// All tokens, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenList {
    /// The tokens.
    items: Vec<TokenItem>,
}

impl From<&Token> for TokenItem {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id.clone(),
            name: token.name.clone(),
            role: token.role,
            created_at: token.created_at,
            expires_at: token.expires_at,
        }
    }
}

/// Make a token
///
/// The token itself is shown once; only its SHA-256 is kept.
#[utoipa::path(
    post, path = "/v1/tokens", tag = "tokens", request_body = NewToken,
    responses(
        (status = 201, description = "The token", body = CreatedToken),
        (status = 409, description = "`token_exists`, `too_many_tokens`", body = ProblemDocument),
        JsonBodyProblems,
        (status = 422, description = "`invalid_body`", body = ProblemDocument),
    )
)]
pub(crate) async fn create(
    State(tokens): State<Tokens>,
    caller: Caller,
    ValidJson(new): ValidJson<NewToken>,
) -> Result<impl IntoResponse, Problem> {
    if new.expires_at.is_some_and(|end| end <= Timestamp::now()) {
        return Err(Problem::invalid_body("expires_at", "expires_at: is over already, choose a later time"));
    }
    let NewToken { name, role, expires_at } = new;
    let made = spawn_blocking(move || tokens.create(name, role, expires_at)).await;
    let (token, secret) = made.map_err(|error| Problem::internal(&error))??;
    tracing::info!(by = %caller.name, name = %token.name, role = %token.role, "a token was made");
    let body = CreatedToken { item: TokenItem::from(&*token), token: secret };
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(body)))
}

/// List the tokens
#[utoipa::path(
    get, path = "/v1/tokens", tag = "tokens",
    responses((status = 200, description = "All tokens, without the tokens themselves", body = TokenList))
)]
pub(crate) async fn list(State(tokens): State<Tokens>) -> impl IntoResponse {
    let items = tokens.list().iter().map(|token| TokenItem::from(&**token)).collect();
    ([(CACHE_CONTROL, "no-store")], Json(TokenList { items }))
}

/// Revoke a token
///
/// It is not valid from the answer on.
#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = "tokens",
    params(("id" = String, Path, description = "The id of the token")),
    responses(
        (status = 204, description = "It is revoked"),
        (status = 404, description = "`unknown_token`", body = ProblemDocument),
        (status = 409, description = "`fixed_token`: it is set by LEDGER_ADMIN_TOKEN", body = ProblemDocument),
    )
)]
pub(crate) async fn revoke(
    State(tokens): State<Tokens>,
    caller: Caller,
    ValidPath(id): ValidPath<String>,
) -> Result<StatusCode, Problem> {
    let revoked = id.clone();
    spawn_blocking(move || tokens.revoke(&revoked)).await.map_err(|error| Problem::internal(&error))??;
    tracing::info!(by = %caller.name, %id, "a token was revoked");
    Ok(StatusCode::NO_CONTENT)
}

impl From<CreateTokenError> for Problem {
    fn from(error: CreateTokenError) -> Self {
        match error {
            CreateTokenError::NameTaken => {
                Self::conflict("token_exists", error.to_string()).with("field", "name")
            }
            CreateTokenError::TooMany => Self::conflict("too_many_tokens", error.to_string()),
            CreateTokenError::Save(_) => Self::internal(&error),
        }
    }
}

impl From<RevokeTokenError> for Problem {
    fn from(error: RevokeTokenError) -> Self {
        match error {
            RevokeTokenError::Unknown => Self::unknown("unknown_token", error.to_string()),
            RevokeTokenError::Fixed => Self::conflict("fixed_token", error.to_string()),
            RevokeTokenError::Save(_) => Self::internal(&error),
        }
    }
}
