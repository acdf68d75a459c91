//! Members, and how many registered when (reports.md §10).

use events_schema::{EntityKind, Grain, Recorded};
use ledger_core::entities::Step;

use super::Projection;
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each member.
pub(crate) static ROWS: RowTable = RowTable {
    name: "members",
    key: &["birth"],
    facts: &["member_id", "phone", "gender", "registered_at"],
    state: &[],
    seldom: 0,
};

/// The same, by when they registered.
pub(crate) static CELLS: CellTable =
    CellTable { name: "member_cells", key: &["grain", "start"], sums: &["members"], past_from: Grain::Hour };

/// The rows and cells of members: what was said when one registered never changes.
#[derive(Clone, Copy, Debug)]
pub struct Members;

impl Projection for Members {
    const NAME: &'static str = "members";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Member];

    fn changes(
        step: &Step<'_>,
        _: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Member { before: None, after } = step else { return Ok(()) };
        let facts = &after.facts;
        if out.keeps_row(after.registered_at) {
            out.insert(
                &ROWS,
                Key::Number(after.birth.as_i64()),
                [
                    (&facts.member_id).into(),
                    (&facts.phone).into(),
                    Value::term(facts.gender),
                    after.registered_at.into(),
                ],
                [],
            );
        }
        out.add(&CELLS, almanac.starts(after.registered_at), [], &[1])
    }
}
