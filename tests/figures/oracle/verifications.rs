//! Verifications (reports.md §3): orders completed in the range, as they stood at that moment.

use serde_json::{Value, json};

use super::selection::Selection;
use super::split::by_product_type;
use super::text::money;
use crate::naive::rows::{Rows, Verification};

pub(crate) fn verifications(rows: &Rows, selection: &Selection) -> Value {
    let wanted = |verification: &&Verification| {
        selection.has(verification.completed_at)
            && selection.allows("product_type", &verification.product_type)
    };
    let verifications: Vec<_> = rows.verifications.iter().filter(wanted).collect();
    by_product_type(&verifications, |verification| &verification.product_type, row)
}

fn row(verifications: &[&&Verification]) -> Value {
    let sum =
        |of: fn(&Verification) -> i64| verifications.iter().map(|verification| of(verification)).sum::<i64>();
    let (amount, cost) = (sum(|verification| verification.amount), sum(|verification| verification.cost));
    json!({
        "orders": verifications.len(),
        "packages": sum(|verification| verification.packages),
        "amount": money(amount),
        "cost": money(cost),
        "profit": money(amount - cost),
    })
}
