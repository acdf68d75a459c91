//! Tests of money, members, withdrawals and parked events.

use events_schema::recorded::Personal;
use events_schema::recorded::ledger::WithdrawalSettings;
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::{Action, Event};

use super::{born, cells, changed};
use crate::history::History;

/// A withdrawal of 1.50 by a payee.
fn withdraw(history: &mut History, id: &str, kind: &str, payee: &str) {
    let data = format!(
        r#"{{"payee":{{"kind":"{kind}","id":"{payee}","name":"n","phone":"5"}},"amount":"1.50","method":"wechat","account":"a"}}"#
    );
    assert!(history.publish("withdrawal.requested", id, data));
}

fn register(history: &mut History, member: &str, gender: &str) {
    let data = format!(r#"{{"phone":"138","gender":"{gender}"}}"#);
    assert!(history.publish("member.registered", member, data));
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
    register(&mut history, "M1", "unknown");
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
        withdraw(&mut history, id, kind, payee);
        assert!(history.pay_withdrawal(id));
    }
    let writes = history.changes_after(0);
    let columns = ["kind", "method", "amount", "source_id", "order_birth", "reference"];
    assert_eq!(
        born(&writes, "cash_entries", &columns),
        [
            "order_payment wechat_pay 9000 - 2 C-O1",
            "surplus_payment cash 100 P2 2 -",
            "surplus_refund cash 40 P2 2 -",
            "order_refund bank_transfer 2900 - 2 -",
            "recharge pos 900 B1 - -",
            "recharge_refund pos 200 B2 - -",
            "scan_payment alipay 700 Q1 - -",
            "scan_refund alipay 300 Q1 - -",
            "supplier_withdrawal wechat_pay 150 W1 - BANK-1",
            "distributor_withdrawal wechat_pay 150 W2 - BANK-1",
            "member_withdrawal wechat_pay 150 W3 - BANK-1",
        ]
    );
    let payment = "2026-10-31T00 order_payment wechat_pay: entries 1, amount 9000";
    assert!(cells(&writes, "cash_cells", "day").contains(&payment.to_owned()));
    let paid_out = "2026-11-01T00 member_withdrawal wechat_pay: entries 1, amount 150";
    assert!(cells(&writes, "cash_cells", "month").contains(&paid_out.to_owned()));
}

#[test]
fn what_moves_inside_or_is_nothing_makes_no_entry_of_cash() {
    let mut history = History::new();
    register(&mut history, "M1", "unknown");
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
    assert_eq!(born(&history.changes_after(0), "cash_entries", &["kind"]), ["order_payment"]);
}

#[test]
fn every_change_of_a_balance_makes_one_entry() {
    let mut history = History::new();
    register(&mut history, "M1", "female");
    history.publish("balance.recharged", "M1", r#"{"payment_id":"B1","method":"pos","amount":"100.00"}"#);
    history.publish(
        "balance.recharge_refunded",
        "M1",
        r#"{"payment_id":"B2","method":"pos","amount":"2.00"}"#,
    );
    history.publish("balance.gifted", "M1", r#"{"amount":"3.00"}"#);
    history.publish("balance.deducted", "M1", r#"{"amount":"0.50"}"#);
    history.place("O1");
    history.pay("O1", "balance");
    history.publish("refund.requested", "O1", r#"{"refund_id":"R1","amount":"90.00","fee":"1.00"}"#);
    history.publish("refund.completed", "O1", r#"{"refund_id":"R1"}"#);
    withdraw(&mut history, "W1", "member", "M1");
    let (withdrawal_id, reason) = ("W1".parse().unwrap(), Personal::Plain("no".into()));
    let rejected = WithdrawalRejected { reason };
    assert!(history.decide(Action::RejectWithdrawal { withdrawal_id, rejected }));
    let writes = history.changes_after(0);
    let births: Vec<_> = ["OrderPlaced", "WithdrawalRequested"]
        .map(|name| history.recorded.iter().find(|recorded| recorded.event.name() == name).unwrap())
        .map(|recorded| recorded.position)
        .into();
    let (order, withdrawal) = (births[0], births[1]);
    let columns =
        ["member_birth", "kind", "change", "balance_after", "payment_id", "order_birth", "withdrawal_birth"];
    assert_eq!(
        born(&writes, "balance_entries", &columns),
        [
            "2 recharge 10000 10000 B1 - -".to_owned(),
            "2 recharge_refund -200 9800 B2 - -".to_owned(),
            "2 gift 300 10100 - - -".to_owned(),
            "2 deduct -50 10050 - - -".to_owned(),
            format!("2 consume -9000 1050 - {order} -"),
            format!("2 consume_refund 8900 9950 - {order} -"),
            format!("2 withdraw -150 9800 - - {withdrawal}"),
            format!("2 withdraw_return 150 9950 - - {withdrawal}"),
        ]
    );
    assert_eq!(
        cells(&writes, "balance_cells", "hour"),
        [
            "2026-10-31T23 recharge: entries 1, change 10000",
            "2026-10-31T23 recharge_refund: entries 1, change -200",
            "2026-10-31T23 consume: entries 1, change -9000",
            "2026-10-31T23 consume_refund: entries 1, change 8900",
            "2026-10-31T23 withdraw: entries 1, change -150",
            "2026-10-31T23 withdraw_return: entries 1, change 150",
            "2026-10-31T23 gift: entries 1, change 300",
            "2026-10-31T23 deduct: entries 1, change -50",
        ]
    );
}

#[test]
fn a_free_order_paid_from_a_balance_moves_nothing() {
    let mut history = History::new();
    register(&mut history, "M1", "male");
    let placed = r#"{"order_no":"N","member_id":"M1","source":"pc","product":{"id":"G","name":"g","type":"hotel"},
        "packages":1,"amount":"0.00","freight":"0.00","confirmation":"none"}"#;
    assert!(history.publish("order.placed", "O1", placed));
    assert!(history.publish("order.paid", "O1", r#"{"payment_id":"P","method":"balance","amount":"0.00"}"#));
    let writes = history.changes_after(0);
    assert!(born(&writes, "balance_entries", &[]).is_empty());
    assert!(cells(&writes, "balance_cells", "hour").is_empty());
}

#[test]
fn members_count_where_they_registered() {
    let mut history = History::new();
    for (member, gender) in [("M1", "female"), ("M2", "male"), ("M3", "female")] {
        register(&mut history, member, gender);
    }
    let writes = history.changes_after(0);
    let columns = ["member_id", "phone", "gender"];
    assert_eq!(born(&writes, "members", &columns), ["M1 138 female", "M2 138 male", "M3 138 female"]);
    assert_eq!(cells(&writes, "member_cells", "day"), ["2026-10-31T00: members 3"]);
}

#[test]
fn a_decision_moves_a_withdrawal_from_cell_to_cell() {
    let mut history = History::new();
    register(&mut history, "M1", "male");
    history.publish("balance.gifted", "M1", r#"{"amount":"9.00"}"#);
    let settings = WithdrawalSettings { automatic_transfer: true, ..WithdrawalSettings::default() };
    assert!(history.decide(Action::ChangeWithdrawalSettings(settings)));
    let before = history.recorded.len();
    withdraw(&mut history, "W1", "member", "M1");
    let requested = history.changes_after(before);
    let columns = [
        "withdrawal_id",
        "payee_kind",
        "payee_id",
        "payee_name",
        "payee_phone",
        "method",
        "account",
        "state",
    ];
    assert_eq!(born(&requested, "withdrawals", &columns), ["W1 member M1 n 5 wechat a pending"]);
    let pending = "2026-10-31T23 member wechat pending: withdrawals 1, amount 150";
    assert_eq!(cells(&requested, "withdrawal_cells", "hour"), [pending]);
    let mut at = history.recorded.len();
    let columns = ["state", "reference", "reason"];
    let withdrawal_id = || "W1".parse().unwrap();
    history.pass(3_600);
    history.pay_withdrawal("W1");
    let approved = history.changes_after(at);
    assert_eq!(changed(&approved, "withdrawals", &columns), ["approved - -"]);
    assert_eq!(
        cells(&approved, "withdrawal_cells", "hour"),
        [
            "2026-10-31T23 member wechat pending: withdrawals -1, amount -150",
            "2026-10-31T23 member wechat approved: withdrawals 1, amount 150",
        ]
    );
    at = history.recorded.len();
    history
        .decide(Action::FailTransfer { withdrawal_id: withdrawal_id(), failure: "closed".parse().unwrap() });
    let failed = history.changes_after(at);
    assert_eq!(changed(&failed, "withdrawals", &columns), ["pending - closed"]);
    history.pay_withdrawal("W1");
    at = history.recorded.len();
    let paid = WithdrawalPaid { reference: Some("T1".parse().unwrap()), note: None };
    history.decide(Action::ConfirmTransfer { withdrawal_id: withdrawal_id(), paid });
    let paid = history.changes_after(at);
    assert_eq!(changed(&paid, "withdrawals", &columns), ["paid T1 -"]);
    assert_eq!(
        cells(&history.changes_after(0), "withdrawal_cells", "month"),
        [
            "2026-10-01T00 member wechat pending: ",
            "2026-10-01T00 member wechat approved: ",
            "2026-10-01T00 member wechat paid: withdrawals 1, amount 150",
        ]
    );
}

#[test]
fn a_parked_event_is_shown_as_it_was_published_and_as_it_stands() {
    let mut history = History::new();
    history.publish("order.confirmed", "O1", "{}");
    history.publish("balance.gifted", "M1", r#"{"amount":"9.00"}"#);
    history.publish("payment.refunded", "P1", r#"{"refund_id":"F","amount":"1.00"}"#);
    let columns = ["event_id", "waits_for", "awaited_id", "state", "code"];
    let parked = history.recorded.len();
    assert_eq!(
        born(&history.changes_after(0), "parked_events", &columns),
        ["1 order O1 waiting -", "2 member M1 waiting -", "3 payment P1 waiting -"]
    );
    let event = &born(&history.changes_after(0), "parked_events", &["event"])[0];
    assert!(
        event.starts_with(r#"{"specversion":"1.0","id":"1","source":"/test","type":"order.confirmed""#),
        "{event}"
    );
    history.place("O1");
    register(&mut history, "M1", "male");
    let last = history.recorded[parked - 1].position;
    history.decide(Action::DiscardParkedEvent { parked: last, reason: "lost".parse().unwrap() });
    // No confirmation was asked for.
    let columns = &columns[1..];
    assert_eq!(
        changed(&history.changes_after(parked), "parked_events", columns),
        ["order O1 failed not_awaiting_confirmation", "member M1 released -", "payment P1 discarded -"]
    );
}

#[test]
fn what_is_sealed_is_shown_as_nothing() {
    let mut history = History::new();
    history.place("O1");
    register(&mut history, "M1", "male");
    history.publish("balance.gifted", "M1", r#"{"amount":"9.00"}"#);
    withdraw(&mut history, "W1", "member", "M1");
    history.publish("order.confirmed", "O2", "{}");
    let sealed = || Personal::Sealed(Box::new([1, 2, 3]));
    for recorded in &mut history.recorded {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others of these events have no such texts")]
        match &mut recorded.event {
            Event::OrderPlaced(facts) => {
                std::sync::Arc::make_mut(facts).commissions[0].distributor_name = sealed();
            }
            Event::MemberRegistered(facts) => facts.phone = sealed(),
            Event::WithdrawalRequested(facts) => {
                (facts.payee.name, facts.payee.phone, facts.account) = (sealed(), Some(sealed()), sealed());
            }
            Event::EventParked(parked) => parked.event = sealed(),
            _ => {}
        }
    }
    let writes = history.changes_after(0);
    assert_eq!(born(&writes, "commissions", &["distributor_name", "distributor_id"]), ["'' D1"]);
    assert_eq!(born(&writes, "members", &["phone"]), ["''"]);
    assert_eq!(born(&writes, "withdrawals", &["payee_name", "payee_phone", "account"]), ["'' - ''"]);
    assert_eq!(born(&writes, "parked_events", &["event", "event_id"]), ["'' 5"]);
}

#[test]
fn a_parked_event_says_what_money_moved_until_it_is_released() {
    let mut history = History::new();
    let payment = |method: &str, amount: &str| {
        format!(r#"{{"payment_id":"P{method}{amount}","method":"{method}","amount":"{amount}"}}"#)
    };
    history.publish("order.paid", "O1", payment("alipay", "90.00"));
    history.publish("order.paid", "O2", payment("balance", "90.00"));
    history.publish("order.paid", "O3", payment("cash", "0.00"));
    history.publish("refund.completed", "O1", r#"{"refund_id":"R"}"#);
    history.publish("refund.completed", "O1", r#"{"refund_id":"R","method":"pos"}"#);
    history.publish("balance.recharged", "M9", payment("unionpay", "7.00"));
    history.publish("balance.recharge_refunded", "M9", payment("cash", "2.00"));
    history.publish("balance.gifted", "M9", r#"{"amount":"3.00"}"#);
    history.publish("payment.refunded", "P1", r#"{"refund_id":"F","amount":"1.00"}"#);
    let parked = history.recorded.len();
    assert_eq!(
        born(&history.changes_after(0), "parked_events", &["direction", "method", "amount", "released"]),
        [
            "income alipay 9000 -",
            "- - - -",
            "- - - -",
            "expense - - -",
            "expense pos - -",
            "income unionpay 700 -",
            "expense cash 200 -",
            "- - - -",
            "expense - 100 -",
        ]
    );
    history.place("O1");
    let released =
        history.recorded.iter().find(|recorded| matches!(recorded.event, Event::ParkedEventReleased(_)));
    let position = released.unwrap().position;
    assert_eq!(
        changed(&history.changes_after(parked), "parked_events", &["state", "released"]),
        [format!("released {position}")]
    );
}
