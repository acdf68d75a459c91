//! Settings: read, replaced as a whole, and what they change.

use serde_json::{Value, json};

use super::client::Client;
use super::events::{at, changed, completed, paid, placed, whole_order, withdrawal_of};
use super::harness::Ledger;

const SETTLEMENT: &str = "/v1/settings/settlement";
const WITHDRAWALS: &str = "/v1/settings/withdrawals";

/// Replaces a setting; the answer is the setting.
async fn put(client: &Client, path: &str, body: &Value) -> Value {
    let reply = client.put(path).json(body).send().await;
    assert!(reply.position() > 1);
    reply.ok()
}

#[tokio::test]
async fn a_new_ledger_has_the_settings_of_the_contract() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let reply = admin.get(SETTLEMENT).send().await;
    assert_eq!((reply.ok(), reply.position()), (json!({ "default_days": 1, "suppliers": {} }), 1));
    let expected = json!({
        "methods": ["bank_card", "alipay", "wechat"],
        "minimum_amount": null,
        "monthly_limit": null,
        "automatic_transfer": false,
    });
    assert_eq!(admin.read(WITHDRAWALS).await, expected);
}

#[tokio::test]
async fn a_setting_is_replaced_as_a_whole_and_survives_a_restart() {
    let ledger = Ledger::start();
    let rule = json!({ "default_days": 0, "suppliers": { "S1": 3, "S2": 36500 } });
    assert_eq!(put(&ledger.admin(), SETTLEMENT, &rule).await, rule);
    let without_suppliers = json!({ "default_days": 2, "suppliers": {} });
    assert_eq!(put(&ledger.admin(), SETTLEMENT, &json!({ "default_days": 2 })).await, without_suppliers);
    let limits = json!({
        "methods": ["wechat"], "minimum_amount": "10.50", "monthly_limit": 3, "automatic_transfer": true,
    });
    assert_eq!(put(&ledger.admin(), WITHDRAWALS, &limits).await, limits);
    let ledger = ledger.restart();
    assert_eq!(ledger.admin().read(SETTLEMENT).await, without_suppliers);
    assert_eq!(ledger.admin().read(WITHDRAWALS).await, limits);
}

#[tokio::test]
async fn a_setting_that_cannot_be_is_refused_and_names_the_field() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let many: Value =
        (0..5001).map(|number| (format!("S{number}"), json!(1))).collect::<serde_json::Map<_, _>>().into();
    let limits = |field: &str, value: Value| {
        let all = json!({ "methods": [], "minimum_amount": null, "monthly_limit": null });
        changed(all, &format!("/{field}"), value)
    };
    for (path, body, field) in [
        (SETTLEMENT, json!({}), "default_days"),
        (SETTLEMENT, json!({ "default_days": -1 }), "default_days"),
        (SETTLEMENT, json!({ "default_days": 36501 }), "default_days"),
        (SETTLEMENT, json!({ "default_days": "1" }), "default_days"),
        (SETTLEMENT, json!({ "default_days": 1.5 }), "default_days"),
        (SETTLEMENT, json!({ "default_days": 1, "supplier": {} }), "supplier"),
        (SETTLEMENT, json!({ "default_days": 1, "suppliers": { "S1": 36501 } }), "suppliers.S1"),
        (SETTLEMENT, json!({ "default_days": 1, "suppliers": { "S1": "x" } }), "suppliers.S1"),
        (SETTLEMENT, json!({ "default_days": 1, "suppliers": { "two words": 1 } }), "suppliers"),
        (SETTLEMENT, json!({ "default_days": 1, "suppliers": many }), "suppliers"),
        (WITHDRAWALS, limits("methods", json!(["cash"])), "methods[0]"),
        (WITHDRAWALS, limits("methods", Value::Null), "methods"),
        (WITHDRAWALS, limits("minimum_amount", json!(10)), "minimum_amount"),
        (WITHDRAWALS, limits("minimum_amount", json!("10.001")), "minimum_amount"),
        (WITHDRAWALS, limits("monthly_limit", json!(-3)), "monthly_limit"),
        (WITHDRAWALS, limits("automatic_transfer", json!("yes")), "automatic_transfer"),
        (WITHDRAWALS, limits("colour", json!("red")), "colour"),
    ] {
        let problem = admin.put(path).json(&body).send().await.problem(422, "invalid_body");
        assert!(problem["field"].as_str().unwrap().starts_with(field), "{field}: {problem}");
    }
    let end = admin.get(SETTLEMENT).send().await;
    assert_eq!((end.ok()["default_days"].clone(), end.position()), (json!(1), 1), "nothing was recorded");
}

#[tokio::test]
async fn the_settlement_rule_counts_for_orders_completed_from_then_on() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&whole_order("before")).await;
    put(&admin, SETTLEMENT, &json!({ "default_days": 7, "suppliers": { "S1": 3 } })).await;
    admin.record(&whole_order("own")).await;
    let other = changed(placed("default"), "/data/supplier/id", "S2");
    let position = admin.record(&[other, paid("default"), completed("default")]).await;
    for (order, due) in [("before", "06"), ("own", "08"), ("default", "12")] {
        let order = admin.read(&format!("/v1/orders/{order}?min_position={position}")).await;
        assert_eq!(order["settlement"]["due_at"], format!("2024-03-{due}T00:00:00+08:00"));
    }
}

#[tokio::test]
async fn the_ledger_settles_by_itself_when_an_order_is_due() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    put(&admin, SETTLEMENT, &json!({ "default_days": 36500 })).await;
    let position = admin.record(&whole_order("A")).await;
    let order = admin.read(&format!("/v1/orders/A?min_position={position}")).await;
    assert_eq!((&order["settlement"]["state"], &order["status"]), (&json!("unsettled"), &json!("completed")));
    put(&admin, SETTLEMENT, &json!({ "default_days": 0 })).await;
    let position = admin.record(&whole_order("B")).await;
    let order = admin.read(&format!("/v1/orders/B?min_position={position}")).await;
    assert_eq!(order["settlement"]["state"], "settled");
}

#[tokio::test]
async fn withdrawals_are_held_to_the_settings() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let gift = json!({ "amount": "1000.00" });
    admin
        .record(&[
            at("08:00:00", "member.registered", "M1", json!({ "phone": "13800000000" })),
            at("08:01:00", "balance.gifted", "M1", gift),
        ])
        .await;
    let limits = json!({ "methods": ["bank_card"], "minimum_amount": "10.00", "monthly_limit": 2 });
    put(&admin, WITHDRAWALS, &limits).await;
    let ask = |id: &str, amount: &str| {
        withdrawal_of(
            id,
            json!({ "kind": "member", "id": "M1", "name": "王芳", "phone": "13800000000" }),
            amount,
        )
    };
    let code = async |event: Value| admin.publish(&event).await.json()["code"].clone();
    assert_eq!(code(changed(ask("W0", "20.00"), "/data/method", "alipay")).await, "method_disabled");
    assert_eq!(code(ask("W0", "9.99")).await, "below_minimum");
    assert_eq!(code(ask("W0", "1000.01")).await, "insufficient_funds");
    assert_eq!(code(ask("W1", "10.00")).await, Value::Null);
    assert_eq!(code(ask("W2", "20.00")).await, Value::Null);
    assert_eq!(code(ask("W3", "20.00")).await, "monthly_limit");
    let next_month = changed(ask("W4", "20.00"), "/time", "2024-03-31T16:00:00Z");
    assert_eq!(code(next_month).await, Value::Null, "by then it is April here");
    // A rejected one does not count.
    let reject = admin.post("/v1/withdrawals/W1/reject").json(&json!({ "reason": "x" }));
    reject.send().await.ok();
    assert_eq!(code(ask("W3", "20.00")).await, Value::Null);
}

#[tokio::test]
async fn with_automatic_transfer_an_approval_hands_the_withdrawal_on() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let limits = json!({
        "methods": ["bank_card"], "minimum_amount": null, "monthly_limit": null, "automatic_transfer": true,
    });
    put(&admin, WITHDRAWALS, &limits).await;
    let mut events = whole_order("A").to_vec();
    events.push(super::events::withdrawal("W1", "60.00"));
    admin.record(&events).await;
    let reply = admin.post("/v1/withdrawals/W1/approve").json(&json!({ "note": "急" })).send().await;
    assert_eq!(reply.ok()["state"], "approved");
    let cash =
        admin.read(&format!("/v1/cash-entries?direction=expense&min_position={}", reply.position())).await;
    assert_eq!(cash["items"], json!([]), "no money has moved yet");
    admin.post("/v1/withdrawals/W1/approve").json(&json!({})).send().await.problem(409, "already_decided");
}
