//! Where read models are, and how they are read: a SQLite file or a schema of PostgreSQL, behind one face.
//!
//! One text of SQL serves both: placeholders are `$1`, `$2`, …; a sum is `cast(sum(x) as bigint)`; a select in `from`
//! has a name. A column is an i64, a text or bytes, or null.

use std::fmt;
use std::path::PathBuf;

use sqlx::PgPool;

/// What can go wrong.
mod error;
pub use error::DatabaseError;

/// Statements and what is bound to them.
mod sql;
pub(crate) use sql::{Argument, Sql};

/// Rows of an answer.
mod row;
pub(crate) use row::Row;

/// Connections that stand at one state of the tables.
mod session;
pub(crate) use session::{Rows, Session};

/// SQLite: files.
mod sqlite;
use sqlite::SqlitePool;
#[cfg(test)]
pub(crate) use sqlite::execute;

/// PostgreSQL: schemas.
mod postgres;

/// Where read models are.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// In a file of SQLite.
    Sqlite(PathBuf),
    /// In PostgreSQL.
    Postgres {
        /// The database: `postgres://user:password@host/database`.
        url: String,
        /// The schema in which the tables are.
        schema: String,
    },
}

/// The path, or the schema: a URL may hold a password.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "{}", path.display()),
            Self::Postgres { schema, .. } => write!(f, "{schema} in PostgreSQL"),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

/// Connections to the read models at one location.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Connections: as many answers are computed at once. Each takes a thread or a process.
pub(crate) const CONNECTIONS_MAX: u32 = 8;
/// Longest time that a request waits for a free connection.
const CONNECTION_WAIT_SECONDS: u64 = 5;
/// Prepared statements that each connection keeps.
const STATEMENTS_MAX: usize = 256;

impl Database {
    /// Connects to what is there; nothing is made.
    pub(crate) async fn open(location: &Location) -> Result<Self, DatabaseError> {
        match location {
            Location::Sqlite(path) => SqlitePool::open(path).map(Self::Sqlite),
            Location::Postgres { url, schema } => Ok(Self::Postgres(postgres::connect(url, schema).await?)),
        }
    }

    /// A connection that sees, from its first read on, one state of the tables.
    pub(crate) async fn begin(&self) -> Result<Session, DatabaseError> {
        match self {
            Self::Sqlite(pool) => pool.begin().await.map(Session::Sqlite),
            Self::Postgres(pool) => Ok(Session::Postgres(postgres::begin(pool).await?)),
        }
    }

    /// Closes all connections after the last reader.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Sqlite(pool) => pool.is_closed(),
            Self::Postgres(pool) => pool.is_closed(),
        }
    }
}

#[cfg(test)]
mod tests;
