//! Pages, filters and single orders, against read models in a file.

use axum::body::to_bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use events_schema::terms::{
    CommissionState, Direction, Method, OrderSource, OrderStatus, RefundState, SettlementState, Term,
};
use events_schema::{Money, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::database::Argument;
use crate::extract::{ValidPath, ValidQuery};
use crate::fixture::{
    CashRow, Engine, Ledger, OrderRow, on_both_engines, order_id, random_cash, random_orders,
};
use crate::lists::{balance_entries, cash_entries, order, orders, settlements};
use crate::problem::Problem;
use crate::read_models::Reading;

const ZONE: &str = "Asia/Shanghai";

on_both_engines!(
    pages_hold_each_order_once_while_others_arrive,
    the_last_page_that_is_full_has_no_next_one,
    a_total_is_that_of_all_pages,
    cursors_of_other_lists_are_refused,
    each_filter_takes_what_it_names,
    cash_entries_of_both_directions_are_merged_newest_first,
    what_contradicts_itself_is_answered_without_reading,
    what_belongs_to_one_order_comes_in_pages,
    an_order_is_shown_with_all_that_belongs_to_it,
    finance_settles_what_is_completed_and_was_paid_offline,
    what_is_not_paid_owes_the_supplier_nothing,
    an_order_that_was_never_placed_is_not_found,
);

fn micros(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().micros()
}

fn query<T: DeserializeOwned>(text: &str) -> ValidQuery<T> {
    let Query(value) = Query::try_from_uri(&format!("/?{text}").parse().unwrap()).unwrap();
    ValidQuery(value)
}

async fn body(response: Response) -> Value {
    serde_json::from_slice(&to_bytes(response.into_body(), usize::MAX).await.unwrap()).unwrap()
}

async fn order_page(reading: &Reading, text: &str) -> Result<Value, Problem> {
    Ok(body(orders::orders(State(reading.clone()), query(text)).await?).await)
}

async fn cash_page(reading: &Reading, text: &str) -> Result<Value, Problem> {
    Ok(body(cash_entries::cash_entries(State(reading.clone()), query(text)).await?).await)
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["order_id"].as_str().unwrap().to_owned()).collect()
}

fn positions(page: &Value) -> Vec<i64> {
    page["items"].as_array().unwrap().iter().map(|item| item["position"].as_i64().unwrap()).collect()
}

/// Orders of which several were placed at the same instant.
fn crowded_orders() -> Vec<OrderRow> {
    let begin = micros("2026-11-01T00:00:00Z");
    let mut orders = random_orders(11, 40, begin, begin + 20);
    orders.sort_by_key(|order| (order.placed_at, order.birth));
    orders.reverse();
    orders
}

async fn pages_hold_each_order_once_while_others_arrive(engine: Engine) {
    let expected = crowded_orders();
    let mut ledger = Ledger::with(engine, ZONE, &expected, &[]).await;
    let reading = ledger.reading().await;
    let (mut found, mut cursor) = (Vec::new(), String::new());
    for birth in 100.. {
        let page = order_page(&reading, &format!("limit=7{cursor}")).await.unwrap();
        found.extend(ids(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
        let newer = OrderRow { birth, placed_at: expected[0].placed_at + birth, ..expected[0].clone() };
        ledger.insert_order(&newer).await;
    }
    assert_eq!(found, expected.iter().map(|order| order_id(order.birth)).collect::<Vec<_>>());
}

async fn the_last_page_that_is_full_has_no_next_one(engine: Engine) {
    let ledger = Ledger::with(engine, ZONE, &crowded_orders(), &[]).await;
    let reading = ledger.reading().await;
    for (limit, is_last) in [(39, false), (40, true), (41, true)] {
        let page = order_page(&reading, &format!("limit={limit}")).await.unwrap();
        assert_eq!(page["next_cursor"].is_null(), is_last, "{limit}");
    }
}

async fn a_total_is_that_of_all_pages(engine: Engine) {
    let (orders, entries) = (crowded_orders(), random_cash(17, 50, 0, 30));
    let ledger = Ledger::with(engine, ZONE, &orders, &entries).await;
    let reading = ledger.reading().await;
    let total = |amounts: Vec<i64>| {
        let amount = Money::from_minor(amounts.iter().sum()).to_string();
        json!({"count": amounts.len(), "amount": amount})
    };
    let closed = orders.iter().filter(|order| order.status == OrderStatus::Closed);
    let first = order_page(&reading, "limit=5").await.unwrap();
    assert_eq!(first.get("total"), None);
    let cursor = first["next_cursor"].as_str().unwrap();
    for (text, expected) in [
        (
            format!("with_total=true&limit=5&cursor={cursor}"),
            total(orders.iter().map(|order| order.payable).collect()),
        ),
        ("with_total=true&status=closed".to_owned(), total(closed.map(|order| order.payable).collect())),
        ("with_total=true&to=2000-01-01".to_owned(), total(vec![])),
    ] {
        assert_eq!(order_page(&reading, &text).await.unwrap()["total"], expected, "{text}");
    }
    let amounts = |wanted: &dyn Fn(&CashRow) -> bool| {
        total(entries.iter().filter(|entry| wanted(entry)).map(|entry| entry.amount).collect())
    };
    for (text, expected) in [
        ("", amounts(&|_| true)),
        ("&direction=expense", amounts(&|entry| entry.kind.direction() == Direction::Expense)),
        ("&source_id=S-7&limit=1", amounts(&|entry| entry.position == 7)),
        ("&direction=income&kind=scan_refund", total(vec![])),
    ] {
        let page = cash_page(&reading, &format!("with_total=true{text}")).await.unwrap();
        assert_eq!(page["total"], expected, "{text}");
    }
}

async fn cursors_of_other_lists_are_refused(engine: Engine) {
    let entries = random_cash(12, 3, 0, 100);
    let ledger = Ledger::with(engine, ZONE, &[], &entries).await;
    let reading = ledger.reading().await;
    let page = cash_page(&reading, "limit=1").await.unwrap();
    let cursor = format!("cursor={}", page["next_cursor"].as_str().unwrap());
    assert_eq!(order_page(&reading, &cursor).await.unwrap_err().code(), "invalid_cursor");
    assert_eq!(cash_page(&reading, &cursor).await.unwrap()["items"].as_array().unwrap().len(), 2);
}

async fn each_filter_takes_what_it_names(engine: Engine) {
    let begin = micros("2026-11-01T00:00:00+08:00");
    let mut ledger = Ledger::with(engine, ZONE, &[], &[]).await;
    for order in random_orders(13, 4, begin, begin + 1) {
        ledger.insert_order(&OrderRow { product_type: format!("type{}", order.birth), ..order }).await;
    }
    let [completed, shipped, closed] =
        [OrderStatus::Completed, OrderStatus::Shipped, OrderStatus::Closed].map(Term::ordinal);
    let (source, method) = (OrderSource::WechatMini.ordinal(), Method::Pos.ordinal());
    ledger.execute(&format!("update order_states set status = {completed}")).await;
    for (table, birth, change) in [
        ("order_states", 1, &*format!("status = {shipped}, placed_at = placed_at - 86400000000")),
        ("orders", 1, "placed_at = placed_at - 86400000000"),
        ("orders", 2, &format!("source = {source}, member_id = 'M2', product_name = '长城一日游 A'")),
        ("orders", 3, "supplier_id = 'S3'"),
        (
            "order_states",
            3,
            &format!("supplier_id = 'S3', supplier_name = '供应商', payment_method = {method}"),
        ),
        ("orders", 4, "order_no = '50%_4', placed_at = placed_at + 86400000000"),
        ("order_states", 4, &format!("status = {closed}, placed_at = placed_at + 86400000000")),
    ] {
        ledger.execute(&format!("update {table} set {change} where birth = {birth}")).await;
    }
    let reading = ledger.reading().await;
    for (text, found) in [
        ("", &["O-4", "O-3", "O-2", "O-1"][..]),
        ("from=2026-11-01", &["O-4", "O-3", "O-2"]),
        ("to=2026-11-01", &["O-1"]),
        ("from=2026-11-01&to=2026-11-01T00:00:00.000001%2B08:00", &["O-3", "O-2"]),
        ("status=shipped", &["O-1"]),
        ("source=wechat_mini", &["O-2"]),
        ("product_type=type3", &["O-3"]),
        ("payment_method=pos", &["O-3"]),
        ("supplier_id=S3", &["O-3"]),
        ("member_id=M2", &["O-2"]),
        ("order_id=O-2", &["O-2"]),
        ("order_id=O-2&status=closed", &[]),
        ("q=NO-0000", &["O-3", "O-2", "O-1"]),
        ("q=O-", &["O-4", "O-3", "O-2", "O-1"]),
        ("q=%E9%95%BF%E5%9F%8E", &["O-2"]),
        ("q=50%25_", &["O-4"]),
        ("q=5_", &[]),
    ] {
        assert_eq!(ids(&order_page(&reading, text).await.unwrap()), found, "{text}");
    }
}

async fn cash_entries_of_both_directions_are_merged_newest_first(engine: Engine) {
    let entries = random_cash(14, 60, 0, 30);
    let ledger = Ledger::with(engine, ZONE, &[], &entries).await;
    let reading = ledger.reading().await;
    let newest_first = |wanted: &dyn Fn(&CashRow) -> bool| {
        let mut rows: Vec<_> = entries.iter().filter(|entry| wanted(entry)).collect();
        rows.sort_by_key(|entry| std::cmp::Reverse((entry.occurred_at, entry.position)));
        rows.iter().map(|entry| entry.position).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    let mut page = cash_page(&reading, "limit=9").await.unwrap();
    loop {
        found.extend(positions(&page));
        let Some(next) = page["next_cursor"].as_str() else { break };
        page = cash_page(&reading, &format!("limit=9&cursor={next}")).await.unwrap();
    }
    assert_eq!(found, newest_first(&|_| true));
    let of_mode = |word: &str| positions_of(&entries, |entry| entry.method.mode().to_string() == word);
    for (text, wanted) in [
        ("direction=income", positions_of(&entries, |entry| entry.kind.direction().to_string() == "income")),
        ("kind=scan_refund", positions_of(&entries, |entry| entry.kind.to_string() == "scan_refund")),
        ("method=alipay", positions_of(&entries, |entry| entry.method.to_string() == "alipay")),
        ("mode=offline", of_mode("offline")),
        ("mode=internal", of_mode("internal")),
        (
            "mode=online&direction=expense",
            positions_of(&entries, |entry| {
                entry.method.mode().to_string() == "online" && entry.kind.direction().to_string() == "expense"
            }),
        ),
        ("mode=offline&method=alipay", vec![]),
        ("direction=income&kind=scan_refund", vec![]),
        ("source_id=S-7", vec![7]),
        ("q=S-6", vec![6, 60]),
        ("order_id=O-1", vec![]),
    ] {
        let mut found = positions(&cash_page(&reading, text).await.unwrap());
        found.sort_unstable();
        assert_eq!(found, wanted, "{text}");
    }
}

/// What the address of a list answers.
async fn list(reading: &Reading, name: &str, text: &str) -> Result<Response, Problem> {
    let reading = State(reading.clone());
    match name {
        "orders" => orders::orders(reading, query(text)).await,
        "settlements" => settlements::settlements(reading, query(text)).await,
        "cash-entries" => cash_entries::cash_entries(reading, query(text)).await,
        "balance-entries" => balance_entries::balance_entries(reading, query(text)).await,
        _ => panic!("{name} is not asked here"),
    }
}

async fn what_contradicts_itself_is_answered_without_reading(engine: Engine) {
    let (orders, entries) = (random_orders(22, 9, 0, 30), random_cash(23, 9, 0, 30));
    let mut ledger = Ledger::with(engine, ZONE, &orders, &entries).await;
    // Whoever reads them fails.
    for table in ["orders", "order_states", "cash_entries", "balance_entries"] {
        ledger.execute(&format!("alter table {table} rename to {table}_away")).await;
    }
    let reading = ledger.reading().await;
    assert_eq!(list(&reading, "orders", "status=closed").await.unwrap_err().code(), "internal");
    for (name, text) in [
        ("orders", "status=closed&payment_method=pos"),
        ("settlements", "order_status=awaiting_payment&state=settled"),
        ("cash-entries", "direction=income&kind=order_refund"),
        ("cash-entries", "mode=offline&method=alipay"),
        ("balance-entries", "kind=gift&source=order.paid"),
    ] {
        let page = list(&reading, name, &format!("{text}&q=x&with_total=true")).await.unwrap();
        let expected = json!({
            "items": [], "next_cursor": null, "total": {"count": 0, "amount": "0.00"}, "position": 1_000_000,
        });
        assert_eq!(body(page).await, expected, "{name}?{text}");
        let file = list(&reading, name, &format!("{text}&q=x&format=csv")).await.unwrap();
        let file = to_bytes(file.into_body(), usize::MAX).await.unwrap();
        let lines = std::str::from_utf8(&file).unwrap().lines().count();
        assert_eq!(lines, 2, "a title and headings: {name}?{text}");
    }
}

async fn what_belongs_to_one_order_comes_in_pages(engine: Engine) {
    let entries = random_cash(18, 30, 0, 10).into_iter();
    let entries: Vec<_> =
        entries.map(|entry| CashRow { order: Some(1 + entry.position % 2), ..entry }).collect();
    let ledger = Ledger::with(engine, ZONE, &random_orders(19, 2, 0, 10), &entries).await;
    let reading = ledger.reading().await;
    let mut expected: Vec<_> = entries.iter().filter(|entry| entry.order == Some(1)).collect();
    expected.sort_by_key(|entry| std::cmp::Reverse((entry.occurred_at, entry.position)));
    let expected: Vec<_> = expected.iter().map(|entry| entry.position).collect();
    for filter in ["order_id=O-1", "source_id=O-1"] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = cash_page(&reading, &format!("{filter}&limit=4{cursor}")).await.unwrap();
            found.extend(positions(&page));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected, "{filter}");
    }
}

fn positions_of(entries: &[CashRow], wanted: impl Fn(&CashRow) -> bool) -> Vec<i64> {
    entries.iter().filter(|entry| wanted(entry)).map(|entry| entry.position).collect()
}

/// An order of a supplier with two commissions, paid 10.00, of which 2.50 are refunded, with this change of its state.
async fn detailed(engine: Engine, change: &str) -> Value {
    let begin = micros("2026-11-01T09:30:00+08:00");
    let order = random_orders(15, 1, begin, begin + 1);
    let cash = [CashRow { order: Some(1), ..random_cash(16, 1, begin, begin + 1)[0].clone() }];
    let mut ledger = Ledger::with(engine, ZONE, &order, &cash).await;
    let refund = [
        ("order_birth", 1.into()),
        ("refund_id", "R1".into()),
        ("requested_at", begin.into()),
        ("amount", 250.into()),
        ("fee", 50.into()),
        ("state", Argument::term(RefundState::Completed)),
        ("method", Argument::term(Method::Pos)),
    ];
    ledger.insert("refunds", &refund).await;
    for (line, name, amount) in [(0, "一", 37), (1, "二", 7)] {
        let commission = [
            ("order_birth", 1.into()),
            ("line", line.into()),
            ("distributor_id", format!("D{line}").into()),
            ("distributor_name", name.into()),
            ("original_amount", 50.into()),
            ("amount", amount.into()),
            ("state", Argument::term(CommissionState::Unsettled)),
        ];
        ledger.insert("commissions", &commission).await;
    }
    let facts = r#"supplier_id = 'S1', purchase_cost_original = 600, discounts = '[{"kind":"coupon","amount":"1.00"}]'"#;
    ledger.execute(&format!("update orders set {facts}")).await;
    let state = format!(
        "status = {}, payment_method = {}, paid = 1000, refunded_gross = 250, purchase_cost_now = 450, \
         settlement_state = {}, settlement_amount = 450",
        OrderStatus::AwaitingUse.ordinal(),
        Method::Pos.ordinal(),
        SettlementState::Unsettled.ordinal()
    );
    ledger.execute(&format!("update order_states set {state}")).await;
    ledger.execute(&format!("update order_states set {change}")).await;
    let reading = ledger.reading().await;
    let path = ValidPath("O-1".to_owned());
    let answer = order::order(State(reading), path, query("")).await.unwrap();
    serde_json::to_value(&answer.body).unwrap()
}

async fn an_order_is_shown_with_all_that_belongs_to_it(engine: Engine) {
    let order = detailed(engine, "birth = 1").await;
    let expected = json!({
        "order_id": "O-1", "status": "awaiting_use", "placed_at": "2026-11-01T09:30:00+08:00", "left": "7.50",
        "paid": "10.00", "refunded": "2.50", "purchase_cost_original": "6.00", "purchase_cost_now": "4.50",
        "discounts": [{"kind": "coupon", "amount": "1.00"}],
        "refunds": [{
            "refund_id": "R1", "requested_at": "2026-11-01T09:30:00+08:00", "decided_at": null,
            "amount": "2.50", "fee": "0.50", "state": "completed", "method": "pos"
        }],
        "settlement": {
            "state": "unsettled", "amount": "4.50", "due_at": null, "settled_at": null, "can_settle": false
        },
        "commissions": [
            {"distributor_id": "D0", "distributor_name": "一", "amount": "0.37", "state": "unsettled"},
            {"distributor_id": "D1", "distributor_name": "二", "amount": "0.07", "state": "unsettled"},
        ],
        "position": 1_000_000,
    });
    for (member, value) in expected.as_object().unwrap() {
        assert_eq!(&order[member], value, "{member}");
    }
    let entry = &order["cash_entries"][0];
    assert_eq!(
        [&entry["position"], &entry["source_id"], &entry["order_no"]],
        [&json!(1), &json!("O-1"), &json!("NO-00001")]
    );
}

async fn finance_settles_what_is_completed_and_was_paid_offline(engine: Engine) {
    let unsettled = (SettlementState::Unsettled, Method::Pos);
    for (status, (state, method), can_settle) in [
        (OrderStatus::RefundReview, unsettled, false),
        (OrderStatus::Completed, unsettled, true),
        (OrderStatus::Completed, (SettlementState::Unsettled, Method::Alipay), false),
        (OrderStatus::Completed, (SettlementState::Settled, Method::Pos), false),
    ] {
        let [status, state, method] = [status.ordinal(), state.ordinal(), method.ordinal()];
        let change = format!(
            "completed_at = 5, status = {status}, settlement_state = {state}, payment_method = {method}"
        );
        let order = detailed(engine, &change).await;
        assert_eq!(order["settlement"]["can_settle"], can_settle, "{change}");
    }
}

async fn what_is_not_paid_owes_the_supplier_nothing(engine: Engine) {
    let status = OrderStatus::AwaitingPayment.ordinal();
    let order = detailed(engine, &format!("status = {status}, settlement_state = null")).await;
    assert_eq!(order["settlement"], Value::Null);
}

async fn an_order_that_was_never_placed_is_not_found(engine: Engine) {
    let ledger = Ledger::new(engine, ZONE).await;
    let reading = ledger.reading().await;
    for order_id in ["O-1", "O 1", "O-1\0", "订单"] {
        let path = ValidPath(order_id.to_owned());
        let problem = order::order(State(reading.clone()), path, query("")).await.unwrap_err();
        assert_eq!((problem.code(), problem.status().as_u16()), ("unknown_order", 404), "{order_id:?}");
    }
}
