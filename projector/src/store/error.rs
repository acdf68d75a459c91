//! What can go wrong with the file of a generation.

/// Why read models cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is not one of read models.
    #[error("the file holds something else than read models: make them anew with `ledger rebuild`")]
    NoReadModels,
    /// A row that should change is not there.
    #[error("a row of the table {table} is missing: make the read models anew with `ledger rebuild`")]
    Missing {
        /// The table.
        table: &'static str,
    },
    /// SQLite could not do it.
    #[error("{}", describe(.0))]
    Database(#[from] sqlx::Error),
}

impl StoreError {
    /// Whether it may pass without anybody touching the read models: a full disk, a disk that does not answer, a
    /// lock. Everything else would be met again.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::NoReadModels | Self::Missing { .. } => false,
            Self::Database(error) => Cause::of(error) != Cause::Other,
        }
    }
}

/// What is behind an error of the database.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cause {
    /// The disk is full.
    Full,
    /// The disk, the system or another connection stands in the way for the moment.
    Passing,
    /// The file or the program is wrong.
    Other,
}

impl Cause {
    /// SQLite's primary result codes (sqlite.org/rescode.html) tell.
    fn of(error: &sqlx::Error) -> Self {
        const BUSY: u32 = 5;
        const LOCKED: u32 = 6;
        const NO_MEMORY: u32 = 7;
        const IO: u32 = 10;
        const FULL: u32 = 13;
        const CANNOT_OPEN: u32 = 14;
        const PROTOCOL: u32 = 15;
        if matches!(error, sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed) {
            return Self::Passing;
        }
        let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
        match code.and_then(|code| code.parse::<u32>().ok()).map(|extended| extended & 0xff) {
            Some(FULL) => Self::Full,
            Some(BUSY | LOCKED | NO_MEMORY | IO | CANNOT_OPEN | PROTOCOL) => Self::Passing,
            Some(_) | None => Self::Other,
        }
    }
}

fn describe(error: &sqlx::Error) -> String {
    match Cause::of(error) {
        Cause::Full => format!("the disk of the read models is full: free some space on it ({error})"),
        Cause::Passing => format!("the read models cannot be written at the moment ({error})"),
        Cause::Other => {
            format!("the read models cannot be used: make them anew with `ledger rebuild` ({error})")
        }
    }
}
