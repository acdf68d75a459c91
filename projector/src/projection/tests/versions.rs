//! Tests of versions: how rows stood after each of their events.

use super::born;
use crate::history::History;

const REFUND: &str = r#"{"refund_id":"R1"}"#;

#[test]
fn every_event_of_an_order_leaves_a_version_that_names_the_one_before() {
    let mut history = History::new();
    history.place("O1");
    history.place("O2");
    history.pay("O1", "wechat_pay");
    history.publish("order.completed", "O1", "{}");
    let paid_at = history.recorded[3].occurred_at.micros();
    let columns =
        ["birth", "previous", "status", "paid_at", "settlement_state", "prepaid_amount", "realised_amount"];
    assert_eq!(
        born(&history.changes_after(0), "order_versions", &columns),
        [
            "2 - awaiting_payment - - 0 0".to_owned(),
            "3 - awaiting_payment - - 0 0".to_owned(),
            format!("2 2 awaiting_use {paid_at} unsettled 9000 0"),
            format!("2 4 completed {paid_at} unsettled 0 9000"),
        ]
    );
}

#[test]
fn a_refund_has_a_version_for_its_request_and_one_for_its_decision() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    history.publish("refund.requested", "O1", r#"{"refund_id":"R1","amount":"30.00","fee":"1.00"}"#);
    history.publish("refund.completed", "O1", REFUND);
    history.publish("refund.requested", "O1", r#"{"refund_id":"R2","amount":"1.00","fee":"0.00"}"#);
    let decided_at = history.recorded[4].occurred_at.micros();
    assert_eq!(
        born(
            &history.changes_after(0),
            "refund_versions",
            &["order_birth", "ordinal", "previous", "state", "decided_at"]
        ),
        [
            "2 0 - in_review -".to_owned(),
            format!("2 0 4 completed {decided_at}"),
            "2 1 - in_review -".to_owned()
        ]
    );
}

#[test]
fn commissions_have_versions_from_the_payment_on() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    history.publish("order.completed", "O1", "{}");
    history.publish("refund.requested", "O1", r#"{"refund_id":"R1","amount":"90.00","fee":"0.00"}"#);
    history.publish("refund.completed", "O1", REFUND);
    let columns = ["order_birth", "previous", "state", "amount"];
    // What the completion brings the distributor stands at positions 5 and 6.
    assert_eq!(
        born(&history.changes_after(0), "commission_versions", &columns),
        ["2 - unsettled 500", "2 3 settled 500", "2 4 settled 500", "2 7 cancelled 500"]
    );
}

#[test]
fn every_decision_about_a_withdrawal_leaves_a_version() {
    let mut history = History::new();
    history.place("O1");
    history.pay("O1", "wechat_pay");
    history.publish("order.completed", "O1", "{}");
    history.pass(3 * 86_400);
    let asked = history.recorded.len();
    let data = r#"{"payee":{"kind":"supplier","id":"S1","name":"n"},"amount":"1.50","method":"wechat","account":"a"}"#;
    assert!(history.publish("withdrawal.requested", "W1", data));
    assert!(history.pay_withdrawal("W1"));
    let birth = history.recorded[asked].position.get();
    assert_eq!(
        born(&history.changes_after(asked), "withdrawal_versions", &["birth", "previous", "state"]),
        [format!("{birth} - pending"), format!("{birth} {birth} paid")]
    );
}
