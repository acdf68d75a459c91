//! Every report and every list as a file.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

use super::client::{Client, Reply};
use super::events::whole_order;
use super::harness::Ledger;

const REPORTS: [&str; 11] = [
    "overview",
    "sales",
    "sales/trend",
    "verifications",
    "refunds",
    "cash",
    "suppliers",
    "withdrawals",
    "commissions",
    "balances",
    "screen",
];
const LISTS: [&str; 11] = [
    "orders",
    "cash-entries",
    "settlements",
    "withdrawals",
    "commissions",
    "balance-entries",
    "refunds",
    "parked-events",
    "accounts",
    "accounts/prepayments/entries",
    "journal",
];
/// What a file begins with that is UTF-8 and says so.
const BYTE_ORDER_MARK: &str = "\u{feff}";

async fn filled(ledger: &Ledger) -> u64 {
    let events: Vec<_> = ["A", "B", "C"].iter().flat_map(|order| whole_order(order)).collect();
    ledger.admin().record(&events).await
}

fn text(reply: &Reply) -> &str {
    std::str::from_utf8(&reply.body).unwrap()
}

/// The text of a file of comma-separated values.
async fn csv(client: &Client, path: &str) -> String {
    let reply = client.get(path).send().await;
    assert_eq!(reply.status, 200, "{path}: {}", text(&reply));
    assert_eq!(reply.headers[CONTENT_TYPE], "text/csv; charset=utf-8", "{path}");
    text(&reply).strip_prefix(BYTE_ORDER_MARK).expect("it says that it is UTF-8").to_owned()
}

#[tokio::test]
async fn every_report_and_list_is_a_file_of_either_kind_in_both_languages() {
    let ledger = Ledger::start();
    let position = filled(&ledger).await;
    let reports = REPORTS.map(|name| format!("/v1/reports/{name}?from=2024-01-01&min_position={position}"));
    let lists = LISTS.map(|name| format!("/v1/{name}?min_position={position}"));
    for path in reports.iter().chain(&lists) {
        let chinese = csv(&ledger.admin(), &format!("{path}&format=csv")).await;
        assert!(chinese.lines().next().unwrap().contains("时区：Asia/Shanghai"), "{path}: {chinese}");
        let english = csv(&ledger.admin(), &format!("{path}&format=csv&lang=en")).await;
        let title = english.lines().next().unwrap();
        assert!(title.contains(&format!("Log position: {position}")), "{path}: {english}");
        assert!(english.lines().nth(1).is_some(), "{path} has no headings: {english}");
        let book = ledger.admin().get(&format!("{path}&format=xlsx")).send().await;
        assert_eq!((book.status, &book.body[..2]), (200, &b"PK"[..]), "{path}");
        let name = book.headers[CONTENT_DISPOSITION].to_str().unwrap();
        assert!(name.contains(".xlsx") && name.contains("filename*=UTF-8''"), "{path}: {name}");
    }
}

#[tokio::test]
async fn a_file_has_the_whole_selection_and_adds_up_to_its_total() {
    let ledger = Ledger::start();
    let position = filled(&ledger).await;
    for (list, column) in [("orders?", "Payable"), ("cash-entries?direction=income&", "Amount")] {
        let path = format!("/v1/{list}min_position={position}");
        let page = ledger.admin().read(&format!("{path}&with_total=true&limit=1")).await;
        let text = csv(&ledger.admin(), &format!("{path}&format=csv&lang=en&limit=1")).await;
        let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let amount = rows[0].iter().position(|heading| *heading == column).unwrap();
        let cents = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
        let sum: i64 = rows[1..].iter().map(|row| cents(row[amount])).sum();
        assert_eq!(page["total"]["count"], rows.len() - 1, "{list}");
        assert_eq!(cents(page["total"]["amount"].as_str().unwrap()), sum, "{list}");
        assert!(rows.len() > 2, "{list}: {text}");
    }
}

#[tokio::test]
async fn a_file_goes_back_to_before_there_were_time_zones() {
    let ledger = Ledger::start();
    let path = "/v1/reports/sales/trend?step=month&from=1890-01-01&to=1910-01-01&format=csv&lang=en";
    let text = csv(&ledger.admin(), path).await;
    assert!(text.lines().count() > 240, "{text}");
}
