//! The journal (会计分录): its entries with their lines, newest first, and as vouchers (记账凭证).

use crate::database::DatabaseError;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use events_schema::Id;
use events_schema::terms::{Account, JournalKind};

use crate::answer::Answer;
use crate::as_of::AsOf;
use crate::cursor::Cursor;
use crate::export::{Export, FileFormat, Table, Writer};
use crate::extract::ValidQuery;
use crate::figure::{AccountWord, Amount, JournalKindWord};
use crate::journal::chart::Chart;
use crate::journal::entry::{self, JournalEntry};
use crate::journal::layout::{File, Layout};
use crate::journal::places::Window;
use crate::journal::selection::Selection;
use crate::lists::page::{Page, Total};
use crate::lists::query::{HasShared, list_query};
use crate::period;
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
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
        /// How lines are shown.
        #[serde(default)]
        #[param(inline, value_type = Option<Layout>)]
        layout: Layout,
    }
}

/// The list with which cursors of the journal begin.
const LIST: &str = "journal";

/// Journal (会计分录)
///
/// Its entries with their lines, newest first in the order of the log. Without a range: all of them. A file has a row for
/// each line; with `layout=voucher` they are vouchers, with the numbers and names of `/v1/settings/accounts` as they were
/// set by then.
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
    let chart = Chart::read(&mut snapshot).await?;
    let mut items = entry::read(&rows, query.layout, &chart, &snapshot.calendar)?;
    let is_last = items.len() <= shared.limit.items();
    items.truncate(shared.limit.items());
    let next_cursor = items.last().filter(|_| !is_last).map(|last| Cursor(vec![last.position]).encode(LIST));
    let total = if shared.with_total { Some(total(&mut snapshot, &selection).await?) } else { None };
    let position = snapshot.position;
    Ok(Answer { position, body: Page { items, next_cursor, total, position } })
}

/// How many entries there are, and what they debit.
pub(super) async fn total(
    snapshot: &mut Snapshot,
    selection: &Selection<'_>,
) -> Result<Total, DatabaseError> {
    let row = snapshot.fetch_one(selection.total()).await?;
    Ok(Total { count: row.get(0)?, amount: Some(Amount::minor(row.get(1)?)) })
}

/// The whole selection as a file, line by line in constant memory.
async fn file(reading: &Reading, query: &JournalQuery, format: FileFormat) -> Result<Response, Problem> {
    let turn = reading.export_turn().await?;
    let (lang, layout) = (query.shared().lang, query.layout);
    let (mut snapshot, selection) = open(reading, query).await?;
    let export = Export::new(layout.document(), format, lang, selection.range, &snapshot);
    let lines = selection.all_lines(layout.order());
    let chart = Chart::read(&mut snapshot).await?;
    let shown = File { layout, lang, chart, calendar: snapshot.calendar.clone() };
    export
        .answer(async move |mut file: Writer| {
            let _turn = turn;
            let mut found = snapshot.stream(lines).await?;
            if !layout.has_title() {
                file.without_title();
            }
            let mut table = file.table(&Table::only(layout.columns())).await?;
            while let Some(row) = found.next().await? {
                for posting in layout.postings(&row)? {
                    shown.cells(&row, posting, table.row().await?)?;
                }
            }
            Ok(file.finish().await?)
        })
        .await
}
