//! Tables as text, for tests that compare them.

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

/// The rows of every table, each as the SQL literals of its columns, in the order of the primary key.
pub(crate) type Dump = BTreeMap<String, Vec<String>>;

/// Opens a file beside whoever else has it open.
pub(crate) async fn connect(path: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(path).connect().await.unwrap()
}

/// All tables of a file.
pub(crate) async fn dump(path: &Path) -> Dump {
    let mut connection = connect(path).await;
    let tables =
        texts(&mut connection, "select name from sqlite_schema where type = 'table' order by name").await;
    let mut dump = Dump::new();
    for table in tables {
        let info = format!("select name from pragma_table_info('{table}')");
        let columns = texts(&mut connection, &info).await;
        let key = texts(&mut connection, &format!("{info} where pk > 0 order by pk")).await.join(", ");
        let literals: Vec<_> =
            columns.iter().map(|column| format!("'{column} = ' || quote({column})")).collect();
        let rows = format!("select {} from {table} order by {key}", literals.join(" || ', ' || "));
        dump.insert(table, texts(&mut connection, &rows).await);
    }
    connection.close().await.unwrap();
    dump
}

/// The first column of an answer.
pub(crate) async fn texts(connection: &mut SqliteConnection, sql: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(connection).await.unwrap()
}
