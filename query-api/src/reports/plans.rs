//! How SQLite finds what reports add up.

use events_schema::Timestamp;

use crate::fixture::{Engine, Ledger};
use crate::range::Range;
use crate::reports::{cash, sales_figures, trend};

#[tokio::test]
async fn every_report_reads_cells_by_their_key_and_rows_by_an_index() {
    let ledger = Ledger::new(Engine::Sqlite, "Asia/Shanghai").await;
    let ragged = Range::new(Timestamp::from_micros(1), Timestamp::from_micros(9_999_999_999_999));
    for (sums, index) in [
        (
            &sales_figures::BY_PRODUCT_TYPE,
            "orders USING INDEX orders_placed_at (placed_at>? AND placed_at<?)",
        ),
        (&sales_figures::OF_ONE_PRODUCT_TYPE, "orders_product_type (product_type=? AND placed_at>?"),
        (&trend::PART, "orders USING INDEX orders_placed_at (placed_at>? AND placed_at<?)"),
        (&trend::PART_OF_ONE_PRODUCT_TYPE, "orders_product_type (product_type=? AND placed_at>?"),
        (&cash::BY_KIND_AND_METHOD, "cash_entries_kind (kind=? AND occurred_at>? AND occurred_at<?)"),
        (&cash::NET, "cash_entries_kind (kind=? AND occurred_at>? AND occurred_at<?)"),
    ] {
        let plan = ledger.plan(sums.over(ragged, ledger.calendar())).await;
        assert!(plan.iter().any(|step| step.contains(index)), "not by {index}: {plan:#?}");
        let whole = plan.iter().any(|step| step.starts_with("SCAN") && step != "SCAN pieces");
        assert!(!whole, "reads a whole table: {plan:#?}");
        let cells = plan.iter().filter(|step| step.contains("_cells ")).all(|step| {
            step.contains("USING PRIMARY KEY (grain=?") && step.ends_with("start>? AND start<?)")
        });
        assert!(cells, "reads more cells than it needs: {plan:#?}");
    }
}
