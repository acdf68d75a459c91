//! Events that were parked, as they stand now (domain §4), and what they say of money.

use bytes::Bytes;
use events_schema::recorded::parked::WaitsFor;
use events_schema::recorded::{CommandKey, Personal};
use events_schema::terms::{Direction, Method, ParkedState};
use events_schema::{Action, Actor, EntityKind, Id, Money, Recorded, published};
use ledger_core::entities::{ParkedEvent, Step};

use super::Projection;
use crate::change::{Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each event that was ever parked.
pub(crate) static ROWS: RowTable =
    RowTable { name: "parked_events", key: &["birth"], facts: &FACTS, state: &STATE, seldom: 0 };

const FACTS: [&str; 6] = ["parked_at", "event", "event_id", "direction", "method", "amount"];
const STATE: [&str; 5] = ["waits_for", "awaited_id", "state", "code", "released"];

/// What an event says of money that moved outside.
struct Moved {
    direction: Direction,
    /// None: it does not say how.
    method: Option<Method>,
    /// None: it does not say how much.
    amount: Option<Money>,
}

/// The rows of parked events.
#[derive(Clone, Copy, Debug)]
pub struct Parked;

impl Projection for Parked {
    const NAME: &'static str = "parked events";
    const ENTITIES: &'static [EntityKind] = &[EntityKind::ParkedEvent];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        _: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        let Step::ParkedEvent { before, after } = step else { return Ok(()) };
        let key = Key::Number(after.birth.as_i64());
        match before {
            None => out.insert(&ROWS, key, facts(after, recorded), state(after, recorded)),
            Some(_) => out.update(&ROWS, key, state(after, recorded)),
        }
        Ok(())
    }
}

/// What was said when it was parked: by `recorded`, whose request is the event itself.
fn facts(parked: &ParkedEvent, recorded: &Recorded) -> [Value; FACTS.len()] {
    let event_id = match &recorded.key {
        CommandKey::Published(published) => (&published.id).into(),
        // Only what was published is ever parked.
        CommandKey::Ledger | CommandKey::SameDecision | CommandKey::Decision(_) => "".into(),
    };
    let moved = moved(&parked.event);
    [
        parked.parked_at.into(),
        (&parked.event).into(),
        event_id,
        Value::maybe_term(moved.as_ref().map(|moved| moved.direction)),
        Value::maybe_term(moved.as_ref().and_then(|moved| moved.method)),
        moved.and_then(|moved| moved.amount).into(),
    ]
}

/// What `event`, a `CloudEvent` as published, says of money that moved outside: what would be a cash entry were it
/// recorded (domain §6). Nothing where it says nothing of that, or is sealed.
fn moved(event: &Personal) -> Option<Moved> {
    let text = Bytes::copy_from_slice(event.text()?.as_bytes());
    // It was understood when it was parked.
    let command = published::read(&text, &Actor::Ledger).ok()?;
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event says that money moved outside")]
    let (direction, method, amount) = match command.action {
        Action::PayOrder { paid, .. } => (Direction::Income, Some(paid.method), Some(paid.amount)),
        Action::RechargeBalance { recharged, .. } => {
            (Direction::Income, Some(recharged.method), Some(recharged.amount))
        }
        Action::ReceivePayment(received) => (Direction::Income, Some(received.method), Some(received.amount)),
        // How much it is, its request has said.
        Action::CompleteRefund { completed, .. } => (Direction::Expense, completed.method, None),
        Action::RefundRecharge { refunded, .. } => {
            (Direction::Expense, Some(refunded.method), Some(refunded.amount))
        }
        Action::RefundPayment { refunded, .. } => (Direction::Expense, None, Some(refunded.amount)),
        _ => return None,
    };
    let is_moved = method != Some(Method::Balance) && amount != Some(Money::ZERO);
    is_moved.then_some(Moved { direction, method, amount })
}

/// How it stands after `recorded`: nothing happens to it after its release.
fn state(parked: &ParkedEvent, recorded: &Recorded) -> [Value; STATE.len()] {
    let (kind, id): (_, &Id) = match &parked.waits_for {
        WaitsFor::Order(id) => ("order", id),
        WaitsFor::Member(id) => ("member", id),
        WaitsFor::Payment(id) => ("payment", id),
    };
    let released = (parked.state == ParkedState::Released).then_some(recorded.position);
    [kind.into(), id.into(), Value::term(parked.state), parked.code.as_ref().into(), released.into()]
}
