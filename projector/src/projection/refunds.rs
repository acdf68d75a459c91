//! Refunds of orders, as decided now (reports.md §4).

use events_schema::terms::{RefundState, Term};
use events_schema::{EntityKind, Grain, Recorded};
use ledger_core::entities::{Order, Refund, Step};

use super::{Projection, difference};
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each refund of an order.
pub(crate) static ROWS: RowTable =
    RowTable { name: "refunds", key: &["order_birth", "ordinal"], facts: &FACTS, state: &STATE, seldom: 0 };

/// One row for each refund and each event of it: how it stood after that.
pub(crate) static VERSIONS: RowTable =
    RowTable { name: "refund_versions", key: &["position"], facts: &VERSION, state: &[], seldom: 0 };

const FACTS: [&str; 5] = ["refund_id", "requested_at", "product_type", "amount", "fee"];
const STATE: [&str; 3] = ["decided_at", "state", "method"];

const VERSION: [&str; 5] = ["order_birth", "ordinal", "previous", "decided_at", "state"];

/// The same, by when they were requested.
pub(crate) static CELLS: CellTable = CellTable {
    name: "refund_cells",
    key: &["grain", "start", "product_type"],
    sums: &FIGURES,
    past_from: Grain::Day,
};

const FIGURES: [&str; 7] = [
    "requests",
    "requested_amount",
    "in_review",
    "rejected",
    "completed",
    "refund_fee_amount",
    "refunded_amount",
];

/// The rows and cells of refunds: a refund is born by its request, and changes once, when it is decided.
#[derive(Clone, Copy, Debug)]
pub struct Refunds;

impl Projection for Refunds {
    const NAME: &'static str = "refunds";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Order];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { after, .. } = step else { return Ok(()) };
        let Some(Told { ordinal, refund, is_new }) = told(after, recorded) else { return Ok(()) };
        let birth = after.birth.as_i64();
        out.insert_version(&VERSIONS, Key::Number(recorded.position.as_i64()), || {
            // Nothing else happens to an order while a refund of it is reviewed.
            let previous = recorded.previous.filter(|_| !is_new);
            let [decided_at, standing, _] = state(refund);
            [birth.into(), ordinal.into(), previous.into(), decided_at, standing]
        });
        let key = Key::Numbers(birth, ordinal);
        match is_new {
            _ if !out.keeps_row(refund.requested_at) => {}
            true => out.insert(&ROWS, key, facts(after, refund), state(refund)),
            false => out.update(&ROWS, key, state(refund)),
        }
        let before = (!is_new).then(|| cell(refund, RefundState::InReview));
        let Some(deltas) = difference(before, cell(refund, refund.state)) else { return Ok(()) };
        let product_type = (&after.facts.product.product_type).into();
        out.add(&CELLS, almanac.starts(refund.requested_at), [product_type], &deltas)
    }
}

/// The refund that an event tells of.
struct Told<'a> {
    /// The how-manieth of its order.
    ordinal: i64,
    refund: &'a Refund,
    /// Whether it was just requested.
    is_new: bool,
}

fn told<'a>(order: &'a Order, recorded: &Recorded) -> Option<Told<'a>> {
    use events_schema::Event::{RefundCompleted, RefundRejected, RefundRequested};
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other event leaves the refunds as they are")]
    let (refund_id, is_new) = match &recorded.event {
        RefundRequested(requested) => (&requested.refund_id, true),
        RefundRejected(rejected) => (&rejected.refund_id, false),
        RefundCompleted(completed) => (&completed.refund_id, false),
        _ => return None,
    };
    let found = (0..).zip(&order.refunds).find(|(_, refund)| refund.refund_id == *refund_id);
    found.map(|(ordinal, refund)| Told { ordinal, refund, is_new })
}

fn facts(order: &Order, refund: &Refund) -> [Value; FACTS.len()] {
    [
        (&refund.refund_id).into(),
        refund.requested_at.into(),
        (&order.facts.product.product_type).into(),
        refund.amount.into(),
        refund.fee.into(),
    ]
}

fn state(refund: &Refund) -> [Value; STATE.len()] {
    [refund.decided_at.into(), Value::term(refund.state), Value::maybe_term(refund.method)]
}

/// What a refund adds to its cell while it is in `state`, in the order of [`FIGURES`].
fn cell(refund: &Refund, state: RefundState) -> [i64; FIGURES.len()] {
    let mut cell = [0; FIGURES.len()];
    cell[0] = 1;
    cell[1] = refund.amount.minor();
    cell[2 + state.ordinal()] = 1;
    if state == RefundState::Completed {
        cell[5] = refund.fee.minor();
        cell[6] = refund.actual().minor();
    }
    cell
}
