//! What can go wrong with the tables of read models.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use rusqlite::ErrorCode;
use sqlx::postgres::PgDatabaseError;

use crate::database::PostgresUrl;
use crate::thread::PanickedError;

/// Why read models cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// What is there are not read models.
    #[error("the database holds something else than read models: make them anew with `ledger rebuild`")]
    NoReadModels,
    /// A row that should change is not there.
    #[error("a row of the table {table} is missing: make the read models anew with `ledger rebuild`")]
    Missing {
        /// The table.
        table: &'static str,
    },
    /// Another process writes them, or has written them since.
    #[error("another process writes these read models")]
    Displaced,
    /// The texts of the database have another encoding.
    #[error("the texts of the database are encoded as {found}: make it with the encoding UTF8")]
    Encoding {
        /// The encoding.
        found: String,
    },
    /// The system says no.
    #[error("the read models in {} cannot be used: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The file that names the current generation holds something else.
    #[error("{} does not hold the number of a generation: make the read models anew with `ledger rebuild`", path.display())]
    NoNumber {
        /// That file.
        path: PathBuf,
    },
    /// The server does not answer, or does not let this program in.
    #[error("the database {database} cannot be reached: {source}")]
    Unreachable {
        /// The database.
        database: PostgresUrl,
        /// What went wrong.
        source: sqlx::Error,
    },
    /// PostgreSQL could not do it.
    #[error("{}", Cause::of(.0).describe(.0))]
    Database(#[from] sqlx::Error),
    /// The program could not do it.
    #[error(transparent)]
    Panicked(#[from] PanickedError),
    /// SQLite could not do it.
    #[error("{}", Cause::of_sqlite(.0).describe(.0))]
    Sqlite(#[from] rusqlite::Error),
}

impl StoreError {
    /// Whether it may pass without anybody touching the read models: a full disk, a disk that does not answer, a
    /// lock, a server that is away. Everything else would be met again.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::NoReadModels
            | Self::Missing { .. }
            | Self::Displaced
            | Self::Encoding { .. }
            | Self::Panicked(_)
            | Self::NoNumber { .. } => false,
            Self::Io { .. } => true,
            Self::Unreachable { source: error, .. } | Self::Database(error) => Cause::of(error).passes(),
            Self::Sqlite(error) => Cause::of_sqlite(error).passes(),
        }
    }

    /// What makes an error of the system one about `path`.
    pub(super) fn at(path: &Path) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// What is behind an error of the database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The disk is full.
    Full,
    /// The disk, the network, the server or another connection stands in the way for the moment.
    Passing,
    /// The server does not let this program in, or does not let it do what it must.
    Refused,
    /// The tables or the program are wrong.
    Other,
}

impl Cause {
    fn of(error: &sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed) {
            return Self::Passing;
        }
        if matches!(error, sqlx::Error::Configuration(_) | sqlx::Error::Tls(_)) {
            return Self::Refused;
        }
        let Some(error) = error.as_database_error() else { return Self::Other };
        error.try_downcast_ref::<PgDatabaseError>().map_or(Self::Other, |error| Self::of_state(error.code()))
    }

    /// SQLite's primary result codes tell (sqlite.org/rescode.html).
    fn of_sqlite(error: &rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::OutOfMemory
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Passing,
            _ => Self::Other,
        }
    }

    /// PostgreSQL's SQLSTATE tells; its first two characters are a class (Appendix A of the manual).
    fn of_state(state: &str) -> Self {
        const DISK_FULL: &str = "53100";
        const NO_SUCH_DATABASE: &str = "3D000";
        const NO_PRIVILEGE: &str = "42501";
        // A standby, until it is promoted.
        const READ_ONLY: &str = "25006";
        const LOCK_NOT_AVAILABLE: &str = "55P03";
        match (state, state.get(..2).unwrap_or_default()) {
            (DISK_FULL, _) => Self::Full,
            (NO_SUCH_DATABASE | NO_PRIVILEGE, _) | (_, "28") => Self::Refused,
            // Connection; serialization and deadlocks; resources; shutdown, restart and cancellation; the system.
            (READ_ONLY | LOCK_NOT_AVAILABLE, _) | (_, "08" | "40" | "53" | "57" | "58") => Self::Passing,
            _ => Self::Other,
        }
    }

    const fn passes(self) -> bool {
        match self {
            Self::Full | Self::Passing => true,
            Self::Refused | Self::Other => false,
        }
    }

    fn describe(self, error: &impl fmt::Display) -> String {
        match self {
            Self::Full => format!("the disk of the read models is full: free some space on it ({error})"),
            Self::Passing => format!("the read models cannot be written at the moment ({error})"),
            Self::Refused => format!("the database of the read models cannot be used ({error})"),
            Self::Other => {
                format!("the read models cannot be used: make them anew with `ledger rebuild` ({error})")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_of_postgresql_that_pass_are_told_from_those_that_stay() {
        for state in ["08006", "57P01", "57P03", "53300", "40001", "40P01", "25006", "55P03", "58030"] {
            assert!(Cause::of_state(state) == Cause::Passing, "{state}");
        }
        assert!(Cause::of_state("53100") == Cause::Full);
        for state in ["28P01", "3D000", "42501"] {
            assert!(Cause::of_state(state) == Cause::Refused, "{state}");
        }
        // A sum too large, a missing table, a key that is there already, nonsense.
        for state in ["22003", "42P01", "23505", "", "€"] {
            assert!(Cause::of_state(state) == Cause::Other, "{state}");
        }
    }
}
