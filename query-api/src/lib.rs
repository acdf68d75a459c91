//! The reading side over HTTP: reports and lists from the read models, and who may see them.
//!
//! It cannot write: the read models are opened read-only, and nothing here knows the log. In reading order:

/// Read models for tests.
#[cfg(test)]
mod fixture;

/// All routes, put together.
pub mod router;
pub use router::{State, router};

/// The threads for what reads.
pub mod readers;
pub use readers::Readers;

/// Reports: figures over any range of time.
pub mod reports;

/// The same figures by plain SQL, to measure against.
pub mod plain;

/// What figures are made of.
pub mod items;

/// What changed between two moments.
pub mod diff;

/// The double-entry journal.
pub mod journal;

/// Whether the journal and the figures agree.
pub mod tie_outs;

/// Lists, and the single things that they list.
pub mod lists;
pub use lists::order_place::{OrderPlace, OrderPlaces};

/// Reports and lists as files: CSV and XLSX.
pub mod export;

/// What every answer has in common.
pub mod answer;
pub use answer::{Answer, LEDGER_POSITION, Report};

/// Amounts, ratios, local times, words.
pub mod figure;

/// `from` and `to` as a caller gives them.
pub mod period;

/// `as_of` as a caller gives it.
pub mod as_of;
pub use as_of::AsOf;

/// Ranges of time, as whole years, months, days and hours.
pub mod range;
pub use range::Range;

/// The SQL that reads one selection from cells and rows alike.
mod pieces;

/// Columns that hold more than numbers and texts.
mod row;

/// Where the next page of a list begins.
mod cursor;

/// Where read models are: SQLite or PostgreSQL.
pub mod database;
pub use database::Location;

/// The handle through which the read models are read.
pub mod read_models;
pub use read_models::ReadModels;

/// The read models at one position.
pub mod snapshot;
pub use snapshot::Snapshot;

/// Where in the past a snapshot stands.
mod past;

/// How far the read models are.
pub mod projected;
pub use projected::{Projected, ProjectorState};

/// Who may do what.
pub mod auth;
pub use auth::{Caller, Gate, Permission, Role, Tokens};

/// What a request carries, read strictly.
pub mod extract;
pub use extract::{ValidJson, ValidPath, ValidQuery};

/// Errors as answers.
pub mod problem;
pub use problem::Problem;

/// The OpenAPI document.
pub mod openapi;

/// How far the figures are, told as it happens.
pub mod stream;

/// The web console.
mod console;

/// Swagger UI.
mod docs;

/// Whether the process is well.
pub mod probes;
pub use probes::{Lag, MetricsText, Readiness, Ready};

/// Measures every request.
pub mod http_metrics;
