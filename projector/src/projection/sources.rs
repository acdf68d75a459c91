//! Where the orders placed in one local hour, day, month or year came from, and who travels (reports.md §10).

use events_schema::{EntityKind, Grain, Recorded};
use ledger_core::entities::Step;

use super::Projection;
use crate::change::{CellTable, Changes, SumOverflow, Value};
use crate::starts::Almanac;

/// Orders and travellers, by when the orders were placed.
pub(crate) static CELLS: CellTable = CellTable {
    name: "source_cells",
    key: &["grain", "start", "source"],
    sums: &["orders", "male_travellers", "female_travellers", "unknown_travellers"],
    past_from: Grain::Day,
};

/// The cells of sources: what was said when an order was placed never changes.
#[derive(Clone, Copy, Debug)]
pub struct Sources;

impl Projection for Sources {
    const NAME: &'static str = "sources";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Order];

    fn changes(
        step: &Step<'_>,
        _: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before: None, after } = step else { return Ok(()) };
        let travellers = after.facts.travellers;
        let deltas = [1, travellers.male.into(), travellers.female.into(), travellers.unknown.into()];
        out.add(&CELLS, almanac.starts(after.placed_at), [Value::term(after.facts.source)], &deltas)
    }
}
