//! How SQLite finds what reports add up.

use events_schema::Timestamp;

use crate::fixture::{Engine, Ledger};
use crate::plain::Plain;
use crate::range::Range;

#[tokio::test]
async fn every_report_reads_cells_by_their_key_and_rows_by_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let ragged = Range::new(Timestamp::from_micros(1), Timestamp::from_micros(9_999_999_999_999));
    for report in Plain::ALL {
        let plan = ledger.plan(report.select().over(ragged, ledger.calendar())).await;
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
