//! Orders (订单), newest first.

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{Method, OrderSource, OrderStatus};
use events_schema::{Calendar, Id, ProductType};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Argument, DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime, MethodWord, OrderSourceWord, OrderStatusWord};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW, FEW_LOOKED_UP, Prefix, Searched};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which orders are asked for.
    pub(crate) struct OrdersQuery {
        /// Orders that are in this status now.
        #[param(value_type = Option<OrderStatusWord>)]
        status: Option<OrderStatus>,
        /// Orders from this channel.
        #[param(value_type = Option<OrderSourceWord>)]
        source: Option<OrderSource>,
        /// Orders of this product type.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
        /// Orders that were paid by this method.
        #[param(value_type = Option<MethodWord>)]
        payment_method: Option<Method>,
        /// Orders of this supplier.
        #[param(value_type = Option<String>)]
        supplier_id: Option<Id>,
        /// Orders of this member.
        #[param(value_type = Option<String>)]
        member_id: Option<Id>,
        /// The order with this id.
        #[param(value_type = Option<String>)]
        order_id: Option<Id>,
        /// What the order number, the order id or the product's name begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// An order, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OrderItem {
    /// The id of the order.
    pub order_id: String,
    /// The number that customers know.
    pub order_no: String,
    /// 订单状态.
    #[schema(value_type = OrderStatusWord)]
    pub status: OrderStatus,
    /// When it was placed.
    pub placed_at: LocalTime,
    /// When it was paid.
    pub paid_at: Option<LocalTime>,
    /// When it was consumed.
    pub completed_at: Option<LocalTime>,
    /// The product's type.
    #[schema(example = "ticket")]
    pub product_type: String,
    /// The product's name.
    pub product_name: String,
    /// Who placed it.
    pub member_id: String,
    /// The channel that it came from.
    #[schema(value_type = OrderSourceWord)]
    pub source: OrderSource,
    /// The amount less discounts.
    pub payable: Amount,
    /// What was paid less completed refunds.
    pub left: Amount,
    /// How it was paid.
    #[schema(value_type = Option<MethodWord>)]
    pub payment_method: Option<Method>,
    /// The supplier's id.
    pub supplier_id: Option<String>,
    /// The supplier's name.
    pub supplier_name: Option<String>,
}

impl ListItem for OrderItem {
    const DOCUMENT: Document = Document { name: "orders", title: Label::new("订单", "Orders") };
    const COLUMNS: &'static [Column] = &[
        Column::text("order_no", "订单编号", "Order no."),
        Column::text("order_id", "订单ID", "Order ID"),
        Column::text("status", "订单状态", "Status"),
        Column::time("placed_at", "下单时间", "Placed at"),
        Column::time("paid_at", "付款时间", "Paid at"),
        Column::time("completed_at", "完成时间", "Completed at"),
        Column::text("product_type", "产品类型", "Product type"),
        Column::text("product_name", "产品名称", "Product"),
        Column::text("member_id", "会员ID", "Member ID"),
        Column::text("source", "订单来源", "Source"),
        Column::amount("payable", "应付金额", "Payable"),
        Column::amount("left", "剩余金额", "Left"),
        Column::text("payment_method", "支付方式", "Payment method"),
        Column::text("supplier_id", "供应商ID", "Supplier ID"),
        Column::text("supplier_name", "供应商", "Supplier"),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        Ok(Self {
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            status: row::word(row, "status")?,
            placed_at: row::time(row, "placed_at", calendar)?,
            paid_at: row::time_or_null(row, "paid_at", calendar)?,
            completed_at: row::time_or_null(row, "completed_at", calendar)?,
            product_type: row.get("product_type")?,
            product_name: row.get("product_name")?,
            member_id: row.get("member_id")?,
            source: row::word(row, "source")?,
            payable: row::amount(row, "payable")?,
            left: row::amount(row, "left_amount")?,
            payment_method: row::word_or_null(row, "payment_method")?,
            supplier_id: row.get("supplier_id")?,
            supplier_name: row.get("supplier_name")?,
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        cells
            .text(row.get::<&str>("order_no")?)
            .text(row.get::<&str>("order_id")?)
            .word(words::ORDER_STATUSES, row::name::<OrderStatus>(row, "status")?);
        cells
            .time(row::instant(row, "placed_at")?)
            .time(row::instant(row, "paid_at")?)
            .time(row::instant(row, "completed_at")?);
        cells
            .text(row.get::<&str>("product_type")?)
            .text(row.get::<&str>("product_name")?)
            .text(row.get::<&str>("member_id")?);
        cells
            .word(words::ORDER_SOURCES, row::name::<OrderSource>(row, "source")?)
            .amount(row::amount(row, "payable")?)
            .amount(row::amount(row, "left_amount")?);
        cells
            .word(words::METHODS, row::name_or_null::<Method>(row, "payment_method")?)
            .text(row.get::<Option<&str>>("supplier_id")?)
            .text(row.get::<Option<&str>>("supplier_name")?);
        Ok(())
    }
}

/// Orders (订单)
///
/// Newest first by the time they were placed. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/orders", tag = "lists", params(OrdersQuery),
    responses(
        (status = 200, description = "A page of orders", body = Page<OrderItem>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn orders(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<OrdersQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for OrdersQuery {
    type Item = OrderItem;

    fn selection(&self) -> Selection {
        Selection::new(&ORDERS)
            .id("o.order_id", self.order_id.as_deref())
            .id_by_time("o.member_id", self.member_id.as_deref())
            .word("o.supplier_id", self.supplier_id.as_deref())
            .word("s.status", self.status.map(Argument::term))
            .word("s.payment_method", self.payment_method.map(Argument::term))
            .word("o.source", self.source.map(Argument::term))
            .word("o.product_type", self.product_type.as_deref())
            // An order in a status that is not paid was never paid.
            .empty_if(self.payment_method.is_some() && self.status.is_some_and(|status| !status.is_paid()))
            .search(self.q.as_ref())
    }
}

/// The list of orders.
pub(crate) static ORDERS: List = List {
    name: "orders",
    columns: "o.order_id, o.order_no, s.status, o.placed_at, s.paid_at, s.completed_at, o.product_type, o.product_name, \
        o.member_id, o.source, o.payable, s.paid - s.refunded_gross as left_amount, s.payment_method, o.supplier_id, s.supplier_name",
    tables: &[
        Tables {
            table: "orders",
            first: "o",
            always: "true",
            walked: "true",
            joined: "cross join order_states s",
            on: "s.birth = o.birth",
            key: &["o.placed_at", "o.birth"],
        },
        Tables {
            table: "order_states",
            first: "s",
            always: "true",
            walked: "true",
            joined: "cross join orders o",
            on: "o.birth = s.birth",
            key: &["s.placed_at", "s.birth"],
        },
    ],
    searched: &[
        Searched {
            column: "o.order_no",
            found: "select placed_at, birth from orders where",
            indexed: "order_no",
            counted: "orders where",
            few_max: FEW,
        },
        Searched {
            column: "o.order_id",
            found: "select placed_at, birth from orders where",
            indexed: "order_id",
            counted: "orders where",
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "o.product_name",
            found: "select placed_at, birth from orders where",
            indexed: "product_name",
            counted: "orders where",
            few_max: FEW,
        },
    ],
    amount: Some("o.payable"),
};
