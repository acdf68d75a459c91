//! The raw history: every event, the history of one order, and the number that stands for all of it.

use events_schema::block::BlockHeader;
use events_schema::merkle::{Frontier, Hash};
use serde_json::{Value, json};

use super::client::{Client, LINES, lines, outcomes};
use super::events::{at, changed, completed, paid, paid_by, placed, whole_order, withdrawal};
use super::harness::{Ledger, directory, run};
use super::log_files::{blocks, change};

/// Events of all kinds of a simulated platform.
pub(super) fn platform() -> Vec<Value> {
    let dir = directory();
    let printed = run(dir.path(), &["demo", "--print", "--orders", "60", "--days", "10"]).printed();
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The whole raw history, in pages of this many events.
pub(super) async fn history(client: &Client, limit: usize) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let reply = client.get(&format!("/v1/audit/events?after={after}&limit={limit}")).send().await;
        let page = reply.ok();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        assert_eq!((reply.position(), &page["position"]), (client.end().await, &json!(reply.position())));
        all.extend(items.iter().cloned());
        let Some(next) = page["next_after"].as_u64() else { return all };
        assert_eq!(items.last().unwrap()["position"], next);
        after = next;
    }
}

fn bytes_of(hex: &Value) -> Hash {
    let digits = hex.as_str().unwrap().as_bytes();
    let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect::<Vec<_>>().try_into().unwrap()
}

fn positions(items: &Value) -> Vec<u64> {
    items.as_array().unwrap().iter().map(|item| item["position"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn pages_join_up_to_the_whole_log_and_its_hashes_to_the_root() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let empty = admin.read("/v1/audit/checkpoint").await;
    assert_eq!((&empty["size"], &empty["position"]), (&json!(1), &json!(1)), "the ledger was created");
    admin.publish_all(&platform()).await;
    let end = admin.end().await;

    let all = history(&admin, 97).await;
    assert_eq!(all, history(&admin, 1_000).await);
    assert!((1..=end).eq(all.iter().map(|event| event["position"].as_u64().unwrap())));
    let mut frontier = Frontier::new();
    for event in &all {
        frontier.push(bytes_of(&event["hash"]));
    }
    let reply = admin.get("/v1/audit/checkpoint").send().await;
    let checkpoint = reply.ok();
    assert_eq!((reply.position(), &checkpoint["size"]), (end, &json!(end)));
    assert_eq!(bytes_of(&checkpoint["root"]), frontier.root());
    assert_eq!(checkpoint["log_id"], all[0]["data"]["log_id"]);
    assert_eq!(checkpoint["recorded_at"], all.last().unwrap()["recordedat"]);
    assert_eq!(checkpoint["head"].as_str().unwrap().len(), 64);
    assert_ne!(checkpoint["head"], empty["head"]);
    let verified = run(ledger.dir().path(), &["verify"]).printed();
    assert!(verified.contains(checkpoint["root"].as_str().unwrap()), "{verified}");

    for event in &all {
        let earlier =
            |name: &str| event[name].as_u64().is_none_or(|it| it < event["position"].as_u64().unwrap());
        assert!(earlier("previous") && earlier("cause"), "{event}");
    }
    let beyond = admin.read(&format!("/v1/audit/events?after={}", u64::MAX)).await;
    assert_eq!(beyond, json!({ "items": [], "next_after": null, "position": end }));
}

#[tokio::test]
async fn what_was_published_comes_back_as_it_was_published() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let mut events = platform();
    let traced = changed(changed(placed("A"), "/traceparent", "00-7"), "/position", 3);
    // Twice as much money came as was asked for; and a payment came before its order.
    let surplus = changed(changed(paid("A"), "/id", "again"), "/data/payment_id", "twice");
    events.extend([traced.clone(), paid("A"), surplus, changed(paid("B"), "/tenant", true), placed("B")]);
    admin.publish_all(&events).await;

    let all = history(&admin, 500).await;
    let published: Vec<_> =
        all.iter().filter(|it| !it["type"].as_str().unwrap().starts_with("ledger.")).collect();
    for event in &events {
        let same = |it: &&&Value| ["id", "source"].iter().all(|name| it[name] == event[name]);
        let found: Vec<_> = published.iter().filter(same).collect();
        // What still waits, or was rejected, was not recorded.
        if let [found] = &*found {
            assert_eq!((&found["type"], &found["subject"]), (&event["type"], &event["subject"]));
        } else {
            assert!(found.is_empty(), "{event}: {found:?}");
        }
    }
    // To the ledger, it is the same again.
    let again = published.iter().map(|event| (*event).clone()).collect::<Vec<_>>();
    assert!(again.len() > 100, "{}", again.len());
    let answer = admin.post("/v1/events").body(LINES, lines(&again)).send().await.ok();
    for (event, outcome) in again.iter().zip(outcomes(&answer)) {
        assert_eq!(outcome, "duplicate", "{event}");
    }

    let find = |kind: &str, subject: &str| {
        let found = all.iter().find(|it| it["type"] == kind && it["subject"] == subject);
        found.unwrap_or_else(|| panic!("{kind} {subject}"))
    };
    let order = find("order.placed", "A");
    assert_eq!((&order["traceparent"], &order["publishedposition"]), (&json!("00-7"), &json!(3)));
    assert_eq!(order["time"], "2024-03-05T02:00:00Z", "the same instant");
    assert_eq!(order["data"]["travellers"].as_array().unwrap().len(), 2);
    assert_eq!(order["actor"], "token:admin");
    let parked = all.iter().find(|it| it["type"] == "ledger.event_parked").unwrap();
    assert_eq!(parked["data"]["event"], changed(paid("B"), "/tenant", true));
    assert_eq!(parked["subject"], parked["position"].to_string());
    let paid = find("order.paid", "B");
    assert_eq!((&paid["tenant"], &paid["actor"]), (&json!(true), &json!("ledger")));
    let release = &all[usize::try_from(paid["cause"].as_u64().unwrap()).unwrap() - 1];
    assert_eq!(
        (&release["type"], &release["previous"]),
        (&json!("ledger.parked_event_released"), &parked["position"])
    );
}

#[tokio::test]
async fn an_order_has_its_history_and_what_it_set_off_names_it() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&[placed("A"), placed("B")]).await;
    admin.record(&[paid("A")]).await;
    admin.record(&[completed("A"), paid_by("B", "alipay")]).await;
    let request = json!({ "refund_id": "R1", "amount": "45.00", "fee": "5.00", "reason": "雨" });
    let end = admin.record(&[at("19:00:00", "refund.requested", "A", request)]).await;

    let reply = admin.get(&format!("/v1/orders/A/events?min_position={end}")).send().await;
    let found = reply.ok();
    assert_eq!((reply.position(), &found["position"]), (end, &json!(end)));
    let kinds: Vec<_> = found["items"].as_array().unwrap().iter().map(|it| it["type"].clone()).collect();
    let expected =
        ["order.placed", "order.paid", "order.completed", "ledger.order_settled", "refund.requested"];
    assert_eq!(kinds, expected);
    let all = history(&admin, 1_000).await;
    for event in found["items"].as_array().unwrap() {
        assert_eq!(event["subject"], "A");
        let position = usize::try_from(event["position"].as_u64().unwrap()).unwrap();
        assert_eq!(event, &all[position - 1], "as auditors see it");
    }
    let places = positions(&found["items"]);
    assert_eq!(admin.read("/v1/orders/A").await["last_position"], *places.last().unwrap());
    let credited = all.iter().filter(|it| it["type"] == "ledger.funds_credited");
    let causes: Vec<_> = credited.map(|it| it["cause"].as_u64().unwrap()).collect();
    assert_eq!(causes, [places[2], places[2]], "what the completion set off names it");

    // A part at a time, from the end.
    let mut parts = Vec::new();
    let mut before = String::new();
    loop {
        let part = admin.read(&format!("/v1/orders/A/events?limit=2{before}")).await;
        parts.splice(0..0, positions(&part["items"]));
        let Some(next) = part["next_before"].as_u64() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(parts, places);
    let first = admin.read(&format!("/v1/orders/A/events?before={}", places[0])).await;
    assert_eq!((&first["items"], &first["next_before"]), (&json!([]), &Value::Null));
    let foreign = admin.read("/v1/orders/B/events").await["items"][0]["position"].clone();
    for before in [foreign, json!(0), json!(1), json!(end + 1)] {
        let reply = admin.get(&format!("/v1/orders/A/events?before={before}")).send().await;
        assert_eq!(reply.problem(422, "invalid_parameter")["field"], "before");
    }
    admin.get("/v1/orders/Z/events").send().await.problem(404, "unknown_order");
}

#[tokio::test]
async fn a_decision_tells_who_made_it_and_with_which_key() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let mut events = whole_order("A").to_vec();
    events.push(withdrawal("W1", "10.00"));
    admin.record(&events).await;
    let reply = admin.post("/v1/withdrawals/W1/approve").header("Idempotency-Key", "k-1");
    reply.json(&json!({ "reference": "T1", "note": "已转账" })).send().await.ok();
    let all = history(&admin, 1_000).await;
    let paid = all.iter().find(|it| it["type"] == "ledger.withdrawal_paid").unwrap();
    assert_eq!(paid["data"], json!({ "reference": "T1", "note": "已转账" }));
    assert_eq!((&paid["subject"], &paid["idempotencykey"]), (&json!("W1"), &json!("k-1")));
    assert_eq!((&paid["actor"], &paid["id"]), (&json!("token:admin"), &json!(paid["position"].to_string())));
    assert_eq!(paid["source"], format!("urn:ledger:log:{}", all[0]["data"]["log_id"].as_str().unwrap()));
}

#[tokio::test]
async fn parameters_that_are_wrong_are_named() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&[placed("A"), paid("A"), completed("A")]).await;
    for (path, field) in [
        ("/v1/audit/events?limit=0", "limit"),
        ("/v1/audit/events?limit=1001", "limit"),
        ("/v1/audit/events?limit=many", "limit"),
        ("/v1/audit/events?after=-1", "after"),
        ("/v1/audit/events?after=18446744073709551616", "after"),
        ("/v1/audit/events?before=1", "before"),
        ("/v1/orders/A/events?limit=0", "limit"),
        ("/v1/orders/A/events?before=now", "before"),
        ("/v1/orders/A/events?after=1", "after"),
    ] {
        let problem = admin.get(path).send().await.problem(422, "invalid_parameter");
        assert_eq!(problem["field"], field, "{path}: {problem}");
    }
}

#[tokio::test]
async fn an_event_that_was_damaged_since_is_named_and_those_before_it_are_told() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    for order in ["A", "B"] {
        let end = admin.record(&[placed(order), paid(order)]).await;
        admin.read(&format!("/v1/orders/{order}?min_position={end}")).await;
    }
    // The second order: events 4 and 5.
    change(ledger.dir().path(), |bytes| {
        let (_, place) = blocks(bytes).into_iter().find(|(header, _)| header.first.get() == 4).unwrap();
        bytes[place.start + BlockHeader::BYTES + 40] ^= 0x10;
    });
    for path in ["/v1/audit/events?after=3", "/v1/audit/checkpoint", "/v1/orders/B/events"] {
        let problem = admin.get(path).send().await.problem(500, "damaged_log");
        assert_eq!(problem["position"], 4, "{path}: {problem}");
    }
    assert_eq!(positions(&admin.read("/v1/orders/A/events").await["items"]), [2, 3]);
}
