//! Paths of figures, as in the JSON of their report: `by_product_type.ticket.profit`.
//!
//! An item of a list is named by what tells it apart: its product type, status, method, kind, or `at`.

use events_schema::Timestamp;

use crate::items::figured::{Figured, Sum};

/// The figure at `path` of a report with `total` and `by_product_type`, whose rows have the figures of `row`.
pub(super) fn of_type(path: &str, row: impl Fn(&str) -> Option<Figured>) -> Option<Figured> {
    if let Some(figure) = path.strip_prefix("total.") {
        return row(figure);
    }
    let rest = path.strip_prefix("by_product_type.")?;
    // The name of a type may have dots in it: the longest one is taken after which a figure stands.
    let (product_type, made) = rest
        .rmatch_indices('.')
        .filter_map(|(dot, _)| row(&rest[dot + 1..]).map(|made| (&rest[..dot], made)))
        .last()?;
    Some(made.map(|sum: Sum| sum.given("product_type", product_type)))
}

/// The beginning of a step, and what stands after it: `2026-11-01T00:00:00+08:00.orders`.
pub(super) fn step(path: &str) -> Option<(Timestamp, &str)> {
    let (at, figure) = path.rsplit_once('.')?;
    // A + that was not escaped arrives as a blank.
    Some((at.replace(' ', "+").parse().ok()?, figure))
}
