//! Commissions (返佣明细), those of the newest orders first: the lines of paid orders (reports.md §11).

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::CommissionState;
use events_schema::{Calendar, Id, ProductType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Argument, DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, CommissionStateWord, LocalTime};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW, FEW_LOOKED_UP, Prefix, Searched};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which commissions are asked for.
    pub(crate) struct CommissionsQuery {
        /// Commissions that stand so now.
        #[param(value_type = Option<CommissionStateWord>)]
        state: Option<CommissionState>,
        /// Commissions by orders of this product type.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
        /// Commissions of this distributor.
        #[param(value_type = Option<String>)]
        distributor_id: Option<Id>,
        /// Commissions by this order.
        #[param(value_type = Option<String>)]
        order_id: Option<Id>,
        /// What the order number or the distributor's name begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// What a distributor earns by an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommissionItem {
    /// 下单时间: when the order was placed.
    pub placed_at: LocalTime,
    /// The id of the order.
    pub order_id: String,
    /// The number that customers know.
    pub order_no: String,
    /// The product's type.
    #[schema(example = "ticket")]
    pub product_type: String,
    /// The product's name.
    pub product_name: String,
    /// The distributor's id.
    pub distributor_id: String,
    /// The distributor's name.
    pub distributor_name: String,
    /// 佣金: after partial refunds; the original amount when it is cancelled.
    pub amount: Amount,
    /// Whether it was credited.
    #[schema(value_type = CommissionStateWord)]
    pub state: CommissionState,
    /// When it was credited: the moment the order was completed.
    pub settled_at: Option<LocalTime>,
}

impl ListItem for CommissionItem {
    const DOCUMENT: Document =
        Document { name: "commissions", title: Label::new("返佣明细", "Commissions") };
    const COLUMNS: &'static [Column] = &[
        Column::time("placed_at", "下单时间", "Placed at"),
        Column::text("order_id", "订单ID", "Order ID"),
        Column::text("order_no", "来源订单号", "Order no."),
        Column::text("product_type", "产品类型", "Product type"),
        Column::text("product_name", "产品名称", "Product"),
        Column::text("distributor_id", "分销员ID", "Distributor ID"),
        Column::text("distributor_name", "分销员", "Distributor"),
        Column::amount("amount", "佣金金额", "Commission"),
        Column::text("state", "结算状态", "State"),
        Column::time("settled_at", "结算时间", "Settled at"),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        Ok(Self {
            placed_at: row::time(row, "placed_at", calendar)?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            product_type: row.get("product_type")?,
            product_name: row.get("product_name")?,
            distributor_id: row.get("distributor_id")?,
            distributor_name: row.get("distributor_name")?,
            amount: row::amount(row, "amount")?,
            state: row::word(row, "state")?,
            settled_at: row::time_or_null(row, "settled_at", calendar)?,
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        cells
            .time(row::instant(row, "placed_at")?)
            .text(row.get::<&str>("order_id")?)
            .text(row.get::<&str>("order_no")?);
        cells
            .text(row.get::<&str>("product_type")?)
            .text(row.get::<&str>("product_name")?)
            .text(row.get::<&str>("distributor_id")?);
        cells
            .text(row.get::<&str>("distributor_name")?)
            .amount(row::amount(row, "amount")?)
            .word(words::COMMISSION_STATES, row::name::<CommissionState>(row, "state")?);
        cells.time(row::instant(row, "settled_at")?);
        Ok(())
    }
}

/// Commissions (返佣明细)
///
/// The lines of paid orders whose original amount is over 0, newest first by the time the order was placed. Without a
/// range: all of them.
#[utoipa::path(
    get, path = "/v1/commissions", tag = "lists", params(CommissionsQuery),
    responses(
        (status = 200, description = "A page of commissions", body = Page<CommissionItem>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn commissions(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<CommissionsQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for CommissionsQuery {
    type Item = CommissionItem;

    fn selection(&self) -> Selection {
        Selection::new(&COMMISSIONS)
            .id_where(OF_ORDER, self.order_id.as_deref())
            .word("c.distributor_id", self.distributor_id.as_deref())
            .word("c.state", self.state.map(Argument::term))
            .word("c.product_type", self.product_type.as_deref())
            .search(self.q.as_ref())
    }
}

/// The list of commissions.
pub(crate) static COMMISSIONS: List = List {
    name: "commissions",
    columns: "c.placed_at, o.order_id, o.order_no, c.product_type, o.product_name, c.distributor_id, \
        c.distributor_name, c.amount, c.state, c.settled_at",
    tables: &[Tables {
        table: "commissions",
        first: "c",
        always: "c.original_amount > 0 and c.state is not null",
        walked: "c.original_amount > 0",
        joined: "cross join orders o",
        on: "o.birth = c.order_birth",
        key: &["c.placed_at", "c.order_birth", "c.line"],
    }],
    searched: &[
        Searched {
            column: "o.order_no",
            found: OF_ORDERS,
            indexed: "x.order_no",
            counted: "orders x where",
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "c.distributor_name",
            found: "select placed_at, order_birth, line from commissions where original_amount > 0 and state is not null and",
            indexed: "distributor_name",
            counted: "commissions where original_amount > 0 and state is not null and",
            few_max: FEW,
        },
    ],
    amount: Some("c.amount"),
};

/// The commissions by one order.
const OF_ORDER: &str = "c.order_birth in (select birth from orders where order_id = {})";
/// The commissions by some orders.
const OF_ORDERS: &str = "select l.placed_at, l.order_birth, l.line from orders x cross join commissions l \
    where l.order_birth = x.birth and l.original_amount > 0 and l.state is not null and";
