//! What a projection is, and all of them.

/// Orders: what was said, and how they stand.
pub mod orders;

/// What orders add to the figures of the sales report.
pub mod sales;

/// What one order adds to each figure of the sales report: the one definition.
pub mod share;

/// Where orders came from, and who travels.
pub mod sources;

/// Orders at the moment of their completion.
pub mod verifications;

/// Refunds of orders.
pub mod refunds;

/// What suppliers are owed.
pub mod settlements;

/// What distributors earn.
pub mod commissions;

/// Money that moved outside.
pub mod cash;

/// Money that suppliers, distributors and members ask for.
pub mod withdrawals;

/// Members.
pub mod members;

/// What moved the balances of members.
pub mod balances;

/// The double-entry journal.
pub mod journal;

/// The numbers and names of accounts.
pub mod account_settings;

/// Events that came before what they need.
pub mod parked;

use events_schema::terms::Term;
use events_schema::{EntityKind, Money, Recorded};
use ledger_core::entities::Step;

use crate::change::{CellTable, Changes, RowTable, SumOverflow};
use crate::starts::Almanac;
use {
    account_settings::AccountSettings, balances::Balances, cash::Cash, commissions::Commissions,
    journal::Journal, members::Members, orders::Orders, parked::Parked, refunds::Refunds, sales::Sales,
    settlements::Settlements, sources::Sources, verifications::Verifications, withdrawals::Withdrawals,
};

/// Turns what one event did to one entity into changes of tables.
///
/// Pure: the same steps give the same changes, so that a rebuild gives the same tables; and each step is asked about
/// once, so that nothing is counted twice.
pub trait Projection {
    /// What it is called.
    const NAME: &'static str;
    /// The kinds of things that it looks at: a step of any other changes nothing.
    const ENTITIES: &'static [EntityKind];

    /// Asks for what `recorded`, which did `step`, changes.
    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow>;
}

/// All tables of rows.
pub(crate) static ROW_TABLES: [&RowTable; 18] = [
    &orders::FACTS,
    &orders::STATES,
    &orders::VERSIONS,
    &verifications::ROWS,
    &refunds::ROWS,
    &refunds::VERSIONS,
    &commissions::ROWS,
    &commissions::VERSIONS,
    &cash::ROWS,
    &withdrawals::ROWS,
    &withdrawals::VERSIONS,
    &members::ROWS,
    &balances::ROWS,
    &journal::ENTRIES,
    &journal::LINES,
    &journal::BELOW_ZERO,
    &account_settings::ROWS,
    &parked::ROWS,
];

/// All tables of cells.
pub(crate) static CELL_TABLES: [&CellTable; 12] = [
    &sales::CELLS,
    &sales::TREND,
    &sources::CELLS,
    &verifications::CELLS,
    &refunds::CELLS,
    &settlements::CELLS,
    &commissions::CELLS,
    &cash::CELLS,
    &withdrawals::CELLS,
    &members::CELLS,
    &balances::CELLS,
    &journal::CELLS,
];

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
    ask::<Sources>(step, recorded, almanac, out)?;
    ask::<Verifications>(step, recorded, almanac, out)?;
    ask::<Refunds>(step, recorded, almanac, out)?;
    ask::<Settlements>(step, recorded, almanac, out)?;
    ask::<Commissions>(step, recorded, almanac, out)?;
    ask::<Cash>(step, recorded, almanac, out)?;
    ask::<Withdrawals>(step, recorded, almanac, out)?;
    ask::<Members>(step, recorded, almanac, out)?;
    ask::<Balances>(step, recorded, almanac, out)?;
    ask::<Journal>(step, recorded, almanac, out)?;
    ask::<AccountSettings>(step, recorded, almanac, out)?;
    ask::<Parked>(step, recorded, almanac, out)
}

/// Asks one projection.
pub(crate) fn ask<P: Projection>(
    step: &Step<'_>,
    recorded: &Recorded,
    almanac: &mut Almanac,
    out: &mut Changes,
) -> Result<(), ProjectionError> {
    let asked = P::changes(step, recorded, almanac, out);
    asked.map_err(|source| ProjectionError { projection: P::NAME, source })
}

/// By how much an event moves a cell: what its entity adds after it, less what it added `before`. None where that is
/// nothing.
fn difference<const S: usize>(before: Option<[i64; S]>, after: [i64; S]) -> Option<[i64; S]> {
    let mut deltas = after;
    if let Some(before) = before {
        deltas.iter_mut().zip(before).for_each(|(delta, before)| *delta -= before);
    }
    deltas.iter().any(|delta| *delta != 0).then_some(deltas)
}

/// Orders and their amount under one of three states, in the order of the states: what settlements and commissions add
/// to their cells.
fn under(state: impl Term, orders: i64, amount: Money) -> [i64; 6] {
    let mut cell = [0; 6];
    cell[2 * state.ordinal()] = orders;
    cell[2 * state.ordinal() + 1] = amount.minor();
    cell
}

#[cfg(test)]
mod tests;
