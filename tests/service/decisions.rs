//! What finance decides: settle, approve, reject, discard.

use serde_json::{Value, json};

use super::client::{Call, Client, Reply};
use super::events::{completed, paid, paid_by, placed, whole_order, withdrawal};
use super::harness::Ledger;

fn settle(client: &Client, order: &str) -> Call {
    client.post(&format!("/v1/settlements/{order}/settle"))
}

fn decide(client: &Client, withdrawal: &str, what: &str, body: &Value) -> Call {
    client.post(&format!("/v1/withdrawals/{withdrawal}/{what}")).json(body)
}

fn discard(client: &Client, position: impl std::fmt::Display, body: &Value) -> Call {
    client.post(&format!("/v1/parked-events/{position}/discard")).json(body)
}

/// An order that was paid in cash and is completed: only finance settles it.
async fn paid_offline(ledger: &Ledger, order: &str) -> u64 {
    ledger.admin().record(&[placed(order), paid_by(order, "cash"), completed(order)]).await
}

/// An order whose supplier has the funds for a withdrawal, and withdrawals.
async fn withdrawals(ledger: &Ledger, ids: &[&str]) {
    let mut events = whole_order("A").to_vec();
    events.extend(ids.iter().map(|id| withdrawal(id, "10.00")));
    ledger.admin().record(&events).await;
}

/// The answer to a decision that was taken: its position, and nothing but it and perhaps a state.
fn taken(reply: &Reply) -> u64 {
    let body = reply.ok();
    let position = body["position"].as_u64().unwrap();
    assert_eq!(reply.position(), position);
    assert!(
        body.as_object().unwrap().keys().all(|key| ["position", "state"].contains(&key.as_str())),
        "{body}"
    );
    position
}

#[tokio::test]
async fn an_order_that_was_paid_offline_is_settled_once() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let before = paid_offline(&ledger, "A").await;
    let order = admin.read(&format!("/v1/orders/A?min_position={before}")).await;
    assert_eq!(
        (&order["settlement"]["state"], &order["settlement"]["can_settle"]),
        (&json!("unsettled"), &json!(true))
    );

    let position = taken(&settle(&admin, "A").send().await);
    assert!(position > before);
    let order = admin.read(&format!("/v1/orders/A?min_position={position}")).await;
    assert_eq!(
        (&order["settlement"]["state"], &order["settlement"]["can_settle"]),
        (&json!("settled"), &json!(false))
    );
    settle(&admin, "A").send().await.problem(409, "not_settleable");
}

#[tokio::test]
async fn an_order_that_cannot_be_settled_by_hand_says_so() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&[placed("unpaid"), placed("unused"), paid_by("unused", "pos")]).await;
    admin.record(&[placed("online"), paid("online"), completed("online")]).await;
    for order in ["unpaid", "unused", "online"] {
        settle(&admin, order).send().await.problem(409, "not_settleable");
    }
    for unknown in ["nobody", "no%20id", "%E4%B8%AD"] {
        settle(&admin, unknown).send().await.problem(404, "unknown_order");
    }
}

#[tokio::test]
async fn a_withdrawal_is_approved_once_and_is_paid_then() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    withdrawals(&ledger, &["W1", "W2"]).await;
    let approval =
        json!({ "reference": "T20240306", "note": "月结", "paid_at": "2024-03-05T20:30:00+08:00" });
    let reply = decide(&admin, "W1", "approve", &approval).send().await;
    assert_eq!(reply.ok()["state"], "paid");
    let position = taken(&reply);
    let cash = admin.read(&format!("/v1/cash-entries?source_id=W1&min_position={position}")).await;
    let [entry] = &**cash["items"].as_array().unwrap() else { panic!("{cash}") };
    assert_eq!((&entry["amount"], &entry["reference"]), (&json!("10.00"), &json!("T20240306")));
    assert_eq!(entry["occurred_at"], "2024-03-05T20:30:00+08:00");

    decide(&admin, "W1", "approve", &json!({})).send().await.problem(409, "already_decided");
    decide(&admin, "W1", "reject", &json!({ "reason": "late" })).send().await.problem(409, "already_decided");
    // Everything about it may be left out.
    assert_eq!(decide(&admin, "W2", "approve", &json!({})).send().await.ok()["state"], "paid");
}

#[tokio::test]
async fn a_rejected_withdrawal_gives_the_funds_back() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    withdrawals(&ledger, &[]).await;
    admin.record(&[withdrawal("W1", "60.00")]).await;
    assert_eq!(admin.publish(&withdrawal("W2", "60.00")).await.json()["code"], "insufficient_funds");
    let reply = decide(&admin, "W1", "reject", &json!({ "reason": "账号有误" })).send().await;
    taken(&reply);
    assert_eq!(reply.ok()["state"], "rejected");
    admin.record(&[withdrawal("W2", "60.00")]).await;
}

#[tokio::test]
async fn a_decision_on_a_withdrawal_with_a_bad_body_is_refused_and_names_the_field() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    withdrawals(&ledger, &["W1"]).await;
    for (what, body, field) in [
        ("approve", json!({ "refrence": "T1" }), "refrence"),
        ("approve", json!({ "reference": 7 }), "reference"),
        ("approve", json!({ "reference": "" }), "reference"),
        ("approve", json!({ "note": "x".repeat(201) }), "note"),
        ("approve", json!({ "paid_at": "yesterday" }), "paid_at"),
        ("reject", json!({}), "reason"),
        ("reject", json!({ "reason": "" }), "reason"),
        ("reject", json!({ "reason": "a\nb" }), "reason"),
        ("reject", json!({ "reason": null }), "reason"),
    ] {
        let problem = decide(&admin, "W1", what, &body).send().await.problem(422, "invalid_body");
        assert_eq!(problem["field"], field, "{body}: {problem}");
    }
    for paid_at in ["2024-03-05T19:59:59+08:00", "2990-01-01T00:00:00Z"] {
        let reply = decide(&admin, "W1", "approve", &json!({ "paid_at": paid_at })).send().await;
        reply.problem(422, "invalid_time");
    }
    admin.post("/v1/withdrawals/W1/reject").send().await.problem(415, "unsupported_media_type");
    decide(&admin, "nobody", "approve", &json!({})).send().await.problem(404, "unknown_withdrawal");
    decide(&admin, "nobody", "reject", &json!({ "reason": "x" }))
        .send()
        .await
        .problem(404, "unknown_withdrawal");
    // Nothing of all that has decided it.
    taken(&decide(&admin, "W1", "approve", &json!({})).send().await);
}

#[tokio::test]
async fn a_parked_event_that_is_given_up_never_comes_back() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let reason = json!({ "reason": "测试数据" });
    let parked = admin.publish(&paid("A")).await.json()["position"].as_u64().unwrap();
    discard(&admin, parked, &json!({})).send().await.problem(422, "invalid_body");
    taken(&discard(&admin, parked, &reason).send().await);
    discard(&admin, parked, &reason).send().await.problem(409, "already_decided");

    let position = admin.record(&[placed("A")]).await;
    let order = admin.read(&format!("/v1/orders/A?min_position={position}")).await;
    assert_eq!(order["status"], "awaiting_payment");
    assert_eq!(admin.publish(&paid("A")).await.json()["outcome"], "duplicate", "its identity is taken");

    for unknown in ["1", "0", "999999", "18446744073709551615"] {
        discard(&admin, unknown, &reason).send().await.problem(404, "unknown_parked_event");
    }
    let problem = discard(&admin, "first", &reason).send().await.problem(422, "invalid_parameter");
    assert_eq!(problem["field"], "position");
}

#[tokio::test]
async fn a_repeated_decision_answers_as_the_first_time_also_after_a_restart() {
    let ledger = Ledger::start();
    withdrawals(&ledger, &["W1", "W2"]).await;
    let key = |call: Call, key: &str| call.header("idempotency-key", key).send();
    let approval = json!({ "reference": "T1" });
    let parked = ledger.admin().publish(&paid("P")).await.json()["position"].as_u64().unwrap();
    paid_offline(&ledger, "B").await;
    let all = async |ledger: &Ledger| {
        let admin = ledger.admin();
        let reason = json!({ "reason": "x" });
        [
            key(decide(&admin, "W1", "approve", &approval), "one").await.ok(),
            key(decide(&admin, "W2", "reject", &reason), "two").await.ok(),
            key(discard(&admin, parked, &reason), "three").await.ok(),
            key(settle(&admin, "B"), "四 4").await.ok(),
            key(admin.put("/v1/settings/settlement").json(&json!({ "default_days": 9 })), "five").await.ok(),
        ]
    };
    let first = all(&ledger).await;
    let end = ledger.admin().record(&[placed("later")]).await;
    assert_eq!(all(&ledger).await, first);
    let ledger = ledger.restart();
    assert_eq!(all(&ledger).await, first);
    let ledger = Ledger::start_in(&ledger.kill());
    assert_eq!(all(&ledger).await, first);
    assert_eq!(
        ledger.admin().record(&[placed("last")]).await,
        end + 1,
        "nothing was recorded by repetitions"
    );
}

#[tokio::test]
async fn an_idempotency_key_that_was_used_for_another_decision_is_refused() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    withdrawals(&ledger, &["W1", "W2"]).await;
    let key = |call: Call| call.header("idempotency-key", "the key").send();
    taken(&key(decide(&admin, "W1", "approve", &json!({ "reference": "T1" }))).await);
    for other in [
        decide(&admin, "W1", "approve", &json!({ "reference": "T2" })),
        decide(&admin, "W2", "approve", &json!({ "reference": "T1" })),
        decide(&admin, "W1", "reject", &json!({ "reason": "x" })),
        settle(&admin, "A"),
        admin.put("/v1/settings/settlement").json(&json!({ "default_days": 3 })),
    ] {
        key(other).await.problem(409, "id_reused");
    }
    assert_eq!(admin.read("/v1/settings/settlement").await["default_days"], 1);
    // A key of a refused decision stays free.
    let again = |call: Call| call.header("idempotency-key", "another").send();
    again(settle(&admin, "nobody")).await.problem(404, "unknown_order");
    taken(&again(decide(&admin, "W2", "approve", &json!({}))).await);
}

#[tokio::test]
async fn an_idempotency_key_that_cannot_be_is_refused() {
    let ledger = Ledger::start();
    for key in ["", &"k".repeat(201)] {
        let reply = settle(&ledger.admin(), "A").header("idempotency-key", key).send().await;
        assert_eq!(reply.problem(422, "invalid_parameter")["field"], "Idempotency-Key");
    }
}

#[tokio::test]
async fn of_decisions_taken_at_once_one_counts() {
    let ledger = Ledger::start();
    withdrawals(&ledger, &["W1"]).await;
    let deciders: Vec<_> = (0..8)
        .map(|number| {
            let admin = ledger.admin();
            let body = json!({ "reference": format!("T{number}") });
            tokio::spawn(async move { decide(&admin, "W1", "approve", &body).send().await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for decider in deciders {
        statuses.push(decider.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn the_payout_gateway_says_what_became_of_an_approved_withdrawal() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    withdrawals(&ledger, &["W1", "W2"]).await;
    let automatic = json!({ "methods": ["bank_card", "alipay", "wechat"], "automatic_transfer": true });
    admin.put("/v1/settings/withdrawals").json(&automatic).send().await.ok();
    decide(&admin, "W1", "transfer", &json!({})).send().await.problem(409, "already_decided");
    assert_eq!(decide(&admin, "W1", "approve", &json!({})).send().await.ok()["state"], "approved");

    let failed = || decide(&admin, "W1", "transfer", &json!({ "failure": "account closed" }));
    let keyed = failed().header("idempotency-key", "F1").send().await;
    assert_eq!(keyed.ok()["state"], "pending");
    // Finance decides again; the same answer of the gateway does not count twice.
    decide(&admin, "W1", "approve", &json!({})).send().await.ok();
    assert_eq!(failed().header("idempotency-key", "F1").send().await.ok(), keyed.ok());
    let reply = decide(&admin, "W1", "transfer", &json!({ "reference": "T1" })).send().await;
    assert_eq!(reply.ok()["state"], "paid");
    let position = taken(&reply);
    let cash = admin.read(&format!("/v1/cash-entries?source_id=W1&min_position={position}")).await;
    assert_eq!(cash["items"][0]["reference"], "T1");

    let both = json!({ "failure": "no", "reference": "T2" });
    let problem = decide(&admin, "W2", "transfer", &both).send().await;
    assert_eq!(problem.problem(422, "invalid_body")["field"], "reference");
    decide(&admin, "nobody", "transfer", &json!({})).send().await.problem(404, "unknown_withdrawal");
}
