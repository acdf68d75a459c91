//! What a projection is, and all of them.

/// Orders and their refunds, row by row.
pub mod orders;

/// What orders add to the figures of the sales report.
pub mod sales;

/// What one order adds to each figure of the sales report: the one definition.
pub mod share;

/// Money that moved outside.
pub mod cash;

use events_schema::Recorded;
use ledger_core::entities::Step;

use crate::change::{CellTable, Changes, RowTable, SumOverflow};
use crate::starts::Almanac;
use {cash::Cash, orders::Orders, sales::Sales};

/// Turns what one event did to one entity into changes of tables.
///
/// Pure: the same steps give the same changes, so that a rebuild gives the same tables; and each step is asked about
/// once, so that nothing is counted twice.
pub trait Projection {
    /// What it is called.
    const NAME: &'static str;

    /// Asks for what `recorded`, which did `step`, changes.
    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow>;
}

/// All tables of rows.
pub(crate) static ROW_TABLES: [&RowTable; 3] = [&orders::ORDERS, &orders::REFUNDS, &cash::ENTRIES];

/// All tables of cells.
pub(crate) static CELL_TABLES: [&CellTable; 6] =
    [&sales::HOUR, &sales::DAY, &sales::MONTH, &cash::HOUR, &cash::DAY, &cash::MONTH];

/// Why a step could not be projected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the projection {projection} cannot take it in: {source}")]
pub struct ProjectionError {
    /// The projection.
    pub projection: &'static str,
    /// What is wrong.
    pub source: SumOverflow,
}

/// Asks all projections.
pub(crate) fn project(
    step: &Step<'_>,
    recorded: &Recorded,
    almanac: &mut Almanac,
    out: &mut Changes,
) -> Result<(), ProjectionError> {
    ask::<Orders>(step, recorded, almanac, out)?;
    ask::<Sales>(step, recorded, almanac, out)?;
    ask::<Cash>(step, recorded, almanac, out)
}

fn ask<P: Projection>(
    step: &Step<'_>,
    recorded: &Recorded,
    almanac: &mut Almanac,
    out: &mut Changes,
) -> Result<(), ProjectionError> {
    let asked = P::changes(step, recorded, almanac, out);
    asked.map_err(|source| ProjectionError { projection: P::NAME, source })
}

#[cfg(test)]
mod tests;
