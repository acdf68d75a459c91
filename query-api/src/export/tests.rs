//! Files as a whole, in both formats: what is in them, and what becomes of those that fail.

use std::future::Future;

use axum::body::Body;
use events_schema::{Calendar, Position, Timestamp};
use http_body_util::BodyExt;

use super::*;
use crate::export::delivery::deliver;
use crate::export::writer::SheetLimits;
use crate::figure::{Amount, Ratio};

/// CSV, byte for byte.
mod csv_files;

/// XLSX, read back.
mod xlsx_files;

/// What a reader gets, and when.
mod deliveries;

const ORDERS: Document = Document { name: "orders", title: Label::new("订单", "Orders") };
const ORDER_COLUMNS: &[Column] = &[
    Column::text("order_no", "订单编号", "Order no."),
    Column::text("status", "订单状态", "Status"),
    Column::count("packages", "套餐数量", "Packages"),
    Column::amount("payable", "应付金额", "Payable"),
    Column::ratio("share", "占比", "Share"),
    Column::time("paid_at", "支付时间", "Paid at"),
    Column::text("can_settle", "可结算", "Can settle"),
];

const SALES: Document = Document { name: "sales", title: Label::new("销售统计", "Sales") };
const TOTAL: Table = Table::section(
    "合计",
    "Total",
    &[Column::count("orders", "订单数", "Orders"), Column::amount("profit", "利润", "Profit")],
);
const BY_TYPE: Table = Table::section(
    "按产品类型",
    "By product type",
    &[Column::text("product_type", "产品类型", "Product type"), Column::count("orders", "订单数", "Orders")],
);
const BY_STATUS: Table = Table::section(
    "按订单状态",
    "By status",
    &[Column::text("status", "订单状态", "Status"), Column::amount("amount", "金额", "Amount")],
);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn export(document: &'static Document, format: FileFormat, lang: Lang) -> Export {
    Export {
        document,
        format,
        lang,
        range: Range::new(at("2026-11-01T00:00:00+08:00"), at("2026-12-01T00:00:00+08:00")),
        calendar: Calendar::new("Asia/Shanghai").unwrap(),
        position: Position::new(1204),
        made_at: at("2026-12-01T09:00:00+08:00"),
    }
}

/// Three orders: an ordinary one, one with nothing that can be missing, and one that means mischief.
async fn write_orders(mut file: Writer) -> Result<Finished, Problem> {
    let mut rows = file.table(&Table::only(ORDER_COLUMNS)).await?;
    let cells = rows.row().await?;
    cells
        .text("00017")
        .word(words::ORDER_STATUSES, "awaiting_payment")
        .count(2)
        .amount(Amount::minor(123_450));
    cells.ratio(Ratio::of(1234, 10_000)).time(at("2026-11-01T08:30:00+08:00")).yes_or_no(true);
    let cells = rows.row().await?;
    cells.text(None).word(words::ORDER_STATUSES, None).count(None).amount(None);
    cells.ratio(None).time(None).yes_or_no(None);
    let cells = rows.row().await?;
    cells.text("=1+\"1\"").word(words::ORDER_STATUSES, "unheard_of").count(-3).amount(Amount::minor(-5));
    cells.ratio(Ratio::of(-1, 3)).time(at("1899-06-01T00:00:00.25Z")).yes_or_no(false);
    Ok(file.finish().await?)
}

/// A report with three sections, of which the last has no rows.
async fn write_sales(mut file: Writer) -> Result<Finished, Problem> {
    let mut total = file.table(&TOTAL).await?;
    total.row().await?.count(3).amount(Amount::minor(100_000_000));
    let mut by_type = file.table(&BY_TYPE).await?;
    for (product_type, orders) in [("hotel", 1), ("ticket", 2)] {
        by_type.row().await?.text(product_type).count(orders);
    }
    file.table(&BY_STATUS).await?;
    Ok(file.finish().await?)
}

/// `count` rows of a number and a text, of 200 bytes and more in either format.
async fn write_long(mut file: Writer, count: i64) -> Result<Writer, Problem> {
    let filling = "票".repeat(60);
    let mut rows = file.table(&BY_TYPE).await?;
    for number in 0..count {
        rows.row().await?.text(filling.as_str()).count(number);
    }
    Ok(file)
}

async fn file<F>(export: &Export, limits: SheetLimits, write: impl FnOnce(Writer) -> F) -> Vec<u8>
where
    F: Future<Output = Result<Finished, Problem>> + Send + 'static,
{
    read(deliver(export, limits, write).await.unwrap().body).await
}

async fn read(body: Body) -> Vec<u8> {
    body.collect().await.unwrap().to_bytes().to_vec()
}

#[test]
fn formats_and_languages_are_read_strictly() {
    let format = serde_json::from_str::<Format>;
    assert_eq!(format("\"csv\"").unwrap().file(), Some(FileFormat::Csv));
    assert_eq!(format("\"xlsx\"").unwrap().file(), Some(FileFormat::Xlsx));
    assert_eq!((format("\"json\"").unwrap().file(), Format::default()), (None, Format::Json));
    assert!(format("\"CSV\"").is_err());
    assert_eq!(serde_json::from_str::<Lang>("\"en\"").unwrap(), Lang::En);
    assert_eq!(Lang::default(), Lang::Zh);
    assert!(serde_json::from_str::<Lang>("\"de\"").is_err());
}
