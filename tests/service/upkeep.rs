//! `ledger verify`, `ledger rebuild` and `ledger schema`.

use std::fs;

use serde_json::{Value, json};

use super::events::{at, completed, everything, paid, placed, whole_order, withdrawal};
use super::harness::{Ledger, directory, run};

#[tokio::test]
async fn verify_says_the_size_and_the_root_also_beside_a_service() {
    let ledger = Ledger::start();
    let end = ledger.admin().record(&whole_order("A")).await;
    let beside = run(ledger.dir().path(), &["verify"]).printed();
    let dir = ledger.stop();
    let after = run(dir.path(), &["verify"]).printed();
    let line = |text: &str, name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert_eq!(line(&after, "size"), format!("size      {end}"));
    for name in ["size", "root", "blocks", "bytes", "recorded"] {
        assert_eq!(line(&after, name), line(&beside, name));
    }
    let root = line(&after, "root");
    let digits = root.split_whitespace().nth(1).unwrap();
    assert!(digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()), "{root}");
    assert!(after.contains("whole     every checksum, hash and position is right"), "{after}");

    let ledger = Ledger::start_in(&dir);
    ledger.admin().record(&[placed("B")]).await;
    let more = run(dir.path(), &["verify"]).printed();
    assert_ne!(line(&more, "root"), root);
}

#[tokio::test]
async fn rebuild_gives_the_same_reports_and_leaves_one_generation() {
    let ledger = Ledger::start();
    let mut events = whole_order("A").to_vec();
    events.extend([placed("B"), paid("B"), completed("C"), placed("C"), withdrawal("W1", "20.00")]);
    events.push(at("21:00:00", "refund.requested", "B", json!({ "refund_id": "R", "amount": "1.00" })));
    let answer = ledger.admin().publish_all(&events).await;
    let end = answer["position"].as_u64().unwrap();
    let approve = ledger.admin().post("/v1/withdrawals/W1/approve").json(&json!({}));
    let end = end.max(approve.send().await.position());
    let expected = everything(&ledger.admin(), end).await;
    let dir = ledger.stop();
    for _ in 0..2 {
        let printed = run(dir.path(), &["rebuild"]).printed();
        assert!(printed.contains(&format!("rebuilt from {end} events")), "{printed}");
        let files = fs::read_dir(dir.path().join("read-models")).unwrap().map(|entry| entry.unwrap().path());
        let databases: Vec<_> =
            files.filter(|path| path.extension().is_some_and(|it| it == "sqlite")).collect();
        assert_eq!(databases.len(), 1, "{databases:?}");
    }
    let ledger = Ledger::start_in(&dir);
    assert_eq!(everything(&ledger.admin(), end).await, expected);
}

/// The definition that `schema` refers to, or itself.
fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let Some(reference) = schema["$ref"].as_str() else { return schema };
    resolved(root, root.pointer(reference.strip_prefix('#').unwrap()).unwrap())
}

/// Whether `value` has the members that `schema` asks for and no others, down to the leaves.
fn fits(root: &Value, schema: &Value, value: &Value) -> bool {
    let schema = resolved(root, schema);
    for alternatives in ["anyOf", "oneOf"] {
        if let Some(alternatives) = schema[alternatives].as_array() {
            return alternatives.iter().any(|schema| fits(root, schema, value));
        }
    }
    if let Some(only) = schema.get("const") {
        return only == value;
    }
    let is = |kind: &Value| match kind.as_str() {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("null") => value.is_null(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        _ => panic!("{schema}"),
    };
    let kinds = schema["type"].as_array().cloned().unwrap_or_else(|| vec![schema["type"].clone()]);
    let of_its_kind = kinds.iter().any(|kind| kind.is_null() || is(kind));
    let among = schema["enum"].as_array().is_none_or(|among| among.contains(value));
    let items =
        value.as_array().is_none_or(|items| items.iter().all(|item| fits(root, &schema["items"], item)));
    of_its_kind
        && among
        && items
        && value.as_object().is_none_or(|members| has_members(root, schema, members))
}

fn has_members(root: &Value, schema: &Value, members: &serde_json::Map<String, Value>) -> bool {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let others = &schema["additionalProperties"];
    required.iter().all(|name| members.contains_key(name.as_str().unwrap()))
        && members.iter().all(|(name, value)| match schema["properties"].get(name) {
            Some(schema) => fits(root, schema, value),
            None => others.is_object() && fits(root, others, value),
        })
}

#[test]
fn the_schema_takes_events_as_they_are_published_and_no_others() {
    let dir = directory();
    let schema: Value = serde_json::from_str(&run(dir.path(), &["schema"]).printed()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["oneOf"].as_array().unwrap().len(), 18);
    let printed = run(dir.path(), &["demo", "--print", "--orders", "60", "--days", "10"]).printed();
    let mut events: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    events.extend(whole_order("A"));
    events.push(withdrawal("W", "1.00"));
    let count = |event: &Value| {
        let alternatives = schema["oneOf"].as_array().unwrap();
        alternatives.iter().filter(|alternative| fits(&schema, alternative, event)).count()
    };
    for event in &events {
        assert_eq!(count(event), 1, "{event}");
    }
    let broken = |pointer: &str, value: Value| super::events::changed(placed("A"), pointer, value);
    for event in [
        broken("/type", json!("order.lost")),
        broken("/specversion", json!("2.0")),
        broken("/data/amount", json!(100)),
        broken("/data/source", json!("fax")),
        broken("/data/colour", json!("red")),
        broken("/data/product", json!("P1")),
        super::events::without(placed("A"), "/data/member_id"),
        super::events::without(paid("A"), "/time"),
    ] {
        assert_eq!(count(&event), 0, "{event}");
    }
}
