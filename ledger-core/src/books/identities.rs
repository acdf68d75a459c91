//! What was asked before: published events by (`source`, `id`), decisions by their idempotency key.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use events_schema::command::Command;
use events_schema::recorded::{Actor, CommandKey};
use events_schema::terms::WithdrawalState;
use events_schema::{Digest, Event, Position, Recorded};

use super::{Books, Decision, Rejection};
use crate::directory::{Directory, Key, Namespace};
use crate::numbered::NumberHasher;

/// What was answered when a request was recorded first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// What it said.
    pub digest: Digest,
    /// Of a published event: the position of the last event it recorded itself. Of a decision: of the last event
    /// that it set off.
    pub position: Position,
    /// The state in which an approval or rejection left its withdrawal.
    pub state: Option<WithdrawalState>,
}

/// All identities that are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Identities {
    answers: HashMap<Key, FirstAnswer, BuildHasherDefault<NumberHasher>>,
    /// The request whose events are being applied.
    current: Option<Current>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Current {
    key: Option<Key>,
    first: Position,
    is_decision: bool,
}

impl Identities {
    pub(super) fn get(&self, key: Key) -> Option<FirstAnswer> {
        self.answers.get(&key).copied()
    }

    /// Remembers the request behind `recorded`, and how far what it recorded reaches.
    pub(super) fn apply(&mut self, recorded: &Recorded, directory: &Directory) {
        let identity = identity(&recorded.key, &recorded.actor, directory);
        if let Some((key, digest)) = identity {
            let state = decided_state(&recorded.event);
            self.answers.insert(key, FirstAnswer { digest, position: recorded.position, state });
        }
        match (&recorded.key, self.current) {
            (CommandKey::SameDecision, Some(current)) => {
                let own = current.is_decision || recorded.cause == Some(current.first);
                self.extend(current, own, recorded.position);
            }
            (CommandKey::Ledger, Some(current)) if is_set_off(&recorded.event) => {
                self.extend(current, current.is_decision, recorded.position);
            }
            _ => {
                let is_decision = matches!(recorded.key, CommandKey::Decision(_));
                let key = identity.map(|(key, _)| key);
                self.current = Some(Current { key, first: recorded.position, is_decision });
            }
        }
    }

    fn extend(&mut self, current: Current, own: bool, position: Position) {
        if own && let Some(answer) = current.key.and_then(|key| self.answers.get_mut(&key)) {
            answer.position = position;
        }
    }
}

/// Whether an event of the ledger itself was set off by the request before it, and not by the clock.
fn is_set_off(event: &Event) -> bool {
    matches!(
        event,
        Event::ParkedEventReleased(_) | Event::ParkedEventFailed(_) | Event::ParkedEventRequeued(_)
    )
}

fn decided_state(event: &Event) -> Option<WithdrawalState> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event decides a withdrawal")]
    match event {
        Event::WithdrawalApproved(_) => Some(WithdrawalState::Approved),
        Event::WithdrawalPaid(_) => Some(WithdrawalState::Paid),
        Event::WithdrawalRejected(_) => Some(WithdrawalState::Rejected),
        _ => None,
    }
}

/// The key and the digest of a request that can come again.
fn identity(key: &CommandKey, actor: &Actor, directory: &Directory) -> Option<(Key, Digest)> {
    match key {
        CommandKey::Published(published) => {
            let key = directory.key_of_pair(Namespace::Published, &published.source, &published.id);
            Some((key, published.digest))
        }
        CommandKey::Decision(Some(idempotency)) => {
            let actor = match actor {
                Actor::Token(name) => name.as_str(),
                Actor::Ledger => "",
            };
            Some((directory.key_of_pair(Namespace::Decision, actor, &idempotency.key), idempotency.digest))
        }
        CommandKey::Decision(None) | CommandKey::Ledger | CommandKey::SameDecision => None,
    }
}

impl Books {
    /// What was answered when `command` was recorded first.
    pub fn first_answer(&self, command: &Command) -> Option<FirstAnswer> {
        identity(&command.key, &command.actor, &self.directory).and_then(|(key, _)| self.identities.get(key))
    }

    /// Decides a command whose identity is taken.
    pub(super) fn decide_identity(&self, command: &Command) -> Option<Decision> {
        let (key, digest) = identity(&command.key, &command.actor, &self.directory)?;
        let answer = self.identities.get(key)?;
        Some(if answer.digest == digest {
            Decision::Duplicate(answer.position)
        } else {
            Decision::Reject(Rejection::IdReused)
        })
    }
}
