//! The ledger is asked for reports and lists.

use axum::http::StatusCode;
use serde_json::Value;

use super::items::{self, Items};
use super::ledger::Ledger;
use super::ranges::Asked;

/// `&name=value` for each filter, with every other byte than letters and digits escaped.
pub(crate) fn query(filters: &[(&str, String)]) -> String {
    let escaped = |value: &str| {
        let byte = |byte: u8| {
            if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        };
        value.bytes().map(byte).collect::<String>()
    };
    filters.iter().fold(String::new(), |query, (name, value)| query + "&" + name + "=" + &escaped(value))
}

/// A report.
pub(crate) async fn report(ledger: &Ledger, name: &str, asked: Asked, filters: &[(&str, String)]) -> Value {
    let path = format!("/v1/reports/{name}?{}{}", asked.query(), query(filters));
    let (status, body) = ledger.get(&path.replace("?&", "?")).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

/// The trial balance.
pub(crate) async fn accounts(ledger: &Ledger, asked: Asked, filters: &[(&str, String)]) -> Value {
    let path = format!("/v1/accounts?{}{}", asked.query(), query(filters));
    let (status, body) = ledger.get(&path.replace("?&", "?")).await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    body
}

/// All items of a figure of a report.
pub(crate) async fn items(
    ledger: &Ledger,
    name: &str,
    asked: Asked,
    filters: &[(&str, String)],
    figure: &str,
    limit: usize,
) -> Items {
    let figure = query(&[("figure", figure.to_owned())]);
    let path = format!("/v1/reports/{name}/items?limit={limit}{figure}{}{}", asked.query(), query(filters));
    items::items(ledger, &path, limit).await
}

/// What a whole selection of a list adds up to, as its first page says.
pub(crate) async fn total(ledger: &Ledger, name: &str, asked: Asked, filters: &[(&str, String)]) -> Value {
    let path = format!("/v1/{name}?limit=1&with_total=true{}{}", asked.query(), query(filters));
    let (status, mut page) = ledger.get(&path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {page}");
    page["total"].take()
}

/// All items of a list, page by page.
pub(crate) async fn list(
    ledger: &Ledger,
    name: &str,
    asked: Asked,
    filters: &[(&str, String)],
    limit: usize,
) -> Vec<Value> {
    let path = format!("/v1/{name}?limit={limit}{}{}", asked.query(), query(filters));
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let (status, mut page) = ledger.get(&format!("{path}{cursor}")).await;
        assert_eq!(status, StatusCode::OK, "{path}: {page}");
        let Value::Array(more) = page["items"].take() else { panic!("{path}: no items") };
        items.extend(more.iter().cloned());
        match page["next_cursor"].as_str() {
            None => return items,
            Some(next) => {
                assert_eq!(more.len(), limit, "{path}: only the last page is short");
                cursor = format!("&cursor={next}");
            }
        }
    }
}
