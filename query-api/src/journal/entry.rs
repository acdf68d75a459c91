//! An entry of the journal with its lines.

use events_schema::Calendar;
use events_schema::terms::{Account, JournalKind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{Row, Sql};
use crate::export::{Cells, Column, Label};
use crate::figure::{AccountWord, Amount, JournalKindWord, LocalTime};
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JournalLine {
    /// The code of its account.
    #[schema(value_type = AccountWord)]
    pub account: Account,
    /// The name of the account in Chinese (科目).
    #[schema(example = "预收账款")]
    pub name: &'static str,
    /// 借方: what it debits; 0.00 where it is a credit.
    pub debit: Amount,
    /// 贷方: what it credits; 0.00 where it is a debit.
    pub credit: Amount,
}

/// The lines of those entries that `entries` selects, all columns of `journal_entries`; in the order of the log, or newest
/// first. Each row is a line with its entry.
pub(super) fn with_lines(entries: &str, order: &str) -> String {
    let lines = lines_of("e.accounts", "e.position");
    format!(
        "select l.account, l.amount, {ENTRY_COLUMNS} from ({entries}) as e {ORIGIN} {lines} \
         order by e.position {order}, case when l.amount > 0 then 0 else 1 end, l.account"
    )
}

/// The entries of an order, in the order of the log.
pub(crate) async fn postings(
    snapshot: &mut Snapshot,
    order_birth: i64,
) -> Result<Vec<JournalEntry>, sqlx::Error> {
    let entries = with_lines("select * from journal_entries where birth = $1", "asc");
    let rows = snapshot.fetch_all(Sql::owned(entries).with(order_birth)).await?;
    read(&rows, &snapshot.calendar)
}

/// The entries of these rows, of which those of one entry follow each other.
pub(super) fn read(rows: &[Row], calendar: &Calendar) -> Result<Vec<JournalEntry>, sqlx::Error> {
    let mut entries: Vec<JournalEntry> = Vec::new();
    for row in rows {
        let (position, line): (i64, _) = (row.get("position")?, JournalLine::read(row)?);
        match entries.last_mut() {
            Some(last) if last.position == position => last.lines.push(line),
            _ => entries.push(JournalEntry::read(row, line, calendar)?),
        }
    }
    Ok(entries)
}

impl JournalEntry {
    /// The entry of this row, with its first line.
    fn read(row: &Row, first: JournalLine, calendar: &Calendar) -> Result<Self, sqlx::Error> {
        Ok(Self {
            position: row.get("position")?,
            date: row::time(row, "date", calendar)?,
            kind: row::word(row, "kind")?,
            entity: row.get("entity")?,
            source_id: row.get("source_id")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            lines: vec![first],
        })
    }
}

impl JournalLine {
    /// The line of this row.
    pub(super) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let (account, amount): (_, i64) = (row::account(row, "account")?, row.get("amount")?);
        let [debit, credit] = [amount.max(0), (-amount).max(0)].map(Amount::minor);
        Ok(Self { account, name: account.zh(), debit, credit })
    }
}

pub(super) const POSITION: Column = Column::count("position", "日志位置", "Position");
pub(super) const DATE: Column = Column::time("date", "日期", "Date");
pub(super) const KIND: Column = Column::text("kind", "业务类型", "Kind");
pub(super) const SOURCE_ID: Column = Column::text("source_id", "来源ID", "Source ID");
pub(super) const ORDER_NO: Column = Column::text("order_no", "来源订单号", "Order no.");

/// Writes the five columns above.
pub(super) fn entry_cells(row: &Row, cells: &mut Cells) -> Result<(), sqlx::Error> {
    let kind: JournalKind = row::word(row, "kind")?;
    cells.count(row.get::<i64>("position")?).time(row::instant(row, "date")?);
    cells.label(Label::new(kind.zh(), kind.en()));
    cells.text(row.get::<&str>("source_id")?).text(row.get::<Option<&str>>("order_no")?);
    Ok(())
}
