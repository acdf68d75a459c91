//! XLSX, read back by another's reader, and looked at where that reader does not look.

use std::io::{Cursor, Read};

use calamine::{Data, Range as Sheet, Reader, Xlsx};

use super::*;

struct Workbook {
    bytes: Vec<u8>,
    sheets: Vec<(String, Sheet<Data>)>,
}

impl Workbook {
    fn open(bytes: Vec<u8>) -> Self {
        let sheets = Xlsx::new(Cursor::new(&bytes)).unwrap().worksheets();
        Self { bytes, sheets }
    }

    /// The text of a part of the file.
    fn part(&self, name: &str) -> String {
        let mut text = String::new();
        let mut zip = zip::ZipArchive::new(Cursor::new(&self.bytes)).unwrap();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    fn parts(&self) -> Vec<String> {
        let zip = zip::ZipArchive::new(Cursor::new(&self.bytes)).unwrap();
        zip.file_names().map(|name| name.unwrap().into_owned()).collect()
    }

    fn names(&self) -> Vec<&str> {
        self.sheets.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The rows of a sheet, from its first on.
    fn rows(&self, sheet: usize) -> Vec<&[Data]> {
        assert_eq!(self.sheets[sheet].1.start(), Some((0, 0)));
        self.sheets[sheet].1.rows().collect()
    }
}

async fn orders(lang: Lang) -> Workbook {
    Workbook::open(
        file(&export(&ORDERS, FileFormat::Xlsx, lang), SheetLimits::SPREADSHEET, write_orders).await,
    )
}

fn text(text: &str) -> Data {
    Data::String(text.to_owned())
}

#[tokio::test]
async fn cells_have_values_of_their_kind() {
    let workbook = orders(Lang::Zh).await;
    assert_eq!(workbook.names(), ["订单"]);
    let rows = workbook.rows(0);
    assert_eq!(
        rows[0][0],
        text(
            "订单    范围：自 2026-11-01T00:00:00+08:00 起，2026-12-01T00:00:00+08:00 之前    时区：Asia/Shanghai    \
             日志位置：1204    生成时间：2026-12-01T09:00:00+08:00"
        )
    );
    let headings = ["订单编号", "订单状态", "套餐数量", "应付金额", "占比", "支付时间", "可结算"];
    assert_eq!(rows[1], headings.map(text));
    assert_eq!(rows[2][..2], [text("00017"), text("待支付")]);
    assert_eq!(rows[2][2..5], [Data::Float(2.0), Data::Float(1234.5), Data::Float(0.1234)]);
    let Data::DateTime(time) = rows[2][5] else { panic!("{:?} is not a time", rows[2][5]) };
    assert_eq!(time.to_ymd_hms_milli(), (2026, 11, 1, 8, 30, 0, 0));
    assert_eq!(rows[2][6], text("是"));
    assert!(rows[3].iter().all(|cell| *cell == Data::Empty));
    assert_eq!(rows[4][..2], [text("=1+\"1\""), text("unheard_of")]);
    assert_eq!(rows[4][2..5], [Data::Float(-3.0), Data::Float(-0.05), Data::Float(-0.3333)]);
    // Spreadsheets know no such day.
    assert_eq!(rows[4][5..], [text("1899-06-01T08:05:43.250000+08:05:43"), text("否")]);
}

#[tokio::test]
async fn it_comes_in_english_too() {
    let workbook = orders(Lang::En).await;
    assert_eq!(workbook.names(), ["Orders"]);
    let rows = workbook.rows(0);
    let headings = ["Order no.", "Status", "Packages", "Payable", "Share", "Paid at", "Can settle"];
    assert_eq!(rows[1], headings.map(text));
    assert_eq!((&rows[2][1], &rows[2][6]), (&text("Awaiting payment"), &text("Yes")));
}

#[tokio::test]
async fn cells_look_as_their_kind_does() {
    let workbook = orders(Lang::Zh).await;
    let (styles, sheet) = (workbook.part("xl/styles.xml"), workbook.part("xl/worksheets/sheet1.xml"));
    let formats: Vec<&str> = styles
        .split_once("<cellXfs")
        .unwrap()
        .1
        .split("numFmtId=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    // Built in: 49 is `@`, 1 is `0`, 4 is `#,##0.00`, 10 is `0.00%`.
    for (cell, format) in [("A3", "49"), ("C3", "1"), ("D3", "4"), ("E3", "10"), ("F3", "164")] {
        let style = sheet.split_once(&format!("<c r=\"{cell}\" s=\"")).unwrap().1.split('"').next().unwrap();
        assert_eq!(formats[style.parse::<usize>().unwrap()], format, "{cell}");
    }
    assert!(styles.contains("<numFmt numFmtId=\"164\" formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss\"/>"));
}

#[tokio::test]
async fn title_and_headings_stay_in_sight() {
    let workbook = orders(Lang::Zh).await;
    let frozen = "<pane ySplit=\"2\" topLeftCell=\"A3\" activePane=\"bottomLeft\" state=\"frozen\"/>";
    assert!(workbook.part("xl/worksheets/sheet1.xml").contains(frozen));
}

#[tokio::test]
async fn programs_that_look_at_the_first_parts_see_a_spreadsheet() {
    let first = ["_rels/.rels", "docProps/app.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"];
    assert_eq!(orders(Lang::Zh).await.parts()[..4], first);
}

#[tokio::test]
async fn each_section_has_its_sheet() {
    let sales = export(&SALES, FileFormat::Xlsx, Lang::Zh);
    let workbook = Workbook::open(file(&sales, SheetLimits::SPREADSHEET, write_sales).await);
    assert_eq!(workbook.names(), ["合计", "按产品类型", "按订单状态"]);
    let Data::String(title) = &workbook.rows(1)[0][0] else { panic!("no title") };
    assert!(title.starts_with("销售统计 – 按产品类型    范围："), "{title}");
    assert_eq!(workbook.rows(0)[2], [Data::Float(3.0), Data::Float(1_000_000.0)]);
    assert_eq!(
        workbook.rows(1)[2..],
        [[text("hotel"), Data::Float(1.0)], [text("ticket"), Data::Float(2.0)]]
    );
    assert_eq!(workbook.rows(2)[1..], [[text("订单状态"), text("金额")]]);
}

/// The numbers in the second column of each sheet, and that each sheet begins as it should.
async fn numbers(count: i64, limits: SheetLimits) -> Vec<Vec<f64>> {
    let write = async move |file| Ok(write_long(file, count).await?.finish().await?);
    let workbook = Workbook::open(file(&export(&SALES, FileFormat::Xlsx, Lang::En), limits, write).await);
    for (index, name) in workbook.names().into_iter().enumerate() {
        let expected =
            if index == 0 { "By product type".into() } else { format!("By product type ({})", index + 1) };
        assert_eq!(name, expected);
        assert_eq!(workbook.rows(index)[1], [text("Product type"), text("Orders")]);
        assert!(workbook.part(&format!("xl/worksheets/sheet{}.xml", index + 1)).contains("state=\"frozen\""));
    }
    let number = |row: &[Data]| {
        let Data::Float(number) = row[1] else { panic!("{:?} is not a number", row[1]) };
        number
    };
    (0..workbook.sheets.len())
        .map(|index| workbook.rows(index).into_iter().skip(2).map(number).collect())
        .collect()
}

#[tokio::test]
async fn a_table_that_is_too_long_for_a_sheet_goes_on_in_the_next_one() {
    let limits = SheetLimits { rows: 5, ..SheetLimits::SPREADSHEET };
    assert_eq!(numbers(0, limits).await, [[0.0; 0]]);
    assert_eq!(numbers(3, limits).await, [[0.0, 1.0, 2.0]]);
    assert_eq!(numbers(7, limits).await, [vec![0.0, 1.0, 2.0], vec![3.0, 4.0, 5.0], vec![6.0]]);
}

#[tokio::test]
async fn a_sheet_of_too_many_bytes_is_continued_too() {
    let limits = SheetLimits { bytes: 100_000, ..SheetLimits::SPREADSHEET };
    let numbers = numbers(1_500, limits).await;
    assert!(numbers.len() > 1, "{} sheets", numbers.len());
    assert!(numbers.iter().flatten().copied().eq((0..1_500).map(f64::from)));
}
