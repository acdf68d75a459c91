//! Sales, step by step: the orders placed in each hour, day or month of a range.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::State;
use axum::http::StatusCode;
use events_schema::terms::{OrderStatus, Term};
use events_schema::{Calendar, Grain, Position, ProductType, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, Report};
use crate::database::{Row, Sql};
use crate::extract::ValidQuery;
use crate::figure::{Amount, LocalTime};
use crate::period::{self, Moment};
use crate::pieces::{self, Figure, grain_word};
use crate::problem::{Problem, ProblemDocument};
use crate::range::{Range, floor};
use crate::read_models::Reading;
use crate::reports::sales_figures::{OF_PRODUCT_TYPE, SALES, amount_column};
use crate::snapshot::Snapshot;

/// What the trend is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TrendQuery {
    /// Orders placed from this instant on, or from the local midnight of this date. Absent: from the first order on;
    /// absent together with `to`: today.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    from: Option<Moment>,
    /// Orders placed before this instant, or before the local midnight of this date. Absent: until the end of today.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    to: Option<Moment>,
    /// How long each step is: at most 2,000 of them.
    #[serde(default)]
    #[param(inline)]
    step: Step,
    /// Orders of this product type only.
    #[param(value_type = Option<String>, example = "ticket")]
    product_type: Option<ProductType>,
    /// Wait until the figures reflect this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
}

/// How long a step of a trend is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An hour of local time.
    Hour,
    /// A day of local time.
    #[default]
    Day,
    /// A month of local time.
    Month,
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

/// What the orders of one step add up to.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    orders: i64,
    paid_orders: i64,
    paid_amount: i64,
    unpaid_amount: i64,
}

/// Most steps of one answer.
pub const STEPS_MAX: usize = 2_000;

impl Step {
    const fn grain(self) -> Grain {
        match self {
            Self::Hour => Grain::Hour,
            Self::Day => Grain::Day,
            Self::Month => Grain::Month,
        }
    }
}

/// Sales, step by step
///
/// The orders placed in each hour, day or month of the range, in the state they are in now.
#[utoipa::path(
    get, path = "/v1/reports/sales/trend", tag = "reports", params(TrendQuery),
    responses(
        (status = 200, description = "The report", body = Report<Trend>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `too_many_steps`", body = ProblemDocument),
    )
)]
pub(crate) async fn trend(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<TrendQuery>,
) -> Result<Answer<Report<Trend>>, Problem> {
    let mut snapshot = reading.at_least(query.min_position).await?;
    let range = period::of_report(query.from, query.to, Timestamp::now(), &snapshot.calendar)?;
    let figures = read(&mut snapshot, range, query.step, query.product_type.as_ref()).await?;
    Ok(Report::answer("sales_trend", range, snapshot, figures))
}

/// The trend over `range`, of one product type or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    step: Step,
    product_type: Option<&ProductType>,
) -> Result<Trend, Problem> {
    let Some(range) = with_beginning(snapshot, range, step).await? else {
        return Ok(Trend { step, points: vec![] });
    };
    let starts = starts(range, step.grain(), &snapshot.calendar)?;
    let mut sums = HashMap::with_capacity(starts.len());
    let ends = match range.whole(step.grain(), &snapshot.calendar) {
        Some(whole) => {
            read_whole(snapshot, whole, step, product_type, &mut sums).await?;
            range.around(whole)
        }
        None => [range, Range::new(range.to, range.to)],
    };
    for part in ends.into_iter().filter(|part| !part.is_empty()) {
        let start = floor(step.grain(), part.from, &snapshot.calendar);
        sums.insert(start.micros(), read_part(snapshot, part, product_type).await?);
    }
    let calendar = &snapshot.calendar;
    let point = |start: &Timestamp| {
        let sums = sums.get(&start.micros()).copied().unwrap_or_default();
        TrendPoint {
            at: LocalTime::new(calendar, *start),
            orders: sums.orders,
            paid_orders: sums.paid_orders,
            paid_amount: Amount::minor(sums.paid_amount),
            unpaid_amount: Amount::minor(sums.unpaid_amount),
        }
    };
    Ok(Trend { step, points: starts.iter().map(point).collect() })
}

/// The range from the first order on, when it has no beginning; nothing when there is no order either.
async fn with_beginning(
    snapshot: &mut Snapshot,
    range: Range,
    step: Step,
) -> Result<Option<Range>, sqlx::Error> {
    if range.from != Range::BEGINNING {
        return Ok(Some(range));
    }
    let sql = Sql::new("select min(start) from sales_cells where grain = $1").with(grain_word(step.grain()));
    let first: Option<i64> = snapshot.fetch_one(sql).await?.get(0)?;
    let first = first.map(Timestamp::from_micros).filter(|first| *first < range.to);
    Ok(first.map(|first| Range::new(first, range.to)))
}

/// The beginning of every step that meets the range.
fn starts(range: Range, grain: Grain, calendar: &Calendar) -> Result<Vec<Timestamp>, Problem> {
    let mut starts = Vec::new();
    if range.is_empty() {
        return Ok(starts);
    }
    let mut start = floor(grain, range.from, calendar);
    while start < range.to {
        if starts.len() == STEPS_MAX {
            let detail =
                format!("the range has more than {STEPS_MAX} steps: take a shorter one, or longer steps");
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_steps", detail)
                .with("field", "step"));
        }
        starts.push(start);
        start = calendar.next(grain, start);
    }
    Ok(starts)
}

/// Adds the figures of whole steps, each by its beginning.
async fn read_whole(
    snapshot: &mut Snapshot,
    whole: Range,
    step: Step,
    product_type: Option<&ProductType>,
    sums: &mut HashMap<i64, Sums>,
) -> Result<(), sqlx::Error> {
    let text = if product_type.is_some() { &WHOLE_OF_ONE_PRODUCT_TYPE } else { &WHOLE };
    let mut sql = Sql::new(text).with(grain_word(step.grain()));
    sql = sql.with(whole.from.micros()).with(whole.to.micros());
    if let Some(product_type) = product_type {
        sql = sql.with(product_type.as_str());
    }
    for row in snapshot.fetch_all(sql).await? {
        sums.insert(row.get(0)?, Sums::read(&row, 1)?);
    }
    Ok(())
}

/// The figures of a part of one step.
async fn read_part(
    snapshot: &mut Snapshot,
    part: Range,
    product_type: Option<&ProductType>,
) -> Result<Sums, sqlx::Error> {
    let sql = match product_type {
        Some(one) => PART_OF_ONE_PRODUCT_TYPE.over(part, &snapshot.calendar).with(one.as_str()),
        None => PART.over(part, &snapshot.calendar),
    };
    Sums::read(&snapshot.fetch_one(sql).await?, 0)
}

impl Sums {
    /// Reads the sums from the columns after the `first`; a sum of nothing is null.
    fn read(row: &Row, first: usize) -> Result<Self, sqlx::Error> {
        let sum = |column| row.get::<Option<i64>>(first + column).map(Option::unwrap_or_default);
        Ok(Self { orders: sum(0)?, paid_orders: sum(1)?, paid_amount: sum(2)?, unpaid_amount: sum(3)? })
    }
}

/// The payable amount of unpaid orders, in a cell.
static CELL_UNPAID: LazyLock<String> = LazyLock::new(|| {
    let unpaid = OrderStatus::ALL.iter().filter(|status| !status.is_paid());
    unpaid.map(|status| amount_column(status.as_str())).collect::<Vec<_>>().join(" + ")
});

/// The figures of whole steps: `$1` is their length, `$2` and `$3` the range.
fn whole(filter: &str) -> String {
    format!(
        "select start, cast(sum(orders) as bigint), cast(sum(paid_orders) as bigint), \
         cast(sum(sales_amount - discount_amount) as bigint), cast(sum({}) as bigint) \
         from sales_cells where grain = $1 and start >= $2 and start < $3{filter} group by start",
        *CELL_UNPAID
    )
}

static WHOLE: LazyLock<String> = LazyLock::new(|| whole(""));
static WHOLE_OF_ONE_PRODUCT_TYPE: LazyLock<String> = LazyLock::new(|| whole(" and product_type = $4"));

/// The figures of a part of a step.
fn part(filter: &str) -> pieces::Sums {
    let figure = |name: &str, of_cell: &str, of_row: &str| Figure {
        name: name.to_owned(),
        of_cell: of_cell.to_owned(),
        of_row: of_row.to_owned(),
    };
    let figures = [
        Figure::new("orders", "1"),
        Figure::same("paid_orders"),
        figure("paid_amount", "sales_amount - discount_amount", "paid_orders * payable"),
        figure("unpaid_amount", &CELL_UNPAID, "(1 - paid_orders) * payable"),
    ];
    SALES.sums(&[], &figures, filter)
}

pub(super) static PART: LazyLock<pieces::Sums> = LazyLock::new(|| part("true"));
pub(super) static PART_OF_ONE_PRODUCT_TYPE: LazyLock<pieces::Sums> = LazyLock::new(|| part(OF_PRODUCT_TYPE));
