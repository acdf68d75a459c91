//! The tables of epochs, in the same words for both engines.
//!
//! The epoch that is open has the number after those that are closed.

use crate::change::CellTable;

/// The number of the open epoch, as a select that stands in another one.
pub(super) const OPEN: &str = "(select coalesce(max(number), 0) + 1 from epochs)";
/// Reads the end of the last epoch that is closed; 0 where none is.
pub(super) const LAST: &str = "select coalesce(max(last), 0) from epochs";
/// Adds up the accounts at the end of the open epoch.
///
/// The accounts are few: each is found by its index, and so are its lines since the epoch before. 0 is all of them.
pub(super) const TOTALS: &str = "\
    insert into account_totals (account, epoch, debit, credit) \
    with recursive accounts (account) as ( \
        select min(account) from journal_lines \
        union all \
        select (select min(account) from journal_lines where journal_lines.account > accounts.account) \
        from accounts where accounts.account is not null \
    ), before (number, last) as ( \
        select coalesce(max(number), 0), coalesce(max(last), 0) from epochs \
    ), added (account, debit, credit) as ( \
        select lines.account, cast(sum(case when amount > 0 then amount else 0 end) as bigint), \
            cast(sum(case when amount < 0 then -amount else 0 end) as bigint) \
        from accounts cross join journal_lines as lines \
        where lines.account = accounts.account and lines.position > (select last from before) \
        group by lines.account \
    ), moved (account, debit, credit) as ( \
        select account, debit, credit from added \
        union all \
        select 0, cast(sum(debit) as bigint), cast(sum(credit) as bigint) from added having count(*) > 0 \
    ) \
    select moved.account, (select number + 1 from before), \
        moved.debit + coalesce(total.debit, 0), moved.credit + coalesce(total.credit, 0) \
    from moved left join account_totals as total on total.account = moved.account and total.epoch = \
        (select max(epoch) from account_totals as earlier where earlier.account = moved.account)";
/// Closes the open epoch with the event at `$1`: all of it is in the tables.
pub(super) const CLOSE: &str = "\
    insert into epochs (number, last, paid_until, dated_from, dated_until) \
    select (select coalesce(max(number), 0) + 1 from epochs), $1, max(paid_at), min(first), max(last) from ( \
        select max(paid_until) as paid_at, cast(null as bigint) as first, cast(null as bigint) as last from epochs \
        union all \
        select max(paid_at), null, null from order_versions \
        where position > (select coalesce(max(last), 0) from epochs) \
        union all \
        select null, min(date), max(date) from journal_entries \
        where position > (select coalesce(max(last), 0) from epochs) \
    ) as closed";

/// The statement that keeps how cells `c` stand in the epoch `open`: what stands before and after the words that find them.
pub(super) fn keep(table: &CellTable, open: &str) -> (String, String) {
    let (past, columns) = (table.past(), [table.key, table.sums].concat());
    let (names, values) = (columns.join(", "), columns.join(", c."));
    let set: Vec<_> = table.sums.iter().map(|sum| format!("{sum} = excluded.{sum}")).collect();
    (
        format!("insert into {past} ({names}, epoch) select c.{values}, {open} from "),
        format!(" on conflict ({}, epoch) do update set {}", table.key.join(", "), set.join(", ")),
    )
}
