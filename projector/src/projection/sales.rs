//! What the orders placed in one local hour, day, month or year add to the figures of the sales report and of its trend
//! (reports.md §2), and to what accounts must show (accounting.md).

use events_schema::{EntityKind, Grain, Recorded};
use ledger_core::entities::Step;

use super::share::{self, FIGURES, cell};
use super::{Projection, difference};
use crate::change::{CellTable, Changes, SumOverflow};
use crate::starts::Almanac;

/// The figures of orders, by when they were placed.
pub(crate) static CELLS: CellTable = CellTable {
    name: "sales_cells",
    key: &["grain", "start", "product_type"],
    sums: &FIGURES,
    past_from: Grain::Hour,
};

/// What the trend says of all orders together. Steps of years are read row by row, so the rows are few and short.
pub(crate) static TREND: CellTable =
    CellTable { name: "trend_cells", key: &["grain", "start"], sums: &share::TREND, past_from: Grain::Hour };

/// The cells of the sales report and its trend: each event of an order moves them by what the order adds after it, less
/// what it added before.
#[derive(Clone, Copy, Debug)]
pub struct Sales;

impl Projection for Sales {
    const NAME: &'static str = "sales";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Order];

    fn changes(
        step: &Step<'_>,
        _: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before, after } = step else { return Ok(()) };
        let of = |figures| cell(&after.facts, figures);
        let Some(deltas) = difference(before.as_ref().map(of), of(&after.figures)) else { return Ok(()) };
        let (starts, product_type) =
            (almanac.starts(after.placed_at), (&after.facts.product.product_type).into());
        out.add(&CELLS, starts, [product_type], &deltas)?;
        let of = |figures| share::trend(&after.facts, figures);
        difference(before.as_ref().map(of), of(&after.figures))
            .map_or(Ok(()), |deltas| out.add(&TREND, starts, [], &deltas))
    }
}
