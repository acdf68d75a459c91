//! What a file is made of: tables, their columns, and texts in both languages.

use crate::export::Lang;

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label {
    /// In Chinese, in the words of the finance department.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// A report or list that comes as a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// The beginning of the file's name: `sales`. ASCII without blanks.
    pub name: &'static str,
    /// What it is called in its title and in the name of its file.
    pub title: Label,
}

/// One table of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// What the table is called, different from all others of its file. Nothing where the file has one table only.
    pub section: Option<Label>,
    /// Its columns, from left to right.
    pub columns: &'static [Column],
}

/// A column: every cell in it is of one kind, or empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name that its values have in JSON.
    pub key: &'static str,
    /// Its heading in Chinese.
    pub zh: &'static str,
    /// Its heading in English.
    pub en: &'static str,
    /// What its cells hold.
    pub kind: Kind,
}

/// What cells hold, and how they show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text, or a word of a closed set. XLSX: a text, also where it looks like a number.
    Text,
    /// A whole number. XLSX: `0`.
    Count,
    /// An amount of the currency. CSV: `1234.50`; XLSX: `#,##0.00`.
    Amount,
    /// A ratio. CSV: `0.1234`; XLSX: `0.00%`.
    Ratio,
    /// An instant in local time. CSV: `2026-11-01T08:30:00+08:00`, as in JSON; XLSX: a date-time to the second,
    /// `yyyy-mm-dd hh:mm:ss`.
    Time,
}

impl Label {
    /// A text in Chinese and in English.
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// The text in this language.
    pub const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }
}

impl Table {
    /// The only table of its file.
    pub const fn only(columns: &'static [Column]) -> Self {
        Self { section: None, columns }
    }

    /// One of several tables of a file, called so.
    pub const fn section(zh: &'static str, en: &'static str, columns: &'static [Column]) -> Self {
        Self { section: Some(Label::new(zh, en)), columns }
    }
}

impl Column {
    /// A column of texts, or of words of a closed set.
    pub const fn text(key: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { key, zh, en, kind: Kind::Text }
    }

    /// A column of whole numbers.
    pub const fn count(key: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { key, zh, en, kind: Kind::Count }
    }

    /// A column of amounts.
    pub const fn amount(key: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { key, zh, en, kind: Kind::Amount }
    }

    /// A column of ratios.
    pub const fn ratio(key: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { key, zh, en, kind: Kind::Ratio }
    }

    /// A column of instants.
    pub const fn time(key: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { key, zh, en, kind: Kind::Time }
    }

    /// Its heading in this language.
    pub const fn heading(&self, lang: Lang) -> &'static str {
        Label::new(self.zh, self.en).of(lang)
    }
}
