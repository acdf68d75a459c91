//! Tests of how tables are described.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::store::script;

/// The store finds rows and cells by these columns, and sorts what it writes by them.
#[tokio::test]
async fn keys_are_primary_keys_in_their_order() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql(script::SQLITE).execute(&mut connection).await.unwrap();
    let rows = ROW_TABLES.map(|table| (table.name, table.key));
    let cells = CELL_TABLES.map(|table| (table.name, table.key));
    for (table, key) in rows.into_iter().chain(cells) {
        let info = format!("select name from pragma_table_info('{table}') where pk > 0 order by pk");
        let found: Vec<String> =
            sqlx::query_scalar(AssertSqlSafe(info)).fetch_all(&mut connection).await.unwrap();
        assert_eq!(found, key, "{table}");
    }
}
