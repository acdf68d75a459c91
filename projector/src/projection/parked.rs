//! Events that were parked, as they stand now (domain §4).

use events_schema::recorded::CommandKey;
use events_schema::recorded::parked::WaitsFor;
use events_schema::{EntityKind, Id, Recorded};
use ledger_core::entities::{ParkedEvent, Step};

use super::Projection;
use crate::change::{Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each event that was ever parked.
pub(crate) static ROWS: RowTable =
    RowTable { name: "parked_events", key: &["birth"], facts: &FACTS, state: &STATE };

const FACTS: [&str; 3] = ["parked_at", "event", "event_id"];
const STATE: [&str; 4] = ["waits_for", "awaited_id", "state", "code"];

/// The rows of parked events.
#[derive(Clone, Copy, Debug)]
pub struct Parked;

impl Projection for Parked {
    const NAME: &'static str = "parked events";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::ParkedEvent];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        _: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::ParkedEvent { before, after } = step else { return Ok(()) };
        let key = Key::Number(after.birth.as_i64());
        match before {
            None => out.insert(&ROWS, key, facts(after, recorded), state(after)),
            Some(_) => out.update(&ROWS, key, state(after)),
        }
        Ok(())
    }
}

/// What was said when it was parked: by `recorded`, whose request is the event itself.
fn facts(parked: &ParkedEvent, recorded: &Recorded) -> [Value; FACTS.len()] {
    let event_id = match &recorded.key {
        CommandKey::Published(published) => (&published.id).into(),
        // Only what was published is ever parked.
        CommandKey::Ledger | CommandKey::SameDecision | CommandKey::Decision(_) => "".into(),
    };
    [parked.parked_at.into(), (&parked.event).into(), event_id]
}

fn state(parked: &ParkedEvent) -> [Value; STATE.len()] {
    let (kind, id): (_, &Id) = match &parked.waits_for {
        WaitsFor::Order(id) => ("order", id),
        WaitsFor::Member(id) => ("member", id),
        WaitsFor::Payment(id) => ("payment", id),
    };
    [Value::Term(kind), id.into(), Value::term(parked.state), parked.code.as_ref().into()]
}
