//! Refunds (退款统计): those requested in a range, as decided now (reports.md §4).

use crate::database::DatabaseError;
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::ProductType;
use events_schema::terms::{RefundState, Term};
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
    /// What the report of refunds is asked for.
    RefundsQuery {
        /// Refunds of orders of this product type only.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
    }
}

/// What requested refunds add up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefundsRow {
    /// 退款申请: refunds requested.
    pub requests: i64,
    /// The parts of payments that they undo, fees included.
    pub requested_amount: Amount,
    /// Those that nobody has decided yet.
    pub in_review: i64,
    /// Those that were rejected.
    pub rejected: i64,
    /// 已完成退款: those that were completed.
    pub completed: i64,
    /// 退款手续费: fees kept of completed ones.
    pub refund_fee_amount: Amount,
    /// 实际退款: what customers got of completed ones.
    pub refunded_amount: Amount,
}

impl From<Totals<7>> for RefundsRow {
    fn from(totals: Totals<7>) -> Self {
        let Totals(
            [requests, requested_amount, in_review, rejected, completed, refund_fee_amount, refunded_amount],
        ) = totals;
        let [requested_amount, refund_fee_amount, refunded_amount] =
            [requested_amount, refund_fee_amount, refunded_amount].map(Amount::minor);
        Self {
            requests,
            requested_amount,
            in_review,
            rejected,
            completed,
            refund_fee_amount,
            refunded_amount,
        }
    }
}

impl SplitRow for RefundsRow {
    const DOCUMENT: Document = Document { name: "refunds", title: Label::new("退款统计", "Refunds") };
    split_columns![
        Column::count("requests", "退款申请数", "Requests"),
        Column::amount("requested_amount", "申请退款金额", "Requested"),
        Column::count("in_review", "待审核", "In review"),
        Column::count("rejected", "已拒绝", "Rejected"),
        Column::count("completed", "已完成", "Completed"),
        Column::amount("refund_fee_amount", "退款手续费", "Refund fees"),
        Column::amount("refunded_amount", "实际退款金额", "Refunded"),
    ];

    fn cells(&self, cells: &mut Cells) {
        cells
            .count(self.requests)
            .amount(self.requested_amount)
            .count(self.in_review)
            .count(self.rejected)
            .count(self.completed)
            .amount(self.refund_fee_amount)
            .amount(self.refunded_amount);
    }
}

/// Refunds (退款统计)
///
/// The refunds requested in the range, as decided now.
#[utoipa::path(
    get, path = "/v1/reports/refunds", tag = "reports", params(RefundsQuery),
    responses(
        (status = 200, description = "The report", body = Report<Split<RefundsRow>>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn refunds(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<RefundsQuery>,
) -> Result<Response, Problem> {
    let read_it =
        async |snapshot: &mut Snapshot, range| read(snapshot, range, query.product_type.as_ref()).await;
    query.common().answer(&reading, read_it).await
}

/// The refunds over `range`, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    product_type: Option<&ProductType>,
) -> Result<Split<RefundsRow>, DatabaseError> {
    SELECT.read(snapshot, range, None, product_type).await
}

/// Where refunds are kept.
pub(crate) static SOURCE: Source = Source {
    cells: "refund_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: "refunds",
    rows_where: "true",
    rows_at: "requested_at",
    past: Past {
        cells: "refund_past",
        grains: Grains::DayToYear,
        key: &["grain", "start", "product_type"],
        rows: PastRows::Versions {
            versions: "refund_versions",
            key: &["order_birth", "ordinal"],
            facts: "select order_birth as of_order_birth, ordinal as of_ordinal, requested_at, product_type, amount, fee \
                from refunds",
            at: "requested_at",
        },
    },
};

pub(crate) static SELECT: LazyLock<ByType> =
    LazyLock::new(|| ByType::new(&SOURCE, &figures(), "requests", 0));

/// What cells have, and what a refund adds to it.
pub(crate) fn figures() -> Vec<Figure> {
    let when = |state: RefundState, figure: &str| {
        format!("case when state = {} then {figure} else 0 end", state.ordinal())
    };
    vec![
        Figure::new("requests", "1"),
        Figure::new("requested_amount", "amount"),
        Figure::new("in_review", when(RefundState::InReview, "1")),
        Figure::new("rejected", when(RefundState::Rejected, "1")),
        Figure::new("completed", when(RefundState::Completed, "1")),
        Figure::new("refund_fee_amount", when(RefundState::Completed, "fee")),
        Figure::new("refunded_amount", when(RefundState::Completed, "amount - fee")),
    ]
}
