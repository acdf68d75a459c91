//! Histories of everything that can happen, in any order.

use std::collections::{BTreeMap, HashMap};

use events_schema::recorded::ledger::{
    AccountSettings, ChartAccount, ScreenSettings, SettlementSettings, WithdrawalSettings,
};
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::terms::{VoucherAccount, WithdrawalMethod};
use events_schema::{Action, Event, Money};

use super::History;

/// A history of everything that can happen, also too early, too late and twice. The same `seed` gives the same.
pub(crate) fn random(seed: u64, commands: usize) -> History {
    fill(History::new(), seed, commands)
}

/// The same in another time zone, from `begin` on.
pub(crate) fn random_in(zone: &str, begin: &str, seed: u64, commands: usize) -> History {
    fill(History::begin(zone, begin), seed, commands)
}

fn fill(history: History, seed: u64, commands: usize) -> History {
    let mut chance = Chance { history, dice: Dice(seed), orders: 0, payables: HashMap::new() };
    for _ in 0..commands {
        // Mostly minutes go by, sometimes days: several months in all.
        let seconds = if chance.roll(12) == 0 { chance.roll(300_000) } else { chance.roll(900) };
        chance.history.pass(i64::try_from(seconds).unwrap());
        let late = if chance.roll(8) == 0 { chance.roll(3_000_000) } else { 0 };
        chance.history.late_seconds = i64::try_from(late).unwrap();
        chance.anything();
    }
    chance.history
}

/// Dice that always fall alike.
struct Dice(u64);

const METHODS: [&str; 5] = ["wechat_pay", "alipay", "cash", "bank_transfer", "balance"];
const SOURCES: [&str; 4] = ["pc", "web_h5", "wechat_mini", "other"];
const SUPPLIERS: [&str; 4] = [
    r#""supplier":{"id":"S1","name":"甲","cost":"33.33"},"#,
    r#""supplier":{"id":"S-of-a-rather-long-name-that-needs-room","name":"乙","cost":"8.01"},"#,
    r#""supplier":{"id":"S3","name":"丙","cost":"0.00"},"#,
    r#""quoted_cost":"20.01","#,
];
/// Of two, of one twice, of nobody, of nothing.
const COMMISSIONS: [&str; 4] = [
    r#"{"distributor_id":"D1","distributor_name":"一","amount":"3.33"},{"distributor_id":"D2","distributor_name":"二","amount":"1.01"}"#,
    r#"{"distributor_id":"D1","distributor_name":"一","amount":"0.00"},{"distributor_id":"D1","distributor_name":"一","amount":"2.22"},{"distributor_id":"D1","distributor_name":"壹","amount":"0.77"}"#,
    "",
    r#"{"distributor_id":"D3","distributor_name":"三","amount":"0.00"}"#,
];
/// Amount, what is taken off, and what is then to be paid.
const PRICES: [(&str, &str, &str); 4] = [
    ("10.00", "", "10.00"),
    ("77.77", r#"{"kind":"points","amount":"0.00"}"#, "77.77"),
    ("80.00", r#"{"kind":"coupon","amount":"1.11"},{"kind":"red_packet","amount":"0.02"}"#, "78.87"),
    ("0.00", "", "0.00"),
];
const TRAVELLERS: [&str; 3] =
    ["", r#"{"gender":"male"}"#, r#"{"gender":"female"},{"gender":"unknown"},{"gender":"female"}"#];

/// A history that is made by chance.
struct Chance {
    history: History,
    dice: Dice,
    /// How many orders were tried to place.
    orders: u64,
    /// What is to be paid for each order that was placed.
    payables: HashMap<String, &'static str>,
}

impl Chance {
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice.0 =
            self.dice.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice.0 >> 33) % sides
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        let index = usize::try_from(self.roll(all.len() as u64)).unwrap();
        all[index]
    }

    fn publish(&mut self, kind: &str, subject: &str, data: &str) {
        self.history.publish(kind, subject, data);
    }

    fn anything(&mut self) {
        // One of the newest orders, or one that is yet to come.
        let orders = self.orders;
        let order = format!("O-{}", (orders + 2).saturating_sub(self.roll(9)));
        // Now and then a member of whom nothing was heard yet.
        let number = if self.roll(4) == 0 { 3 + orders / 4 } else { self.roll(3) };
        let member = format!("M-{number}");
        match self.roll(24) {
            0..=2 => {
                self.orders += 1;
                let next = orders + self.roll(3);
                self.place(&format!("O-{next}"), &member);
            }
            3..=6 => self.pay(&order),
            7..=9 => self.publish("order.confirmed", &order, "{}"),
            10 => self.publish("order.shipped", &order, "{}"),
            11 | 12 => self.publish("order.verified", &order, r#"{"packages":1}"#),
            13 | 14 => {
                let kind = self.of(&["order.completed", "order.completed", "order.closed"]);
                self.publish(kind, &order, "{}");
            }
            15..=17 => self.refund(&order),
            18 | 19 => self.member(&member),
            20 => self.payment(),
            21 if self.roll(4) == 0 => self.overdraw(),
            21 | 22 => self.withdraw(&member),
            _ => self.decide(&order),
        }
    }

    fn place(&mut self, order: &str, member: &str) {
        let (supplier, commissions) = (self.of(&SUPPLIERS), self.of(&COMMISSIONS));
        let (source, travellers) = (self.of(&SOURCES), self.of(&TRAVELLERS));
        let product = self.of(&["ticket", "hotel", "goods"]);
        let confirmation = self.of(&["none", "none", "before_payment", "after_payment"]);
        let (amount, discounts, payable) = self.of(&PRICES);
        let packages = 1 + self.roll(2);
        let data = format!(
            r#"{{"order_no":"N-{order}","member_id":"{member}","source":"{source}","product":{{"id":"G1","name":"产品","type":"{product}"}},
            "packages":{packages},"amount":"{amount}","discounts":[{discounts}],{supplier}"freight":"1.50",
            "commissions":[{commissions}],"confirmation":"{confirmation}","travellers":[{travellers}]}}"#
        );
        self.publish("order.placed", order, &data);
        self.payables.entry(order.to_owned()).or_insert(payable);
    }

    fn pay(&mut self, order: &str) {
        let known = self.payables.get(order).copied();
        // What comes too early would also have to wait for its member then.
        let methods = if known.is_some() { &METHODS } else { &METHODS[3..] };
        let usual = known.unwrap_or("10.00");
        let (method, amount) = (self.of(methods), self.of(&[usual, usual, usual, "77.77"]));
        let payment = self.history.recorded.len();
        let data = format!(r#"{{"payment_id":"P-{payment}","method":"{method}","amount":"{amount}"}}"#);
        self.publish("order.paid", order, &data);
    }

    fn refund(&mut self, order: &str) {
        let refund = format!("R-{}", self.roll(3));
        let (amount, fee) = self.of(&[
            ("10.00", "0.50"),
            ("77.77", "0.00"),
            ("3.33", "3.33"),
            ("3.33", "0.01"),
            ("0.00", "0.00"),
        ]);
        let data = format!(r#"{{"refund_id":"{refund}","amount":"{amount}","fee":"{fee}"}}"#);
        self.publish("refund.requested", order, &data);
        let (decision, more) = self.of(&[
            ("refund.rejected", ""),
            ("refund.completed", r#","method":"cash","channel_reference":"X""#),
            ("refund.completed", ""),
            ("", ""),
        ]);
        if !decision.is_empty() {
            self.publish(decision, order, &format!(r#"{{"refund_id":"{refund}"{more}}}"#));
        }
    }

    fn member(&mut self, member: &str) {
        let gender = self.of(&["male", "female", "unknown"]);
        let data = format!(r#"{{"phone":"13800000000","gender":"{gender}"}}"#);
        self.publish("member.registered", member, &data);
        let (method, amount) = (self.of(&METHODS[..4]), self.of(&["500.00", "8.88"]));
        let payment = self.history.recorded.len();
        match self.roll(5) {
            0 => self.publish("balance.gifted", member, &format!(r#"{{"amount":"{amount}"}}"#)),
            1 => self.publish("balance.deducted", member, &format!(r#"{{"amount":"{amount}"}}"#)),
            other => {
                let kind = if other == 2 { "balance.recharge_refunded" } else { "balance.recharged" };
                let data =
                    format!(r#"{{"payment_id":"B-{payment}","method":"{method}","amount":"{amount}"}}"#);
                self.publish(kind, member, &data);
            }
        }
    }

    fn payment(&mut self) {
        let payment = format!("Q-{}", self.roll(40));
        let method = self.of(&METHODS[..4]);
        let data = format!(r#"{{"method":"{method}","amount":"20.00","channel_reference":"Z"}}"#);
        if self.roll(4) > 0 {
            self.publish("payment.received", &payment, &data);
        }
        let surplus = self.history.recorded.iter().rev().find_map(|recorded| {
            let Event::SurplusReceived(surplus) = &recorded.event else { return None };
            Some(surplus.payment_id.to_string())
        });
        let payment = if self.roll(2) == 0 { payment } else { surplus.unwrap_or(payment) };
        let refund = self.history.recorded.len();
        let data = format!(r#"{{"refund_id":"F-{refund}","amount":"5.00"}}"#);
        self.publish("payment.refunded", &payment, &data);
    }

    /// A withdrawal is asked for, and perhaps decided, also by the gateway.
    fn withdraw(&mut self, member: &str) {
        let id = format!("W-{}", self.history.recorded.len() as u64 / 16 + self.roll(4));
        let (kind, payee, phone) = self.of(&[
            ("supplier", "S1", r#","phone":"555""#),
            ("distributor", "D1", ""),
            ("member", "", r#","phone":"138""#),
        ]);
        let payee = if payee.is_empty() { member } else { payee };
        let method = self.of(&["bank_card", "alipay", "wechat"]);
        let data = format!(
            r#"{{"payee":{{"kind":"{kind}","id":"{payee}","name":"名"{phone}}},"amount":"2.50","method":"{method}","account":"6222"}}"#
        );
        self.publish("withdrawal.requested", &id, &data);
        for _ in 0..self.roll(4) {
            self.decide_withdrawal(&id);
        }
    }

    /// An order whose supplier and distributor have withdrawn all that it brought them when half of it is refunded; a
    /// withdrawal that comes back brings them up again, and another order does.
    fn overdraw(&mut self) {
        let number = self.history.recorded.len();
        for part in 1..=2 {
            let order = format!("O-{number}-{part}");
            let data = format!(
                r#"{{"order_no":"N","member_id":"M-1","source":"pc","product":{{"id":"G1","name":"产品","type":"goods"}},
                "packages":1,"amount":"10.00","supplier":{{"id":"S-{number}","name":"丁","cost":"6.00"}},
                "commissions":[{{"distributor_id":"D-{number}","distributor_name":"三","amount":"1.00"}}],"confirmation":"none"}}"#
            );
            self.publish("order.placed", &order, &data);
            let paid = format!(r#"{{"payment_id":"P-{order}","method":"cash","amount":"10.00"}}"#);
            self.publish("order.paid", &order, &paid);
            self.publish("order.completed", &order, "{}");
            self.history.decide(Action::SettleOrder { order_id: order.parse().unwrap() });
            if part == 2 {
                continue;
            }
            for (kind, letter, amount) in [("supplier", "S", "6.00"), ("distributor", "D", "1.00")] {
                let data = format!(
                    r#"{{"payee":{{"kind":"{kind}","id":"{letter}-{number}","name":"名"}},"amount":"{amount}","method":"bank_card","account":"6222"}}"#
                );
                self.publish("withdrawal.requested", &format!("W-{letter}{number}"), &data);
            }
            let refund = r#"{"refund_id":"R-1","amount":"5.00","fee":"0.00"}"#;
            self.publish("refund.requested", &order, refund);
            self.publish("refund.completed", &order, r#"{"refund_id":"R-1"}"#);
            self.decide_withdrawal(&format!("W-S{number}"));
        }
    }

    fn decide_withdrawal(&mut self, id: &str) {
        let withdrawal_id = id.parse().unwrap();
        let action = match self.roll(5) {
            0 => {
                let rejected = WithdrawalRejected { reason: plain("no such account") };
                Action::RejectWithdrawal { withdrawal_id, rejected }
            }
            1 => Action::FailTransfer { withdrawal_id, failure: "the bank is closed".parse().unwrap() },
            2 => Action::ConfirmTransfer { withdrawal_id, paid: WithdrawalPaid::default() },
            _ => {
                self.history.pay_withdrawal(id);
                return;
            }
        };
        self.history.decide(action);
    }

    /// Finance settles, gives up, or changes its mind.
    fn decide(&mut self, order: &str) {
        let action = match self.roll(9) {
            0..=2 => Action::SettleOrder { order_id: order.parse().unwrap() },
            3 => {
                let parked = self.history.recorded.iter().rev().find_map(|recorded| {
                    matches!(recorded.event, Event::EventParked(_)).then_some(recorded.position)
                });
                let Some(parked) = parked else { return };
                Action::DiscardParkedEvent { parked, reason: "lost".parse().unwrap() }
            }
            4 => Action::ChangeSettlementSettings(SettlementSettings {
                default_days: u32::try_from(self.roll(4)).unwrap(),
                suppliers: BTreeMap::from([("S3".parse().unwrap(), 0)]),
            }),
            5 => Action::ChangeScreenSettings(ScreenSettings::default()),
            6 => Action::ChangeNotificationSettings(Box::default()),
            7 => {
                let number = self.of(&["1221", "1221.07"]).parse().unwrap();
                let chart = ChartAccount { number, name: "往来 \"款\"".parse().unwrap() };
                let accounts = [(VoucherAccount::SupplierReceivable, chart)].into();
                Action::ChangeAccountSettings(AccountSettings { accounts })
            }
            _ => Action::ChangeWithdrawalSettings(WithdrawalSettings {
                methods: vec![
                    WithdrawalMethod::BankCard,
                    self.of(&[WithdrawalMethod::Alipay, WithdrawalMethod::Wechat]),
                ],
                minimum_amount: self.of(&[None, Some(Money::from_minor(100))]),
                monthly_limit: None,
                automatic_transfer: self.roll(3) > 0,
            }),
        };
        self.history.decide(action);
    }
}

fn plain(text: &str) -> events_schema::recorded::Personal {
    events_schema::recorded::Personal::Plain(text.into())
}
