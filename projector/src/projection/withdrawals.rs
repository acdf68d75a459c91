//! Withdrawals, as decided now (提现, reports.md §7).

use events_schema::recorded::Personal;
use events_schema::terms::WithdrawalState;
use events_schema::{EntityKind, Grain, Recorded};
use ledger_core::entities::{Step, Withdrawal};

use super::Projection;
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each withdrawal.
pub(crate) static ROWS: RowTable =
    RowTable { name: "withdrawals", key: &["birth"], facts: &FACTS, state: &STATE, seldom: 0 };

/// One row for each withdrawal and each of its events: how it stood after that.
pub(crate) static VERSIONS: RowTable = RowTable {
    name: "withdrawal_versions",
    key: &["position"],
    facts: &["birth", "previous", "state"],
    state: &[],
    seldom: 0,
};

const FACTS: [&str; 9] = [
    "withdrawal_id",
    "requested_at",
    "payee_kind",
    "payee_id",
    "payee_name",
    "payee_phone",
    "amount",
    "method",
    "account",
];
const STATE: [&str; 4] = ["state", "decided_at", "reference", "reason"];

/// The same, by when they were requested.
pub(crate) static CELLS: CellTable = CellTable {
    name: "withdrawal_cells",
    key: &["grain", "start", "payee_kind", "method", "state"],
    sums: &["withdrawals", "amount"],
    past_from: Grain::Day,
};

/// The rows and cells of withdrawals: a decision moves one from cell to cell.
#[derive(Clone, Copy, Debug)]
pub struct Withdrawals;

impl Projection for Withdrawals {
    const NAME: &'static str = "withdrawals";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Withdrawal];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Withdrawal { before, after } = step else { return Ok(()) };
        let key = Key::Number(after.birth.as_i64());
        out.insert_version(&VERSIONS, Key::Number(recorded.position.as_i64()), || {
            [after.birth.into(), recorded.previous.into(), Value::term(after.state)]
        });
        match before {
            _ if !out.keeps_row(after.requested_at) => {}
            None => out.insert(&ROWS, key, facts(after), state(after)),
            Some(_) => out.update(&ROWS, key, state(after)),
        }
        if *before == Some(after.state) {
            return Ok(());
        }
        let (starts, asked) = (almanac.starts(after.requested_at), &after.facts);
        let cell = |state: WithdrawalState| {
            [Value::term(asked.payee.kind), Value::term(asked.method), Value::term(state)]
        };
        let amount = asked.amount.minor();
        if let Some(before) = before {
            out.add(&CELLS, starts, cell(*before), &[-1, -amount])?;
        }
        out.add(&CELLS, starts, cell(after.state), &[1, amount])
    }
}

fn facts(withdrawal: &Withdrawal) -> [Value; FACTS.len()] {
    let facts = &withdrawal.facts;
    [
        (&facts.withdrawal_id).into(),
        withdrawal.requested_at.into(),
        Value::term(facts.payee.kind),
        (&facts.payee.id).into(),
        (&facts.payee.name).into(),
        facts.payee.phone.as_ref().and_then(Personal::text).into(),
        facts.amount.into(),
        Value::term(facts.method),
        (&facts.account).into(),
    ]
}

fn state(withdrawal: &Withdrawal) -> [Value; STATE.len()] {
    [
        Value::term(withdrawal.state),
        withdrawal.decided_at.into(),
        withdrawal.reference.as_ref().into(),
        withdrawal.reason.clone().into(),
    ]
}
