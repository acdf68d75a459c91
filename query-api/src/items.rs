//! What figures are made of: `GET /v1/reports/{name}/items?figure=PATH`.
//!
//! A figure is named as in the JSON of its report: `total.by_status.completed.amount`. Its items are the orders,
//! refunds, entries, … that add something to it, each with its share; the shares add up to the figure.

/// What figures are made of.
pub(crate) mod figured;

/// The rows that they are made of.
mod family;

/// Paths of figures.
mod path;

/// The figures of the sales report, its trend and the big screen.
mod sales;

/// The figures of the other reports.
mod others;

/// All figures of a report.
mod leaves;
pub use leaves::leaves;

/// The SQL.
pub(crate) mod select;

/// Where the rows of a figure can be.
mod walk;

/// Reports by name.
pub(crate) mod reported;

/// What is asked for.
mod asked;

/// What is answered.
mod answer;
pub use answer::{Item, Items, RatioPart, RatioParts, Share};

use crate::database::DatabaseError;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use events_schema::Timestamp;

use crate::answer::Answer;
use crate::cursor::Cursor;
use crate::extract::{ValidPath, ValidQuery};
use crate::figure::{LocalTime, Ratio};
use crate::period;
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::snapshot::Snapshot;
use asked::ItemsQuery;
use figured::{Figured, Sum};
use reported::{DENOMINATOR, NUMERATOR, Reported};
use select::{KEY_LENGTH, Window};
use walk::Walk;

/// The list with which cursors of items begin.
const LIST: &str = "items";

/// Items of a figure
///
/// What adds up to one figure of a report, page by page, each with its share. `name` is that of the report as in its
/// address, such as `sales`.
#[utoipa::path(
    get, path = "/v1/reports/{name}/items", tag = "reports",
    params(("name" = String, Path, description = "The report", example = "sales"), ItemsQuery),
    responses(
        (status = 200, description = "A page of items", body = Items,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 404, description = "`unknown_report`", body = ProblemDocument),
        (status = 422, description = "`invalid_parameter`, `unknown_figure`, `invalid_range`, `invalid_as_of`, `invalid_cursor`",
            body = ProblemDocument),
    )
)]
pub(crate) async fn items(
    State(reading): State<Reading>,
    ValidPath(name): ValidPath<String>,
    ValidQuery(query): ValidQuery<ItemsQuery>,
) -> Result<Response, Problem> {
    answer(&reading, Reported::named(&name)?, query).await.map(IntoResponse::into_response)
}

/// Items of a figure of the trend
///
/// The same for the trend of sales, whose name has two parts.
#[utoipa::path(
    get, path = "/v1/reports/sales/trend/items", tag = "reports", params(ItemsQuery),
    responses(
        (status = 200, description = "A page of items", body = Items,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `unknown_figure`, `invalid_range`, `invalid_as_of`, `invalid_cursor`",
            body = ProblemDocument),
    )
)]
pub(crate) async fn trend_items(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<ItemsQuery>,
) -> Result<Response, Problem> {
    answer(&reading, Reported::TREND, query).await.map(IntoResponse::into_response)
}

async fn answer(reading: &Reading, report: Reported, query: ItemsQuery) -> Result<Answer<Items>, Problem> {
    let filters = query.filters();
    let (figured, owner) = (report.figured(&query.figure, &filters)?, filters.owner());
    let after = query.cursor.as_deref().map(|text| Cursor::decode(text, LIST, KEY_LENGTH)).transpose()?;
    let (mut snapshot, today) = reading.as_of(query.as_of, query.min_position).await?;
    let range = period::of_report(query.from, query.to, today, &snapshot.calendar)?;
    let grain = report.grain(&filters, range);
    let calendar = snapshot.calendar.clone();
    let over = |sum: &Sum| {
        sum.span.range(range, grain, &calendar).ok_or_else(|| report.unknown_figure(&query.figure))
    };
    let mut answer = Items {
        report: report.name,
        figure: query.figure.clone(),
        sum: None,
        ratio: None,
        items: Vec::new(),
        next_cursor: None,
        from: LocalTime::of_end(&calendar, range.from),
        to: LocalTime::of_end(&calendar, range.to),
        position: snapshot.position,
    };
    match figured {
        Figured::Sum(sum) => {
            let range = over(&sum)?;
            answer.sum = Some(total(&mut snapshot, &sum, range, owner).await?);
            (answer.items, answer.next_cursor) =
                page(&mut snapshot, &sum, range, &query, after.as_ref()).await?;
        }
        Figured::Ratio { numerator, denominator } => {
            let numerator_sum = total(&mut snapshot, &numerator, over(&numerator)?, owner).await?;
            let denominator_sum = total(&mut snapshot, &denominator, over(&denominator)?, owner).await?;
            let part = |suffix, sum| RatioPart { figure: format!("{}{suffix}", query.figure), sum };
            answer.ratio = Some(RatioParts {
                value: Ratio::of(numerator_sum.number(), denominator_sum.number()),
                numerator: part(NUMERATOR, numerator_sum),
                denominator: part(DENOMINATOR, denominator_sum),
            });
        }
    }
    Ok(Answer { position: snapshot.position, body: answer })
}

/// What all rows of `sum` in `range` add up to.
pub(crate) async fn total(
    snapshot: &mut Snapshot,
    sum: &Sum,
    range: Range,
    owner: Option<&str>,
) -> Result<Share, DatabaseError> {
    let row = snapshot.fetch_one(sum.total(range, owner, snapshot)).await?;
    // A sum of nothing is null.
    Ok(Share::new(sum.unit, row.get::<Option<i64>>(0)?.unwrap_or_default()))
}

/// The items after `after`, and where the next ones begin.
async fn page(
    snapshot: &mut Snapshot,
    sum: &Sum,
    range: Range,
    query: &ItemsQuery,
    after: Option<&Cursor>,
) -> Result<(Vec<Item>, Option<String>), DatabaseError> {
    let (owner, wanted) = (query.filters().owner(), query.limit.rows());
    // What comes after the cursor is not later than what it stands for.
    let to =
        after.map_or(range.to, |Cursor(key)| Timestamp::from_micros(key[0].saturating_add(1)).min(range.to));
    let mut walk = Walk::new(sum, owner, Range::new(range.from, to));
    let mut rows = Vec::new();
    while let Some(limit) = wanted.checked_sub_unsigned(rows.len() as u64).filter(|limit| *limit > 0) {
        let Some(range) = walk.next(snapshot).await? else { break };
        let window = Window { range, owner, after, limit };
        rows.extend(snapshot.fetch_all(sum.rows(window, snapshot)).await?);
    }
    let is_last = rows.len() <= query.limit.items();
    rows.truncate(query.limit.items());
    let next = match rows.last() {
        Some(row) if !is_last => Some(Cursor::read(row, KEY_LENGTH)?.encode(LIST)),
        _ => None,
    };
    let items: Result<_, _> = rows.iter().map(|row| Item::read(row, sum, &snapshot.calendar)).collect();
    Ok((items?, next))
}
