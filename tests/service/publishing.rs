//! Published events go in, and each is told what became of it.

use serde_json::{Value, json};

use super::client::{BATCH, LINES, lines, outcomes};
use super::events::{at, changed, completed, paid, placed, whole_order};
use super::harness::Ledger;

/// The result of an event that was recorded, a duplicate or parked.
fn result(id: &str, outcome: &str, position: u64) -> Value {
    json!({ "id": id, "outcome": outcome, "position": position, "code": null, "detail": null })
}

#[tokio::test]
async fn one_event_is_answered_by_what_became_of_it() {
    let ledger = Ledger::start();
    let admin = ledger.admin();

    let recorded = admin.publish(&placed("A")).await;
    assert_eq!((recorded.status, recorded.json()), (200, result("A/order.placed", "recorded", 2)));
    assert_eq!(recorded.header("content-type"), "application/json");
    assert_eq!(recorded.position(), 2);

    let again = admin.publish(&placed("A")).await;
    assert_eq!((again.status, again.json()), (200, result("A/order.placed", "duplicate", 2)));

    let parked = admin.publish(&paid("B")).await;
    assert_eq!((parked.status, parked.json()), (202, result("B/order.paid", "parked", 3)));

    let refused = admin.publish(&changed(placed("A"), "/id", "another")).await;
    assert_eq!(refused.status, 422);
    let body = refused.json();
    assert_eq!((&body["id"], &body["outcome"]), (&json!("another"), &json!("rejected")));
    assert_eq!((&body["position"], &body["code"]), (&Value::Null, &json!("order_exists")));
    assert!(body["detail"].as_str().unwrap().contains("subject"), "{body}");
    assert_eq!(refused.position(), 3, "a rejected event leaves nothing behind");
}

#[tokio::test]
async fn an_array_and_lines_are_answered_alike_and_in_the_order_sent() {
    let (by_lines, by_array) = (Ledger::start(), Ledger::start());
    let events =
        [placed("A"), placed("B"), placed("A"), completed("C"), paid("A"), changed(paid("A"), "/id", "x")];
    let lines = by_lines.admin().post("/v1/events").body(LINES, lines(&events)).send().await;
    let array = json!(events).to_string();
    let array = by_array.admin().post("/v1/events").body(BATCH, array).send().await;

    let answer = lines.ok();
    assert_eq!(answer, array.ok());
    assert_eq!(outcomes(&answer), ["recorded", "recorded", "duplicate", "parked", "recorded", "rejected"]);
    let ids: Vec<_> = answer["results"].as_array().unwrap().iter().map(|result| &result["id"]).collect();
    assert_eq!(ids, events.iter().map(|event| &event["id"]).collect::<Vec<_>>());
    assert_eq!(answer["results"][2]["position"], 2);
    assert_eq!(answer["results"][5]["code"], "payment_exists");
    assert_eq!(answer["position"], 5);
    assert_eq!((lines.position(), array.position()), (5, 5));
}

#[tokio::test]
async fn a_broken_line_does_not_spoil_its_neighbours() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let mut body = Vec::new();
    for line in [
        placed("A").to_string().as_bytes(),
        b"{\"specversion\":\"1.0\",\"id\":\"half",
        paid("A").to_string().as_bytes(),
        b"{\"specversion\":\"1.0\",\"id\":\"bytes\",\"source\":\"/\xff\xfe\"}",
        b"",
        b"  \t ",
        b"\xc3\x28\x00\x01",
        b"[]",
        b"7",
        placed("B").to_string().as_bytes(),
    ] {
        body.extend_from_slice(line);
        body.extend_from_slice(b"\r\n");
    }
    // The last line has no end.
    body.extend_from_slice(placed("C").to_string().as_bytes());
    let answer = admin.post("/v1/events").body(LINES, body).send().await.ok();

    let found = outcomes(&answer);
    let [good, bad] = ["recorded", "rejected"];
    assert_eq!(found, [good, bad, good, bad, bad, bad, bad, good, good], "{answer}");
    for result in answer["results"].as_array().unwrap().iter().filter(|result| result["outcome"] == bad) {
        assert_eq!((&result["code"], &result["position"]), (&json!("invalid_event"), &Value::Null));
        assert!(!result["detail"].as_str().unwrap().is_empty(), "{result}");
    }
    let orders = admin.read(&format!("/v1/orders?min_position={}", answer["position"])).await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_body_without_lines_has_no_results() {
    let ledger = Ledger::start();
    for body in ["", "\n\r\n \n"] {
        let answer = ledger.admin().post("/v1/events").body(LINES, body).send().await.ok();
        assert_eq!(answer, json!({ "results": [], "position": 1 }), "{body:?}");
    }
    let answer = ledger.admin().post("/v1/events").body(BATCH, " [ ] ").send().await.ok();
    assert_eq!(answer, json!({ "results": [], "position": 1 }));
}

#[tokio::test]
async fn the_same_event_said_otherwise_is_a_duplicate() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&[placed("A")]).await;
    for same in [
        changed(placed("A"), "/time", "2024-03-05T02:00:00Z"),
        changed(placed("A"), "/data/freight", "0"),
        changed(placed("A"), "/data/amount", "100"),
        changed(placed("A"), "/datacontenttype", "application/json"),
        changed(placed("A"), "/traceparent", "00-abc-def-01"),
        changed(placed("A"), "/data/quoted_cost", Value::Null),
    ] {
        let answer = admin.publish(&same).await;
        assert_eq!((answer.status, answer.json()), (200, result("A/order.placed", "duplicate", 2)), "{same}");
    }
}

#[tokio::test]
async fn an_identity_that_was_used_for_other_content_is_refused() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let first = admin.publish_all(&[placed("A"), paid("B")]).await["position"].as_u64().unwrap();
    for other in [
        changed(placed("A"), "/data/amount", "100.01"),
        changed(placed("A"), "/time", "2024-03-05T10:00:00.000001+08:00"),
        changed(placed("A"), "/subject", "B"),
        changed(paid("B"), "/data/payment_id", "another"),
    ] {
        let answer = admin.publish(&other).await;
        assert_eq!((answer.status, &answer.json()["code"]), (422, &json!("id_reused")), "{other}");
    }
    // Another source may have the same ids.
    let elsewhere = changed(changed(placed("A"), "/source", "/elsewhere"), "/subject", "C");
    assert_eq!(admin.publish(&elsewhere).await.json(), result("A/order.placed", "recorded", first + 1));
}

#[tokio::test]
async fn a_rejected_event_may_come_again_and_is_decided_afresh() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let recharge = json!({ "payment_id": "R1", "method": "alipay", "amount": "50.00" });
    let deduct = at("09:30:00", "balance.deducted", "M9", json!({ "amount": "40.00" }));
    admin.record(&[at("09:00:00", "member.registered", "M9", json!({ "phone": "13800000000" }))]).await;
    assert_eq!(admin.publish(&deduct).await.json()["code"], "insufficient_balance");
    admin.record(&[at("09:10:00", "balance.recharged", "M9", recharge)]).await;
    assert_eq!(admin.publish(&deduct).await.json()["outcome"], "recorded");
}

#[tokio::test]
async fn an_event_of_the_day_after_tomorrow_is_refused() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let now = jiff::Timestamp::now();
    let hours = |hours: i64| (now + jiff::SignedDuration::from_hours(hours)).to_string();
    let later = admin.publish(&changed(placed("A"), "/time", hours(25))).await;
    assert_eq!((later.status, &later.json()["code"]), (422, &json!("time_in_future")));
    let sooner = admin.publish(&changed(placed("A"), "/time", hours(23))).await;
    assert_eq!((sooner.status, &sooner.json()["outcome"]), (200, &json!("recorded")));
}

#[tokio::test]
async fn events_of_many_publishers_at_once_get_positions_without_a_gap() {
    let ledger = Ledger::start();
    let publishers: Vec<_> = (0..8)
        .map(|publisher| {
            let admin = ledger.admin();
            tokio::spawn(async move {
                let mut positions = Vec::new();
                for number in 0..10 {
                    let order = format!("P{publisher}-{number}");
                    let answer = admin.publish_all(&whole_order(&order)[..2]).await;
                    positions.extend(
                        answer["results"].as_array().unwrap().iter().map(|it| it["position"].as_u64()),
                    );
                }
                positions
            })
        })
        .collect();
    let mut positions = Vec::new();
    for publisher in publishers {
        positions.extend(publisher.await.unwrap().into_iter().map(Option::unwrap));
    }
    positions.sort_unstable();
    assert_eq!(positions, (2..=161).collect::<Vec<u64>>());
}
