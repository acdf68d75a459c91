//! The history that clients publish: many lives at once, some of it out of order, some twice.

use std::collections::VecDeque;

use bytes::Bytes;
use events_schema::recorded::CommandKey;
use events_schema::{Action, Command, Position, Timestamp, published};

use crate::naive::dice::Dice;
use crate::naive::lives::{Line, life, order};
use crate::naive::requests::{decision, event};

/// What makes a command the same one when it comes again.
pub(crate) fn identity(key: &CommandKey) -> Option<String> {
    match key {
        CommandKey::Published(published) => Some(format!("{} {}", published.source, published.id)),
        CommandKey::Decision(Some(decision)) => Some(format!("decision {}", decision.key)),
        CommandKey::Decision(None) | CommandKey::Ledger | CommandKey::SameDecision => None,
    }
}

/// Events that wait for one order, when there is a crowd: their drain takes several blocks.
const CROWD: usize = 500;

/// Makes up what happens.
#[derive(Debug)]
pub(crate) struct History {
    dice: Dice,
    /// What is still to come of each life.
    lives: Vec<VecDeque<Line>>,
    /// How many lives have begun.
    begun: u64,
    /// Everything that was said so far.
    said: Vec<Command>,
}

impl History {
    pub(crate) const fn new(dice: Dice) -> Self {
        Self { dice, lives: Vec::new(), begun: 0, said: Vec::new() }
    }

    /// What somebody says or decides at `now`.
    pub(crate) fn next(&mut self, now: Timestamp) -> Command {
        if !self.said.is_empty() && self.dice.chance(6) {
            return self.said[self.dice.index(self.said.len())].clone();
        }
        if self.lives.len() < 3 || self.dice.chance(15) {
            self.begun += 1;
            self.lives.push(life(self.begun, &mut self.dice));
        }
        let number = self.dice.index(self.lives.len());
        let early = self.lives[number].len() > 1 && self.dice.chance(15);
        let line = self.lives[number].remove(usize::from(early)).unwrap();
        if self.lives[number].is_empty() {
            self.lives.swap_remove(number);
        }
        let command = match line {
            Line::Says(kind, subject, data) => event(self.said.len(), kind, &subject, &data, now),
            Line::Decides(action) => decision(self.said.len(), action),
        };
        self.said.push(command.clone());
        command
    }

    /// Two requests: many events that wait for one order, and that order.
    pub(crate) fn crowd(&mut self, now: Timestamp) -> [Vec<Command>; 2] {
        let order_id = format!("X{}", self.said.len());
        let first = self.said.len();
        let waiting: Vec<_> =
            (0..CROWD).map(|n| event(first + n, "order.closed", &order_id, "{}", now)).collect();
        let order = match order(&order_id, self.begun, &mut self.dice).pop_front() {
            Some(Line::Says(kind, id, data)) => vec![event(first + CROWD, kind, &id, &data, now)],
            other => panic!("an order begins with {other:?}"),
        };
        self.said.extend(waiting.iter().chain(&order).cloned());
        [waiting, order]
    }

    /// Finance gives the event parked at `parked` up.
    pub(crate) fn discard(&mut self, parked: Position) -> Command {
        let action = Action::DiscardParkedEvent { parked, reason: "nobody knows it".parse().unwrap() };
        let command = decision(self.said.len(), action);
        self.said.push(command.clone());
        command
    }

    /// Everything that was said so far.
    pub(crate) fn said(&self) -> &[Command] {
        &self.said
    }
}

/// The same identity with other content, which must be refused.
pub(crate) fn reused(command: &Command) -> Option<Command> {
    let CommandKey::Published(published) = &command.key else { return None };
    let text = format!(
        r#"{{"specversion":"1.0","id":"{}","source":"/simulation","type":"payment.received","subject":"reused","time":"2026-11-01T00:00:00Z","data":{{"method":"cash","amount":"1"}}}}"#,
        published.id
    );
    published::read(&Bytes::from(text), &command.actor).ok()
}
