//! The entries of the journal themselves, line by line: what stands on each account by them, and whether each is in
//! balance.
//!
//! Sums at the ends of epochs say it of everything that is long ago; lines, of what came since.

use std::sync::LazyLock;

use events_schema::Position;
use events_schema::terms::{Account, Term as _};
use tokio::task::JoinSet;

use crate::database::{DatabaseError, Sql};
use crate::past::Epoch;
use crate::read_models::ReadModels;
use crate::row;
use crate::snapshot::{Snapshot, SnapshotError};

/// The last epoch that ended by the position `$1`.
const BEFORE: &str = "with before (number, last) as ( \
    select number, last from epochs where last <= $1 order by last desc limit 1)";

/// All accounts by their numbers, as `a.column1`.
static ACCOUNTS: LazyLock<String> = LazyLock::new(|| {
    let numbers: Vec<_> = Account::ALL.iter().map(|account| format!("({})", account.number())).collect();
    format!("(values {}) as a", numbers.join(", "))
});

/// The lines from after the position `after` until `until`, found by their key.
fn lines(after: &str, until: &str) -> String {
    let accounts = &*ACCOUNTS;
    format!(
        "{accounts} cross join journal_lines l \
         where l.account = a.column1 and l.position > {after} and l.position <= {until}"
    )
}

/// What stands on each account after the event at `$1`: its debits less its credits.
pub(super) static BY_ACCOUNT: LazyLock<String> = LazyLock::new(|| {
    let (accounts, lines) = (&*ACCOUNTS, lines("coalesce((select last from before), 0)", "$1"));
    format!(
        "{BEFORE} select account, cast(sum(amount) as bigint) as amount from ( \
         select t.account, t.debit - t.credit as amount from {accounts} cross join account_totals t \
         where t.account = a.column1 and t.epoch = (select max(e.epoch) from account_totals e \
         where e.account = a.column1 and e.epoch <= (select number from before)) \
         union all select l.account, l.amount from {lines}) as amounts group by account"
    )
});

/// The epochs that ended by `$1` in which debits and credits of all accounts together differ: the first, and by how much
/// all of them do.
pub(super) static EPOCHS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{BEFORE} select min(epoch) as epoch, cast(coalesce(sum(abs(moved)), 0) as bigint) as amount from ( \
         select epoch, (debit - credit) - coalesce(lag(debit - credit) over (order by epoch), 0) as moved \
         from account_totals where account = 0 and epoch <= (select number from before)) as epochs where moved <> 0"
    )
});

/// The entries after `$1` until `$2` whose debits and credits differ: the first, and by how much all of them do.
pub(super) static UNBALANCED: LazyLock<String> = LazyLock::new(|| {
    let lines = lines("$1", "$2");
    format!(
        "select min(position) as position, cast(coalesce(sum(abs(amount)), 0) as bigint) as amount from ( \
         select l.position, sum(l.amount) as amount from {lines} \
         group by l.position having sum(l.amount) <> 0) as entries"
    )
});

/// Entries whose debits and credits differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unbalanced {
    /// The position of the first; none where there is none, or only their sums show them.
    pub first: Option<Position>,
    /// By how much they differ, all together, in minor units.
    pub amount: i64,
}

/// What stands on each account by its entries where `snapshot` stands: debits less credits.
pub(super) async fn by_account(snapshot: &mut Snapshot) -> Result<[i64; Account::ALL.len()], DatabaseError> {
    let mut balances = [0; Account::ALL.len()];
    let sql = Sql::new(&BY_ACCOUNT).with(snapshot.position.as_i64());
    for found in snapshot.fetch_all(sql).await? {
        balances[row::account(&found, "account")?.ordinal()] = found.get("amount")?;
    }
    Ok(balances)
}

/// The entries that are not in balance where `snapshot` stands: of epochs that ended, by what all accounts together moved
/// in them; since then, one by one.
pub(super) async fn unbalanced(snapshot: &mut Snapshot) -> Result<Unbalanced, DatabaseError> {
    let position = snapshot.position.as_i64();
    let found = snapshot.fetch_one(Sql::new(&EPOCHS).with(position)).await?;
    let (epoch, long_ago): (Option<i64>, i64) = (found.get("epoch")?, found.get("amount")?);
    let open = open_epoch(snapshot).await?;
    let mut unbalanced = between(open.last, position, snapshot).await?;
    if let Some(number) = epoch {
        let first = Epoch::numbered(number, snapshot).await?;
        let before = if number == 1 { 0 } else { Epoch::numbered(number - 1, snapshot).await?.last };
        unbalanced.first = between(before, first.last, snapshot).await?.first;
    }
    unbalanced.amount += long_ago;
    Ok(unbalanced)
}

/// The last epoch that has ended where `snapshot` stands; before the first, where none has.
pub(super) async fn open_epoch(snapshot: &mut Snapshot) -> Result<Epoch, DatabaseError> {
    const LAST: &str = "select number, last from epochs where last <= $1 order by last desc limit 1";
    let found = snapshot.fetch_optional(Sql::new(LAST).with(snapshot.position.as_i64())).await?;
    found.map_or(Ok(Epoch::default()), |row| Ok(Epoch { number: row.get(0)?, last: row.get(1)? }))
}

/// The entries after one position until another that are not in balance.
async fn between(after: i64, until: i64, snapshot: &mut Snapshot) -> Result<Unbalanced, DatabaseError> {
    let found = snapshot.fetch_one(Sql::new(&UNBALANCED).with(after).with(until)).await?;
    let first: Option<i64> = found.get("position")?;
    let first = first.map(|position| Position::new(position.cast_unsigned()));
    Ok(Unbalanced { first, amount: found.get("amount")? })
}

/// The ends of the epochs that ended by the position `$1`.
const ENDS: &str = "select last from epochs where last <= $1 order by last";
/// Epochs that are looked at beside each other: one for each core of a small machine.
const EPOCHS_AT_ONCE: usize = 2;

/// Looks at every entry until `until`, one by one: which of them are not in balance. `tell` is called again and again with
/// about how far it is.
pub async fn unbalanced_entries(
    read_models: &ReadModels,
    until: Position,
    mut tell: impl FnMut(Position),
) -> Result<Unbalanced, SnapshotError> {
    let ends = read_models.begin().await?.fetch_all(Sql::new(ENDS).with(until.as_i64())).await?;
    let ends = ends.iter().map(|row| row.get(0)).collect::<Result<Vec<i64>, _>>()?;
    let mut parts = [0].into_iter().chain(ends.clone()).zip(ends.into_iter().chain([until.as_i64()]));
    let (mut looking, mut all) = (JoinSet::new(), Unbalanced::default());
    loop {
        while looking.len() < EPOCHS_AT_ONCE
            && let Some((after, end)) = parts.next()
        {
            let read_models = read_models.clone();
            // Each epoch in a snapshot of its own: entries never change, and a long one would be in the writer's way.
            looking.spawn(async move {
                let found = between(after, end, &mut read_models.begin().await?).await?;
                Ok::<_, SnapshotError>((found, end))
            });
        }
        let Some(looked) = looking.join_next().await else { return Ok(all) };
        let (found, end) = looked.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
        all.first = all.first.into_iter().chain(found.first).min();
        all.amount += found.amount;
        tell(Position::new(end.cast_unsigned()));
    }
}
