//! What moved the balances of members (余额, reports.md §9).

use events_schema::terms::BalanceKind;
use events_schema::{EntityKind, Event, Grain, Id, Money, Position, Recorded};
use ledger_core::entities::member::balance_change;
use ledger_core::entities::{Member, Step};

use super::Projection;
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each entry.
pub(crate) static ROWS: RowTable = RowTable {
    name: "balance_entries",
    key: &["position"],
    facts: &[
        "occurred_at",
        "member_birth",
        "kind",
        "change",
        "balance_after",
        "payment_id",
        "order_birth",
        "withdrawal_birth",
    ],
    state: &[],
    seldom: 0,
};

/// The same, by when they happened.
pub(crate) static CELLS: CellTable = CellTable {
    name: "balance_cells",
    key: &["grain", "start", "kind"],
    sums: &["entries", "change"],
    past_from: Grain::Day,
};

/// The rows and cells of balance entries. A change of nothing is not even recorded (domain §5).
#[derive(Clone, Copy, Debug)]
pub struct Balances;

impl Projection for Balances {
    const NAME: &'static str = "balances";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::Member];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::Member { after, .. } = step else { return Ok(()) };
        let (Some((kind, source)), Some(change)) = (moved(&recorded.event), balance_change(&recorded.event))
        else {
            return Ok(());
        };
        if out.keeps_row(recorded.occurred_at) {
            insert(recorded, after, (kind, change, source), out);
        }
        let starts = almanac.starts(recorded.occurred_at);
        out.add(&CELLS, starts, [Value::term(kind)], &[1, change.minor()])
    }
}

/// The row of an entry is born.
fn insert(
    recorded: &Recorded,
    member: &Member,
    (kind, change, source): (BalanceKind, Money, Source<'_>),
    out: &mut Changes,
) {
    let [payment_id, order_birth, withdrawal_birth] = source.columns();
    out.insert(
        &ROWS,
        Key::Number(recorded.position.as_i64()),
        [
            recorded.occurred_at.into(),
            member.birth.into(),
            Value::term(kind),
            change.into(),
            member.balance.into(),
            payment_id,
            order_birth,
            withdrawal_birth,
        ],
        [],
    );
}

/// What an entry came from.
enum Source<'a> {
    Payment(&'a Id),
    Order(Position),
    Withdrawal(Position),
    Nothing,
}

impl Source<'_> {
    fn columns(&self) -> [Value; 3] {
        match self {
            Self::Payment(id) => [(*id).into(), Value::Null, Value::Null],
            Self::Order(birth) => [Value::Null, (*birth).into(), Value::Null],
            Self::Withdrawal(birth) => [Value::Null, Value::Null, (*birth).into()],
            Self::Nothing => [Value::Null, Value::Null, Value::Null],
        }
    }
}

/// What an event of a member moved the balance for, and where that came from; nothing where it moved none.
fn moved(event: &Event) -> Option<(BalanceKind, Source<'_>)> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event moves a balance")]
    Some(match event {
        Event::BalanceRecharged(e) => (BalanceKind::Recharge, Source::Payment(&e.payment_id)),
        Event::RechargeRefunded(e) => (BalanceKind::RechargeRefund, Source::Payment(&e.payment_id)),
        Event::BalanceConsumed(e) => (BalanceKind::Consume, Source::Order(e.order)),
        Event::ConsumptionRefunded(e) => (BalanceKind::ConsumeRefund, Source::Order(e.order)),
        Event::BalanceWithdrawn(e) => (BalanceKind::Withdraw, Source::Withdrawal(e.withdrawal)),
        Event::WithdrawalReturned(e) => (BalanceKind::WithdrawReturn, Source::Withdrawal(e.withdrawal)),
        Event::BalanceGifted(_) => (BalanceKind::Gift, Source::Nothing),
        Event::BalanceDeducted(_) => (BalanceKind::Deduct, Source::Nothing),
        _ => return None,
    })
}
