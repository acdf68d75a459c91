//! Sales, step by step: the orders placed in each hour, day or month of a range (reports.md §2).

use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::ProductType;
use events_schema::terms::{OrderStatus, Term};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::database::DatabaseError;
use crate::export::{Column, Document, Label, Stopped, Table, Writer};
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime};
use crate::pieces::{Figure, Past, Source};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::reports::query::{Figures, report_query};
use crate::reports::sales_figures::{SALES, amount_column};
use crate::reports::split::Totals;
use crate::reports::steps::{Step, StepSelect, Steps};
use crate::snapshot::Snapshot;

report_query! {
    /// What the trend is asked for.
    TrendQuery {
        /// How long each step is: at most 2,000 of them.
        #[serde(default)]
        #[param(inline)]
        step: Step,
        /// Orders of this product type only.
        #[param(value_type = Option<String>, example = "ticket")]
        product_type: Option<ProductType>,
    }
}

/// The steps of a trend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Trend {
    /// How long each step is.
    pub step: Step,
    /// Every step that meets the range, also an empty one. The first and the last count only what is in the range.
    pub points: Vec<TrendPoint>,
}

/// One step of a trend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TrendPoint {
    /// When the step begins, in local time.
    pub at: LocalTime,
    /// Orders placed in it.
    pub orders: i64,
    /// Those of them that were paid since.
    pub paid_orders: i64,
    /// Payable amount of the paid ones.
    pub paid_amount: Amount,
    /// Payable amount of the others.
    pub unpaid_amount: Amount,
}

impl TrendPoint {
    fn new((at, totals): (LocalTime, Totals<4>)) -> Self {
        let Totals([orders, paid_orders, paid, unpaid]) = totals;
        Self {
            at,
            orders,
            paid_orders,
            paid_amount: Amount::minor(paid),
            unpaid_amount: Amount::minor(unpaid),
        }
    }
}

impl Figures for Trend {
    const DOCUMENT: Document =
        Document { name: "sales_trend", title: Label::new("销售趋势", "Sales trend") };

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        write_points("销售趋势", "Trend", &self.points, file).await?;
        Ok(())
    }
}

/// Writes a table of steps.
pub(super) async fn write_points(
    zh: &'static str,
    en: &'static str,
    points: &[TrendPoint],
    file: &mut Writer,
) -> Result<(), Stopped> {
    const COLUMNS: &[Column] = &[
        Column::time("at", "时间", "At"),
        Column::count("orders", "订单数", "Orders"),
        Column::count("paid_orders", "已支付订单数", "Paid orders"),
        Column::amount("paid_amount", "支付金额", "Paid"),
        Column::amount("unpaid_amount", "未付金额", "Unpaid"),
    ];
    let mut rows = file.table(&Table::section(zh, en, COLUMNS)).await?;
    for point in points {
        let cells = rows.row().await?.time(point.at.instant()).count(point.orders);
        cells.count(point.paid_orders).amount(point.paid_amount).amount(point.unpaid_amount);
    }
    Ok(())
}

/// Sales, step by step
///
/// The orders placed in each hour, day or month of the range, in the state they are in now.
#[utoipa::path(
    get, path = "/v1/reports/sales/trend", tag = "reports", params(TrendQuery),
    responses(
        (status = 200, description = "The report", body = Report<Trend>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`, `too_many_steps`", body = ProblemDocument),
    )
)]
pub(crate) async fn trend(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<TrendQuery>,
) -> Result<Response, Problem> {
    let product_type = query.product_type.as_ref();
    let read_it =
        async |snapshot: &mut Snapshot, range| read(snapshot, range, query.step, product_type).await;
    query.common().answer(&reading, read_it).await
}

/// The trend over `range`, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    step: Step,
    product_type: Option<&ProductType>,
) -> Result<Trend, Problem> {
    let steps = Steps::chosen(snapshot, range, step, &OF_ALL).await?;
    Ok(Trend { step, points: points(snapshot, &steps, product_type).await? })
}

/// The steps over `range`, from the first order on, for a report whose range says how long they are.
pub(super) async fn steps(snapshot: &mut Snapshot, range: Range, step: Step) -> Result<Steps, Problem> {
    Steps::over(snapshot, range, step, &OF_ALL).await
}

/// What these steps add up to, of one product type or of all.
pub(super) async fn points(
    snapshot: &mut Snapshot,
    steps: &Steps,
    product_type: Option<&ProductType>,
) -> Result<Vec<TrendPoint>, DatabaseError> {
    let select = if product_type.is_some() { &OF_ONE } else { &OF_ALL };
    let points = steps.read(snapshot, select, product_type.map(|product_type| &**product_type)).await?;
    Ok(points.into_iter().map(TrendPoint::new).collect())
}

/// Where the trend of all orders is kept.
static ALL: Source = Source {
    cells: "trend_cells",
    past: Past { cells: "trend_past", key: &["grain", "start"], ..SALES.past },
    ..SALES
};

static OF_ALL: LazyLock<StepSelect> = LazyLock::new(|| {
    let figures = [
        Figure::new("orders", "1"),
        Figure::same("paid_orders"),
        Figure::new("paid_amount", PAID_AMOUNT),
        Figure::new("unpaid_amount", UNPAID_AMOUNT),
    ];
    StepSelect::new(&ALL, &figures, |_| "true".to_owned())
});

static OF_ONE: LazyLock<StepSelect> = LazyLock::new(|| {
    let unpaid = OrderStatus::ALL.iter().filter(|status| !status.is_paid());
    let unpaid: Vec<_> = unpaid.map(|status| amount_column(status.as_str())).collect();
    let figure = |name: &str, of_cell: String, of_row: &str| Figure {
        name: name.to_owned(),
        of_cell,
        of_row: of_row.to_owned(),
    };
    let figures = [
        Figure::new("orders", "1"),
        Figure::same("paid_orders"),
        figure("paid_amount", "sales_amount - discount_amount".to_owned(), PAID_AMOUNT),
        figure("unpaid_amount", unpaid.join(" + "), UNPAID_AMOUNT),
    ];
    StepSelect::new(&SALES, &figures, |place| format!("product_type = ${place}"))
});

/// What an order adds to the amount of the paid ones.
const PAID_AMOUNT: &str = "paid_orders * payable";
/// What it adds to that of the others.
const UNPAID_AMOUNT: &str = "(1 - paid_orders) * payable";
