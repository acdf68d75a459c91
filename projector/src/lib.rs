//! Projections: from recorded events to the read models, which reports and lists are answered from.
//!
//! Everything here is derived: it can be thrown away and made again from the log. In reading order:

/// What a projection may ask for.
pub mod change;

/// The beginnings of the hour, the day, the month and the year of an instant.
pub mod starts;

/// What a projection is, and all of them.
pub mod projection;

/// From blocks to changes.
mod fold;
pub use fold::{Halt, HaltReason};

/// The entities of a generation on disk.
mod saved;

/// How far read models are, and whether that fits the log.
mod checkpoint;
pub use checkpoint::{Checkpoint, MismatchError};

/// Where read models are kept, and what of it is read.
mod database;
pub use database::{Database, Place, PostgresUrl, PostgresUrlError};

/// Threads for work that blocks or takes long.
mod thread;
pub use thread::PanickedError;

/// All SQL that writes.
mod store;
pub use store::StoreError;

/// Keeps the read models at the end of the log.
pub mod runner;
pub use runner::{OpenError, Options, Progress, Runner, State};

/// Answers from the log alone.
pub mod replay;
pub use replay::{AsOf, Plan, Replay, ReplayError};

/// Makes the read models anew.
mod rebuild;
pub use rebuild::{RebuildError, Rebuilt, checkpoint, rebuild, served};

/// Histories for tests.
#[cfg(test)]
mod history;

/// Tables as text, for tests.
#[cfg(test)]
mod dump;

/// Places for tests.
#[cfg(test)]
mod testing;
