//! What the figures of the sales report, of its trend and of the big screen are made of.

use events_schema::terms::{OrderSource, OrderStatus, Term};

use crate::items::family::{MEMBERS, ORDERS, TRAVELLERS};
use crate::items::figured::{Figured, RowFigures, Span, Sum, Unit};
use crate::items::path::{of_type, step};
use crate::reports::sales_figures::amount_column;

/// The figures of a row of the sales report, without those of statuses.
const ROW: RowFigures = RowFigures {
    counts: &[
        ("orders", "orders"),
        ("unpaid_orders", "orders - paid_orders"),
        ("paid_orders", "paid_orders"),
    ],
    amounts: &[
        ("sales_amount", "sales_amount"),
        ("discount_amount", "discount_amount"),
        ("paid_amount", "sales_amount - discount_amount"),
        ("prepaid_amount", "prepaid_amount"),
        ("realised_amount", "realised_amount"),
        ("refunded_amount", "refunded_amount"),
        ("refund_fee_amount", "refund_fee_amount"),
        ("revenue", "revenue"),
        ("purchase_cost", "purchase_cost"),
        ("commission_cost", "commission_cost"),
        ("freight_cost", "freight_cost"),
        ("sales_cost", "purchase_cost + commission_cost + freight_cost"),
        ("profit", PROFIT),
    ],
    ratios: &[
        ("profit_margin", (Unit::Amount, PROFIT), (Unit::Amount, "revenue")),
        ("conversion_rate", (Unit::Count, "paid_orders"), (Unit::Count, "orders")),
        ("return_rate", (Unit::Count, "returned_orders"), (Unit::Count, "paid_orders")),
    ],
};
const PROFIT: &str = "revenue - purchase_cost - commission_cost - freight_cost";

/// The figure at `path` of a row of the sales report.
pub(super) fn row(path: &str) -> Option<Figured> {
    path.strip_prefix("by_status.").map_or_else(|| ROW.find(&ORDERS, path), status)
}

/// The figure at `path` of the sales report.
pub(super) fn report(path: &str) -> Option<Figured> {
    of_type(path, row)
}

/// `completed.orders` or `completed.amount`.
fn status(path: &str) -> Option<Figured> {
    let (status, figure) = path.split_once('.')?;
    let status = OrderStatus::from_name(status)?.as_str();
    match figure {
        "orders" => Some(Figured::count(&ORDERS, &format!("{status}_orders"))),
        "amount" => Some(Figured::amount(&ORDERS, &amount_column(status))),
        _ => None,
    }
}

/// The payable amount of orders in any of the statuses that `wanted` takes.
fn payable(wanted: impl Fn(OrderStatus) -> bool) -> Figured {
    let statuses = OrderStatus::ALL.iter().filter(|status| wanted(**status));
    let columns: Vec<_> = statuses.map(|status| amount_column(status.as_str())).collect();
    Figured::amount(&ORDERS, &columns.join(" + "))
}

/// The figure at `path` of the trend: `points.2026-11-01T00:00:00+08:00.paid_orders`.
pub(super) fn trend(path: &str) -> Option<Figured> {
    points(path.strip_prefix("points.")?)
}

fn points(path: &str) -> Option<Figured> {
    let (start, figure) = step(path)?;
    let made = match figure {
        "orders" | "paid_orders" => Figured::count(&ORDERS, figure),
        "paid_amount" => payable(OrderStatus::is_paid),
        "unpaid_amount" => payable(|status| !status.is_paid()),
        _ => return None,
    };
    Some(made.map(|sum| sum.over(Span::Step(start))))
}

/// The figure at `path` of the big screen.
pub(super) fn screen(path: &str) -> Option<Figured> {
    let (section, rest) = path.split_once('.').unwrap_or((path, ""));
    match (section, rest) {
        ("orders", "") => Some(Figured::count(&ORDERS, "orders")),
        ("amount", "") => Some(payable(|_| true)),
        ("paid", "orders") => Some(Figured::count(&ORDERS, "paid_orders")),
        ("paid", "amount") => Some(payable(OrderStatus::is_paid)),
        ("unpaid", "orders") => Some(Figured::count(&ORDERS, "orders - paid_orders")),
        ("unpaid", "amount") => Some(payable(|status| !status.is_paid())),
        ("by_status", _) => status(rest),
        ("by_product_type", _) => screen_of_type(path),
        ("trend", _) => points(rest),
        ("members", _) => {
            let (start, figure) = step(rest)?;
            (figure == "registered")
                .then(|| Figured::count(&MEMBERS, "members").map(|sum| sum.over(Span::Step(start))))
        }
        ("by_source", _) => of_source(rest),
        ("visitors", _) => visitors(rest),
        _ => None,
    }
}

/// A figure of one product type on the big screen. Its share is that of all orders.
fn screen_of_type(path: &str) -> Option<Figured> {
    let made = of_type(path, |figure| match figure {
        "orders" | "paid_orders" => Some(Figured::count(&ORDERS, figure)),
        "unpaid_orders" => Some(Figured::count(&ORDERS, "orders - paid_orders")),
        "amount" => Some(payable(|_| true)),
        "paid_amount" => Some(payable(OrderStatus::is_paid)),
        "unpaid_amount" => Some(payable(|status| !status.is_paid())),
        "share" => Some(share(Sum::new(&ORDERS, Unit::Count, "orders"))),
        _ => None,
    })?;
    Some(match made {
        Figured::Ratio { numerator, .. } => share(numerator),
        sum @ Figured::Sum(_) => sum,
    })
}

/// The ratio of `numerator` and all orders.
fn share(numerator: Sum) -> Figured {
    Figured::Ratio { numerator, denominator: Sum::new(&ORDERS, Unit::Count, "orders") }
}

/// `pc.orders` or `pc.share`.
fn of_source(path: &str) -> Option<Figured> {
    let (source, figure) = path.split_once('.')?;
    let source = OrderSource::from_name(source)?;
    let orders = || Sum::new(&TRAVELLERS, Unit::Count, "orders").of("source", [source]);
    match figure {
        "orders" => Some(Figured::Sum(orders())),
        "share" => Some(share(orders())),
        _ => None,
    }
}

fn visitors(figure: &str) -> Option<Figured> {
    let travellers = |terms| Sum::new(&TRAVELLERS, Unit::Count, terms);
    let share = |terms| Figured::Ratio {
        numerator: travellers(terms),
        denominator: travellers("male_travellers + female_travellers"),
    };
    match figure {
        "male" => Some(Figured::Sum(travellers("male_travellers"))),
        "female" => Some(Figured::Sum(travellers("female_travellers"))),
        "unknown" => Some(Figured::Sum(travellers("unknown_travellers"))),
        "male_share" => Some(share("male_travellers")),
        "female_share" => Some(share("female_travellers")),
        _ => None,
    }
}
