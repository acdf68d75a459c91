//! given … when … then: books with a history, something that is asked of them, and what they make of it.

use bytes::Bytes;
use events_schema::command::{Action, Command};
use events_schema::recorded::CommandKey;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::recorded::{Actor, Event, Recorded};
use events_schema::{Position, Timestamp};

use super::super::{Books, Outcome, Rejection};
use super::ask::Ask;
use super::forgetting::Shelf;
use super::structure::Chains;
use crate::directory::Namespace;
use crate::entities::{Order, ParkedEvent, Payment, Withdrawal};
use crate::recall::Missing;

/// What the clock says at the beginning of a scene.
const BEGINNING: &str = "2026-11-01T10:00:00+08:00";

/// What the answer says, without the position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Told {
    Recorded,
    Duplicate,
    Parked,
    Rejected(Rejection),
}

impl From<Outcome> for Told {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Recorded(_) => Self::Recorded,
            Outcome::Duplicate(_) => Self::Duplicate,
            Outcome::Parked(_) => Self::Parked,
            Outcome::Rejected(rejection) => Self::Rejected(rejection),
        }
    }
}

/// Books, everything they recorded, and a clock.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) books: Books,
    pub(super) log: Vec<Recorded>,
    pub(super) now: Timestamp,
    /// The answer to what was asked last.
    pub(super) outcome: Option<Outcome>,
    /// How long the log was before that.
    before: usize,
    /// How many ids events were given.
    ids: u32,
    chains: Chains,
    /// Where books are kept that forget.
    pub(super) shelf: Option<Shelf>,
}

/// Books to which all of `history` happened; nothing of it is refused.
pub(super) fn given(history: impl IntoIterator<Item = Ask>) -> Scene {
    history.into_iter().fold(Scene::new(), Scene::and)
}

pub(super) fn created() -> LedgerCreated {
    LedgerCreated {
        log_id: [7; 16],
        currency: "CNY".parse().unwrap(),
        time_zone: "Asia/Shanghai".parse().unwrap(),
    }
}

impl Scene {
    pub(super) fn new() -> Self {
        let now: Timestamp = BEGINNING.parse().unwrap();
        let first = Recorded::creation(created(), now);
        let mut books = Books::new(created()).unwrap();
        books.apply(&first).unwrap();
        let (log, chains) = (vec![first], Chains::default());
        let mut scene = Self { books, log, now, outcome: None, before: 0, ids: 0, chains, shelf: None };
        scene.chains.check(&scene.log);
        scene
    }

    /// The history goes on; nothing of it is refused.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "what is asked is written where it is asked, and owned"
    )]
    pub(super) fn and(self, ask: Ask) -> Self {
        let mut scene = self;
        scene.ask(&ask);
        let told = Told::from(scene.outcome.unwrap());
        assert!(matches!(told, Told::Recorded | Told::Parked), "{told:?} is no history: {ask:?}");
        scene
    }

    /// The clock goes on to `time`, and settles what has fallen due.
    pub(super) fn at(mut self, time: &str) -> Self {
        self.now = time.parse().unwrap();
        self.before = self.log.len();
        self.settle_due();
        self
    }

    pub(super) fn settle_due(&mut self) {
        while let Some(order) = self.books.next_due(self.now) {
            let action = Action::SettleDueOrder { order };
            let (key, actor, source_text) = (CommandKey::Ledger, Actor::Ledger, Bytes::new());
            let outcome = self.take(&Command { key, actor, occurred_at: None, action, source_text });
            assert!(matches!(outcome, Outcome::Recorded(_)), "an order that is due is settled: {outcome:?}");
        }
    }

    /// Asks, and tries everything that becomes ready.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "what is asked is written where it is asked, and owned"
    )]
    pub(super) fn when(mut self, ask: Ask) -> Self {
        self.ask(&ask);
        self
    }

    pub(super) fn ask(&mut self, ask: &Ask) -> Outcome {
        self.before = self.log.len();
        let command = self.command(ask);
        let outcome = self.take(&command);
        self.outcome = Some(outcome);
        outcome
    }

    /// The command that `ask` is.
    pub(super) fn command(&mut self, ask: &Ask) -> Command {
        self.ids += 1;
        ask.command(&format!("e-{}", self.ids), &self.parked_positions())
    }

    fn take(&mut self, command: &Command) -> Outcome {
        self.now = Timestamp::from_micros(self.now.micros() + 1);
        let begin = self.log.len();
        let now = self.now;
        let outcome = self.with_memory(|books, log| books.take(command, now, log));
        let own = self.log.len() - begin;
        assert_eq!(matches!(outcome, Outcome::Recorded(_) | Outcome::Parked(_)), own > 0, "{outcome:?}");
        self.release_ready();
        self.chains.check(&self.log);
        outcome
    }

    /// Tries what is ready, until nothing is.
    pub(super) fn release_ready(&mut self) {
        while self.books.has_ready() {
            let now = self.now;
            self.with_memory(|books, log| books.release_next(now, log));
        }
    }

    /// Does `work`, as often as something had to be brought first.
    fn with_memory<T>(&mut self, work: impl Fn(&mut Books, &mut Vec<Recorded>) -> Result<T, Missing>) -> T {
        loop {
            let missing = match work(&mut self.books, &mut self.log) {
                Ok(done) => {
                    self.shelf.iter().for_each(|shelf| shelf.forget_some(&mut self.books));
                    return done;
                }
                Err(missing) => missing,
            };
            self.shelf.as_ref().expect("these books forget nothing").bring(missing, &mut self.books);
        }
    }

    pub(super) fn then(self, told: Told) -> Self {
        let outcome = Told::from(self.outcome.expect("something was asked"));
        assert_eq!(outcome, told);
        self
    }

    /// What was recorded when that was asked, with all that it set off.
    pub(super) fn new_events(&self) -> &[Recorded] {
        &self.log[self.before..]
    }

    /// The names of those events.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.new_events().iter().map(|recorded| recorded.event.name()).collect()
    }

    /// Where the events stand that say that something was parked.
    pub(super) fn parked_positions(&self) -> Vec<Position> {
        let parked = self.log.iter().filter(|recorded| matches!(recorded.event, Event::EventParked(_)));
        parked.map(|recorded| recorded.position).collect()
    }

    /// The event that was parked as the nth, from 0.
    pub(super) fn parked(&self, nth: usize) -> &ParkedEvent {
        self.books.entities.parked_event(self.parked_positions()[nth]).unwrap().unwrap()
    }

    fn find(&self, namespace: Namespace, id: &str) -> Option<Position> {
        self.books.directory.find(namespace, id).unwrap()
    }

    pub(super) fn order(&self, id: &str) -> &Order {
        self.find(Namespace::Order, id)
            .and_then(|birth| self.books.entities.order(birth).unwrap())
            .expect("an order")
    }

    pub(super) fn payment(&self, id: &str) -> &Payment {
        let birth = self.find(Namespace::Payment, id);
        birth.and_then(|birth| self.books.entities.payment(birth).unwrap()).expect("a payment")
    }

    pub(super) fn withdrawal(&self, id: &str) -> &Withdrawal {
        let birth = self.find(Namespace::Withdrawal, id);
        birth.and_then(|birth| self.books.entities.withdrawal(birth).unwrap()).expect("a withdrawal")
    }

    /// In fen.
    pub(super) fn balance(&self, member: &str) -> i64 {
        let birth = self.find(Namespace::Member, member).expect("a member");
        self.books.entities.member(birth).unwrap().unwrap().balance.minor()
    }

    /// In fen; nothing for a supplier that never had any.
    pub(super) fn supplier_funds(&self, supplier: &str) -> i64 {
        self.funds(Namespace::Supplier, supplier)
    }

    /// In fen; nothing for a distributor that never had any.
    pub(super) fn distributor_funds(&self, distributor: &str) -> i64 {
        self.funds(Namespace::Distributor, distributor)
    }

    fn funds(&self, namespace: Namespace, id: &str) -> i64 {
        let birth = self.find(namespace, id);
        birth.map_or(0, |birth| self.books.entities.funds(birth).unwrap().unwrap().available.minor())
    }
}
