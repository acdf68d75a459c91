//! What the orders placed in one local hour, day or month add to the figures of the sales report (reports.md §2), and to
//! what accounts must show (accounting.md).

use events_schema::{EntityKind, Recorded};
use ledger_core::entities::Step;

use super::share::{FIGURES, cell};
use super::{Projection, difference};
use crate::change::{CellTable, Changes, SumOverflow};
use crate::starts::Almanac;

/// The figures of orders, by when they were placed.
pub(crate) static CELLS: CellTable =
    CellTable { name: "sales_cells", key: &["grain", "start", "product_type"], sums: &FIGURES };

/// The cells of the sales report: each event of an order moves them by what the order adds after it, less what it
/// added before.
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
        let product_type = (&after.facts.product.product_type).into();
        out.add(&CELLS, almanac.starts(after.placed_at), [product_type], &deltas)
    }
}
