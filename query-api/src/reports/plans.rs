//! How SQLite finds what reports add up, and how both engines find what they added up in the past.

use events_schema::Timestamp;

use crate::fixture::{Engine, Ledger, on_both_engines, random_cash, random_orders};
use crate::plain::Plain;
use crate::range::Range;

on_both_engines!(the_past_of_every_report_is_found_by_keys);

/// A year, in microseconds.
const YEAR: i64 = 365 * 86_400_000_000;

/// A range with all kinds of pieces.
fn ragged() -> Range {
    Range::new(Timestamp::from_micros(1), Timestamp::from_micros(9_999_999_999_999))
}

#[tokio::test]
async fn every_report_reads_cells_by_their_key_and_rows_by_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let snapshot = ledger.read_models().await.begin().await.unwrap();
    for report in Plain::ALL {
        let plan = ledger.plan(report.select().over(ragged(), &snapshot)).await;
        let whole = plan.iter().any(|step| step.starts_with("SCAN") && step != "SCAN pieces");
        assert!(!whole, "{report:?} reads a whole table: {plan:#?}");
        let cells = plan.iter().filter(|step| step.contains("_cells ")).all(|step| {
            step.contains("USING PRIMARY KEY (grain=?") && step.ends_with("start>? AND start<?)")
        });
        assert!(cells, "{report:?} reads more cells than it needs: {plan:#?}");
        let rows = plan.iter().filter(|step| !step.contains("_cells ") && step.starts_with("SEARCH"));
        assert!(rows.count() >= 4, "{report:?} reads its rows by an index: {plan:#?}");
    }
}

/// Orders, cash and versions of a history with a few epochs.
async fn history(engine: Engine) -> Ledger {
    let (orders, cash) = (random_orders(1, 300, 0, YEAR), random_cash(1, 300, 0, YEAR));
    let mut ledger = Ledger::with(engine, "Asia/Shanghai", &orders, &cash).await;
    ledger.execute("begin").await;
    for order in &orders {
        for version in 0..6 {
            let position = 6 * order.birth + version;
            let values = [("position", position.into()), ("birth", order.birth.into())];
            ledger.insert("order_versions", &values).await;
        }
    }
    for number in 1..=12 {
        ledger.close_epoch(number, 100 * number).await;
    }
    ledger.execute("commit").await;
    if engine == Engine::Postgres {
        ledger.execute("analyze").await;
    }
    ledger
}

async fn the_past_of_every_report_is_found_by_keys(engine: Engine) {
    let ledger = history(engine).await;
    let mut snapshot = ledger.as_of(440).await;
    for report in Plain::ALL {
        let sql = report.select().over(ragged(), &snapshot);
        let plan = ledger.plan_in(&mut snapshot, sql).await;
        match engine {
            Engine::Sqlite => assert_past(report, &plan),
            // PostgreSQL plans nothing of tables without rows.
            Engine::Postgres if matches!(report, Plain::Sales | Plain::Cash) => assert_postgres_past(&plan),
            Engine::Postgres => {}
        }
    }
}

/// Cells of the past, versions and facts are all found by a whole key; what happened since an epoch by its position.
fn assert_past(report: Plain, plan: &[String]) {
    for step in plan.iter().filter(|step| !step.ends_with(" pieces")) {
        assert!(!step.starts_with("SCAN"), "{report:?} reads a whole table: {plan:#?}");
        let found = match step.strip_prefix("SEARCH ").and_then(|step| step.split_once(' ')) {
            Some(("p", how)) => how.ends_with("AND epoch=?)"),
            Some(("e", how)) => how.ends_with("AND epoch<?)") || how.ends_with("AND position<?)"),
            Some(("v", how)) => how.contains(" PRIMARY KEY ") && !how.ends_with("order_birth=?)"),
            _ => true,
        };
        assert!(found, "{report:?} reads too much by {step}: {plan:#?}");
    }
    let drift = "(rowid>? AND rowid<?)";
    let drifts = plan.iter().any(|step| step.ends_with(drift) || step.contains("(position>? AND position<?"));
    assert!(drifts, "{report:?} does not find what happened since an epoch: {plan:#?}");
}

fn assert_postgres_past(plan: &[String]) {
    for bad in ["Seq Scan", "Hash", "Merge"] {
        assert!(!plan.iter().any(|step| step.contains(bad)), "{plan:#?}");
    }
    let joins = plan.iter().filter(|step| step.contains("Join Filter"));
    assert!(joins.clone().all(|step| !step.contains("SubPlan")), "{plan:#?}");
    assert!(plan.iter().any(|step| step.contains("epoch = (SubPlan")), "{plan:#?}");
}
