//! JSON Schema of the published events, generated from the types that read them.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

use super::data;
use crate::{EventId, Id, Text, Timestamp};

/// One schema (draft 2020-12) that is valid for all published events, a definition for each type. What else it is valid for
/// breaks rules that it does not say: how many extensions there may be, and what depends on two attributes.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut alternatives = Vec::new();
    let mut events = serde_json::Map::new();
    for (kind, data, required) in data_schemas(&mut generator) {
        events.insert(kind.to_owned(), event(kind, data, required, &mut generator));
        alternatives.push(json!({ "$ref": format!("#/$defs/{kind}") }));
    }
    let mut definitions = generator.take_definitions(true);
    definitions.append(&mut events);
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Published events",
        "description": "A CloudEvent as upstream systems publish it to the ledger.",
        "oneOf": alternatives,
        "$defs": definitions,
    })
}

fn event(kind: &str, data: Value, data_required: bool, generator: &mut SchemaGenerator) -> Value {
    let mut required = vec!["specversion", "id", "source", "type", "subject", "time"];
    if data_required {
        required.push("data");
    }
    let data = if data_required { data } else { json!({ "anyOf": [data, { "type": "null" }] }) };
    json!({
        "type": "object",
        "description": format!("A CloudEvent of the type {kind}."),
        "properties": {
            "specversion": { "const": "1.0" },
            "id": generator.subschema_for::<EventId>(),
            "source": generator.subschema_for::<Text>(),
            "type": { "const": kind },
            "subject": generator.subschema_for::<Id>(),
            "time": generator.subschema_for::<Timestamp>(),
            "datacontenttype": { "type": ["string", "null"], "enum": ["application/json", null] },
            "data": data,
        },
        "required": required,
        "propertyNames": { "pattern": "^[a-z0-9]{1,200}$" },
        "additionalProperties": extension(),
    })
}

/// The value of an extension attribute (CloudEvents 1.0, type system).
fn extension() -> Value {
    json!({ "anyOf": [
        { "type": "string", "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]*$" },
        { "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX },
        { "type": ["boolean", "null"] },
    ] })
}

/// The type of event, the schema of its data, and whether it must have data.
fn data_schemas(generator: &mut SchemaGenerator) -> [(&'static str, Value, bool); 18] {
    fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
        generator.subschema_for::<T>().to_value()
    }
    let g = generator;
    [
        ("order.placed", of::<data::OrderPlaced>(g), true),
        ("order.confirmed", of::<data::Nothing>(g), false),
        ("order.closed", of::<data::OrderClosed>(g), false),
        ("order.paid", of::<data::OrderPaid>(g), true),
        ("order.shipped", of::<data::OrderShipped>(g), false),
        ("order.verified", of::<data::OrderVerified>(g), true),
        ("order.completed", of::<data::Nothing>(g), false),
        ("refund.requested", of::<data::RefundRequested>(g), true),
        ("refund.rejected", of::<data::RefundRejected>(g), true),
        ("refund.completed", of::<data::RefundCompleted>(g), true),
        ("member.registered", of::<data::MemberRegistered>(g), true),
        ("balance.recharged", of::<data::BalancePayment>(g), true),
        ("balance.recharge_refunded", of::<data::BalancePayment>(g), true),
        ("balance.gifted", of::<data::BalanceChange>(g), true),
        ("balance.deducted", of::<data::BalanceChange>(g), true),
        ("payment.received", of::<data::PaymentReceived>(g), true),
        ("payment.refunded", of::<data::PaymentRefunded>(g), true),
        ("withdrawal.requested", of::<data::WithdrawalRequested>(g), true),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_has_a_definition() {
        let schema = schema();
        for kind in crate::published::TYPES {
            assert_eq!(schema["$defs"][kind]["properties"]["type"]["const"], kind);
        }
        assert_eq!(schema["$defs"]["OrderPlaced"]["additionalProperties"], false);
    }
}
