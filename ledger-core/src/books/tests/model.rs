//! A second reading of the contract, slow and plain: lists and loops, and nothing shared with the books.
//!
//! Money is a number of fen, time a number of microseconds, and an event the JSON that was published.

/// What happens to orders.
mod orders;

/// What happens to members, payments and withdrawals.
mod money;

use std::collections::BTreeMap;

use events_schema::Timestamp;
use serde_json::Value;

use super::ask::{Ask, What};

pub(super) use orders::Order;

/// What the answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Recorded,
    Duplicate,
    Parked,
    Rejected(&'static str),
}

/// What an event waits for, or wakes: `order`, `member` or `payment`, and its id.
pub(super) type Need = (&'static str, String);

pub(super) enum No {
    Park(Need),
    Reject(&'static str),
}

pub(super) type Tried = Result<Vec<Need>, No>;

pub(super) struct Parked {
    pub(super) event: Value,
    pub(super) need: Need,
    pub(super) state: &'static str,
    pub(super) code: Option<&'static str>,
}

pub(super) struct Payment {
    pub(super) id: String,
    /// Whether it stands for itself: received, or a surplus.
    pub(super) alone: bool,
    pub(super) amount: i64,
    pub(super) refunds: Vec<(String, i64)>,
}

pub(super) struct Withdrawal {
    pub(super) id: String,
    pub(super) at: i64,
    pub(super) kind: String,
    pub(super) payee: String,
    pub(super) amount: i64,
    pub(super) state: &'static str,
    pub(super) decided_at: Option<i64>,
}

pub(super) struct Model {
    pub(super) now: i64,
    seen: Vec<Value>,
    keys: Vec<(String, What)>,
    pub(super) orders: Vec<Order>,
    pub(super) balances: BTreeMap<String, i64>,
    pub(super) payments: Vec<Payment>,
    pub(super) withdrawals: Vec<Withdrawal>,
    /// Of suppliers and distributors, by kind and id.
    pub(super) funds: BTreeMap<(String, String), i64>,
    pub(super) parked: Vec<Parked>,
    default_days: u32,
    supplier_days: Vec<(String, u32)>,
    methods: Vec<String>,
    minimum: Option<i64>,
    monthly: Option<u32>,
    automatic: bool,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            now: 0,
            seen: Vec::new(),
            keys: Vec::new(),
            orders: Vec::new(),
            balances: BTreeMap::new(),
            payments: Vec::new(),
            withdrawals: Vec::new(),
            funds: BTreeMap::new(),
            parked: Vec::new(),
            default_days: 1,
            supplier_days: Vec::new(),
            methods: ["bank_card", "alipay", "wechat"].map(str::to_owned).to_vec(),
            minimum: None,
            monthly: None,
            automatic: false,
        }
    }
}

pub(super) fn fen(amount: &Value) -> i64 {
    let Some(text) = amount.as_str() else { return 0 };
    let (yuan, decimals) = text.split_once('.').unwrap_or((text, ""));
    format!("{yuan}{decimals:0<2}").parse().unwrap()
}

pub(super) fn micros(time: &Value) -> i64 {
    let instant: jiff::Timestamp = time.as_str().unwrap().parse().unwrap();
    instant.as_microsecond()
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// `amount × part / whole`, half away from zero.
pub(super) fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    let doubled = 2 * i128::from(amount) * i128::from(part) + i128::from(whole);
    i64::try_from(doubled / (2 * i128::from(whole))).unwrap()
}

/// Shanghai has been eight hours ahead for as long as these tests look.
const SHANGHAI: i64 = 8 * 3_600 * 1_000_000;
const DAY: i64 = 24 * 3_600 * 1_000_000;

pub(super) fn midnight_after(at: i64, days: u32) -> i64 {
    ((at + SHANGHAI).div_euclid(DAY) + i64::from(days)) * DAY - SHANGHAI
}

/// The year and month in Shanghai, as a text.
pub(super) fn month(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at + SHANGHAI).unwrap().strftime("%Y-%m").to_string()
}

fn same_content(a: &Value, b: &Value) -> bool {
    let at = |event: &Value| micros(&event["time"]);
    (&a["type"], &a["subject"], at(a), &a["data"]) == (&b["type"], &b["subject"], at(b), &b["data"])
}

impl Model {
    pub(super) fn ask(&mut self, ask: &Ask) -> Answer {
        if let What::Publish(event) = &ask.what {
            return self.publish(event);
        }
        if let Some((_, first)) = self.keys.iter().find(|(key, _)| Some(key) == ask.key.as_ref()) {
            return if *first == ask.what { Answer::Duplicate } else { Answer::Rejected("id_reused") };
        }
        match self.decide(&ask.what) {
            Ok(woken) => {
                self.keys.extend(ask.key.clone().map(|key| (key, ask.what.clone())));
                self.release(&woken);
                Answer::Recorded
            }
            Err(No::Reject(code)) => Answer::Rejected(code),
            Err(No::Park(_)) => panic!("decisions do not wait"),
        }
    }

    fn publish(&mut self, event: &Value) -> Answer {
        let identity = |event: &Value| (event["source"].clone(), event["id"].clone());
        if let Some(first) = self.seen.iter().find(|seen| identity(seen) == identity(event)) {
            return if same_content(first, event) {
                Answer::Duplicate
            } else {
                Answer::Rejected("id_reused")
            };
        }
        if micros(&event["time"]) > self.now + DAY {
            return Answer::Rejected("time_in_future");
        }
        match self.record(event) {
            Ok(woken) => {
                self.seen.push(event.clone());
                self.release(&woken);
                Answer::Recorded
            }
            Err(No::Park(need)) => {
                self.seen.push(event.clone());
                self.parked.push(Parked { event: event.clone(), need, state: "waiting", code: None });
                Answer::Parked
            }
            Err(No::Reject(code)) => Answer::Rejected(code),
        }
    }

    /// Tries what waits for `woken`, oldest parked first.
    fn release(&mut self, woken: &[Need]) {
        let mut ready = vec![false; self.parked.len()];
        self.wake(woken, &mut ready);
        while let Some(oldest) = ready.iter().position(|ready| *ready) {
            ready[oldest] = false;
            let event = self.parked[oldest].event.clone();
            match self.record(&event) {
                Ok(woken) => {
                    self.parked[oldest].state = "released";
                    self.wake(&woken, &mut ready);
                }
                Err(No::Park(need)) => self.parked[oldest].need = need,
                Err(No::Reject(code)) => {
                    (self.parked[oldest].state, self.parked[oldest].code) = ("failed", Some(code));
                }
            }
        }
    }

    fn wake(&self, woken: &[Need], ready: &mut [bool]) {
        for (parked, ready) in self.parked.iter().zip(ready) {
            *ready |= parked.state == "waiting" && woken.contains(&parked.need);
        }
    }

    /// Records a well-formed event, or changes nothing. The answer is what it wakes.
    fn record(&mut self, event: &Value) -> Tried {
        let (subject, data, at) = (text(&event["subject"]), &event["data"], micros(&event["time"]));
        match event["type"].as_str().unwrap() {
            "order.placed" => self.place(&subject, data),
            "order.confirmed" => self.confirm(&subject),
            "order.closed" => self.close(&subject),
            "order.paid" => self.pay(&subject, data),
            "order.shipped" => self.ship(&subject),
            "order.verified" => self.verify(&subject, data, at),
            "order.completed" => self.complete(&subject, at),
            "refund.requested" => self.request_refund(&subject, data),
            "refund.rejected" => self.reject_refund(&subject, data, at),
            "refund.completed" => self.complete_refund(&subject, data, at),
            "member.registered" => self.register(&subject),
            "balance.recharged" => self.recharge(&subject, data),
            "balance.recharge_refunded" => self.refund_recharge(&subject, data),
            "balance.gifted" => self.gift(&subject, data),
            "balance.deducted" => self.deduct(&subject, data),
            "payment.received" => self.receive(&subject, data),
            "payment.refunded" => self.refund_payment(&subject, data),
            "withdrawal.requested" => self.withdraw(&subject, data, at),
            kind => panic!("{kind}"),
        }
    }

    fn decide(&mut self, what: &What) -> Tried {
        match what {
            What::Publish(_) => panic!("an event is not a decision"),
            What::Settle { order } => self.settle_by_hand(order),
            What::Approve { withdrawal, paid_at } => self.approve(withdrawal, paid_at.map(Timestamp::micros)),
            What::TurnDown { withdrawal, .. } => self.turn_down(withdrawal),
            What::Discard { nth } => {
                let parked = self.parked.get_mut(*nth).ok_or(No::Reject("unknown_parked_event"))?;
                if parked.state != "waiting" {
                    return Err(No::Reject("already_decided"));
                }
                parked.state = "discarded";
                Ok(Vec::new())
            }
            What::SettlementRule { default_days, suppliers } => {
                (self.default_days, self.supplier_days) = (*default_days, suppliers.clone());
                Ok(Vec::new())
            }
            What::WithdrawalRule { methods, minimum, monthly, automatic } => {
                (self.methods, self.minimum) = (methods.clone(), *minimum);
                (self.monthly, self.automatic) = (*monthly, *automatic);
                Ok(Vec::new())
            }
            What::ScreenRule { .. } | What::NotificationRule { .. } | What::AccountRule { .. } => {
                Ok(Vec::new())
            }
            What::Transferred { withdrawal } => self.transfer(withdrawal, true),
            What::NotTransferred { withdrawal } => self.transfer(withdrawal, false),
        }
    }
}
