//! Sales (销售统计): the orders placed in a range, in the state they are in now.

use axum::extract::State;
use events_schema::terms::{OrderStatus, Term};
use events_schema::{Position, ProductType, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, Report};
use crate::extract::ValidQuery;
use crate::figure::{Amount, OrderStatusWord, Ratio};
use crate::period::{self, Moment};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::reports::sales_figures::{BY_PRODUCT_TYPE, OF_ONE_PRODUCT_TYPE, Sums};
use crate::snapshot::Snapshot;

/// What the sales report is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SalesQuery {
    /// Orders placed from this instant on, or from the local midnight of this date. Absent: from the beginning;
    /// absent together with `to`: today.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    from: Option<Moment>,
    /// Orders placed before this instant, or before the local midnight of this date. Absent: until the end of today.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    to: Option<Moment>,
    /// Orders of this product type only.
    #[param(value_type = Option<String>, example = "ticket")]
    product_type: Option<ProductType>,
    /// Wait until the figures reflect this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
}

/// The figures of the sales report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SalesReport {
    /// All orders of the selection.
    pub total: SalesRow,
    /// The same by product type, of those with an order in the selection, sorted by name.
    pub by_product_type: Vec<SalesOfType>,
}

/// The sales of one product type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SalesOfType {
    /// The product type.
    #[schema(example = "ticket")]
    pub product_type: String,
    /// Its sales.
    #[serde(flatten)]
    pub row: SalesRow,
}

/// What a selection of orders has become. Always: paid = prepaid + realised + refunded + refund fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SalesRow {
    /// Orders.
    pub orders: i64,
    /// Orders that are not paid.
    pub unpaid_orders: i64,
    /// Orders that were paid.
    pub paid_orders: i64,
    /// Orders and their payable amount, in each of the nine statuses.
    pub by_status: Vec<StatusRow>,
    /// 总销售额: amounts of paid orders, before discounts.
    pub sales_amount: Amount,
    /// 优惠额: discounts of paid orders.
    pub discount_amount: Amount,
    /// Sales less discounts.
    pub paid_amount: Amount,
    /// 预收款: what is left of paid orders that are not consumed.
    pub prepaid_amount: Amount,
    /// 实销额: what is left of consumed orders.
    pub realised_amount: Amount,
    /// 实退额: what was actually refunded.
    pub refunded_amount: Amount,
    /// 退款手续费: fees kept of completed refunds.
    pub refund_fee_amount: Amount,
    /// What is left of orders in status `completed`: the base of what follows.
    pub revenue: Amount,
    /// 采购成本: purchase cost of orders in status `completed`.
    pub purchase_cost: Amount,
    /// Commissions of orders in status `completed`.
    pub commission_cost: Amount,
    /// Freight of orders in status `completed`.
    pub freight_cost: Amount,
    /// 销售成本: purchase, commission and freight.
    pub sales_cost: Amount,
    /// 利润: revenue less sales cost.
    pub profit: Amount,
    /// 利润率: profit / revenue; null without revenue.
    pub profit_margin: Option<Ratio>,
    /// 支付转化率: paid orders / orders; null without orders.
    pub conversion_rate: Option<Ratio>,
    /// 退货率: paid orders with a completed refund / paid orders; null without paid orders.
    pub return_rate: Option<Ratio>,
}

/// The orders in one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StatusRow {
    /// 订单状态.
    #[schema(value_type = OrderStatusWord)]
    pub status: OrderStatus,
    /// How many.
    pub orders: i64,
    /// Their payable amount.
    pub amount: Amount,
}

impl From<&Sums> for SalesRow {
    fn from(sums: &Sums) -> Self {
        let sales_cost = sums.purchase_cost() + sums.commission_cost() + sums.freight_cost();
        let profit = sums.revenue() - sales_cost;
        let figures = sums.status_orders.iter().zip(sums.status_amounts);
        let by_status = OrderStatus::ALL
            .iter()
            .zip(figures)
            .map(|(&status, (&orders, amount))| StatusRow { status, orders, amount: Amount::minor(amount) })
            .collect();
        Self {
            orders: sums.orders,
            unpaid_orders: sums.orders - sums.paid_orders,
            paid_orders: sums.paid_orders,
            by_status,
            sales_amount: Amount::minor(sums.sales_amount()),
            discount_amount: Amount::minor(sums.discount_amount()),
            paid_amount: Amount::minor(sums.sales_amount() - sums.discount_amount()),
            prepaid_amount: Amount::minor(sums.prepaid_amount()),
            realised_amount: Amount::minor(sums.realised_amount()),
            refunded_amount: Amount::minor(sums.refunded_amount()),
            refund_fee_amount: Amount::minor(sums.refund_fee_amount()),
            revenue: Amount::minor(sums.revenue()),
            purchase_cost: Amount::minor(sums.purchase_cost()),
            commission_cost: Amount::minor(sums.commission_cost()),
            freight_cost: Amount::minor(sums.freight_cost()),
            sales_cost: Amount::minor(sales_cost),
            profit: Amount::minor(profit),
            profit_margin: Ratio::of(profit, sums.revenue()),
            conversion_rate: Ratio::of(sums.paid_orders, sums.orders),
            return_rate: Ratio::of(sums.returned_orders, sums.paid_orders),
        }
    }
}

/// Sales (销售统计)
///
/// The orders placed in the range, in the state they are in now.
#[utoipa::path(
    get, path = "/v1/reports/sales", tag = "reports", params(SalesQuery),
    responses(
        (status = 200, description = "The report", body = Report<SalesReport>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`", body = ProblemDocument),
    )
)]
pub(crate) async fn sales(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<SalesQuery>,
) -> Result<Answer<Report<SalesReport>>, Problem> {
    let mut snapshot = reading.at_least(query.min_position).await?;
    let range = period::of_report(query.from, query.to, Timestamp::now(), &snapshot.calendar)?;
    let figures = read(&mut snapshot, range, query.product_type.as_ref()).await?;
    Ok(Report::answer("sales", range, snapshot, figures))
}

/// The sales over `range`, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    product_type: Option<&ProductType>,
) -> Result<SalesReport, sqlx::Error> {
    let sql = match product_type {
        Some(one) => OF_ONE_PRODUCT_TYPE.over(range, &snapshot.calendar).with(one.as_str()),
        None => BY_PRODUCT_TYPE.over(range, &snapshot.calendar),
    };
    let mut total = Sums::default();
    let mut by_product_type = Vec::new();
    for row in snapshot.fetch_all(sql).await? {
        let sums = Sums::read(&row)?;
        total += &sums;
        by_product_type.push(SalesOfType { product_type: row.get(0)?, row: SalesRow::from(&sums) });
    }
    Ok(SalesReport { total: SalesRow::from(&total), by_product_type })
}
