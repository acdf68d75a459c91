//! The `data` of every event but a placement.

use std::fmt::{self, Display, Formatter};

use super::Published;
use super::dice::mix;
use super::json::{Money, Scribe};
use super::members::{gender, phone};
use super::order::OrderId;
use super::payees::Request;
use super::pending::OrderAct;

const CARRIERS: [(&str, &str); 3] = [("顺丰速运", "SF"), ("京东物流", "JD"), ("中通快递", "ZT")];

impl Scribe {
    /// What happened to an order; nothing for a decision of finance.
    pub(super) fn order(&mut self, at: i64, id: OrderId, act: OrderAct) -> Option<Published> {
        let order = self.order_id(id);
        let n = id.number;
        let published = match act {
            OrderAct::Confirm => self.event(at, "order.confirmed", &order, format_args!("{{}}")),
            OrderAct::Close { reason } => {
                self.event(at, "order.closed", &order, format_args!(r#"{{"reason":"{reason}"}}"#))
            }
            OrderAct::Pay { method, amount } => self.pay(at, &order, &self.id('P', n), method, amount),
            OrderAct::PayAgain { method, amount } => self.pay(at, &order, &self.id('X', n), method, amount),
            OrderAct::GiveBack { amount } => self.give_back(at, &self.id('X', n), amount),
            OrderAct::Ship => self.ship(at, &order, n),
            OrderAct::Verify { packages } => {
                self.event(at, "order.verified", &order, format_args!(r#"{{"packages":{packages}}}"#))
            }
            OrderAct::Complete => self.event(at, "order.completed", &order, format_args!("{{}}")),
            OrderAct::AskRefund { nth, amount, fee, reason } => self.event(
                at,
                "refund.requested",
                &order,
                format_args!(
                    r#"{{"refund_id":"{}-{nth}","amount":"{}","fee":"{}","reason":"{reason}"}}"#,
                    self.id('R', n),
                    Money(amount),
                    Money(fee)
                ),
            ),
            OrderAct::RejectRefund { nth, reason } => self.event(
                at,
                "refund.rejected",
                &order,
                format_args!(r#"{{"refund_id":"{}-{nth}","reason":"{reason}"}}"#, self.id('R', n)),
            ),
            OrderAct::CompleteRefund { nth } => self.event(
                at,
                "refund.completed",
                &order,
                format_args!(r#"{{"refund_id":"{}-{nth}"}}"#, self.id('R', n)),
            ),
            OrderAct::Settle => return None,
        };
        Some(published)
    }

    fn pay(&mut self, at: i64, order: &str, payment: &str, method: &'static str, amount: i64) -> Published {
        self.event(
            at,
            "order.paid",
            order,
            format_args!(
                r#"{{"payment_id":"{payment}","method":"{method}","amount":"{}"{}}}"#,
                Money(amount),
                Reference(method, at)
            ),
        )
    }

    fn give_back(&mut self, at: i64, payment: &str, amount: i64) -> Published {
        self.event(
            at,
            "payment.refunded",
            payment,
            format_args!(r#"{{"refund_id":"{payment}-1","amount":"{}"}}"#, Money(amount)),
        )
    }

    fn ship(&mut self, at: i64, order: &str, number: u64) -> Published {
        let (carrier, letters) = CARRIERS[usize::try_from(number % 3).unwrap_or(0)];
        let tracking = mix(number, at.cast_unsigned()) % 10_u64.pow(13);
        self.event(
            at,
            "order.shipped",
            order,
            format_args!(r#"{{"carrier":"{carrier}","tracking_no":"{letters}{tracking:013}"}}"#),
        )
    }

    pub(super) fn registered(&mut self, at: i64, seed: u64, member: u64) -> Published {
        let (phone, gender) = (phone(seed, member), gender(seed, member));
        self.event(
            at,
            "member.registered",
            &self.id('M', member),
            format_args!(r#"{{"phone":"{phone}","gender":"{gender}"}}"#),
        )
    }

    pub(super) fn recharged(&mut self, at: i64, member: u64, paid: (u64, &'static str, i64)) -> Published {
        self.recharge_moved(at, "balance.recharged", member, ('C', paid))
    }

    pub(super) fn recharge_refunded(
        &mut self,
        at: i64,
        member: u64,
        paid: (u64, &'static str, i64),
    ) -> Published {
        self.recharge_moved(at, "balance.recharge_refunded", member, ('B', paid))
    }

    fn recharge_moved(
        &mut self,
        at: i64,
        kind: &str,
        member: u64,
        (letter, (number, method, amount)): (char, (u64, &'static str, i64)),
    ) -> Published {
        self.event(
            at,
            kind,
            &self.id('M', member),
            format_args!(
                r#"{{"payment_id":"{}","method":"{method}","amount":"{}"{}}}"#,
                self.id(letter, number),
                Money(amount),
                Reference(method, at)
            ),
        )
    }

    pub(super) fn gifted(&mut self, at: i64, member: u64, amount: i64) -> Published {
        let data = format_args!(r#"{{"amount":"{}","reason":"充值赠送"}}"#, Money(amount));
        self.event(at, "balance.gifted", &self.id('M', member), data)
    }

    pub(super) fn deducted(&mut self, at: i64, member: u64, amount: i64) -> Published {
        let data = format_args!(r#"{{"amount":"{}","reason":"误赠扣回"}}"#, Money(amount));
        self.event(at, "balance.deducted", &self.id('M', member), data)
    }

    pub(super) fn scanned(
        &mut self,
        at: i64,
        number: u64,
        (method, amount, note): (&'static str, i64, &'static str),
    ) -> Published {
        self.event(
            at,
            "payment.received",
            &self.id('Q', number),
            format_args!(
                r#"{{"method":"{method}","amount":"{}"{},"note":"{note}"}}"#,
                Money(amount),
                Reference(method, at)
            ),
        )
    }

    pub(super) fn scan_refunded(&mut self, at: i64, number: u64, amount: i64) -> Published {
        self.give_back(at, &self.id('Q', number), amount)
    }

    pub(super) fn withdrawal_requested(&mut self, at: i64, number: u64, request: &Request) -> Published {
        let payee = &request.payee;
        self.event(
            at,
            "withdrawal.requested",
            &self.id('W', number),
            format_args!(
                r#"{{"payee":{{"kind":"{}","id":"{}","name":"{}","phone":"{}"}},"amount":"{}","method":"{}","account":"{}"}}"#,
                payee.kind,
                payee.id,
                payee.name,
                payee.phone,
                Money(request.amount),
                request.method,
                request.account
            ),
        )
    }
}

/// `,"channel_reference":"…"` where the channel gives one: the number of an online payment at a moment.
struct Reference(&'static str, i64);

impl Display for Reference {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let number = mix(0xC4A2, self.1.cast_unsigned()) % 10_u64.pow(16);
        match self.0 {
            "wechat_pay" => write!(f, r#","channel_reference":"4200{number:020}""#),
            "alipay" => write!(f, r#","channel_reference":"2200{number:018}""#),
            "allinpay" | "unionpay" => write!(f, r#","channel_reference":"{number:016}""#),
            _ => Ok(()),
        }
    }
}
