//! The same tables, computed in the simplest way from what everything came to in the end.

use std::collections::BTreeMap;

use events_schema::terms::OrderStatus;
use events_schema::{Calendar, Grain, Timestamp};
use ledger_core::entities::Order;

use crate::dump::Dump;
use crate::history::History;

type Row = BTreeMap<String, String>;

/// Fails unless the tables hold what the history came to.
pub(super) fn check(history: &History, tables: &Dump) {
    let calendar = Calendar::new("Asia/Shanghai").unwrap();
    let orders: Vec<Row> = tables["orders"].iter().map(|row| columns(row)).collect();
    let entries: Vec<Row> = tables["cash_entries"].iter().map(|row| columns(row)).collect();
    let (entities, births) = history.entities();
    assert_eq!(orders.len(), births.len());
    for (row, birth) in orders.iter().zip(births) {
        check_order(row, entities.order(birth).unwrap().unwrap());
    }
    for (grain, name) in [(Grain::Hour, "hour"), (Grain::Day, "day"), (Grain::Month, "month")] {
        let start = |row: &Row, column: &str| {
            calendar.start(grain, Timestamp::from_micros(number(row, column))).micros().to_string()
        };
        let sales = orders.iter().map(|row| {
            let status = row["status"].trim_matches('\'');
            let of_status = if status == "refunded" {
                "refunded_status_amount".into()
            } else {
                format!("{status}_amount")
            };
            let mut sums: BTreeMap<_, _> =
                SHARED.iter().map(|figure| ((*figure).to_owned(), number(row, figure))).collect();
            sums.extend([
                ("orders".into(), 1),
                (format!("{status}_orders"), 1),
                (of_status, number(row, "payable")),
            ]);
            ([start(row, "placed_at"), row["product_type"].clone(), String::new()], sums)
        });
        compare(&tables[&format!("sales_{name}")], ["start", "product_type", ""], sales);
        let cash = entries.iter().map(|row| {
            let sums =
                BTreeMap::from([("entries".to_owned(), 1), ("amount".to_owned(), number(row, "amount"))]);
            ([start(row, "occurred_at"), row["kind"].clone(), row["method"].clone()], sums)
        });
        compare(&tables[&format!("cash_{name}")], ["start", "kind", "method"], cash);
    }
}

/// The figures that a row of an order and a cell share.
const SHARED: [&str; 12] = [
    "paid_orders",
    "returned_orders",
    "sales_amount",
    "discount_amount",
    "prepaid_amount",
    "realised_amount",
    "refunded_amount",
    "refund_fee_amount",
    "revenue",
    "purchase_cost",
    "commission_cost",
    "freight_cost",
];

/// A dumped row by column.
fn columns(row: &str) -> Row {
    let pair = |column: &str| {
        let (name, value) = column.split_once(" = ").unwrap_or_else(|| panic!("{column} in {row}"));
        (name.to_owned(), value.to_owned())
    };
    // The texts of the histories have no such comma, but for those in JSON.
    let columns = row.split(", ").map(pair);
    columns.collect()
}

fn number(row: &Row, column: &str) -> i64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column} of {row:?}"))
}

/// Fails unless the cells are the sums of these shares.
fn compare(
    cells: &[String],
    key: [&str; 3],
    shares: impl Iterator<Item = ([String; 3], BTreeMap<String, i64>)>,
) {
    let mut expected: BTreeMap<[String; 3], BTreeMap<String, i64>> = BTreeMap::new();
    for (place, share) in shares {
        let sums = expected.entry(place).or_default();
        for (figure, amount) in share {
            *sums.entry(figure).or_default() += amount;
        }
    }
    for cell in cells {
        let cell = columns(cell);
        let place = key.map(|column| cell.get(column).cloned().unwrap_or_default());
        let sums = expected.remove(&place).unwrap_or_else(|| panic!("no row adds to {cell:?}"));
        for figure in cell.keys().filter(|column| !key.contains(&column.as_str())) {
            assert_eq!(
                number(&cell, figure),
                sums.get(figure).copied().unwrap_or(0),
                "{figure} of {place:?}"
            );
        }
    }
    assert!(expected.is_empty(), "cells are missing: {expected:?}");
}

/// The definitions of the report, once more and word for word.
fn check_order(row: &Row, order: &Order) {
    use OrderStatus::{AwaitingConfirmation, AwaitingPayment, Closed, Completed, Refunded};
    let status = order.figures.status;
    let is_paid = !matches!(status, AwaitingConfirmation | AwaitingPayment | Closed);
    let completed: Vec<_> =
        order.refunds.iter().filter(|refund| refund.state.to_string() == "completed").collect();
    let gross: i64 = completed.iter().map(|refund| refund.amount.minor()).sum();
    let fees: i64 = completed.iter().map(|refund| refund.fee.minor()).sum();
    let paid = order.payment.as_ref().map_or(0, |payment| payment.amount.minor());
    let left = paid - gross;
    let shrunk = |cost: i64| match paid {
        _ if status == Refunded => 0,
        0 => cost,
        _ => cost - (2 * cost * gross + paid) / (2 * paid),
    };
    let discounts: i64 = order.facts.discounts.iter().map(|discount| discount.amount.minor()).sum();
    let cost =
        order.facts.supplier.as_ref().map_or(order.facts.quoted_cost, |supplier| supplier.cost).minor();
    let commissions: i64 = order.facts.commissions.iter().map(|line| shrunk(line.amount.minor())).sum();
    let when = |condition: bool, amount: i64| if condition { amount } else { 0 };
    let (is_consumed, is_completed) = (row["completed_at"] != "NULL", status == Completed);
    for (column, expected) in [
        ("position", order.last.as_i64()),
        ("payable", order.facts.amount.minor() - discounts),
        ("paid", paid),
        ("refunded_gross", gross),
        ("purchase_cost_now", shrunk(cost)),
        ("commission_cost_now", commissions),
        ("paid_orders", is_paid.into()),
        ("returned_orders", (!completed.is_empty()).into()),
        ("sales_amount", when(is_paid, order.facts.amount.minor())),
        ("discount_amount", when(is_paid, discounts)),
        ("prepaid_amount", when(is_paid && !is_consumed, left)),
        ("realised_amount", when(is_paid && is_consumed, left)),
        ("refunded_amount", gross - fees),
        ("refund_fee_amount", fees),
        ("revenue", when(is_completed, left)),
        ("purchase_cost", when(is_completed, shrunk(cost))),
        ("commission_cost", when(is_completed, commissions)),
        ("freight_cost", when(is_completed, order.facts.freight.minor())),
    ] {
        assert_eq!(number(row, column), expected, "{column} of {order:?}");
    }
    assert_eq!(row["status"], format!("'{status}'"));
}
