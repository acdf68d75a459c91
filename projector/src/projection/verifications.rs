//! Completed orders, as they stood at that moment (核销, reports.md §3).

use events_schema::recorded::order::OrderPlaced;
use events_schema::{EntityKind, Grain, Recorded};
use ledger_core::entities::{OrderFigures, Step};

use super::Projection;
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow};
use crate::starts::Almanac;

/// One row for each order that was ever completed.
pub(crate) static ROWS: RowTable = RowTable {
    name: "verifications",
    key: &["position"],
    facts: &["order_birth", "completed_at", "product_type", "packages", "amount", "cost"],
    state: &[],
    seldom: 0,
};

/// The same, by when they were completed.
pub(crate) static CELLS: CellTable = CellTable {
    name: "verification_cells",
    key: &["grain", "start", "product_type"],
    sums: &["orders", "packages", "amount", "cost"],
    past_from: Grain::Day,
};

/// The rows and cells of completed orders. Later refunds change nothing of them.
#[derive(Clone, Copy, Debug)]
pub struct Verifications;

impl Projection for Verifications {
    const NAME: &'static str = "verifications";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Order];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before: Some(OrderFigures { completed_at: None, .. }), after } = step else {
            return Ok(());
        };
        let Some(completed_at) = after.figures.completed_at else { return Ok(()) };
        let product_type = || (&after.facts.product.product_type).into();
        let cell @ [_, packages, amount, cost] = cell(&after.facts, &after.figures);
        if out.keeps_row(completed_at) {
            out.insert(
                &ROWS,
                Key::Number(recorded.position.as_i64()),
                [
                    after.birth.into(),
                    completed_at.into(),
                    product_type(),
                    packages.into(),
                    amount.into(),
                    cost.into(),
                ],
                [],
            );
        }
        out.add(&CELLS, almanac.starts(completed_at), [product_type()], &cell)
    }
}

/// What an order of these `facts` adds when it was completed by the event that left its `figures` so: itself, its own
/// number of packages, what was left of its payment, and what all of it costs.
fn cell(facts: &OrderPlaced, figures: &OrderFigures) -> [i64; 4] {
    let cost = figures.remains(facts.purchase_cost()) + figures.commissions(facts) + facts.freight;
    [1, facts.packages.into(), figures.left().minor(), cost.minor()]
}
