//! Statements and rows of both engines.

use std::time::Duration;

use events_schema::terms::CashKind;
use tokio::time::timeout;

use super::*;
use crate::Snapshot;
use crate::fixture::{Engine, Ledger, on_both_engines};

on_both_engines!(
    what_is_bound_comes_back_as_it_was,
    a_column_is_read_as_what_it_is_or_not_at_all,
    rows_come_one_by_one_and_can_be_left_behind,
    a_sum_that_leaves_64_bits_is_an_error,
    texts_are_sorted_by_their_bytes,
    numbers_come_row_by_row_and_null_is_0,
);

async fn snapshot(ledger: &Ledger) -> Snapshot {
    ledger.read_models().await.begin().await.unwrap()
}

async fn what_is_bound_comes_back_as_it_was(engine: Engine) {
    let ledger = Ledger::new(engine, "Asia/Shanghai").await;
    let mut sql = Sql::new("select ");
    sql.bind(i64::MIN).push(" as number, ").bind("长城 'A'").push(" as text, ").bind(vec![0, 255]);
    sql.push(" as bytes, cast(null as bigint) as absent");
    let row = snapshot(&ledger).await.fetch_one(sql).await.unwrap();
    assert_eq!(row.get::<i64>("number").unwrap(), i64::MIN);
    assert_eq!(row.get::<&str>("text").unwrap(), "长城 'A'");
    assert_eq!(row.get::<String>(1).unwrap(), "长城 'A'");
    assert_eq!(row.get::<&[u8]>("bytes").unwrap(), [0, 255]);
    assert_eq!(row.get::<Option<i64>>("absent").unwrap(), None);
    assert_eq!(row.get::<Option<i64>>(0).unwrap(), Some(i64::MIN));
}

async fn a_column_is_read_as_what_it_is_or_not_at_all(engine: Engine) {
    let ledger = Ledger::new(engine, "Asia/Shanghai").await;
    let row = Sql::new("select $1 as text, cast(null as bigint) as absent").with("7");
    let row = snapshot(&ledger).await.fetch_one(row).await.unwrap();
    assert!(row.get::<i64>("text").is_err());
    assert!(row.get::<i64>("absent").is_err());
    assert!(row.get::<&str>("other").is_err());
    assert!(row.get::<&str>(2).is_err());
}

async fn rows_come_one_by_one_and_can_be_left_behind(engine: Engine) {
    let ledger = Ledger::new(engine, "Asia/Shanghai").await;
    let mut snapshot = snapshot(&ledger).await;
    let counting = "with recursive counted(number) as (select cast(1 as bigint) union all \
        select number + 1 from counted where number < $1) select number from counted";
    let mut rows = snapshot.stream(Sql::new(counting).with(100_000)).await.unwrap();
    for expected in 1..=3 {
        assert_eq!(rows.next().await.unwrap().unwrap().get::<i64>(0).unwrap(), expected);
    }
    drop(rows);
    let mut rows = snapshot.stream(Sql::new(counting).with(5)).await.unwrap();
    let mut seen = Vec::new();
    while let Some(row) = rows.next().await.unwrap() {
        seen.push(row.get::<i64>("number").unwrap());
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}

/// How long a test waits for what comes in a moment, before it has failed.
const PATIENCE: Duration = Duration::from_mins(1);

/// Rows that fill the first chunk that is read ahead, and then none for ever.
const ENDLESS: &str = "with recursive counted(number) as (select 1 union all select number + 1 from counted) \
    select number from counted where number <= 256";

#[tokio::test]
async fn what_nobody_reads_any_more_gives_its_turn_back() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let database = Database::open(&ledger.location()).await.unwrap();
    // Before it may have begun, and amid it.
    for rows_read in [0, 1, 0, 1, 0, 1] {
        let mut session = database.begin().await.unwrap();
        let mut rows = session.stream(Sql::new(ENDLESS)).await.unwrap();
        for _ in 0..rows_read {
            assert!(rows.next().await.unwrap().is_some());
        }
        drop(rows);
        drop(session);
        // What comes next, on whatever connection, is not broken off.
        let mut session = database.begin().await.unwrap();
        let seven = session.fetch_optional(Sql::new("select 7")).await.unwrap().unwrap();
        assert_eq!(seven.get::<i64>(0).unwrap(), 7);
    }
    // It waits for all turns.
    timeout(PATIENCE, database.close()).await.unwrap();
}

#[tokio::test]
async fn rows_that_never_come_are_not_waited_for_by_what_is_read_next() {
    let mut ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    ledger.checkpoint(5).await;
    let mut snapshot = snapshot(&ledger).await;
    ledger.checkpoint(6).await;
    for rows_read in [0, 1] {
        let mut rows = snapshot.stream(Sql::new(ENDLESS)).await.unwrap();
        for _ in 0..rows_read {
            assert!(rows.next().await.unwrap().is_some());
        }
        drop(rows);
        let again = snapshot.fetch_one(Sql::new("select position from checkpoint"));
        let again = timeout(PATIENCE, again).await.unwrap().unwrap();
        assert_eq!(again.get::<i64>(0).unwrap(), 5, "it stands where it stood");
    }
}

async fn a_sum_that_leaves_64_bits_is_an_error(engine: Engine) {
    let mut ledger = Ledger::new(engine, "Asia/Shanghai").await;
    for kind in [CashKind::Recharge, CashKind::ScanPayment] {
        let cell = [("kind", Argument::term(kind)), ("amount", i64::MAX.into())];
        ledger.insert("cash_cells", &cell).await;
    }
    let sum = Sql::new("select cast(sum(amount) as bigint) from cash_cells");
    assert!(snapshot(&ledger).await.fetch_one(sum).await.is_err());
}

async fn texts_are_sorted_by_their_bytes(engine: Engine) {
    let mut ledger = Ledger::new(engine, "Asia/Shanghai").await;
    for (birth, phone) in (1..).zip(["b", "B", "a-b", "ab", "长"]) {
        ledger.insert("members", &[("birth", Argument::Int(birth)), ("phone", phone.into())]).await;
    }
    let sorted = Sql::new("select phone from members order by phone");
    let rows = snapshot(&ledger).await.fetch_all(sorted).await.unwrap();
    let phones: Vec<&str> = rows.iter().map(|row| row.get(0).unwrap()).collect();
    assert_eq!(phones, ["B", "a-b", "ab", "b", "长"]);
}

#[test]
fn a_location_does_not_tell_its_password() {
    let url = "postgres://ledger:secret@db/ledger".to_owned();
    let location = Location::Postgres { url, schema: "g2".to_owned() };
    assert_eq!(format!("{location} {location:?}"), "g2 in PostgreSQL Location(g2 in PostgreSQL)");
}

async fn numbers_come_row_by_row_and_null_is_0(engine: Engine) {
    let ledger = Ledger::new(engine, "Asia/Shanghai").await;
    let mut snapshot = snapshot(&ledger).await;
    let counting = "with recursive counted(number) as (select cast(1 as bigint) union all \
        select number + 1 from counted where number < $1) \
        select number, case when number <> 2 then 10 * number end from counted where number >= $2 order by 1 desc";
    let counting = |from: i64| Sql::new(counting).with(3).with(from);
    assert_eq!(snapshot.fetch_numbers(counting(1), 2).await.unwrap(), [3, 30, 2, 0, 1, 10]);
    assert_eq!(snapshot.fetch_numbers(counting(4), 2).await.unwrap(), [0; 0]);
}
