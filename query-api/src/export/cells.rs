//! One row, cell by cell, in either format.

use std::fmt;

use events_schema::Timestamp;

use crate::export::clock::LocalClock;
use crate::export::table::{Column, Kind};
use crate::export::words::{self, Words};
use crate::export::{FileFormat, Label, Lang, csv, number, xlsx};
use crate::figure::{Amount, Ratio};

/// The cells of one row, written from left to right. Each method writes the next one; `None` leaves it empty.
///
/// Every column of the table wants a cell of its kind, which is checked in debug builds.
pub struct Cells {
    pub(super) out: Vec<u8>,
    pub(super) format: FileFormat,
    pub(super) lang: Lang,
    pub(super) columns: &'static [Column],
    /// The next column.
    pub(super) column: usize,
    /// The number of the row in its sheet, from 1. Only XLSX numbers rows.
    pub(super) row: u32,
    pub(super) clock: LocalClock,
}

impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Cells");
        debug.field("row", &self.row).field("column", &self.column).finish_non_exhaustive()
    }
}

impl Cells {
    /// A text, whatever it holds.
    pub fn text<'t>(&mut self, text: impl Into<Option<&'t str>>) -> &mut Self {
        let column = self.next(Kind::Text);
        if let Some(text) = text.into() {
            self.write_text(column, text);
        }
        self
    }

    /// A word of a closed set, in the language of the file. What the set does not have is shown as it is.
    pub fn word<'t>(&mut self, words: Words, name: impl Into<Option<&'t str>>) -> &mut Self {
        let lang = self.lang;
        let name = name.into();
        self.text(name.map(|name| words.get(name).map_or(name, |label| label.of(lang))))
    }

    /// A text of both languages, in the language of the file.
    pub fn label(&mut self, label: Label) -> &mut Self {
        let lang = self.lang;
        self.text(label.of(lang))
    }

    /// Yes or no, in the language of the file.
    pub fn yes_or_no(&mut self, yes: impl Into<Option<bool>>) -> &mut Self {
        let lang = self.lang;
        self.text(yes.into().map(|yes| words::yes_or_no(yes).of(lang)))
    }

    /// A whole number.
    pub fn count(&mut self, count: impl Into<Option<i64>>) -> &mut Self {
        let column = self.next(Kind::Count);
        if let Some(count) = count.into() {
            self.write_number(column, Kind::Count, |out| number::count(count, out));
        }
        self
    }

    /// An amount of the currency.
    pub fn amount(&mut self, amount: impl Into<Option<Amount>>) -> &mut Self {
        let column = self.next(Kind::Amount);
        if let Some(amount) = amount.into() {
            self.write_number(column, Kind::Amount, |out| number::amount(amount, out));
        }
        self
    }

    /// A ratio.
    pub fn ratio(&mut self, ratio: impl Into<Option<Ratio>>) -> &mut Self {
        let column = self.next(Kind::Ratio);
        if let Some(ratio) = ratio.into() {
            self.write_number(column, Kind::Ratio, |out| number::ratio(ratio, out));
        }
        self
    }

    /// An instant, in local time.
    pub fn time(&mut self, instant: impl Into<Option<Timestamp>>) -> &mut Self {
        let column = self.next(Kind::Time);
        if let Some(instant) = instant.into() {
            self.write_time(column, instant);
        }
        self
    }

    /// Steps on to the next column, and tells which one that was.
    fn next(&mut self, kind: Kind) -> usize {
        let column = self.column;
        let expected = self.columns.get(column);
        debug_assert_eq!(expected.map(|column| column.kind), Some(kind), "column {column}: {expected:?}");
        if self.format == FileFormat::Csv && column > 0 {
            self.out.push(b',');
        }
        self.column += 1;
        column
    }

    fn write_text(&mut self, column: usize, text: &str) {
        match self.format {
            FileFormat::Csv => csv::text(text, &mut self.out),
            FileFormat::Xlsx => xlsx::text(column, self.row, xlsx::Style::TEXT, text, &mut self.out),
        }
    }

    fn write_number(&mut self, column: usize, kind: Kind, write: impl FnOnce(&mut Vec<u8>)) {
        match self.format {
            FileFormat::Csv => write(&mut self.out),
            FileFormat::Xlsx => xlsx::number(column, self.row, xlsx::Style::of(kind), write, &mut self.out),
        }
    }

    fn write_time(&mut self, column: usize, instant: Timestamp) {
        if self.format == FileFormat::Csv {
            self.clock.write(instant, &mut self.out);
        } else if let Some(serial) = self.clock.serial(instant) {
            self.write_number(column, Kind::Time, |out| serial.write(out));
        } else {
            // Spreadsheets have no days before 1900 and after 9999: there it is the text that CSV has.
            let mut shown = Vec::new();
            self.clock.write(instant, &mut shown);
            self.write_text(column, &String::from_utf8_lossy(&shown));
        }
    }
}
