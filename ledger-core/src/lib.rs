//! The core of the ledger: what is decided, and how it is kept. In reading order:

/// Where events are kept: a list of blocks with compare-and-append.
pub mod log;

/// Everything that events happen to, and the one fold of each kind.
pub mod entities;

/// Double-entry bookkeeping: what events post to the accounts of the journal.
pub mod accounting;

/// From text ids to positions.
pub mod directory;

/// What memory lacks, and how it comes back.
pub mod recall;

/// What is derived from the log and too large for memory: sorted runs on disk, merged in the background.
pub mod runs;

/// Saves derived tables, on a thread of its own.
pub mod keeper;

/// The rules: decide, apply.
pub mod books;

/// The one task that decides, seals and appends.
pub mod writer;

mod generations;
mod known;
mod numbered;
