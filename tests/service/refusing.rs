//! Events that are not well formed, and those that break a rule: what they are told.

use serde_json::{Value, json};

use super::client::outcomes;
use super::events::{at, changed, completed, paid, placed, withdrawal, without};
use super::harness::Ledger;

/// Publishes `events` and expects each to be refused with the code beside it, and to name the field.
async fn each_is_refused(ledger: &Ledger, cases: &[(Value, &str, &str)]) {
    let events: Vec<_> = cases.iter().map(|(event, ..)| event.clone()).collect();
    let answer = ledger.admin().publish_all(&events).await;
    for ((event, code, named), result) in cases.iter().zip(answer["results"].as_array().unwrap()) {
        assert_eq!(
            (&result["outcome"], &result["code"]),
            (&json!("rejected"), &json!(code)),
            "{result}\n{event}"
        );
        assert!(result["detail"].as_str().unwrap().contains(named), "{named}: {result}\n{event}");
    }
    assert_eq!(answer["results"].as_array().unwrap().len(), cases.len());
}

#[tokio::test]
async fn an_attribute_that_is_wrong_is_named() {
    let ledger = Ledger::start();
    let mut cases = Vec::new();
    for attribute in ["specversion", "id", "source", "type", "subject", "time"] {
        cases.push((without(placed("A"), &format!("/{attribute}")), "invalid_event", attribute));
        cases.push((changed(placed("A"), &format!("/{attribute}"), 7), "invalid_event", attribute));
        let code = if attribute == "type" { "unknown_type" } else { "invalid_event" };
        cases.push((changed(placed("A"), &format!("/{attribute}"), ""), code, attribute));
    }
    for (attribute, value) in [
        ("specversion", json!("0.3")),
        ("id", json!("x".repeat(129))),
        ("id", json!("中文")),
        ("source", json!("/".repeat(201))),
        ("subject", json!("two words")),
        ("subject", json!("x".repeat(65))),
        ("time", json!("2024-03-05T10:00:00")),
        ("time", json!("2024-03-05")),
        ("time", json!("2024-02-30T10:00:00Z")),
        ("datacontenttype", json!("text/xml")),
        ("data_base64", json!("AAAA")),
        ("Upper", json!("an extension")),
        ("extension", json!({ "not": "an attribute" })),
    ] {
        cases.push((changed(placed("A"), &format!("/{attribute}"), value), "invalid_event", attribute));
    }
    each_is_refused(&ledger, &cases).await;
    assert_eq!(ledger.admin().publish(&placed("A")).await.json()["outcome"], "recorded");
}

#[tokio::test]
async fn a_field_of_the_data_that_is_wrong_is_named_by_its_path() {
    let ledger = Ledger::start();
    let mut cases = Vec::new();
    for field in ["order_no", "member_id", "source", "product", "packages", "amount", "confirmation"] {
        cases.push((
            without(placed("A"), &format!("/data/{field}")),
            "invalid_event",
            format!("data.{field}"),
        ));
    }
    for (field, value) in [
        ("amount", json!(100)),
        ("amount", json!("1.234")),
        ("amount", json!("-1.00")),
        ("amount", json!("1e3")),
        ("amount", json!("1234567890123.00")),
        ("packages", json!(0)),
        ("packages", json!("2")),
        ("source", json!("fax")),
        ("confirmation", json!("perhaps")),
        ("order_no", json!("")),
        ("order_no", json!("with a\u{7}bell")),
        ("order_no", json!("长".repeat(201))),
        ("member_id", json!("M/1")),
        ("product/type", json!("Ticket")),
        ("product/colour", json!("red")),
        ("discounts/0/kind", json!("gift")),
        ("discounts/0/amount", json!(null)),
        ("supplier/cost", json!("sixty")),
        ("commissions/0/amount", json!("0.001")),
        ("travellers/1/gender", json!("other")),
        ("quoted_cost", json!("1.00")),
        ("surprise", json!(true)),
    ] {
        let path = format!("data.{}", field.replace('/', "."));
        let path = path.replace(".0.", "[0].").replace(".1.", "[1].");
        cases.push((changed(placed("A"), &format!("/data/{field}"), value), "invalid_event", path));
    }
    let cases: Vec<_> =
        cases.iter().map(|(event, code, path)| (event.clone(), *code, path.as_str())).collect();
    each_is_refused(&ledger, &cases).await;
}

#[tokio::test]
async fn data_of_other_types_is_read_as_strictly() {
    let ledger = Ledger::start();
    let refund = json!({ "refund_id": "R1", "amount": "1.00", "fee": 1 });
    let recharge = json!({ "payment_id": "X", "method": "balance", "amount": "1.00" });
    let cases = [
        (without(paid("A"), "/data/payment_id"), "data.payment_id"),
        (changed(paid("A"), "/data/method", "shells"), "data.method"),
        (changed(paid("A"), "/data", json!([])), "data"),
        (without(paid("A"), "/data"), "data.payment_id"),
        (changed(completed("A"), "/data", json!({ "at": "noon" })), "data.at"),
        (at("12:00:00", "refund.requested", "A", refund), "data.fee"),
        (at("12:00:00", "balance.recharged", "M1", recharge.clone()), "data.method"),
        (at("12:00:00", "payment.received", "X", without(recharge, "/payment_id")), "data.method"),
        (at("12:00:00", "order.verified", "A", json!({ "packages": 0 })), "data.packages"),
        (at("12:00:00", "member.registered", "M1", json!({})), "data.phone"),
        (changed(withdrawal("W", "1.00"), "/data/payee/kind", "friend"), "data.payee.kind"),
        (without(withdrawal("W", "1.00"), "/data/account"), "data.account"),
    ];
    let cases = cases.map(|(event, path)| (event, "invalid_event", path));
    each_is_refused(&ledger, &cases).await;
}

#[tokio::test]
async fn an_event_of_an_unknown_type_is_told_so() {
    let ledger = Ledger::start();
    let cases = ["order.cancelled", "ORDER.PLACED", "refund.", "x"]
        .map(|kind| (changed(placed("A"), "/type", kind), "unknown_type", "type"));
    each_is_refused(&ledger, &cases).await;
}

#[tokio::test]
async fn an_event_that_breaks_a_rule_is_told_which() {
    let ledger = Ledger::start();
    ledger.admin().record(&[placed("A"), paid("A"), completed("A"), placed("B"), placed("C")]).await;
    let again = |event: Value, id: &str| changed(event, "/id", id);
    let close = |order| at("11:00:00", "order.closed", order, Value::Null);
    let refund = |amount: &str, fee: &str| {
        let data = json!({ "refund_id": "R1", "amount": amount, "fee": fee });
        again(at("19:00:00", "refund.requested", "A", data), amount)
    };
    let cases = [
        (again(placed("A"), "1"), "order_exists", "subject"),
        (changed(placed("D"), "/data/discounts/0/amount", "100.01"), "discounts_exceed_amount", "discounts"),
        (at("11:00:00", "order.confirmed", "A", Value::Null), "not_awaiting_confirmation", "confirmation"),
        (close("A"), "already_paid", "paid"),
        (changed(paid("B"), "/data/payment_id", "pay-A"), "payment_exists", "payment"),
        (changed(changed(paid("B"), "/data/amount", "0"), "/id", "2"), "amount_mismatch", "data.amount"),
        (again(completed("A"), "3"), "not_awaiting_use", "used"),
        (at("19:00:00", "order.verified", "A", json!({ "packages": 1 })), "not_awaiting_use", "used"),
        (refund("90.01", "0"), "refund_exceeds_paid", "data.amount"),
        (refund("5.00", "5.01"), "fee_exceeds_refund", "data.fee"),
        (withdrawal("W1", "60.01"), "insufficient_funds", "data.amount"),
        (withdrawal("W2", "0.00"), "amount_is_zero", "data.amount"),
    ];
    each_is_refused(&ledger, &cases).await;
    let answer = ledger.admin().publish_all(&[close("B"), again(close("B"), "4"), paid("C")]).await;
    assert_eq!(outcomes(&answer), ["recorded", "rejected", "recorded"]);
    assert_eq!(answer["results"][1]["code"], "already_closed");
}

#[tokio::test]
async fn an_event_that_is_too_long_is_refused_alone() {
    let ledger = Ledger::start();
    let long = changed(placed("A"), "/padding", "x".repeat(256 * 1024));
    let answer = ledger.admin().publish_all(&[placed("B"), long, placed("C")]).await;
    assert_eq!(outcomes(&answer), ["recorded", "rejected", "recorded"]);
    assert_eq!(answer["results"][1]["code"], "invalid_event");
}
