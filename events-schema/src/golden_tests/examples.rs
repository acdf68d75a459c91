//! One example and more of every recorded event: with all that is optional and without it, plain and sealed.

use crate::recorded::order::OrderConfirmed;
use crate::recorded::{
    Actor, CommandKey, Entity, EntityKind, Event, Extension, ExtensionValue, IdempotencyKey, Personal,
    Published, Recorded,
};
use crate::{Digest, Money, Position, Timestamp};

/// Events of orders.
mod orders;

/// Events of everything else.
mod others;

/// One form of a recorded event, and what is special about it.
pub(crate) struct Example {
    /// What is special about it.
    pub(crate) form: &'static str,
    /// The event.
    pub(crate) recorded: Recorded,
}

/// All examples; those of one type stand together.
pub(crate) fn all() -> Vec<Example> {
    let mut all = others::of_the_ledger();
    all.extend(orders::all());
    all.extend(heads());
    all.extend(others::of_members());
    all.extend(others::of_payments_and_funds());
    all.extend(others::of_withdrawals());
    all.extend(others::of_parked_events());
    all.sort_by_key(|example| example.recorded.event.number());
    all
}

/// `event` in a plain head: what changes between examples is the event.
fn of(kind: EntityKind, form: &'static str, event: Event) -> Example {
    let recorded_at: Timestamp = "2026-11-01T01:30:00.000001Z".parse().unwrap();
    Example {
        form,
        recorded: Recorded {
            position: Position::new(1_000),
            recorded_at,
            occurred_at: recorded_at.plus_seconds(-90),
            entity: Entity::new(kind, Position::new(744)),
            previous: Some(Position::new(990)),
            cause: None,
            key: CommandKey::Ledger,
            actor: Actor::Ledger,
            event,
        },
    }
}

/// Every form of a head, around the smallest event.
fn heads() -> Vec<Example> {
    let with = |form, change: &dyn Fn(&mut Recorded)| {
        let mut example = of(EntityKind::Order, form, Event::OrderConfirmed(OrderConfirmed {}));
        change(&mut example.recorded);
        example
    };
    vec![
        with("plain", &|_| {}),
        with("caused", &|r| {
            r.cause = Some(Position::new(999));
            r.key = CommandKey::SameDecision;
        }),
        with("happened at the end of tomorrow", &|r| r.occurred_at = r.recorded_at.plus_seconds(86_400)),
        with("happened before 1970", &|r| r.occurred_at = Timestamp::from_micros(-1)),
        with("far on in the log", &|r| {
            r.position = Position::new(10_000_000_000);
            r.entity.birth = Position::FIRST;
            r.previous = Some(Position::new(2));
            r.cause = Some(Position::new(9_999_999_999));
        }),
        with("published", &|r| {
            r.key = published(Vec::new());
            r.actor = Actor::Token(text("订单系统"));
        }),
        with("published with extensions", &|r| {
            r.key = published(vec![
                extension("attempt", ExtensionValue::Integer(-3)),
                extension("replayed", ExtensionValue::Boolean(true)),
                extension("traceparent", ExtensionValue::Text(plain("00-1"))),
                extension("user", ExtensionValue::Text(sealed())),
            ]);
        }),
        with("decided without a key", &|r| {
            r.key = CommandKey::Decision(None);
            r.actor = Actor::Token(text("finance"));
        }),
        with("decided with a key", &|r| {
            let key = IdempotencyKey { key: text("k-1"), digest: digest() };
            r.key = CommandKey::Decision(Some(key));
            r.actor = Actor::Token(text("finance"));
        }),
    ]
}

fn published(extensions: Vec<Extension>) -> CommandKey {
    let (source, id) = (text("/orders"), "order 17/confirmed".parse().unwrap());
    CommandKey::Published(Published { source, id, digest: digest(), extensions })
}

fn extension(name: &str, value: ExtensionValue) -> Extension {
    Extension { name: text(name), value }
}

fn digest() -> Digest {
    let action = crate::Action::ConfirmOrder { order_id: "O1".parse().unwrap() };
    Digest::of_published("order.confirmed", "O1", Timestamp::from_micros(0), &action)
}

fn text<R: crate::text::Rule>(text: &str) -> crate::text::Checked<R> {
    text.parse().unwrap()
}

fn plain(text: &str) -> Personal {
    Personal::Plain(text.into())
}

fn sealed() -> Personal {
    Personal::Sealed([0, 127, 128, 255].into())
}

fn yuan(amount: &str) -> Money {
    amount.parse().unwrap()
}
