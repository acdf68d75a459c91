//! Tests of writing, against real databases of both engines.

use std::sync::Arc;

use events_schema::merkle::Hash;
use events_schema::{Position, Timestamp};

use super::*;
use crate::database::Database;
use crate::dump::{Dump, connect};
use crate::history::{History, LOG_ID, random};
use crate::projection::{CELL_TABLES, ROW_TABLES};
use crate::testing::{Engine, with_both_engines};

with_both_engines!(
    merged_changes_give_the_same_tables_as_one_by_one,
    the_checkpoint_is_read_as_it_was_written,
    an_epoch_that_closes_adds_up_its_accounts,
    what_cannot_be_written_as_a_whole_is_not_written_at_all,
    a_sum_that_leaves_64_bits_is_an_error_and_not_a_rounded_number,
    every_column_of_a_table_is_written,
    what_was_committed_without_a_word_is_not_written_twice,
    what_another_process_has_written_is_not_overwritten,
    batches_of_one_transaction_are_written_one_after_the_other,
    what_is_committed_gets_to_the_disk,
);

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
async fn written(engine: Engine, history: &History, parts: &[std::ops::Range<usize>]) -> Dump {
    let place = engine.place().await;
    let mut store = place.store().await;
    for part in parts {
        let writes = history.changes_of(part.clone());
        store.apply(&[writes.into()], &checkpoint(history.recorded.len() as u64)).await.unwrap();
    }
    store.close().await.unwrap();
    place.dump().await
}

async fn merged_changes_give_the_same_tables_as_one_by_one(engine: Engine) {
    let history = random(11, 400);
    let count = history.recorded.len();
    let one_by_one: Vec<_> = (0..count).map(|event| event..event + 1).collect();
    let at_once = written(engine, &history, std::slice::from_ref(&(0..count))).await;
    for table in ["orders", "refunds", "sales_cells", "cash_entries", "cash_cells"] {
        assert!(at_once[table].len() > 1, "{table}: {:?}", at_once[table]);
    }
    assert_eq!(at_once, written(engine, &history, &one_by_one).await);
    assert_eq!(
        at_once,
        written(engine, &history, &[0..count / 3, count / 3..count / 2, count / 2..count]).await
    );
}

/// Of each batch an epoch closes, which keeps what the batches before it have left.
async fn batches_of_one_transaction_are_written_one_after_the_other(engine: Engine) {
    let history = random(17, 300);
    let count = history.recorded.len();
    let batches = [0..count / 3, count / 3..count / 2, count / 2..count].map(|part| {
        let closes_epoch = Some(Position::new(part.end as u64));
        Arc::new(Writes { closes_epoch, ..history.changes_of(part) })
    });
    let end = checkpoint(count as u64);
    let (together, alone) = (engine.place().await, engine.place().await);
    let mut store = together.store().await;
    store.apply(&batches, &end).await.unwrap();
    store.close().await.unwrap();
    let mut store = alone.store().await;
    for batch in &batches {
        store.apply(std::slice::from_ref(batch), &end).await.unwrap();
    }
    assert_eq!(store.epochs_last().await.unwrap(), end.position);
    store.close().await.unwrap();
    let dump = together.dump().await;
    assert_eq!((dump["epochs"].len(), dump["sales_past"].is_empty()), (3, false));
    assert_eq!(dump, alone.dump().await);
}

async fn the_checkpoint_is_read_as_it_was_written(engine: Engine) {
    let place = engine.place().await;
    let mut store = place.store().await;
    assert_eq!(store.checkpoint(), None);
    for position in [5, 6] {
        store.apply(&[], &checkpoint(position)).await.unwrap();
    }
    store.close().await.unwrap();
    assert_eq!(place.store().await.checkpoint(), Some(&checkpoint(6)));
    assert_eq!(place.generations().await.format(1).await.unwrap(), Format::CURRENT);
}

async fn what_is_committed_gets_to_the_disk(engine: Engine) {
    let place = engine.place().await;
    let mut store = place.store().await;
    assert_eq!(store.make_durable().await.unwrap(), Position::ZERO);
    for position in [5, 6, 7] {
        store.apply(&[], &checkpoint(position)).await.unwrap();
        let begun = store.make_durable().await.unwrap();
        assert!(begun.get() <= position, "{begun}");
        assert_eq!(store.make_durable().await.unwrap().get(), position);
    }
    store.close().await.unwrap();
    // Found, and nothing is written any more.
    assert_eq!(place.store().await.make_durable().await.unwrap().get(), 7);
}

#[tokio::test]
async fn postgresql_flushes_what_was_committed_without_waiting() {
    let place = Engine::Postgres.place().await;
    let mut store = place.store().await;
    let mut beside = connect(&place.database(1).await).await;
    store.apply(&[], &checkpoint(5)).await.unwrap();
    let written = beside.texts("select pg_current_wal_insert_lsn()::text").await;
    store.make_durable().await.unwrap();
    let is_flushed = format!("select (pg_current_wal_flush_lsn() >= '{}'::pg_lsn)::text", written[0]);
    assert_eq!(beside.texts(&is_flushed).await, ["true"]);
}

async fn an_epoch_that_closes_adds_up_its_accounts(engine: Engine) {
    let place = engine.place().await;
    let mut store = place.store().await;
    let mut beside = connect(&place.database(1).await).await;
    let closing = |end| Writes { closes_epoch: Some(Position::new(end)), ..Writes::default() };
    // Of a middle epoch, one account has nothing, and one is new.
    for (lines, end) in
        [("(1, 3, 70), (7, 3, -70), (1, 9, -5), (7, 9, 5)", 10), ("(7, 12, 4), (9, 12, -4)", 20)]
    {
        beside
            .execute(&format!("insert into journal_lines (account, position, amount) values {lines}"))
            .await;
        store.apply(&[closing(end).into()], &checkpoint(end)).await.unwrap();
        assert_eq!(store.epochs_last().await.unwrap(), Position::new(end));
    }
    beside.execute("insert into journal_lines (account, position, amount) values (1, 21, 1)").await;
    store.apply(&[closing(21).into()], &checkpoint(21)).await.unwrap();
    let dump = place.dump().await;
    // 0 is all of them: the last line has no other side.
    let together = [(0, 1, 75, 75), (0, 2, 79, 79), (0, 3, 80, 79)];
    let totals = [(1, 1, 70, 5), (1, 3, 71, 5), (7, 1, 5, 70), (7, 2, 9, 70), (9, 2, 0, 4)];
    let totals = [&together[..], &totals].concat();
    let totals: Vec<_> = totals
        .into_iter()
        .map(|(account, epoch, debit, credit)| {
            format!("account = {account}, epoch = {epoch}, debit = {debit}, credit = {credit}")
        })
        .collect();
    assert_eq!(dump["account_totals"], totals);
    let epochs = [(1, 10), (2, 20), (3, 21)];
    let epochs = epochs.map(|(number, last)| {
        format!("number = {number}, last = {last}, paid_until = NULL, dated_from = NULL, dated_until = NULL")
    });
    assert_eq!(dump["epochs"], epochs);
}

async fn what_cannot_be_written_as_a_whole_is_not_written_at_all(engine: Engine) {
    let place = engine.place().await;
    let mut history = History::new();
    history.place("O1");
    let placed = history.recorded.len();
    history.pay("O1", "cash");
    let mut store = place.store().await;
    // The payment of an order that is not there.
    let error =
        store.apply(&[history.changes_of(placed..placed + 1).into()], &checkpoint(3)).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { table: "order_states" }), "{error}");
    assert!(!error.passes());
    assert_eq!(store.engine.checkpoint().await.unwrap(), None);
    // An order that is there already.
    store.apply(&[history.changes_of(0..placed).into()], &checkpoint(2)).await.unwrap();
    let error = store.apply(&[history.changes_of(0..placed).into()], &checkpoint(2)).await.unwrap_err();
    assert!(!error.passes(), "{error}");
    assert!(error.to_string().contains("`ledger rebuild`"), "{error}");
    assert_eq!(place.dump().await["orders"].len(), 1);
}

async fn a_sum_that_leaves_64_bits_is_an_error_and_not_a_rounded_number(engine: Engine) {
    let place = engine.place().await;
    let mut history = History::new();
    history.place("O1");
    let placed = history.recorded.len();
    history.pay("O1", "cash");
    let mut store = place.store().await;
    store.apply(&[history.changes_of(0..placed).into()], &checkpoint(2)).await.unwrap();
    let full = "update sales_cells set sales_amount = 9223372036854775807";
    connect(&place.database(1).await).await.execute(full).await;
    let error =
        store.apply(&[history.changes_of(placed..placed + 1).into()], &checkpoint(3)).await.unwrap_err();
    assert!(!error.passes(), "{error}");
    assert_eq!(store.engine.checkpoint().await.unwrap(), Some(checkpoint(2)));
}

async fn what_was_committed_without_a_word_is_not_written_twice(engine: Engine) {
    let place = engine.place().await;
    let history = random(13, 100);
    let mut store = place.store().await;
    store.apply(&[history.changes_after(0).into()], &checkpoint(9)).await.unwrap();
    let written = place.dump().await;
    // As if the connection had been lost before the answer came.
    (store.known, store.is_certain) = (None, false);
    store.apply(&[history.changes_after(0).into()], &checkpoint(9)).await.unwrap();
    assert_eq!(place.dump().await, written);
}

async fn what_another_process_has_written_is_not_overwritten(engine: Engine) {
    let place = engine.place().await;
    let history = random(14, 100);
    let mut store = place.store().await;
    store.apply(&[], &checkpoint(5)).await.unwrap();
    store.is_certain = false;
    connect(&place.database(1).await).await.execute("update checkpoint set position = 7").await;
    let error = store.apply(&[history.changes_after(0).into()], &checkpoint(9)).await.unwrap_err();
    assert!(matches!(error, StoreError::Displaced), "{error}");
    assert_eq!(place.dump().await["orders"].len(), 0);
}

#[tokio::test]
async fn a_full_disk_passes() {
    let place = Engine::Sqlite.place().await;
    let history = random(3, 500);
    let writes = Arc::new(history.changes_after(0));
    let mut store = place.store().await;
    let empty = place.dump().await;
    store.fill_up().await;
    let error = store.apply(&[Arc::clone(&writes)], &checkpoint(1)).await.unwrap_err();
    assert!(error.passes());
    assert!(error.to_string().starts_with("the disk of the read models is full"), "{error}");
    assert_eq!(place.dump().await, empty);
    store.apply(&[Arc::clone(&writes)], &checkpoint(1)).await.unwrap();
    assert!(place.dump().await["orders"].len() > 5);
}

async fn every_column_of_a_table_is_written(engine: Engine) {
    let place = engine.place().await;
    place.store().await.close().await.unwrap();
    let mut beside = connect(&place.database(1).await).await;
    let rows = ROW_TABLES.map(|table| (table.name, [table.key, table.facts, table.state].concat()));
    let cells = CELL_TABLES.map(|table| (table.name, [table.key, table.sums].concat()));
    for (table, mut written) in rows.into_iter().chain(cells) {
        let mut columns = beside.columns(table).await;
        columns.sort_unstable();
        written.sort_unstable();
        assert_eq!(columns, written, "{table}");
    }
}

#[tokio::test]
async fn another_file_is_not_taken_for_read_models() {
    let place = Engine::Sqlite.place().await;
    let generations = place.generations().await;
    let Database::Sqlite(path) = generations.database(1) else { panic!("{generations:?}") };
    std::fs::write(&path, "a letter to my aunt, and nothing that is of use to a database at all").unwrap();
    let refused = Store::open(generations, 1, 1 << 20).await.unwrap_err();
    assert!(!refused.passes());
    assert!(refused.to_string().contains("`ledger rebuild`"), "{refused}");
}

#[tokio::test]
async fn both_engines_hold_the_same_tables() {
    let history = random(12, 600);
    let count = history.recorded.len();
    let parts = [0..count / 5, count / 5..count / 2, count / 2..count];
    let sqlite = written(Engine::Sqlite, &history, &parts).await;
    assert!(sqlite["orders"].len() > 20, "{sqlite:?}");
    assert_eq!(sqlite, written(Engine::Postgres, &history, &parts).await);
}

#[tokio::test]
async fn texts_in_postgresql_sort_by_their_bytes() {
    const COLUMNS: &str = "select distinct data_type || coalesce(' ' || collation_name, '') from \
        information_schema.columns where table_schema = current_schema() order by 1";
    let place = Engine::Postgres.place().await;
    place.store().await.close().await.unwrap();
    let mut beside = connect(&place.database(1).await).await;
    assert_eq!(beside.texts(COLUMNS).await, ["bigint", "bytea", "text C"]);
}
