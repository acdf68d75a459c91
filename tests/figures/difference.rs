//! Where an answer is not what it must be.

use serde_json::Value;

/// The first place where `actual` lacks or changes what `expected` has, if there is one. Objects may have more members;
/// arrays must be as long.
pub(crate) fn difference(expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => expected.iter().find_map(|(name, value)| {
            let found = match actual.get(name) {
                Some(actual) => difference(value, actual),
                None => Some(format!(": expected {value}, and it is not there")),
            };
            found.map(|found| format!(".{name}{found}"))
        }),
        (Value::Array(expected), Value::Array(actual)) => {
            let pairs = expected.iter().zip(actual).enumerate();
            let found = pairs.filter_map(|(index, (expected, actual))| {
                difference(expected, actual).map(|found| format!("[{index}]{found}"))
            });
            let lengths = (expected.len() != actual.len())
                .then(|| format!(": expected {} items, got {}", expected.len(), actual.len()));
            found.chain(lengths).next()
        }
        _ => (expected != actual).then(|| format!(": expected {expected}, got {actual}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn more_members_are_no_difference() {
        let expected = json!({"a": [{"b": 1}, {"b": null}]});
        assert_eq!(difference(&expected, &json!({"a": [{"b": 1, "c": 2}, {"b": null}], "d": 3})), None);
    }

    #[test]
    fn everything_else_is_one_and_has_a_place() {
        let expected = json!({"a": [{"b": 1}, {"b": null}]});
        let found = |actual| difference(&expected, &actual).unwrap();
        assert_eq!(found(json!({"a": [{"b": 1}, {"b": 2}]})), ".a[1].b: expected null, got 2");
        assert_eq!(found(json!({"a": [{"b": 1}, {}]})), ".a[1].b: expected null, and it is not there");
        assert_eq!(found(json!({"a": [{"b": 1}]})), ".a: expected 2 items, got 1");
        assert_eq!(found(json!({"a": [{"b": 1}, {"b": null}, 3]})), ".a: expected 2 items, got 3");
        assert_eq!(found(json!({"a": "x"})), r#".a: expected [{"b":1},{"b":null}], got "x""#);
    }
}
