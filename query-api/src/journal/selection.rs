//! What of the journal is asked for, and the SQL that reads it.

use events_schema::terms::{Account, JournalKind};

use crate::database::{Argument, Sql};
use crate::journal::entry::with_lines;
use crate::journal::lines::lines_of;
use crate::journal::places::Window;
use crate::range::Range;

/// Which entries are asked for.
///
/// An order finds them, an account, which may be that of their kind, or else their position; all else is
/// looked at entry by entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Selection<'q> {
    /// What they tell of.
    pub(super) kind: Option<JournalKind>,
    /// An account that they have a line on.
    pub(super) account: Option<Account>,
    /// The order that they are of.
    pub(super) order_id: Option<&'q str>,
    /// By their dates.
    pub(super) range: Range,
    /// Where they stand in the log.
    pub(super) window: Window,
}

impl Selection<'_> {
    /// The lines of the entries, newest first; of at most `limit` entries.
    pub(super) fn lines(&self, limit: Option<i64>) -> Sql {
        self.lines_in("desc", limit)
    }

    /// The lines of all entries, in this order of the log.
    pub(super) fn all_lines(&self, order: &str) -> Sql {
        self.lines_in(order, None)
    }

    fn lines_in(&self, order: &str, limit: Option<i64>) -> Sql {
        let mut sql = Sql::new("");
        let entries = self.entries(&mut sql, limit);
        sql.push(&with_lines(&entries, order));
        sql
    }

    /// How many entries there are, and what they debit.
    pub(super) fn total(&self) -> Sql {
        let mut sql = Sql::new("");
        let entries = self.entries(&mut sql, None);
        let lines = lines_of("e.accounts", "e.position");
        sql.push(&format!(
            "select (select count(*) from ({entries}) as counted), (select cast(coalesce(sum(l.amount), 0) as bigint) \
             from ({entries}) as e {lines} and l.amount > 0)"
        ));
        sql
    }

    /// The entries themselves.
    fn entries(&self, sql: &mut Sql, limit: Option<i64>) -> String {
        let Self { kind, account, order_id, range, window: Window { first, last } } = self;
        let found_on = account.or_else(|| kind.and_then(account_of));
        // An order has few entries, which are sorted when they are found.
        let (tables, position) = match (order_id, found_on) {
            (Some(_), _) => {
                ("orders o cross join order_versions v cross join journal_entries e", "e.position + 0")
            }
            (None, Some(_)) => ("journal_lines f cross join journal_entries e", "f.position"),
            (None, None) => ("journal_entries e", "e.position"),
        };
        let (first, last) = (sql.place(*first), sql.place(*last));
        let mut conditions = vec![format!("{position} >= {first} and {position} <= {last}")];
        if let Some(order_id) = order_id {
            let place = sql.place(*order_id);
            conditions
                .push(format!("o.order_id = {place} and v.birth = o.birth and e.position = v.position"));
            if let Some(account) = account {
                conditions.push(format!("(e.accounts & {}) <> 0", sql.place(account.bit())));
            }
        } else if let Some(account) = found_on {
            let place = sql.place(i64::from(account.number()));
            conditions.push(format!("f.account = {place} and e.position = f.position"));
        }
        if let Some(kind) = kind {
            conditions.push(format!("e.kind = {}", sql.place(Argument::term(*kind))));
        }
        if *range != Range::ALL {
            let (from, to) = (sql.place(range.from.micros()), sql.place(range.to.micros()));
            conditions.push(format!("e.date + 0 >= {from} and e.date + 0 < {to}"));
        }
        let conditions = conditions.join(" and ");
        let newest = limit.map(|limit| format!(" order by {position} desc limit {}", sql.place(limit)));
        format!("select e.* from {tables} where {conditions}{}", newest.unwrap_or_default())
    }
}

/// An account on which every entry of this kind has a line, and most other entries have none: its lines find
/// the entries, for no index has the kind.
///
/// Nothing for orders that are paid or completed, which is what most entries tell of, and for refunds of
/// orders, which have no account that all of them move.
pub(super) const fn account_of(kind: JournalKind) -> Option<Account> {
    match kind {
        JournalKind::OrderShipped => Some(Account::FreightPayable),
        JournalKind::Settlement => Some(Account::SupplierPayable),
        JournalKind::Recharge | JournalKind::RechargeRefund => Some(Account::MemberBalances),
        JournalKind::Gift => Some(Account::GiftExpense),
        JournalKind::Deduct => Some(Account::OtherIncome),
        JournalKind::ScanPayment | JournalKind::ScanRefund => Some(Account::ScanRevenue),
        JournalKind::SurplusPayment | JournalKind::SurplusRefund => Some(Account::SurplusPayments),
        JournalKind::WithdrawalRequested | JournalKind::WithdrawalRejected | JournalKind::WithdrawalPaid => {
            Some(Account::WithdrawalsInTransit)
        }
        JournalKind::OrderPaid | JournalKind::OrderCompleted | JournalKind::RefundCompleted => None,
    }
}
