//! Rows by the state they are in: how many, and their amount.

use serde_json::{Map, Value, json};

use super::text::money;

/// One member for each of `states`: how many of `rows` (state, amount) are in it, under the name `counted`, and their
/// amount.
pub(crate) fn by_state(states: &[&str], counted: &str, rows: &[(&str, i64)]) -> Value {
    let of_state = |state: &&str| {
        let amounts: Vec<_> =
            rows.iter().filter(|(other, _)| other == state).map(|(_, amount)| *amount).collect();
        (String::from(*state), json!({counted: amounts.len(), "amount": money(amounts.iter().sum())}))
    };
    Value::Object(states.iter().map(of_state).collect::<Map<_, _>>())
}
