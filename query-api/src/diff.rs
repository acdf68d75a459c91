//! What changed between two moments, figure by figure: `GET /v1/reports/{name}/diff`.
//!
//! Both moments are read in one snapshot, over one range. A figure that is asked for is taken apart as well: which events
//! changed it, and by how much each.

/// What is asked for.
mod asked;

/// What is answered.
mod answer;
pub use answer::{Diff, FigureChange, FigureEvent, Number};

/// The figures of two reports side by side.
mod compare;

/// It as a file.
mod file;

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::answer::Answer;
use crate::as_of::Moment;
use crate::auth::{Caller, Permission};
use crate::cursor::Cursor;
use crate::extract::{ValidPath, ValidQuery};
use crate::figure::Ratio;
use crate::items::figured::{Figured, Sum};
use crate::items::reported::{DENOMINATOR, Filters, NUMERATOR, Reported};
use crate::items::select::{CHANGE_KEY_LENGTH, Changes};
use crate::items::{Item, Share, leaves, total};
use crate::period;
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::snapshot::Snapshot;
use asked::DiffQuery;
use compare::{Pair, change};

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

/// Two moments that are compared: a snapshot at the later one, that can be taken back to the earlier one.
struct Between<'q> {
    report: Reported,
    filters: Filters<'q>,
    range: Range,
    later: Snapshot,
    earlier: Moment,
}

async fn answer(
    reading: &Reading,
    report: Reported,
    caller: &Caller,
    query: DiffQuery,
) -> Result<Response, Problem> {
    let filters = query.filters();
    report.check(&filters)?;
    let figured = match &query.figure {
        Some(path) => {
            if !caller.role.may(Permission::ReadLists) {
                return Err(Problem::forbidden("figure names single orders: this token may not read lists"));
            }
            Some((path.as_str(), report.figured(path, &filters)?))
        }
        None => None,
    };
    let cursor = query.cursor(LIST, CHANGE_KEY_LENGTH)?;
    let turn = if query.format.file().is_some() { Some(reading.export_turn().await?) } else { None };
    let (later, earlier, today) = reading.between(query.as_of, query.to_as_of, query.min_position).await?;
    let range = period::of_report(query.from, query.to, today, &later.calendar)?;
    let mut diff = Diff::new(report.name, range, &later, earlier.position);
    diff.figure.clone_from(&query.figure);
    let between = Between { report, filters, range, later, earlier };
    let (mut snapshot, sum) = match figured {
        None => {
            let (snapshot, figures) = between.all().await?;
            diff.figures = figures;
            (snapshot, None)
        }
        Some((path, figured)) => {
            let (snapshot, figures, sum) = between.one(path, figured).await?;
            diff.figures = figures;
            (snapshot, sum)
        }
    };
    if let Some((sum, _)) = &sum {
        let changed = diff.figures.first().and_then(|figure| figure.change).map_or(0, Number::minor);
        diff.sum = Some(Share::new(sum.unit, changed));
    }
    let positions = [diff.as_of, diff.to_as_of].map(events_schema::Position::as_i64);
    let changes = |limit| {
        let sum = sum.as_ref();
        sum.map(|(sum, range)| {
            let (owner, cursor) = (filters.owner(), cursor.as_ref());
            (sum, Changes { range: *range, owner, between: positions, cursor, limit })
        })
    };
    if let Some(format) = query.format.file() {
        let events = changes(None).map(|(sum, changes)| (sum.clone(), sum.changes(changes)));
        return file::answer(diff, events, (format, query.lang), range, snapshot, turn).await;
    }
    if let Some((sum, changes)) = changes(Some(query.limit.rows())) {
        let mut rows = snapshot.fetch_all(sum.changes(changes)).await?;
        let is_last = rows.len() <= query.limit.items();
        rows.truncate(query.limit.items());
        if let Some(row) = rows.last().filter(|_| !is_last) {
            diff.next_cursor = Some(Cursor::read(row, CHANGE_KEY_LENGTH)?.encode(LIST));
        }
        let event = |row| Item::read(row, sum, &snapshot.calendar).map(FigureEvent::from);
        diff.events = rows.iter().map(event).collect::<Result<_, _>>()?;
    }
    Ok(Answer { position: diff.to_as_of, body: diff }.into_response())
}

impl Between<'_> {
    /// All figures that differ, and the snapshot at the earlier moment.
    async fn all(self) -> Result<(Snapshot, Vec<FigureChange>), Problem> {
        let Self { report, filters, range, mut later, earlier } = self;
        let after = report.read(&mut later, range, &filters).await?;
        let mut snapshot = later.back_to(earlier).await?;
        let before = report.read(&mut snapshot, range, &filters).await?;
        let figures = compare::reports(&leaves(&before), &leaves(&after))?;
        Ok((snapshot, figures))
    }

    /// The figure at `path`, also where it is the same; of a ratio its parts as well. The snapshot at the earlier
    /// moment; and the sum that events changed, with its range.
    async fn one(
        self,
        path: &str,
        figured: Figured,
    ) -> Result<(Snapshot, Vec<FigureChange>, Option<(Sum, Range)>), Problem> {
        let (ratio, sums) = match figured {
            Figured::Sum(sum) => (false, vec![(path.to_owned(), sum)]),
            Figured::Ratio { numerator, denominator } => {
                let part = |suffix, sum| (format!("{path}{suffix}"), sum);
                (true, vec![part(NUMERATOR, numerator), part(DENOMINATOR, denominator)])
            }
        };
        let Self { report, filters, range, mut later, earlier } = self;
        let (grain, calendar) = (report.grain(&filters, range), later.calendar.clone());
        let ranges = sums.iter().map(|(_, sum)| sum.span.range(range, grain, &calendar));
        let ranges: Option<Vec<_>> = ranges.collect();
        let ranges = ranges.ok_or_else(|| report.unknown_figure(path))?;
        let mut after = Vec::new();
        for ((_, sum), range) in sums.iter().zip(&ranges) {
            after.push(total(&mut later, sum, *range, filters.owner()).await?);
        }
        let mut snapshot = later.back_to(earlier).await?;
        let mut before = Vec::new();
        for ((_, sum), range) in sums.iter().zip(&ranges) {
            before.push(total(&mut snapshot, sum, *range, filters.owner()).await?);
        }
        let mut figures = Vec::new();
        if ratio {
            let ratio = |parts: &[Share]| Ratio::of(parts[0].number(), parts[1].number()).map(Number::Ratio);
            figures.push(change(path, Pair { before: ratio(&before), after: ratio(&after) })?);
        }
        for (((path, _), before), after) in sums.iter().zip(&before).zip(&after) {
            let pair = Pair { before: Some((*before).into()), after: Some((*after).into()) };
            figures.push(change(path, pair)?);
        }
        let sum = if ratio { None } else { sums.into_iter().map(|(_, sum)| sum).zip(ranges).next() };
        Ok((snapshot, figures, sum))
    }
}
