//! What names a row or a cell.

use events_schema::{Grain, Timestamp};

use super::Value;
use crate::starts::Starts;

/// The most dimensions that a cell has beside its time and its owner.
const DIMENSIONS_MAX: usize = 3;

/// What names a row or a cell: the values of its key columns. Keys sort about as their table does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// One number, such as a birth.
    Number(i64),
    /// Two numbers.
    Numbers(i64, i64),
    /// A cell. In a box, for cells are few, and rows are many.
    Cell(Box<CellKey>),
}

/// What names a cell. Made anew with every change of one, so it has room for everything within itself: only texts of
/// more than 24 bytes stand elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellKey {
    /// Hour, day, month or year.
    pub(super) grain: Grain,
    /// Whom the cell belongs to; nothing in a table that does not tell them apart.
    owner: Value,
    /// When the hour, day, month or year begins.
    start: Timestamp,
    /// What else is told apart; nothing after the last.
    dimensions: [Value; DIMENSIONS_MAX],
}

impl Key {
    /// How long its cell is; nothing where it names a row.
    pub(crate) fn grain(&self) -> Option<Grain> {
        match self {
            Self::Number(_) | Self::Numbers(..) => None,
            Self::Cell(cell) => Some(cell.grain),
        }
    }

    /// Calls `each` with the value of every key column, in their order.
    pub(crate) fn for_each(&self, mut each: impl FnMut(&Value)) {
        match self {
            Self::Number(one) => each(&Value::Int(*one)),
            Self::Numbers(one, two) => {
                each(&Value::Int(*one));
                each(&Value::Int(*two));
            }
            Self::Cell(cell) => cell.for_each(each),
        }
    }
}

impl CellKey {
    /// The cell of the `grain` that begins at its place in `starts`.
    pub(super) fn new<const D: usize>(
        owner: Value,
        grain: Grain,
        starts: Starts,
        dimensions: [Value; D],
    ) -> Self {
        const { assert!(D <= DIMENSIONS_MAX) }
        let mut places = [const { Value::Null }; DIMENSIONS_MAX];
        places.iter_mut().zip(dimensions).for_each(|(place, dimension)| *place = dimension);
        Self { grain, owner, start: starts.of(grain), dimensions: places }
    }

    /// The cell of a wider `grain` around this one, which lies in `starts`.
    pub(super) fn around(&self, grain: Grain, starts: Starts) -> Self {
        Self { grain, start: starts.of(grain), ..self.clone() }
    }

    /// Whether it belongs to somebody alone: all of one owner are few, so they have neither hours nor years.
    pub(super) fn is_own(&self) -> bool {
        self.owner != Value::Null && self.owner != Value::TOGETHER
    }

    /// How many columns it has.
    pub(super) fn columns(&self) -> usize {
        let given = |value: &&Value| **value != Value::Null;
        2 + self.dimensions.iter().chain([&self.owner]).filter(given).count()
    }

    fn for_each(&self, mut each: impl FnMut(&Value)) {
        each(&Value::term(self.grain));
        if self.owner != Value::Null {
            each(&self.owner);
        }
        each(&self.start.into());
        self.dimensions.iter().take_while(|dimension| **dimension != Value::Null).for_each(each);
    }
}
