//! CSV: RFC 4180 in UTF-8 with a byte order mark, by which spreadsheets know the encoding.
//!
//! A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets a `'` in front: a spreadsheet would take
//! it for a formula, and what customers call themselves must not compute anything at the finance department. Whoever
//! reads such a file with a program takes the `'` away again. Numbers are written by us, and stay as they are.

/// Says that the file is UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Ends a line.
pub(super) const LINE_END: &[u8] = b"\r\n";

/// Writes a text of ours or of anybody else.
pub(super) fn text(text: &str, out: &mut Vec<u8>) {
    let is_formula = matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r'));
    if !text.bytes().any(|byte| matches!(byte, b'"' | b',' | b'\r' | b'\n')) {
        if is_formula {
            out.push(b'\'');
        }
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    if is_formula {
        out.push(b'\'');
    }
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// Writes a line of texts.
pub(super) fn line<'t>(texts: impl IntoIterator<Item = &'t str>, out: &mut Vec<u8>) {
    for (index, each) in texts.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        text(each, out);
    }
    out.extend_from_slice(LINE_END);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(shown: &str) -> String {
        let mut out = Vec::new();
        text(shown, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_what_needs_quotes_is_quoted() {
        for (shown, expected) in [
            ("", ""),
            ("黄山门票", "黄山门票"),
            (" blank ", " blank "),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\r\nlines", "\"two\r\nlines\""),
        ] {
            assert_eq!(written(shown), expected);
        }
    }

    #[test]
    fn a_text_is_never_a_formula() {
        for (shown, expected) in [
            ("=1+1", "'=1+1"),
            ("+8613800000000", "'+8613800000000"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r=1\""),
            ("=HYPERLINK(\"a\",\"b\")", "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\""),
            ("1=1", "1=1"),
        ] {
            assert_eq!(written(shown), expected);
        }
    }

    proptest! {
        #[test]
        fn texts_are_read_back_as_they_were(lines in prop::collection::vec(prop::array::uniform3(r#"(?s)[=+\-@\t\r]?(.|[",\r\n '=]){0,12}"#), 1..8)) {
            let mut out = BYTE_ORDER_MARK.to_vec();
            for texts in &lines {
                line(texts.iter().map(String::as_str), &mut out);
            }
            let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_slice());
            let read: Vec<::csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(read.len(), lines.len());
            for (cell, text) in read.iter().flatten().zip(lines.iter().flatten()) {
                let is_defused = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
                let undone = if is_defused { cell.strip_prefix('\'') } else { Some(cell) };
                prop_assert_eq!(undone, Some(text.as_str()));
            }
        }
    }
}
