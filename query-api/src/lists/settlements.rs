//! Settlements (结算审核), those of the newest payments first (reports.md §11).

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{Method, Mode, OrderStatus, SettlementState};
use events_schema::{Calendar, Id, ProductType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Argument, DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime, OrderStatusWord, SettlementStateWord};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW, FEW_LOOKED_UP, Prefix, Searched};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which settlements are asked for.
    pub(crate) struct SettlementsQuery {
        /// Settlements that stand so now.
        #[param(value_type = Option<SettlementStateWord>)]
        state: Option<SettlementState>,
        /// Settlements of orders that are in this status now.
        #[param(value_type = Option<OrderStatusWord>)]
        order_status: Option<OrderStatus>,
        /// Settlements of orders of this product type.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
        /// Settlements of this supplier.
        #[param(value_type = Option<String>)]
        supplier_id: Option<Id>,
        /// The settlement of this order.
        #[param(value_type = Option<String>)]
        order_id: Option<Id>,
        /// What the order number, the product's name or the supplier's name begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// The settlement of an order with its supplier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SettlementItem {
    /// 付款时间: when the order was paid.
    pub paid_at: LocalTime,
    /// The product's type.
    #[schema(example = "ticket")]
    pub product_type: String,
    /// The id of the order.
    pub order_id: String,
    /// The number that customers know.
    pub order_no: String,
    /// The product's name.
    pub product_name: String,
    /// 订单状态.
    #[schema(value_type = OrderStatusWord)]
    pub order_status: OrderStatus,
    /// The supplier's id.
    pub supplier_id: String,
    /// The supplier's name.
    pub supplier_name: String,
    /// 订单金额: what was payable.
    pub order_amount: Amount,
    /// 结算金额: the cost as it is now; the original one when it is not to be settled.
    pub settlement_amount: Amount,
    /// 结算状态.
    #[schema(value_type = SettlementStateWord)]
    pub state: SettlementState,
    /// From when on it is due; null until the order is completed.
    pub due_at: Option<LocalTime>,
    /// When it was settled.
    pub settled_at: Option<LocalTime>,
    /// Whether finance may settle it by hand: paid offline, completed, unsettled.
    pub can_settle: bool,
}

impl ListItem for SettlementItem {
    const DOCUMENT: Document =
        Document { name: "settlements", title: Label::new("结算审核", "Settlements") };
    const COLUMNS: &'static [Column] = &[
        Column::time("paid_at", "付款时间", "Paid at"),
        Column::text("product_type", "产品类型", "Product type"),
        Column::text("order_id", "订单ID", "Order ID"),
        Column::text("order_no", "来源订单号", "Order no."),
        Column::text("product_name", "产品名称", "Product"),
        Column::text("order_status", "订单状态", "Order status"),
        Column::text("supplier_id", "供应商ID", "Supplier ID"),
        Column::text("supplier_name", "供应商", "Supplier"),
        Column::amount("order_amount", "订单金额", "Order amount"),
        Column::amount("settlement_amount", "结算金额", "Settlement amount"),
        Column::text("state", "结算状态", "State"),
        Column::time("due_at", "应结时间", "Due at"),
        Column::time("settled_at", "结算时间", "Settled at"),
        Column::text("can_settle", "可结算", "Can be settled"),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        let (order_status, state) = (row::word(row, "status")?, row::word(row, "settlement_state")?);
        Ok(Self {
            paid_at: row::time(row, "paid_at", calendar)?,
            product_type: row.get("product_type")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            product_name: row.get("product_name")?,
            order_status,
            supplier_id: row.get("supplier_id")?,
            supplier_name: row.get("supplier_name")?,
            order_amount: row::amount(row, "payable")?,
            settlement_amount: row::amount(row, "settlement_amount")?,
            state,
            due_at: row::time_or_null(row, "settlement_due_at", calendar)?,
            settled_at: row::time_or_null(row, "settled_at", calendar)?,
            can_settle: can_settle(order_status, state, row::word_or_null(row, "payment_method")?),
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        let (status, state) = (row::word(row, "status")?, row::word(row, "settlement_state")?);
        cells
            .time(row::instant(row, "paid_at")?)
            .text(row.get::<&str>("product_type")?)
            .text(row.get::<&str>("order_id")?);
        cells
            .text(row.get::<&str>("order_no")?)
            .text(row.get::<&str>("product_name")?)
            .word(words::ORDER_STATUSES, row::name::<OrderStatus>(row, "status")?);
        cells
            .text(row.get::<&str>("supplier_id")?)
            .text(row.get::<&str>("supplier_name")?)
            .amount(row::amount(row, "payable")?);
        cells
            .amount(row::amount(row, "settlement_amount")?)
            .word(words::SETTLEMENT_STATES, row::name::<SettlementState>(row, "settlement_state")?)
            .time(row::instant(row, "settlement_due_at")?);
        cells.time(row::instant(row, "settled_at")?).yes_or_no(can_settle(
            status,
            state,
            row::word_or_null(row, "payment_method")?,
        ));
        Ok(())
    }
}

/// Whether finance may settle an order by hand (domain §7).
pub(super) fn can_settle(status: OrderStatus, state: SettlementState, method: Option<Method>) -> bool {
    let is_offline = method.is_some_and(|method| method.mode() == Mode::Offline);
    is_offline && status == OrderStatus::Completed && state == SettlementState::Unsettled
}

/// Settlements (结算审核)
///
/// Those of paid orders with a supplier, newest first by the time they were paid. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/settlements", tag = "lists", params(SettlementsQuery),
    responses(
        (status = 200, description = "A page of settlements", body = Page<SettlementItem>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn settlements(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<SettlementsQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for SettlementsQuery {
    type Item = SettlementItem;

    fn selection(&self) -> Selection {
        Selection::new(&SETTLEMENTS)
            .id("o.order_id", self.order_id.as_deref())
            .word("s.supplier_id", self.supplier_id.as_deref())
            .word("s.settlement_state", self.state.map(Argument::term))
            .word("s.product_type", self.product_type.as_deref())
            .rare_word("s.status", self.order_status.map(Argument::term))
            // An order that is not paid has no settlement.
            .empty_if(self.order_status.is_some_and(|status| !status.is_paid()))
            .search(self.q.as_ref())
    }
}

/// The list of settlements.
pub(crate) static SETTLEMENTS: List = List {
    name: "settlements",
    columns: "s.paid_at, o.product_type, o.order_id, o.order_no, o.product_name, s.status, o.supplier_id, \
        s.supplier_name, o.payable, s.settlement_amount, s.settlement_state, s.settlement_due_at, s.settled_at, \
        s.payment_method",
    tables: &[
        Tables {
            table: "order_states",
            first: "s",
            always: "s.supplier_id is not null and s.paid_at is not null",
            walked: "s.paid_at is not null",
            joined: "cross join orders o",
            on: "o.birth = s.birth",
            key: &["s.paid_at", "s.birth"],
        },
        Tables {
            table: "orders",
            first: "o",
            always: "true",
            walked: "true",
            joined: "cross join order_states s",
            on: "s.birth = o.birth and s.supplier_id is not null and s.paid_at is not null",
            key: &["s.paid_at", "s.birth"],
        },
    ],
    searched: &[
        Searched {
            column: "o.order_no",
            found: FOUND,
            indexed: "x.order_no",
            counted: "orders x where",
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "o.product_name",
            found: FOUND,
            indexed: "x.product_name",
            counted: SETTLED,
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "s.supplier_name",
            found: OF_SUPPLIERS,
            indexed: "supplier_name",
            counted: "order_states where paid_at is not null and",
            few_max: FEW,
        },
    ],
    amount: Some("s.settlement_amount"),
};

/// The settlements of suppliers that are searched: what is paid and has a supplier has one. The sum keeps the index on the
/// time from being taken, which has the right order and all other rows.
const OF_SUPPLIERS: &str = "select paid_at + 0, birth from order_states where paid_at is not null and";
/// The settlements of some orders.
const FOUND: &str = "select t.paid_at, t.birth from orders x cross join order_states t \
    where t.birth = x.birth and t.settlement_state is not null and";
/// The orders that have one: of some products, hardly any have.
const SETTLED: &str =
    "orders x cross join order_states t where t.birth = x.birth and t.settlement_state is not null and";
