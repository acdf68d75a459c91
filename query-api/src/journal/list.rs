//! The journal (会计分录): its entries with their lines, newest first, and as vouchers (记账凭证).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use events_schema::Id;
use events_schema::terms::{Account, JournalKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::as_of::AsOf;
use crate::cursor::Cursor;
use crate::database::Row;
use crate::export::{Cells, Column, Document, Export, FileFormat, Label, Lang, Table, Writer};
use crate::extract::ValidQuery;
use crate::figure::{AccountWord, Amount, JournalKindWord};
use crate::journal::accounts::{CODE, CREDIT, DEBIT, NAME, account_cells};
use crate::journal::entry::{
    self, DATE, JournalEntry, JournalLine, KIND, ORDER_NO, POSITION, SOURCE_ID, entry_cells,
};
use crate::journal::places::Window;
use crate::journal::selection::Selection;
use crate::lists::page::{Page, Total};
use crate::lists::query::{HasShared, list_query};
use crate::period;
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;
use crate::snapshot::Snapshot;

list_query! {
    /// Which entries of the journal are asked for.
    pub(crate) struct JournalQuery {
        /// Entries of this kind.
        #[param(value_type = Option<JournalKindWord>)]
        kind: Option<JournalKind>,
        /// Entries with a line on this account.
        #[param(value_type = Option<AccountWord>)]
        account: Option<Account>,
        /// Entries of what happened to this order.
        #[param(value_type = Option<String>)]
        order_id: Option<Id>,
        /// As it stood then: after the event at this position and all that was decided with it, or as recorded by this
        /// instant (RFC 3339, with its offset).
        #[param(value_type = Option<String>, example = "1204")]
        as_of: Option<AsOf>,
        /// What the rows of a file show.
        #[serde(default)]
        #[param(inline, value_type = Option<Layout>)]
        layout: Layout,
    }
}

/// What the rows of a file show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// Lines, with all that is known of their entries.
    #[default]
    Lines,
    /// Lines of vouchers, as programs for bookkeeping take them: the voucher has the number of the entry's position.
    Voucher,
}

/// The list with which cursors of the journal begin.
const LIST: &str = "journal";
const JOURNAL: Document = Document { name: LIST, title: Label::new("会计分录", "Journal") };
const VOUCHERS: Document = Document { name: "vouchers", title: Label::new("记账凭证", "Vouchers") };
const JOURNAL_COLUMNS: &[Column] = &[POSITION, DATE, KIND, SOURCE_ID, ORDER_NO, CODE, NAME, DEBIT, CREDIT];
const VOUCHER_COLUMNS: &[Column] = &[
    DATE,
    Column::count("voucher_no", "凭证号", "Voucher no."),
    Column::text("summary", "摘要", "Summary"),
    CODE,
    NAME,
    DEBIT,
    CREDIT,
];

/// Journal (会计分录)
///
/// Its entries with their lines, newest first in the order of the log. Without a range: all of them. A file has a row for
/// each line; with `layout=voucher` they are vouchers.
#[utoipa::path(
    get, path = "/v1/journal", tag = "journal", params(JournalQuery),
    responses(
        (status = 200, description = "A page of entries; the amount of the total is that of their debits",
            body = Page<JournalEntry>,
            headers(("Ledger-Position" = u64, description = "The position that the entries reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`, `invalid_cursor`",
            body = ProblemDocument),
    )
)]
pub(crate) async fn journal(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<JournalQuery>,
) -> Result<Response, Problem> {
    match query.shared().format.file() {
        None => Ok(page(&reading, &query).await?.into_response()),
        Some(format) => file(&reading, &query, format).await,
    }
}

/// A snapshot as of what `query` says, and all that it selects in it.
async fn open<'q>(reading: &Reading, query: &'q JournalQuery) -> Result<(Snapshot, Selection<'q>), Problem> {
    let shared = query.shared();
    let (mut snapshot, _) = reading.as_of(query.as_of, shared.min_position).await?;
    let range = period::of_list(shared.from, shared.to, &snapshot.calendar)?;
    let window = Window::of(range, &mut snapshot).await?;
    let JournalQuery { kind, account, order_id, .. } = query;
    let selection =
        Selection { kind: *kind, account: *account, order_id: order_id.as_deref(), range, window };
    Ok((snapshot, selection))
}

async fn page(reading: &Reading, query: &JournalQuery) -> Result<Answer<Page<JournalEntry>>, Problem> {
    let shared = query.shared();
    let (mut snapshot, selection) = open(reading, query).await?;
    let rest = Selection { window: selection.window.after(shared.cursor, LIST)?, ..selection };
    let rows = snapshot.fetch_all(rest.lines(Some(shared.limit.rows()))).await?;
    let mut items = entry::read(&rows, &snapshot.calendar)?;
    let is_last = items.len() <= shared.limit.items();
    items.truncate(shared.limit.items());
    let next_cursor = items.last().filter(|_| !is_last).map(|last| Cursor(vec![last.position]).encode(LIST));
    let total = if shared.with_total { Some(total(&mut snapshot, &selection).await?) } else { None };
    let position = snapshot.position;
    Ok(Answer { position, body: Page { items, next_cursor, total, position } })
}

/// How many entries there are, and what they debit.
pub(super) async fn total(snapshot: &mut Snapshot, selection: &Selection<'_>) -> Result<Total, sqlx::Error> {
    let row = snapshot.fetch_one(selection.total()).await?;
    Ok(Total { count: row.get(0)?, amount: Some(Amount::minor(row.get(1)?)) })
}

/// The whole selection as a file, line by line in constant memory.
async fn file(reading: &Reading, query: &JournalQuery, format: FileFormat) -> Result<Response, Problem> {
    let turn = reading.export_turn().await?;
    let (lang, layout) = (query.shared().lang, query.layout);
    let (mut snapshot, selection) = open(reading, query).await?;
    let document = match layout {
        Layout::Lines => &JOURNAL,
        Layout::Voucher => &VOUCHERS,
    };
    let export = Export::new(document, format, lang, selection.range, &snapshot);
    let lines = selection.lines(None);
    export
        .answer(async move |mut file: Writer| {
            let _turn = turn;
            let mut found = snapshot.stream(lines);
            let mut table = file.table(&Table::only(layout.columns())).await?;
            while let Some(row) = found.next().await? {
                layout.cells(&row, lang, table.row().await?)?;
            }
            Ok(file.finish().await?)
        })
        .await
}

impl Layout {
    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Lines => JOURNAL_COLUMNS,
            Self::Voucher => VOUCHER_COLUMNS,
        }
    }

    /// Writes the line of this row.
    fn cells(self, row: &Row, lang: Lang, cells: &mut Cells) -> Result<(), sqlx::Error> {
        match self {
            Self::Lines => entry_cells(row, cells)?,
            Self::Voucher => {
                cells.time(row::instant(row, "date")?).count(row.get::<i64>("position")?);
                cells.text(summary(row, lang)?.as_str());
            }
        }
        let JournalLine { account, debit, credit, .. } = JournalLine::read(row)?;
        account_cells(cells, account).amount(debit).amount(credit);
        Ok(())
    }
}

/// What happened, in words, and to what: the number of an order, or else an id.
fn summary(row: &Row, lang: Lang) -> Result<String, sqlx::Error> {
    let kind: JournalKind = row::word(row, "kind")?;
    let number: Option<&str> = row.get("order_no")?;
    let of = number.map_or_else(|| row.get("source_id"), Ok)?;
    Ok(format!("{} {of}", Label::new(kind.zh(), kind.en()).of(lang)))
}
