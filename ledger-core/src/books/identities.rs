//! What was asked before: published events by (`source`, `id`), decisions by their idempotency key.

use std::sync::Arc;

use events_schema::command::Command;
use events_schema::recorded::{Actor, CommandKey};
use events_schema::terms::WithdrawalState;
use events_schema::{Digest, Event, Position, Recorded};
use serde::{Deserialize, Serialize};

use super::{Books, Decision, Rejection};
use crate::directory::{Directory, Key, Namespace};
use crate::known::{Cold, Known, KnownCut, NotInRuns};
use crate::recall::Missing;
use crate::runs::View;

/// What was answered when a request was recorded first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstAnswer {
    /// What it said.
    pub digest: Digest,
    /// Of a published event: the position of the last event it recorded itself. Of a decision: of the last event
    /// that it set off.
    pub position: Position,
    /// The state in which a decision or the payout gateway left its withdrawal.
    pub state: Option<WithdrawalState>,
}

impl FirstAnswer {
    /// The table of first answers in the runs of books.
    pub(crate) const TABLE: usize = 2;
}

/// All identities that are taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Identities {
    answers: Known<FirstAnswer>,
    /// The request whose events are being applied.
    current: Option<Current>,
}

/// A request, and what it recorded so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Current {
    /// Its identity and its answer so far, where it can come again.
    answer: Option<(Key, FirstAnswer)>,
    first: Position,
    is_decision: bool,
}

impl Default for Identities {
    fn default() -> Self {
        Self { answers: Known::new(Cold::empty(FirstAnswer::TABLE)), current: None }
    }
}

impl Identities {
    /// Identities that were saved to the runs of `view` while `current` was being applied.
    pub(super) fn restore(view: &Arc<View>, current: Option<Current>) -> Self {
        Self { answers: Known::new(Cold::new(Arc::clone(view), FirstAnswer::TABLE)), current }
    }

    /// The request whose events are being applied.
    pub(super) const fn current(&self) -> Option<Current> {
        self.current
    }

    fn get(&self, key: Key, asked: Option<NotInRuns>) -> Result<Option<FirstAnswer>, Missing> {
        self.answers.get_asked(key, asked).map_err(|forgotten| Missing::Answer(forgotten.0))
    }

    /// Takes in what the runs say about `key`.
    pub(super) fn recall(&mut self, key: Key, answer: Option<FirstAnswer>) {
        self.answers.recall(key, answer);
    }

    /// About how many bytes of memory were taken since the last cut.
    pub(super) fn weight(&self) -> usize {
        self.answers.weight()
    }

    pub(super) fn cut(&mut self) -> KnownCut<FirstAnswer> {
        self.answers.cut()
    }

    pub(super) fn saved(&mut self, view: &Arc<View>) {
        self.answers.saved(view);
    }

    /// Remembers the request behind `recorded`, which has this `identity`, and how far what it recorded reaches.
    pub(super) fn apply(&mut self, recorded: &Recorded, identity: Identity) {
        match (&recorded.key, self.current) {
            (CommandKey::SameDecision, Some(current)) => {
                let own = current.is_decision || recorded.cause == Some(current.first);
                self.extend(own, recorded.position);
            }
            (CommandKey::Ledger, Some(current)) if is_set_off(&recorded.event) => {
                self.extend(current.is_decision, recorded.position);
            }
            _ => self.begin(recorded, identity),
        }
    }

    fn begin(&mut self, recorded: &Recorded, identity: Identity) {
        let answer = identity.request.map(|(key, digest)| {
            let state = decided_state(&recorded.event);
            (key, FirstAnswer { digest, position: recorded.position, state })
        });
        if let Some((key, answer)) = answer {
            self.answers.put(key, answer);
        }
        let is_decision = matches!(recorded.key, CommandKey::Decision(_));
        self.current = Some(Current { answer, first: recorded.position, is_decision });
    }

    fn extend(&mut self, own: bool, position: Position) {
        let Some((key, answer)) = self.current.as_mut().and_then(|current| current.answer.as_mut()) else {
            return;
        };
        if own {
            answer.position = position;
            self.answers.put(*key, *answer);
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
        Event::TransferFailed(_) => Some(WithdrawalState::Pending),
        _ => None,
    }
}

/// What makes a request the same one when it comes again: its key in the table of first answers, and the digest of what
/// it says. None for a request that cannot be told from others.
#[derive(Clone, Copy, Debug)]
pub struct Identity {
    request: Option<(Key, Digest)>,
    /// Whether the runs of first answers were asked ahead, and do not have it.
    asked: Option<NotInRuns>,
}

impl Identity {
    /// That of what the ledger does by itself.
    pub const NONE: Self = Self { request: None, asked: None };

    pub(super) fn of(key: &CommandKey, actor: &Actor, directory: &Directory) -> Self {
        let request = match key {
            CommandKey::Published(published) => {
                let key = directory.key_of_pair(Namespace::Published, &published.source, &published.id);
                Some((key, published.digest))
            }
            CommandKey::Decision(Some(idempotency)) => {
                let actor = match actor {
                    Actor::Token(name) => name.as_str(),
                    Actor::Ledger => "",
                };
                let key = directory.key_of_pair(Namespace::Decision, actor, &idempotency.key);
                Some((key, idempotency.digest))
            }
            CommandKey::Decision(None) | CommandKey::Ledger | CommandKey::SameDecision => None,
        };
        Self { request, asked: None }
    }
}

impl Books {
    /// What was answered when `command` was recorded first.
    pub fn first_answer(&self, command: &Command) -> Result<Option<FirstAnswer>, Missing> {
        self.answer_to(self.identity(command))
    }

    /// The identity of `command`.
    pub fn identity(&self, command: &Command) -> Identity {
        Identity::of(&command.key, &command.actor, &self.directory)
    }

    /// Asks the runs ahead whether they may have the first answer to the request of `identity`.
    pub(super) fn ask_runs(&self, identity: &mut Identity) {
        identity.asked = identity.request.and_then(|(key, _)| self.identities.answers.ask_runs(key));
    }

    /// What was answered to the request of this identity first.
    pub(super) fn answer_to(&self, identity: Identity) -> Result<Option<FirstAnswer>, Missing> {
        match identity.request {
            Some((key, _)) => self.identities.get(key, identity.asked),
            None => Ok(None),
        }
    }

    /// Decides a command whose identity is taken.
    pub(super) fn decide_identity(&self, identity: Identity) -> Result<Option<Decision>, Missing> {
        let Some((key, digest)) = identity.request else { return Ok(None) };
        Ok(self.identities.get(key, identity.asked)?.map(|answer| {
            if answer.digest == digest {
                Decision::Duplicate(answer.position)
            } else {
                Decision::Reject(Rejection::IdReused)
            }
        }))
    }
}
