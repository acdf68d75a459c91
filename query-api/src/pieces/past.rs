//! The SQL that reads one selection as it stood at a position in the past.
//!
//! Cells, and rows in the ragged ends, are read as they stood at the end of an epoch. What the events between there and
//! the position did to the selection, its *drift*, is added; or taken away, where the epoch ended after the position.
//! Tables are read in the order of the text: few keys of cells, or few events, find all else by its key.

use events_schema::terms::Term;

use super::{Depth, FIRST_FILTER, Figure, Place, Sign, Source, added_up, columns, needed, places_of};
use crate::past;
use crate::range::{Grains, Range};

/// How cells and rows stood in the past.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    /// How cells stood at the end of each epoch in which they changed.
    pub(crate) cells: &'static str,
    /// Of which cells that is kept.
    pub(crate) grains: Grains,
    /// The columns that name a cell.
    pub(crate) key: &'static [&'static str],
    /// How rows stood.
    pub(crate) rows: PastRows,
}

/// How rows stood in the past.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PastRows {
    /// They are all rows of a table, and never change. This column says with which event each of them came.
    Fixed {
        /// The column.
        position: &'static str,
    },
    /// They have versions.
    Versions {
        /// The table of the versions.
        versions: &'static str,
        /// The columns that name a row in it.
        key: &'static [&'static str],
        /// A select of what never changes, with `of_` before the columns that name a row.
        facts: &'static str,
        /// The column of the facts that says into which cell a row belongs.
        at: &'static str,
    },
}

/// The number of the epoch, and its last event.
const EPOCH: usize = FIRST_FILTER;
const EPOCH_LAST: usize = EPOCH + 1;
/// The drift.
const DRIFT: usize = EPOCH + 2;
/// Places of the drift: the events after this one, up to this one, their sign, and the ends of the range.
pub(crate) const DRIFT_PLACES: usize = 5;
/// Places of a text about the past.
const PLACES: usize = 2 + DRIFT_PLACES;
/// Most places that filters have.
const FILTER_PLACES_MAX: usize = 4;

/// What is bound to the places of a text about the past after the ends of pieces.
pub(super) fn bound(past: &past::Past, range: Range) -> [i64; PLACES] {
    let ([after, until, sign], past::Epoch { number, last }) = (past.window(), past.nearest);
    [number, last, after, until, sign, range.from.micros(), range.to.micros()]
}

/// A condition, with the places of its filters after those of the past.
fn numbered_on(condition: &str) -> String {
    (FIRST_FILTER..FIRST_FILTER + FILTER_PLACES_MAX).rev().fold(condition.to_owned(), |text, place| {
        text.replace(&format!("${place}"), &format!("${}", place + PLACES))
    })
}

/// `left = right` for each column.
pub(super) fn same(key: &[&str], equal: impl Fn(&str) -> String) -> String {
    key.iter().map(|column| equal(column)).collect::<Vec<_>>().join(" and ")
}

/// Columns under a name with `of_` before it.
fn of(key: &[&str]) -> String {
    key.iter().map(|column| format!("{column} as of_{column}")).collect::<Vec<_>>().join(", ")
}

impl Source {
    /// The pieces of a range that is read down to `depth`, and its drift.
    pub(super) fn past_pieces(
        &self,
        depth: Depth,
        keys: &[&str],
        figures: &[Figure],
        filter: &str,
    ) -> Vec<String> {
        let filter = numbered_on(filter);
        let piece = |(index, (place, sign)): (usize, &(Place, Sign))| {
            let columns = columns(keys, figures, place, sign);
            let ends = places_of(index);
            match place {
                Place::Cells(grain) => {
                    let grain = grain.ordinal().to_string();
                    let cells = self.past_cells(&grain, ends, EPOCH, &filter);
                    format!("select {columns} from {cells}")
                }
                Place::Rows => self.past_rows(&columns, ends, &filter),
            }
        };
        needed(depth, self.past.grains).map(piece).chain(self.drift(DRIFT, keys, figures, &filter)).collect()
    }

    /// The cells that begin between two places, as of the epoch at a third, joined and without a last condition. Of
    /// what is joined, only the columns of the past have names of their own.
    pub(crate) fn past_cells(
        &self,
        grain: &str,
        [from, to]: [usize; 2],
        epoch: usize,
        filter: &str,
    ) -> String {
        self.past_cells_where(&numbered_on(self.cells_where), grain, [from, to], epoch, filter)
    }

    /// The same of the cells that `cells_where` counts.
    pub(super) fn past_cells_where(
        &self,
        cells_where: &str,
        grain: &str,
        [from, to]: [usize; 2],
        epoch: usize,
        filter: &str,
    ) -> String {
        let Self { cells, past: Past { cells: past, key, .. }, .. } = self;
        let (names, joined) = (of(key), same(key, |column| format!("p.{column} = c.of_{column}")));
        let earlier = same(key, |column| format!("e.{column} = c.of_{column}"));
        format!(
            "(select {names} from {cells} where grain = {grain} and {cells_where} \
             and start >= ${from} and start < ${to} and {filter}) as c cross join {past} as p where {joined} \
             and p.epoch = (select max(e.epoch) from {past} as e where {earlier} and e.epoch <= ${epoch})"
        )
    }

    /// The rows between two places, as they stood at the end of the epoch.
    fn past_rows(&self, columns: &str, [from, to]: [usize; 2], filter: &str) -> String {
        let rows_where = numbered_on(self.rows_where);
        match self.past.rows {
            PastRows::Fixed { position } => {
                let Self { rows, rows_at: at, .. } = self;
                format!(
                    "select {columns} from {rows} where {rows_where} and {at} >= ${from} and {at} < ${to} \
                     and {position} + 0 <= ${EPOCH_LAST} and {filter}"
                )
            }
            PastRows::Versions { versions, key, facts, at } => {
                let (joined, earlier) = (
                    same(key, |column| format!("v.{column} = f.of_{column}")),
                    same(key, |column| format!("e.{column} = f.of_{column}")),
                );
                format!(
                    "select {columns} from ({facts}) as f cross join {versions} as v \
                     where {at} >= ${from} and {at} < ${to} and {joined} and v.position = ( \
                     select max(e.position) from {versions} as e where {earlier} and e.position <= ${EPOCH_LAST} \
                     ) and {rows_where} and {filter}"
                )
            }
        }
    }

    /// The rows as they stood after the event at `position`, a place: where they are, and which of them count.
    pub(crate) fn rows_then(&self, position: &str) -> [String; 2] {
        match self.past.rows {
            PastRows::Fixed { position: column } => {
                [self.rows.to_owned(), format!("{} and {column} + 0 <= {position}", self.rows_where)]
            }
            PastRows::Versions { versions, key, facts, .. } => {
                let (joined, earlier) = (
                    same(key, |column| format!("v.{column} = f.of_{column}")),
                    same(key, |column| format!("e.{column} = f.of_{column}")),
                );
                let last = format!("select max(e.position) from {versions} as e where {earlier}");
                let then = format!("{joined} and v.position = ({last} and e.position <= {position})");
                [
                    format!("({facts}) as f cross join {versions} as v"),
                    format!("{then} and {}", self.rows_where),
                ]
            }
        }
    }

    /// The column of the rows in [`Self::rows_then`] that says into which cell each belongs.
    pub(crate) const fn then_at(&self) -> &'static str {
        match self.past.rows {
            PastRows::Fixed { .. } => self.rows_at,
            PastRows::Versions { at, .. } => at,
        }
    }

    /// What events did to the selection: selects with [`DRIFT_PLACES`] places from `first` on.
    pub(crate) fn drift(&self, first: usize, keys: &[&str], figures: &[Figure], filter: &str) -> Vec<String> {
        let [after, until, sign, from, to] = std::array::from_fn(|place| first + place);
        let columns = |minus: &str| {
            let figures = figures
                .iter()
                .map(|Figure { name, of_row, .. }| format!("{minus}${sign} * ({of_row}) as {name}"));
            keys.iter().map(|key| (*key).to_owned()).chain(figures).collect::<Vec<_>>().join(", ")
        };
        // The events find the rows. All else is looked at row by row, said so that no engine takes an index for it, or
        // takes it for rare and begins with it.
        let within = |at: &str, rows_where: &str| {
            format!(
                "(case when {at} >= ${from} and {at} < ${to} and {rows_where} and {filter} then 1 else 0 end) <> 0"
            )
        };
        match self.past.rows {
            PastRows::Fixed { position } => vec![format!(
                "select {} from {} where {position} > ${after} and {position} <= ${until} and {}",
                columns(""),
                self.rows,
                within(self.rows_at, "true")
            )],
            PastRows::Versions { versions, key, facts, at } => {
                let within = within(at, &numbered_on(self.rows_where));
                let facts = format!("({facts}) as f");
                let (names, joined) =
                    (of(key), same(key, |column| format!("f.of_{column} = v.{column} + 0")));
                let before = same(key, |column| format!("v.{column} = w.of_{column}"));
                vec![
                    format!(
                        "select {} from {versions} as v cross join {facts} \
                         where v.position > ${after} and v.position <= ${until} \
                         and {joined} and {within}",
                        columns("")
                    ),
                    format!(
                        "select {} from (select {names}, previous as of_previous from {versions} \
                         where position > ${after} and position <= ${until}) as w \
                         cross join {versions} as v cross join {facts} \
                         where v.position = w.of_previous and {before} \
                         and {joined} and {within}",
                        columns("-")
                    ),
                ]
            }
        }
    }

    /// What events did to the selection at each instant at which they made a difference: the instant, and what is added
    /// to each figure.
    pub(crate) fn drift_by_instant(&self, figures: &[Figure], filter: &str) -> String {
        let at = match self.past.rows {
            PastRows::Fixed { .. } => self.rows_at,
            PastRows::Versions { at, .. } => at,
        };
        let sums = added_up(&self.drift(1, &[at], figures, filter), &[at], figures);
        let differs = figures.iter().map(|Figure { name, .. }| format!("sum({name}) <> 0"));
        format!("{sums} having {}", differs.collect::<Vec<_>>().join(" or "))
    }

    /// The first instant of all that there was, or the beginning of a cell with it: `$1` is the length of the cells, `$2`
    /// the last epoch, `$3` its last event, `$4` the position.
    pub(crate) fn first_then(&self) -> String {
        let Self {
            cells,
            cells_where,
            rows,
            rows_at,
            past: Past { cells: past, key, rows: past_rows, .. },
            ..
        } = self;
        let born = match past_rows {
            PastRows::Fixed { position } => position,
            PastRows::Versions { .. } => "birth",
        };
        let same = same(key, |column| format!("p.{column} = c.{column}"));
        format!(
            "select min(first) from ( \
             select min({rows_at} + 0) as first from {rows} where {born} > $3 and {born} <= $4 union all select * from ( \
             select start from {cells} as c where grain = $1 and {cells_where} \
             and exists (select 1 from {past} as p where {same} and p.epoch <= $2) order by start limit 1 \
             ) as cell) as firsts"
        )
    }
}

#[cfg(test)]
mod tests;
