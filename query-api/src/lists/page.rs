//! What lists answer: a page, what a whole selection adds up to, or a file with all of it.

use axum::response::{IntoResponse, Response};
use events_schema::{Calendar, Position};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::cursor::Cursor;
use crate::database::{DatabaseError, Row};
use crate::export::{Cells, Column, Document, Export, FileFormat, Table, Writer};
use crate::figure::Amount;
use crate::lists::query::ListQuery;
use crate::lists::search::WALKED_MAX;
use crate::lists::selection::{List, Selection};
use crate::period;
use crate::problem::Problem;
use crate::read_models::Reading;
use crate::snapshot::Snapshot;

/// What a list shows.
pub(crate) trait ListItem: Sized + Serialize {
    /// The list as a file.
    const DOCUMENT: Document;
    /// The columns of that file.
    const COLUMNS: &'static [Column];

    /// The item of this row, whose columns are those of the list.
    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError>;

    /// Writes the same row into a file.
    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError>;
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, newest first.
    pub items: Vec<T>,
    /// What to give as `cursor` for the next page; null at the end.
    #[schema(example = "orders.00065f2cfe2a4800000000000000004b")]
    pub next_cursor: Option<String>,
    /// What the whole selection adds up to, of all pages; absent unless it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
    /// The position of the log that the items reflect.
    #[schema(value_type = u64, example = 1204)]
    pub position: Position,
}

/// What a selection adds up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Total {
    /// How many items.
    pub count: i64,
    /// Their amount; null in a list without money.
    pub amount: Option<Amount>,
}

/// The page or the file that `query` asks for.
pub(crate) async fn answer<Q: ListQuery>(reading: &Reading, query: &Q) -> Result<Response, Problem> {
    match query.shared().format.file() {
        None => Ok(page(reading, query).await?.into_response()),
        Some(format) => file(reading, query, format).await,
    }
}

/// The whole selection of `query` as a file, row by row in constant memory.
async fn file<Q: ListQuery>(reading: &Reading, query: &Q, format: FileFormat) -> Result<Response, Problem> {
    let turn = reading.export_turn().await?;
    let (mut snapshot, selection) = open(reading, query).await?;
    let document = const { &Q::Item::DOCUMENT };
    let export = Export::new(document, format, query.shared().lang, selection.range(), &snapshot);
    let rows = (!selection.is_empty()).then(|| selection.items(None, None));
    export
        .answer(async move |mut file: Writer| {
            let _turn = turn;
            let Some(rows) = rows else {
                file.table(&Table::only(Q::Item::COLUMNS)).await?;
                return Ok(file.finish().await?);
            };
            let mut found = snapshot.stream(rows).await?;
            let mut table = file.table(&Table::only(Q::Item::COLUMNS)).await?;
            while let Some(row) = found.next().await? {
                Q::Item::cells(&row, table.row().await?)?;
            }
            Ok(file.finish().await?)
        })
        .await
}

/// The page that `query` asks for.
async fn page<Q: ListQuery>(reading: &Reading, query: &Q) -> Result<Answer<Page<Q::Item>>, Problem> {
    let shared = query.shared();
    let (mut snapshot, selection) = open(reading, query).await?;
    let List { name, .. } = selection.list();
    let numbers = selection.key_length();
    let after = shared.cursor.map(|text| Cursor::decode(text, name, numbers)).transpose()?;
    // First, for a page may have to find its rows by indexes, which is no way to add all of them up.
    let total = if shared.with_total { Some(total(&mut snapshot, &selection).await?) } else { None };
    let mut rows = selection.page(&mut snapshot, after.as_ref(), shared.limit.rows(), WALKED_MAX).await?;
    let is_last = rows.len() <= shared.limit.items();
    rows.truncate(shared.limit.items());
    let next_cursor = match rows.last() {
        Some(row) if !is_last => Some(Cursor::read(row, numbers)?.encode(name)),
        _ => None,
    };
    let items: Result<_, _> = rows.iter().map(|row| Q::Item::read(row, &snapshot.calendar)).collect();
    let body = Page { items: items?, next_cursor, total, position: snapshot.position };
    Ok(Answer { position: snapshot.position, body })
}

/// A snapshot that reflects what `query` waits for, and all that it selects in it.
async fn open<Q: ListQuery>(reading: &Reading, query: &Q) -> Result<(Snapshot, Selection), Problem> {
    let shared = query.shared();
    let mut snapshot = reading.at_least(shared.min_position).await?;
    let range = period::of_list(shared.from, shared.to, &snapshot.calendar)?;
    let selection = query.selection().within(range).counted(&mut snapshot).await?;
    Ok((snapshot, selection))
}

async fn total(snapshot: &mut Snapshot, selection: &Selection) -> Result<Total, DatabaseError> {
    let (count, amount): (i64, Option<i64>) = if selection.is_empty() {
        (0, None)
    } else {
        let row = snapshot.fetch_one(selection.total()).await?;
        (row.get(0)?, row.get(1)?)
    };
    // A sum of nothing is null.
    let amount = selection.list().amount.map(|_| Amount::minor(amount.unwrap_or_default()));
    Ok(Total { count, amount })
}
