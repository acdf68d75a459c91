//! The answer of /v1/audit/tie-outs as tables, for people.

use std::fmt::Write as _;

use serde_json::Value;

/// What is said in the end where something differs.
const DIFFERS: &str = "not everything ties out: `ledger rebuild` makes the read models anew from the log, which this left as it is\n";

/// Columns of a table: all but the first few are numbers, which stand on the right.
struct Table {
    words: usize,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table whose first columns are words.
    fn new(words: usize, heading: &[&str]) -> Self {
        Self { words, rows: vec![heading.iter().map(|&text| text.to_owned()).collect()] }
    }

    fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    fn write(&self, out: &mut String) {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        for row in &self.rows {
            let cell = |(column, text): (usize, &String)| {
                let width = widths.get(column).copied().unwrap_or(0);
                if column < self.words { format!("{text:<width$}") } else { format!("{text:>width$}") }
            };
            let line: Vec<_> = row.iter().enumerate().map(cell).collect();
            out.push_str(line.join("  ").trim_end());
            out.push('\n');
        }
        out.push('\n');
    }
}

/// All of it.
pub(super) fn tables(tie_outs: &Value) -> String {
    let mut out = String::new();
    let recorded = tie_outs["recorded_at"].as_str().map(|at| format!(", recorded {at}"));
    writeln!(out, "position {}{}", tie_outs["position"], recorded.unwrap_or_default())
        .and_then(|()| writeln!(out, "all amounts in {}\n", text(&tie_outs["currency"])))
        .expect("a text in memory takes any number of characters");
    checks(tie_outs).write(&mut out);
    out.push_str("money that is not booked (未入账资金), by parked events\n");
    unbooked(&tie_outs["bridges"]["money_not_booked"]).write(&mut out);
    out.push_str("from the result of the journal to the profit of the sales report\n");
    profit(&tie_outs["bridges"]["journal_to_sales_profit"]).write(&mut out);
    let holds = tie_outs["holds"] == true;
    out.push_str(if holds { "everything ties out\n" } else { DIFFERS });
    out
}

/// What does not tie out, in words.
pub(super) fn differences(tie_outs: &Value) -> Vec<String> {
    let differing = list(&tie_outs["checks"]).iter().filter(|check| check["holds"] != true);
    let sentence = |check: &Value| {
        let [account, figure, balance, amount, difference] =
            ["account", "figure", "balance", "amount", "difference"].map(|name| text(&check[name]));
        let since = check["first_event"].as_u64();
        let since = since.map(|position| format!(", since the event at position {position}"));
        format!(
            "{account} is {balance} and {figure} is {amount}: a difference of {difference}{}",
            since.unwrap_or_default()
        )
    };
    differing.map(sentence).collect()
}

fn checks(tie_outs: &Value) -> Table {
    let mut table = Table::new(2, &["account", "must equal", "balance", "figure", "difference"]);
    for check in list(&tie_outs["checks"]) {
        table.row(
            ["account", "figure", "balance", "amount", "difference"].map(|name| text(&check[name])).to_vec(),
        );
    }
    table
}

fn unbooked(bridge: &Value) -> Table {
    let mut table = Table::new(1, &["method", "events", "income", "expense"]);
    let row = |name: String, sums: &Value| {
        let amounts = [&sums["income"]["amount"], &sums["expense"]["amount"]].map(text);
        [vec![name, sums["count"].to_string()], amounts.to_vec()].concat()
    };
    for of_method in list(&bridge["by_method"]) {
        let method = of_method["method"].as_str().unwrap_or("(not said)");
        table.row(row(method.to_owned(), of_method));
    }
    table.row(row("all".to_owned(), &bridge["total"]));
    table
}

fn profit(bridge: &Value) -> Table {
    let mut table = Table::new(1, &["", "amount"]);
    table.row(vec!["journal result".to_owned(), text(&bridge["journal_result"])]);
    for line in list(&bridge["lines"]) {
        table.row(vec![text(&line["what"]).replace('_', " "), text(&line["amount"])]);
    }
    table.row(vec!["sales profit".to_owned(), text(&bridge["sales_profit"])]);
    table
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(difference: &str) -> Value {
        json!({
            "position": 12, "recorded_at": "2026-11-01T09:30:00+08:00", "currency": "CNY", "holds": difference == "0.00",
            "checks": [{
                "account": "prepayments", "figure": "sales.total.prepaid_amount", "balance": "128.00",
                "amount": "120.00", "difference": difference, "holds": difference == "0.00", "first_event": 7
            }],
            "bridges": {
                "money_not_booked": {
                    "by_method": [{ "method": null, "count": 2, "income": { "amount": "0.00" }, "expense": { "amount": "1.50" } }],
                    "total": { "count": 2, "income": { "amount": "0.00" }, "expense": { "amount": "1.50" } }
                },
                "journal_to_sales_profit": {
                    "journal_result": "35.00", "sales_profit": "30.00",
                    "lines": [{ "what": "refund_fees", "amount": "-5.00" }]
                }
            }
        })
    }

    #[test]
    fn tables_have_columns_under_each_other() {
        let shown = tables(&answer("0.00"));
        for line in [
            "account      must equal                  balance  figure  difference",
            "prepayments  sales.total.prepaid_amount   128.00  120.00        0.00",
            "(not said)       2    0.00     1.50",
            "journal result   35.00",
            "refund fees      -5.00",
            "everything ties out",
        ] {
            assert!(shown.lines().any(|shown| shown == line), "{line} in\n{shown}");
        }
        assert!(differences(&answer("0.00")).is_empty());
    }

    #[test]
    fn a_difference_names_account_figure_amount_and_event() {
        let expected = "prepayments is 128.00 and sales.total.prepaid_amount is 120.00: a difference of 8.00, since the \
            event at position 7";
        assert_eq!(differences(&answer("8.00")), [expected]);
        assert!(tables(&answer("8.00")).ends_with(DIFFERS));
    }
}
