//! Histories for tests: commands as they are published, decided by the real books.

use std::fmt::Display;
use std::ops::Range;

use bytes::Bytes;
use events_schema::block::{SealedBlock, Sealer};
use events_schema::merkle::Frontier;
use events_schema::recorded::CommandKey;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::recorded::withdrawal::WithdrawalPaid;
use events_schema::{Action, Actor, Command, Event, Position, Recorded, Timestamp, published};
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
    now: Timestamp,
    published: u64,
    /// Everything that was recorded.
    pub(crate) recorded: Vec<Recorded>,
}

impl History {
    /// A ledger that was just created.
    pub(crate) fn new() -> Self {
        let now = "2026-10-31T23:10:00+08:00".parse().unwrap();
        let created = LedgerCreated {
            log_id: LOG_ID,
            currency: "CNY".parse().unwrap(),
            time_zone: "Asia/Shanghai".parse().unwrap(),
        };
        let genesis = Recorded::creation(created.clone(), now);
        let mut books = Books::new(created).unwrap();
        books.apply(&genesis).unwrap();
        Self { books, now, published: 0, recorded: vec![genesis] }
    }

    /// Publishes an event that happens now; whether it was recorded.
    pub(crate) fn publish(&mut self, kind: &str, subject: impl Display, data: impl Display) -> bool {
        self.published += 1;
        let (id, time) = (self.published, self.now);
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
        let mut almanac = Almanac::new(events_schema::Calendar::new("Asia/Shanghai").unwrap());
        for (index, recorded) in self.recorded.iter().enumerate() {
            let step = entities.apply(recorded).unwrap();
            if part.contains(&index) {
                project(&step, recorded, &mut almanac, &mut changes).unwrap();
            }
        }
        changes.into()
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

/// Dice that always fall alike.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let index = usize::try_from(self.roll(all.len() as u64)).unwrap();
        all[index]
    }
}

/// A history of everything that can happen, also too early, too late and twice. The same `seed` gives the same.
pub(crate) fn random(seed: u64, commands: usize) -> History {
    let mut history = History::new();
    let mut dice = Dice(seed);
    for _ in 0..commands {
        // Mostly minutes go by, sometimes days: several months in all.
        let seconds = if dice.roll(12) == 0 { dice.roll(300_000) } else { dice.roll(900) };
        history.pass(i64::try_from(seconds).unwrap());
        anything(&mut history, &mut dice);
    }
    history
}

const METHODS: [&str; 5] = ["wechat_pay", "alipay", "cash", "bank_transfer", "balance"];

fn anything(history: &mut History, dice: &mut Dice) {
    let orders = 4 + history.recorded.len() as u64 / 12;
    let newest = dice.roll(orders.min(8));
    let order = format!("O-{}", orders - newest);
    let member = format!("M-{}", dice.roll(3));
    match dice.roll(20) {
        0..=5 => place_any(history, dice, &order, &member),
        6..=8 => pay_any(history, dice, &order),
        9 => drop(history.publish("order.confirmed", order, "{}")),
        10 => drop(history.publish("order.shipped", order, "{}")),
        11 | 12 => drop(history.publish("order.verified", order, r#"{"packages":1}"#)),
        13 => drop(history.publish(dice.of(&["order.completed", "order.closed"]), order, "{}")),
        14 | 15 => refund_any(history, dice, &order),
        16 => member_any(history, dice, &member),
        17 => payment_any(history, dice),
        18 => withdraw_any(history, dice, &member),
        _ => drop(history.decide(Action::SettleOrder { order_id: order.parse().unwrap() })),
    }
}

fn place_any(history: &mut History, dice: &mut Dice, order: &str, member: &str) {
    let supplier = dice.of(&[
        "\"supplier\":{\"id\":\"S1\",\"name\":\"甲\",\"cost\":\"33.33\"},",
        "\"quoted_cost\":\"20.01\",",
    ]);
    let commissions = dice.of(&["[]", r#"[{"distributor_id":"D1","distributor_name":"一","amount":"3.33"},{"distributor_id":"D2","distributor_name":"二","amount":"1.01"}]"#]);
    let (product, confirmation) = (
        dice.of(&["ticket", "hotel", "goods"]),
        dice.of(&["none", "none", "before_payment", "after_payment"]),
    );
    let (amount, discount) =
        (dice.of(&["10.00", "77.77", "0.00"]), dice.of(&["", r#"{"kind":"points","amount":"0.00"}"#]));
    let packages = 1 + dice.roll(2);
    let data = format!(
        r#"{{"order_no":"N-{order}","member_id":"{member}","source":"pc","product":{{"id":"G1","name":"产品","type":"{product}"}},
        "packages":{packages},"amount":"{amount}","discounts":[{discount}],{supplier}"freight":"1.50",
        "commissions":{commissions},"confirmation":"{confirmation}","travellers":[]}}"#
    );
    history.publish("order.placed", order, data);
}

fn pay_any(history: &mut History, dice: &mut Dice, order: &str) {
    let (method, amount) = (dice.of(&METHODS), dice.of(&["10.00", "77.77", "0.00"]));
    let payment = history.recorded.len();
    history.publish(
        "order.paid",
        order,
        format!(r#"{{"payment_id":"P-{payment}","method":"{method}","amount":"{amount}"}}"#),
    );
}

fn refund_any(history: &mut History, dice: &mut Dice, order: &str) {
    let refund = format!("R-{}", dice.roll(3));
    let (amount, fee) = dice.of(&[("10.00", "0.50"), ("77.77", "0.00"), ("3.33", "3.33"), ("0.00", "0.00")]);
    history.publish(
        "refund.requested",
        order,
        format!(r#"{{"refund_id":"{refund}","amount":"{amount}","fee":"{fee}"}}"#),
    );
    match dice.roll(4) {
        0 => drop(history.publish("refund.rejected", order, format!(r#"{{"refund_id":"{refund}"}}"#))),
        1 => drop(history.publish(
            "refund.completed",
            order,
            format!(r#"{{"refund_id":"{refund}","method":"cash","channel_reference":"X"}}"#),
        )),
        2 => drop(history.publish("refund.completed", order, format!(r#"{{"refund_id":"{refund}"}}"#))),
        _ => {}
    }
}

fn member_any(history: &mut History, dice: &mut Dice, member: &str) {
    history.publish("member.registered", member, r#"{"phone":"13800000000"}"#);
    let (method, amount) = (dice.of(&METHODS[..4]), dice.of(&["50.00", "8.88"]));
    let payment = history.recorded.len();
    let kind = dice.of(&["balance.recharged", "balance.recharged", "balance.recharge_refunded"]);
    history.publish(
        kind,
        member,
        format!(r#"{{"payment_id":"B-{payment}","method":"{method}","amount":"{amount}"}}"#),
    );
}

fn payment_any(history: &mut History, dice: &mut Dice) {
    let payment = format!("Q-{}", dice.roll(40));
    let method = dice.of(&METHODS[..4]);
    history.publish(
        "payment.received",
        &payment,
        format!(r#"{{"method":"{method}","amount":"20.00","channel_reference":"Z"}}"#),
    );
    let surplus = history.recorded.iter().rev().find_map(|recorded| {
        let Event::SurplusReceived(surplus) = &recorded.event else { return None };
        Some(surplus.payment_id.to_string())
    });
    let payment = if dice.roll(2) == 0 { payment } else { surplus.unwrap_or(payment) };
    let refund = history.recorded.len();
    history.publish("payment.refunded", payment, format!(r#"{{"refund_id":"F-{refund}","amount":"5.00"}}"#));
}

fn withdraw_any(history: &mut History, dice: &mut Dice, member: &str) {
    let id = format!("W-{}", dice.roll(60));
    let (kind, payee) = dice.of(&[("supplier", "S1"), ("distributor", "D1"), ("member", "")]);
    let payee = if payee.is_empty() { member } else { payee };
    let method = dice.of(&["bank_card", "alipay", "wechat"]);
    history.publish(
        "withdrawal.requested",
        &id,
        format!(
            r#"{{"payee":{{"kind":"{kind}","id":"{payee}","name":"名"}},"amount":"2.50","method":"{method}","account":"6222"}}"#
        ),
    );
    if dice.roll(3) > 0 {
        history.pay_withdrawal(&id);
    }
}
