//! What was published is read back: in reports, in lists, one by one, at a position.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::events::{THAT_DAY, at, changed, completed, paid, paid_by, placed, whole_order, withdrawal};
use super::harness::Ledger;

#[tokio::test]
async fn an_order_is_in_the_sales_report_as_soon_as_it_is_answered() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let position = admin.record(&[placed("A"), paid("A"), placed("B")]).await;
    let reply = admin.get(&format!("/v1/reports/sales?{THAT_DAY}&min_position={position}")).send().await;
    let report = reply.ok();
    assert_eq!(reply.position(), position);
    assert_eq!((&report["report"], &report["position"]), (&json!("sales"), &json!(position)));
    assert_eq!((&report["time_zone"], &report["currency"]), (&json!("Asia/Shanghai"), &json!("CNY")));
    assert_eq!(report["from"], "2024-03-05T00:00:00+08:00");
    let total = &report["total"];
    for (figure, value) in [
        ("orders", json!(2)),
        ("paid_orders", json!(1)),
        ("unpaid_orders", json!(1)),
        ("sales_amount", json!("100.00")),
        ("discount_amount", json!("10.00")),
        ("paid_amount", json!("90.00")),
        ("prepaid_amount", json!("90.00")),
        ("realised_amount", json!("0.00")),
        ("profit_margin", Value::Null),
        ("conversion_rate", json!("0.5000")),
    ] {
        assert_eq!(total[figure], value, "{figure}: {total}");
    }
    let types = report["by_product_type"].as_array().unwrap();
    assert_eq!((types.len(), &types[0]["product_type"]), (1, &json!("ticket")));
}

#[tokio::test]
async fn a_completed_order_has_costs_and_a_profit() {
    let ledger = Ledger::start();
    let position = ledger.admin().record(&whole_order("A")).await;
    let total =
        &ledger.admin().read(&format!("/v1/reports/sales?{THAT_DAY}&min_position={position}")).await["total"];
    for (figure, value) in [
        ("revenue", "90.00"),
        ("purchase_cost", "60.00"),
        ("commission_cost", "5.00"),
        ("sales_cost", "65.00"),
        ("profit", "25.00"),
        ("profit_margin", "0.2778"),
        ("realised_amount", "90.00"),
    ] {
        assert_eq!(total[figure], value, "{figure}: {total}");
    }
    let completed = json!({ "status": "completed", "orders": 1, "amount": "90.00" });
    assert!(total["by_status"].as_array().unwrap().contains(&completed), "{total}");
}

#[tokio::test]
async fn the_trend_has_each_step_with_its_local_start() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let late = changed(placed("B"), "/time", "2024-03-05T15:59:59.999999Z");
    let next_day = changed(placed("C"), "/time", "2024-03-05T16:00:00Z");
    let position = admin.record(&[placed("A"), paid("A"), late, next_day]).await;
    let path = format!("/v1/reports/sales/trend?from=2024-03-04&to=2024-03-07&min_position={position}");
    let points = admin.read(&path).await["points"].clone();
    let point = |day: u8, orders: u8, paid: u8, amount: &str, unpaid: &str| {
        json!({
            "at": format!("2024-03-0{day}T00:00:00+08:00"),
            "orders": orders, "paid_orders": paid, "paid_amount": amount, "unpaid_amount": unpaid,
        })
    };
    let expected =
        [point(4, 0, 0, "0.00", "0.00"), point(5, 2, 1, "90.00", "90.00"), point(6, 1, 0, "0.00", "90.00")];
    assert_eq!(points, json!(expected));
    let hours = admin.read(&format!("/v1/reports/sales/trend?step=hour&{THAT_DAY}")).await;
    assert_eq!(hours["points"].as_array().unwrap().len(), 24);
    assert_eq!(hours["points"][23]["orders"], 1);
    let reply = admin.get("/v1/reports/sales/trend?step=hour&from=2024-01-01&to=2024-06-01").send().await;
    assert_eq!(reply.status, 422, "{reply:?}");
}

#[tokio::test]
async fn money_that_moved_is_in_the_cash_report_and_its_lists() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let surplus = changed(changed(paid_by("A", "alipay"), "/id", "again"), "/data/payment_id", "twice");
    let scan = json!({ "method": "cash", "amount": "12.50", "note": "停车" });
    let mut events = whole_order("A").to_vec();
    events.extend([surplus, at("12:00:00", "payment.received", "scan", scan), withdrawal("W1", "60.00")]);
    let position = admin.record(&events).await;
    let approve = admin.post("/v1/withdrawals/W1/approve");
    let approval = json!({ "reference": "T1", "paid_at": "2024-03-05T21:00:00+08:00" });
    let position = position.max(approve.json(&approval).send().await.position());

    let report = admin.read(&format!("/v1/reports/cash?{THAT_DAY}&min_position={position}")).await;
    assert_eq!(report["opening_balance"], "0.00");
    assert_eq!(report["income"], json!({ "count": 3, "amount": "192.50" }));
    assert_eq!(report["expense"], json!({ "count": 1, "amount": "60.00" }));
    assert_eq!((&report["net"], &report["closing_balance"]), (&json!("132.50"), &json!("132.50")));
    let kind = |name: &str| {
        report["by_kind"].as_array().unwrap().iter().find(|it| it["kind"] == name).cloned().unwrap()
    };
    for (name, amount) in [
        ("order_payment", "90.00"),
        ("surplus_payment", "90.00"),
        ("scan_payment", "12.50"),
        ("supplier_withdrawal", "60.00"),
    ] {
        assert_eq!(kind(name)["amount"], amount);
    }
    assert_eq!(report["by_kind"].as_array().unwrap().len(), 11);
    assert_eq!(report["by_method"].as_array().unwrap().len(), 7);

    let income = admin.read("/v1/cash-entries?direction=income").await;
    let sources: Vec<_> =
        income["items"].as_array().unwrap().iter().map(|it| it["source_id"].clone()).collect();
    assert_eq!(sources, ["scan", "twice", "A"], "newest first: {income}");
    let expense = admin.read("/v1/cash-entries?direction=expense").await;
    let [entry] = &**expense["items"].as_array().unwrap() else { panic!("{expense}") };
    assert_eq!((&entry["kind"], &entry["method"]), (&json!("supplier_withdrawal"), &json!("bank_transfer")));
    assert_eq!((&entry["reference"], &entry["mode"]), (&json!("T1"), &json!("offline")));
}

#[tokio::test]
async fn one_order_is_shown_with_all_that_belongs_to_it() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let mut events = whole_order("A").to_vec();
    let request = json!({ "refund_id": "R1", "amount": "45.00", "fee": "5.00", "reason": "雨" });
    events.push(at("19:00:00", "refund.requested", "A", request));
    events.push(at("19:30:00", "refund.completed", "A", json!({ "refund_id": "R1" })));
    let position = admin.record(&events).await;
    let reply = admin.get(&format!("/v1/orders/A?min_position={position}")).send().await;
    let order = reply.ok();
    assert_eq!(reply.position(), position);
    for (member, value) in [
        ("status", json!("completed")),
        ("order_no", json!("No. A")),
        ("payable", json!("90.00")),
        ("left", json!("45.00")),
        ("payment_method", json!("wechat_pay")),
        ("completed_at", json!("2024-03-05T18:00:00+08:00")),
        ("purchase_cost_now", json!("30.00")),
        ("commission_cost_now", json!("2.50")),
        ("travellers", json!({ "male": 1, "female": 1, "unknown": 0 })),
    ] {
        assert_eq!(order[member], value, "{member}: {order}");
    }
    assert_eq!(order["refunds"][0]["state"], "completed");
    assert_eq!(
        (&order["refunds"][0]["fee"], &order["refunds"][0]["amount"]),
        (&json!("5.00"), &json!("45.00"))
    );
    // Imported late, so it was settled as it went: at its due time, not now.
    assert_eq!(order["settlement"]["state"], "settled");
    assert_eq!(order["settlement"]["settled_at"], "2024-03-06T00:00:00+08:00");
    assert_eq!(order["commissions"][0]["state"], "settled");
    let entries: Vec<_> =
        order["cash_entries"].as_array().unwrap().iter().map(|it| it["amount"].clone()).collect();
    assert_eq!(entries, ["90.00", "40.00"]);
    admin.get("/v1/orders/Z").send().await.problem(404, "unknown_order");
}

#[tokio::test]
async fn a_list_is_read_page_by_page() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let orders: Vec<_> = (10..35)
        .map(|minute| {
            changed(placed(&format!("O{minute}")), "/time", format!("2024-03-05T10:{minute}:00+08:00"))
        })
        .collect();
    let position = admin.record(&orders).await;
    let mut seen = Vec::new();
    let mut path = format!("/v1/orders?limit=10&min_position={position}");
    loop {
        let page = admin.read(&path).await;
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|it| it["order_id"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/orders?limit=10&cursor={cursor}");
    }
    assert_eq!(seen, (10..35).rev().map(|minute| format!("O{minute}")).collect::<Vec<_>>());
    let filtered = admin.read("/v1/orders?status=awaiting_payment&q=No.%20O3&limit=500").await;
    assert_eq!(filtered["items"].as_array().unwrap().len(), 5);
    assert_eq!(admin.read("/v1/orders?status=closed").await["items"], json!([]));
}

#[tokio::test]
async fn a_position_that_never_comes_is_waited_for_five_seconds() {
    let ledger = Ledger::start();
    let begin = Instant::now();
    let reply = ledger.admin().get("/v1/reports/sales?min_position=1000").send().await;
    let problem = reply.problem(503, "projection_behind");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(problem["position"], 1);
    let waited = begin.elapsed();
    assert!(waited > Duration::from_secs(4) && waited < Duration::from_secs(8), "{waited:?}");
}

#[tokio::test]
async fn a_reader_that_waits_sees_what_is_written_meanwhile() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let reader = tokio::spawn({
        let admin = admin.clone();
        async move { admin.read("/v1/orders/A?min_position=4").await }
    });
    admin.record(&[placed("A"), paid("A")]).await;
    assert!(!reader.is_finished());
    admin.record(&[changed(completed("A"), "/type", "order.shipped")]).await;
    assert_eq!(reader.await.unwrap()["status"], "shipped");
}

#[tokio::test]
async fn the_time_zone_and_the_currency_are_those_the_ledger_was_made_with() {
    let dir = super::harness::directory();
    let mut command = Ledger::command(dir.path());
    command.args(["--time-zone", "America/New_York", "--currency", "USD"]);
    let ledger = Ledger::start_with(&dir, command);
    // 22:00 on the day before in New York.
    ledger.admin().record(&[changed(placed("A"), "/time", "2024-03-05T03:00:00Z")]).await;
    // Others are no use later.
    let ledger = ledger.restart();
    let report = ledger.admin().read("/v1/reports/sales?from=2024-03-04&to=2024-03-05&min_position=2").await;
    assert_eq!((&report["time_zone"], &report["currency"]), (&json!("America/New_York"), &json!("USD")));
    assert_eq!(
        (&report["total"]["orders"], &report["from"]),
        (&json!(1), &json!("2024-03-04T00:00:00-05:00"))
    );
}
