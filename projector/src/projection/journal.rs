//! The journal: what events post to the accounts (accounting.md).

use events_schema::terms::Account;
use events_schema::{EntityKind, Grain, Recorded};
use ledger_core::accounting::{BelowZero, Entry, below_zero, post};
use ledger_core::entities::Step;

use super::Projection;
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each entry, by the position of its event.
pub(crate) static ENTRIES: RowTable =
    RowTable { name: "journal_entries", key: &["position"], facts: &FACTS, state: &[], seldom: 0 };

const FACTS: [&str; 4] = ["date", "kind", "birth", "accounts"];

/// One row for each line of an entry.
pub(crate) static LINES: RowTable = RowTable {
    name: "journal_lines",
    key: &["account", "position"],
    facts: &["amount"],
    state: &[],
    seldom: 0,
};

/// What of lines lies below zero in the funds of a supplier or distributor: one row for each event that moves them there,
/// by the entry that posts for it.
pub(crate) static BELOW_ZERO: RowTable = RowTable {
    name: "journal_below_zero",
    key: &["entry", "position"],
    facts: &["account", "amount"],
    state: &[],
    seldom: 0,
};

/// Lines, debits and credits of each account, by the dates of their entries.
pub(crate) static CELLS: CellTable = CellTable {
    name: "journal_cells",
    key: &["grain", "start", "account"],
    sums: &["lines", "debit", "credit"],
    past_from: Grain::Day,
};

/// The entries, their lines, what of these is below zero, and their cells. They never change.
#[derive(Clone, Copy, Debug)]
pub struct Journal;

impl Projection for Journal {
    const NAME: &'static str = "journal";
    const ENTITIES: &'static [EntityKind] = &[
        EntityKind::Order,
        EntityKind::Member,
        EntityKind::Payment,
        EntityKind::SupplierFunds,
        EntityKind::DistributorFunds,
        EntityKind::Withdrawal,
    ];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let position = recorded.position.as_i64();
        if let Some(BelowZero { entry, account, amount }) = below_zero(step, recorded)
            && out.keeps_row(recorded.occurred_at)
        {
            let key = Key::Numbers(entry.as_i64(), position);
            out.insert(&BELOW_ZERO, key, [number(account).into(), amount.into()], []);
        }
        let Some(entry) = post(step, recorded) else { return Ok(()) };
        let is_kept = out.keeps_row(entry.date());
        if is_kept {
            out.insert(&ENTRIES, Key::Number(position), facts(&entry, recorded), []);
        }
        let starts = almanac.starts(entry.date());
        for line in entry.lines() {
            let account = number(line.account);
            if is_kept {
                out.insert(&LINES, Key::Numbers(account, position), [line.amount.into()], []);
            }
            let sums = [1, line.debit().minor(), line.credit().minor()];
            out.add(&CELLS, starts, [account.into()], &sums)?;
        }
        Ok(())
    }
}

fn facts(entry: &Entry, recorded: &Recorded) -> [Value; FACTS.len()] {
    [entry.date().into(), Value::term(entry.kind()), recorded.entity.birth.into(), entry.accounts().into()]
}

fn number(account: Account) -> i64 {
    account.number().into()
}
