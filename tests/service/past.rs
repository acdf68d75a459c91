//! Reports as they stood: what the service answered while it ran, it answers again.

use serde_json::{Value, json};

use super::client::Client;
use super::events::{THAT_DAY, paid, placed, whole_order, withdrawal};
use super::harness::Ledger;

const REPORTS: [&str; 13] = [
    "overview?from=2024-01-01&to=2030-01-01",
    "sales?from=2024-01-01&to=2030-01-01",
    "sales?from=2024-03-05T03:00:01Z&to=2030-01-01&product_type=ticket",
    "sales/trend?from=2024-03-01&to=2024-04-01",
    "verifications?from=2024-01-01&to=2030-01-01",
    "refunds?from=2024-01-01&to=2030-01-01",
    "cash?from=2024-03-05&to=2030-01-01",
    "suppliers?from=2024-01-01&to=2030-01-01&supplier_id=S1",
    "withdrawals?from=2024-01-01&to=2030-01-01",
    "commissions?from=2024-01-01&to=2030-01-01",
    "commissions?from=2024-01-01&to=2030-01-01&distributor_id=D1",
    "balances?from=2024-01-01&to=2030-01-01",
    "screen?from=2024-03-05&to=2024-03-07",
];

/// What every report answers, with something more in its question.
async fn answers(client: &Client, more: &str) -> Vec<Value> {
    let mut answers = Vec::new();
    for report in REPORTS {
        let reply = client.get(&format!("/v1/reports/{report}&{more}")).send().await;
        let answer = reply.ok();
        assert_eq!(answer["position"], reply.position(), "{report}");
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn what_was_answered_once_is_answered_for_ever() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let mut kept = Vec::new();
    for events in [
        whole_order("A").to_vec(),
        vec![placed("B"), placed("C"), paid("B")],
        vec![withdrawal("W", "10.00")],
        whole_order("D").to_vec(),
        vec![paid("C")],
    ] {
        let position = admin.record(&events).await;
        let answers = answers(&admin, &format!("min_position={position}")).await;
        kept.push((position, jiff::Timestamp::now(), answers));
    }
    let last = kept[kept.len() - 1].0;
    let ledger = ledger.restart();
    let admin = ledger.admin();
    for (position, instant, answered) in &kept {
        for as_of in [position.to_string(), instant.to_string()] {
            let again = answers(&admin, &format!("as_of={as_of}&min_position={last}")).await;
            assert_eq!(&again, answered, "as of {as_of}");
        }
    }
    let nothing = admin.read("/v1/reports/overview?as_of=2024-01-01T00:00:00%2B08:00").await;
    assert_eq!((&nothing["position"], &nothing["sales"]["orders"]), (&json!(0), &json!(0)));
    assert_eq!(nothing["from"], "2024-01-01T00:00:00+08:00", "today is the day that is asked for");
}

#[tokio::test]
async fn an_order_and_what_was_decided_with_it_are_never_seen_apart() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let position = admin.record(&whole_order("A")).await;
    let mut seen = Vec::new();
    for as_of in 0..=position {
        let report = admin.read(&format!("/v1/reports/cash?{THAT_DAY}&as_of={as_of}")).await;
        let meant = report["position"].as_u64().unwrap();
        assert!(meant >= as_of, "{meant} for {as_of}");
        seen.push(meant);
    }
    assert!(seen.is_sorted() && seen.last() == Some(&position), "{seen:?}");
}

#[tokio::test]
async fn a_file_says_as_of_when_it_is() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let position = admin.record(&[placed("A")]).await;
    admin.record(&[placed("B"), paid("B")]).await;
    let reply =
        admin.get(&format!("/v1/reports/sales?{THAT_DAY}&as_of={position}&format=csv&lang=en")).send().await;
    let text = std::str::from_utf8(&reply.body).unwrap();
    assert_eq!((reply.status, reply.position()), (200, position), "{text}");
    assert!(text.lines().next().unwrap().contains(&format!("Log position: {position},")), "{text}");
    assert!(text.lines().any(|line| line.starts_with("1,1,0,0.00,")), "{text}");
}

#[tokio::test]
async fn what_is_not_yet_or_is_no_moment_is_refused() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let end = admin.record(&[placed("A")]).await;
    for (as_of, code) in [
        ((end + 1).to_string(), "invalid_as_of"),
        ("99999999999999999999999".to_owned(), "invalid_as_of"),
        ("2999-01-01T00:00:00Z".to_owned(), "invalid_as_of"),
        ("yesterday".to_owned(), "invalid_parameter"),
        ("2024-03-05".to_owned(), "invalid_parameter"),
        ("-1".to_owned(), "invalid_parameter"),
        (String::new(), "invalid_parameter"),
    ] {
        let reply = admin.get(&format!("/v1/reports/screen?as_of={as_of}")).send().await;
        let problem: Value = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!((reply.status, &problem["code"]), (422, &json!(code)), "{as_of}: {problem}");
        assert_eq!(problem["field"], "as_of", "{as_of}");
    }
}
