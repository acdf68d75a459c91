//! The tables of epochs, in the same words for both engines.
//!
//! The epoch that is open has the number after those that are closed.

use events_schema::Position;
use sqlx::{Database, Decode, Encode, Executor, IntoArguments, Type};

use crate::change::CellTable;

/// The statement that keeps how cells `c` stand in the open epoch: what stands before and after the words that find them.
pub(super) fn keep(table: &CellTable) -> (String, String) {
    const OPEN: &str = "(select coalesce(max(number), 0) + 1 from epochs)";
    let (past, columns) = (table.past(), [table.key, table.sums].concat());
    let (names, values) = (columns.join(", "), columns.join(", c."));
    let set: Vec<_> = table.sums.iter().map(|sum| format!("{sum} = excluded.{sum}")).collect();
    (
        format!("insert into {past} ({names}, epoch) select c.{values}, {OPEN} from "),
        format!(" on conflict ({}, epoch) do update set {}", table.key.join(", "), set.join(", ")),
    )
}

/// The end of the last epoch that is closed; before the first event where none is.
pub(super) async fn last<DB>(connection: &mut DB::Connection) -> Result<Position, sqlx::Error>
where
    DB: Database,
    DB::Arguments: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    for<'r> i64: Decode<'r, DB> + Type<DB>,
    usize: sqlx::ColumnIndex<DB::Row>,
{
    const SELECT: &str = "select coalesce(max(last), 0) from epochs";
    let last: i64 = sqlx::query_scalar::<DB, i64>(SELECT).fetch_one(connection).await?;
    Ok(Position::new(last.cast_unsigned()))
}

/// Closes the open epoch with the event at `last`: all of it is in the tables.
pub(super) async fn close<DB>(connection: &mut DB::Connection, last: Position) -> Result<(), sqlx::Error>
where
    DB: Database,
    DB::Arguments: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    i64: for<'q> Encode<'q, DB> + Type<DB>,
{
    // The accounts are few: each is found by its index, and so are its lines since the epoch before. 0 is all of them.
    const TOTALS: &str = "\
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
    const EPOCH: &str = "\
        insert into epochs (number, last, paid_until) \
        select (select coalesce(max(number), 0) + 1 from epochs), $1, max(paid_at) from ( \
            select max(paid_until) as paid_at from epochs \
            union all \
            select max(paid_at) from order_versions where position > (select coalesce(max(last), 0) from epochs) \
        ) as paid";
    sqlx::query::<DB>(TOTALS).execute(&mut *connection).await?;
    sqlx::query::<DB>(EPOCH).bind(last.as_i64()).execute(connection).await?;
    Ok(())
}
