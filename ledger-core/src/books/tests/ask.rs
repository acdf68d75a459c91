//! What is asked in these tests, in a few words: published events as JSON, and finance's decisions.

use bytes::Bytes;
use events_schema::command::{Action, Command};
use events_schema::published;
use events_schema::recorded::ledger::{
    AccountSettings, ChartAccount, NotificationSettings, ScreenSettings, SettlementSettings,
    WithdrawalSettings,
};
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::recorded::{Actor, CommandKey, IdempotencyKey, Personal};
use events_schema::terms::{Term, VoucherAccount, WithdrawalMethod};
use events_schema::{Digest, Position, Timestamp};
use serde_json::{Value, json};

/// When everything happens that says nothing else: half an hour before the clock of a scene.
pub(super) const TIME: &str = "2026-11-01T09:30:00+08:00";

/// Something that is asked of the books.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Ask {
    pub(super) what: What,
    /// The idempotency key of a decision.
    pub(super) key: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// A CloudEvent; one without an id gets a new one.
    Publish(Value),
    Settle {
        order: String,
    },
    Approve {
        withdrawal: String,
        paid_at: Option<Timestamp>,
    },
    TurnDown {
        withdrawal: String,
        reason: String,
    },
    /// Of the event that was parked as the nth, from 0.
    Discard {
        nth: usize,
    },
    SettlementRule {
        default_days: u32,
        suppliers: Vec<(String, u32)>,
    },
    WithdrawalRule {
        methods: Vec<String>,
        minimum: Option<i64>,
        monthly: Option<u32>,
        automatic: bool,
    },
    ScreenRule {
        days: u32,
    },
    NotificationRule {
        on: bool,
    },
    /// The first account of the journal has this number.
    AccountRule {
        number: u16,
    },
    Transferred {
        withdrawal: String,
    },
    NotTransferred {
        withdrawal: String,
    },
}

impl From<What> for Ask {
    fn from(what: What) -> Self {
        Self { what, key: None }
    }
}

impl Ask {
    fn change(mut self, change: impl FnOnce(&mut Value)) -> Self {
        let What::Publish(event) = &mut self.what else { panic!("only events have fields") };
        change(event);
        self
    }

    /// With this field of its data.
    pub(super) fn with(self, field: &str, value: impl Into<Value>) -> Self {
        self.change(|event| event["data"][field] = value.into())
    }

    pub(super) fn id(self, id: &str) -> Self {
        self.change(|event| event["id"] = id.into())
    }

    pub(super) fn about(self, subject: &str) -> Self {
        self.change(|event| event["subject"] = subject.into())
    }

    pub(super) fn at(self, time: &str) -> Self {
        self.change(|event| event["time"] = time.into())
    }

    pub(super) fn keyed(self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self }
    }

    /// The command, where the nth parked event stands at `parked[n]`; `next_id` is for an event without an id.
    pub(super) fn command(&self, next_id: &str, parked: &[Position]) -> Command {
        let actor = Actor::Token("tester".parse().unwrap());
        if let What::Publish(event) = &self.what {
            let mut event = event.clone();
            if event["id"].is_null() {
                event["id"] = next_id.into();
            }
            return published::read(&Bytes::from(event.to_string()), &actor).expect("a well-formed event");
        }
        let action = self.what.decision(parked);
        let digest = Digest::of_decision(&action);
        let key = self.key.as_ref().map(|key| IdempotencyKey { key: key.parse().unwrap(), digest });
        let key = CommandKey::Decision(key);
        Command { key, actor, occurred_at: None, action, source_text: Bytes::new() }
    }
}

impl What {
    fn decision(&self, parked: &[Position]) -> Action {
        let id = |text: &String| text.parse().unwrap();
        match self {
            Self::Publish(_) => panic!("an event is not a decision"),
            Self::Settle { order } => Action::SettleOrder { order_id: id(order) },
            Self::Approve { withdrawal, paid_at } => Action::ApproveWithdrawal {
                withdrawal_id: id(withdrawal),
                paid: WithdrawalPaid { reference: Some("T1".parse().unwrap()), note: None },
                paid_at: *paid_at,
            },
            Self::TurnDown { withdrawal, reason } => Action::RejectWithdrawal {
                withdrawal_id: id(withdrawal),
                rejected: WithdrawalRejected { reason: Personal::Plain(reason.into()) },
            },
            Self::Discard { nth } => Action::DiscardParkedEvent {
                parked: parked.get(*nth).copied().unwrap_or(Position::FIRST),
                reason: "never needed".parse().unwrap(),
            },
            Self::SettlementRule { default_days, suppliers } => {
                let suppliers = suppliers.iter().map(|(supplier, days)| (id(supplier), *days)).collect();
                Action::ChangeSettlementSettings(SettlementSettings {
                    default_days: *default_days,
                    suppliers,
                })
            }
            Self::WithdrawalRule { methods, minimum, monthly, automatic } => {
                Action::ChangeWithdrawalSettings(WithdrawalSettings {
                    methods: methods.iter().map(|name| WithdrawalMethod::from_name(name).unwrap()).collect(),
                    minimum_amount: minimum.map(events_schema::Money::from_minor),
                    monthly_limit: *monthly,
                    automatic_transfer: *automatic,
                })
            }
            Self::ScreenRule { days } => {
                Action::ChangeScreenSettings(ScreenSettings { range_days: *days, ..Default::default() })
            }
            Self::NotificationRule { on } => {
                let mut settings = NotificationSettings::default();
                settings.withdrawal_paid.sms.on = *on;
                Action::ChangeNotificationSettings(Box::new(settings))
            }
            Self::AccountRule { number } => {
                let (number, name) = (number.to_string().parse().unwrap(), "微信".parse().unwrap());
                let accounts = [(VoucherAccount::ALL[0], ChartAccount { number, name })].into();
                Action::ChangeAccountSettings(AccountSettings { accounts })
            }
            Self::Transferred { withdrawal } => {
                Action::ConfirmTransfer { withdrawal_id: id(withdrawal), paid: WithdrawalPaid::default() }
            }
            Self::NotTransferred { withdrawal } => Action::FailTransfer {
                withdrawal_id: id(withdrawal),
                failure: "no such account".parse().unwrap(),
            },
        }
    }
}

pub(super) fn event(kind: &str, subject: &str, data: &Value) -> Ask {
    let event = json!({
        "specversion": "1.0", "source": "/tests", "type": kind, "subject": subject, "time": TIME, "data": data
    });
    What::Publish(event).into()
}

/// An order of two packages for 100.00, without a supplier, by M1.
pub(super) fn placed(order: &str) -> Ask {
    let data = json!({
        "order_no": format!("NO-{order}"), "member_id": "M1", "source": "pc",
        "product": { "id": "P1", "name": "门票", "type": "ticket" },
        "packages": 2, "amount": "100.00", "confirmation": "none",
    });
    event("order.placed", order, &data)
}

/// The same order, supplied by `supplier` for `cost`.
pub(super) fn supplied(order: &str, supplier: &str, cost: &str) -> Ask {
    placed(order).with("supplier", json!({ "id": supplier, "name": "供应商", "cost": cost }))
}

/// A commission line.
pub(super) fn commission(distributor: &str, amount: &str) -> Value {
    json!({ "distributor_id": distributor, "distributor_name": "分销员", "amount": amount })
}

pub(super) fn confirmed(order: &str) -> Ask {
    event("order.confirmed", order, &json!({}))
}

pub(super) fn closed(order: &str) -> Ask {
    event("order.closed", order, &json!({}))
}

/// Paid online with `amount`.
pub(super) fn paid(order: &str, payment: &str, amount: &str) -> Ask {
    let data = json!({ "payment_id": payment, "method": "wechat_pay", "amount": amount });
    event("order.paid", order, &data)
}

pub(super) fn shipped(order: &str) -> Ask {
    event("order.shipped", order, &json!({}))
}

pub(super) fn verified(order: &str, packages: u32) -> Ask {
    event("order.verified", order, &json!({ "packages": packages }))
}

pub(super) fn completed(order: &str) -> Ask {
    event("order.completed", order, &json!({}))
}

pub(super) fn refund_requested(order: &str, refund: &str, amount: &str) -> Ask {
    event("refund.requested", order, &json!({ "refund_id": refund, "amount": amount }))
}

pub(super) fn refund_rejected(order: &str, refund: &str) -> Ask {
    event("refund.rejected", order, &json!({ "refund_id": refund }))
}

pub(super) fn refund_completed(order: &str, refund: &str) -> Ask {
    event("refund.completed", order, &json!({ "refund_id": refund }))
}

pub(super) fn registered(member: &str) -> Ask {
    event("member.registered", member, &json!({ "phone": "13900000000" }))
}

pub(super) fn recharged(member: &str, payment: &str, amount: &str) -> Ask {
    let data = json!({ "payment_id": payment, "method": "alipay", "amount": amount });
    event("balance.recharged", member, &data)
}

pub(super) fn recharge_refunded(member: &str, payment: &str, amount: &str) -> Ask {
    let data = json!({ "payment_id": payment, "method": "alipay", "amount": amount });
    event("balance.recharge_refunded", member, &data)
}

pub(super) fn gifted(member: &str, amount: &str) -> Ask {
    event("balance.gifted", member, &json!({ "amount": amount }))
}

pub(super) fn deducted(member: &str, amount: &str) -> Ask {
    event("balance.deducted", member, &json!({ "amount": amount }))
}

pub(super) fn received(payment: &str, amount: &str) -> Ask {
    event("payment.received", payment, &json!({ "method": "cash", "amount": amount }))
}

pub(super) fn payment_refunded(payment: &str, refund: &str, amount: &str) -> Ask {
    event("payment.refunded", payment, &json!({ "refund_id": refund, "amount": amount }))
}

/// A withdrawal to a bank card.
pub(super) fn withdrawal(id: &str, kind: &str, payee: &str, amount: &str) -> Ask {
    let payee = json!({ "kind": kind, "id": payee, "name": "张三" });
    let data = json!({ "payee": payee, "amount": amount, "method": "bank_card", "account": "6222" });
    event("withdrawal.requested", id, &data)
}

pub(super) fn settle(order: &str) -> Ask {
    What::Settle { order: order.to_owned() }.into()
}

pub(super) fn approve(withdrawal: &str) -> Ask {
    What::Approve { withdrawal: withdrawal.to_owned(), paid_at: None }.into()
}

pub(super) fn approve_paid_at(withdrawal: &str, paid_at: &str) -> Ask {
    What::Approve { withdrawal: withdrawal.to_owned(), paid_at: Some(paid_at.parse().unwrap()) }.into()
}

pub(super) fn turn_down(withdrawal: &str) -> Ask {
    What::TurnDown { withdrawal: withdrawal.to_owned(), reason: "账户有误".to_owned() }.into()
}

pub(super) fn discard(nth: usize) -> Ask {
    What::Discard { nth }.into()
}

pub(super) fn settlement_rule(default_days: u32, suppliers: &[(&str, u32)]) -> Ask {
    let suppliers = suppliers.iter().map(|(supplier, days)| ((*supplier).to_owned(), *days)).collect();
    What::SettlementRule { default_days, suppliers }.into()
}

pub(super) fn withdrawal_rule(methods: &[&str], minimum: Option<i64>, monthly: Option<u32>) -> Ask {
    let methods = methods.iter().map(|name| (*name).to_owned()).collect();
    What::WithdrawalRule { methods, minimum, monthly, automatic: false }.into()
}

/// Approvals go to the payout gateway; nothing else is ruled.
pub(super) fn automatic_transfer() -> Ask {
    let methods = vec!["bank_card".to_owned(), "alipay".to_owned(), "wechat".to_owned()];
    What::WithdrawalRule { methods, minimum: None, monthly: None, automatic: true }.into()
}

/// Settings that change no other answer.
pub(super) fn other_settings(of: u16) -> Ask {
    match of % 3 {
        0 => What::ScreenRule { days: 1 + u32::from(of) }.into(),
        1 => What::NotificationRule { on: of > 128 }.into(),
        _ => What::AccountRule { number: of }.into(),
    }
}

pub(super) fn transferred(withdrawal: &str) -> Ask {
    What::Transferred { withdrawal: withdrawal.to_owned() }.into()
}

pub(super) fn not_transferred(withdrawal: &str) -> Ask {
    What::NotTransferred { withdrawal: withdrawal.to_owned() }.into()
}
