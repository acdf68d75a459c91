//! What the decider reckons for a decision is never less than what the sealer writes: its `expect` cannot fail.

use std::collections::BTreeMap;

use events_schema::block::BLOCK_PAYLOAD_BYTES_MAX;
use events_schema::recorded::ledger::{
    AccountSettings, ChartAccount, NotificationSettings, RECIPIENTS_MAX, ScreenSettings, SettlementSettings,
    WithdrawalSettings,
};
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::recorded::{IdempotencyKey, Personal};
use events_schema::terms::{Term, VoucherAccount};
use events_schema::{Digest, Id, Text};
use proptest::prelude::*;

use super::*;
use crate::books::Books;
use crate::writer::size;

/// Draws numbers from a seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (bits ^ (bits >> 31)) % below
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.roll(of.len() as u64)).unwrap()]
    }

    /// A text as short or as long as may be: 200 characters of four bytes.
    fn text(&mut self) -> String {
        if self.roll(3) == 0 { "x".to_owned() } else { "𝄞".repeat(200) }
    }

    /// One of three ids of its kind, as long as may be.
    fn id(&mut self, kind: &str) -> String {
        format!("{kind}{:0>width$}", self.roll(3), width = 64 - kind.len())
    }

    fn fresh(&mut self) -> String {
        format!("{:0>64}", self.roll(u64::MAX))
    }

    fn amount(&mut self) -> String {
        self.one(&["0", "100", "100", "100", "999999999999.99"]).to_owned()
    }

    /// `,"name":"text"`, or nothing.
    fn optional(&mut self, name: &str) -> String {
        if self.roll(2) == 0 { String::new() } else { format!(r#","{name}":"{}""#, self.text()) }
    }

    /// No extension attributes, or as many as may be.
    fn extensions(&mut self) -> String {
        match self.roll(3) {
            0 => String::new(),
            1 => {
                let mut named =
                    |n| format!(r#","{n:a>200}":{}"#, self.one(&["1", "true", "-2147483648", "\"\""]));
                (0..32).map(&mut named).collect::<Vec<_>>().concat()
            }
            _ => {
                let large = |n| format!(r#","e{n}":"{}""#, "x".repeat(7_000));
                (0..32).map(large).collect::<Vec<_>>().concat()
            }
        }
    }

    fn order_placed(&mut self) -> String {
        let supplier = match self.roll(2) {
            0 => String::new(),
            _ => format!(r#","supplier":{{"id":"{}","name":"{}","cost":"9"}}"#, self.id("S"), self.text()),
        };
        let line = |n: u64, dice: &mut Self| {
            let (name, phone) = (dice.text(), dice.optional("distributor_phone"));
            format!(r#"{{"distributor_id":"{n:D>64}","distributor_name":"{name}","amount":"10"{phone}}}"#)
        };
        let first = self.roll(1 << 40);
        let lines: Vec<_> = (0..self.one(&[0, 1, 25])).map(|n| line(first + n, self)).collect();
        let discounts = vec![r#"{"kind":"other","amount":"0"}"#; self.one(&[0, 50])].join(",");
        format!(
            r#"{{"order_no":"{}","member_id":"{}","source":"other","product":{{"id":"{}","name":"{}","type":"{:t>32}"}},"packages":{},"amount":"100","discounts":[{discounts}],"commissions":[{}],"confirmation":"{}"{supplier}}}"#,
            self.text(),
            self.id("M"),
            self.fresh(),
            self.text(),
            "t",
            self.one(&[1, u32::MAX]),
            lines.join(","),
            self.one(&["none", "none", "before_payment", "after_payment"]),
        )
    }

    fn data(&mut self, kind: &str) -> (&'static str, String) {
        let (amount, method) = (self.amount(), self.one(&["alipay", "cash"]));
        let reference = self.optional("channel_reference");
        match kind {
            "order.placed" => ("O", self.order_placed()),
            "order.paid" => {
                let method = self.one(&["alipay", "cash", "balance"]);
                (
                    "O",
                    format!(
                        r#"{{"payment_id":"{}","method":"{method}","amount":"{amount}"{reference}}}"#,
                        self.fresh()
                    ),
                )
            }
            "order.closed" => ("O", format!(r#"{{"reason":"{}"}}"#, self.text())),
            "order.shipped" => {
                ("O", format!(r#"{{"carrier":"{}"{}}}"#, self.text(), self.optional("tracking_no")))
            }
            "order.verified" => ("O", r#"{"packages":1}"#.to_owned()),
            "refund.requested" => (
                "O",
                format!(r#"{{"refund_id":"{}","amount":"100"{}}}"#, self.id("R"), self.optional("reason")),
            ),
            "refund.completed" => ("O", format!(r#"{{"refund_id":"{}"{reference}}}"#, self.id("R"))),
            "member.registered" => ("M", format!(r#"{{"phone":"{}"}}"#, self.text())),
            "balance.recharged" => (
                "M",
                format!(
                    r#"{{"payment_id":"{}","method":"{method}","amount":"{amount}"{reference}}}"#,
                    self.fresh()
                ),
            ),
            "payment.received" => {
                let note = self.optional("note");
                ("P", format!(r#"{{"method":"{method}","amount":"{amount}"{reference}{note}}}"#))
            }
            "payment.refunded" => {
                ("P", format!(r#"{{"refund_id":"{}","amount":"{amount}"{reference}}}"#, self.fresh()))
            }
            "withdrawal.requested" => (
                "W",
                format!(
                    r#"{{"payee":{{"kind":"member","id":"{}","name":"{}"{}}},"amount":"1","method":"alipay","account":"{}"}}"#,
                    self.id("M"),
                    self.text(),
                    self.optional("phone"),
                    self.text(),
                ),
            ),
            _ => ("O", "{}".to_owned()),
        }
    }

    fn published(&mut self) -> Command {
        let kind = self.one(&[
            "order.placed",
            "order.placed",
            "order.paid",
            "order.paid",
            "order.confirmed",
            "order.closed",
            "order.shipped",
            "order.verified",
            "order.completed",
            "refund.requested",
            "refund.completed",
            "member.registered",
            "balance.recharged",
            "payment.received",
            "payment.refunded",
            "withdrawal.requested",
        ]);
        let (subject, data) = self.data(kind);
        let time = self.one(&["2026-10-30T12:00:00Z", "0001-01-01T00:00:00Z"]);
        let text = format!(
            r#"{{"specversion":"1.0","id":"{:0>128}","source":"{}","type":"{kind}","subject":"{}","time":"{time}","data":{data}{}}}"#,
            self.roll(u64::MAX),
            self.text(),
            self.id(subject),
            self.extensions(),
        );
        let actor = Actor::Token(self.text().parse().unwrap());
        published::read(&Bytes::from(text.clone()), &actor)
            .unwrap_or_else(|refusal| panic!("{refusal:?} {text}"))
    }

    /// A decision of finance, with texts as long as may be.
    fn finance(&mut self) -> Command {
        let text: Text = "𝄞".repeat(200).parse().unwrap();
        let personal = || Personal::from(text.clone());
        let withdrawal_id: Id = self.id("W").parse().unwrap();
        let paid = WithdrawalPaid { reference: Some(text.clone()), note: Some(personal()) };
        let action = match self.roll(11) {
            0 => Action::SettleOrder { order_id: self.id("O").parse().unwrap() },
            1 => Action::ApproveWithdrawal { withdrawal_id, paid, paid_at: None },
            2 => Action::RejectWithdrawal {
                withdrawal_id,
                rejected: WithdrawalRejected { reason: personal() },
            },
            3 => {
                Action::DiscardParkedEvent { parked: Position::new(1 + self.roll(40)), reason: text.clone() }
            }
            4 => {
                let supplier = |n: u32| (format!("{n:0>64}").parse().unwrap(), 36_500);
                let suppliers = (0..self.one(&[0, 1, 5_000])).map(supplier).collect::<BTreeMap<_, _>>();
                Action::ChangeSettlementSettings(SettlementSettings { default_days: 0, suppliers })
            }
            5 => {
                let automatic_transfer = self.roll(2) == 0;
                Action::ChangeWithdrawalSettings(WithdrawalSettings {
                    automatic_transfer,
                    ..WithdrawalSettings::default()
                })
            }
            6 => Action::ConfirmTransfer { withdrawal_id, paid },
            7 => Action::ChangeScreenSettings(ScreenSettings {
                title: text.clone(),
                range_days: u32::MAX,
                template: format!("{:0>64}", 7).parse().unwrap(),
                refresh_seconds: u32::MAX,
            }),
            8 => {
                let mut new = NotificationSettings::default();
                for one in [&mut new.withdrawal_requested.sms, &mut new.withdrawal_paid.email] {
                    one.template = text.clone();
                    one.recipients = vec![personal(); self.one(&[0, 1, RECIPIENTS_MAX])];
                }
                Action::ChangeNotificationSettings(Box::new(new))
            }
            9 => {
                let chart = ChartAccount { number: text.clone(), name: text.clone() };
                let accounts = VoucherAccount::ALL.iter().map(|account| (*account, chart.clone()));
                let accounts = accounts.take(self.one(&[0, 1, VoucherAccount::ALL.len()])).collect();
                Action::ChangeAccountSettings(AccountSettings { accounts })
            }
            _ => Action::FailTransfer { withdrawal_id, failure: text.clone() },
        };
        let key = IdempotencyKey { key: text.clone(), digest: Digest::of_decision(&action) };
        let key = CommandKey::Decision(Some(key).filter(|_| self.roll(4) == 0));
        Command { key, actor: Actor::Token(text), ..decision(action) }
    }
}

/// The bytes that these events take in a block when positions and times are as long as they can be.
fn bytes(events: &[Recorded]) -> usize {
    let worst = |recorded: &Recorded| {
        let mut recorded = recorded.clone();
        recorded.position = Position::new(u64::MAX);
        (recorded.previous, recorded.cause) = (Some(Position::FIRST), Some(Position::FIRST));
        recorded.recorded_at = Timestamp::from_micros(i64::MAX);
        recorded.occurred_at = Timestamp::from_micros(i64::MIN);
        let mut bytes = Vec::new();
        recorded.encode(&mut bytes);
        // The payload may hold one position and one amount that could be longer.
        size_of::<u32>() + bytes.len() + 20
    };
    events.iter().map(worst).sum()
}

/// Decides and tries what is ready, and holds the bounds against what was recorded.
fn check(books: &mut Books, command: &Command) -> Result<(), TestCaseError> {
    let mut events = Vec::new();
    let outcome = books.take(command, NOW, &mut events);
    let (actual, bound) = (bytes(&events), size::of_recorded(command, &events));
    prop_assert!(actual <= bound, "{actual} > {bound} for {:?}: {events:?}", outcome);
    prop_assert!(
        bound <= size::of_command(command),
        "{bound} after {} before: {events:?}",
        size::of_command(command)
    );
    prop_assert!(size::of_command(command) <= BLOCK_PAYLOAD_BYTES_MAX, "it fits into an empty block");
    while books.has_ready() {
        let mut events = Vec::new();
        books.release_next(NOW, &mut events).unwrap();
        let (actual, bound) = (bytes(&events), size::of_released(&events));
        prop_assert!(actual <= bound && bound <= size::RELEASE_BYTES_MAX, "{actual} > {bound}: {events:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn no_decision_has_more_bytes_than_are_reckoned_for_it(seed: u64) {
        let mut dice = Dice(seed);
        let mut books = Books::new(created()).unwrap();
        let genesis = Command { key: CommandKey::Ledger, ..decision(Action::SettleDueOrder { order: Position::FIRST }) };
        books.apply(&Recorded {
            position: Position::FIRST,
            recorded_at: NOW,
            occurred_at: NOW,
            entity: events_schema::Entity::new(events_schema::EntityKind::Ledger, Position::FIRST),
            previous: None,
            cause: None,
            key: genesis.key,
            actor: Actor::Ledger,
            event: Event::LedgerCreated(created()),
        }).unwrap();
        for _ in 0..60 {
            let command = if dice.roll(5) == 0 { dice.finance() } else { dice.published() };
            check(&mut books, &command)?;
            while let Some(order) = books.next_due(NOW) {
                let due = Command {
                    key: CommandKey::Ledger,
                    actor: Actor::Ledger,
                    ..decision(Action::SettleDueOrder { order })
                };
                check(&mut books, &due)?;
            }
        }
    }
}
