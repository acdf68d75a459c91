//! What the orders placed in one local hour, day or month add to the figures of the sales report.

use events_schema::{Grain, Recorded};
use ledger_core::entities::Step;

use super::Projection;
use super::share::{FIGURES, cell};
use crate::change::{CellTable, Changes, Key, SumOverflow};
use crate::starts::Almanac;

/// The figures of local hours.
pub(crate) static HOUR: CellTable = table("sales_hour");
/// The figures of local days.
pub(crate) static DAY: CellTable = table("sales_day");
/// The figures of local months.
pub(crate) static MONTH: CellTable = table("sales_month");

const fn table(name: &'static str) -> CellTable {
    CellTable { name, key: &["start", "product_type"], sums: &FIGURES }
}

/// The cells of the sales report: each event of an order moves them by what the order adds after it, less what it
/// added before.
#[derive(Clone, Copy, Debug)]
pub struct Sales;

impl Projection for Sales {
    const NAME: &'static str = "sales";

    fn changes(
        step: &Step<'_>,
        _: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before, after } = step else { return Ok(()) };
        let mut deltas = cell(&after.facts, &after.figures);
        if let Some(before) = before {
            let before = cell(&after.facts, before);
            if before == deltas {
                return Ok(());
            }
            deltas.iter_mut().zip(before).for_each(|(delta, before)| *delta -= before);
        }
        for (grain, start) in almanac.starts(after.placed_at) {
            let table = match grain {
                Grain::Hour => &HOUR,
                Grain::Day => &DAY,
                Grain::Month => &MONTH,
            };
            let product_type = after.facts.product.product_type.clone().into_compact();
            out.add(table, Key::Text(start.micros(), product_type), &deltas)?;
        }
        Ok(())
    }
}
