//! What was answered, and what the log must therefore hold.

use std::collections::{HashMap, HashSet};

use events_schema::recorded::CommandKey;
use events_schema::{Action, Actor, Command, Event, Position, Recorded};
use ledger_core::books::{Books, Outcome, Rejection};

use super::history::identity;

/// Everything that was answered.
#[derive(Debug, Default)]
pub(crate) struct Promises {
    answered: HashMap<String, Answered>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answered {
    /// It is in the log, and its last own event stands here.
    At(Position),
    /// It waits, and the event that says so stands here.
    Parked(Position),
    /// It was refused.
    Rejected(Rejection),
}

impl Promises {
    /// Somebody heard `outcome`, when the log ended at `end`. `command` is what was said first under its identity, or
    /// something else.
    pub(crate) fn hear(&mut self, command: &Command, said_first: &Command, outcome: Outcome, end: Position) {
        if command.key != said_first.key {
            assert_eq!(outcome, Outcome::Rejected(Rejection::IdReused), "for {:?}", command.key);
            return;
        }
        let name = identity(&command.key).unwrap();
        let known = self.answered.get(&name).copied();
        let answer = match (known, outcome) {
            (None | Some(Answered::Rejected(_)), Outcome::Recorded(at) | Outcome::Duplicate(at)) => {
                Answered::At(at)
            }
            (None | Some(Answered::Rejected(_)), Outcome::Parked(at)) => Answered::Parked(at),
            (None | Some(Answered::Rejected(_)), Outcome::Rejected(why)) => Answered::Rejected(why),
            // Two clients that ask at the same time may hear it in any order.
            (Some(Answered::At(before)), Outcome::Parked(at)) if at == before => Answered::Parked(at),
            (Some(Answered::At(before)), Outcome::Recorded(at) | Outcome::Duplicate(at))
            | (Some(Answered::Parked(before)), Outcome::Duplicate(at)) => {
                // A decision that comes again is told where all ends that it set off.
                let decision = matches!(command.key, CommandKey::Decision(_));
                assert!(at == before || decision, "{name} was at {before}, and is at {at}");
                known.unwrap()
            }
            (Some(Answered::At(at) | Answered::Parked(at)), Outcome::Rejected(_)) if end < at => {
                known.unwrap()
            }
            (Some(known), outcome) => panic!("{name} was {known:?}, and is {outcome:?}"),
        };
        assert_ne!(answer, Answered::Rejected(Rejection::IdReused), "nothing else was said under {name}");
        self.answered.insert(name, answer);
    }

    /// Events that were said to be parked.
    pub(crate) fn parked(&self) -> Vec<Position> {
        let parked = self.answered.values().filter_map(|answered| match answered {
            Answered::Parked(at) => Some(*at),
            Answered::At(_) | Answered::Rejected(_) => None,
        });
        parked.collect()
    }

    pub(crate) fn is_recorded(&self, command: &Command) -> bool {
        let answered = identity(&command.key).and_then(|name| self.answered.get(&name));
        matches!(answered, Some(Answered::At(_) | Answered::Parked(_)))
    }

    /// Checks that the log holds what was promised, and nothing that nobody asked for; `open` may be in it or not.
    pub(crate) fn hold(&self, events: &[Recorded], said: &[Command], open: &HashSet<String>) {
        let places = places(events);
        let said: HashSet<_> = said.iter().filter_map(|command| identity(&command.key)).collect();
        for name in places.keys() {
            assert!(said.contains(name), "nobody said {name}");
        }
        for (name, answered) in &self.answered {
            match (*answered, places.get(name)) {
                (Answered::Parked(at), Some(place)) => {
                    assert_eq!(place.last, at, "{name}");
                    assert!(matches!(event_at(events, at), Event::EventParked(_)), "{name} at {at}");
                }
                (Answered::At(at), Some(place)) if place.is_decision => {
                    assert!(place.last <= at, "{name} was answered with {at}, and ends at {}", place.last);
                }
                (Answered::At(at), Some(place)) => assert_eq!(place.last, at, "{name}"),
                (Answered::At(at) | Answered::Parked(at), None) => panic!("{name} was at {at}, and is lost"),
                (Answered::Rejected(why), Some(place)) => {
                    assert!(open.contains(name), "{name} was refused ({why:?}), and is at {}", place.last);
                }
                (Answered::Rejected(_), None) => {}
            }
        }
    }
}

fn event_at(events: &[Recorded], at: Position) -> &Event {
    &events[usize::try_from(at.get()).unwrap() - 1].event
}

/// Where something that was said stands.
struct Place {
    last: Position,
    is_decision: bool,
}

/// Where everything stands that was said. Nothing is there twice, and positions are dense.
fn places(events: &[Recorded]) -> HashMap<String, Place> {
    let mut places = HashMap::new();
    for (index, recorded) in events.iter().enumerate() {
        assert_eq!(recorded.position.get(), index as u64 + 1, "positions are dense");
        let Some(name) = identity(&recorded.key) else { continue };
        let own =
            |next: &&Recorded| next.key == CommandKey::SameDecision && next.cause == Some(recorded.position);
        let last = events[index + 1..].iter().take_while(own).last().unwrap_or(recorded).position;
        let is_decision = matches!(recorded.key, CommandKey::Decision(_));
        let before = places.insert(name, Place { last, is_decision });
        assert!(before.is_none(), "{:?} is in the log twice", recorded.key);
    }
    places
}

/// Decides everything again on books that never crashed, and compares with the log, event by event.
///
/// The last drain of parked events may be cut off in the log; then it is not `whole`.
pub(crate) fn decided_again(events: &[Recorded], said: &[Command], whole: bool) {
    let Some((genesis, _)) = events.split_first() else { return };
    let Event::LedgerCreated(created) = &genesis.event else { panic!("the log begins with {genesis:?}") };
    let mut books = Books::new(created.clone()).unwrap();
    books.apply(genesis).unwrap();
    let said: HashMap<_, _> = said.iter().rev().filter_map(|c| Some((identity(&c.key)?, c))).collect();
    let mut at = 1;
    while at < events.len() {
        let first = &events[at];
        let command = match identity(&first.key) {
            Some(name) => said[&name].clone(),
            None => of_the_clock(first),
        };
        let mut decided = Vec::new();
        books.take(&command, first.recorded_at, &mut decided).unwrap();
        while books.has_ready() {
            let next = events.get(at + decided.len()).or(events.last()).unwrap();
            books.release_next(next.recorded_at, &mut decided).unwrap();
        }
        let recorded = &events[at..events.len().min(at + decided.len())];
        assert!(!whole || recorded.len() == decided.len(), "the last drain is finished");
        for (recorded, decided) in recorded.iter().zip(&decided) {
            assert_eq!(recorded, decided, "books that never crashed decide otherwise");
        }
        assert!(!decided.is_empty(), "nobody caused {first:?}");
        at += decided.len();
    }
}

fn of_the_clock(recorded: &Recorded) -> Command {
    assert!(matches!(recorded.event, Event::OrderSettled(_)), "nobody caused {recorded:?}");
    Command {
        key: CommandKey::Ledger,
        actor: Actor::Ledger,
        occurred_at: None,
        action: Action::SettleDueOrder { order: recorded.entity.birth },
        source_text: bytes::Bytes::new(),
    }
}
