//! Connections to a file of SQLite, which is only read.

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::database::{CONNECTION_WAIT_SECONDS, CONNECTIONS_MAX, STATEMENTS_MAX};

/// Rows that a connection may be ahead of who reads them: with fewer the two wait for each other.
const ROWS_AHEAD_MAX: usize = 2_048;
/// How much of the file is read through the page cache of the system instead of being copied: all of it. The build
/// tells SQLite that this much is allowed (.cargo/config.toml).
const MAPPED_BYTES_MAX: &str = "1099511627776";

/// Connections to the file at `path`.
pub(super) async fn connect(path: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .pragma("query_only", "on")
        .pragma("mmap_size", MAPPED_BYTES_MAX)
        .row_buffer_size(ROWS_AHEAD_MAX)
        .statement_cache_capacity(STATEMENTS_MAX);
    SqlitePoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(Duration::from_secs(CONNECTION_WAIT_SECONDS))
        // A file does not hang up, so there is no need to ask it before each use, or to open it anew.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}
