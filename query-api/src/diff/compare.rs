//! The figures of two reports side by side.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diff::answer::{FigureChange, Number};
use crate::figure::{Amount, Ratio};
use crate::problem::Problem;

/// A figure at two moments, where it is there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pair {
    pub(super) before: Option<Number>,
    pub(super) after: Option<Number>,
}

/// Decimals of amounts, and of ratios.
const AMOUNT_DECIMALS: usize = 2;
const RATIO_DECIMALS: usize = 4;

/// The figures that differ, sorted by their names. A count or an amount that is not there is nothing.
pub(super) fn reports(
    before: &[(String, Value)],
    after: &[(String, Value)],
) -> Result<Vec<FigureChange>, Problem> {
    let mut pairs = BTreeMap::<&str, Pair>::new();
    for (path, value) in before {
        pairs.entry(path).or_default().before = number(value);
    }
    for (path, value) in after {
        pairs.entry(path).or_default().after = number(value);
    }
    let differs = |pair: &Pair| match pair.either() {
        None => false,
        Some(Number::Ratio(_)) => pair.before != pair.after,
        Some(Number::Count(_) | Number::Amount(_)) => {
            pair.before.map_or(0, Number::minor) != pair.after.map_or(0, Number::minor)
        }
    };
    pairs.iter().filter(|(_, pair)| differs(pair)).map(|(path, pair)| change(path, *pair)).collect()
}

/// What became of the figure at `path`.
pub(super) fn change(path: &str, pair: Pair) -> Result<FigureChange, Problem> {
    let Pair { before, after } = pair;
    let less = || {
        let [before, after] = [before, after].map(|number| number.map_or(0, Number::minor));
        after.checked_sub(before).ok_or_else(|| Problem::internal(&OverflowError))
    };
    let change = match pair.either() {
        None => None,
        Some(Number::Count(_)) => Some(Number::Count(less()?)),
        Some(Number::Amount(_)) => Some(Number::Amount(Amount::minor(less()?))),
        Some(Number::Ratio(_)) => match (before, after) {
            (Some(Number::Ratio(before)), Some(Number::Ratio(after))) => {
                Some(Number::Ratio(after.less(before)))
            }
            _ => None,
        },
    };
    Ok(FigureChange { figure: path.to_owned(), before, after, change })
}

/// A change that no figure can hold.
#[derive(Debug, thiserror::Error)]
#[error("the change of a figure leaves 64 bits")]
struct OverflowError;

impl Pair {
    /// One of the two, which are of one kind.
    fn either(self) -> Option<Number> {
        self.after.or(self.before)
    }
}

/// A figure as the JSON of a report has it: a whole number, or a text with as many decimals as its kind has.
fn number(value: &Value) -> Option<Number> {
    if let Some(count) = value.as_i64() {
        return Some(Number::Count(count));
    }
    let (units, decimals) = value.as_str()?.split_once('.')?;
    let whole: i128 = format!("{units}{decimals}").parse().ok()?;
    match decimals.len() {
        AMOUNT_DECIMALS => Some(Number::Amount(Amount::minor(whole.try_into().ok()?))),
        RATIO_DECIMALS => Some(Number::Ratio(Ratio::ten_thousandths(whole))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn leaves(of: &[(&str, Value)]) -> Vec<(String, Value)> {
        of.iter().map(|(path, value)| ((*path).to_owned(), value.clone())).collect()
    }

    #[test]
    fn figures_that_differ_are_told_with_both_sides() {
        let before = leaves(&[
            ("orders", json!(3)),
            ("same", json!("1.00")),
            ("paid", json!("-0.05")),
            ("margin", json!("0.1000")),
            ("rate", json!(null)),
            ("gone", json!("7.00")),
            ("gone_zero", json!(0)),
        ]);
        let after = leaves(&[
            ("orders", json!(1)),
            ("same", json!("1.00")),
            ("paid", json!("10.00")),
            ("margin", json!("-0.0001")),
            ("rate", json!("0.0000")),
            ("new", json!("0.10")),
            ("new_zero", json!("0.00")),
        ]);
        let found = reports(&before, &after).unwrap();
        let expected = json!([
            { "figure": "gone", "before": "7.00", "after": null, "change": "-7.00" },
            { "figure": "margin", "before": "0.1000", "after": "-0.0001", "change": "-0.1001" },
            { "figure": "new", "before": null, "after": "0.10", "change": "0.10" },
            { "figure": "orders", "before": 3, "after": 1, "change": -2 },
            { "figure": "paid", "before": "-0.05", "after": "10.00", "change": "10.05" },
            { "figure": "rate", "before": null, "after": "0.0000", "change": null },
        ]);
        assert_eq!(serde_json::to_value(found).unwrap(), expected);
    }

    #[test]
    fn a_change_that_does_not_fit_is_an_error() {
        let [most, least] = [i64::MAX, i64::MIN].map(|count| Some(Number::Count(count)));
        let pair = Pair { before: least, after: most };
        assert_eq!(change("x", pair).unwrap_err().code(), "internal");
    }
}
