//! A small store of keys and values in files, for what is derived from the log and too large for memory.
//!
//! Its user keeps what is new in memory, and now and then saves it as a new **run**: a file of entries sorted by key,
//! which never changes. Each save brings a **note**, which says how far the saved contents are. Later runs take
//! precedence; a thread merges them in the background, so that there are never many (a log-structured merge tree
//! without a log and without a memory table of its own).
//!
//! What is saved is there after a crash as a whole, or not at all. Everything in it can be derived again: on any
//! doubt it says so and never guesses, and its owner begins anew.

use std::io;
use std::path::{Path, PathBuf};

mod bytes;
mod home;
mod entries;
mod filter;
mod block;
mod index;
mod ends;
mod run;
mod output;
mod run_writer;
mod cursor;
mod merge;
mod note;
mod manifest;
mod view;
mod levels;
mod under_way;
mod shared;
mod merger;
mod opening;
mod store;

pub use entries::Entries;
pub use store::Store;
pub use view::{Stats, View};

#[cfg(test)]
mod tests;

/// Why the store cannot do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file is not as it was saved. Its owner should [`Store::clear`] the store, and derive its contents again.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// A value is whole, and is none that its owner can have saved.
    #[error("a value in the table {table} is not understood")]
    NotUnderstood {
        /// The table.
        table: usize,
    },
    /// Damage was found before, and everything was forgotten.
    #[error("damage was found before: what was saved is forgotten, and derived again at the next start")]
    Condemned,
}

impl StoreError {
    /// Whether the contents are of no use any more, and must be derived again.
    pub const fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::NotUnderstood { .. } | Self::Condemned)
    }

    /// Makes an I/O error one of this file.
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }

    /// Makes an error in reading a saved file one of this file: one that is missing or too short is damaged.
    fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| {
            if source.kind() == io::ErrorKind::NotFound {
                Self::damaged(path, "it is missing")
            } else if source.kind() == io::ErrorKind::UnexpectedEof {
                Self::damaged(path, "it is too short")
            } else {
                Self::Io { path: path.to_owned(), source }
            }
        }
    }

    /// The error for a file that is not as it was saved.
    fn damaged(path: &Path, reason: &'static str) -> Self {
        Self::Damaged { path: path.to_owned(), reason }
    }
}

/// What a table is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Mostly for keys that it does not have. Each question goes to all runs, so there are few.
    MostlyAbsent,
    /// Mostly for keys that it has. There may be many runs, so an entry is written less often.
    MostlyPresent,
}

impl Table {
    /// How many times as many runs it may have.
    const fn runs_factor(self) -> usize {
        match self {
            Self::MostlyAbsent => 1,
            Self::MostlyPresent => 3,
        }
    }
}

/// Sizes. Tests make them small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    /// What each table is asked for; those that are not named are mostly asked for what is absent.
    pub(crate) tables: &'static [Table],
    /// How many runs of one level are merged into one of the next level.
    pub(crate) runs_per_level: usize,
    /// With this many runs in one level that are not being merged, saving waits for merging.
    pub(crate) runs_waiting_max: usize,
    /// After so many entries of a merge it is looked whether to go on, and whether a smaller merge should come first.
    pub(crate) entries_per_look: u64,
    /// The usual length of a block of entries; a larger entry has a block of its own.
    pub(crate) block_bytes: usize,
    /// How much is read, and how much is written, at once when a run is read or written from end to end.
    pub(crate) buffer_bytes: usize,
    /// How much is written between two syncs. Small enough for the log's syncs not to wait long behind it.
    pub(crate) sync_bytes: usize,
}

impl Options {
    /// With so many runs of a table in one level they are merged; and with so many, saving waits for that.
    fn runs_of(&self, table: usize) -> (usize, usize) {
        let factor = self.tables.get(table).copied().unwrap_or(Table::MostlyAbsent).runs_factor();
        (self.runs_per_level * factor, self.runs_waiting_max * factor)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tables: &[],
            runs_per_level: 5,
            runs_waiting_max: 12,
            entries_per_look: 1024,
            block_bytes: 4 << 10,
            buffer_bytes: 256 << 10,
            sync_bytes: 1 << 20,
        }
    }
}
