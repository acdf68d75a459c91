//! The big screen (数据大屏): the orders placed in a range from all sides, all at one position (reports.md §10).

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{OrderStatus, Term};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::export::{Cells, Column, Document, Label, Stopped, Table, Writer};
use crate::extract::ValidQuery;
use crate::figure::{Amount, Ratio};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::reports::query::{Figures, report_query};
use crate::reports::sales::{StatusRow, by_status, write_statuses};
use crate::reports::sales_figures::{BY_TYPE, SalesTotals};
use crate::reports::split::{OfType, PRODUCT_TYPE, Split};
use crate::reports::states::OrdersSum;
use crate::reports::steps::Step;
use crate::reports::trend::{self, TrendPoint, write_points};
use crate::snapshot::Snapshot;

/// The orders that were paid last.
mod latest;
pub use latest::{LATEST_MAX, LatestOrder};

/// Where orders came from, and who travels.
pub(crate) mod sources;
pub use sources::{OfSource, Visitors};

/// New members.
pub(crate) mod members;
pub use members::MembersPoint;

report_query! {
    /// What the big screen is asked for.
    ScreenQuery {}
}

/// The figures of the big screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Screen {
    /// 订单数量: orders placed.
    pub orders: i64,
    /// 累计订单金额: their payable amount.
    pub amount: Amount,
    /// 已支付: those that were paid.
    pub paid: OrdersSum,
    /// 未支付: those that were not.
    pub unpaid: OrdersSum,
    /// Orders and their payable amount, in each of the nine statuses.
    pub by_status: Vec<StatusRow>,
    /// The product types with an order in the range, sorted by name.
    pub by_product_type: Vec<ScreenOfType>,
    /// 最新成交: the orders of the range that were paid last, at most 50, the last one first.
    pub latest: Vec<LatestOrder>,
    /// 订单趋势: orders by the hour over up to two days, else by the day.
    pub trend: Vec<TrendPoint>,
    /// 会员趋势: new members, in the same steps.
    pub members: Vec<MembersPoint>,
    /// 订单来源分析: orders of each of the eight sources.
    pub by_source: Vec<OfSource>,
    /// 游客画像: the travellers of the orders.
    pub visitors: Visitors,
}

/// The orders of one product type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScreenOfType {
    /// The product type.
    #[schema(example = "ticket")]
    pub product_type: String,
    /// Its orders.
    pub orders: i64,
    /// Their payable amount.
    pub amount: Amount,
    /// Those that were paid.
    pub paid_orders: i64,
    /// Their payable amount.
    pub paid_amount: Amount,
    /// Those that were not.
    pub unpaid_orders: i64,
    /// Their payable amount.
    pub unpaid_amount: Amount,
    /// 品类占比: its orders / all orders.
    pub share: Option<Ratio>,
}

impl ScreenOfType {
    fn new(of_type: OfType<SalesTotals>, all_orders: i64) -> Self {
        let OfType { product_type, row } = of_type;
        let ([orders, ..], [paid, unpaid]) = (row.counts(), paid_and_unpaid(&row));
        Self {
            product_type,
            orders,
            amount: Amount(paid.amount.0 + unpaid.amount.0),
            paid_orders: paid.orders,
            paid_amount: paid.amount,
            unpaid_orders: unpaid.orders,
            unpaid_amount: unpaid.amount,
            share: Ratio::of(orders, all_orders),
        }
    }
}

/// The longest range that is shown by the hour, in microseconds: two days.
const HOURS_MICROS_MAX: i64 = 2 * 86_400_000_000;

impl Figures for Screen {
    const DOCUMENT: Document = Document { name: "screen", title: Label::new("数据大屏", "Big screen") };

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        let Self { paid, unpaid, visitors, .. } = self;
        let mut rows = file.table(&Table::section("合计", "Total", TOTAL)).await?;
        let cells =
            rows.row().await?.count(self.orders).amount(self.amount).count(paid.orders).amount(paid.amount);
        cells.count(unpaid.orders).amount(unpaid.amount).count(visitors.male).count(visitors.female);
        cells.count(visitors.unknown).ratio(visitors.male_share).ratio(visitors.female_share);
        write_statuses(&self.by_status, file).await?;
        let mut rows = file.table(&Table::section("按产品类型", "By product type", OF_TYPE)).await?;
        for of_type in &self.by_product_type {
            of_type.cells(rows.row().await?);
        }
        latest::write(&self.latest, file).await?;
        write_points("订单趋势", "Order trend", &self.trend, file).await?;
        members::write(&self.members, file).await?;
        sources::write(&self.by_source, file).await?;
        Ok(())
    }
}

const TOTAL: &[Column] = &[
    Column::count("orders", "订单数量", "Orders"),
    Column::amount("amount", "累计订单金额", "Amount"),
    Column::count("paid_orders", "已支付订单数", "Paid orders"),
    Column::amount("paid_amount", "已支付金额", "Paid"),
    Column::count("unpaid_orders", "未支付订单数", "Unpaid orders"),
    Column::amount("unpaid_amount", "未支付金额", "Unpaid"),
    Column::count("male", "男性游客", "Male visitors"),
    Column::count("female", "女性游客", "Female visitors"),
    Column::count("unknown", "未知性别游客", "Other visitors"),
    Column::ratio("male_share", "男性占比", "Male share"),
    Column::ratio("female_share", "女性占比", "Female share"),
];
const OF_TYPE: &[Column] = &[
    PRODUCT_TYPE,
    Column::count("orders", "订单数", "Orders"),
    Column::amount("amount", "订单金额", "Amount"),
    Column::count("paid_orders", "已支付订单数", "Paid orders"),
    Column::amount("paid_amount", "已支付金额", "Paid"),
    Column::count("unpaid_orders", "未支付订单数", "Unpaid orders"),
    Column::amount("unpaid_amount", "未支付金额", "Unpaid"),
    Column::ratio("share", "品类占比", "Share"),
];

impl ScreenOfType {
    fn cells(&self, cells: &mut Cells) {
        cells.text(self.product_type.as_str()).count(self.orders).amount(self.amount);
        cells.count(self.paid_orders).amount(self.paid_amount);
        cells.count(self.unpaid_orders).amount(self.unpaid_amount).ratio(self.share);
    }
}

/// The big screen (数据大屏)
///
/// The orders placed in the range from all sides, and the members that registered in it.
#[utoipa::path(
    get, path = "/v1/reports/screen", tag = "reports", params(ScreenQuery),
    responses(
        (status = 200, description = "The report", body = Report<Screen>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`, `too_many_steps`", body = ProblemDocument),
    )
)]
pub(crate) async fn screen(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<ScreenQuery>,
) -> Result<Response, Problem> {
    query.common().answer(&reading, read).await
}

/// The big screen over `range`.
pub(crate) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<Screen, Problem> {
    let Split { total, by_product_type } =
        BY_TYPE.read::<_, SalesTotals>(snapshot, range, None, None).await?;
    let ([orders, ..], [paid, unpaid]) = (total.counts(), paid_and_unpaid(&total));
    let steps = trend::steps(snapshot, range, step(range)).await?;
    // Where the range has no beginning, each trend has its own.
    let of_members = if range.from == Range::BEGINNING {
        members::steps(snapshot, range, step(range)).await?
    } else {
        steps.clone()
    };
    let (by_source, visitors) = sources::read(snapshot, range).await?;
    Ok(Screen {
        orders,
        amount: Amount(paid.amount.0 + unpaid.amount.0),
        paid,
        unpaid,
        by_status: by_status(&total),
        by_product_type: by_product_type
            .into_iter()
            .map(|of_type| ScreenOfType::new(of_type, orders))
            .collect(),
        latest: latest::read(snapshot, range).await?,
        trend: trend::points(snapshot, &steps, None).await?,
        members: members::points(snapshot, &of_members).await?,
        by_source,
        visitors,
    })
}

/// How long the steps of a range are.
pub(crate) const fn step(range: Range) -> Step {
    if range.to.micros().saturating_sub(range.from.micros()) <= HOURS_MICROS_MAX {
        Step::Hour
    } else {
        Step::Day
    }
}

/// The paid and the unpaid orders, with their payable amount.
fn paid_and_unpaid(totals: &SalesTotals) -> [OrdersSum; 2] {
    [true, false].map(|paid| {
        let statuses = OrderStatus::ALL.iter().filter(|status| status.is_paid() == paid);
        statuses.fold(OrdersSum::default(), |sum, status| {
            let (orders, amount) = totals.in_status(*status);
            OrdersSum { orders: sum.orders + orders, amount: Amount::minor(sum.amount.0.minor() + amount) }
        })
    })
}
