//! The SQL that reads one selection from cells and rows alike.

use crate::database::Sql;
use crate::range::Pieces;

/// Where figures are kept: as cells by hour, day and month, and as the rows that the cells add up.
pub(crate) struct Source {
    /// The cells are in the tables `{cells}_hour`, `{cells}_day` and `{cells}_month`.
    pub(crate) cells: &'static str,
    /// The rows are in this table.
    pub(crate) rows: &'static str,
    /// The column of the rows that says into which cell each belongs.
    pub(crate) rows_at: &'static str,
    /// What holds for every row; it lets the rows be found through an index.
    pub(crate) rows_where: &'static str,
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

/// Which tables the pieces of a range are read from, in the order of [`Pieces::all`], and whether they count.
const PIECES: [(Table, Sign); 13] = [
    (Table::Cells("month"), Sign::Plus),
    (Table::Cells("day"), Sign::Plus),
    (Table::Cells("day"), Sign::Plus),
    (Table::Cells("day"), Sign::Minus),
    (Table::Cells("day"), Sign::Minus),
    (Table::Cells("hour"), Sign::Plus),
    (Table::Cells("hour"), Sign::Plus),
    (Table::Cells("hour"), Sign::Minus),
    (Table::Cells("hour"), Sign::Minus),
    (Table::Rows, Sign::Plus),
    (Table::Rows, Sign::Plus),
    (Table::Rows, Sign::Minus),
    (Table::Rows, Sign::Minus),
];

enum Table {
    Cells(&'static str),
    Rows,
}

enum Sign {
    Plus,
    Minus,
}

impl Source {
    /// A select of the sums of `figures` over all [`Pieces`] of a range, whose ends are `$1` to `$26`, for each value
    /// of `keys`. `filter` is one more condition for cells and rows, or nothing.
    pub(crate) fn sums(&self, keys: &[&str], figures: &[Figure], filter: &str) -> String {
        let pieces: Vec<_> = PIECES
            .iter()
            .enumerate()
            .map(|(index, piece)| self.piece(index, piece, keys, figures, filter))
            .collect();
        let keys = keys.join(", ");
        let sums: Vec<_> =
            figures.iter().map(|Figure { name, .. }| format!("sum({name}) as {name}")).collect();
        let (sums, pieces) = (sums.join(", "), pieces.join(" union all "));
        if keys.is_empty() {
            format!("select {sums} from ({pieces})")
        } else {
            format!("select {keys}, {sums} from ({pieces}) group by {keys}")
        }
    }

    fn piece(
        &self,
        index: usize,
        (table, sign): &(Table, Sign),
        keys: &[&str],
        figures: &[Figure],
        filter: &str,
    ) -> String {
        let columns = figures.iter().map(|Figure { name, of_cell, of_row }| {
            let figure = if matches!(table, Table::Rows) { of_row } else { of_cell };
            match sign {
                Sign::Plus => format!("{figure} as {name}"),
                Sign::Minus => format!("-({figure}) as {name}"),
            }
        });
        let columns: Vec<_> = keys.iter().map(|key| (*key).to_owned()).chain(columns).collect();
        let columns = columns.join(", ");
        let (from, to) = (2 * index + 1, 2 * index + 2);
        let Self { cells, rows, rows_at, rows_where } = self;
        let filter = if filter.is_empty() { String::new() } else { format!(" and {filter}") };
        match table {
            Table::Cells(grain) => {
                format!(
                    "select {columns} from {cells}_{grain} where start >= ${from} and start < ${to}{filter}"
                )
            }
            Table::Rows => format!(
                "select {columns} from {rows} where {rows_where} and {rows_at} >= ${from} and {rows_at} < ${to}{filter}"
            ),
        }
    }
}

/// The select `text` of [`Source::sums`] over these pieces: `$1` to `$26` are their ends.
pub(crate) fn over(pieces: &Pieces, text: &'static str) -> Sql {
    let ends = pieces.all().into_iter().flat_map(|piece| [piece.from.micros(), piece.to.micros()]);
    ends.fold(Sql::new(text), Sql::with)
}
