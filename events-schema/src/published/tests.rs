//! The reader: what it takes, what it refuses, and which field it names.

use super::{RefusalCode, read};
use crate::command::Action;
use crate::recorded::{Actor, CommandKey, ExtensionValue};
use bytes::Bytes;
use serde_json::{Value, json};

fn read_json(event: &Value) -> Result<crate::Command, super::Refusal> {
    read(&Bytes::from(event.to_string()), &Actor::Ledger)
}

fn event(kind: &str, data: &Value) -> Value {
    json!({
        "specversion": "1.0", "id": "e-1", "source": "/orders", "type": kind, "subject": "O1",
        "time": "2026-11-01T09:30:00+08:00", "data": data
    })
}

fn order() -> Value {
    event(
        "order.placed",
        &json!({
            "order_no": "NO1", "member_id": "M1", "source": "pc",
            "product": { "id": "P1", "name": "故宫门票", "type": "ticket" },
            "packages": 2, "amount": "128.00", "discounts": [{ "kind": "points", "amount": "8.00" }],
            "supplier": { "id": "S1", "name": "供应商", "cost": "80.00" }, "freight": "0.00",
            "commissions": [{ "distributor_id": "D1", "distributor_name": "分销员", "amount": "3.00" }],
            "confirmation": "none", "travellers": [{ "gender": "female" }, { "gender": "male" }]
        }),
    )
}

#[test]
fn an_order_is_read() {
    let command = read_json(&order()).unwrap();
    let Action::PlaceOrder(order) = command.action else { panic!("{:?}", command.action) };
    assert_eq!(order.payable().to_string(), "120.00");
    assert_eq!((order.travellers.male, order.travellers.female), (1, 1));
    assert_eq!(command.occurred_at.unwrap().to_string(), "2026-11-01T01:30:00Z");
}

/// Where to change the order, what to put there, and the path that must be named.
#[test]
fn a_refusal_names_the_field() {
    let rows: &[(&str, Value, &str)] = &[
        ("/data/amount", json!(128), "data.amount"),
        ("/data/amount", json!("-1.00"), "data.amount"),
        ("/data/amount", json!("1.234"), "data.amount"),
        ("/data/product/type", json!("Ticket!"), "data.product.type"),
        ("/data/product/colour", json!("red"), "data.product.colour"),
        ("/data/amonut", json!("1.00"), "data.amonut"),
        ("/data/packages", json!(0), "data.packages"),
        ("/data/packages", json!(1.5), "data.packages"),
        ("/data/source", json!("fax"), "data.source"),
        ("/data/member_id", json!("x".repeat(65)), "data.member_id"),
        ("/data/order_no", json!("名".repeat(201)), "data.order_no"),
        ("/data/order_no", json!("a\nb"), "data.order_no"),
        ("/data/discounts/0/kind", json!("gift"), "data.discounts[0].kind"),
        ("/data/commissions/0/amount", json!(1), "data.commissions[0].amount"),
        ("/data/travellers/1/gender", json!("none"), "data.travellers[1].gender"),
        ("/data/confirmation", json!(null), "data.confirmation"),
        ("/data/quoted_cost", json!("1.00"), "data.quoted_cost"),
        ("/data", json!([]), "data"),
        ("/specversion", json!("0.3"), "specversion"),
        ("/id", json!(""), "id"),
        ("/id", json!("é"), "id"),
        ("/source", json!(7), "source"),
        ("/subject", json!("订单"), "subject"),
        ("/time", json!("2026-11-01"), "time"),
        ("/datacontenttype", json!("text/xml"), "datacontenttype"),
        ("/data_base64", json!("AA=="), "data_base64"),
        ("/traceparent", json!({}), "traceparent"),
        ("/Trace", json!("x"), "Trace"),
    ];
    for (pointer, value, path) in rows {
        let mut event = order();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = event.pointer_mut(parent).unwrap();
        match name.parse::<usize>() {
            Ok(place) => parent[place] = value.clone(),
            Err(_) => parent[name] = value.clone(),
        }
        let refusal = read_json(&event).expect_err(pointer);
        assert_eq!((refusal.code, &*refusal.path), (RefusalCode::InvalidEvent, *path), "{}", refusal.detail);
        assert!(refusal.detail.contains(path), "{path} is not in: {}", refusal.detail);
    }
}

#[test]
fn a_missing_field_is_named() {
    for (parent, field, path) in
        [("", "time", "time"), ("/data", "amount", "data.amount"), ("/data/product", "id", "data.product.id")]
    {
        let mut event = order();
        event.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(field);
        assert_eq!(read_json(&event).unwrap_err().path, path);
    }
}

#[test]
fn balance_pays_orders_only() {
    let data = json!({ "payment_id": "p", "method": "balance", "amount": "1.00" });
    assert!(read_json(&event("order.paid", &data)).is_ok());
    assert_eq!(read_json(&event("balance.recharged", &data)).unwrap_err().path, "data.method");
    let data = json!({ "method": "balance", "amount": "1.00" });
    assert_eq!(read_json(&event("payment.received", &data)).unwrap_err().path, "data.method");
}

#[test]
fn an_unknown_type_has_its_own_code_and_keeps_its_id() {
    let refusal = read_json(&event("order.eaten", &json!({}))).unwrap_err();
    assert_eq!((refusal.code.code(), &*refusal.id.unwrap()), ("unknown_type", "e-1"));
}

#[test]
fn a_refused_event_keeps_its_id_where_one_can_be_read() {
    let mut bad = order();
    bad["time"] = json!("soon");
    assert_eq!(&*read_json(&bad).unwrap_err().id.unwrap(), "e-1");
    let broken = read(&Bytes::from_static(b"{\"id\": \"e-1\", "), &Actor::Ledger).unwrap_err();
    assert_eq!((broken.id, &*broken.path), (None, ""), "{}", broken.detail);
    assert!(read(&Bytes::from_static(b"\xff\xfe{}"), &Actor::Ledger).is_err());
}

#[test]
fn absent_data_null_and_an_empty_object_are_the_same() {
    let mut absent = event("order.confirmed", &json!({}));
    let empty = read_json(&absent).unwrap();
    absent["data"] = json!(null);
    let null = read_json(&absent).unwrap();
    absent.as_object_mut().unwrap().remove("data");
    let none = read_json(&absent).unwrap();
    assert!(empty.key == null.key && null.key == none.key);
}

#[test]
fn the_digest_is_over_what_is_understood() {
    let digest = |event: &Value| {
        let CommandKey::Published(published) = read_json(event).unwrap().key else { panic!("no identity") };
        published.digest
    };
    let first = digest(&order());
    let mut same = order();
    same["data"]["amount"] = json!("128");
    same["data"].as_object_mut().unwrap().remove("freight");
    same["time"] = json!("2026-11-01T01:30:00Z");
    same["traceparent"] = json!("00-1");
    assert_eq!(digest(&same), first);
    let mut other = order();
    other["data"]["amount"] = json!("128.01");
    assert_ne!(digest(&other), first);
    assert_eq!(format!("{first:?}"), "394c457d34f491fbeb25ca0097c068ed", "the digest is frozen");
}

#[test]
fn extensions_are_kept() {
    let mut with = order();
    with["traceparent"] = json!("00-1");
    with["attempt"] = json!(3);
    let CommandKey::Published(published) = read_json(&with).unwrap().key else { panic!() };
    let names: Vec<_> = published.extensions.iter().map(|e| e.name.to_string()).collect();
    assert_eq!(names, ["attempt", "traceparent"]);
    assert_eq!(published.extensions[0].value, ExtensionValue::Integer(3));
    for text in ["\u{0}", "a\nb", "\u{85}"] {
        with["attempt"] = json!(text);
        let refused = read_json(&with).unwrap_err();
        assert!(refused.detail.contains("attempt") && refused.detail.contains("control"), "{refused:?}");
    }
}
