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

/// The check in front of a group of routes.
pub mod gate;
pub use gate::{Caller, Gate, require};

/// `/v1/tokens`.
pub(crate) mod routes;
