//! Reports and lists as files: CSV for programs, XLSX for people (reports.md §11).
//!
//! A file is one table or several, each with headings in Chinese or English, after a title that says what is covered.
//! Numbers are numbers, times are local times, words of closed sets are translated. Rows are written one at a time and
//! sent as they come, so that the longest export needs no more memory than the shortest.
//!
//! ```
//! use query_api::export::{Column, Document, Export, Label, Table, Writer, words};
//! use query_api::figure::Amount;
//! # use axum::response::Response;
//! # use query_api::Problem;
//!
//! const ORDERS: Document = Document { name: "orders", title: Label::new("订单", "Orders") };
//! const COLUMNS: &[Column] = &[
//!     Column::text("order_no", "订单编号", "Order no."),
//!     Column::text("status", "订单状态", "Status"),
//!     Column::amount("payable", "应付金额", "Payable"),
//! ];
//!
//! # async fn orders(export: Export) -> Result<Response, Problem> {
//! // The export names ORDERS as its document.
//! export
//!     .answer(async |mut file: Writer| {
//!         let mut rows = file.table(&Table::only(COLUMNS)).await?;
//!         for (order_no, status, payable) in [("00017", "awaiting_use", 12_800)] {
//!             let cells = rows.row().await?;
//!             cells.text(order_no).word(words::ORDER_STATUSES, status).amount(Amount::minor(payable));
//!         }
//!         Ok(file.finish().await?)
//!     })
//!     .await
//! # }
//! ```

use std::future::Future;

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use events_schema::{Calendar, Position, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::answer::LEDGER_POSITION;
use crate::problem::Problem;
use crate::range::Range;
use crate::snapshot::Snapshot;

/// Tables, their columns, texts in both languages.
mod table;
pub use table::{Column, Document, Kind, Label, Table};

/// Words of closed sets in both languages.
pub mod words;

/// What a file says about itself.
mod title;

/// Instants in local time.
mod clock;

/// Numbers as texts.
mod number;

/// CSV.
mod csv;

/// XLSX.
mod xlsx;

/// One row.
mod cells;
pub use cells::Cells;

/// The tables of a file, row by row.
mod writer;
pub use writer::{Finished, Rows, Stopped, Writer};

/// From the writer to the body of an answer.
mod delivery;

/// How an answer comes: the parameter `format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// As JSON.
    #[default]
    Json,
    /// As a file of comma-separated values.
    Csv,
    /// As a file for spreadsheets.
    Xlsx,
}

/// What kind of file an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values: RFC 4180, UTF-8 with a byte order mark.
    Csv,
    /// A workbook with a sheet for each table.
    Xlsx,
}

/// The language of headings and words in a file: the parameter `lang`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Format {
    /// The kind of file that is asked for; nothing for JSON.
    pub const fn file(self) -> Option<FileFormat> {
        match self {
            Self::Json => None,
            Self::Csv => Some(FileFormat::Csv),
            Self::Xlsx => Some(FileFormat::Xlsx),
        }
    }
}

impl FileFormat {
    /// What the names of such files end with.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// The media type of such files.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A report or list that is asked for as a file.
#[derive(Clone, Debug)]
pub struct Export {
    /// Which one.
    pub document: &'static Document,
    /// What kind of file.
    pub format: FileFormat,
    /// In which language.
    pub lang: Lang,
    /// What it covers.
    pub range: Range,
    /// The calendar that its times are shown by.
    pub calendar: Calendar,
    /// The position of the log that it reflects.
    pub position: Position,
    /// When it is made; the wall clock, now.
    pub made_at: Timestamp,
}

impl Export {
    /// A file of what `snapshot` has, made now.
    pub(crate) fn new(
        document: &'static Document,
        format: FileFormat,
        lang: Lang,
        range: Range,
        snapshot: &Snapshot,
    ) -> Self {
        let (calendar, position) = (snapshot.calendar.clone(), snapshot.position);
        Self { document, format, lang, range, calendar, position, made_at: Timestamp::now() }
    }

    /// The answer that carries the file which `write` writes, table by table; `write` runs in a task of its own.
    ///
    /// CSV is sent while it is written: a reader that is slow makes `write` slow, one that stands still or takes more
    /// than an hour stops it, and what fails after the first chunk breaks the transfer, so that nobody takes half a
    /// file for a whole one. XLSX is written to its end first. What fails before anything is sent is returned as the
    /// problem that it is.
    pub async fn answer<F>(self, write: impl FnOnce(Writer) -> F) -> Result<Response, Problem>
    where
        F: Future<Output = Result<Finished, Problem>> + Send + 'static,
    {
        let delivery = delivery::deliver(&self, writer::SheetLimits::SPREADSHEET, write).await?;
        let mut headers = self.headers()?;
        if let Some(length) = delivery.length {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        Ok((headers, delivery.body).into_response())
    }

    fn headers(&self) -> Result<HeaderMap, Problem> {
        let Self { document, format, lang, range, calendar, position, .. } = self;
        let disposition = title::disposition(document, *lang, *format, *range, calendar);
        let disposition = HeaderValue::try_from(disposition).map_err(|error| Problem::internal(&error))?;
        Ok(HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
            (CONTENT_DISPOSITION, disposition),
            // Somebody's money: no cache on the way keeps it.
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (LEDGER_POSITION, position.get().into()),
        ]))
    }
}

#[cfg(test)]
mod tests;
