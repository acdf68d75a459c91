//! Verifications (核销统计): the orders completed in a range, as they stood at that moment (reports.md §3).

use crate::database::DatabaseError;
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::ProductType;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::export::{Cells, Column, Document, Label};
use crate::extract::ValidQuery;
use crate::figure::Amount;
use crate::pieces::{Figure, Past, PastRows, Source};
use crate::problem::{Problem, ProblemDocument};
use crate::range::{Grains, Range};
use crate::read_models::Reading;
use crate::reports::query::report_query;
use crate::reports::split::{ByType, Split, SplitRow, Totals, split_columns};
use crate::snapshot::Snapshot;

report_query! {
    /// What the report of verifications is asked for.
    VerificationsQuery {
        /// Orders of this product type only.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
    }
}

/// What completed orders add up to. Later refunds change nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct VerificationsRow {
    /// 核销订单: orders completed.
    pub orders: i64,
    /// 套餐数量: their packages, whether used one by one or completed at once.
    pub packages: i64,
    /// What was left of their payments.
    pub amount: Amount,
    /// Purchase cost, commissions and freight.
    pub cost: Amount,
    /// Amount less cost.
    pub profit: Amount,
}

impl From<Totals<4>> for VerificationsRow {
    fn from(Totals([orders, packages, amount, cost]): Totals<4>) -> Self {
        let [amount, cost, profit] = [amount, cost, amount - cost].map(Amount::minor);
        Self { orders, packages, amount, cost, profit }
    }
}

impl SplitRow for VerificationsRow {
    const DOCUMENT: Document =
        Document { name: "verifications", title: Label::new("核销统计", "Verifications") };
    split_columns![
        Column::count("orders", "核销订单数", "Orders"),
        Column::count("packages", "套餐数量", "Packages"),
        Column::amount("amount", "订单金额", "Amount"),
        Column::amount("cost", "成本", "Cost"),
        Column::amount("profit", "利润", "Profit"),
    ];

    fn cells(&self, cells: &mut Cells) {
        cells
            .count(self.orders)
            .count(self.packages)
            .amount(self.amount)
            .amount(self.cost)
            .amount(self.profit);
    }
}

/// Verifications (核销统计)
///
/// The orders completed in the range, as they stood at that moment.
#[utoipa::path(
    get, path = "/v1/reports/verifications", tag = "reports", params(VerificationsQuery),
    responses(
        (status = 200, description = "The report", body = Report<Split<VerificationsRow>>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn verifications(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<VerificationsQuery>,
) -> Result<Response, Problem> {
    let read_it =
        async |snapshot: &mut Snapshot, range| read(snapshot, range, query.product_type.as_ref()).await;
    query.common().answer(&reading, read_it).await
}

/// The verifications over `range`, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    product_type: Option<&ProductType>,
) -> Result<Split<VerificationsRow>, DatabaseError> {
    SELECT.read(snapshot, range, None, product_type).await
}

/// Where completed orders are kept.
pub(crate) static SOURCE: Source = Source {
    cells: "verification_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: "verifications",
    rows_where: "true",
    rows_at: "completed_at",
    past: Past {
        cells: "verification_past",
        grains: Grains::DayToYear,
        key: &["grain", "start", "product_type"],
        rows: PastRows::Fixed { position: "position" },
    },
};

pub(crate) static SELECT: LazyLock<ByType> = LazyLock::new(|| ByType::new(&SOURCE, &figures(), "orders", 0));

/// What cells have, and what a completed order adds to it.
pub(crate) fn figures() -> Vec<Figure> {
    vec![Figure::new("orders", "1"), Figure::same("packages"), Figure::same("amount"), Figure::same("cost")]
}
