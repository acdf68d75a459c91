//! XLSX: sheets as XML (ECMA-376), written row by row.
//!
//! A sheet has its title in row 1, its headings in row 2, and both stay in sight; without a title, the headings come first. Texts stand in their cells, so nothing
//! has to be remembered until the end; a text is never a formula here, so none is changed.

use crate::export::Lang;
use crate::export::table::{Column, Kind};

/// The file around the sheets.
pub(super) mod package;

/// Rows of one sheet, as many as spreadsheets take.
pub(super) const SHEET_ROWS_MAX: u32 = 1_048_576;
/// Bytes of one sheet, so that it needs no 64-bit sizes, which some spreadsheets want to repair.
pub(super) const SHEET_BYTES_MAX: u64 = 3 << 30;
/// Letters (UTF-16) of one cell.
const CELL_LETTERS_MAX: usize = 32_767;
/// Letters (UTF-16) of a sheet's name.
const NAME_LETTERS_MAX: usize = 31;

/// How a cell looks: a number of the table in `styles.xml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style(u8);

impl Style {
    pub(super) const TEXT: Self = Self(1);
    const TITLE: Self = Self(6);
    const HEADING: Self = Self(7);

    /// How the cells of a column look.
    pub(super) const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::TEXT,
            Kind::Count => Self(2),
            Kind::Amount => Self(3),
            Kind::Ratio => Self(4),
            Kind::Time => Self(5),
        }
    }
}

/// Writes the beginning of a sheet: its title, where it has one, and its headings. The answer is the number of the row of
/// the headings.
pub(super) fn begin(title: Option<&str>, columns: &[Column], lang: Lang, out: &mut Vec<u8>) -> u32 {
    const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
        <worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetViews>\
        <sheetView workbookViewId=\"0\"><pane ";
    const TAIL: &str = "activePane=\"bottomLeft\" state=\"frozen\"/><selection pane=\"bottomLeft\"/></sheetView></sheetViews><sheetFormatPr \
        defaultRowHeight=\"15\"/><cols>";
    let (headings, split) = match title {
        Some(_) => (2, "ySplit=\"2\" topLeftCell=\"A3\" "),
        None => (1, "ySplit=\"1\" topLeftCell=\"A2\" "),
    };
    out.extend([HEAD, split, TAIL].concat().bytes());
    for (index, column) in columns.iter().enumerate() {
        let (number, width) = (index + 1, width(column.kind));
        let column = format!("<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>");
        out.extend_from_slice(column.as_bytes());
    }
    out.extend_from_slice(b"</cols><sheetData>");
    if let Some(title) = title {
        begin_row(1, out);
        text(0, 1, Style::TITLE, title, out);
        end_row(out);
    }
    begin_row(headings, out);
    for (index, column) in columns.iter().enumerate() {
        text(index, headings, Style::HEADING, column.heading(lang), out);
    }
    end_row(out);
    headings
}

/// Writes the end of a sheet.
pub(super) fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</sheetData></worksheet>");
}

/// Writes the beginning of the row number `row`, counted from 1.
pub(super) fn begin_row(row: u32, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<row r=\"");
    out.extend_from_slice(itoa::Buffer::new().format(row).as_bytes());
    out.extend_from_slice(b"\">");
}

/// Writes the end of a row.
pub(super) fn end_row(out: &mut Vec<u8>) {
    out.extend_from_slice(b"</row>");
}

/// Writes a cell with a number, which `write` writes as a decimal.
pub(super) fn number(
    column: usize,
    row: u32,
    style: Style,
    write: impl FnOnce(&mut Vec<u8>),
    out: &mut Vec<u8>,
) {
    begin_cell(column, row, style, out);
    out.extend_from_slice(b"\"><v>");
    write(out);
    out.extend_from_slice(b"</v></c>");
}

/// Writes a cell with a text. What is too long for a cell ends with `…`.
pub(super) fn text(column: usize, row: u32, style: Style, text: &str, out: &mut Vec<u8>) {
    begin_cell(column, row, style, out);
    out.extend_from_slice(b"\" t=\"inlineStr\"><is><t");
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        out.extend_from_slice(b" xml:space=\"preserve\"");
    }
    out.push(b'>');
    match shortened(text, CELL_LETTERS_MAX - 1) {
        None => escape(text, out),
        Some(beginning) => {
            escape(beginning, out);
            out.extend_from_slice("…".as_bytes());
        }
    }
    out.extend_from_slice(b"</t></is></c>");
}

/// The name of a sheet; `part` is 1 for the first of those on which a long table goes on.
pub(super) fn sheet_name(label: &str, part: u32) -> String {
    let suffix = if part == 1 { String::new() } else { format!(" ({part})") };
    let name = label.replace(['[', ']', ':', '*', '?', '/', '\\', '\''], "-");
    let name = shortened(&name, NAME_LETTERS_MAX - 1 - suffix.len()).unwrap_or(&name);
    format!("{name}{suffix}")
}

/// Writes a cell until just before the quote that ends its style.
fn begin_cell(column: usize, row: u32, style: Style, out: &mut Vec<u8>) {
    out.extend_from_slice(b"<c r=\"");
    letters(column, out);
    out.extend_from_slice(itoa::Buffer::new().format(row).as_bytes());
    out.extend_from_slice(b"\" s=\"");
    out.push(b'0' + style.0);
}

/// Writes what a column is called: A, B, …, Z, AA, …
fn letters(column: usize, out: &mut Vec<u8>) {
    const ALPHABET: &[u8; 26] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if column >= ALPHABET.len() {
        letters(column / ALPHABET.len() - 1, out);
    }
    out.push(ALPHABET[column % ALPHABET.len()]);
}

/// Letters that fit beside each other.
const fn width(kind: Kind) -> u8 {
    match kind {
        Kind::Text => 20,
        Kind::Count | Kind::Ratio => 12,
        Kind::Amount => 16,
        Kind::Time => 21,
    }
}

/// The first `max` letters of a text that has more than one more than that.
fn shortened(text: &str, max: usize) -> Option<&str> {
    // A letter of UTF-16 is at least one byte of UTF-8.
    if text.len() <= max + 1 || text.chars().map(char::len_utf16).sum::<usize>() <= max + 1 {
        return None;
    }
    let mut letters = 0;
    let end = text.char_indices().find(|(_, letter)| {
        letters += letter.len_utf16();
        letters > max
    });
    end.and_then(|(end, _)| text.get(..end))
}

/// Bytes that stand for themselves. `_` may begin what looks like an escape, 0xEF what XML does not know.
static PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        plain[byte] = false;
        byte += 1;
    }
    plain[b'&' as usize] = false;
    plain[b'<' as usize] = false;
    plain[b'>' as usize] = false;
    plain[b'"' as usize] = false;
    plain[b'_' as usize] = false;
    plain[0xEF] = false;
    plain
};

/// Writes a text into XML. What XML cannot hold is written as `_x001F_`, as spreadsheets do, and what looks like that
/// with its `_` escaped.
fn escape(text: &str, out: &mut Vec<u8>) {
    if text.bytes().all(|byte| PLAIN[usize::from(byte)]) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    for (index, letter) in text.char_indices() {
        match letter {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '"' => out.extend_from_slice(b"&quot;"),
            '_' if looks_escaped(&text.as_bytes()[index..]) => out.extend_from_slice(b"_x005F_"),
            '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}' => {
                out.extend_from_slice(format!("_x{:04X}_", u32::from(letter)).as_bytes());
            }
            _ => out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Whether a text begins like `_x001F_`.
fn looks_escaped(text: &[u8]) -> bool {
    matches!(text, [b'_', b'x', a, b, c, d, b'_', ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn columns_are_lettered_as_in_spreadsheets() {
        for (column, name) in
            [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
        {
            assert_eq!(written(|out| letters(column, out)), name);
        }
    }

    #[test]
    fn a_text_holds_nothing_that_xml_would_read() {
        for (text, expected) in [
            ("黄山，门票", "黄山，门票"),
            ("<a & \"b\">", "&lt;a &amp; &quot;b&quot;&gt;"),
            ("a\u{1}b\r\nc\td", "a_x0001_b_x000D_\nc\td"),
            ("\u{FFFF}（）", "_xFFFF_（）"),
            ("_x0041_ _x41_ a_b", "_x005F_x0041_ _x41_ a_b"),
        ] {
            assert_eq!(written(|out| escape(text, out)), expected);
        }
    }

    #[test]
    fn a_cell_says_where_it_is_and_how_it_looks() {
        assert_eq!(
            written(|out| text(1, 7, Style::TEXT, "a ", out)),
            "<c r=\"B7\" s=\"1\" t=\"inlineStr\"><is><t xml:space=\"preserve\">a </t></is></c>"
        );
        assert_eq!(
            written(|out| number(27, 12, Style::of(Kind::Amount), |out| out.extend(b"1.50"), out)),
            "<c r=\"AB12\" s=\"3\"><v>1.50</v></c>"
        );
    }

    #[test]
    fn what_does_not_fit_a_cell_is_cut_between_letters() {
        let cell = |letter: char, count: usize| {
            let cell = written(|out| text(0, 1, Style::TEXT, &letter.to_string().repeat(count), out));
            let inside = cell.split_once("<t>").unwrap().1.split_once("</t>").unwrap().0;
            (inside.encode_utf16().count(), inside.ends_with('…'))
        };
        assert_eq!(cell('a', 32_767), (32_767, false));
        assert_eq!(cell('a', 32_768), (32_767, true));
        assert_eq!(cell('票', 32_767), (32_767, false));
        assert_eq!(cell('😀', 16_384), (32_767, true));
        assert_eq!(cell('😀', 20_000), (32_767, true));
    }

    #[test]
    fn names_of_sheets_are_as_spreadsheets_want_them() {
        assert_eq!(sheet_name("按订单状态", 1), "按订单状态");
        assert_eq!(sheet_name("a/b [c]", 12), "a-b -c- (12)");
        let long = "n".repeat(31);
        assert_eq!(sheet_name(&long, 1), long);
        assert_eq!(sheet_name(&"n".repeat(40), 2), format!("{} (2)", "n".repeat(26)));
    }
}
