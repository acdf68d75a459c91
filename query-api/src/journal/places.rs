//! Where entries stand in the log, and what stood on an account there.

use events_schema::terms::Account;

use crate::cursor::Cursor;
use crate::database::{DatabaseError, Sql};
use crate::problem::Problem;
use crate::range::Range;
use crate::snapshot::Snapshot;

/// Positions of the log, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The first.
    pub(super) first: i64,
    /// The last.
    pub(super) last: i64,
}

/// Where entries dated from `$1` until before `$2` are, up to position `$3`: the epochs with such dates, and in the open one
/// the entries themselves. How many there are makes no difference to how long it takes.
const DATED: &str = "\
    with dated (number, last) as ( \
        select min(number), max(last) from epochs where dated_until >= $1 and dated_from < $2 \
    ) \
    select min(first), max(last) from ( \
        select coalesce((select epochs.last + 1 from epochs where epochs.number = dated.number - 1), 1) as first, \
            dated.last as last from dated where dated.number is not null \
        union all \
        select min(position), max(position) from journal_entries \
        where position > (select coalesce(max(last), 0) from epochs) and position <= $3 \
        and date + 0 >= $1 and date + 0 < $2 \
    ) as places";

/// What stands on the account `$1` after the event at `$2`: the debits over 0. What stood at the end of the last epoch
/// before, and the lines since.
const STANDING: &str = "\
    with before (number, last) as (select number, last from epochs where last <= $2 order by last desc limit 1) \
    select cast(coalesce(sum(amount), 0) as bigint) from ( \
        select debit - credit as amount from account_totals where account = $1 and epoch = ( \
            select max(epoch) from account_totals where account = $1 and epoch <= (select number from before) \
        ) union all \
        select amount from journal_lines where account = $1 and position <= $2 \
        and position > coalesce((select last from before), 0) \
    ) as amounts";

impl Window {
    /// Where the entries with dates in `range` are that `snapshot` has, to the epoch: so much is read at most, whatever the
    /// log holds. Between them may be others.
    pub(super) async fn of(range: Range, snapshot: &mut Snapshot) -> Result<Self, DatabaseError> {
        let last = snapshot.position.as_i64();
        if range == Range::ALL {
            return Ok(Self { first: 0, last });
        }
        let dated = Sql::new(DATED).with(range.from.micros()).with(range.to.micros()).with(last);
        let row = snapshot.fetch_one(dated).await?;
        let (first, found): (Option<i64>, Option<i64>) = (row.get(0)?, row.get(1)?);
        Ok(Self { first: first.unwrap_or(0), last: found.map_or(-1, |found| found.min(last)) })
    }

    /// What of it comes after the page that ended with `cursor`, of the list called `list`: newest first, so before it
    /// in the log.
    pub(super) fn after(self, cursor: Option<&str>, list: &str) -> Result<Self, Problem> {
        let Some(text) = cursor else { return Ok(self) };
        let position = Cursor::decode(text, list, 1)?.0[0];
        Ok(Self { last: self.last.min(position.saturating_sub(1)), ..self })
    }
}

/// What stands on an account after the event at `position`: what is on its debit side, less what is on its credit side.
pub(super) async fn standing(
    snapshot: &mut Snapshot,
    account: Account,
    position: i64,
) -> Result<i64, DatabaseError> {
    let standing = Sql::new(STANDING).with(i64::from(account.number())).with(position);
    snapshot.fetch_one(standing).await?.get(0)
}
