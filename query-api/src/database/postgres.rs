//! Connections to a schema of PostgreSQL, which is only read.

use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Postgres, Transaction};

use crate::database::{CONNECTION_WAIT_SECONDS, CONNECTIONS_MAX, STATEMENTS_MAX};

/// Begins a transaction that sees one state of the tables, from its first read on.
const BEGIN: &str = "begin isolation level repeatable read read only";

/// Connections that find their tables in `schema`.
pub(super) async fn connect(url: &str, schema: &str) -> Result<PgPool, sqlx::Error> {
    let schema = format!("\"{}\"", schema.replace('"', "\"\""));
    let options: PgConnectOptions = url.parse()?;
    let options = options.statement_cache_capacity(STATEMENTS_MAX).options([
        ("search_path", schema.as_str()),
        ("default_transaction_read_only", "on"),
        // Compiling a statement takes longer than any report does.
        ("jit", "off"),
        // So does starting other processes to help with it.
        ("max_parallel_workers_per_gather", "0"),
        // What finds the rows is written into the SQL and does not depend on what is bound, so a statement is planned
        // once: planning the pieces of a range takes longer than reading them.
        ("plan_cache_mode", "force_generic_plan"),
    ]);
    PgPoolOptions::new()
        .max_connections(CONNECTIONS_MAX)
        .acquire_timeout(Duration::from_secs(CONNECTION_WAIT_SECONDS))
        // The first use says as well that a connection is gone, without a question before each.
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

/// A transaction on a connection that the server still knows.
pub(super) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    for _ in 0..CONNECTIONS_MAX {
        match pool.begin_with(BEGIN).await {
            Err(error) if is_gone(&error) => {}
            begun => return begun,
        }
    }
    // All that were idle are given up by now.
    pool.begin_with(BEGIN).await
}

/// Whether the server has ended this connection, as it does when it is restarted.
fn is_gone(error: &sqlx::Error) -> bool {
    /// Class 57, "operator intervention": the server shuts down, has crashed, is starting.
    const INTERVENTION: &str = "57P";
    match error.as_database_error() {
        Some(error) => error.code().is_some_and(|code| code.starts_with(INTERVENTION)),
        None => matches!(error, sqlx::Error::Io(_)),
    }
}
