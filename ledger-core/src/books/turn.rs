//! A command from beginning to end: decided, recorded, applied, and everything it sets off.

use bytes::Bytes;
use events_schema::command::Command;
use events_schema::published;
use events_schema::recorded::CommandKey;
use events_schema::recorded::parked::{
    EventParked, ParkedEventDiscarded, ParkedEventFailed, ParkedEventReleased, ParkedEventRequeued, WaitsFor,
};
use events_schema::recorded::{Actor, Entity, EntityKind, Event, Personal, Recorded};
use events_schema::terms::ParkedState;
use events_schema::{Id, Position, Text, Timestamp};

use super::draft::{Decided, Draft, Drafts, NotNow, Target, ensure};
use super::{Books, Decision, Identity, Rejection};
use crate::recall::Missing;

/// Who records a decision, and why.
#[derive(Clone, Copy)]
struct By<'a> {
    identity: Identity,
    actor: &'a Actor,
    /// What set it off, where it is not a request.
    cause: Option<Position>,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was recorded; its last event stands here.
    Recorded(Position),
    /// It was recorded before; what was answered then.
    Duplicate(Position),
    /// It waits; the event that says so stands here.
    Parked(Position),
    /// It was refused.
    Rejected(Rejection),
}

impl Books {
    /// Decides `command` at `now` and applies what it records, appending that to `out`. What it sets off comes
    /// with [`Books::release_next`].
    ///
    /// Where memory lacks something, nothing has changed; ask again when it is there.
    pub fn take(
        &mut self,
        command: &Command,
        now: Timestamp,
        out: &mut Vec<Recorded>,
    ) -> Result<Outcome, Missing> {
        self.take_as(self.identity(command), command, now, out)
    }

    /// The same for a command whose identity was looked up before.
    pub fn take_as(
        &mut self,
        identity: Identity,
        command: &Command,
        now: Timestamp,
        out: &mut Vec<Recorded>,
    ) -> Result<Outcome, Missing> {
        let by = By { identity, actor: &command.actor, cause: None };
        Ok(match self.decide_as(identity, command, now)? {
            Decision::Record(drafts) => {
                self.record(drafts, command.key.clone(), by, now, out);
                Outcome::Recorded(self.tail)
            }
            Decision::Duplicate(position) => Outcome::Duplicate(position),
            Decision::Reject(rejection) => Outcome::Rejected(rejection),
            Decision::Park(waits_for) => {
                let drafts = park(command, waits_for, now);
                self.record(drafts, command.key.clone(), by, now, out);
                Outcome::Parked(self.tail)
            }
        })
    }

    /// Tries the oldest ready parked event again; whether there was one. Where memory lacks something, nothing has
    /// changed; ask again when it is there.
    pub fn release_next(&mut self, now: Timestamp, out: &mut Vec<Recorded>) -> Result<bool, Missing> {
        let Some((parked, waker)) = self.waiting.next() else { return Ok(false) };
        let drafts = self.decide_release(parked, now)?;
        self.waiting.tried(parked);
        if !drafts.0.is_empty() {
            let by = By { identity: Identity::NONE, actor: &Actor::Ledger, cause: Some(waker) };
            self.record(drafts, CommandKey::Ledger, by, now, out);
        }
        Ok(true)
    }

    /// What a further try of a parked event gives; nothing when it still waits for the same.
    fn decide_release(&self, birth: Position, now: Timestamp) -> Result<Drafts, Missing> {
        let Some(parked) = self.entities.parked_event(birth)? else { return Ok(Drafts::default()) };
        let of = |event| Drafts::of(EntityKind::ParkedEvent, birth, now, event);
        let Some(command) = reread(&parked.event) else {
            // Sealed since, or published in a form that is not read any more: it can never be recorded.
            return Ok(of(Event::ParkedEventFailed(ParkedEventFailed { code: code("invalid_event") })));
        };
        let at = command.occurred_at.unwrap_or(now);
        // The release stands first, so the first event of the command stands one later.
        Ok(match self.decide_action(&command.action, at, now, self.tail.plus(2)) {
            Ok(drafts) => {
                let mut release = of(Event::ParkedEventReleased(ParkedEventReleased {}));
                release.0.extend(
                    drafts.0.into_iter().map(|draft| Draft { target: draft.target.later(1), ..draft }),
                );
                release
            }
            Err(NotNow::Park(waits_for)) if waits_for == parked.waits_for => Drafts::default(),
            Err(NotNow::Park(waits_for)) => {
                of(Event::ParkedEventRequeued(Box::new(ParkedEventRequeued { waits_for })))
            }
            Err(NotNow::Reject(rejection)) => {
                of(Event::ParkedEventFailed(ParkedEventFailed { code: code(rejection.code()) }))
            }
            Err(NotNow::Fetch(missing)) => return Err(missing),
        })
    }

    pub(super) fn discard_parked_event(&self, birth: Position, reason: &Text, now: Timestamp) -> Decided {
        let parked = self.entities.parked_event(birth)?.ok_or(Rejection::UnknownParkedEvent)?;
        ensure(parked.state == ParkedState::Waiting, Rejection::AlreadyDecided)?;
        let event = Event::ParkedEventDiscarded(ParkedEventDiscarded { reason: reason.clone().into() });
        Ok(Drafts::of(EntityKind::ParkedEvent, birth, now, event))
    }

    /// Gives drafts their places and applies them: the first has the key of the request, the others name it as
    /// their cause.
    fn record(
        &mut self,
        drafts: Drafts,
        key: CommandKey,
        by: By<'_>,
        now: Timestamp,
        out: &mut Vec<Recorded>,
    ) {
        debug_assert!(drafts.0.len() <= super::DECISION_EVENTS_MAX);
        let first = self.tail.next();
        let mut key = Some(key);
        for draft in drafts.0 {
            let position = self.tail.next();
            let entity = draft.target.place(first, position);
            let last = if entity.birth == position {
                None
            } else {
                self.entities.last(entity).expect("a decision has looked at all that it touches")
            };
            let recorded = Recorded {
                position,
                recorded_at: now,
                occurred_at: draft.occurred_at,
                entity,
                previous: last,
                cause: if position == first { by.cause } else { Some(first) },
                key: key.take().unwrap_or(CommandKey::SameDecision),
                actor: by.actor.clone(),
                event: draft.event,
            };
            let identity = if position == first { by.identity } else { Identity::NONE };
            self.apply_as(identity, &recorded)
                .expect("what was decided on these books can be applied to them");
            out.push(recorded);
        }
    }
}

impl Target {
    /// The same target where `count` drafts come before.
    fn later(self, count: usize) -> Self {
        match self {
            Self::BornWith(draft, kind) => Self::BornWith(draft + count, kind),
            Self::Existing(_) | Self::New(_) => self,
        }
    }

    /// The entity, when the decision's first event stands at `first` and this one at `position`.
    fn place(self, first: Position, position: Position) -> Entity {
        match self {
            Self::Existing(entity) => entity,
            Self::New(kind) => Entity::new(kind, position),
            Self::BornWith(draft, kind) => Entity::new(kind, first.plus(draft as u64)),
        }
    }
}

fn park(command: &Command, waits_for: WaitsFor, now: Timestamp) -> Drafts {
    let text = String::from_utf8_lossy(&command.source_text);
    let event = Event::EventParked(Box::new(EventParked { waits_for, event: Personal::Plain(text.into()) }));
    Drafts::begin(EntityKind::ParkedEvent, command.occurred_at.unwrap_or(now), event)
}

/// Reads a parked event again, as it was published.
fn reread(event: &Personal) -> Option<Command> {
    let text = Bytes::copy_from_slice(event.text()?.as_bytes());
    published::read(&text, &Actor::Ledger).ok()
}

fn code(code: &str) -> Id {
    code.parse().expect("codes are short lower-case words")
}
