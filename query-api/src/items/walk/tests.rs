//! What is looked at: all that is needed, and hardly more.

use events_schema::terms::OrderStatus;

use super::*;
use crate::fixture::{Engine, Ledger, OrderRow, on_both_engines, random_orders};
use crate::items::figured::Figured;
use crate::items::sales;

on_both_engines!(only_the_hours_that_hold_something_are_looked_at, every_row_is_in_one_part_the_newest_first);

const ZONE: &str = "America/New_York";
/// The clock is changed in between.
const FIRST: i64 = 1_730_000_000_000_000;
const YEAR: i64 = 365 * 86_400_000_000;
const ORDERS: i64 = 400;

/// A figure of the sales report.
fn sum(path: &str) -> Sum {
    match sales::report(path) {
        Some(Figured::Sum(sum)) => sum,
        other => panic!("{path} is {other:?}"),
    }
}

/// All parts in which rows of a figure can be.
async fn parts(snapshot: &mut Snapshot, sum: &Sum, range: Range) -> Vec<Range> {
    let mut walk = Walk::new(sum, None, range);
    let mut parts = Vec::new();
    while let Some(part) = walk.next(snapshot).await.unwrap() {
        parts.push(part);
    }
    parts
}

/// The orders of a year, of which only those with these numbers are closed.
fn orders(closed: &[usize]) -> Vec<OrderRow> {
    let mut orders = random_orders(3, ORDERS, FIRST, FIRST + YEAR);
    for (number, order) in orders.iter_mut().enumerate() {
        if closed.contains(&number) {
            order.status = OrderStatus::Closed;
        } else if order.status == OrderStatus::Closed {
            order.status = OrderStatus::AwaitingPayment;
        }
    }
    orders
}

async fn only_the_hours_that_hold_something_are_looked_at(engine: Engine) {
    let orders = orders(&[17, 230, 231]);
    let ledger = Ledger::with(engine, ZONE, &orders, &[]).await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let closed = sum("total.by_status.closed.orders");
    let mut placed = [17, 230, 231].map(|number: usize| Timestamp::from_micros(orders[number].placed_at));
    placed.sort_unstable();
    let hours = placed.map(|at| {
        let start = ledger.calendar().start(Grain::Hour, at);
        Range::new(start, ledger.calendar().next(Grain::Hour, start))
    });
    let newest_first: Vec<_> = hours.into_iter().rev().collect();
    assert_eq!(parts(&mut snapshot, &closed, Range::ALL).await, newest_first);
    let later = Range::new(placed[0], placed[2]);
    let clipped = [Range::new(hours[2].from, placed[2]), hours[1], Range::new(placed[0], hours[0].to)];
    let found = parts(&mut snapshot, &closed, later).await;
    assert_eq!(found, clipped.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>());
    let nothing = sum("by_product_type.nothing.orders");
    assert_eq!(parts(&mut snapshot, &nothing, Range::ALL).await, []);
}

async fn every_row_is_in_one_part_the_newest_first(engine: Engine) {
    let orders = orders(&[]);
    let ledger = Ledger::with(engine, ZONE, &orders, &[]).await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let instant = |micros| Timestamp::from_micros(micros);
    for (from, to) in [(0, YEAR), (77_777_777_777, 9_000_000_000_001), (YEAR / 2, YEAR / 2 + 1)] {
        let range = Range::new(instant(FIRST + from), instant(FIRST + to));
        for path in ["total.orders", "total.paid_orders", "by_product_type.ticket.orders"] {
            let parts = parts(&mut snapshot, &sum(path), range).await;
            assert!(parts.windows(2).all(|pair| pair[1].to <= pair[0].from), "{path}: {parts:?}");
            let is_in = |part: &Range, order: &OrderRow| {
                part.from <= instant(order.placed_at) && instant(order.placed_at) < part.to
            };
            for order in orders.iter().filter(|order| is_in(&range, order)) {
                let counts = match path {
                    "total.paid_orders" => order.status.is_paid(),
                    "by_product_type.ticket.orders" => order.product_type == "ticket",
                    _ => true,
                };
                let found = parts.iter().filter(|part| is_in(part, order)).count();
                assert!(found == 1 || found == 0 && !counts, "{path}: {order:?} is in {found} of {parts:?}");
            }
            let hours = parts.iter().map(|part| (part.to.micros() - part.from.micros()) / 3_600_000_000 + 1);
            assert!(hours.sum::<i64>() <= 2 * ORDERS, "{path}: more is looked at than holds something");
        }
    }
}

/// Cells are found by their key, and events by their position in the order of the log: nothing is read from one end to
/// the other, and nothing sorted that is not taken as a whole.
#[tokio::test]
async fn cells_and_events_are_found_by_keys() {
    let ledger = Ledger::with(Engine::Sqlite, ZONE, &orders(&[]), &[]).await;
    let snapshot = ledger.read_models().await.begin().await.unwrap();
    for path in ["total.profit", "by_product_type.ticket.by_status.closed.amount"] {
        let sum = sum(path);
        let walk = Walk::new(&sum, None, Range::ALL);
        let plan = ledger.plan(walk.cells(Grain::Day, Range::ALL, &snapshot)).await;
        assert!(plan.iter().all(|step| step.contains("USING PRIMARY KEY (grain=? AND start>")), "{plan:#?}");
        let between = [7, 9_000];
        let window = Changes { range: Range::ALL, owner: None, between, cursor: None, limit: Some(51) };
        let plan = ledger.plan(sum.changes(window)).await;
        let first = plan.iter().find(|step| step.starts_with("SEARCH")).unwrap();
        assert_eq!(first, "SEARCH v USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)", "{plan:#?}");
        let reads_all = plan.iter().any(|step| step.starts_with("SCAN") && step != "SCAN f");
        assert!(!reads_all, "{plan:#?}");
        let sorted = plan.iter().filter(|step| step.contains("TEMP B-TREE")).count();
        assert!(sorted <= 1, "only the page is sorted: {plan:#?}");
    }
}

/// The same of the past in PostgreSQL, which is told to go by indexes there.
#[tokio::test]
async fn cells_and_events_of_the_past_are_found_by_keys_in_postgres() {
    let orders = orders(&[]);
    let mut ledger = Ledger::with(Engine::Postgres, ZONE, &orders, &[]).await;
    ledger.execute("begin").await;
    for order in &orders {
        for (version, previous) in [(0, None), (1, Some(0)), (2, Some(1))] {
            let position = |version| 3 * order.birth + version;
            let previous = previous.map(|version| ("previous", position(version).into()));
            let values = [("position", position(version).into()), ("birth", order.birth.into())];
            ledger.insert("order_versions", &values.into_iter().chain(previous).collect::<Vec<_>>()).await;
        }
    }
    for number in 1..=6 {
        ledger.close_epoch(number, 150 * number).await;
    }
    ledger.execute("commit").await;
    ledger.execute("analyze").await;
    let mut snapshot = ledger.as_of(440).await;
    let sum = sum("total.profit");
    let cells = Walk::new(&sum, None, Range::ALL).cells(Grain::Day, Range::ALL, &snapshot);
    let between = [440, 900];
    let window = Changes { range: Range::ALL, owner: None, between, cursor: None, limit: Some(51) };
    for sql in [cells, sum.changes(window), sum.changed_at(window)] {
        let plan = ledger.plan_in(&mut snapshot, sql).await;
        for bad in ["Seq Scan", "Hash Join", "Merge Join"] {
            assert!(!plan.iter().any(|step| step.contains(bad)), "{plan:#?}");
        }
    }
}
