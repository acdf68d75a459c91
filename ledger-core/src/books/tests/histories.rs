//! Random histories: all types of events about a few orders, members, payments and payees, in any order, again and
//! again, with decisions of finance between them.

use events_schema::Timestamp;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::ask::*;
use super::scene::Scene;

/// One step of a history.
#[derive(Clone, Debug)]
pub(super) enum Moment {
    Ask(Ask),
    /// Time goes by; the clock settles what has fallen due.
    Wait(i64),
}

/// Where the random numbers of a moment come from: what happens, to whom, and a few details.
type Gene = [u16; 6];
/// Of each order, what it is.
type Orders = [u16; 4];

const METHODS: [&str; 4] = ["wechat_pay", "balance", "cash", "pos"];
const CONFIRMATIONS: [&str; 4] = ["none", "none", "before_payment", "after_payment"];
const AMOUNTS: [&str; 6] = ["100.00", "33.33", "0.05", "100.00", "7.01", "0.00"];

/// A history of up to `moments_max` moments.
pub(super) fn history(moments_max: usize) -> impl Strategy<Value = Vec<Moment>> {
    (any::<Orders>(), vec(any::<Gene>(), 1..moments_max)).prop_map(|(orders, genes)| {
        let mut moments = Vec::with_capacity(genes.len());
        for gene in genes {
            let moment = moment(orders, &moments, gene);
            moments.push(moment);
        }
        moments
    })
}

fn moment(orders: Orders, before: &[Moment], gene: Gene) -> Moment {
    let asked: Vec<&Ask> = before.iter().filter_map(Moment::asked).collect();
    match gene[0] % 64 {
        0..=3 => Moment::Wait(i64::from(gene[1]) * i64::from(gene[2] % 5)),
        4..=7 if !asked.is_empty() => Moment::Ask(asked[usize::from(gene[1]) % asked.len()].clone()),
        8 if !asked.is_empty() => Moment::Ask(changed(asked[usize::from(gene[1]) % asked.len()], gene)),
        9..=15 => Moment::Ask(decision(gene)),
        _ => Moment::Ask(published(orders, before.len(), gene)),
    }
}

impl Moment {
    fn asked(&self) -> Option<&Ask> {
        match self {
            Self::Ask(ask) => Some(ask),
            Self::Wait(_) => None,
        }
    }
}

/// The same identity, and something else.
fn changed(ask: &Ask, gene: Gene) -> Ask {
    if matches!(ask.what, What::Publish(_)) {
        return ask.clone().at(&time(gene[2]));
    }
    Ask { key: ask.key.clone(), ..settle("O1") }
}

/// A time between a few weeks ago and a little more than may be.
fn time(gene: u16) -> String {
    let clock = Scene::new().now;
    clock.plus_seconds(26 * 3_600 - i64::from(gene % 1_024) * 3_000).to_string()
}

fn decision(gene: Gene) -> Ask {
    let withdrawal = format!("W{}", gene[2] % 5);
    let methods: &[&str] = if gene[2].is_multiple_of(4) { &["alipay"] } else { &["bank_card", "alipay"] };
    let ask = match gene[1] % 17 {
        0..=2 => settle(&order(gene[2])),
        3..=4 => approve(&withdrawal),
        5 => approve_paid_at(&withdrawal, &time(gene[3])),
        6..=7 => turn_down(&withdrawal),
        8 => discard(usize::from(gene[2] % 6)),
        9 if gene[4].is_multiple_of(4) => other_settings(gene[3]),
        9 => settlement_rule(u32::from(gene[2] % 3), &[("S1", u32::from(gene[3] % 20))]),
        10 => {
            withdrawal_rule(methods, gene[3].is_multiple_of(2).then_some(150), Some(u32::from(gene[4] % 3)))
        }
        11..=13 => automatic_transfer(),
        14 => transferred(&withdrawal),
        _ => not_transferred(&withdrawal),
    };
    match gene[5] % 6 {
        key @ 0..=2 => ask.keyed(&format!("k-{key}-{}", gene[1] % 17)),
        _ => ask,
    }
}

fn order(gene: u16) -> String {
    format!("O{}", gene % 4 + 1)
}

fn member(gene: u16) -> String {
    format!("M{}", gene % 2 + 1)
}

fn published(orders: Orders, number: usize, gene: Gene) -> Ask {
    let ask = match gene[1] % 20 {
        0..=12 => about_an_order(orders, gene),
        13..=16 => about_a_member(gene),
        _ => about_money(gene),
    };
    ask.id(&format!("e-{number}")).at(&time(gene[5]))
}

fn about_an_order(orders: Orders, gene: Gene) -> Ask {
    let subject = order(gene[2]);
    let facts = orders[usize::from(gene[2] % 4)];
    let payable = AMOUNTS[usize::from(facts % 6)];
    let refund = format!("R{}", gene[3] % 3);
    let some = if gene[4].is_multiple_of(3) { payable } else { AMOUNTS[usize::from(gene[4] % 6)] };
    match gene[1] % 13 {
        0..=1 => placing(&subject, facts, gene),
        2..=3 => paid(&subject, &payment(gene[3]), if gene[4] % 8 < 7 { payable } else { some })
            .with("method", METHODS[usize::from(gene[4] / 8 % 4)]),
        4 => confirmed(&subject),
        5 if gene[3].is_multiple_of(3) => closed(&subject),
        5 => shipped(&subject),
        6..=7 => verified(&subject, u32::from(gene[3] % 3) + 1),
        8 => completed(&subject),
        9..=10 => refund_requested(&subject, &refund, some)
            .with("fee", ["0.00", "0.01", "5.00"][usize::from(gene[5] % 3)]),
        11 if gene[4].is_multiple_of(2) => refund_rejected(&subject, &refund),
        _ if gene[4].is_multiple_of(5) => {
            refund_completed(&subject, &refund).with("method", METHODS[usize::from(gene[4] / 5 % 4)])
        }
        _ => refund_completed(&subject, &refund),
    }
}

/// What an order is says its number, so that payments of it often fit.
fn placing(subject: &str, facts: u16, gene: Gene) -> Ask {
    let amount = AMOUNTS[usize::from(facts % 6)];
    let mut ask = placed(subject)
        .with("amount", amount)
        .with("member_id", member(facts / 6))
        .with("packages", facts / 12 % 3 + 1)
        .with("confirmation", CONFIRMATIONS[usize::from(facts / 36 % 4)])
        .with("freight", "1.00");
    if facts / 144 % 4 < 3 {
        let supplier = format!("S{}", facts / 576 % 2 + 1);
        ask = ask.with("supplier", json!({ "id": supplier, "name": "供应商", "cost": "66.67" }));
    } else {
        ask = ask.with("quoted_cost", "50.01");
    }
    let lines = [commission("D1", "3.33"), commission("D2", "0.01"), commission("D1", "1.05")];
    ask = ask.with("commissions", Value::from(&lines[..usize::from(facts / 1_152 % 4)]));
    match gene[3] % 8 {
        0 => ask.with(
            "discounts",
            json!([{ "kind": "points", "amount": amount }, { "kind": "other", "amount": "0.01" }]),
        ),
        _ => ask,
    }
}

fn payment(gene: u16) -> String {
    format!("P{}", gene % 9)
}

fn about_a_member(gene: Gene) -> Ask {
    let (subject, amount) = (member(gene[2]), AMOUNTS[usize::from(gene[4] % 6)]);
    match gene[3] % 8 {
        0..=1 => registered(&subject),
        2..=3 => recharged(&subject, &payment(gene[5]), amount),
        4 => recharge_refunded(&subject, &payment(gene[5]), amount),
        5..=6 => gifted(&subject, amount),
        _ => deducted(&subject, amount),
    }
}

fn about_money(gene: Gene) -> Ask {
    let amount = ["1.00", "3.33", "0.01", "40.00", "0.00"][usize::from(gene[4] % 5)];
    match gene[3] % 4 {
        0 => received(&payment(gene[2]), amount),
        1 => payment_refunded(&payment(gene[2]), &format!("R{}", gene[5] % 3), amount),
        _ => {
            let (kind, payee) =
                [("supplier", 'S'), ("distributor", 'D'), ("member", 'M')][usize::from(gene[5] % 3)];
            let method = ["bank_card", "alipay"][usize::from(gene[5] / 3 % 2)];
            let payee = format!("{payee}{}", gene[5] / 6 % 2 + 1);
            withdrawal(&format!("W{}", gene[2] % 5), kind, &payee, amount).with("method", method)
        }
    }
}

impl Scene {
    /// Time goes by.
    pub(super) fn wait(&mut self, seconds: i64) -> Timestamp {
        self.now = self.now.plus_seconds(seconds);
        let now = self.now;
        self.settle_due();
        now
    }
}
