//! What can go wrong when read models are read.

/// Why a statement has no answer.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// All connections were taken, for as long as a request waits for one.
    #[error("all connections are taken")]
    Busy,
    /// These read models are not read any more.
    #[error("the connections are closed")]
    Closed,
    /// There is no row where one must be.
    #[error("a row is missing")]
    NoRow,
    /// A column is not what is asked for.
    #[error("the column {column} cannot be read: {source}")]
    Column {
        /// Its name, or its number from 0.
        column: String,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// SQLite could not do it.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL could not do it.
    #[error(transparent)]
    Postgres(sqlx::Error),
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            Self::Busy
        } else if matches!(error, sqlx::Error::PoolClosed) {
            Self::Closed
        } else {
            Self::Postgres(error)
        }
    }
}

impl DatabaseError {
    /// A column is not what is asked for, because of `source`.
    pub(crate) fn column(
        column: impl Into<String>,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        Self::Column { column: column.into(), source: Box::new(source) }
    }
}
