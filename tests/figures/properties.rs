//! What holds between answers, whatever the figures are.

use std::collections::BTreeMap;

use serde_json::Value;

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

/// The reports that are split by product type.
const SPLIT: [&str; 5] = ["sales", "verifications", "refunds", "suppliers", "commissions"];

/// paid = prepaid + realised + refunded + refund fees, in each row.
pub(crate) async fn what_was_paid_is_somewhere(ledger: &Ledger, asked: Asked) {
    let sales = asking::report(ledger, "sales", asked, &[]).await;
    let types = sales["by_product_type"].as_array().unwrap();
    for row in types.iter().chain([&sales["total"]]) {
        let parts = ["prepaid_amount", "realised_amount", "refunded_amount", "refund_fee_amount"];
        let parts: i64 = parts.iter().map(|name| fen(&row[*name])).sum();
        assert_eq!(fen(&row["paid_amount"]), parts, "{row} over {asked:?}");
    }
}

/// Counts and amounts of all product types add up to those of the total, also inside of states.
pub(crate) async fn types_add_up(ledger: &Ledger, asked: Asked) {
    for name in SPLIT {
        let report = asking::report(ledger, name, asked, &[]).await;
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
