//! Paths of figures, as in the JSON of their report: `by_product_type.ticket.profit`.
//!
//! An item of a list is named by what tells it apart: its product type, status, method, kind, or `at`.

use events_schema::{ProductType, Timestamp};

use crate::items::figured::{Figured, Sum};

/// The figure at `path` of a report with `total` and `by_product_type`, whose rows have the figures of `row`.
pub(super) fn of_type(path: &str, row: impl Fn(&str) -> Option<Figured>) -> Option<Figured> {
    if let Some(figure) = path.strip_prefix("total.") {
        return row(figure);
    }
    let (product_type, figure) = path.strip_prefix("by_product_type.")?.split_once('.')?;
    let product_type: ProductType = product_type.parse().ok()?;
    Some(row(figure)?.map(|sum: Sum| sum.given("product_type", &product_type)))
}

/// The beginning of a step, and what stands after it: `2026-11-01T00:00:00+08:00.orders`.
pub(super) fn step(path: &str) -> Option<(Timestamp, &str)> {
    let (at, figure) = path.rsplit_once('.')?;
    // A + that was not escaped arrives as a blank.
    Some((at.replace(' ', "+").parse().ok()?, figure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::items::figured::Filter;
    use crate::items::sales::report;

    #[test]
    fn a_row_is_named_by_its_product_type() {
        for (path, product_type) in [
            ("by_product_type.ticket.orders", "ticket"),
            ("by_product_type.goods_2.by_status.closed.amount", "goods_2"),
        ] {
            let Some(Figured::Sum(sum)) = report(path) else { panic!("{path} is no sum") };
            assert_eq!(sum.filters, [Filter::Given("product_type", product_type.to_owned())], "{path}");
        }
    }

    #[test]
    fn what_is_no_product_type_has_no_figures() {
        for path in [
            "by_product_type.orders",
            "by_product_type..orders",
            "by_product_type.Ticket.orders",
            "by_product_type.a.b.orders",
            "by_product_type.a\0.orders",
            "by_product_type.ticket.happiness",
        ] {
            assert!(report(path).is_none(), "{path:?}");
        }
    }
}
