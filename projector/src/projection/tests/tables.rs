//! Tests of how tables are described.

use crate::dump::{connect, texts};
use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::store::Store;

/// The store finds rows and cells by these columns, and sorts what it writes by them.
#[tokio::test]
async fn keys_are_primary_keys_in_their_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    Store::open(&path, 1 << 20).await.unwrap().close().await.unwrap();
    let mut connection = connect(&path).await;
    let rows = ROW_TABLES.map(|table| (table.name, table.key));
    let cells = CELL_TABLES.map(|table| (table.name, table.key));
    for (table, key) in rows.into_iter().chain(cells) {
        let info = format!("select name from pragma_table_info('{table}') where pk > 0 order by pk");
        assert_eq!(texts(&mut connection, &info).await, key, "{table}");
    }
}
