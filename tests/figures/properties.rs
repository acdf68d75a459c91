//! What holds between answers, whatever the figures are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::asking;
use super::ledger::Ledger;
use super::ranges::Asked;

/// An amount in fen.
pub(crate) fn fen(text: &Value) -> i64 {
    let text = text.as_str().unwrap_or_else(|| panic!("{text} is no amount"));
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (units, cents) = digits.split_once('.').unwrap();
    assert_eq!(cents.len(), 2, "{text}");
    sign * (units.parse::<i64>().unwrap() * 100 + cents.parse::<i64>().unwrap())
}

fn sum(items: &[Value], name: &str) -> i64 {
    items.iter().map(|item| fen(&item[name])).sum()
}

/// Of each word in the field `by`: how many items have it, and their amount.
fn by_word(items: &[Value], by: &str, amount: &str) -> BTreeMap<String, (usize, i64)> {
    let mut words = BTreeMap::<String, (usize, i64)>::new();
    for item in items {
        let sums = words.entry(item[by].as_str().unwrap().to_owned()).or_default();
        *sums = (sums.0 + 1, sums.1 + fen(&item[amount]));
    }
    words
}

/// paid = prepaid + realised + refunded + refund fees, in each row; and the rows of types add up to the total.
pub(crate) async fn sales_add_up(ledger: &Ledger, asked: Asked) {
    let sales = asking::report(ledger, "sales", asked, &[]).await;
    let types = sales["by_product_type"].as_array().unwrap();
    for row in types.iter().chain([&sales["total"]]) {
        let parts = ["prepaid_amount", "realised_amount", "refunded_amount", "refund_fee_amount"];
        let parts: i64 = parts.iter().map(|name| fen(&row[*name])).sum();
        assert_eq!(fen(&row["paid_amount"]), parts, "{row} over {asked:?}");
    }
    types_add_up("sales", &sales, asked);
}

/// Counts and amounts of all product types add up to those of the total, also inside of states.
pub(crate) fn types_add_up(name: &str, report: &Value, asked: Asked) {
    let mut sums = BTreeMap::new();
    for of_type in report["by_product_type"].as_array().unwrap() {
        collect("", of_type, &mut sums);
    }
    let mut total = BTreeMap::new();
    collect("", &report["total"], &mut total);
    total.retain(|_, figure| *figure != 0);
    sums.retain(|_, figure| *figure != 0);
    assert_eq!(sums, total, "{name} over {asked:?}: the types are not the total");
}

/// Adds each count and amount to `sums`, by its place. Ratios, which have four decimals, do not add up.
fn collect(place: &str, value: &Value, sums: &mut BTreeMap<String, i64>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                collect(&format!("{place}.{name}"), value, sums);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                collect(&format!("{place}[{index}]"), value, sums);
            }
        }
        Value::Number(count) => *sums.entry(place.to_owned()).or_default() += count.as_i64().unwrap(),
        Value::String(text) if is_amount(text) => *sums.entry(place.to_owned()).or_default() += fen(value),
        Value::String(_) | Value::Null | Value::Bool(_) => {}
    }
}

fn is_amount(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.trim_start_matches('-')
        .split_once('.')
        .is_some_and(|(units, cents)| digits(units) && digits(cents) && cents.len() == 2)
}

/// The hours of each local day add up to that day.
pub(crate) async fn hours_add_up_to_days(ledger: &Ledger, asked: Asked) {
    let by_day = async |step: &str| {
        let filters = [("step", step.to_owned())];
        let trend = asking::report(ledger, "sales/trend", asked, &filters).await;
        let mut days = BTreeMap::<String, [i64; 4]>::new();
        for point in trend["points"].as_array().unwrap() {
            let day = &point["at"].as_str().unwrap()[..10];
            let sums = days.entry(day.to_owned()).or_default();
            sums[0] += point["orders"].as_i64().unwrap();
            sums[1] += point["paid_orders"].as_i64().unwrap();
            sums[2] += fen(&point["paid_amount"]);
            sums[3] += fen(&point["unpaid_amount"]);
        }
        days
    };
    assert_eq!(by_day("hour").await, by_day("day").await, "hours and days over {asked:?}");
}

/// The list of orders adds up to the sales report.
pub(crate) async fn orders_add_up(ledger: &Ledger, asked: Asked) {
    let sales = asking::report(ledger, "sales", asked, &[]).await;
    let orders = asking::list(ledger, "orders", asked, &[], 500).await;
    assert_eq!(sales["total"]["orders"], json!(orders.len()));
    let listed = by_word(&orders, "status", "payable");
    for status in sales["total"]["by_status"].as_array().unwrap() {
        let (orders, amount) = listed.get(status["status"].as_str().unwrap()).copied().unwrap_or_default();
        assert_eq!((&status["orders"], fen(&status["amount"])), (&json!(orders), amount), "{asked:?}");
    }
}

/// The lists of income and expense add up to the cash report, by kind as well.
pub(crate) async fn cash_adds_up(ledger: &Ledger, asked: Asked) {
    let cash = asking::report(ledger, "cash", asked, &[]).await;
    for direction in ["income", "expense"] {
        let filters = [("direction", direction.to_owned())];
        let entries = asking::list(ledger, "cash-entries", asked, &filters, 500).await;
        let listed = json!({"count": entries.len(), "amount": sum(&entries, "amount")});
        let told = json!({"count": cash[direction]["count"], "amount": fen(&cash[direction]["amount"])});
        assert_eq!(listed, told, "{direction} over {asked:?}");
        let listed = by_word(&entries, "kind", "amount");
        for kind in cash["by_kind"].as_array().unwrap().iter().filter(|kind| kind["direction"] == direction) {
            let (count, amount) = listed.get(kind["kind"].as_str().unwrap()).copied().unwrap_or_default();
            assert_eq!((&kind["count"], fen(&kind["amount"])), (&json!(count), amount), "{asked:?}");
        }
    }
    assert_eq!(
        fen(&cash["closing_balance"]),
        fen(&cash["opening_balance"]) + fen(&cash["income"]["amount"]) - fen(&cash["expense"]["amount"])
    );
}
