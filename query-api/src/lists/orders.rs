//! Orders (订单), newest first.

use axum::extract::State;
use events_schema::terms::{Method, OrderSource, OrderStatus, Term};
use events_schema::{Calendar, Id, Position, ProductType};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::cursor::{Cursor, ListKind};
use crate::database::{Row, Sql};
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime, MethodWord, OrderSourceWord, OrderStatusWord};
use crate::lists::page::{Limit, Page, Prefix, push_equal, push_place};
use crate::period::{self, Moment};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::row;

/// Which orders are asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrdersQuery {
    /// Orders placed from this instant on, or from the local midnight of this date.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    from: Option<Moment>,
    /// Orders placed before this instant, or before the local midnight of this date.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    to: Option<Moment>,
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
    /// Most items of the answer.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Wait until the list reflects this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
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

impl OrderItem {
    pub(super) fn read(row: &Row, calendar: &Calendar) -> Result<Self, sqlx::Error> {
        let left = row.get::<i64>("paid")? - row.get::<i64>("refunded_gross")?;
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
            left: Amount::minor(left),
            payment_method: row::word_or_null(row, "payment_method")?,
            supplier_id: row.get("supplier_id")?,
            supplier_name: row.get("supplier_name")?,
        })
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
) -> Result<Answer<Page<OrderItem>>, Problem> {
    let after = query.cursor.as_deref().map(|cursor| Cursor::decode(cursor, ListKind::Orders)).transpose()?;
    let mut snapshot = reading.at_least(query.min_position).await?;
    let range = period::of_list(query.from, query.to, &snapshot.calendar)?;
    let rows = snapshot.fetch_all(query.sql(range, after)).await?;
    let items: Result<_, sqlx::Error> = rows
        .iter()
        .map(|row| {
            let cursor = Cursor { at: row.get("placed_at")?, number: row.get("birth")? };
            Ok((cursor, OrderItem::read(row, &snapshot.calendar)?))
        })
        .collect();
    Ok(Page::answer(items?, query.limit, ListKind::Orders, snapshot.position))
}

impl OrdersQuery {
    fn sql(&self, range: Range, after: Option<Cursor>) -> Sql {
        let mut sql = Sql::new(
            "select birth, order_id, order_no, status, placed_at, paid_at, completed_at, product_type, product_name, \
             member_id, source, payable, paid, refunded_gross, payment_method, supplier_id, supplier_name \
             from orders where true",
        );
        push_place(&mut sql, ["placed_at", "birth"], range, after);
        push_equal(&mut sql, "status", self.status.map(Term::as_str));
        push_equal(&mut sql, "source", self.source.map(Term::as_str));
        push_equal(&mut sql, "product_type", self.product_type.as_deref());
        push_equal(&mut sql, "payment_method", self.payment_method.map(Term::as_str));
        push_equal(&mut sql, "supplier_id", self.supplier_id.as_deref());
        push_equal(&mut sql, "member_id", self.member_id.as_deref());
        push_equal(&mut sql, "order_id", self.order_id.as_deref());
        if let Some(prefix) = &self.q {
            prefix.push(&mut sql, &["order_no", "order_id", "product_name"]);
        }
        sql.push(" order by placed_at desc, birth desc limit ").bind(self.limit.rows());
        sql
    }
}
