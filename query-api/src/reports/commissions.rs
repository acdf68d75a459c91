//! Commissions (分销统计): those of the orders placed in a range, as they stand now (reports.md §8).

use crate::database::DatabaseError;
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::CommissionState;
use events_schema::{Id, ProductType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::export::{Cells, Column, Document, Label};
use crate::extract::ValidQuery;
use crate::pieces::{Figure, Past, PastRows, Source, first_filter};
use crate::problem::{Problem, ProblemDocument};
use crate::range::{Grains, Range};
use crate::read_models::Reading;
use crate::reports::query::report_query;
use crate::reports::sales_figures::{ORDERS_NOW, ORDERS_THEN};
use crate::reports::split::{ByType, Split, SplitRow, Totals, split_columns};
use crate::reports::states::{OrdersSum, in_states, orders_in_any};
use crate::snapshot::Snapshot;

report_query! {
    /// What the report of commissions is asked for.
    CommissionsQuery {
        /// Orders of this product type only.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
        /// Orders with a line of this distributor only, with what that distributor earns by them.
        #[param(value_type = Option<String>, example = "D1")]
        distributor_id: Option<Id>,
    }
}

/// What commissions add up to, over paid orders with a commission over 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommissionsRow {
    /// 未结算: the order is not completed yet.
    pub unsettled: OrdersSum,
    /// 已结算: credited when the order was completed.
    pub settled: OrdersSum,
    /// 已取消: the order was refunded; with the original amount.
    pub cancelled: OrdersSum,
}

impl From<Totals<6>> for CommissionsRow {
    fn from(totals: Totals<6>) -> Self {
        let [unsettled, settled, cancelled] = OrdersSum::of(totals);
        Self { unsettled, settled, cancelled }
    }
}

impl SplitRow for CommissionsRow {
    const DOCUMENT: Document =
        Document { name: "commissions", title: Label::new("分销统计", "Commissions") };
    split_columns![
        Column::count("unsettled_orders", "未结算订单数", "Unsettled orders"),
        Column::amount("unsettled_amount", "未结算金额", "Unsettled"),
        Column::count("settled_orders", "已结算订单数", "Settled orders"),
        Column::amount("settled_amount", "已结算金额", "Settled"),
        Column::count("cancelled_orders", "已取消订单数", "Cancelled orders"),
        Column::amount("cancelled_amount", "已取消金额", "Cancelled"),
    ];

    fn cells(&self, cells: &mut Cells) {
        cells
            .count(self.unsettled.orders)
            .amount(self.unsettled.amount)
            .count(self.settled.orders)
            .amount(self.settled.amount)
            .count(self.cancelled.orders)
            .amount(self.cancelled.amount);
    }
}

/// Commissions (分销统计)
///
/// Commissions of the orders placed in the range, as they stand now.
#[utoipa::path(
    get, path = "/v1/reports/commissions", tag = "reports", params(CommissionsQuery),
    responses(
        (status = 200, description = "The report", body = Report<Split<CommissionsRow>>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn commissions(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<CommissionsQuery>,
) -> Result<Response, Problem> {
    let (distributor_id, product_type) = (query.distributor_id.as_ref(), query.product_type.as_ref());
    let read_it =
        async |snapshot: &mut Snapshot, range| read(snapshot, range, distributor_id, product_type).await;
    query.common().answer(&reading, read_it).await
}

/// The commissions over `range`, of one distributor or of all, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    distributor_id: Option<&Id>,
    product_type: Option<&ProductType>,
) -> Result<Split<CommissionsRow>, DatabaseError> {
    let distributor_id = distributor_id.map(|id| &**id);
    let select = if distributor_id.is_some() { &OF_ONE } else { &OF_ALL };
    select.read(snapshot, range, distributor_id, product_type).await
}

/// All distributors together: orders.
pub(crate) static ALL: Source = Source {
    cells: "commission_cells",
    cells_where: "distributor_id = ''",
    grains: Grains::HourToYear,
    rows: ORDERS_NOW,
    rows_where: "commission_state is not null",
    rows_at: "placed_at",
    past: Past {
        cells: "commission_past",
        grains: Grains::DayToYear,
        key: &["grain", "distributor_id", "start", "product_type"],
        rows: ORDERS_THEN,
    },
};

/// One distributor, whose days are few rows: lines of orders.
pub(crate) static ONE: Source = Source {
    cells_where: concat!("distributor_id = ", first_filter!()),
    grains: Grains::DayToMonth,
    rows: "commissions",
    rows_where: concat!("original_amount > 0 and state is not null and distributor_id = ", first_filter!()),
    past: Past {
        rows: PastRows::Versions {
            versions: "commission_versions",
            key: &["order_birth", "line"],
            facts: "select order_birth as of_order_birth, line as of_line, placed_at, product_type, distributor_id, \
                original_amount, counts from commissions",
            at: "placed_at",
        },
        grains: Grains::DayToMonth,
        ..ALL.past
    },
    ..ALL
};

pub(crate) static OF_ALL: LazyLock<ByType> = LazyLock::new(|| select(&ALL, 0, &figures_of_orders()));
static OF_ONE: LazyLock<ByType> = LazyLock::new(|| select(&ONE, 1, &figures_of_lines()));

fn select(source: &Source, bound: usize, figures: &[Figure]) -> ByType {
    ByType::new(source, figures, &orders_in_any::<CommissionState>(), bound)
}

/// What cells have, and what an order adds to it.
pub(crate) fn figures_of_orders() -> Vec<Figure> {
    in_states::<CommissionState>("commission_state", "1", "commission_amount")
}

/// What cells have, and what a line of an order adds to it.
pub(crate) fn figures_of_lines() -> Vec<Figure> {
    in_states::<CommissionState>("state", "counts", "amount")
}
