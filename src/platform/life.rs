//! The life of an order, decided when it is placed: what will happen to it, and when.

use super::calendar::{DAY, HOUR, MINUTE, SECOND, at_the_desk, day_of, moment, visit};
use super::catalogue::Kind;
use super::dice::Dice;
use super::order::{Confirmation, Order};
use super::pending::{Act, OrderAct, Payee};

const METHODS: [(&str, u64); 7] = [
    ("wechat_pay", 58),
    ("alipay", 25),
    ("allinpay", 4),
    ("unionpay", 3),
    ("cash", 4),
    ("bank_transfer", 3),
    ("pos", 3),
];

const CHANGED_PLANS: [&str; 5] = ["行程有变", "天气原因", "订错日期", "身体不适", "重复下单"];
const COMPLAINTS: [&str; 4] = ["与描述不符", "包装破损", "服务不满意", "部分未使用"];
const REFUSALS: [&str; 3] = ["已过可退期限", "已使用不可退", "凭证不足"];

/// How a payment came.
pub(super) fn method(dice: &mut Dice) -> &'static str {
    dice.weighted(&METHODS)
}

/// Whether finance has to settle what was paid this way.
fn offline(method: &str) -> bool {
    matches!(method, "cash" | "bank_transfer" | "pos")
}

/// Adds to `acts` what will happen to `order`, in the order of time for its own events. Gives what was paid from
/// the member's balance, which holds `balance`.
pub(super) fn plan(dice: &mut Dice, order: &Order, balance: i64, acts: &mut Vec<(i64, Act)>) -> i64 {
    let mut life = Life {
        dice,
        order,
        acts,
        at: order.at,
        method: "",
        left: order.payable(),
        refunds: 0,
        consumed: false,
    };
    life.until_paid(balance);
    if life.method == "balance" { order.payable() } else { 0 }
}

struct Life<'a> {
    dice: &'a mut Dice,
    order: &'a Order,
    acts: &'a mut Vec<(i64, Act)>,
    /// When the last thing happened.
    at: i64,
    /// How it was paid; empty until then.
    method: &'static str,
    /// What is paid and not given back.
    left: i64,
    refunds: u32,
    /// It was used, so others have earned from it.
    consumed: bool,
}

impl Life<'_> {
    fn act(&mut self, act: OrderAct) {
        self.acts.push((self.at, Act::Order(self.order.id, act)));
    }

    /// After `low` to `high`, rather soon.
    fn after(&mut self, low: i64, high: i64, act: OrderAct) {
        self.at += self.dice.soon(low, high);
        self.act(act);
    }

    fn until_paid(&mut self, balance: i64) {
        if self.order.confirmation == Confirmation::BeforePayment {
            if self.dice.permille(50) {
                return self.after(HOUR, DAY, OrderAct::Close { reason: "供应商无法确认" });
            }
            self.after(3 * MINUTE, 4 * HOUR, OrderAct::Confirm);
        }
        if !self.dice.permille(828) {
            return self.abandon();
        }
        let payable = self.order.payable();
        self.method = if payable == 0 {
            "wechat_pay"
        } else if balance >= payable && self.dice.permille(480) {
            "balance"
        } else {
            method(self.dice)
        };
        let longest = if offline(self.method) { 20 * HOUR } else { 25 * MINUTE };
        self.after(12 * SECOND, longest, OrderAct::Pay { method: self.method, amount: payable });
        self.paid();
    }

    /// Never paid: most are closed, some just stay.
    fn abandon(&mut self) {
        match self.dice.below(10) {
            0..=5 => {
                self.at += 30 * MINUTE;
                self.act(OrderAct::Close { reason: "超时未支付" });
            }
            6 | 7 => self.after(MINUTE, 25 * MINUTE, OrderAct::Close { reason: "用户取消" }),
            _ => {}
        }
    }

    fn paid(&mut self) {
        self.perhaps_paid_again();
        if self.order.confirmation == Confirmation::AfterPayment {
            if self.dice.permille(25) {
                return self.refund(self.left, 0, "供应商无法确认", false);
            }
            self.after(5 * MINUTE, 9 * HOUR, OrderAct::Confirm);
        }
        if self.left > 0 && self.dice.permille(58) {
            self.change_of_plans();
            if self.left == 0 {
                return;
            }
        }
        self.used();
        // Finance does not settle by hand what is in review: leave offline payments alone.
        if self.left > 0 && !offline(self.method) && self.dice.permille(24) {
            self.complaint();
        }
    }

    /// A customer who taps twice: the money really came, and is given back.
    fn perhaps_paid_again(&mut self) {
        let (amount, method) = (self.order.payable(), self.method);
        if amount > 0 && method != "balance" && !offline(method) && self.dice.permille(4) {
            let again = self.at + self.dice.within(2 * SECOND, 40 * SECOND);
            let back = at_the_desk(self.dice, again, 1);
            let id = self.order.id;
            self.acts.push((again, Act::Order(id, OrderAct::PayAgain { method, amount })));
            if self.dice.permille(900) {
                self.acts.push((back, Act::Order(id, OrderAct::GiveBack { amount })));
            }
            self.at = again;
        }
    }

    /// A refund before the use: of everything, or of a package or two; for a fee where it comes late.
    fn change_of_plans(&mut self) {
        self.at += self.dice.soon(20 * MINUTE, 3 * DAY);
        let packages = self.order.packages;
        let undone = if packages > 1 && self.dice.permille(250) {
            self.dice.within(1, packages - 1)
        } else {
            packages
        };
        let amount = (self.left * undone / packages).max(1);
        let late = self.at - self.order.at > DAY;
        let fee = if late { amount * self.dice.pick(&[10, 20, 30]) / 100 } else { 0 };
        let refused = self.dice.permille(120);
        let reason = self.dice.pick(&CHANGED_PLANS);
        self.refund(amount, fee, reason, refused);
    }

    /// A refund of a part afterwards, which the supplier and the distributors bear too.
    fn complaint(&mut self) {
        self.at += self.dice.soon(2 * HOUR, 6 * DAY);
        let amount = (self.left * self.dice.within(10, 50) / 100).max(1);
        let refused = self.dice.permille(350);
        let reason = self.dice.pick(&COMPLAINTS);
        self.refund(amount, 0, reason, refused);
    }

    fn refund(&mut self, amount: i64, fee: i64, reason: &'static str, refused: bool) {
        self.refunds += 1;
        let nth = self.refunds;
        self.after(5 * MINUTE, 5 * HOUR, OrderAct::AskRefund { nth, amount, fee, reason });
        self.at = at_the_desk(self.dice, self.at, 0);
        if refused {
            let reason = self.dice.pick(&REFUSALS);
            return self.act(OrderAct::RejectRefund { nth, reason });
        }
        self.act(OrderAct::CompleteRefund { nth });
        self.left -= amount;
        if self.method == "balance" {
            self.acts.push((self.at, Act::Earn(Payee::Member(self.order.member), amount - fee)));
        }
        if self.consumed {
            self.earned(self.at, -amount);
        }
    }

    /// Visits, nights, deliveries; then what others earn from it.
    fn used(&mut self) {
        if self.dice.permille(35) {
            return; // bought, and never used
        }
        match self.order.product.kind {
            Kind::Ticket => self.verified(0, 7),
            Kind::Meal => self.verified(0, 10),
            Kind::Hotel => self.returned(2, 24),
            Kind::Tour => self.returned(4, 36),
            Kind::Goods => self.delivered(),
        }
        self.consumed = true;
        let paid_offline = offline(self.method);
        let due =
            if paid_offline { at_the_desk(self.dice, self.at, 2) } else { moment(day_of(self.at) + 1, HOUR) };
        if paid_offline {
            if self.order.product.supplier.is_none() || !self.dice.permille(880) {
                return;
            }
            self.acts.push((due, Act::Order(self.order.id, OrderAct::Settle)));
        }
        self.earned(due, self.left);
    }

    /// Package by package at the gate; groups go through together.
    fn verified(&mut self, first_day: i64, last_day: i64) {
        let days = self.dice.soon(first_day, last_day);
        self.at = visit(self.dice, self.at, days);
        let all = self.order.packages * self.left / self.order.payable().max(1);
        let mut packages = if self.left == self.order.payable() { self.order.packages } else { all.max(1) };
        let together = self.dice.permille(20);
        while packages > 0 {
            let now = if together { packages } else { 1 };
            self.act(OrderAct::Verify { packages: now });
            packages -= now;
            self.at += self.dice.soon(3 * SECOND, 4 * MINUTE);
        }
        if self.left < self.order.payable() {
            self.act(OrderAct::Complete); // what was refunded is not used any more
        }
    }

    fn returned(&mut self, first_day: i64, last_day: i64) {
        let days = self.dice.soon(first_day, last_day);
        self.at = visit(self.dice, self.at, days);
        self.act(OrderAct::Complete);
    }

    fn delivered(&mut self) {
        let days = self.dice.within(0, 2);
        self.at = at_the_desk(self.dice, self.at, days);
        self.act(OrderAct::Ship);
        self.at += self.dice.soon(DAY, 9 * DAY);
        self.act(OrderAct::Complete);
    }

    /// The supplier's and the distributors' shares of a part of what was paid.
    fn earned(&mut self, at: i64, part: i64) {
        let payable = self.order.payable();
        let share = |of: i64| if payable == 0 { of } else { of * part / payable };
        if let Some(supplier) = self.order.product.supplier {
            self.acts.push((at, Act::Earn(Payee::Supplier(supplier), share(self.order.cost))));
        }
        for (distributor, amount) in self.order.commissions.iter().flatten() {
            self.acts.push((at, Act::Earn(Payee::Distributor(*distributor), share(*amount))));
        }
    }
}
