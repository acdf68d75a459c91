//! Figures step by step: of every hour, day or month that meets a range.

use axum::http::StatusCode;
use events_schema::{Grain, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::database::{Argument, DatabaseError, Sql};
use crate::figure::LocalTime;
use crate::past::Past;
use crate::pieces::{DRIFT_PLACES, FIRST_FILTER, Figure, Source, Sums};
use crate::problem::Problem;
use crate::range::{Range, floor};
use crate::reports::split::Totals;
use crate::snapshot::Snapshot;

/// How long a step is.
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

/// Most steps of one answer.
pub const STEPS_MAX: usize = 2_000;

impl Step {
    /// The step of the calendar that it is.
    pub(crate) const fn grain(self) -> Grain {
        match self {
            Self::Hour => Grain::Hour,
            Self::Day => Grain::Day,
            Self::Month => Grain::Month,
        }
    }
}

/// Every step that meets a range.
#[derive(Clone, Debug)]
pub(crate) struct Steps {
    range: Range,
    step: Step,
    starts: Vec<Timestamp>,
    /// The same in local time.
    times: Vec<LocalTime>,
}

impl Steps {
    /// The steps that meet `range`, which says how long they are; at most [`STEPS_MAX`]. A range without a
    /// beginning begins with the first cell of `select`: without one it has no steps.
    pub(crate) async fn over(
        snapshot: &mut Snapshot,
        range: Range,
        step: Step,
        select: &'static StepSelect,
    ) -> Result<Self, Problem> {
        let steps = Self::counted(snapshot, range, step, select).await?;
        steps.ok_or_else(|| too_many("from", "take a shorter range"))
    }

    /// The same where the caller says how long they are.
    pub(crate) async fn chosen(
        snapshot: &mut Snapshot,
        range: Range,
        step: Step,
        select: &'static StepSelect,
    ) -> Result<Self, Problem> {
        let steps = Self::counted(snapshot, range, step, select).await?;
        steps.ok_or_else(|| too_many("step", "take a shorter range, or longer steps"))
    }

    /// The same; nothing where there are more than that.
    async fn counted(
        snapshot: &mut Snapshot,
        range: Range,
        step: Step,
        select: &'static StepSelect,
    ) -> Result<Option<Self>, DatabaseError> {
        let range = with_beginning(snapshot, range, step, select).await?;
        let calendar = &snapshot.calendar;
        let (grain, mut starts) = (step.grain(), Vec::new());
        let mut start = floor(grain, range.from, calendar);
        while !range.is_empty() && start < range.to {
            if starts.len() == STEPS_MAX {
                return Ok(None);
            }
            starts.push(start);
            start = calendar.next(grain, start);
        }
        let times = starts.iter().map(|start| LocalTime::new(calendar, *start)).collect();
        Ok(Some(Self { range, step, starts, times }))
    }

    /// The local beginning of each step, and what it adds up to.
    pub(crate) async fn read<const N: usize>(
        &self,
        snapshot: &mut Snapshot,
        select: &'static StepSelect,
        bound: Option<&str>,
    ) -> Result<Vec<(LocalTime, Totals<N>)>, DatabaseError> {
        let grain = self.step.grain();
        let mut found = vec![Totals::default(); self.starts.len()];
        let mut add = |start: Timestamp, totals| {
            if let Ok(step) = self.starts.binary_search(&start) {
                found[step] += totals;
            }
        };
        let ends = match self.range.whole(grain, &snapshot.calendar) {
            Some(whole) => {
                for (start, totals) in
                    instants(snapshot, select.whole(whole, grain, snapshot.past(), bound)).await?
                {
                    add(start, totals);
                }
                if let Some(past) = snapshot.past() {
                    for (at, totals) in instants(snapshot, select.drift(whole, past, bound)).await? {
                        add(floor(grain, at, &snapshot.calendar), totals);
                    }
                }
                self.range.around(whole)
            }
            None => [self.range, Range::new(self.range.to, self.range.to)],
        };
        for part in ends.into_iter().filter(|part| !part.is_empty()) {
            let start = floor(grain, part.from, &snapshot.calendar);
            let row = snapshot.fetch_one(select.part(part, snapshot, bound)).await?;
            add(start, Totals::read(&row, 0)?);
        }
        Ok(self.times.iter().copied().zip(found).collect())
    }
}

/// 422: the range has too many steps. The parameter `field` makes them fewer, as `advice` says.
fn too_many(field: &str, advice: &str) -> Problem {
    let detail = format!("the range has more than {STEPS_MAX} steps: {advice}");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_steps", detail).with("field", field)
}

/// The rows of a select of an instant and so many sums.
async fn instants<const N: usize>(
    snapshot: &mut Snapshot,
    sql: Sql,
) -> Result<Vec<(Timestamp, Totals<N>)>, DatabaseError> {
    let numbers = snapshot.fetch_numbers(sql, 1 + N).await?;
    let row =
        |row: &[i64]| (Timestamp::from_micros(row[0]), Totals(std::array::from_fn(|index| row[1 + index])));
    Ok(numbers.chunks_exact(1 + N).map(row).collect())
}

/// The range from the first cell of `select` on, when it has no beginning; an empty one when there is no cell in it either.
async fn with_beginning(
    snapshot: &mut Snapshot,
    range: Range,
    step: Step,
    select: &'static StepSelect,
) -> Result<Range, DatabaseError> {
    if range.from != Range::BEGINNING {
        return Ok(range);
    }
    let first = match snapshot.past() {
        None => {
            let sql = Sql::new(&select.first).with(Argument::term(step.grain()));
            snapshot.fetch_one(sql).await?.get(0)?
        }
        Some(past) => {
            let Past { position, before, .. } = *past;
            let sql = Sql::new(&select.first_then).with(Argument::term(step.grain()));
            let sql = [before.number, before.last, position].into_iter().fold(sql, Sql::with);
            snapshot.fetch_one(sql).await?.get::<Option<i64>>(0)?
        }
    };
    let first = first.map(|first| floor(step.grain(), Timestamp::from_micros(first), &snapshot.calendar));
    let first = first.filter(|first| *first < range.to);
    Ok(Range::new(first.unwrap_or(range.to), range.to))
}

/// The selects of figures step by step.
#[derive(Debug)]
pub(crate) struct StepSelect {
    /// The beginning of the first step.
    first: String,
    /// Whole steps: `$1` is their length, `$2` and `$3` the range.
    whole: String,
    /// An instant in the first step as of a position in the past: `$1` is the length of the steps, `$2` the last epoch,
    /// `$3` its last event, `$4` the position.
    first_then: String,
    /// Whole steps as of an epoch, `$4`.
    whole_then: String,
    /// What the events since then did, instant by instant.
    drift: String,
    /// A part of one step.
    part: Sums,
}

impl StepSelect {
    /// The selects of `figures` from `source`, for those that `filter` takes: a condition that names the place it is
    /// given, or none.
    pub(crate) fn new(source: &Source, figures: &[Figure], filter: fn(usize) -> String) -> Self {
        /// The first place after length and range.
        const FIRST: usize = 4;
        let Source { cells, cells_where, .. } = source;
        let sum = |figure: &Figure| format!("cast(sum({}) as bigint)", figure.of_cell);
        let sums = figures.iter().map(sum).collect::<Vec<_>>().join(", ");
        // Where there is one cell for each step, nothing is to be added up.
        let (figures_of_step, group) = if source.past.key == ["grain", "start"] {
            let of_cell = |figure: &Figure| figure.of_cell.clone();
            (figures.iter().map(of_cell).collect::<Vec<_>>().join(", "), "")
        } else {
            (sums.clone(), "group by start")
        };
        let whole = format!(
            "select start, {figures_of_step} from {cells} \
             where grain = $1 and {cells_where} and start >= $2 and start < $3 and {} {group}",
            filter(FIRST)
        );
        let first = format!("select min(start) from {cells} where grain = $1 and {cells_where}");
        let then = source.past_cells("$1", [2, 3], FIRST, &filter(FIRST + 1));
        Self {
            first,
            whole,
            first_then: source.first_then(),
            whole_then: format!("select start, {sums} from {then} group by start"),
            drift: source.drift_by_instant(figures, &filter(DRIFT_PLACES + 1)),
            part: source.sums(&[], figures, &filter(FIRST_FILTER)),
        }
    }

    fn whole(&'static self, range: Range, grain: Grain, past: Option<&Past>, bound: Option<&str>) -> Sql {
        let sql = Sql::new(past.map_or(&self.whole, |_| &self.whole_then)).with(Argument::term(grain));
        let numbers = [range.from.micros(), range.to.micros()];
        let sql = numbers.into_iter().chain(past.map(|past| past.nearest.number)).fold(sql, Sql::with);
        bound.into_iter().fold(sql, Sql::with)
    }

    fn drift(&'static self, range: Range, past: &Past, bound: Option<&str>) -> Sql {
        let numbers = past.window().into_iter().chain([range.from.micros(), range.to.micros()]);
        bound.into_iter().fold(numbers.fold(Sql::new(&self.drift), Sql::with), Sql::with)
    }

    fn part(&'static self, range: Range, snapshot: &Snapshot, bound: Option<&str>) -> Sql {
        bound.into_iter().fold(self.part.over(range, snapshot), Sql::with)
    }
}
