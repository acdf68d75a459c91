//! Suppliers (供应统计): settlements of the orders paid in a range, as they stand now (reports.md §6).

use crate::database::DatabaseError;
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::SettlementState;
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
use crate::reports::split::{ByType, Split, SplitRow, Totals, split_columns};
use crate::reports::states::{OrdersSum, in_states, orders_in_any};
use crate::snapshot::Snapshot;

report_query! {
    /// What the report of suppliers is asked for.
    SuppliersQuery {
        /// Orders of this product type only.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
        /// Orders of this supplier only.
        #[param(value_type = Option<String>, example = "S1")]
        supplier_id: Option<Id>,
    }
}

/// What settlements add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SuppliersRow {
    /// 未结算: not settled yet, with the cost as it is now.
    pub unsettled: OrdersSum,
    /// 已结算: settled, with the cost as it is now.
    pub settled: OrdersSum,
    /// 不可结算: never to be settled since the order was refunded, with the original cost.
    pub non_settleable: OrdersSum,
}

impl From<Totals<6>> for SuppliersRow {
    fn from(totals: Totals<6>) -> Self {
        let [unsettled, settled, non_settleable] = OrdersSum::of(totals);
        Self { unsettled, settled, non_settleable }
    }
}

impl SplitRow for SuppliersRow {
    const DOCUMENT: Document = Document { name: "suppliers", title: Label::new("供应统计", "Suppliers") };
    split_columns![
        Column::count("unsettled_orders", "未结算订单数", "Unsettled orders"),
        Column::amount("unsettled_amount", "未结算金额", "Unsettled"),
        Column::count("settled_orders", "已结算订单数", "Settled orders"),
        Column::amount("settled_amount", "已结算金额", "Settled"),
        Column::count("non_settleable_orders", "不可结算订单数", "Non-settleable orders"),
        Column::amount("non_settleable_amount", "不可结算金额", "Non-settleable"),
    ];

    fn cells(&self, cells: &mut Cells) {
        cells
            .count(self.unsettled.orders)
            .amount(self.unsettled.amount)
            .count(self.settled.orders)
            .amount(self.settled.amount)
            .count(self.non_settleable.orders)
            .amount(self.non_settleable.amount);
    }
}

/// Suppliers (供应统计)
///
/// Settlements of the orders paid in the range, as they stand now.
#[utoipa::path(
    get, path = "/v1/reports/suppliers", tag = "reports", params(SuppliersQuery),
    responses(
        (status = 200, description = "The report", body = Report<Split<SuppliersRow>>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn suppliers(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<SuppliersQuery>,
) -> Result<Response, Problem> {
    let (supplier_id, product_type) = (query.supplier_id.as_ref(), query.product_type.as_ref());
    let read_it =
        async |snapshot: &mut Snapshot, range| read(snapshot, range, supplier_id, product_type).await;
    query.common().answer(&reading, read_it).await
}

/// The settlements over `range`, of one supplier or of all, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    supplier_id: Option<&Id>,
    product_type: Option<&ProductType>,
) -> Result<Split<SuppliersRow>, DatabaseError> {
    let supplier_id = supplier_id.map(|id| &**id);
    let select = if supplier_id.is_some() { &OF_ONE } else { &OF_ALL };
    select.read(snapshot, range, supplier_id, product_type).await
}

/// All suppliers together.
pub(crate) static ALL: Source = Source {
    cells: "settlement_cells",
    cells_where: "supplier_id = ''",
    grains: Grains::HourToYear,
    rows: "order_states",
    rows_where: "settlement_state is not null",
    rows_at: "paid_at",
    past: Past {
        cells: "settlement_past",
        grains: Grains::DayToYear,
        key: &["grain", "supplier_id", "start", "product_type"],
        rows: PastRows::Versions {
            versions: "order_versions",
            key: &["birth"],
            // An order is paid once, and its settlement stays from then on.
            facts: "select birth as of_birth, paid_at as first_paid_at, product_type, supplier_id from order_states \
                where settlement_state is not null",
            at: "first_paid_at",
        },
    },
};

/// One supplier, whose days are few rows.
pub(crate) static ONE: Source = Source {
    cells_where: concat!("supplier_id = ", first_filter!()),
    grains: Grains::DayToMonth,
    rows_where: concat!("settlement_state is not null and supplier_id = ", first_filter!()),
    past: Past { grains: Grains::DayToMonth, ..ALL.past },
    ..ALL
};

pub(crate) static OF_ALL: LazyLock<ByType> = LazyLock::new(|| select(&ALL, 0));
static OF_ONE: LazyLock<ByType> = LazyLock::new(|| select(&ONE, 1));

fn select(source: &Source, bound: usize) -> ByType {
    ByType::new(source, &figures(), &orders_in_any::<SettlementState>(), bound)
}

/// What cells have, and what an order adds to it.
pub(crate) fn figures() -> Vec<Figure> {
    in_states::<SettlementState>("settlement_state", "1", "settlement_amount")
}
