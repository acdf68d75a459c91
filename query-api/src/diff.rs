//! What changed between two moments, figure by figure: `GET /v1/reports/{name}/diff`.
//!
//! Both moments are read in one snapshot, over one range. A figure that is asked for is taken apart as well: which events
//! changed it, and by how much each.

/// What is asked for.
mod asked;

/// What is answered.
mod answer;
pub use answer::{Diff, FigureChange, FigureEvent, Number};

/// A report at two moments.
mod between;

/// The figures of two reports side by side.
mod compare;

/// It as a file.
mod file;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use events_schema::Position;

use crate::answer::Answer;
use crate::auth::{Caller, Permission};
use crate::cursor::Cursor;
use crate::database::{DatabaseError, Row};
use crate::extract::{ValidPath, ValidQuery};
use crate::items::figured::{Figured, Sum};
use crate::items::reported::Reported;
use crate::items::select::{CHANGE_KEY_LENGTH, Changes};
use crate::items::{Item, Share};
use crate::lists::query::Limit;
use crate::period;
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::snapshot::Snapshot;
use asked::DiffQuery;
use between::{Between, Compared};

/// The list with which cursors of events begin.
const LIST: &str = "changes";

/// What changed in a report
///
/// The figures of a report that differ between two moments, and of one figure the events that made the difference, page
/// by page. `name` is that of the report as in its address, such as `sales`. Figures are counts, amounts and ratios:
/// the latest orders of the screen are none.
#[utoipa::path(
    get, path = "/v1/reports/{name}/diff", tag = "reports",
    params(("name" = String, Path, description = "The report", example = "sales"), DiffQuery),
    responses(
        (status = 200, description = "What changed", body = Diff,
            headers(("Ledger-Position" = u64, description = "The later of the two positions"))),
        (status = 404, description = "`unknown_report`", body = ProblemDocument),
        (status = 422, description = "`invalid_parameter`, `unknown_figure`, `invalid_range`, `invalid_as_of`, `invalid_cursor`, \
            `too_many_steps`", body = ProblemDocument),
    )
)]
pub(crate) async fn diff(
    State(reading): State<Reading>,
    ValidPath(name): ValidPath<String>,
    caller: Caller,
    ValidQuery(query): ValidQuery<DiffQuery>,
) -> Result<Response, Problem> {
    answer(&reading, Reported::named(&name)?, &caller, query).await
}

/// What changed in the trend
///
/// The same for the trend of sales, whose name has two parts.
#[utoipa::path(
    get, path = "/v1/reports/sales/trend/diff", tag = "reports", params(DiffQuery),
    responses(
        (status = 200, description = "What changed", body = Diff,
            headers(("Ledger-Position" = u64, description = "The later of the two positions"))),
        (status = 422, description = "`invalid_parameter`, `unknown_figure`, `invalid_range`, `invalid_as_of`, `invalid_cursor`, \
            `too_many_steps`", body = ProblemDocument),
    )
)]
pub(crate) async fn trend_diff(
    State(reading): State<Reading>,
    caller: Caller,
    ValidQuery(query): ValidQuery<DiffQuery>,
) -> Result<Response, Problem> {
    answer(&reading, Reported::TREND, &caller, query).await
}

async fn answer(
    reading: &Reading,
    report: Reported,
    caller: &Caller,
    query: DiffQuery,
) -> Result<Response, Problem> {
    let filters = query.filters();
    let wanted = wanted(report, caller, &query)?;
    let cursor = query.cursor(LIST, CHANGE_KEY_LENGTH)?;
    let turn = if query.format.file().is_some() { Some(reading.export_turn().await?) } else { None };
    let (later, earlier, today) = reading.between(query.as_of, query.to_as_of, query.min_position).await?;
    let range = period::of_report(query.from, query.to, today, &later.calendar)?;
    let mut diff = Diff::new(report.name, range, &later, earlier.position);
    let between = Between { report, filters, range, later, earlier };
    let Compared { mut snapshot, changes, sum } = between.compare(wanted).await?;
    diff.figure.clone_from(&query.figure);
    diff.figures = changes;
    diff.sum = sum.as_ref().and_then(|(sum, _)| {
        let change = diff.figures.first()?.change?;
        Some(Share::new(sum.unit, change.minor()))
    });
    let positions = [diff.as_of, diff.to_as_of].map(Position::as_i64);
    let events = |(sum, range): &(Sum, Range), limit| {
        let (owner, cursor) = (filters.owner(), cursor.as_ref());
        sum.changes(Changes { range: *range, owner, between: positions, cursor, limit })
    };
    if let Some(format) = query.format.file() {
        let events = sum.map(|of| (events(&of, None), of.0));
        return file::answer(diff, events, (format, query.lang), range, snapshot, turn).await;
    }
    if let Some(of) = &sum {
        let rows = snapshot.fetch_all(events(of, Some(query.limit.rows()))).await?;
        (diff.events, diff.next_cursor) = page(rows, &of.0, query.limit, &snapshot)?;
    }
    Ok(Answer { position: diff.to_as_of, body: diff }.into_response())
}

/// The figure that is named, where the caller may see of what it is made.
fn wanted<'q>(
    report: Reported,
    caller: &Caller,
    query: &'q DiffQuery,
) -> Result<Option<(&'q str, Figured)>, Problem> {
    report.check(&query.filters())?;
    let Some(path) = query.figure.as_deref() else { return Ok(None) };
    if !caller.role.may(Permission::ReadLists) {
        return Err(Problem::forbidden("figure names single orders: this token may not read lists"));
    }
    Ok(Some((path, report.figured(path, &query.filters())?)))
}

/// The events of these rows, of which one more than a page has says that there is a next one; and where that begins.
fn page(
    mut rows: Vec<Row>,
    sum: &Sum,
    limit: Limit,
    snapshot: &Snapshot,
) -> Result<(Vec<FigureEvent>, Option<String>), DatabaseError> {
    let is_last = rows.len() <= limit.items();
    rows.truncate(limit.items());
    let next = match rows.last() {
        Some(row) if !is_last => Some(Cursor::read(row, CHANGE_KEY_LENGTH)?.encode(LIST)),
        _ => None,
    };
    let event = |row| Item::read(row, sum, &snapshot.calendar).map(FigureEvent::from);
    Ok((rows.iter().map(event).collect::<Result<_, _>>()?, next))
}
