//! The lines of entries, as the tables have them.

use std::sync::LazyLock;

use crate::range::Grains;
use events_schema::terms::{Account, JournalKind, Term};

use crate::pieces::{FIRST_FILTER, Figure, Past, PastRows, Source, Sums};

/// Where debits and credits are kept, by the dates of their entries.
static LINES: LazyLock<Source> = LazyLock::new(|| Source {
    cells: "journal_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: &ROWS,
    rows_where: "true",
    rows_at: "date",
    past: Past {
        cells: "journal_past",
        grains: Grains::DayToYear,
        key: &["grain", "start", "account"],
        rows: PastRows::Fixed { position: "position" },
    },
});

/// The lines with the dates of their entries. An entry knows its accounts, and so its lines are found by their key.
static ROWS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "(select e.position, e.date, l.account, l.amount from journal_entries e {}) as lines",
        lines_of("e.accounts", "e.position")
    )
});

/// Debits and credits of each account.
pub(super) static BY_ACCOUNT: LazyLock<Sums> =
    LazyLock::new(|| LINES.sums(&["account"], &[debit(), credit()], "true"));

fn debit() -> Figure {
    Figure::new("debit", "case when amount > 0 then amount else 0 end")
}

fn credit() -> Figure {
    Figure::new("credit", "case when amount < 0 then -amount else 0 end")
}

/// The lines `l` of an entry that stands before it in a join, whose accounts and position these columns are; up to the
/// condition that joins them, so that more of it may follow.
pub(super) fn lines_of(accounts: &str, position: &str) -> String {
    let all: Vec<_> =
        Account::ALL.iter().map(|account| format!("({}, {})", account.number(), account.bit())).collect();
    format!(
        "cross join (values {}) as a cross join journal_lines l \
         where ({accounts} & a.column2) <> 0 and l.account = a.column1 and l.position = {position}",
        all.join(", ")
    )
}

/// How many lines one account has, their debits and their credits. The account is the first thing that is bound.
pub(super) static OF_ACCOUNT: LazyLock<Sums> = LazyLock::new(|| {
    let figures = [Figure::new("lines", "1"), debit(), credit()];
    LINES.sums(&[], &figures, &format!("account = ${FIRST_FILTER}"))
});

/// What an entry `e` says of itself, for [`ORIGIN`].
pub(super) const ENTRY_COLUMNS: &str = "e.position, e.date, e.kind, \
    coalesce(c.source_id, m.member_id, w.withdrawal_id, o.order_id) as source_id, o.order_id, o.order_no";
/// What an entry `e` is about, which its kind says.
pub(super) static ORIGIN: LazyLock<String> = LazyLock::new(|| {
    let is = |entity: &str| {
        let kinds = JournalKind::ALL.iter().filter(|kind| kind.entity() == entity);
        let kinds: Vec<_> = kinds.map(|kind| kind.ordinal().to_string()).collect();
        format!("e.kind in ({})", kinds.join(", "))
    };
    let [order, member, payment, withdrawal] = ["order", "member", "payment", "withdrawal"].map(is);
    format!(
        "left join cash_entries c on {payment} and c.position = e.position \
         left join members m on {member} and m.birth = e.birth \
         left join withdrawals w on {withdrawal} and w.birth = e.birth \
         left join orders o on o.birth = case when {order} then e.birth else c.order_birth end"
    )
});
