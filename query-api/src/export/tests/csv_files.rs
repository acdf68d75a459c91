//! CSV, byte for byte.

use super::*;

async fn csv(export: &Export) -> String {
    let written = match export.document.name {
        "orders" => file(export, SheetLimits::SPREADSHEET, write_orders).await,
        _ => file(export, SheetLimits::SPREADSHEET, write_sales).await,
    };
    String::from_utf8(written).unwrap()
}

#[tokio::test]
async fn a_list_has_a_title_headings_and_rows() {
    assert_eq!(
        csv(&export(&ORDERS, FileFormat::Csv, Lang::Zh)).await,
        "\u{FEFF}订单,范围：自 2026-11-01T00:00:00+08:00 起，2026-12-01T00:00:00+08:00 之前,时区：Asia/Shanghai,\
         日志位置：1204,生成时间：2026-12-01T09:00:00+08:00\r\n\
         订单编号,订单状态,套餐数量,应付金额,占比,支付时间,可结算\r\n\
         00017,待支付,2,1234.50,0.1234,2026-11-01T08:30:00+08:00,是\r\n\
         ,,,,,,\r\n\
         \"'=1+\"\"1\"\"\",unheard_of,-3,-0.05,-0.3333,1899-06-01T08:05:43.250000+08:05:43,否\r\n"
    );
}

#[tokio::test]
async fn it_comes_in_english_too() {
    assert_eq!(
        csv(&export(&ORDERS, FileFormat::Csv, Lang::En)).await,
        "\u{FEFF}Orders,Range: from 2026-11-01T00:00:00+08:00 until before 2026-12-01T00:00:00+08:00,\
         Time zone: Asia/Shanghai,Log position: 1204,Made at: 2026-12-01T09:00:00+08:00\r\n\
         Order no.,Status,Packages,Payable,Share,Paid at,Can settle\r\n\
         00017,Awaiting payment,2,1234.50,0.1234,2026-11-01T08:30:00+08:00,Yes\r\n\
         ,,,,,,\r\n\
         \"'=1+\"\"1\"\"\",unheard_of,-3,-0.05,-0.3333,1899-06-01T08:05:43.250000+08:05:43,No\r\n"
    );
}

#[tokio::test]
async fn sections_follow_each_other_after_a_blank_line_and_their_name() {
    let written = csv(&export(&SALES, FileFormat::Csv, Lang::Zh)).await;
    let (title, rest) = written.split_once("\r\n").unwrap();
    assert!(title.starts_with("\u{FEFF}销售统计,"));
    assert_eq!(
        rest,
        "\r\n合计\r\n订单数,利润\r\n3,1000000.00\r\n\
         \r\n按产品类型\r\n产品类型,订单数\r\nhotel,1\r\nticket,2\r\n\
         \r\n按订单状态\r\n订单状态,金额\r\n"
    );
}
