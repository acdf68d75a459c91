//! All tables of read models as text, to compare two of them.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// Every table, with its rows as text.
pub(crate) type Dump = Vec<(String, Vec<String>)>;

/// All tables in a file of SQLite.
pub(crate) async fn dump_file(path: &Path) -> Dump {
    let mut database = SqliteConnectOptions::new().filename(path).read_only(true).connect().await.unwrap();
    let mut texts = async |sql: &str| -> Vec<String> {
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut database).await.unwrap()
    };
    let mut dump = Dump::new();
    for table in texts("select name from sqlite_schema where type = 'table' order by name").await {
        let columns = format!("select 'quote(' || name || ')' from pragma_table_info('{table}')");
        let columns = texts(&columns).await.join(" || ',' || ");
        let rows = texts(&format!("select {columns} from {table} order by 1")).await;
        dump.push((table, rows));
    }
    database.close().await.unwrap();
    dump
}

/// Fails unless both hold the same, to the byte.
pub(crate) fn assert_same(dump: &Dump, made_anew: &Dump) {
    assert!(dump.len() > 1, "there are tables");
    assert_eq!(dump.len(), made_anew.len());
    for ((table, rows), (_, others)) in dump.iter().zip(made_anew) {
        let differing = rows.iter().zip(others).find(|(row, other)| row != other);
        assert_eq!(differing, None, "{table} is another when it is made anew");
        assert_eq!(rows.len(), others.len(), "{table} is another when it is made anew");
    }
}
