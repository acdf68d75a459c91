//! The SQL that reads one selection from cells and rows alike.

use sqlx::Sqlite;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;

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

impl Source {
    /// A select over all [`Pieces`] of a range: `cell_columns` of each cell and `row_columns` of each row, as the
    /// same columns. The ends of the pieces are `?1` to `?14`; `filter` is one more condition for both, or nothing.
    pub(crate) fn over_pieces(&self, cell_columns: &str, row_columns: &str, filter: &str) -> String {
        let Self { cells, rows, rows_at, rows_where } = self;
        let filter = if filter.is_empty() { String::new() } else { format!(" and {filter}") };
        let mut parts: Vec<String> = ["month", "day", "day", "hour", "hour"]
            .iter()
            .enumerate()
            .map(|(piece, grain)| {
                let (from, to) = (2 * piece + 1, 2 * piece + 2);
                format!("select {cell_columns} from {cells}_{grain} where start >= ?{from} and start < ?{to}{filter}")
            })
            .collect();
        parts.extend([(11, 12), (13, 14)].map(|(from, to)| {
            format!(
                "select {row_columns} from {rows} where {rows_where} and {rows_at} >= ?{from} and {rows_at} < ?{to}{filter}"
            )
        }));
        parts.join(" union all ")
    }
}

/// Binds `?1` to `?14` to the ends of the pieces.
pub(crate) fn bind<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    pieces: &Pieces,
) -> Query<'q, Sqlite, SqliteArguments> {
    pieces.all().into_iter().fold(query, |query, piece| query.bind(piece.from.micros()).bind(piece.to.micros()))
}
