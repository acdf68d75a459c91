//! Events as upstream systems publish them. All of them happened long ago, so that no clock minds.

use serde_json::{Value, json};

use super::client::Client;

/// The day on which most things happen.
pub(super) const DAY: &str = "2024-03-05";
/// All reports over that day.
pub(super) const THAT_DAY: &str = "from=2024-03-05&to=2024-03-06";

/// An event at this time of the day. Its id is made of its type and subject.
#[expect(clippy::needless_pass_by_value, reason = "it is made where it is handed over")]
pub(super) fn at(clock: &str, kind: &str, subject: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0",
        "id": format!("{subject}/{kind}"),
        "source": "/shop",
        "type": kind,
        "subject": subject,
        "time": format!("{DAY}T{clock}+08:00"),
        "data": data,
    })
}

/// The same event with other members: `changed(event, "/data/amount", "1.00")`.
pub(super) fn changed(mut event: Value, pointer: &str, value: impl Into<Value>) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap()[member] = value.into();
    event
}

/// The same event without a member.
pub(super) fn without(mut event: Value, pointer: &str) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    event.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(member).unwrap();
    event
}

/// `100.00` less `10.00`, of which the supplier S1 gets `60.00` and the distributor D1 `5.00`.
pub(super) fn placed(order: &str) -> Value {
    let data = json!({
        "order_no": format!("No. {order}"),
        "member_id": "M1",
        "source": "wechat_mini",
        "product": { "id": "P1", "name": "西湖一日游", "type": "ticket" },
        "packages": 2,
        "amount": "100.00",
        "discounts": [{ "kind": "coupon", "amount": "10.00" }],
        "supplier": { "id": "S1", "name": "西湖景区", "cost": "60.00" },
        "commissions": [{ "distributor_id": "D1", "distributor_name": "小李", "amount": "5.00" }],
        "confirmation": "none",
        "travellers": [{ "gender": "female" }, { "gender": "male" }],
    });
    at("10:00:00", "order.placed", order, data)
}

/// Paid in full, by a phone.
pub(super) fn paid(order: &str) -> Value {
    paid_by(order, "wechat_pay")
}

/// Paid in full by this method.
pub(super) fn paid_by(order: &str, method: &str) -> Value {
    let data = json!({ "payment_id": format!("pay-{order}"), "method": method, "amount": "90.00" });
    at("10:05:00", "order.paid", order, data)
}

pub(super) fn completed(order: &str) -> Value {
    at("18:00:00", "order.completed", order, Value::Null)
}

/// An order from its beginning to its end.
pub(super) fn whole_order(order: &str) -> [Value; 3] {
    [placed(order), paid(order), completed(order)]
}

/// A withdrawal of this amount by the supplier S1.
pub(super) fn withdrawal(id: &str, amount: &str) -> Value {
    withdrawal_of(id, json!({ "kind": "supplier", "id": "S1", "name": "西湖景区" }), amount)
}

/// A withdrawal of this amount by somebody.
pub(super) fn withdrawal_of(id: &str, payee: Value, amount: &str) -> Value {
    let mut data = json!({ "amount": amount, "method": "bank_card", "account": "6222 0000 0000 1234" });
    data["payee"] = payee;
    at("20:00:00", "withdrawal.requested", id, data)
}

/// All that reports and lists say, without the positions, which depend on the order of what was published.
pub(super) async fn everything(client: &Client, position: u64) -> Value {
    let mut all = json!({});
    for path in [
        "/v1/reports/sales?from=2000-01-01",
        "/v1/reports/sales/trend?from=2024-03-01&to=2024-03-10",
        "/v1/reports/sales/trend?step=hour&from=2024-03-05&to=2024-03-06",
        "/v1/reports/cash?from=2000-01-01",
        "/v1/orders?limit=500",
        "/v1/cash-entries?limit=500",
    ] {
        let join = if path.contains('?') { '&' } else { '?' };
        let mut answer = client.read(&format!("{path}{join}min_position={position}")).await;
        forget_positions(&mut answer);
        all[path] = answer;
    }
    all
}

fn forget_positions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A report up to today ends differently tomorrow.
            members.retain(|name, _| {
                !["position", "last_position", "next_cursor", "to"].contains(&name.as_str())
            });
            members.values_mut().for_each(forget_positions);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_positions),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
