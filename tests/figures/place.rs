//! Where the read models stand. Nothing else knows which database it is.

use std::path::Path;
use std::sync::Arc;

use events_schema::Position;
use ledger_core::log::FileLog;
use projector::{Options, Progress, Runner};
use query_api::ReadModels;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};
use tokio::sync::watch;

/// Every table, with its rows as text.
pub(crate) type Dump = Vec<(String, Vec<String>)>;

/// The projector of the read models below `dir`.
pub(crate) async fn runner(
    dir: &Path,
    log: Arc<FileLog>,
    durable: watch::Receiver<Position>,
    options: Options,
) -> Runner<FileLog> {
    Runner::open(dir, log, durable, options).await.unwrap()
}

/// The read models that the projector tells of.
pub(crate) async fn read_models(progress: &Progress) -> ReadModels {
    ReadModels::open(&progress.database).await.unwrap()
}

/// All tables of the read models that the projector tells of.
pub(crate) async fn dump(progress: &Progress) -> Dump {
    let mut database =
        SqliteConnectOptions::new().filename(&progress.database).read_only(true).connect().await.unwrap();
    let tables = "select name from sqlite_schema where type = 'table' order by name";
    let mut dump = Dump::new();
    for table in texts(&mut database, tables).await {
        let columns = format!("select 'quote(' || name || ')' from pragma_table_info('{table}')");
        let columns = texts(&mut database, &columns).await.join(" || ',' || ");
        let rows = texts(&mut database, &format!("select {columns} from {table} order by 1")).await;
        dump.push((table, rows));
    }
    database.close().await.unwrap();
    dump
}

async fn texts(database: &mut SqliteConnection, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(database).await.unwrap()
}
