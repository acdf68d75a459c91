//! Tests of how tables are described.

use crate::dump::connect;
use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::testing::{Engine, with_both_engines};

with_both_engines!(keys_are_primary_keys_in_their_order);

/// The store finds rows and cells by these columns, and sorts what it writes by them.
async fn keys_are_primary_keys_in_their_order(engine: Engine) {
    let place = engine.place().await;
    place.store().await.close().await.unwrap();
    let mut beside = connect(&place.database(1).await).await;
    let rows = ROW_TABLES.map(|table| (table.name, table.key));
    let cells = CELL_TABLES.map(|table| (table.name, table.key));
    for (table, key) in rows.into_iter().chain(cells) {
        assert_eq!(beside.key(table).await, key, "{table}");
    }
}
