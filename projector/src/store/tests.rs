//! Tests of writing, against real files.

use events_schema::merkle::Hash;

use super::*;
use crate::dump::{Dump, connect, dump, texts};
use crate::history::{History, LOG_ID, random};

const ROOT: Hash = [7; 32];

fn checkpoint(position: u64) -> Checkpoint {
    Checkpoint {
        log_id: LOG_ID,
        position: Position::new(position),
        root: ROOT,
        recorded_at: Timestamp::from_micros(1_790_000_000_000_001),
        currency: "CNY".to_owned(),
        time_zone: "Asia/Shanghai".to_owned(),
    }
}

/// The tables after the changes of each of these parts of a history were written in a transaction of its own.
async fn written(history: &History, parts: &[std::ops::Range<usize>]) -> Dump {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    let mut store = Store::open(&path, 1 << 20).await.unwrap();
    for part in parts {
        let writes = history.changes_of(part.clone());
        store.apply(&writes, &checkpoint(history.recorded.len() as u64)).await.unwrap();
    }
    store.close().await.unwrap();
    dump(&path).await
}

#[tokio::test]
async fn merged_changes_give_the_same_tables_as_one_by_one() {
    let history = random(11, 400);
    let count = history.recorded.len();
    let one_by_one: Vec<_> = (0..count).map(|event| event..event + 1).collect();
    let at_once = written(&history, std::slice::from_ref(&(0..count))).await;
    for table in ["orders", "refunds", "sales_cells", "cash_entries", "cash_cells"] {
        assert!(at_once[table].len() > 1, "{table}: {:?}", at_once[table]);
    }
    assert_eq!(at_once, written(&history, &one_by_one).await);
    assert_eq!(at_once, written(&history, &[0..count / 3, count / 3..count / 2, count / 2..count]).await);
}

#[tokio::test]
async fn the_checkpoint_is_read_as_it_was_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    let mut store = Store::open(&path, 1 << 20).await.unwrap();
    assert_eq!(store.format().await.unwrap(), Format::CURRENT);
    assert_eq!(store.checkpoint().await.unwrap(), None);
    for position in [5, 6] {
        store.apply(&Writes::default(), &checkpoint(position)).await.unwrap();
    }
    store.close().await.unwrap();
    let mut store = Store::open(&path, 1 << 20).await.unwrap();
    assert_eq!(store.checkpoint().await.unwrap(), Some(checkpoint(6)));
}

#[tokio::test]
async fn what_cannot_be_written_as_a_whole_is_not_written_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    let mut history = History::new();
    history.place("O1");
    let placed = history.recorded.len();
    history.pay("O1", "cash");
    let mut store = Store::open(&path, 1 << 20).await.unwrap();
    // The payment of an order that is not there.
    let error = store.apply(&history.changes_of(placed..placed + 1), &checkpoint(3)).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { table: "order_states" }), "{error}");
    assert!(!error.passes());
    assert_eq!(store.checkpoint().await.unwrap(), None);
    // An order that is there already.
    store.apply(&history.changes_of(0..placed), &checkpoint(2)).await.unwrap();
    let error = store.apply(&history.changes_of(0..placed), &checkpoint(2)).await.unwrap_err();
    assert!(!error.passes(), "{error}");
    assert!(error.to_string().contains("`ledger rebuild`"), "{error}");
    assert_eq!(dump(&path).await["orders"].len(), 1);
}

#[tokio::test]
async fn a_sum_that_leaves_64_bits_is_an_error_and_not_a_rounded_number() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    let mut history = History::new();
    history.place("O1");
    let placed = history.recorded.len();
    history.pay("O1", "cash");
    let mut store = Store::open(&path, 1 << 20).await.unwrap();
    store.apply(&history.changes_of(0..placed), &checkpoint(2)).await.unwrap();
    let full = "update sales_cells set sales_amount = 9223372036854775807";
    sqlx::query(full).execute(&mut connect(&path).await).await.unwrap();
    let error = store.apply(&history.changes_of(placed..placed + 1), &checkpoint(3)).await.unwrap_err();
    assert!(!error.passes(), "{error}");
    assert_eq!(store.checkpoint().await.unwrap(), Some(checkpoint(2)));
}

#[tokio::test]
async fn a_full_disk_passes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    let history = random(3, 500);
    let writes = history.changes_after(0);
    let mut store = Store::open(&path, 1 << 20).await.unwrap();
    let empty = dump(&path).await;
    store.fill_up().await;
    let error = store.apply(&writes, &checkpoint(1)).await.unwrap_err();
    assert!(error.passes());
    assert!(error.to_string().starts_with("the disk of the read models is full"), "{error}");
    assert_eq!(dump(&path).await, empty);
    store.apply(&writes, &checkpoint(1)).await.unwrap();
    assert!(dump(&path).await["orders"].len() > 5);
}

#[tokio::test]
async fn every_column_of_a_table_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    Store::open(&path, 1 << 20).await.unwrap().close().await.unwrap();
    let mut connection = connect(&path).await;
    let rows = ROW_TABLES.map(|table| (table.name, [table.key, table.facts, table.state].concat()));
    let cells = CELL_TABLES.map(|table| (table.name, [table.key, table.sums].concat()));
    for (table, mut written) in rows.into_iter().chain(cells) {
        let info = format!("select name from pragma_table_info('{table}') order by name");
        written.sort_unstable();
        assert_eq!(texts(&mut connection, &info).await, written, "{table}");
    }
}

#[tokio::test]
async fn another_file_is_not_taken_for_read_models() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("1.sqlite");
    std::fs::write(&path, "a letter to my aunt, and nothing that is of use to a database at all").unwrap();
    let refused = Store::open(&path, 1 << 20).await.unwrap_err();
    assert!(!refused.passes());
    assert!(refused.to_string().contains("`ledger rebuild`"), "{refused}");
}
