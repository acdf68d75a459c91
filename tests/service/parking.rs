//! Events that come before what they need: parked, and recorded as soon as it is there.

use serde_json::{Value, json};

use super::client::{Client, outcomes};
use super::events::{THAT_DAY, at, changed, completed, paid, paid_by, placed, whole_order};
use super::harness::Ledger;

async fn order(client: &Client, id: &str, position: u64) -> Value {
    client.read(&format!("/v1/orders/{id}?min_position={position}")).await
}

#[tokio::test]
async fn a_parked_event_is_recorded_when_what_it_waits_for_has_come() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let early = admin.publish(&paid("A")).await;
    assert_eq!((early.status, early.position()), (202, 2));
    admin.get("/v1/orders/A?min_position=2").send().await.problem(404, "unknown_order");

    let answer = admin.publish(&placed("A")).await;
    assert_eq!(answer.json()["position"], 3, "its own event");
    let end = answer.position();
    assert!(end > 3, "what it set off comes after it");
    let found = order(&admin, "A", end).await;
    assert_eq!((&found["status"], &found["payment_id"]), (&json!("awaiting_use"), &json!("pay-A")));
    assert_eq!(found["paid_at"], "2024-03-05T10:05:00+08:00", "it happened when it happened");

    // Its identity was taken when it was parked.
    let again = admin.publish(&paid("A")).await;
    assert_eq!((again.status, &again.json()["position"]), (200, &json!(2)));
    assert_eq!(again.json()["outcome"], "duplicate");
    let reused = admin.publish(&changed(paid("A"), "/data/amount", "1.00")).await;
    assert_eq!(reused.json()["code"], "id_reused");
}

#[tokio::test]
async fn an_order_told_backwards_ends_as_one_told_in_order() {
    let (forwards, backwards) = (Ledger::start(), Ledger::start());
    let mut events = whole_order("A").to_vec();
    events.push(at("19:00:00", "refund.requested", "A", json!({ "refund_id": "R1", "amount": "30.00" })));
    events.push(at("19:30:00", "refund.completed", "A", json!({ "refund_id": "R1" })));
    let there = forwards.admin().record(&events).await;
    events.reverse();
    let answer = backwards.admin().publish_all(&events).await;
    assert_eq!(outcomes(&answer), ["parked", "parked", "parked", "parked", "recorded"]);
    let back = answer["position"].as_u64().unwrap();

    for path in ["/v1/reports/sales", "/v1/reports/cash"] {
        let figures = async |ledger: &Ledger, position| {
            let path = format!("{path}?{THAT_DAY}&min_position={position}");
            let mut report = ledger.admin().read(&path).await;
            report["position"] = Value::Null;
            report
        };
        assert_eq!(figures(&backwards, back).await, figures(&forwards, there).await);
    }
    let figures =
        ["status", "left", "refunded", "purchase_cost_now", "paid_at", "completed_at", "settlement"];
    let (one, other) =
        (order(&forwards.admin(), "A", there).await, order(&backwards.admin(), "A", back).await);
    assert_eq!(figures.map(|it| &one[it]), figures.map(|it| &other[it]));
    assert_eq!((&one["left"], &one["status"]), (&json!("60.00"), &json!("completed")));
}

#[tokio::test]
async fn what_is_parked_still_waits_after_a_restart_and_after_a_crash() {
    let ledger = Ledger::start();
    ledger.admin().publish(&paid("A")).await;
    let ledger = ledger.restart();
    ledger.admin().publish(&completed("A")).await;
    let ledger = Ledger::start_in(&ledger.kill());
    let end = ledger.admin().publish(&placed("A")).await.position();
    assert_eq!(order(&ledger.admin(), "A", end).await["status"], "completed");
}

#[tokio::test]
async fn a_payment_from_a_balance_waits_for_its_member() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let recharge = json!({ "payment_id": "R1", "method": "alipay", "amount": "90.00" });
    let answer = admin
        .publish_all(&[
            placed("A"),
            paid_by("A", "balance"),
            at("09:01:00", "balance.recharged", "M1", recharge),
            at("09:00:00", "member.registered", "M1", json!({ "phone": "13800000000" })),
        ])
        .await;
    assert_eq!(outcomes(&answer), ["recorded", "parked", "parked", "recorded"]);
    let position = answer["position"].as_u64().unwrap();
    // Oldest first: the payment found nothing on the balance.
    assert_eq!(order(&admin, "A", position).await["status"], "awaiting_payment");
    let cash = admin.read(&format!("/v1/reports/cash?{THAT_DAY}&min_position={position}")).await;
    assert_eq!(cash["income"], json!({ "count": 1, "amount": "90.00" }));
    let later = changed(changed(paid_by("A", "balance"), "/id", "later"), "/data/payment_id", "later");
    let position = admin.record(&[later]).await;
    assert_eq!(order(&admin, "A", position).await["status"], "awaiting_use");
}

#[tokio::test]
async fn a_released_event_that_breaks_a_rule_by_now_fails_and_disturbs_nobody() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    // Two payments of the same id wait; only one of them can be recorded.
    let second = changed(changed(paid("A"), "/id", "second"), "/time", "2024-03-05T11:00:00+08:00");
    let answer = admin.publish_all(&[paid("A"), second.clone(), placed("A")]).await;
    assert_eq!(outcomes(&answer), ["parked", "parked", "recorded"]);
    let position = answer["position"].as_u64().unwrap();
    let found = order(&admin, "A", position).await;
    assert_eq!(found["paid_at"], "2024-03-05T10:05:00+08:00");
    assert_eq!(found["cash_entries"].as_array().unwrap().len(), 1);
    assert_eq!(admin.publish(&second).await.json()["outcome"], "duplicate");
    // It has been decided, so finance cannot give it up any more.
    let discard = |position| admin.post(&format!("/v1/parked-events/{position}/discard"));
    for position in [2, 3] {
        let reply = discard(position).json(&json!({ "reason": "旧" })).send().await;
        reply.problem(409, "already_decided");
    }
}
