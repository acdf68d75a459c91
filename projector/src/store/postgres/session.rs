//! The one session in which a process writes to PostgreSQL.

use std::io;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::time::{sleep, timeout};

use crate::database::PostgresUrl;
use crate::store::StoreError;

/// The key of the advisory lock that a process holds while it writes. Its scope is the database.
const LOCK: i64 = i64::from_be_bytes(*b"ledgerRM");
/// A lock was not to be had in time.
pub(super) const LOCK_NOT_AVAILABLE: &str = "55P03";
/// There is no such table.
pub(super) const UNDEFINED_TABLE: &str = "42P01";
/// How long a server may take to let a session in.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How often a server that does not answer yet is asked again.
const CONNECT_RETRY: Duration = Duration::from_millis(500);
/// Prepared statements: each table has two.
const STATEMENTS_MAX: usize = 256;

/// How a session writes.
///
/// A commit need not reach the disk before it is acknowledged. A crash of the server may lose the last transactions
/// then, never a part of one, and their checkpoints with them: they are made again from the log. Where something must
/// not be ahead of the tables, one commit waits.
///
/// Rows are found by their keys, whatever their number, and whatever the server knows about a table that was empty a
/// moment ago.
///
/// When a machine dies or a network breaks, the server ends the session within half a minute, so that another process
/// can write.
const SETTINGS: &str = "set synchronous_commit = off; set plan_cache_mode = force_generic_plan; set jit = off; \
    set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; \
    set statement_timeout = 0; set idle_in_transaction_session_timeout = 0; \
    set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4";

/// A session, which is begun anew after an error.
#[derive(Debug)]
pub(super) struct Session {
    url: PostgresUrl,
    connection: Option<PgConnection>,
}

impl Session {
    /// Begins a session. A server that does not answer is asked again until `patience` ends.
    pub(super) async fn begin(url: &PostgresUrl, patience: Duration) -> Result<Self, StoreError> {
        let (began, mut told) = (Instant::now(), false);
        loop {
            match connect(url).await {
                Ok(connection) => return Ok(Self { url: url.clone(), connection: Some(connection) }),
                Err(error) if error.passes() && began.elapsed() < patience => {
                    if !told {
                        tracing::warn!(%error, database = %url, "waiting for the database");
                    }
                    told = true;
                    sleep(CONNECT_RETRY).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The database.
    pub(super) const fn url(&self) -> &PostgresUrl {
        &self.url
    }

    /// Takes the connection out for one piece of work, and connects anew where there is none. It is put back when the
    /// work has succeeded: whatever state it was left in otherwise is of no matter then.
    pub(super) async fn take(&mut self) -> Result<PgConnection, StoreError> {
        match self.connection.take() {
            Some(connection) => Ok(connection),
            None => connect(&self.url).await,
        }
    }

    /// Puts the connection back.
    pub(super) fn put_back(&mut self, connection: PgConnection) {
        self.connection = Some(connection);
    }

    /// Whether the session was lost: with it the right to write, and the word of its last transaction.
    pub(super) const fn is_lost(&self) -> bool {
        self.connection.is_none()
    }

    /// Ends the session in good order.
    pub(super) async fn end(mut self) -> Result<(), StoreError> {
        if let Some(mut connection) = self.connection.take() {
            // The server would give the right away only a moment after the session has ended.
            sqlx::query("select pg_advisory_unlock_all()").execute(&mut connection).await?;
            connection.close().await?;
        }
        Ok(())
    }
}

/// Asks for the right to write; it ends with the session.
pub(super) async fn claim(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LOCK).fetch_one(connection).await
}

/// Asks for the right to write after a session was lost. The server may take a moment to see that: until then the old
/// session still has it.
pub(super) async fn reclaim(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::raw_sql("set lock_timeout = '1s'").execute(&mut *connection).await?;
    let locked = sqlx::query("select pg_advisory_lock($1)").bind(LOCK).execute(&mut *connection).await;
    let is_claimed = match locked {
        Ok(_) => true,
        Err(error) if has_code(&error, LOCK_NOT_AVAILABLE) => false,
        Err(error) => return Err(error),
    };
    sqlx::raw_sql("reset lock_timeout").execute(connection).await?;
    Ok(is_claimed)
}

/// Whether the server says this, by its SQLSTATE.
pub(super) fn has_code(error: &sqlx::Error, code: &str) -> bool {
    let said = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    said.as_deref() == Some(code)
}

/// From now on tables without a schema are those in `schema`.
pub(super) async fn enter(connection: &mut PgConnection, schema: &str) -> Result<(), sqlx::Error> {
    const SET: &str = "select set_config('search_path', $1, false)";
    sqlx::query(SET).bind(schema).execute(connection).await?;
    Ok(())
}

async fn connect(url: &PostgresUrl) -> Result<PgConnection, StoreError> {
    let options = url.options().application_name("ledger projector").statement_cache_capacity(STATEMENTS_MAX);
    let connecting = timeout(CONNECT_MAX, options.disable_statement_logging().connect()).await;
    let connecting = connecting.unwrap_or_else(|_| Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())));
    let mut connection =
        connecting.map_err(|source| StoreError::Unreachable { database: url.clone(), source })?;
    sqlx::raw_sql(AssertSqlSafe(SETTINGS)).execute(&mut connection).await?;
    let encoding: String =
        sqlx::query_scalar("select current_setting('server_encoding')").fetch_one(&mut connection).await?;
    if encoding == "UTF8" { Ok(connection) } else { Err(StoreError::Encoding { found: encoding }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_is_away_may_come_back() {
        let url = "postgres://finance:s3cret@localhost/books?host=/nowhere".parse().unwrap();
        let error = Session::begin(&url, Duration::ZERO).await.unwrap_err();
        assert!(error.passes() && error.to_string().contains("/nowhere/books"), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
