//! How many bytes a decision can have.
//!
//! Encoding is the sealer's work, on another thread; the decider only needs a bound, so that it sends a block off
//! before it is too full. All that can be long is text, and JSON never says the same in fewer bytes than a leaf.

use events_schema::command::{Action, Command};
use events_schema::recorded::ledger::{ChartAccount, Notification};
use events_schema::recorded::{CommandKey, Personal};
use events_schema::terms::{Term, VoucherAccount};
use events_schema::{Actor, Event, Recorded};

use crate::books::DECISION_EVENTS_MAX;

/// The length, the head and the numbers of one event, and one id: that of the payee whose funds are opened.
const EVENT_BYTES_MAX: usize = 256;
/// The texts of a decision of finance with its idempotency key, or of an event that a release records.
const TEXTS_BYTES_MAX: usize = 4 * 1024;
/// What an event says about its order that was not published with it: the order's id and number.
const ORDER_BYTES_MAX: usize = 1024;
/// An entry of the settlement rule: a supplier's id and its days.
const SUPPLIER_BYTES_MAX: usize = 72;
/// What stands before a text, or before a list.
const HEAD_BYTES_MAX: usize = 8;

/// The most that a try of a parked event can record.
pub(super) const RELEASE_BYTES_MAX: usize = TEXTS_BYTES_MAX + DECISION_EVENTS_MAX * EVENT_BYTES_MAX;

/// The most that `command` can record, however it is decided.
pub(super) fn of_command(command: &Command) -> usize {
    let event = EVENT_BYTES_MAX + actor_bytes(&command.actor);
    parked_bytes(command).max(own_bytes(command) + ORDER_BYTES_MAX) + DECISION_EVENTS_MAX * event
}

/// No fewer bytes than `events` have, which `command` recorded.
pub(super) fn of_recorded(command: &Command, events: &[Recorded]) -> usize {
    let own = match events.first().map(|first| &first.event) {
        None => return 0,
        Some(Event::EventParked(_)) => parked_bytes(command),
        Some(Event::SurplusReceived(_)) => own_bytes(command) + ORDER_BYTES_MAX,
        Some(_) => own_bytes(command),
    };
    own + events.len() * (EVENT_BYTES_MAX + actor_bytes(&command.actor))
}

/// No fewer bytes than `events` have, which a try of a parked event recorded.
pub(super) fn of_released(events: &[Recorded]) -> usize {
    if events.is_empty() { 0 } else { TEXTS_BYTES_MAX + events.len() * EVENT_BYTES_MAX }
}

/// What a command says itself.
fn own_bytes(command: &Command) -> usize {
    match command.key {
        CommandKey::Published(_) => command.source_text.len(),
        CommandKey::Ledger | CommandKey::SameDecision => 0,
        CommandKey::Decision(_) => TEXTS_BYTES_MAX + settings_bytes(&command.action),
    }
}

/// A parked event is kept as it was published; its id, source and extensions stand in its key once more.
fn parked_bytes(command: &Command) -> usize {
    2 * command.source_text.len()
}

fn settings_bytes(action: &Action) -> usize {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other decision is a few short texts")]
    match action {
        Action::ChangeSettlementSettings(new) => new.suppliers.len() * SUPPLIER_BYTES_MAX,
        Action::ChangeWithdrawalSettings(new) => new.methods.len(),
        Action::ChangeNotificationSettings(new) => {
            new.each().into_iter().map(|(_, notification)| notification_bytes(notification)).sum()
        }
        Action::ChangeAccountSettings(new) => {
            let texts = |(account, ChartAccount { number, name }): (&VoucherAccount, &ChartAccount)| {
                [account.as_str(), number, name].map(text_bytes).into_iter().sum::<usize>()
            };
            new.accounts.iter().map(texts).sum()
        }
        _ => 0,
    }
}

fn notification_bytes(notification: &Notification) -> usize {
    let recipients = notification.recipients.iter().filter_map(Personal::text);
    HEAD_BYTES_MAX + recipients.chain([notification.template.as_str()]).map(text_bytes).sum::<usize>()
}

/// Each text has its length before it, and a recipient says which of two forms it has.
const fn text_bytes(text: &str) -> usize {
    HEAD_BYTES_MAX + text.len()
}

fn actor_bytes(actor: &Actor) -> usize {
    match actor {
        Actor::Ledger => 0,
        Actor::Token(name) => name.len(),
    }
}
