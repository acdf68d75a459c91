//! The entries of one account (明细账), newest first, each with what stood on the account after it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use events_schema::terms::{Account, JournalKind, Side, Term};
use events_schema::{Calendar, Position};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::as_of::AsOf;
use crate::cursor::Cursor;
use crate::database::{DatabaseError, Row, Sql};
use crate::export::{Cells, Column, Document, Export, FileFormat, Label, Lang, Table, Writer};
use crate::extract::{ValidPath, ValidQuery};
use crate::figure::{AccountWord, Amount, JournalKindWord, LocalTime, SideWord};
use crate::journal::accounts::{CREDIT, DEBIT, on_its_side};
use crate::journal::chart::{Chart, NAME, NUMBER};
use crate::journal::entry::{DATE, KIND, ORDER_NO, POSITION, SOURCE_ID, entry_cells};
use crate::journal::lines::{ENTRY_COLUMNS, OF_ACCOUNT, ORIGIN};
use crate::journal::places::{Window, standing};
use crate::lists::query::{HasShared, list_query};
use crate::period;
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::row;
use crate::snapshot::Snapshot;

list_query! {
    /// Which entries of an account are asked for.
    pub(crate) struct AccountEntriesQuery {
        /// As it stood then: after the event at this position and all that was decided with it, or as recorded by this
        /// instant (RFC 3339, with its offset).
        #[param(value_type = Option<String>, example = "1204")]
        as_of: Option<AsOf>,
    }
}

/// A page of the entries of one account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountEntries {
    /// The account.
    #[schema(value_type = AccountWord)]
    pub code: Account,
    /// Its number in the chart of accounts (科目编号), as it was set.
    #[schema(example = "2203")]
    pub number: String,
    /// Its name in the chart of accounts (科目名称), as it was set.
    #[schema(example = "预收账款")]
    pub name: String,
    /// On which side it grows.
    #[schema(value_type = SideWord)]
    pub side: Side,
    /// The entries, newest first: in the order of the log.
    pub items: Vec<AccountEntry>,
    /// What to give as `cursor` for the next page; null at the end.
    #[schema(example = "account-entries.00000000000004b4")]
    pub next_cursor: Option<String>,
    /// What the whole selection adds up to, of all pages; absent unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<AccountTotal>,
    /// The position of the log that the entries reflect.
    #[schema(value_type = u64, example = 1204)]
    pub position: Position,
}

/// What a selection of entries adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountTotal {
    /// How many entries.
    pub count: i64,
    /// The sum of their debits.
    pub debit: Amount,
    /// The sum of their credits.
    pub credit: Amount,
}

/// What one entry of the journal does to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountEntry {
    /// The position of the event that it books.
    #[schema(example = 1204)]
    pub position: i64,
    /// Its date.
    pub date: LocalTime,
    /// What happened.
    #[schema(value_type = JournalKindWord)]
    pub kind: JournalKind,
    /// 借方: what it debits; 0.00 where it is a credit.
    pub debit: Amount,
    /// 贷方: what it credits; 0.00 where it is a debit.
    pub credit: Amount,
    /// 余额: what stands on the account after it, in the order of the log, whatever the selection; on the account's own
    /// side, and below zero when it stands on the other.
    pub balance: Amount,
    /// To what it happened: `order`, `member`, `payment`, `withdrawal`.
    #[schema(example = "order")]
    pub entity: String,
    /// The id of that.
    pub source_id: String,
    /// The order that it belongs to.
    pub order_id: Option<String>,
    /// The number of that order.
    pub order_no: Option<String>,
}

/// The list with which cursors of these pages begin.
const LIST: &str = "account-entries";
const DOCUMENT: Document = Document { name: LIST, title: Label::new("科目明细账", "Account entries") };
const COLUMNS: &[Column] = &[
    POSITION,
    DATE,
    KIND,
    SOURCE_ID,
    ORDER_NO,
    NUMBER,
    NAME,
    DEBIT,
    CREDIT,
    Column::amount("balance", "余额", "Balance"),
];

/// Entries of an account (科目明细账)
///
/// Newest first in the order of the log, with the balance after each. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/accounts/{code}/entries", tag = "journal",
    params(("code" = String, Path, description = "The code of the account", example = "prepayments"),
        AccountEntriesQuery),
    responses(
        (status = 200, description = "A page of entries", body = AccountEntries,
            headers(("Ledger-Position" = u64, description = "The position that the entries reflect"))),
        (status = 404, description = "`unknown_account`", body = ProblemDocument),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`, `invalid_cursor`",
            body = ProblemDocument),
    )
)]
pub(crate) async fn account_entries(
    State(reading): State<Reading>,
    ValidPath(code): ValidPath<String>,
    ValidQuery(query): ValidQuery<AccountEntriesQuery>,
) -> Result<Response, Problem> {
    let account = Account::from_name(&code)
        .ok_or_else(|| Problem::unknown("unknown_account", format!("there is no account {code:?}")))?;
    match query.shared().format.file() {
        None => Ok(page(&reading, account, &query).await?.into_response()),
        Some(format) => file(&reading, account, &query, format).await,
    }
}

async fn page(
    reading: &Reading,
    account: Account,
    query: &AccountEntriesQuery,
) -> Result<Answer<AccountEntries>, Problem> {
    let shared = query.shared();
    let (mut snapshot, _) = reading.as_of(query.as_of, shared.min_position).await?;
    let range = period::of_list(shared.from, shared.to, &snapshot.calendar)?;
    let window = Window::of(range, &mut snapshot).await?.after(shared.cursor, LIST)?;
    let limit = shared.limit.items();
    // One more says whether there is a next page.
    let mut items = newest(&mut snapshot, account, range, window, limit + 1).await?;
    let is_last = items.len() <= limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| !is_last).map(|last| Cursor(vec![last.position]).encode(LIST));
    let total = if shared.with_total { Some(total(&mut snapshot, account, range).await?) } else { None };
    let chart = Chart::read(&mut snapshot).await?;
    let [number, name] = [chart.number(account), chart.name(account, Lang::Zh)].map(str::to_owned);
    let (side, position) = (account.side(), snapshot.position);
    let body = AccountEntries { code: account, number, name, side, items, next_cursor, total, position };
    Ok(Answer { position, body })
}

/// Lines that are read at once where not all of them are in the range.
const LINES_AT_ONCE: usize = 1_000;

/// The newest entries of an account in a window, at most `wanted` of them.
pub(super) async fn newest(
    snapshot: &mut Snapshot,
    account: Account,
    range: Range,
    mut window: Window,
    wanted: usize,
) -> Result<Vec<AccountEntry>, DatabaseError> {
    let mut balance = Balance::after(snapshot, account, window.last).await?;
    let at_once = if range == Range::ALL { wanted } else { LINES_AT_ONCE };
    let limit = i64::try_from(at_once).unwrap_or(i64::MAX);
    let mut entries = Vec::new();
    loop {
        let rows = snapshot.fetch_all(lines(account, window, Some(limit))).await?;
        for row in &rows {
            let line = balance.back_over(row)?;
            if line.is_in(range) {
                entries.push(AccountEntry::read(row, &line, &snapshot.calendar)?);
                if entries.len() == wanted {
                    return Ok(entries);
                }
            }
        }
        match rows.last() {
            Some(last) if rows.len() == at_once => window.last = last.get::<i64>("position")? - 1,
            _ => return Ok(entries),
        }
    }
}

/// The whole selection as a file, row by row in constant memory.
async fn file(
    reading: &Reading,
    account: Account,
    query: &AccountEntriesQuery,
    format: FileFormat,
) -> Result<Response, Problem> {
    let shared = query.shared();
    let turn = reading.export_turn().await?;
    let (mut snapshot, _) = reading.as_of(query.as_of, shared.min_position).await?;
    let range = period::of_list(shared.from, shared.to, &snapshot.calendar)?;
    let window = Window::of(range, &mut snapshot).await?;
    let mut balance = Balance::after(&mut snapshot, account, window.last).await?;
    let (chart, lang) = (Chart::read(&mut snapshot).await?, shared.lang);
    let export = Export::new(&DOCUMENT, format, shared.lang, range, &snapshot);
    export
        .answer(async move |mut file: Writer| {
            let _turn = turn;
            let mut found = snapshot.stream(lines(account, window, None)).await?;
            let mut table = file.table(&Table::only(COLUMNS)).await?;
            while let Some(row) = found.next().await? {
                let line = balance.back_over(&row)?;
                if line.is_in(range) {
                    let cells = table.row().await?;
                    entry_cells(&row, cells)?;
                    line.cells(chart.cells(account, lang, cells));
                }
            }
            Ok(file.finish().await?)
        })
        .await
}

/// The lines of an account, newest first.
pub(super) fn lines(account: Account, Window { first, last }: Window, limit: Option<i64>) -> Sql {
    let mut sql = Sql::new("select l.amount, ");
    sql.push(ENTRY_COLUMNS).push(" from journal_lines l cross join journal_entries e ").push(&ORIGIN);
    sql.push(" where l.account = ").bind(i64::from(account.number())).push(" and l.position >= ").bind(first);
    sql.push(" and l.position <= ").bind(last).push(" and e.position = l.position order by l.position desc");
    if let Some(limit) = limit {
        sql.push(" limit ").bind(limit);
    }
    sql
}

async fn total(
    snapshot: &mut Snapshot,
    account: Account,
    range: Range,
) -> Result<AccountTotal, DatabaseError> {
    let sums = OF_ACCOUNT.over(range, snapshot).with(i64::from(account.number()));
    let found = snapshot.fetch_one(sums).await?;
    // A sum of nothing is null.
    let sum = |column| Ok::<_, DatabaseError>(found.get::<Option<i64>>(column)?.unwrap_or_default());
    let [debit, credit] = [sum("debit")?, sum("credit")?].map(Amount::minor);
    Ok(AccountTotal { count: sum("lines")?, debit, credit })
}

/// What stands on an account, followed back line by line.
struct Balance {
    account: Account,
    /// What is on its debit side less what is on its credit side.
    standing: i64,
}

/// A line, and what stood on its account after it.
struct Line {
    date: i64,
    debit: Amount,
    credit: Amount,
    balance: Amount,
}

impl Balance {
    async fn after(snapshot: &mut Snapshot, account: Account, position: i64) -> Result<Self, DatabaseError> {
        Ok(Self { account, standing: standing(snapshot, account, position).await? })
    }

    /// Steps back over the line of this row, the last one that it counts.
    fn back_over(&mut self, row: &Row) -> Result<Line, DatabaseError> {
        let (date, amount): (i64, i64) = (row.get("date")?, row.get("amount")?);
        let balance = Amount::minor(on_its_side(self.account, self.standing));
        self.standing -= amount;
        let [debit, credit] = [amount.max(0), (-amount).max(0)].map(Amount::minor);
        Ok(Line { date, debit, credit, balance })
    }
}

impl Line {
    fn is_in(&self, range: Range) -> bool {
        range.from.micros() <= self.date && self.date < range.to.micros()
    }

    fn cells(&self, cells: &mut Cells) {
        cells.amount(self.debit).amount(self.credit).amount(self.balance);
    }
}

impl AccountEntry {
    fn read(row: &Row, line: &Line, calendar: &Calendar) -> Result<Self, DatabaseError> {
        let Line { debit, credit, balance, .. } = *line;
        let kind: JournalKind = row::word(row, "kind")?;
        Ok(Self {
            position: row.get("position")?,
            date: row::time(row, "date", calendar)?,
            kind,
            debit,
            credit,
            balance,
            entity: kind.entity().to_owned(),
            source_id: row.get("source_id")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
        })
    }
}
