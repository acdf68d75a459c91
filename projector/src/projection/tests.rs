//! Tests of the projections without a database.

use events_schema::Timestamp;
use events_schema::terms::OrderStatus;

use super::share::{FIGURES, Share};
use crate::change::{Key, Value, Writes};
use crate::history::History;

/// Hour, day and month in which the histories begin.
const STARTS: [&str; 3] =
    ["2026-10-31T23:00:00+08:00", "2026-10-31T00:00:00+08:00", "2026-10-01T00:00:00+08:00"];

fn micros(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().micros()
}

/// The cells of a table whose sums are not all zero, as `start: name = sum, …`.
fn cells(writes: &Writes, table: &str) -> Vec<(Key, Vec<(&'static str, i64)>)> {
    let found = writes.cells.iter().find(|cells| cells.table.name == table);
    let named = |sums: &[i64]| {
        let names = found.unwrap().table.sums.iter().copied();
        names.zip(sums.iter().copied()).filter(|(_, sum)| *sum != 0).collect()
    };
    found.map_or(Vec::new(), |cells| {
        cells.cells.iter().map(|(key, sums)| (key.clone(), named(sums))).collect()
    })
}

/// The changed columns of the one row of `table` that changes.
fn changed(writes: &Writes, table: &str) -> Vec<(&'static str, Value)> {
    let rows = writes.rows.iter().find(|rows| rows.table.name == table).unwrap();
    let [(_, state)] = rows.changed.as_slice() else { panic!("{rows:?}") };
    rows.table.state.iter().copied().zip(state.iter().cloned()).collect()
}

fn column(row: &[(&'static str, Value)], name: &str) -> Value {
    row.iter().find(|(column, _)| *column == name).map(|(_, value)| value.clone()).unwrap()
}

#[test]
fn a_new_order_counts_in_its_hour_day_and_month() {
    let mut history = History::new();
    history.place("O1");
    let writes = history.changes_after(1);
    let born = &writes.rows[0].born;
    assert_eq!(born.len(), 1);
    let facts: Vec<_> = writes.rows[0].table.facts.iter().copied().zip(born[0].facts.to_vec()).collect();
    assert_eq!(column(&facts, "order_id"), Value::Text("O1".into()));
    assert_eq!(column(&facts, "payable"), Value::Int(9_000));
    assert_eq!(column(&facts, "discounts"), Value::Text(r#"[{"kind":"coupon","amount":"10.00"}]"#.into()));
    let commissions = r#"[{"distributor_id":"D1","distributor_name":"王 \"小\" 明","amount":"5.00"}]"#;
    assert_eq!(column(&facts, "commissions"), Value::Text(commissions.into()));
    for (table, start) in ["sales_hour", "sales_day", "sales_month"].into_iter().zip(STARTS) {
        let sums = vec![("orders", 1), ("awaiting_payment_orders", 1), ("awaiting_payment_amount", 9_000)];
        assert_eq!(cells(&writes, table), [(Key::Text(micros(start), "ticket".into()), sums)], "{table}");
    }
}

#[test]
fn an_event_moves_a_cell_by_the_difference_it_makes() {
    let mut history = History::new();
    history.place("O1");
    let placed = history.recorded.len();
    history.pass(86_400);
    history.pay("O1", "wechat_pay");
    let paid = history.changes_after(placed);
    // The cell is that of the hour in which the order was placed.
    let [(key, sums)] = cells(&paid, "sales_hour").try_into().unwrap();
    assert_eq!(key, Key::Text(micros(STARTS[0]), "ticket".into()));
    let expected = [
        ("paid_orders", 1),
        ("awaiting_payment_orders", -1),
        ("awaiting_use_orders", 1),
        ("awaiting_payment_amount", -9_000),
        ("awaiting_use_amount", 9_000),
        ("sales_amount", 10_000),
        ("discount_amount", 1_000),
        ("prepaid_amount", 9_000),
    ];
    assert_eq!(sums, expected);
    let row = changed(&paid, "orders");
    assert_eq!(column(&row, "payment_reference"), Value::Text("C-O1".into()));
    assert_eq!(column(&row, "prepaid_amount"), Value::Int(9_000));
}

#[test]
fn a_completed_order_has_revenue_and_costs() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    let paid = history.recorded.len();
    history.publish("order.completed", "O1", "{}");
    let completed = history.changes_after(paid);
    let [(_, sums)] = cells(&completed, "sales_day").try_into().unwrap();
    let expected = [
        ("awaiting_use_orders", -1),
        ("completed_orders", 1),
        ("awaiting_use_amount", -9_000),
        ("completed_amount", 9_000),
        ("prepaid_amount", -9_000),
        ("realised_amount", 9_000),
        ("revenue", 9_000),
        ("purchase_cost", 6_000),
        ("commission_cost", 500),
        ("freight_cost", 300),
    ];
    assert_eq!(sums, expected);
}

#[test]
fn a_part_refund_shrinks_what_is_left_and_what_is_owed() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    history.publish("order.completed", "O1", "{}");
    let completed = history.recorded.len();
    history.publish("refund.requested", "O1", r#"{"refund_id":"R1","amount":"30.00","fee":"1.00"}"#);
    history.publish("refund.completed", "O1", r#"{"refund_id":"R1","channel_reference":"CR"}"#);
    let refunded = history.changes_after(completed);
    let [(_, sums)] = cells(&refunded, "sales_month").try_into().unwrap();
    let expected = [
        ("returned_orders", 1),
        ("realised_amount", -3_000),
        ("refunded_amount", 2_900),
        ("refund_fee_amount", 100),
        ("revenue", -3_000),
        ("purchase_cost", -2_000),
        ("commission_cost", -167),
    ];
    assert_eq!(sums, expected);
    let refunds = refunded.rows.iter().find(|rows| rows.table.name == "refunds").unwrap();
    let birth = changed(&refunded, "orders");
    assert_eq!(column(&birth, "purchase_cost_now"), Value::Int(4_000));
    assert_eq!(refunds.born.len(), 1);
    assert_eq!(refunds.born[0].key, Key::Numbers(2, 0));
    assert_eq!(refunds.born[0].state[1..], [Value::Term("completed"), Value::Term("wechat_pay")]);
}

#[test]
fn every_movement_of_money_makes_one_entry() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    history.publish("order.paid", "O1", r#"{"payment_id":"P2","method":"cash","amount":"1.00"}"#);
    history.publish("payment.refunded", "P2", r#"{"refund_id":"F1","amount":"0.40"}"#);
    history.publish("order.completed", "O1", "{}");
    history.publish("refund.requested", "O1", r#"{"refund_id":"R1","amount":"30.00","fee":"1.00"}"#);
    history.publish("refund.completed", "O1", r#"{"refund_id":"R1","method":"bank_transfer"}"#);
    history.publish("member.registered", "M1", r#"{"phone":"138"}"#);
    history.publish("balance.recharged", "M1", r#"{"payment_id":"B1","method":"pos","amount":"9.00"}"#);
    history.publish(
        "balance.recharge_refunded",
        "M1",
        r#"{"payment_id":"B2","method":"pos","amount":"2.00"}"#,
    );
    history.publish("payment.received", "Q1", r#"{"method":"alipay","amount":"7.00"}"#);
    history.publish("payment.refunded", "Q1", r#"{"refund_id":"F1","amount":"3.00"}"#);
    history.pass(3 * 86_400);
    for (id, kind, payee) in [("W1", "supplier", "S1"), ("W2", "distributor", "D1"), ("W3", "member", "M1")] {
        let data = format!(
            r#"{{"payee":{{"kind":"{kind}","id":"{payee}","name":"n"}},"amount":"1.50","method":"wechat","account":"a"}}"#
        );
        assert!(history.publish("withdrawal.requested", id, data));
        assert!(history.pay_withdrawal(id));
    }
    let writes = history.changes_after(0);
    let entries = writes.rows.iter().find(|rows| rows.table.name == "cash_entries").unwrap();
    let shown: Vec<_> = entries.born.iter().map(|row| show(&row.facts[1..])).collect();
    assert_eq!(
        shown,
        [
            "income order_payment wechat_pay 9000 O1 2 O1 N1 C-O1",
            "income surplus_payment cash 100 P2 2 O1 N1 -",
            "expense surplus_refund cash 40 P2 2 O1 N1 -",
            "expense order_refund bank_transfer 2900 O1 2 O1 N1 -",
            "income recharge pos 900 B1 - - - -",
            "expense recharge_refund pos 200 B2 - - - -",
            "income scan_payment alipay 700 Q1 - - - -",
            "expense scan_refund alipay 300 Q1 - - - -",
            "expense supplier_withdrawal wechat_pay 150 W1 - - - BANK-1",
            "expense distributor_withdrawal wechat_pay 150 W2 - - - BANK-1",
            "expense member_withdrawal wechat_pay 150 W3 - - - BANK-1",
        ]
    );
    let payment = Key::Terms(micros(STARTS[1]), "order_payment", "wechat_pay");
    assert!(cells(&writes, "cash_day").contains(&(payment, vec![("entries", 1), ("amount", 9_000)])));
    let paid_out = Key::Terms(micros("2026-11-01T00:00:00+08:00"), "member_withdrawal", "wechat_pay");
    assert!(cells(&writes, "cash_month").contains(&(paid_out, vec![("entries", 1), ("amount", 150)])));
}

fn show(values: &[Value]) -> String {
    let text = |value: &Value| match value {
        Value::Null => "-".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.to_string(),
        Value::Term(word) => (*word).to_owned(),
    };
    values.iter().map(text).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_moves_inside_or_is_nothing_makes_no_entry() {
    let mut history = History::new();
    history.publish("member.registered", "M1", r#"{"phone":"138"}"#);
    history.publish("balance.gifted", "M1", r#"{"amount":"200.00"}"#);
    history.place("O1");
    history.pay("O1", "balance");
    history.publish("refund.requested", "O1", r#"{"refund_id":"R1","amount":"90.00","fee":"1.00"}"#);
    history.publish("refund.completed", "O1", r#"{"refund_id":"R1"}"#);
    history.place("O2");
    history.pay("O2", "cash");
    let paid = history.recorded.len();
    history.publish("refund.requested", "O2", r#"{"refund_id":"R1","amount":"5.00","fee":"5.00"}"#);
    assert!(history.publish("refund.completed", "O2", r#"{"refund_id":"R1"}"#));
    assert!(history.changes_after(paid).rows.iter().all(|rows| rows.table.name != "cash_entries"));
    let all = history.changes_after(0);
    let entries = all.rows.iter().find(|rows| rows.table.name == "cash_entries").unwrap();
    assert_eq!(entries.born.len(), 1, "{entries:?}");
}

#[test]
fn an_order_is_in_exactly_one_status_and_its_payment_adds_up() {
    let (entities, orders) = crate::history::random(7, 1_500).entities();
    assert!(orders.len() > 50);
    let mut statuses = std::collections::BTreeSet::new();
    for order in orders.into_iter().map(|birth| entities.order(birth).unwrap().unwrap()) {
        statuses.insert(order.figures.status.to_string());
        let share = Share::of(&order.facts, &order.figures);
        let parts =
            share.prepaid_amount + share.realised_amount + share.refunded_amount + share.refund_fee_amount;
        assert_eq!(share.sales_amount - share.discount_amount, parts, "{order:?}");
        let cell = super::share::cell(&order.facts, &order.figures);
        assert_eq!((cell[0], cell[3..12].iter().sum::<i64>()), (1, 1));
        assert_eq!(cell[12..21].iter().sum::<i64>(), order.facts.payable().minor());
    }
    assert_eq!(statuses.len(), 9, "the history shows every status: {statuses:?}");
}

#[test]
fn figures_are_named_as_the_statuses_stand() {
    use events_schema::terms::Term;
    for status in OrderStatus::ALL {
        let (count, amount) = (FIGURES[3 + status.ordinal()], FIGURES[12 + status.ordinal()]);
        assert_eq!(count, format!("{status}_orders"));
        let taken = if *status == OrderStatus::Refunded {
            "refunded_status_amount".into()
        } else {
            format!("{status}_amount")
        };
        assert_eq!(amount, taken);
    }
}
