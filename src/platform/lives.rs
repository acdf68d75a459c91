//! Orders one after another, each with its whole life: the load of a benchmark.

use std::collections::VecDeque;

use super::calendar::{DAY, HOUR, MINUTE, SECOND};
use super::dice::{Dice, mix};
use super::json::{Counter, Scribe};
use super::life::{method, plan};
use super::members::recharge;
use super::order::Order;
use super::pending::Act;
use super::rhythm::Rhythm;
use super::{Published, Settings};

/// Keeps the ids of lives apart from those of the platform of the same seed.
const LIVES: u64 = 0x11FE;

/// Days at the end that are left to the lives of the last orders; at most half of all days.
const LAST_DAYS: u32 = 45;

const ORDERS_PER_MEMBER: u64 = 4;

/// Which of several equal parts, each for a connection of its own: no id is in two of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    /// From 0.
    pub(crate) index: u32,
    /// How many parts there are.
    pub(crate) of: u32,
}

impl Part {
    /// All in one.
    pub(crate) const WHOLE: Part = Part { index: 0, of: 1 };
}

/// The lives of orders, one after another: all events of an order in the order of their times, and before them its
/// member's, if it is the member's first. No event is later than the end of the days.
#[derive(Debug)]
pub(crate) struct Lives {
    seed: u64,
    settings: Settings,
    /// How many orders of this part are placed within the days.
    share: u64,
    dice: Dice,
    scribe: Scribe,
    rhythm: Rhythm,
    orders: Counter,
    members: Counter,
    payments: Counter,
    member: Member,
    end: i64,
    ready: VecDeque<Published>,
    plan: Vec<(i64, Act)>,
}

/// The member who orders now.
#[derive(Debug, Default)]
struct Member {
    number: u64,
    balance: i64,
    /// Orders that are still to come.
    orders: u64,
}

impl Lives {
    /// A part of the lives of some settings, before the first event.
    pub(crate) fn new(settings: Settings, part: Part) -> Lives {
        let (index, of) = (u64::from(part.index), u64::from(part.of.max(1)));
        let share = settings.orders / of + u64::from(index < settings.orders % of);
        let seed = mix(settings.seed, LIVES);
        let mut dice = Dice::new(mix(seed, index));
        let count = || Counter::new(1 + index, of);
        Lives {
            seed,
            share,
            rhythm: rhythm(&settings, &mut dice, share),
            dice,
            scribe: Scribe::new(seed, count()),
            orders: count(),
            members: count(),
            payments: count(),
            member: Member::default(),
            end: settings.start.as_millisecond() + i64::from(settings.days.max(1)) * DAY,
            ready: VecDeque::new(),
            plan: Vec::new(),
            settings,
        }
    }

    /// Makes the events of the next order ready; false after the last.
    fn live(&mut self) -> bool {
        let Some(at) = self.rhythm.next().or_else(|| self.begin_again()) else { return false };
        if self.member.orders == 0 {
            self.new_member(at);
        }
        self.member.orders -= 1;
        if self.dice.permille(330) {
            self.scan(at);
        }
        let order = Order::draw(&mut self.dice, self.orders.take(), self.member.number, at);
        self.member.balance -= plan(&mut self.dice, &order, self.member.balance, &mut self.plan);
        self.ready.push_back(self.scribe.placed(&order));
        // What a surplus payment or finance does stands in between.
        self.plan.sort_by_key(|(at, _)| *at);
        for (at, act) in self.plan.drain(..) {
            if let Act::Order(id, act) = act {
                self.ready.extend(self.scribe.order(at.min(self.end), id, act));
            }
        }
        true
    }

    fn begin_again(&mut self) -> Option<i64> {
        if !self.settings.endless {
            return None;
        }
        self.rhythm = rhythm(&self.settings, &mut self.dice, self.share);
        self.rhythm.next()
    }

    fn new_member(&mut self, order_at: i64) {
        let number = self.members.take();
        self.member = Member { number, balance: 0, orders: ORDERS_PER_MEMBER };
        let mut at = order_at - self.dice.within(5 * MINUTE, HOUR);
        self.ready.push_back(self.scribe.registered(at, self.seed, number));
        while self.dice.permille(450) {
            let (amount, gift) = recharge(&mut self.dice);
            at += self.dice.within(5 * SECOND, MINUTE);
            let paid = (self.payments.take(), method(&mut self.dice), amount);
            self.ready.push_back(self.scribe.recharged(at, number, paid));
            if gift > 0 {
                self.ready.push_back(self.scribe.gifted(at, number, gift));
            }
            self.member.balance += amount + gift;
        }
    }

    fn scan(&mut self, at: i64) {
        let (number, method) = (self.payments.take(), method(&mut self.dice));
        let amount = self.dice.soon(5, 400) * 100;
        self.ready.push_back(self.scribe.scanned(at, number, (method, amount, "景区停车费")));
    }
}

impl Iterator for Lives {
    type Item = Published;

    fn next(&mut self) -> Option<Published> {
        while self.ready.is_empty() {
            if !self.live() {
                return None;
            }
        }
        self.ready.pop_front()
    }
}

fn rhythm(settings: &Settings, dice: &mut Dice, orders: u64) -> Rhythm {
    let days = settings.days.max(1);
    let placing = days - LAST_DAYS.min(days / 2);
    let start = settings.start.as_millisecond();
    Rhythm::new(Dice::new(dice.below(u64::MAX)), start, placing, orders, false)
}
