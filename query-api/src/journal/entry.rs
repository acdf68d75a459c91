//! An entry of the journal with its lines.

use std::sync::LazyLock;

use events_schema::Calendar;
use events_schema::terms::{Account, JournalKind, Term, VoucherAccount};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{DatabaseError, Row, Sql};
use crate::export::{Cells, Column, Label, Lang};
use crate::figure::{Amount, JournalKindWord, LocalTime, VoucherAccountWord};
use crate::journal::chart::Chart;
use crate::journal::layout::{Layout, Posting};
use crate::journal::lines::{ENTRY_COLUMNS, ORIGIN, lines_of};
use crate::row;
use crate::snapshot::Snapshot;

/// An entry of the journal: what one event posts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalEntry {
    /// The position of the event that it books.
    #[schema(example = 1204)]
    pub position: i64,
    /// Its date.
    pub date: LocalTime,
    /// What happened.
    #[schema(value_type = JournalKindWord)]
    pub kind: JournalKind,
    /// To what: `order`, `member`, `payment`, `withdrawal`.
    #[schema(example = "order")]
    pub entity: String,
    /// The id of that.
    pub source_id: String,
    /// The order that it belongs to.
    pub order_id: Option<String>,
    /// The number of that order.
    pub order_no: Option<String>,
    /// Its lines: the debits, then the credits. Both add up to the same.
    pub lines: Vec<JournalLine>,
}

/// One line of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalLine {
    /// The code of its account; a receivable only in vouchers.
    #[schema(value_type = VoucherAccountWord)]
    pub account: VoucherAccount,
    /// The number of the account in the chart of accounts (科目编号), as it was set.
    #[schema(example = "2203")]
    pub number: String,
    /// The name of the account in the chart of accounts (科目名称), as it was set.
    #[schema(example = "预收账款")]
    pub name: String,
    /// 借方: what it debits; 0.00 where it is a credit.
    pub debit: Amount,
    /// 贷方: what it credits; 0.00 where it is a debit.
    pub credit: Amount,
}

/// What of a line `l` lies below zero, which only a line on an account of funds can.
static BELOW_ZERO: LazyLock<String> = LazyLock::new(|| {
    let is_of_funds = |account: &&Account| VoucherAccount::below_zero(**account).is_some();
    let numbers = Account::ALL.iter().filter(is_of_funds).map(|account| account.number().to_string());
    format!(
        "case when l.account in ({}) then (select cast(coalesce(sum(b.amount), 0) as bigint) from journal_below_zero b \
         where b.entry = l.position and b.account = l.account) else 0 end as below_zero",
        numbers.collect::<Vec<_>>().join(", ")
    )
});

/// The lines of those entries that `entries` selects, all columns of `journal_entries`; in the order of the log, or newest
/// first. Each row is a line with its entry.
pub(super) fn with_lines(entries: &str, order: &str) -> String {
    let (lines, below_zero) = (lines_of("e.accounts", "e.position"), &*BELOW_ZERO);
    let origin = &*ORIGIN;
    format!(
        "select l.account, l.amount, {below_zero}, {ENTRY_COLUMNS} from ({entries}) as e {origin} {lines} \
         order by e.position {order}, case when l.amount > 0 then 0 else 1 end, l.account"
    )
}

/// The entries of an order: what each of its events posts.
const OF_ORDER: &str = "select e.* from order_versions v cross join journal_entries e \
    where v.birth = $1 and e.position = v.position";

/// The entries of an order, in the order of the log.
pub(crate) async fn postings(
    snapshot: &mut Snapshot,
    order_birth: i64,
) -> Result<Vec<JournalEntry>, DatabaseError> {
    let entries = with_lines(OF_ORDER, "asc");
    let rows = snapshot.fetch_all(Sql::owned(entries).with(order_birth)).await?;
    let chart = Chart::read(snapshot).await?;
    read(&rows, Layout::Lines, &chart, &snapshot.calendar)
}

/// The entries of these rows, of which those of one entry follow each other.
pub(super) fn read(
    rows: &[Row],
    layout: Layout,
    chart: &Chart,
    calendar: &Calendar,
) -> Result<Vec<JournalEntry>, DatabaseError> {
    let mut entries: Vec<JournalEntry> = Vec::new();
    for row in rows {
        let position: i64 = row.get("position")?;
        let lines = layout.postings(row)?.map(|posting| JournalLine::new(posting, chart));
        match entries.last_mut() {
            Some(last) if last.position == position => last.lines.extend(lines),
            _ => entries.push(JournalEntry::read(row, lines.collect(), calendar)?),
        }
    }
    Ok(entries)
}

impl JournalEntry {
    /// The entry of this row, with its first lines.
    fn read(row: &Row, lines: Vec<JournalLine>, calendar: &Calendar) -> Result<Self, DatabaseError> {
        let kind: JournalKind = row::word(row, "kind")?;
        Ok(Self {
            position: row.get("position")?,
            date: row::time(row, "date", calendar)?,
            kind,
            entity: kind.entity().to_owned(),
            source_id: row.get("source_id")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            lines,
        })
    }
}

impl JournalLine {
    fn new(posting: Posting, chart: &Chart) -> Self {
        let account = posting.account;
        let [number, name] = [chart.number(account), chart.name(account, Lang::Zh)].map(str::to_owned);
        Self { account, number, name, debit: posting.debit(), credit: posting.credit() }
    }
}

pub(super) const POSITION: Column = Column::count("position", "日志位置", "Position");
pub(super) const DATE: Column = Column::time("date", "日期", "Date");
pub(super) const KIND: Column = Column::text("kind", "业务类型", "Kind");
pub(super) const SOURCE_ID: Column = Column::text("source_id", "来源ID", "Source ID");
pub(super) const ORDER_NO: Column = Column::text("order_no", "来源订单号", "Order no.");

/// Writes the five columns above.
pub(super) fn entry_cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
    let kind: JournalKind = row::word(row, "kind")?;
    cells.count(row.get::<i64>("position")?).time(row::instant(row, "date")?);
    cells.label(Label::new(kind.zh(), kind.en()));
    cells.text(row.get::<&str>("source_id")?).text(row.get::<Option<&str>>("order_no")?);
    Ok(())
}
