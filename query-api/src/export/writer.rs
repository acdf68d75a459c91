//! Writes the tables of one file, row by row, and hands them on in chunks of bounded size and number.

use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use crate::export::cells::Cells;
use crate::export::clock::LocalClock;
use crate::export::table::Table;
use crate::export::title::Title;
use crate::export::{Export, FileFormat, Lang, csv, xlsx};
use crate::problem::Problem;

/// Bytes of a chunk; the row that reaches it is the last one in it.
const CHUNK_BYTES: usize = 64 * 1024;
/// How much longer than that a chunk mostly is, so that its buffer need not grow.
const CHUNK_EXCESS_BYTES: usize = 4 * 1024;
/// Chunks that wait to be taken. With them the memory of an export is bounded, however long it is.
pub(super) const CHUNKS_AHEAD_MAX: usize = 4;
/// Longest time that a reader may take for one chunk. Whoever reads more slowly holds a snapshot, and gives up.
const CHUNK_WAIT: Duration = Duration::from_mins(1);
/// Longest time that a file may take altogether. Whoever takes each chunk in time, and no sooner, would hold a snapshot
/// for days, and SQLite's write-ahead log cannot begin anew while somebody reads in it.
const FILE_WAIT: Duration = Duration::from_hours(1);

/// Some bytes of a file.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The name of the sheet that begins with these bytes, where one does. CSV has no sheets.
    pub(super) sheet: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// How long a sheet of XLSX may become, before the table goes on in the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SheetLimits {
    pub(super) rows: u32,
    pub(super) bytes: u64,
}

impl SheetLimits {
    pub(super) const SPREADSHEET: Self = Self { rows: xlsx::SHEET_ROWS_MAX, bytes: xlsx::SHEET_BYTES_MAX };
}

/// Writes the tables of one file, one after the other.
#[derive(Debug)]
pub struct Writer {
    cells: Cells,
    title: Option<Title>,
    /// What the sheet of a table is called that has no name of its own.
    name: &'static str,
    limits: SheetLimits,
    chunks: mpsc::Sender<Chunk>,
    /// The table that is being written; nothing before the first.
    table: Option<Table>,
    is_row_open: bool,
    /// The name of the sheet with which the next chunk begins.
    sheet: Option<String>,
    /// Bytes of the sheet that have been handed on.
    sheet_bytes: u64,
    /// The how-manieth sheet of its table this one is.
    part: u32,
    /// When all of it must have been handed on.
    until: Instant,
}

/// The rows of one table of a file.
#[derive(Debug)]
pub struct Rows<'w>(&'w mut Writer);

/// Says that a file is complete: only [`Writer::finish`] makes it.
#[derive(Debug)]
#[must_use]
pub struct Finished(());

/// Nobody takes the file any more: its reader has gone, stands still or takes too long, or it cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nobody takes the export any more")]
pub struct Stopped;

impl From<Stopped> for Problem {
    /// 503. It is mostly read by nobody; and it is no fault that the log of the process should speak of.
    fn from(stopped: Stopped) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "export_stopped", stopped.to_string())
    }
}

impl Writer {
    pub(super) fn new(export: &Export, limits: SheetLimits, chunks: mpsc::Sender<Chunk>) -> Self {
        let Export { document, format, lang, range, ref calendar, position, made_at } = *export;
        let cells = Cells {
            out: new_chunk(),
            format,
            lang,
            columns: &[],
            column: 0,
            row: 0,
            clock: LocalClock::new(calendar.clone()),
        };
        Self {
            cells,
            title: Some(Title::new(document, lang, range, calendar, position, made_at)),
            name: document.title.of(lang),
            limits,
            chunks,
            table: None,
            is_row_open: false,
            sheet: None,
            sheet_bytes: 0,
            part: 0,
            until: Instant::now() + FILE_WAIT,
        }
    }

    /// The language of the file.
    pub(crate) const fn lang(&self) -> Lang {
        self.cells.lang
    }

    /// Leaves the title out, so that the headings come first: for programs, which find columns by them.
    pub(crate) fn without_title(&mut self) {
        self.title = None;
    }

    /// Ends the table before, and begins this one.
    ///
    /// Fails when nobody takes the file any more.
    pub async fn table(&mut self, table: &Table) -> Result<Rows<'_>, Stopped> {
        self.end_row();
        match self.cells.format {
            FileFormat::Csv => self.begin_lines(table),
            FileFormat::Xlsx => {
                self.part = 1;
                self.begin_sheet(table).await?;
            }
        }
        self.cells.columns = table.columns;
        self.table = Some(*table);
        Ok(Rows(self))
    }

    /// Ends the file. Without this it is not complete, and its reader is told so.
    ///
    /// Fails when nobody takes the file any more.
    pub async fn finish(mut self) -> Result<Finished, Stopped> {
        debug_assert!(self.table.is_some(), "a file has at least one table");
        self.end_row();
        if self.cells.format == FileFormat::Xlsx && self.table.is_some() {
            xlsx::end(&mut self.cells.out);
        }
        self.hand_on().await?;
        Ok(Finished(()))
    }

    async fn row(&mut self) -> Result<&mut Cells, Stopped> {
        self.end_row();
        if self.cells.out.len() >= CHUNK_BYTES {
            self.hand_on().await?;
        }
        if self.cells.format == FileFormat::Xlsx {
            if let (true, Some(table)) = (self.is_sheet_full(), self.table) {
                self.part += 1;
                self.begin_sheet(&table).await?;
            }
            self.cells.row += 1;
            xlsx::begin_row(self.cells.row, &mut self.cells.out);
        }
        self.is_row_open = true;
        self.cells.column = 0;
        Ok(&mut self.cells)
    }

    fn end_row(&mut self) {
        if !self.is_row_open {
            return;
        }
        let Cells { column, columns, row, .. } = self.cells;
        debug_assert_eq!(column, columns.len(), "row {row} does not have a cell for each column");
        match self.cells.format {
            FileFormat::Csv => self.cells.out.extend_from_slice(csv::LINE_END),
            FileFormat::Xlsx => xlsx::end_row(&mut self.cells.out),
        }
        self.is_row_open = false;
    }

    /// Title before the first table, where there is one; a blank line and the name of the section; headings.
    fn begin_lines(&mut self, table: &Table) {
        let Cells { out, lang, .. } = &mut self.cells;
        if self.table.is_none() {
            out.extend_from_slice(csv::BYTE_ORDER_MARK);
            if let Some(title) = &self.title {
                csv::line(title.parts.iter().map(String::as_str), out);
            }
        }
        if let Some(section) = table.section {
            out.extend_from_slice(csv::LINE_END);
            csv::line([section.of(*lang)], out);
        }
        csv::line(table.columns.iter().map(|column| column.heading(*lang)), out);
    }

    async fn begin_sheet(&mut self, table: &Table) -> Result<(), Stopped> {
        if self.table.is_some() {
            xlsx::end(&mut self.cells.out);
            self.hand_on().await?;
        }
        let lang = self.cells.lang;
        let section = table.section.map(|section| section.of(lang));
        self.sheet = Some(xlsx::sheet_name(section.unwrap_or(self.name), self.part));
        self.sheet_bytes = 0;
        let title = self.title.as_ref().map(|title| title.line(section));
        self.cells.row = xlsx::begin(title.as_deref(), table.columns, lang, &mut self.cells.out);
        Ok(())
    }

    fn is_sheet_full(&self) -> bool {
        self.cells.row >= self.limits.rows || self.sheet_bytes >= self.limits.bytes
    }

    /// Hands the chunk on, when there is room for it and it is not too late.
    async fn hand_on(&mut self) -> Result<(), Stopped> {
        let bytes = std::mem::replace(&mut self.cells.out, new_chunk());
        self.sheet_bytes += bytes.len() as u64;
        let chunk = Chunk { sheet: self.sheet.take(), bytes };
        let now = Instant::now();
        if now >= self.until {
            return Err(Stopped);
        }
        let until = self.until.min(now + CHUNK_WAIT);
        timeout_at(until, self.chunks.send(chunk)).await.map_err(|_| Stopped)?.map_err(|_| Stopped)
    }
}

impl Rows<'_> {
    /// Ends the row before, and begins the next one.
    ///
    /// Fails when nobody takes the file any more.
    pub async fn row(&mut self) -> Result<&mut Cells, Stopped> {
        self.0.row().await
    }
}

fn new_chunk() -> Vec<u8> {
    Vec::with_capacity(CHUNK_BYTES + CHUNK_EXCESS_BYTES)
}
