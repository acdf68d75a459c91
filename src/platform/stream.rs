//! The platform in the order of time.

use super::calendar::{DAY, HOUR, MINUTE, SECOND, at_the_desk, awake, day_of, moment};
use super::catalogue::{DISTRIBUTORS, SUPPLIERS};
use super::dice::{Dice, mix};
use super::json::{Counter, Scribe};
use super::life::{method, plan};
use super::members::{self, Members};
use super::order::{Order, OrderId};
use super::payees::{self, Funds, Person};
use super::pending::{Act, Agenda, MemberAct, OrderAct, Payee};
use super::rhythm::Rhythm;
use super::{Decision, DecisionKind, Settings, Step, timestamp};

/// Payments by scanning a code, for a thousand orders.
const SCANS_PERMILLE: u64 = 330;
const NOTES: [&str; 6] = ["景区停车费", "餐厅散客", "纪念品店", "押金", "补差价", "导游讲解费"];
const REFUSALS: [&str; 3] = ["收款账户与户名不符", "发票尚未提供", "金额待核对"];

/// A platform as it lives, step by step in the order of time.
#[derive(Debug)]
pub(crate) struct Platform {
    seed: u64,
    dice: Dice,
    scribe: Scribe,
    rhythm: Rhythm,
    /// When the next customer comes.
    arrival: Option<i64>,
    pub(super) agenda: Agenda,
    members: Members,
    funds: Funds,
    orders: Counter,
    payments: Counter,
    withdrawals: Counter,
    /// The acts of an order that is being placed, before they go to the agenda.
    plan: Vec<(i64, Act)>,
}

impl Platform {
    /// The platform of some settings, before its first step.
    pub(crate) fn new(settings: Settings) -> Platform {
        let Settings { seed, orders, start, days, endless } = settings;
        let start = start.as_millisecond();
        let end = if endless { i64::MAX } else { start + i64::from(days.max(1)) * DAY };
        let mut rhythm = Rhythm::new(Dice::new(mix(seed, 1)), start, days, orders, endless);
        let mut platform = Platform {
            seed,
            dice: Dice::new(mix(seed, 2)),
            scribe: Scribe::new(seed, Counter::new(1, 1)),
            arrival: rhythm.next(),
            rhythm,
            agenda: Agenda::until(end),
            members: Members::default(),
            funds: Funds::default(),
            orders: Counter::new(1, 1),
            payments: Counter::new(1, 1),
            withdrawals: Counter::new(1, 1),
            plan: Vec::new(),
        };
        if orders > 0 {
            platform.first_requests(start);
        }
        platform
    }

    /// Each supplier asks once a week, each distributor about every other week.
    fn first_requests(&mut self, start: i64) {
        for (index, day) in (0..SUPPLIERS.len()).zip((4..9).cycle()) {
            let at = moment(day_of(start) + day, 9 * HOUR + self.dice.within(0, 2 * HOUR));
            self.agenda.add(at, Act::Ask(Payee::Supplier(index)));
        }
        for index in 0..DISTRIBUTORS.len() {
            let at = awake(start + self.dice.within(6 * DAY, 20 * DAY));
            self.agenda.add(at, Act::Ask(Payee::Distributor(index)));
        }
    }

    /// A customer comes: to order something, to register first, or to pay at a counter besides.
    fn arrive(&mut self, at: i64) {
        match self.members.arrival(&mut self.dice) {
            Some(member) => self.agenda.add(at, Act::Member(member, MemberAct::Order)),
            None => self.agenda.add(at, Act::Member(0, MemberAct::Register)),
        }
        if self.dice.permille(SCANS_PERMILLE) {
            let (number, method) = (self.payments.take(), method(&mut self.dice));
            let amount = self.dice.soon(5, 400) * 100 + self.dice.pick(&[0, 0, 0, 50, 80]);
            let note = self.dice.pick(&NOTES);
            let at = at + self.dice.within(MINUTE, 40 * MINUTE);
            self.agenda.add(at, Act::Scan { number, method, amount, note });
        }
    }

    fn perform(&mut self, at: i64, act: Act) -> Option<Step> {
        match act {
            Act::Order(id, OrderAct::Settle) => Some(self.settle(at, id)),
            Act::Order(id, act) => self.scribe.order(at, id, act).map(Step::Event),
            Act::Member(member, act) => self.member(at, member, act),
            Act::Scan { number, method, amount, note } => {
                if self.dice.permille(35) {
                    let part = amount * self.dice.pick(&[50, 100, 100]) / 100;
                    let back = at + self.dice.within(5 * MINUTE, 2 * DAY);
                    self.agenda.add(back, Act::ScanRefund { number, amount: part });
                }
                Some(Step::Event(self.scribe.scanned(at, number, (method, amount, note))))
            }
            Act::ScanRefund { number, amount } => {
                Some(Step::Event(self.scribe.scan_refunded(at, number, amount)))
            }
            Act::Earn(payee, amount) => {
                self.earn(payee, amount);
                None
            }
            Act::Ask(payee) => self.ask(at, payee),
            Act::Approve { number } => {
                let reference = format!("TT{:010}{number:06}", mix(self.seed, number) % 10_u64.pow(10));
                let id = self.scribe.id('W', number);
                Some(decision(at, DecisionKind::ApproveWithdrawal { id, reference }))
            }
            Act::Reject { number, payee, amount } => {
                self.earn(payee, amount);
                let (id, reason) = (self.scribe.id('W', number), self.dice.pick(&REFUSALS).to_owned());
                Some(decision(at, DecisionKind::RejectWithdrawal { id, reason }))
            }
        }
    }

    fn settle(&self, at: i64, id: OrderId) -> Step {
        decision(at, DecisionKind::Settle { order_id: self.scribe.order_id(id) })
    }

    fn earn(&mut self, payee: Payee, amount: i64) {
        match payee {
            Payee::Supplier(index) => self.funds.change_supplier(index, amount),
            Payee::Distributor(index) => self.funds.change_distributor(index, amount),
            Payee::Member(member) => self.members.change(member, amount),
        }
    }

    fn member(&mut self, at: i64, member: u64, act: MemberAct) -> Option<Step> {
        let published = match act {
            MemberAct::Register => self.register(at),
            MemberAct::Order => self.place(at, member),
            MemberAct::Recharge { first } => self.recharge(at, member, first),
            MemberAct::Gift { amount } => {
                self.members.change(member, amount);
                self.scribe.gifted(at, member, amount)
            }
            MemberAct::RefundRecharge => {
                let amount = self.part_of_balance(member)?;
                let number = self.payments.take();
                self.scribe.recharge_refunded(at, member, (number, "wechat_pay", amount))
            }
            MemberAct::Deduct => {
                let amount = self.part_of_balance(member)?;
                self.scribe.deducted(at, member, amount)
            }
        };
        Some(Step::Event(published))
    }

    fn register(&mut self, at: i64) -> super::Published {
        let member = self.members.register();
        let order_at = (at + self.dice.soon(MINUTE, 15 * MINUTE)).min(self.agenda.end());
        self.agenda.add(order_at, Act::Member(member, MemberAct::Order));
        if self.dice.permille(650) {
            let at = awake(at + self.dice.soon(2 * MINUTE, 5 * DAY));
            self.agenda.add(at, Act::Member(member, MemberAct::Recharge { first: true }));
        }
        self.scribe.registered(at, self.seed, member)
    }

    fn place(&mut self, at: i64, member: u64) -> super::Published {
        let order = Order::draw(&mut self.dice, self.orders.take(), member, at);
        let spent = plan(&mut self.dice, &order, self.members.balance(member), &mut self.plan);
        self.members.change(member, -spent);
        for (at, act) in self.plan.drain(..) {
            self.agenda.add(at, act);
        }
        self.scribe.placed(&order)
    }

    fn recharge(&mut self, at: i64, member: u64, first: bool) -> super::Published {
        let (amount, gift) = members::recharge(&mut self.dice);
        self.members.recharged(member, amount, first);
        if gift > 0 {
            self.agenda.add(at + SECOND, Act::Member(member, MemberAct::Gift { amount: gift }));
        }
        for (permille, act) in [
            (520, Act::Member(member, MemberAct::Recharge { first: false })),
            (12, Act::Member(member, MemberAct::RefundRecharge)),
            (12, Act::Member(member, MemberAct::Deduct)),
            (30, Act::Ask(Payee::Member(member))),
        ] {
            if self.dice.permille(permille) {
                let later = awake(at + self.dice.within(3 * DAY, 21 * DAY));
                self.agenda.add(later, act);
            }
        }
        self.scribe.recharged(at, member, (self.payments.take(), method(&mut self.dice), amount))
    }

    /// Takes some whole yuan from a balance that has some.
    fn part_of_balance(&mut self, member: u64) -> Option<i64> {
        let most = self.members.balance(member) / 100;
        let amount = self.dice.within(1, most.clamp(1, 50)) * 100;
        (most > 0).then(|| self.members.change(member, -amount))?;
        Some(amount)
    }

    /// A payee asks for a withdrawal, if there is enough, and finance will decide on most of them.
    fn ask(&mut self, at: i64, payee: Payee) -> Option<Step> {
        let (funds, again) = match payee {
            Payee::Supplier(index) => (self.funds.of_supplier(index), Some(7 * DAY)),
            Payee::Distributor(index) => {
                (self.funds.of_distributor(index), Some(self.dice.within(9 * DAY, 20 * DAY)))
            }
            Payee::Member(member) => (self.members.balance(member), None),
        };
        if let Some(again) = again {
            self.agenda.add(awake(at + again), Act::Ask(payee));
        }
        let amount = payees::amount(&mut self.dice, payee, funds)?;
        self.earn(payee, -amount);
        let number = self.withdrawals.take();
        let days = self.dice.soon(0, 3);
        let decided = at_the_desk(&mut self.dice, at, days);
        match self.dice.below(100) {
            0..=6 => self.agenda.add(decided, Act::Reject { number, payee, amount }),
            7..=96 => self.agenda.add(decided, Act::Approve { number }),
            _ => {} // forgotten on somebody's desk
        }
        let person = self.person(payee);
        let request = payees::request(&mut self.dice, self.seed, person, amount);
        Some(Step::Event(self.scribe.withdrawal_requested(at, number, &request)))
    }

    fn person(&self, payee: Payee) -> Person {
        match payee {
            Payee::Supplier(index) => Person::partner("supplier", &SUPPLIERS[index]),
            Payee::Distributor(index) => Person::partner("distributor", &DISTRIBUTORS[index]),
            Payee::Member(member) => Person {
                kind: "member",
                id: self.scribe.member_id(member),
                name: members::name(self.seed, member),
                phone: members::phone(self.seed, member),
            },
        }
    }
}

impl Iterator for Platform {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        loop {
            while let Some(arrival) = self.arrival
                && self.agenda.next_at().is_none_or(|at| arrival <= at)
            {
                self.arrive(arrival);
                self.arrival = self.rhythm.next();
            }
            let (at, act) = self.agenda.take()?;
            if let Some(step) = self.perform(at, act) {
                return Some(step);
            }
        }
    }
}

fn decision(at: i64, kind: DecisionKind) -> Step {
    Step::Decision(Decision { at: timestamp(at), kind })
}
