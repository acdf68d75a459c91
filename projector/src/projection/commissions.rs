//! What distributors earn by orders, line by line, as it stands now (返佣, reports.md §8).

use events_schema::recorded::order::{CommissionLine, OrderPlaced};
use events_schema::terms::CommissionState;
use events_schema::{EntityKind, Grain, Money, Recorded, Timestamp};
use ledger_core::entities::{Order, OrderFigures, Step};

use super::{Projection, difference, under};
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::{Almanac, Starts};

/// One row for each line of each order.
pub(crate) static ROWS: RowTable =
    RowTable { name: "commissions", key: &["order_birth", "line"], facts: &FACTS, state: &STATE, seldom: 0 };

/// One row for each line and each event of its order from the payment on: how it stood after that.
pub(crate) static VERSIONS: RowTable = RowTable {
    name: "commission_versions",
    key: &["position", "line"],
    facts: &["order_birth", "previous", "state", "amount"],
    state: &[],
    seldom: 0,
};

const FACTS: [&str; 6] =
    ["placed_at", "product_type", "distributor_id", "distributor_name", "original_amount", "counts"];
const STATE: [&str; 3] = ["state", "amount", "settled_at"];

/// Orders with commissions, by when they were placed: of all distributors together, and of each.
pub(crate) static CELLS: CellTable = CellTable {
    name: "commission_cells",
    key: &["grain", "distributor_id", "start", "product_type"],
    sums: &[
        "unsettled_orders",
        "unsettled_amount",
        "settled_orders",
        "settled_amount",
        "cancelled_orders",
        "cancelled_amount",
    ],
    past_from: Grain::Day,
};

/// The rows and cells of commissions. Rows are born with their order; orders that were paid count in cells.
#[derive(Clone, Copy, Debug)]
pub struct Commissions;

impl Projection for Commissions {
    const NAME: &'static str = "commissions";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Order];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Order { before, after } = step else { return Ok(()) };
        if after.facts.commissions.is_empty() {
            return Ok(());
        }
        row_changes(before.as_ref(), after, recorded, out);
        let of = |figures| together(&after.facts, figures);
        // Where nothing changes for all together, it does for none of them: amounts only shrink, and states are shared.
        let Some(deltas) = difference(before.as_ref().map(of), of(&after.figures)) else { return Ok(()) };
        let (starts, product_type) = (almanac.starts(after.placed_at), &after.facts.product.product_type);
        out.add_together(&CELLS, starts, [product_type.into()], &deltas)?;
        own_changes(before.as_ref(), after, starts, out)
    }
}

/// The rows are born, or those change that stand in another state or for another amount than before. Each has a version
/// once the order is paid.
fn row_changes(before: Option<&OrderFigures>, order: &Order, recorded: &Recorded, out: &mut Changes) {
    if !out.keeps_row(order.placed_at) {
        return;
    }
    let was_paid = before.is_some_and(|before| before.commission_state().is_some());
    for (ordinal, line) in order.facts.commissions.iter().enumerate() {
        let number = i64::try_from(ordinal).expect("lines are few");
        let key = || Key::Numbers(order.birth.as_i64(), number);
        let now = Standing::of(line, &order.figures);
        if now.state.is_some() {
            let previous = recorded.previous.filter(|_| was_paid);
            out.insert_version(&VERSIONS, Key::Numbers(recorded.position.as_i64(), number), || {
                [order.birth.into(), previous.into(), Value::maybe_term(now.state), now.amount.into()]
            });
        }
        match before {
            None => out.insert(&ROWS, key(), facts(order, ordinal, line), now.columns()),
            Some(before) if Standing::of(line, before) != now => out.update(&ROWS, key(), now.columns()),
            Some(_) => {}
        }
    }
}

/// Each line moves the cells of its distributor; those of one distributor add up there.
fn own_changes(
    before: Option<&OrderFigures>,
    order: &Order,
    starts: Starts,
    out: &mut Changes,
) -> Result<(), SumOverflow> {
    let lines = &order.facts.commissions;
    for (ordinal, line) in lines.iter().enumerate() {
        let counts = counts(lines, ordinal);
        let of = |figures| own(line, counts, figures);
        if let Some(deltas) = difference(before.map(of), of(&order.figures)) {
            let product_type = (&order.facts.product.product_type).into();
            out.add_own(&CELLS, &line.distributor_id, starts, [product_type], &deltas)?;
        }
    }
    Ok(())
}

/// Whether a line is the first over zero of its distributor: 1, else 0. So an order is counted once for each.
fn counts(lines: &[CommissionLine], ordinal: usize) -> i64 {
    let line = &lines[ordinal];
    let is_same =
        |other: &CommissionLine| !other.amount.is_zero() && other.distributor_id == line.distributor_id;
    (!line.amount.is_zero() && !lines[..ordinal].iter().any(is_same)).into()
}

/// How one line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    /// Nothing while the order is unpaid.
    state: Option<CommissionState>,
    /// What is, was or would have been earned.
    amount: Money,
    settled_at: Option<Timestamp>,
}

impl Standing {
    fn of(line: &CommissionLine, figures: &OrderFigures) -> Self {
        let state = figures.commission_state();
        let is_settled = state == Some(CommissionState::Settled);
        Self {
            state,
            amount: amount(state, line.amount, || figures.remains(line.amount)),
            settled_at: figures.completed_at.filter(|_| is_settled),
        }
    }

    fn columns(&self) -> [Value; STATE.len()] {
        [Value::maybe_term(self.state), self.amount.into(), self.settled_at.into()]
    }
}

/// What counts of a commission: one that was cancelled counts as it was (reports.md §8), any other as it is `now`.
fn amount(state: Option<CommissionState>, original: Money, now: impl FnOnce() -> Money) -> Money {
    if state == Some(CommissionState::Cancelled) { original } else { now() }
}

/// The commissions of an order of these `facts` together, while its `figures` stand so: their state and their sum. None
/// while it is unpaid, or without any over zero.
pub(crate) fn commission(facts: &OrderPlaced, figures: &OrderFigures) -> Option<(CommissionState, Money)> {
    let state = figures.commission_state()?;
    let original: Money = facts.commissions.iter().map(|line| line.amount).sum();
    let amount = amount(Some(state), original, || figures.commissions(facts));
    (!original.is_zero()).then_some((state, amount))
}

/// What an order adds to the cell of all distributors together.
fn together(facts: &OrderPlaced, figures: &OrderFigures) -> [i64; 6] {
    commission(facts, figures).map_or([0; 6], |(state, amount)| under(state, 1, amount))
}

/// What a line adds to the cell of its distributor.
fn own(line: &CommissionLine, counts: i64, figures: &OrderFigures) -> [i64; 6] {
    let Standing { state, amount, .. } = Standing::of(line, figures);
    state.map_or([0; 6], |state| under(state, counts, amount))
}

fn facts(order: &Order, ordinal: usize, line: &CommissionLine) -> [Value; FACTS.len()] {
    [
        order.placed_at.into(),
        (&order.facts.product.product_type).into(),
        (&line.distributor_id).into(),
        (&line.distributor_name).into(),
        line.amount.into(),
        counts(&order.facts.commissions, ordinal).into(),
    ]
}
