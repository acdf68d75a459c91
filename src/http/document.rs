//! What needs the log as OpenAPI, and what several of its routes say alike.

use events_schema::published;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema};
use utoipa::{IntoParams, OpenApi, PartialSchema, ToSchema};

use super::{audit, decisions, events, order_events, settings};

/// What needs the log as OpenAPI; the reading side adds it to its own, with the token and the problems of all routes.
#[derive(OpenApi)]
#[openapi(
    paths(
        events::post_events,
        decisions::settle,
        decisions::approve,
        decisions::reject,
        decisions::transfer,
        decisions::discard,
        settings::get_settlement,
        settings::put_settlement,
        settings::get_withdrawals,
        settings::put_withdrawals,
        settings::get_screen,
        settings::put_screen,
        settings::get_notifications,
        settings::put_notifications,
        settings::get_accounts,
        settings::put_accounts,
        audit::checkpoint,
        audit::events,
        order_events::order_events,
    ),
    tags(
        (name = "writing", description = "What upstream systems publish"),
        (name = "decisions", description = "What finance decides"),
        (name = "settings", description = "What finance sets"),
        (name = "audit", description = "The raw history, and what proves that it is the same as before"),
    )
)]
pub(crate) struct WriteApi;

/// The header of decisions that may be repeated.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its description is used; reading goes through `Idempotency`")]
pub(super) struct IdempotencyHeader {
    /// Makes a repeated decision answer as the first time did.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 200)]
    idempotency_key: Option<String>,
}

/// A published event. Its schema is made by [`published_schemas`], from the types that read events.
#[derive(Debug)]
pub(super) struct PublishedEvent;

impl PartialSchema for PublishedEvent {
    fn schema() -> RefOr<Schema> {
        RefOr::T(Schema::Object(ObjectBuilder::new().build()))
    }
}

impl ToSchema for PublishedEvent {
    fn name() -> Cow<'static, str> {
        "PublishedEvent".into()
    }
}

/// The JSON Schemas of published events, by their names in the document: [`PublishedEvent`] is one of the others.
pub(crate) fn published_schemas() -> Map<String, Value> {
    let mut schema = published::schema::schema();
    refer_to_components(&mut schema);
    let mut schemas = match schema["$defs"].take() {
        Value::Object(definitions) => {
            definitions.into_iter().map(|(name, definition)| (component(&name), definition)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    let event = json!({
        "description": schema["description"], "oneOf": schema["oneOf"],
        "example": {
            "specversion": "1.0", "id": "e-1001", "source": "/shop/orders", "type": "order.paid", "subject": "O-1",
            "time": "2026-11-01T10:00:00+08:00",
            "data": { "payment_id": "P-1", "method": "wechat_pay", "amount": "128.00" },
        },
    });
    schemas.insert(PublishedEvent::name().into_owned(), event);
    schemas
}

/// The name in the document of a definition: answers have schemas of the same names.
fn component(definition: &str) -> String {
    // Types of events have names of their own.
    if definition.contains('.') { definition.to_owned() } else { format!("Published{definition}") }
}

/// Definitions of a schema are components of the document.
fn refer_to_components(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref")
                && let Some(name) = target.strip_prefix("#/$defs/")
            {
                *target = format!("#/components/schemas/{}", component(name));
            }
            members.values_mut().for_each(refer_to_components);
        }
        Value::Array(items) => items.iter_mut().for_each(refer_to_components),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
