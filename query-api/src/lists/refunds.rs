//! Refunds of orders, newest first (reports.md §11).

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::RefundState;
use events_schema::{Calendar, Id, ProductType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Argument, DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime, RefundStateWord};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW_LOOKED_UP, Prefix, Searched};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which refunds are asked for.
    pub(crate) struct RefundsQuery {
        /// Refunds that stand so now.
        #[param(value_type = Option<RefundStateWord>)]
        state: Option<RefundState>,
        /// Refunds of orders of this product type.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
        /// Refunds with this id, which is unique in its order.
        #[param(value_type = Option<String>)]
        refund_id: Option<Id>,
        /// Refunds of this order.
        #[param(value_type = Option<String>)]
        order_id: Option<Id>,
        /// What the order number begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// A refund, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RefundItem {
    /// Its id, unique in its order.
    pub refund_id: String,
    /// The id of the order.
    pub order_id: String,
    /// The number that customers know.
    pub order_no: String,
    /// When it was requested.
    pub requested_at: LocalTime,
    /// When it was completed or rejected.
    pub decided_at: Option<LocalTime>,
    /// The part of the payment that is undone, fee included.
    pub amount: Amount,
    /// 退款手续费: what the platform keeps of it.
    pub fee: Amount,
    /// What became of it.
    #[schema(value_type = RefundStateWord)]
    pub state: RefundState,
    /// The product's type.
    #[schema(example = "ticket")]
    pub product_type: String,
}

impl ListItem for RefundItem {
    const DOCUMENT: Document = Document { name: "refunds", title: Label::new("退款明细", "Refunds") };
    const COLUMNS: &'static [Column] = &[
        Column::text("refund_id", "退款ID", "Refund ID"),
        Column::text("order_id", "订单ID", "Order ID"),
        Column::text("order_no", "订单编号", "Order no."),
        Column::time("requested_at", "申请时间", "Requested at"),
        Column::time("decided_at", "处理时间", "Decided at"),
        Column::amount("amount", "退款金额", "Amount"),
        Column::amount("fee", "退款手续费", "Fee"),
        Column::text("state", "退款状态", "State"),
        Column::text("product_type", "产品类型", "Product type"),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        Ok(Self {
            refund_id: row.get("refund_id")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            requested_at: row::time(row, "requested_at", calendar)?,
            decided_at: row::time_or_null(row, "decided_at", calendar)?,
            amount: row::amount(row, "amount")?,
            fee: row::amount(row, "fee")?,
            state: row::word(row, "state")?,
            product_type: row.get("product_type")?,
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        cells
            .text(row.get::<&str>("refund_id")?)
            .text(row.get::<&str>("order_id")?)
            .text(row.get::<&str>("order_no")?);
        cells
            .time(row::instant(row, "requested_at")?)
            .time(row::instant(row, "decided_at")?)
            .amount(row::amount(row, "amount")?);
        cells
            .amount(row::amount(row, "fee")?)
            .word(words::REFUND_STATES, row::name::<RefundState>(row, "state")?)
            .text(row.get::<&str>("product_type")?);
        Ok(())
    }
}

/// Refunds
///
/// Newest first by the time they were requested. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/refunds", tag = "lists", params(RefundsQuery),
    responses(
        (status = 200, description = "A page of refunds", body = Page<RefundItem>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn refunds(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<RefundsQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for RefundsQuery {
    type Item = RefundItem;

    fn selection(&self) -> Selection {
        Selection::new(&REFUNDS)
            .id_where(OF_ORDER, self.order_id.as_deref())
            .id("r.refund_id", self.refund_id.as_deref())
            .word("r.state", self.state.map(Argument::term))
            .word("r.product_type", self.product_type.as_deref())
            .search(self.q.as_ref())
    }
}

/// The list of refunds.
pub(crate) static REFUNDS: List = List {
    name: "refunds",
    columns: "r.refund_id, o.order_id, o.order_no, r.requested_at, r.decided_at, r.amount, r.fee, r.state, \
        r.product_type",
    tables: &[Tables {
        table: "refunds",
        first: "r",
        always: "true",
        walked: "true",
        joined: "cross join orders o",
        on: "o.birth = r.order_birth",
        key: &["r.requested_at", "r.order_birth", "r.ordinal"],
    }],
    searched: &[Searched {
        column: "o.order_no",
        found: OF_ORDERS,
        indexed: "x.order_no",
        counted: "orders x where",
        few_max: FEW_LOOKED_UP,
    }],
    amount: Some("r.amount"),
};

/// The refunds of one order.
const OF_ORDER: &str = "r.order_birth in (select birth from orders where order_id = {})";
/// The refunds of some orders. The sum keeps PostgreSQL from reading all refunds by their time instead, which is how they
/// are sorted in the end.
const OF_ORDERS: &str = "select l.requested_at + 0, l.order_birth, l.ordinal from orders x cross join refunds l \
    where l.order_birth = x.birth and";
