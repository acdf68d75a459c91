//! What changed between two moments: its shape, its pages, its files, who may see what, and what cannot be asked.

use serde_json::{Value, json};

use super::events::{completed, paid, placed, whole_order};
use super::harness::Ledger;

const EVER: &str = "from=2024-01-01&to=2030-01-01";

#[tokio::test]
async fn figures_that_changed_are_told_with_the_events_that_changed_them() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let first = admin.record(&whole_order("A")).await;
    let last = admin.record(&[placed("B"), paid("B"), placed("C")]).await;
    let ask = async |query: &str| {
        admin.read(&format!("/v1/reports/sales/diff?{EVER}&as_of={first}&min_position={last}&{query}")).await
    };
    let all = ask("").await;
    assert_eq!(
        (&all["report"], &all["as_of"], &all["to_as_of"]),
        (&json!("sales"), &json!(first), &json!(last))
    );
    assert_eq!((&all["figure"], &all["sum"], &all["events"]), (&json!(null), &json!(null), &json!([])));
    assert_eq!((&all["from"], &all["currency"]), (&json!("2024-01-01T00:00:00+08:00"), &json!("CNY")));
    let figures = all["figures"].as_array().unwrap();
    let figure = |path: &str| figures.iter().find(|figure| figure["figure"] == path);
    let orders = json!({ "figure": "total.orders", "before": 1, "after": 3, "change": 2 });
    assert_eq!(figure("total.orders"), Some(&orders));
    assert_eq!(figure("total.paid_amount").unwrap()["change"], "90.00");
    assert_eq!(figure("total.conversion_rate").unwrap()["change"], "-0.3333");
    assert_eq!(figure("total.by_status.completed.orders"), None, "it is the same");

    let paid = ask("figure=total.paid_amount").await;
    assert_eq!((&paid["sum"], &paid["figures"][0]["after"]), (&json!("90.00"), &json!("180.00")));
    let event = &paid["events"][0];
    assert_eq!(
        (&event["entity"], &event["order_id"], &event["change"]),
        (&json!("order"), &json!("B"), &json!("90.00"))
    );
    let told = admin
        .read(&format!("/v1/audit/events?after={}&limit=1", event["position"].as_u64().unwrap() - 1))
        .await;
    assert_eq!(
        (&told["items"][0]["type"], &told["items"][0]["subject"]),
        (&json!("order.paid"), &json!("B"))
    );

    let rate = ask("figure=total.conversion_rate").await;
    let parts: Vec<_> = rate["figures"].as_array().unwrap().iter().map(|part| &part["change"]).collect();
    assert_eq!((parts, &rate["sum"]), (vec![&json!("-0.3333"), &json!(1), &json!(2)], &json!(null)));

    let one = ask("figure=total.orders&limit=1").await;
    let cursor = one["next_cursor"].as_str().unwrap();
    let two = ask(&format!("figure=total.orders&limit=1&cursor={cursor}")).await;
    let ids = [&one, &two].map(|page| page["events"][0]["id"].as_str().unwrap().to_owned());
    assert_eq!((ids, &two["next_cursor"]), (["B".to_owned(), "C".to_owned()], &json!(null)));
}

#[tokio::test]
async fn what_came_and_went_is_no_change_and_yet_has_its_events() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let first = admin.record(&[placed("A")]).await;
    let last = admin.record(&[paid("A"), completed("A")]).await;
    let path = format!("/v1/reports/sales/diff?{EVER}&as_of={first}&to_as_of={last}");
    let all = admin.read(&path).await;
    let is_used = |figure: &Value| figure["figure"].as_str().unwrap().contains("awaiting_use");
    assert!(!all["figures"].as_array().unwrap().iter().any(is_used), "{all}");
    let used = admin.read(&format!("{path}&figure=total.by_status.awaiting_use.orders")).await;
    let changes: Vec<_> = used["events"].as_array().unwrap().iter().map(|event| &event["change"]).collect();
    assert_eq!((changes, &used["sum"]), (vec![&json!(1), &json!(-1)], &json!(0)));
    let same = admin.read(&format!("/v1/reports/sales/diff?{EVER}&as_of={last}&to_as_of={last}")).await;
    assert_eq!(same["figures"], json!([]), "nothing changes between a moment and itself");
}

#[tokio::test]
async fn a_file_has_the_figures_and_all_events() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let first = admin.record(&[placed("A")]).await;
    let last = admin.record(&[paid("A"), placed("B"), paid("B")]).await;
    let path = format!("/v1/reports/sales/diff?{EVER}&as_of={first}&to_as_of={last}&lang=en");
    let reply = admin.get(&format!("{path}&format=csv&figure=total.paid_amount&limit=1")).send().await;
    assert_eq!((reply.status, reply.position()), (200, last));
    let text = reply.text();
    for line in [format!("sales,{first},{last}"), "total.paid_amount,0.00,180.00,180.00".to_owned()] {
        assert!(text.lines().any(|found| found == line), "{line}: {text}");
    }
    assert_eq!(text.lines().filter(|line| line.ends_with(",90.00")).count(), 2, "{text}");
    let reply = admin.get(&format!("{path}&format=xlsx")).send().await;
    assert_eq!((reply.status, &reply.body[..2]), (200, &b"PK"[..]));
}

#[tokio::test]
async fn a_viewer_sees_what_changed_and_no_single_order() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    admin.record(&[placed("A")]).await;
    let new = json!({ "name": "viewer", "role": "viewer" });
    let made = admin.post("/v1/tokens").json(&new).send().await.json();
    let viewer = ledger.client(made["token"].as_str());
    let path = format!("/v1/reports/sales/diff?{EVER}&as_of=1");
    assert_eq!(viewer.get(&path).send().await.status, 200);
    viewer.get(&format!("{path}&figure=total.orders")).send().await.problem(403, "forbidden");
}

#[tokio::test]
async fn what_cannot_be_compared_is_named() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let end = admin.record(&whole_order("A")).await;
    let beyond = format!("sales/diff?as_of=1&to_as_of={}", end + 1);
    let backwards = format!("sales/diff?as_of={end}&to_as_of=1");
    for (address, code, field) in [
        ("sales/diff", "invalid_parameter", "as_of"),
        ("sales/diff?as_of=999", "invalid_as_of", "as_of"),
        (&beyond, "invalid_as_of", "to_as_of"),
        (&backwards, "invalid_as_of", "as_of"),
        ("sales/diff?as_of=1&to_as_of=tomorrow", "invalid_parameter", "to_as_of"),
        ("sales/diff?as_of=1&figure=total.happiness", "unknown_figure", "figure"),
        ("sales/trend/diff?as_of=1&figure=points.2026-11-01T00:30:00Z.orders", "unknown_figure", "figure"),
        ("sales/trend/diff?as_of=1&step=hour&from=2000-01-01", "too_many_steps", "step"),
        ("cash/diff?as_of=1&product_type=ticket", "invalid_parameter", "product_type"),
        ("sales/diff?as_of=1&figure=total.orders&cursor=items.1", "invalid_cursor", "cursor"),
        ("sales/diff?as_of=1&cursor=changes.00000000000000010000000000000001", "invalid_parameter", "cursor"),
        ("sales/diff?as_of=1&from=2026-11-02&to=2026-11-01", "invalid_range", "from"),
    ] {
        let problem = admin.get(&format!("/v1/reports/{address}")).send().await.problem(422, code);
        assert_eq!(problem["field"], field, "{address}");
    }
    admin.get("/v1/reports/weather/diff?as_of=1").send().await.problem(404, "unknown_report");
}
