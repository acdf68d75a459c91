//! Settlements of orders with suppliers, as they stand now (结算, reports.md §6). Each is a part of the state of its
//! order; here are their cells.

use events_schema::recorded::order::OrderPlaced;
use events_schema::terms::SettlementState;
use events_schema::{EntityKind, Grain, Money, Recorded};
use ledger_core::entities::{OrderFigures, Step};

use super::{Projection, difference, under};
use crate::change::{CellTable, Changes, SumOverflow};
use crate::starts::Almanac;

/// Settlements, by when the orders were paid: of all suppliers together, and of each.
pub(crate) static CELLS: CellTable = CellTable {
    name: "settlement_cells",
    key: &["grain", "supplier_id", "start", "product_type"],
    sums: &[
        "unsettled_orders",
        "unsettled_amount",
        "settled_orders",
        "settled_amount",
        "non_settleable_orders",
        "non_settleable_amount",
    ],
    past_from: Grain::Day,
};

/// The cells of settlements.
#[derive(Clone, Copy, Debug)]
pub struct Settlements;

impl Projection for Settlements {
    const NAME: &'static str = "settlements";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Order];

    fn changes(
        step: &Step<'_>,
        _: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before, after } = step else { return Ok(()) };
        let (Some(supplier), Some(paid_at)) = (&after.facts.supplier, after.figures.paid_at) else {
            return Ok(());
        };
        let of = |figures| cell(&after.facts, figures);
        let Some(deltas) = difference(before.as_ref().map(of), of(&after.figures)) else { return Ok(()) };
        let product_type = || [(&after.facts.product.product_type).into()];
        let starts = almanac.starts(paid_at);
        out.add_together(&CELLS, starts, product_type(), &deltas)?;
        out.add_own(&CELLS, &supplier.id, starts, product_type(), &deltas)
    }
}

/// The settlement of an order of these `facts` while its `figures` stand so: its state, and what is, was or would have
/// been settled. None while it is unpaid, or without a supplier (domain §7).
pub(crate) fn settlement(facts: &OrderPlaced, figures: &OrderFigures) -> Option<(SettlementState, Money)> {
    let (state, cost) = (figures.settlement_state(facts)?, facts.purchase_cost());
    let is_void = state == SettlementState::NonSettleable;
    Some((state, if is_void { cost } else { figures.remains(cost) }))
}

fn cell(facts: &OrderPlaced, figures: &OrderFigures) -> [i64; 6] {
    settlement(facts, figures).map_or([0; 6], |(state, amount)| under(state, 1, amount))
}
