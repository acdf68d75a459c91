//! Cells as sums of rows.

use std::collections::BTreeMap;

use events_schema::terms::Term;
use events_schema::{Calendar, Grain, Timestamp};

use super::{Row, Tables, number, word};
use crate::change::CellTable;

/// Cells by the literals of their key columns.
pub(super) type Cells = BTreeMap<Vec<String>, BTreeMap<String, i64>>;

/// What one row adds to cells.
struct Part<'a> {
    table: &'static str,
    /// The owner as a literal, where cells have one.
    owner: Option<&'a str>,
    at: i64,
    dimensions: Vec<&'a str>,
    sums: Vec<(String, i64)>,
}

/// All together, as a literal.
const TOGETHER: &str = "''";

/// The figures that the state of an order and a cell share.
const SHARED: [&str; 11] = [
    "paid_orders",
    "returned_orders",
    "sales_amount",
    "discount_amount",
    "prepaid_amount",
    "realised_amount",
    "refunded_amount",
    "refund_fee_amount",
    "consumed_purchase_cost",
    "consumed_commission_cost",
    "freight_expense",
];
/// The figures of a cell that an order adds to while it is completed, and what of its state it adds.
const COMPLETED: [(&str, &str); 4] = [
    ("revenue", "realised_amount"),
    ("purchase_cost", "consumed_purchase_cost"),
    ("commission_cost", "consumed_commission_cost"),
    ("freight_cost", "freight_expense"),
];

/// Every cell that the rows come to, by table.
pub(super) fn of(tables: &Tables, calendar: &Calendar) -> BTreeMap<&'static str, Cells> {
    let mut all = BTreeMap::<_, Cells>::new();
    for part in parts(tables) {
        for grain in [Grain::Hour, Grain::Day, Grain::Month, Grain::Year] {
            let is_own = part.owner.is_some_and(|owner| owner != TOGETHER);
            if is_own && matches!(grain, Grain::Hour | Grain::Year) {
                continue;
            }
            let start = calendar.start(grain, Timestamp::from_micros(part.at)).micros().to_string();
            let mut key = vec![format!("'{grain}'")];
            key.extend(part.owner.map(str::to_owned));
            key.push(start);
            key.extend(part.dimensions.iter().map(|dimension| (*dimension).to_owned()));
            let cell = all.entry(part.table).or_default().entry(key).or_default();
            for (figure, amount) in &part.sums {
                *cell.entry(figure.clone()).or_default() += amount;
            }
        }
    }
    all
}

fn parts(tables: &Tables) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    for (order, state) in tables.rows("orders").zip(tables.rows("order_states")) {
        parts.push(sales(order, state));
        parts.push(trend(order, state));
        parts.push(Part {
            table: "source_cells",
            dimensions: vec![&order["source"]],
            sums: counted("orders", order, &["male_travellers", "female_travellers", "unknown_travellers"]),
            ..at(order, "placed_at")
        });
        if let Some(sums) = by_state(state, "settlement_state", 1, "settlement_amount") {
            for owner in [TOGETHER, &state["supplier_id"]] {
                let (table, owner, sums) = ("settlement_cells", Some(owner), sums.clone());
                parts.push(Part { table, owner, sums, ..typed(state, "paid_at") });
            }
        }
        if let Some(sums) = by_state(state, "commission_state", 1, "commission_amount") {
            let (table, owner) = ("commission_cells", Some(TOGETHER));
            parts.push(Part { table, owner, sums, ..typed(state, "placed_at") });
        }
    }
    for line in tables.rows("commissions").filter(|line| number(line, "original_amount") > 0) {
        if let Some(sums) = by_state(line, "state", number(line, "counts"), "amount") {
            let (table, owner) = ("commission_cells", Some(line["distributor_id"].as_str()));
            parts.push(Part { table, owner, sums, ..typed(line, "placed_at") });
        }
    }
    parts.extend(tables.rows("verifications").map(|row| Part {
        table: "verification_cells",
        sums: counted("orders", row, &["packages", "amount", "cost"]),
        ..typed(row, "completed_at")
    }));
    parts.extend(tables.rows("refunds").map(refund));
    parts.extend(tables.rows("journal_lines").map(|line| journal(line, tables)));
    let plain = [
        ("cash_entries", "cash_cells", "occurred_at", vec!["kind", "method"], "entries", vec!["amount"]),
        ("balance_entries", "balance_cells", "occurred_at", vec!["kind"], "entries", vec!["change"]),
        ("members", "member_cells", "registered_at", vec![], "members", vec![]),
        (
            "withdrawals",
            "withdrawal_cells",
            "requested_at",
            vec!["payee_kind", "method", "state"],
            "withdrawals",
            vec!["amount"],
        ),
    ];
    for (rows, table, instant, dimensions, count, figures) in plain {
        parts.extend(tables.rows(rows).map(|row| Part {
            table,
            dimensions: dimensions.iter().map(|dimension| row[*dimension].as_str()).collect(),
            sums: counted(count, row, &figures),
            ..at(row, instant)
        }));
    }
    parts
}

fn at<'a>(row: &'a Row, instant: &str) -> Part<'a> {
    Part { table: "", owner: None, at: number(row, instant), dimensions: Vec::new(), sums: Vec::new() }
}

/// A part whose one dimension is the type of product.
fn typed<'a>(row: &'a Row, instant: &str) -> Part<'a> {
    Part { dimensions: vec![&row["product_type"]], ..at(row, instant) }
}

/// The row itself under `count`, and the figures that it has.
fn counted(count: &str, row: &Row, figures: &[&str]) -> Vec<(String, i64)> {
    let figures = figures.iter().map(|figure| ((*figure).to_owned(), number(row, figure)));
    figures.chain([(count.to_owned(), 1)]).collect()
}

/// Orders and an amount under a state; nothing where there is none.
fn by_state(row: &Row, state: &str, orders: i64, amount: &str) -> Option<Vec<(String, i64)>> {
    let state = word(row, state)?;
    Some(vec![(format!("{state}_orders"), orders), (format!("{state}_amount"), number(row, amount))])
}

fn sales<'a>(order: &'a Row, state: &'a Row) -> Part<'a> {
    let status = word(state, "status").unwrap();
    let amount =
        if status == "refunded" { "refunded_status_amount".into() } else { format!("{status}_amount") };
    let mut sums = counted("orders", state, &SHARED);
    sums.extend([(format!("{status}_orders"), 1), (amount, number(order, "payable"))]);
    let mut add = |condition: bool, figure: &str, column| {
        sums.extend(condition.then(|| (figure.to_owned(), number(state, column))));
    };
    for (figure, column) in COMPLETED {
        add(status == "completed", figure, column);
    }
    let (cost, unsettled) = ("consumed_purchase_cost", word(state, "settlement_state") == Some("unsettled"));
    add(unsettled, "accrued_purchase_cost", cost);
    add(order["supplier_id"] == "NULL", "own_purchase_cost", cost);
    add(number(state, "consumed_orders") == 1, "consumed_freight", "freight_expense");
    Part { table: "sales_cells", sums, ..typed(state, "placed_at") }
}

fn trend<'a>(order: &'a Row, state: &'a Row) -> Part<'a> {
    let (paid, payable) = (number(state, "paid_orders"), number(order, "payable"));
    let amount = if paid == 1 { "paid_amount" } else { "unpaid_amount" };
    let sums = vec![("orders".into(), 1), ("paid_orders".into(), paid), (amount.into(), payable)];
    Part { table: "trend_cells", sums, ..at(state, "placed_at") }
}

fn refund(row: &Row) -> Part<'_> {
    let state = word(row, "state").unwrap();
    let mut sums =
        vec![("requests".into(), 1), ("requested_amount".into(), number(row, "amount")), (state.into(), 1)];
    if state == "completed" {
        let (amount, fee) = (number(row, "amount"), number(row, "fee"));
        sums.extend([("refund_fee_amount".into(), fee), ("refunded_amount".into(), amount - fee)]);
    }
    Part { table: "refund_cells", sums, ..typed(row, "requested_at") }
}

/// A line of the journal, by the date of its entry.
fn journal<'a>(line: &'a Row, tables: &'a Tables) -> Part<'a> {
    let entry = &tables.0["journal_entries"][&[number(line, "position"), 0]];
    let amount = number(line, "amount");
    let sums =
        vec![("lines".into(), 1), ("debit".into(), amount.max(0)), ("credit".into(), (-amount).max(0))];
    Part { table: "journal_cells", dimensions: vec![&line["account"]], sums, ..at(entry, "date") }
}

/// Fails unless the cells of a table are the wanted ones.
pub(super) fn compare(table: &CellTable, rows: &[Row], mut wanted: Cells) {
    for row in rows {
        let key: Vec<_> = table.key.iter().map(|column| row[*column].clone()).collect();
        // A withdrawal that was decided has left the cell of its state before, perhaps as the last one.
        let left = table.name == "withdrawal_cells";
        let sums = wanted.remove(&key);
        assert!(sums.is_some() || left, "no row adds to {row:?} of {}", table.name);
        for figure in table.sums {
            let wanted = sums.as_ref().and_then(|sums| sums.get(*figure)).copied().unwrap_or(0);
            assert_eq!(number(row, figure), wanted, "{figure} of {key:?} in {}", table.name);
        }
    }
    assert!(wanted.is_empty(), "cells of {} are missing: {wanted:?}", table.name);
}

/// Fails unless hours, days, months and years come to the same, and all together to what everybody comes to.
pub(super) fn add_up(table: &CellTable, rows: &[Row]) {
    let is_owned = table.key[1] != "start";
    let sum = |grain: Grain, owner: &dyn Fn(&Row) -> bool, figure: &str| -> i64 {
        let of_grain = |row: &&Row| word(row, "grain") == Some(grain.as_str()) && owner(row);
        rows.iter().filter(of_grain).map(|row| number(row, figure)).sum()
    };
    let together = |row: &Row| !is_owned || row[table.key[1]] == TOGETHER;
    let apart = |row: &Row| !together(row);
    for figure in table.sums {
        let month = sum(Grain::Month, &together, figure);
        assert_eq!(sum(Grain::Day, &together, figure), month, "{figure} of days in {}", table.name);
        assert_eq!(sum(Grain::Hour, &together, figure), month, "{figure} of hours in {}", table.name);
        assert_eq!(sum(Grain::Year, &together, figure), month, "{figure} of years in {}", table.name);
        for grain in [Grain::Hour, Grain::Year] {
            assert_eq!(sum(grain, &apart, figure), 0, "nobody has a {grain} in {}", table.name);
        }
        // An order of two distributors is one order of all together.
        let is_shared = table.name == "commission_cells" && figure.ends_with("_orders");
        if is_owned && !is_shared {
            assert_eq!(sum(Grain::Month, &apart, figure), month, "{figure} of all in {}", table.name);
            assert_eq!(sum(Grain::Day, &apart, figure), month, "{figure} of all days in {}", table.name);
        }
    }
}
