//! All figures of a report, each with its path.

use serde_json::Value;

/// Members of a report and of its items that are no figures.
const WORDS: [&str; 14] = [
    "report",
    "from",
    "to",
    "time_zone",
    "currency",
    "position",
    "step",
    "latest",
    "product_type",
    "status",
    "direction",
    "mode",
    "kind",
    "source",
];
/// What tells the items of a list apart.
const NAMES: [&str; 7] = ["product_type", "status", "method", "kind", "source", "at", "mode"];

/// The figures of `report`, each with its path, such as `by_product_type.ticket.profit`: a count, an amount or a ratio,
/// which is null when it has no denominator.
pub fn leaves(report: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    walk(report, &mut Vec::new(), &mut found);
    found
}

fn walk<'a>(value: &'a Value, path: &mut Vec<&'a str>, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_word = WORDS.contains(&name.as_str()) || is_name(name) && member.is_string();
                if !is_word {
                    path.push(name);
                    walk(member, path, found);
                    path.pop();
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                let Some(name) = NAMES.iter().find_map(|name| item[name].as_str()) else { continue };
                path.push(name);
                walk(item, path, found);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.push((path.join("."), value.clone()));
        }
    }
}

fn is_name(name: &str) -> bool {
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn figures_are_found_and_words_are_not() {
        let report = json!({
            "report": "x", "from": "2026-11-01T00:00:00+08:00", "position": 7, "step": "day",
            "total": { "orders": 2, "profit_margin": null, "by_status": [{ "status": "closed", "orders": 1 }] },
            "by_product_type": [{ "product_type": "ticket", "profit": "1.00" }],
            "by_method": [{ "method": "alipay", "mode": "online", "income": { "count": 3 } }],
            "by_kind": [{ "kind": "recharge", "direction": "income", "amount": "4.00" }],
            "points": [{ "at": "2026-11-01T00:00:00+08:00", "orders": 5 }],
            "latest": [{ "product_name": "故宫门票", "amount": "6.00" }],
        });
        let mut found: Vec<_> =
            leaves(&report).into_iter().map(|(path, value)| format!("{path} = {value}")).collect();
        let mut expected = [
            "total.orders = 2",
            "total.profit_margin = null",
            "total.by_status.closed.orders = 1",
            "by_product_type.ticket.profit = \"1.00\"",
            "by_method.alipay.income.count = 3",
            "by_kind.recharge.amount = \"4.00\"",
            "points.2026-11-01T00:00:00+08:00.orders = 5",
        ];
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected);
    }
}
