//! Sales and their trend (reports.md §2): the orders placed in the range, in the state they are in now.

use serde_json::{Value, json};

use super::orders::{is_paid, left};
use super::selection::Selection;
use super::split::by_product_type;
use super::steps::starts;
use super::text::{local, money, ratio};
use crate::naive::order::{NaiveOrder, STATUSES};
use crate::naive::rows::Rows;

/// The orders placed in the range.
pub(crate) fn cohort<'a>(rows: &'a Rows, selection: &Selection) -> Vec<&'a NaiveOrder> {
    let wanted = |order: &&NaiveOrder| {
        selection.has(order.placed_at) && selection.allows("product_type", order.product_type())
    };
    rows.orders.iter().filter(wanted).collect()
}

pub(crate) fn sales(rows: &Rows, selection: &Selection) -> Value {
    by_product_type(&cohort(rows, selection), |order| order.product_type(), row)
}

/// A row of the report.
pub(crate) fn row(orders: &[&&NaiveOrder]) -> Value {
    let paid: Vec<_> = orders.iter().filter(|order| is_paid(order)).collect();
    let completed: Vec<_> = paid.iter().filter(|order| order.status == "completed").collect();
    let sales: i64 = paid.iter().map(|order| order.placed.amount.minor()).sum();
    let discounts: i64 = paid.iter().map(|order| order.discount()).sum();
    let prepaid: i64 =
        paid.iter().filter(|order| order.completed_at.is_none()).map(|order| left(order)).sum();
    let realised: i64 =
        paid.iter().filter(|order| order.completed_at.is_some()).map(|order| left(order)).sum();
    let refunds: Vec<_> = paid.iter().flat_map(|order| order.completed_refunds()).collect();
    let fees: i64 = refunds.iter().map(|refund| refund.fee).sum();
    let refunded: i64 = refunds.iter().map(|refund| refund.amount - refund.fee).sum();
    let returned = paid.iter().filter(|order| order.completed_refunds().next().is_some()).count();
    let revenue: i64 = completed.iter().map(|order| left(order)).sum();
    let purchase: i64 = completed.iter().map(|order| order.cost_now()).sum();
    let commission: i64 = completed.iter().flat_map(|order| order.lines_now()).sum();
    let freight: i64 = completed.iter().map(|order| order.placed.freight.minor()).sum();
    let profit = revenue - purchase - commission - freight;
    json!({
        "orders": orders.len(),
        "unpaid_orders": orders.len() - paid.len(),
        "paid_orders": paid.len(),
        "by_status": by_status(orders),
        "sales_amount": money(sales),
        "discount_amount": money(discounts),
        "paid_amount": money(sales - discounts),
        "prepaid_amount": money(prepaid),
        "realised_amount": money(realised),
        "refunded_amount": money(refunded),
        "refund_fee_amount": money(fees),
        "revenue": money(revenue),
        "purchase_cost": money(purchase),
        "commission_cost": money(commission),
        "freight_cost": money(freight),
        "sales_cost": money(purchase + commission + freight),
        "profit": money(profit),
        "profit_margin": ratio(profit, revenue),
        "conversion_rate": ratio(count(paid.len()), count(orders.len())),
        "return_rate": ratio(count(returned), count(paid.len())),
    })
}

/// Orders and their payable amount in each of the nine statuses.
pub(crate) fn by_status(orders: &[&&NaiveOrder]) -> Vec<Value> {
    let of_status = |status: &str| {
        let orders: Vec<_> = orders.iter().filter(|order| order.status == status).collect();
        let amount: i64 = orders.iter().map(|order| order.payable()).sum();
        json!({"status": status, "orders": orders.len(), "amount": money(amount)})
    };
    STATUSES.into_iter().map(of_status).collect()
}

pub(crate) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap()
}

pub(crate) fn trend(rows: &Rows, selection: &Selection) -> Value {
    json!({"points": points(rows, selection, selection.filter("step").unwrap_or("day"))})
}

/// Every step that meets the range; a step counts what is in the range.
pub(crate) fn points(rows: &Rows, selection: &Selection, step: &str) -> Vec<Value> {
    let orders = cohort(rows, selection);
    let starts = starts(&rows.zone, selection.from, selection.to, step);
    let point = |(index, start): (usize, &i64)| {
        let end = starts.get(index + 1).copied().unwrap_or(selection.to);
        let (mut placed, mut paid, mut amounts) = (0, 0, [0, 0]);
        for order in orders.iter().filter(|order| (*start..end).contains(&order.placed_at)) {
            placed += 1;
            paid += i64::from(is_paid(order));
            amounts[usize::from(is_paid(order))] += order.payable();
        }
        json!({
            "at": local(&rows.zone, *start),
            "orders": placed,
            "paid_orders": paid,
            "paid_amount": money(amounts[1]),
            "unpaid_amount": money(amounts[0]),
        })
    };
    starts.iter().enumerate().map(point).collect()
}
