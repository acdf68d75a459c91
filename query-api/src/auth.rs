//! Who may do what: tokens, their roles, and the gate in front of the routes.

/// Roles, permissions, and the table of both.
pub mod role;
pub use role::{Permission, Role};

/// What is known of one token.
pub mod token;

/// The file in which tokens are kept.
mod file;

/// All tokens.
pub mod tokens;
pub use tokens::{Opened, Tokens};

/// Who is logged in.
mod sessions;

/// The cookie of a session, and whether a request comes from the console's own pages.
pub(crate) mod cookie;

/// The check in front of a group of routes.
pub mod gate;
pub use gate::{Caller, Gate, require};

/// `/v1/session`.
pub(crate) mod login;

/// `/v1/tokens`.
pub(crate) mod routes;
