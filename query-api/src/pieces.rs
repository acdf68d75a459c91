//! The SQL that reads one selection from cells and rows alike.

use events_schema::Grain;
use events_schema::terms::Term;

use crate::database::Sql;
use crate::range::{Grains, Range};
use crate::snapshot::Snapshot;

/// The SQL that reads the same as it stood in the past.
mod past;
pub(crate) use past::{DRIFT_PLACES, Past, PastRows};

/// The SQL that finds single rows.
mod finding;
pub(crate) use finding::{CellsWanted, Events};

/// Where figures are kept: as cells by year, month, day and hour, and as the rows that the cells add up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source {
    /// The table of the cells.
    pub(crate) cells: &'static str,
    /// Which of the cells count: `true`, or those of one supplier.
    pub(crate) cells_where: &'static str,
    /// How long the cells are that there are.
    pub(crate) grains: Grains,
    /// The rows: a table, or several joined.
    pub(crate) rows: &'static str,
    /// Which of the rows count; it lets them be found through an index.
    pub(crate) rows_where: &'static str,
    /// The column of the rows that says into which cell each belongs.
    pub(crate) rows_at: &'static str,
    /// How both stood in the past.
    pub(crate) past: Past,
}

/// A figure of cells and rows.
pub(crate) struct Figure {
    /// Its name.
    pub(crate) name: String,
    /// What a cell adds to it.
    pub(crate) of_cell: String,
    /// What a row adds to it.
    pub(crate) of_row: String,
}

impl Figure {
    /// A figure that cells have under its name.
    pub(crate) fn new(name: impl Into<String>, of_row: impl Into<String>) -> Self {
        let name = name.into();
        Self { of_cell: name.clone(), name, of_row: of_row.into() }
    }

    /// A figure that cells and rows have under its name.
    pub(crate) fn same(name: &str) -> Self {
        Self::new(name, name)
    }
}

/// Number of the first place that a filter may name: those before it are the ends of the pieces. In a text about the past
/// more are bound before it, and its places are numbered on.
pub(crate) const FIRST_FILTER: usize = 2 * PIECES.len() + 1;

/// The same place in a text that is written out: `concat!("supplier_id = ", first_filter!())`. A test holds
/// it to the number above.
macro_rules! first_filter {
    () => {
        "$35"
    };
}
pub(crate) use first_filter;

/// From where the pieces of a range are read, in the order of [`crate::range::Pieces::all`], and whether they count.
const PIECES: [(Place, Sign); 17] = [
    (Place::Cells(Grain::Year), Sign::Plus),
    (Place::Cells(Grain::Month), Sign::Plus),
    (Place::Cells(Grain::Month), Sign::Plus),
    (Place::Cells(Grain::Month), Sign::Minus),
    (Place::Cells(Grain::Month), Sign::Minus),
    (Place::Cells(Grain::Day), Sign::Plus),
    (Place::Cells(Grain::Day), Sign::Plus),
    (Place::Cells(Grain::Day), Sign::Minus),
    (Place::Cells(Grain::Day), Sign::Minus),
    (Place::Cells(Grain::Hour), Sign::Plus),
    (Place::Cells(Grain::Hour), Sign::Plus),
    (Place::Cells(Grain::Hour), Sign::Minus),
    (Place::Cells(Grain::Hour), Sign::Minus),
    (Place::Rows, Sign::Plus),
    (Place::Rows, Sign::Plus),
    (Place::Rows, Sign::Minus),
    (Place::Rows, Sign::Minus),
];

enum Place {
    Cells(Grain),
    Rows,
}

enum Sign {
    Plus,
    Minus,
}

/// A select of figures over any range, to be made once and kept.
#[derive(Debug)]
pub(crate) struct Sums {
    /// One text for each [`Depth`]. What is not read is not there: an engine plans what it is told.
    texts: [String; DEPTHS.len()],
    grains: Grains,
    /// The same as of a position in the past.
    past: [String; DEPTHS.len()],
    past_grains: Grains,
    /// The same from the rows alone, between `$1` and `$2`.
    plain: String,
}

/// Down to which pieces a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Days,
    Hours,
    Rows,
}

const DEPTHS: [Depth; 3] = [Depth::Days, Depth::Hours, Depth::Rows];

impl Place {
    const fn depth(&self) -> Depth {
        match self {
            Self::Cells(Grain::Year | Grain::Month | Grain::Day) => Depth::Days,
            Self::Cells(Grain::Hour) => Depth::Hours,
            Self::Rows => Depth::Rows,
        }
    }
}

impl Sums {
    /// With more at its end, such as `order by`.
    pub(crate) fn then(mut self, text: &str) -> Self {
        self.texts.iter_mut().chain(&mut self.past).for_each(|sums| sums.push_str(text));
        self
    }

    /// The select over `range`, as of where `snapshot` stands. What its filters name is bound to it next, with
    /// [`Sql::with`].
    pub(crate) fn over(&'static self, range: Range, snapshot: &Snapshot) -> Sql {
        let (depth, bound) = self.depth_and_bound(range, snapshot);
        let texts = if snapshot.past().is_some() { &self.past } else { &self.texts };
        bound.into_iter().fold(Sql::new(&texts[depth as usize]), Sql::with)
    }

    /// The same, of a select that is made for one question.
    pub(crate) fn once(self, range: Range, snapshot: &Snapshot) -> Sql {
        let (depth, bound) = self.depth_and_bound(range, snapshot);
        let [days, hours, rows] = if snapshot.past().is_some() { self.past } else { self.texts };
        let text = match depth {
            Depth::Days => days,
            Depth::Hours => hours,
            Depth::Rows => rows,
        };
        bound.into_iter().fold(Sql::owned(text), Sql::with)
    }

    /// Down to which pieces `range` is read, and what is bound before what filters name.
    fn depth_and_bound(&self, range: Range, snapshot: &Snapshot) -> (Depth, Vec<i64>) {
        let grains = snapshot.past().map_or(self.grains, |_| self.past_grains);
        let pieces = range.pieces(grains, &snapshot.calendar).all();
        let needed = PIECES.iter().zip(pieces).filter(|(_, piece)| !piece.is_empty());
        let depth = needed.map(|((place, _), _)| place.depth()).max().unwrap_or(Depth::Days);
        let ends = pieces.into_iter().flat_map(|piece| [piece.from.micros(), piece.to.micros()]);
        let past = snapshot.past().into_iter().flat_map(|past| past::bound(past, range));
        (depth, ends.chain(past).collect())
    }

    /// The same figures over `range` as SQL without cells would add them up, row by row: what cells are measured and
    /// tested against. It has no place for filters.
    pub(crate) fn plain(&'static self, range: Range) -> Sql {
        Sql::new(&self.plain).with(range.from.micros()).with(range.to.micros())
    }
}

impl Source {
    /// A select of the sums of `figures` over a range, for each value of `keys`. A sum of nothing is null.
    ///
    /// `filter` is one more condition for cells and rows, or `true`. It, and the conditions of the source, may name
    /// places from [`FIRST_FILTER`] on.
    pub(crate) fn sums(&self, keys: &[&str], figures: &[Figure], filter: &str) -> Sums {
        let piece = |(index, piece)| self.piece(index, piece, keys, figures, filter);
        let texts = DEPTHS
            .map(|depth| added_up(&needed(depth, self.grains).map(piece).collect::<Vec<_>>(), keys, figures));
        let past =
            DEPTHS.map(|depth| added_up(&self.past_pieces(depth, keys, figures, filter), keys, figures));
        let (grains, past_grains) = (self.grains, self.past.grains);
        Sums { texts, grains, past, past_grains, plain: self.plain(keys, figures) }
    }

    fn plain(&self, keys: &[&str], figures: &[Figure]) -> String {
        let Self { rows, rows_where, rows_at, .. } = self;
        let sum = |Figure { name, of_row, .. }: &Figure| format!("cast(sum({of_row}) as bigint) as {name}");
        let columns: Vec<_> =
            keys.iter().map(|key| (*key).to_owned()).chain(figures.iter().map(sum)).collect();
        let groups = if keys.is_empty() { String::new() } else { format!(" group by {}", keys.join(", ")) };
        format!(
            "select {} from {rows} where {rows_where} and {rows_at} >= $1 and {rows_at} < $2{groups}",
            columns.join(", ")
        )
    }

    fn piece(
        &self,
        index: usize,
        (place, sign): &(Place, Sign),
        keys: &[&str],
        figures: &[Figure],
        filter: &str,
    ) -> String {
        let columns = columns(keys, figures, place, sign);
        let [from, to] = places_of(index);
        let Self { cells, cells_where, rows, rows_where, rows_at, .. } = self;
        match place {
            Place::Cells(grain) => {
                let grain = grain.ordinal();
                format!(
                    "select {columns} from {cells} where grain = {grain} and {cells_where} \
                     and start >= ${from} and start < ${to} and {filter}"
                )
            }
            Place::Rows => format!(
                "select {columns} from {rows} where {rows_where} \
                 and {rows_at} >= ${from} and {rows_at} < ${to} and {filter}"
            ),
        }
    }
}

/// The pieces of a range that is read down to `depth`, with their numbers, where there are cells of these `grains`.
fn needed(depth: Depth, grains: Grains) -> impl Iterator<Item = (usize, &'static (Place, Sign))> {
    let is_there = move |place: &Place| {
        place.depth() <= depth && !matches!(place, Place::Cells(grain) if !grains.has(*grain))
    };
    PIECES.iter().enumerate().filter(move |(_, (place, _))| is_there(place))
}

/// The sums of `figures` over `pieces`, for each value of `keys`.
fn added_up(pieces: &[String], keys: &[&str], figures: &[Figure]) -> String {
    let pieces = pieces.join(" union all ");
    let sum = |Figure { name, .. }: &Figure| format!("cast(sum({name}) as bigint) as {name}");
    let columns: Vec<_> = keys.iter().map(|key| (*key).to_owned()).chain(figures.iter().map(sum)).collect();
    let mut text = format!("select {} from ({pieces}) as pieces", columns.join(", "));
    if !keys.is_empty() {
        text.push_str(" group by ");
        text.push_str(&keys.join(", "));
    }
    text
}

/// The columns of a piece.
fn columns(keys: &[&str], figures: &[Figure], place: &Place, sign: &Sign) -> String {
    let columns = figures.iter().map(|Figure { name, of_cell, of_row }| {
        let figure = if matches!(place, Place::Rows) { of_row } else { of_cell };
        match sign {
            Sign::Plus => format!("{figure} as {name}"),
            Sign::Minus => format!("-({figure}) as {name}"),
        }
    });
    let columns: Vec<_> = keys.iter().map(|key| (*key).to_owned()).chain(columns).collect();
    columns.join(", ")
}

/// The numbers of the places to which the ends of a piece are bound.
const fn places_of(index: usize) -> [usize; 2] {
    [2 * index + 1, 2 * index + 2]
}

#[cfg(test)]
mod tests;
