//! What a file says about itself: in its title, and in its name.

use std::fmt::Write;

use events_schema::{Calendar, Position, Timestamp};

use crate::export::table::Document;
use crate::export::{FileFormat, Lang};
use crate::range::Range;

/// What a file covers, and as of when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Title {
    /// The report's or list's name, its range, its time zone, its position, and when the file was made.
    pub(super) parts: [String; 5],
}

impl Title {
    pub(super) fn new(
        document: &Document,
        lang: Lang,
        range: Range,
        calendar: &Calendar,
        position: Position,
        made_at: Timestamp,
    ) -> Self {
        let second = made_at.micros().div_euclid(Timestamp::MICROS_PER_SECOND);
        let made_at = calendar.show(Timestamp::from_micros(second * Timestamp::MICROS_PER_SECOND));
        let (range, zone) = (covered(range, lang, calendar), calendar.name());
        let name = document.title.of(lang).to_owned();
        let parts = match lang {
            Lang::Zh => [
                name,
                format!("范围：{range}"),
                format!("时区：{zone}"),
                format!("日志位置：{}", position.get()),
                format!("生成时间：{made_at}"),
            ],
            Lang::En => [
                name,
                format!("Range: {range}"),
                format!("Time zone: {zone}"),
                format!("Log position: {}", position.get()),
                format!("Made at: {made_at}"),
            ],
        };
        Self { parts }
    }

    /// All of it in one line, with the name of a section after that of the document.
    pub(super) fn line(&self, section: Option<&str>) -> String {
        let mut line = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            line.push_str(if index == 0 { "" } else { "    " });
            line.push_str(part);
            if let (0, Some(section)) = (index, section) {
                line.push_str(" – ");
                line.push_str(section);
            }
        }
        line
    }
}

/// A range in words. Its end does not belong to it.
fn covered(range: Range, lang: Lang, calendar: &Calendar) -> String {
    let from = (range.from != Range::BEGINNING).then(|| calendar.show(range.from));
    let to = (range.to != Range::END).then(|| calendar.show(range.to));
    match (from, to, lang) {
        (None, None, Lang::Zh) => "全部".to_owned(),
        (None, None, Lang::En) => "everything".to_owned(),
        (Some(from), None, Lang::Zh) => format!("自 {from} 起"),
        (Some(from), None, Lang::En) => format!("from {from} on"),
        (None, Some(to), Lang::Zh) => format!("{to} 之前"),
        (None, Some(to), Lang::En) => format!("before {to}"),
        (Some(from), Some(to), Lang::Zh) => format!("自 {from} 起，{to} 之前"),
        (Some(from), Some(to), Lang::En) => format!("from {from} until before {to}"),
    }
}

/// The header that names the file: in ASCII for the oldest clients, and in the file's language (RFC 6266).
pub(super) fn disposition(
    document: &Document,
    lang: Lang,
    format: FileFormat,
    range: Range,
    calendar: &Calendar,
) -> String {
    let (ascii, local) = (days(range, Lang::En, calendar), days(range, lang, calendar));
    let (name, title, ending) = (document.name, document.title.of(lang), format.ending());
    let escaped = escaped(&format!("{title}_{local}.{ending}"));
    format!("attachment; filename=\"{name}_{ascii}.{ending}\"; filename*=UTF-8''{escaped}")
}

/// The local days that a range touches, the last one included: `2026-11-01_2026-11-30`.
fn days(range: Range, lang: Lang, calendar: &Calendar) -> String {
    let first = calendar.date(range.from);
    // A range without an instant touches the day on which it would begin.
    let last =
        calendar.date(Timestamp::from_micros(range.to.micros().saturating_sub(1).max(range.from.micros())));
    match (range.from == Range::BEGINNING, range.to == Range::END, lang) {
        (true, true, Lang::Zh) => "全部".to_owned(),
        (true, true, Lang::En) => "all".to_owned(),
        (false, true, Lang::Zh) => format!("自{first}"),
        (false, true, Lang::En) => format!("from_{first}"),
        (true, false, Lang::Zh) => format!("至{last}"),
        (true, false, Lang::En) => format!("until_{last}"),
        (false, false, Lang::Zh | Lang::En) if first == last => first.to_string(),
        (false, false, Lang::Zh | Lang::En) => format!("{first}_{last}"),
    }
}

/// A text as RFC 5987 writes it into a header.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").expect("a string takes what is written to it");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Label;

    const SALES: Document = Document { name: "sales", title: Label::new("销售统计", "Sales") };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn ranges() -> [Range; 6] {
        let (from, to) = (at("2026-11-01T00:00:00+08:00"), at("2026-12-01T00:00:00+08:00"));
        [
            Range::new(from, to),
            Range::new(from, at("2026-11-01T12:00:00+08:00")),
            Range::new(from, from),
            Range::new(from, Range::END),
            Range::new(Range::BEGINNING, to),
            Range::ALL,
        ]
    }

    fn calendar() -> Calendar {
        Calendar::new("Asia/Shanghai").unwrap()
    }

    #[test]
    fn a_file_is_named_by_the_days_that_it_covers() {
        let names = |lang| ranges().map(|range| days(range, lang, &calendar()));
        assert_eq!(
            names(Lang::Zh),
            ["2026-11-01_2026-11-30", "2026-11-01", "2026-11-01", "自2026-11-01", "至2026-11-30", "全部"]
        );
        assert_eq!(
            names(Lang::En),
            [
                "2026-11-01_2026-11-30",
                "2026-11-01",
                "2026-11-01",
                "from_2026-11-01",
                "until_2026-11-30",
                "all"
            ]
        );
    }

    #[test]
    fn the_name_comes_in_ascii_and_in_the_language_of_the_file() {
        let named = |lang, format| disposition(&SALES, lang, format, ranges()[1], &calendar());
        assert_eq!(
            named(Lang::Zh, FileFormat::Xlsx),
            "attachment; filename=\"sales_2026-11-01.xlsx\"; \
             filename*=UTF-8''%E9%94%80%E5%94%AE%E7%BB%9F%E8%AE%A1_2026-11-01.xlsx"
        );
        assert_eq!(
            named(Lang::En, FileFormat::Csv),
            "attachment; filename=\"sales_2026-11-01.csv\"; filename*=UTF-8''Sales_2026-11-01.csv"
        );
    }

    #[test]
    fn a_title_says_what_is_covered() {
        let titles = |lang| {
            ranges().map(|range| {
                let made_at = at("2026-12-01T09:00:00.123456+08:00");
                Title::new(&SALES, lang, range, &calendar(), Position::new(1204), made_at)
            })
        };
        let zh = titles(Lang::Zh);
        assert_eq!(
            zh[0].line(Some("合计")),
            "销售统计 – 合计    范围：自 2026-11-01T00:00:00+08:00 起，2026-12-01T00:00:00+08:00 之前    \
             时区：Asia/Shanghai    日志位置：1204    生成时间：2026-12-01T09:00:00+08:00"
        );
        assert_eq!(zh[3].parts[1], "范围：自 2026-11-01T00:00:00+08:00 起");
        assert_eq!(zh[4].parts[1], "范围：2026-12-01T00:00:00+08:00 之前");
        assert_eq!(zh[5].parts[1], "范围：全部");
        let en = titles(Lang::En);
        assert_eq!(
            en[0].line(None),
            "Sales    Range: from 2026-11-01T00:00:00+08:00 until before 2026-12-01T00:00:00+08:00    \
             Time zone: Asia/Shanghai    Log position: 1204    Made at: 2026-12-01T09:00:00+08:00"
        );
        assert_eq!(en[3].parts[1], "Range: from 2026-11-01T00:00:00+08:00 on");
        assert_eq!(en[4].parts[1], "Range: before 2026-12-01T00:00:00+08:00");
        assert_eq!(en[5].parts[1], "Range: everything");
    }
}
