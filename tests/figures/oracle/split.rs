//! A figure of all rows together, and of each product type with a row in the selection.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// `total` and `by_product_type`, sorted by name, of `figure`, which is an object.
pub(crate) fn by_product_type<T>(
    rows: &[T],
    product_type: impl Fn(&T) -> &str,
    figure: impl Fn(&[&T]) -> Value,
) -> Value {
    let mut types = BTreeMap::<&str, Vec<&T>>::new();
    for row in rows {
        types.entry(product_type(row)).or_default().push(row);
    }
    let of_type = |(name, rows): (&str, Vec<&T>)| {
        let mut of_type = figure(&rows);
        of_type["product_type"] = json!(name);
        of_type
    };
    json!({
        "total": figure(&rows.iter().collect::<Vec<_>>()),
        "by_product_type": types.into_iter().map(of_type).collect::<Vec<_>>(),
    })
}
