//! Sales (销售统计): the orders placed in a range, in the state they are in now.

use crate::database::DatabaseError;
use axum::extract::State;
use axum::response::Response;
use events_schema::ProductType;
use events_schema::terms::{OrderStatus, Term};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::export::{Cells, Column, Document, Label, Stopped, Table, Writer, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, OrderStatusWord, Ratio};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::reports::query::report_query;
use crate::reports::sales_figures::{BY_TYPE, SalesTotals};
use crate::reports::split::{Split, SplitRow, split_columns};
use crate::snapshot::Snapshot;

report_query! {
    /// What the sales report is asked for.
    SalesQuery {
        /// Orders of this product type only.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
    }
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

impl From<SalesTotals> for SalesRow {
    fn from(totals: SalesTotals) -> Self {
        let [orders, paid_orders, returned_orders] = totals.counts();
        let [sales, discount, prepaid, realised, refunded, fees, revenue, purchase, commission, freight] =
            totals.sums();
        let sales_cost = purchase + commission + freight;
        let profit = revenue - sales_cost;
        Self {
            orders,
            unpaid_orders: orders - paid_orders,
            paid_orders,
            by_status: by_status(&totals),
            sales_amount: Amount::minor(sales),
            discount_amount: Amount::minor(discount),
            paid_amount: Amount::minor(sales - discount),
            prepaid_amount: Amount::minor(prepaid),
            realised_amount: Amount::minor(realised),
            refunded_amount: Amount::minor(refunded),
            refund_fee_amount: Amount::minor(fees),
            revenue: Amount::minor(revenue),
            purchase_cost: Amount::minor(purchase),
            commission_cost: Amount::minor(commission),
            freight_cost: Amount::minor(freight),
            sales_cost: Amount::minor(sales_cost),
            profit: Amount::minor(profit),
            profit_margin: Ratio::of(profit, revenue),
            conversion_rate: Ratio::of(paid_orders, orders),
            return_rate: Ratio::of(returned_orders, paid_orders),
        }
    }
}

/// Orders and their payable amount, in each of the nine statuses.
pub(super) fn by_status(totals: &SalesTotals) -> Vec<StatusRow> {
    let row = |&status| {
        let (orders, amount) = totals.in_status(status);
        StatusRow { status, orders, amount: Amount::minor(amount) }
    };
    OrderStatus::ALL.iter().map(row).collect()
}

impl SplitRow for SalesRow {
    const DOCUMENT: Document = Document { name: "sales", title: Label::new("销售统计", "Sales") };
    split_columns![
        Column::count("orders", "订单数", "Orders"),
        Column::count("unpaid_orders", "未支付订单数", "Unpaid orders"),
        Column::count("paid_orders", "已支付订单数", "Paid orders"),
        Column::amount("sales_amount", "总销售额", "Sales"),
        Column::amount("discount_amount", "优惠额", "Discounts"),
        Column::amount("paid_amount", "支付金额", "Paid"),
        Column::amount("prepaid_amount", "预收款", "Prepaid"),
        Column::amount("realised_amount", "实销额", "Realised"),
        Column::amount("refunded_amount", "实退额", "Refunded"),
        Column::amount("refund_fee_amount", "退款手续费", "Refund fees"),
        Column::amount("revenue", "已完成销售收入", "Revenue"),
        Column::amount("purchase_cost", "采购成本", "Purchase cost"),
        Column::amount("commission_cost", "分销佣金", "Commissions"),
        Column::amount("freight_cost", "运费", "Freight"),
        Column::amount("sales_cost", "销售成本", "Sales cost"),
        Column::amount("profit", "利润", "Profit"),
        Column::ratio("profit_margin", "利润率", "Profit margin"),
        Column::ratio("conversion_rate", "支付转化率", "Conversion rate"),
        Column::ratio("return_rate", "退货率", "Return rate"),
    ];

    fn cells(&self, cells: &mut Cells) {
        cells
            .count(self.orders)
            .count(self.unpaid_orders)
            .count(self.paid_orders)
            .amount(self.sales_amount)
            .amount(self.discount_amount)
            .amount(self.paid_amount)
            .amount(self.prepaid_amount)
            .amount(self.realised_amount)
            .amount(self.refunded_amount)
            .amount(self.refund_fee_amount)
            .amount(self.revenue)
            .amount(self.purchase_cost)
            .amount(self.commission_cost)
            .amount(self.freight_cost)
            .amount(self.sales_cost)
            .amount(self.profit)
            .ratio(self.profit_margin)
            .ratio(self.conversion_rate)
            .ratio(self.return_rate);
    }

    async fn write_more(&self, file: &mut Writer) -> Result<(), Stopped> {
        write_statuses(&self.by_status, file).await
    }
}

/// Writes a table of orders in each status.
pub(super) async fn write_statuses(statuses: &[StatusRow], file: &mut Writer) -> Result<(), Stopped> {
    const COLUMNS: &[Column] = &[
        Column::text("status", "订单状态", "Status"),
        Column::count("orders", "订单数", "Orders"),
        Column::amount("amount", "订单金额", "Amount"),
    ];
    let mut rows = file.table(&Table::section("按订单状态", "By status", COLUMNS)).await?;
    for StatusRow { status, orders, amount } in statuses {
        rows.row().await?.word(words::ORDER_STATUSES, status.as_str()).count(*orders).amount(*amount);
    }
    Ok(())
}

/// Sales (销售统计)
///
/// The orders placed in the range, in the state they are in now.
#[utoipa::path(
    get, path = "/v1/reports/sales", tag = "reports", params(SalesQuery),
    responses(
        (status = 200, description = "The report", body = Report<Split<SalesRow>>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn sales(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<SalesQuery>,
) -> Result<Response, Problem> {
    let read_it =
        async |snapshot: &mut Snapshot, range| read(snapshot, range, query.product_type.as_ref()).await;
    query.common().answer(&reading, read_it).await
}

/// The sales over `range`, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    product_type: Option<&ProductType>,
) -> Result<Split<SalesRow>, DatabaseError> {
    BY_TYPE.read(snapshot, range, None, product_type).await
}
