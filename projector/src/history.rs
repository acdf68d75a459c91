//! Histories for tests: commands as they are published, decided by the real books.

mod random;
pub(crate) use random::{random, random_in};

use std::fmt::Display;
use std::ops::Range;

use bytes::Bytes;
use events_schema::block::{SealedBlock, Sealer};
use events_schema::merkle::Frontier;
use events_schema::recorded::CommandKey;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::recorded::withdrawal::WithdrawalPaid;
use events_schema::{Action, Actor, Calendar, Command, Position, Recorded, Timestamp, published};
use ledger_core::books::{Books, Outcome};
use ledger_core::entities::{Entities, Step};
use ledger_core::log::{Log, MemoryLog};

use crate::change::{Changes, Writes};
use crate::projection::project;
use crate::starts::Almanac;

/// The id of every log in these tests.
pub(crate) const LOG_ID: [u8; 16] = *b"a log for a test";

/// A ledger that is told what happened.
pub(crate) struct History {
    books: Books,
    calendar: Calendar,
    now: Timestamp,
    /// How many seconds ago everything happens that is published.
    late_seconds: i64,
    published: u64,
    /// Everything that was recorded.
    pub(crate) recorded: Vec<Recorded>,
}

impl History {
    /// A ledger that was just created, in China, fifty minutes before November.
    pub(crate) fn new() -> Self {
        Self::begin("Asia/Shanghai", "2026-10-31T23:10:00+08:00")
    }

    /// A ledger that is created at `now` in the time zone called `zone`.
    pub(crate) fn begin(zone: &str, now: &str) -> Self {
        let now = now.parse().unwrap();
        let created = LedgerCreated {
            log_id: LOG_ID,
            currency: "CNY".parse().unwrap(),
            time_zone: zone.parse().unwrap(),
        };
        let genesis = Recorded::creation(created.clone(), now);
        let mut books = Books::new(created).unwrap();
        books.apply(&genesis).unwrap();
        let calendar = Calendar::new(zone).unwrap();
        Self { books, calendar, now, late_seconds: 0, published: 0, recorded: vec![genesis] }
    }

    /// In which hours, days and months are counted.
    pub(crate) fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Publishes an event that happens now, or somewhat earlier; whether it was recorded.
    pub(crate) fn publish(&mut self, kind: &str, subject: impl Display, data: impl Display) -> bool {
        self.published += 1;
        let (id, time) = (self.published, self.now.plus_seconds(-self.late_seconds));
        let text = format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"/test","type":"{kind}","subject":"{subject}","time":"{time}","data":{data}}}"#
        );
        let command = published::read(&Bytes::from(text), &Actor::Ledger);
        self.take(&command.unwrap_or_else(|refusal| panic!("{}: {data}", refusal.detail)))
    }

    /// Finance, the gateway or the clock decides now; whether it was recorded.
    pub(crate) fn decide(&mut self, action: Action) -> bool {
        let (key, actor, source_text) = (CommandKey::Decision(None), Actor::Ledger, Bytes::new());
        self.take(&Command { key, actor, occurred_at: None, action, source_text })
    }

    /// A withdrawal is paid.
    pub(crate) fn pay_withdrawal(&mut self, id: &str) -> bool {
        let paid = WithdrawalPaid { reference: Some("BANK-1".parse().unwrap()), note: None };
        self.decide(Action::ApproveWithdrawal { withdrawal_id: id.parse().unwrap(), paid, paid_at: None })
    }

    /// Time goes on, and the clock settles what is due.
    pub(crate) fn pass(&mut self, seconds: i64) {
        self.now = self.now.plus_seconds(seconds);
        while let Some(order) = self.books.next_due(self.now) {
            assert!(self.decide(Action::SettleDueOrder { order }));
        }
    }

    /// An order of 100.00, less 10.00, that costs 60.00 and a commission of 5.00.
    pub(crate) fn place(&mut self, order: &str) {
        let placed = self.publish("order.placed", order, PLACED);
        assert!(placed);
    }

    /// Its payment of 90.00.
    pub(crate) fn pay(&mut self, order: &str, method: &str) {
        let data = format!(
            r#"{{"payment_id":"P-{order}","method":"{method}","amount":"90.00","channel_reference":"C-{order}"}}"#
        );
        assert!(self.publish("order.paid", order, data));
    }

    fn take(&mut self, command: &Command) -> bool {
        self.now = self.now.plus_seconds(1);
        let outcome = self.books.take(command, self.now, &mut self.recorded).unwrap();
        while self.books.release_next(self.now, &mut self.recorded).unwrap() {}
        matches!(outcome, Outcome::Recorded(_))
    }

    /// The changes of the events after the first `skipped` ones, merged.
    pub(crate) fn changes_after(&self, skipped: usize) -> Writes {
        self.changes_of(skipped..self.recorded.len())
    }

    /// The changes of a part of the events, merged.
    pub(crate) fn changes_of(&self, part: Range<usize>) -> Writes {
        let mut changes = Changes::default();
        let mut entities = Entities::default();
        let mut almanac = Almanac::new(self.calendar.clone());
        for (index, recorded) in self.recorded.iter().enumerate() {
            let step = entities.apply(recorded).unwrap();
            if part.contains(&index) {
                project(&step, recorded, &mut almanac, &mut changes).unwrap();
            }
        }
        changes.try_into().unwrap()
    }

    /// Everything that events happened to, as it stands in the end, and the births of all orders.
    pub(crate) fn entities(&self) -> (Entities, Vec<Position>) {
        let (mut entities, mut orders) = (Entities::default(), Vec::new());
        for recorded in &self.recorded {
            if let Step::Order { before: None, after } = entities.apply(recorded).unwrap() {
                orders.push(after.birth);
            }
        }
        (entities, orders)
    }

    /// The history in blocks, which hold `lengths` events in turn.
    pub(crate) fn blocks(&self, lengths: &[usize]) -> Vec<SealedBlock> {
        let leaves = self.recorded.iter().map(|recorded| {
            let mut leaf = Vec::new();
            recorded.encode(&mut leaf);
            (recorded.recorded_at, leaf)
        });
        seal(leaves.collect(), lengths)
    }

    /// The history in a log.
    pub(crate) async fn log(&self, lengths: &[usize]) -> MemoryLog {
        log_of(&self.blocks(lengths)).await
    }
}

/// A log of these blocks.
pub(crate) async fn log_of(blocks: &[SealedBlock]) -> MemoryLog {
    let log = MemoryLog::new();
    for block in blocks {
        log.append(block).await.unwrap();
    }
    log
}

/// Leaves in blocks, which hold `lengths` of them in turn.
pub(crate) fn seal(leaves: Vec<(Timestamp, Vec<u8>)>, lengths: &[usize]) -> Vec<SealedBlock> {
    let mut sealer = Sealer::new(LOG_ID, 1, 1, Frontier::new());
    let mut lengths = lengths.iter().cycle();
    let (mut blocks, mut leaves, mut last) = (Vec::new(), leaves.into_iter().peekable(), i64::MIN);
    while let Some((recorded_at, _)) = leaves.peek() {
        last = recorded_at.micros().max(last + 1);
        sealer.begin(Timestamp::from_micros(last));
        for (_, leaf) in leaves.by_ref().take(*lengths.next().unwrap()) {
            sealer.push(|bytes| bytes.extend(leaf)).unwrap();
        }
        blocks.push(sealer.seal());
    }
    blocks
}

const PLACED: &str = r#"{"order_no":"N1","member_id":"M1","source":"pc",
    "product":{"id":"G1","name":"门票","type":"ticket"},"packages":2,"amount":"100.00",
    "discounts":[{"kind":"coupon","amount":"10.00"}],"supplier":{"id":"S1","name":"黄山","cost":"60.00"},
    "freight":"3.00","commissions":[{"distributor_id":"D1","distributor_name":"王 \"小\" 明","amount":"5.00"}],
    "confirmation":"none","travellers":[{"gender":"male"},{"gender":"female"}]}"#;
