//! What happens to an order, a member, a payment, a withdrawal: line by line, as it should come.

use std::collections::VecDeque;

use events_schema::Action;
use events_schema::recorded::ledger::{SettlementSettings, WithdrawalSettings};
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};

use super::dice::Dice;

/// One thing that somebody says or decides.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// An event of this type about this subject, with this data.
    Says(&'static str, String, String),
    /// Finance or the payout gateway.
    Decides(Action),
}

const METHODS: [&str; 6] = ["wechat_pay", "alipay", "cash", "pos", "balance", "balance"];
const EXTERNAL: [&str; 3] = ["unionpay", "cash", "bank_transfer"];

fn says(kind: &'static str, subject: impl Into<String>, data: impl Into<String>) -> Line {
    Line::Says(kind, subject.into(), data.into())
}

/// The life of something new, called by `number`.
pub(crate) fn life(number: u64, dice: &mut Dice) -> VecDeque<Line> {
    match dice.roll(10) {
        0 => member(dice),
        1 => scan(number, dice),
        2 | 3 => withdrawal(number, dice),
        4 if dice.chance(40) => settings(dice),
        _ => order(number, dice),
    }
}

fn member_id(dice: &mut Dice) -> String {
    format!("M{}", dice.roll(4))
}

fn order(number: u64, dice: &mut Dice) -> VecDeque<Line> {
    let id = format!("O{number}");
    let (amount, payable) = dice.of(&[("100.00", "90.00"), ("77.77", "67.77"), ("10.00", "0.00")]);
    let packages = 1 + dice.roll(2);
    let confirmation = dice.of(&["none", "none", "before_payment", "after_payment"]);
    let placed = placed_with(&id, amount, packages, confirmation, dice);
    let mut lines = VecDeque::from([says("order.placed", &id, placed)]);
    if confirmation == "before_payment" {
        lines.push_back(says("order.confirmed", &id, "{}"));
    }
    if dice.chance(10) {
        lines.push_back(says("order.closed", &id, r#"{"reason":"too late"}"#));
    }
    // Now and then in another amount, or twice: a surplus.
    let paid = if dice.chance(10) { "5.55" } else { payable };
    for times in 0..=u64::from(dice.chance(15)) {
        lines.push_back(says(
            "order.paid",
            &id,
            payment(&format!("P{number}.{times}"), dice.of(&METHODS), paid),
        ));
    }
    if dice.chance(15) {
        let refund = format!(r#"{{"refund_id":"F{number}","amount":"1.50"}}"#);
        lines.push_back(says("payment.refunded", format!("P{number}.{}", dice.roll(2)), refund));
    }
    if confirmation == "after_payment" {
        lines.push_back(says("order.confirmed", &id, "{}"));
    }
    let refund_at = dice.roll(4);
    if refund_at == 0 {
        refund(&id, payable, &mut lines, dice);
    }
    if dice.chance(30) {
        lines.push_back(says("order.shipped", &id, r#"{"carrier":"SF"}"#));
    }
    if dice.chance(50) {
        lines.extend((0..packages).map(|_| says("order.verified", &id, r#"{"packages":1}"#)));
    } else {
        lines.push_back(says("order.completed", &id, "{}"));
    }
    if refund_at == 1 {
        refund(&id, payable, &mut lines, dice);
    }
    if dice.chance(20) {
        lines.push_back(Line::Decides(Action::SettleOrder { order_id: id.parse().unwrap() }));
    }
    if refund_at == 2 {
        refund(&id, payable, &mut lines, dice);
    }
    lines
}

/// The data of an order that was placed.
pub(crate) fn placed(id: &str, dice: &mut Dice) -> String {
    placed_with(id, "100.00", 1, "none", dice)
}

fn placed_with(id: &str, amount: &str, packages: u64, confirmation: &str, dice: &mut Dice) -> String {
    let product_type = dice.of(&["ticket", "hotel", "goods"]);
    let cost = match dice.roll(3) {
        0 => String::new(),
        1 => r#","quoted_cost":"20.01""#.to_owned(),
        _ => format!(r#","supplier":{{"id":"S{}","name":"supplier","cost":"33.33"}}"#, dice.roll(2)),
    };
    let commission =
        |n, amount| format!(r#"{{"distributor_id":"D{n}","distributor_name":"D","amount":"{amount}"}}"#);
    let commissions = match dice.roll(3) {
        0 => String::new(),
        1 => commission(0, "3.33"),
        _ => format!("{},{}", commission(0, "1.01"), commission(1, "2.02")),
    };
    format!(
        r#"{{"order_no":"no. {id}","member_id":"{}","source":"pc","product":{{"id":"G","name":"g","type":"{product_type}"}},"packages":{packages},"amount":"{amount}","discounts":[{{"kind":"coupon","amount":"10.00"}}],"freight":"1.50","commissions":[{commissions}],"confirmation":"{confirmation}"{cost}}}"#,
        member_id(dice),
    )
}

fn payment(payment_id: &str, method: &str, amount: &str) -> String {
    format!(r#"{{"payment_id":"{payment_id}","method":"{method}","amount":"{amount}"}}"#)
}

/// Part of the payment, or all of it, in one or two refunds.
fn refund(id: &str, payable: &str, lines: &mut VecDeque<Line>, dice: &mut Dice) {
    for times in 0..=dice.roll(2) {
        let refund_id = format!("R{times}");
        let (amount, fee) =
            dice.of(&[("7.77", "0.50"), ("30.00", "0.00"), (payable, "0.00"), (payable, "0.00")]);
        let request = format!(r#"{{"refund_id":"{refund_id}","amount":"{amount}","fee":"{fee}"}}"#);
        lines.push_back(says("refund.requested", id, request));
        let kind = dice.of(&["refund.completed", "refund.completed", "refund.rejected"]);
        lines.push_back(says(kind, id, format!(r#"{{"refund_id":"{refund_id}"}}"#)));
    }
}

fn member(dice: &mut Dice) -> VecDeque<Line> {
    let id = member_id(dice);
    let mut lines =
        VecDeque::from([says("member.registered", &id, r#"{"phone":"13800000000","gender":"female"}"#)]);
    let mut payment = |amount| {
        let payment_id = format!("B{}", dice.roll(u64::MAX));
        payment(&payment_id, dice.of(&EXTERNAL), amount)
    };
    lines.push_back(says("balance.recharged", &id, payment("500.00")));
    lines.push_back(says("balance.recharge_refunded", &id, payment("12.34")));
    lines.push_back(says("balance.gifted", &id, r#"{"amount":"250.00"}"#));
    lines.push_back(says("balance.deducted", &id, r#"{"amount":"400.00","reason":"a mistake"}"#));
    lines
}

fn scan(number: u64, dice: &mut Dice) -> VecDeque<Line> {
    let id = format!("Q{number}");
    let received = format!(r#"{{"method":"{}","amount":"20.00"}}"#, dice.of(&EXTERNAL));
    let refund =
        |n, amount| says("payment.refunded", &id, format!(r#"{{"refund_id":"F{n}","amount":"{amount}"}}"#));
    VecDeque::from([
        says("payment.received", &id, received),
        refund(0, "5.00"),
        refund(1, "15.00"),
        refund(2, "0.01"),
    ])
}

fn withdrawal(number: u64, dice: &mut Dice) -> VecDeque<Line> {
    let id = format!("W{number}");
    let member = member_id(dice);
    let (kind, payee) =
        dice.of(&[("supplier", "S0"), ("supplier", "S1"), ("distributor", "D0"), ("member", &member)]);
    let method = dice.of(&["bank_card", "alipay", "wechat"]);
    let request = format!(
        r#"{{"payee":{{"kind":"{kind}","id":"{payee}","name":"n"}},"amount":"2.50","method":"{method}","account":"6222"}}"#
    );
    let withdrawal_id: events_schema::Id = id.parse().unwrap();
    let text = || "because".parse::<events_schema::Text>().unwrap();
    let paid = || WithdrawalPaid { reference: Some(text()), note: None };
    let decision = if dice.chance(30) {
        let rejected = WithdrawalRejected { reason: text().into() };
        Action::RejectWithdrawal { withdrawal_id: withdrawal_id.clone(), rejected }
    } else {
        Action::ApproveWithdrawal { withdrawal_id: withdrawal_id.clone(), paid: paid(), paid_at: None }
    };
    let transfer = if dice.chance(50) {
        Action::ConfirmTransfer { withdrawal_id, paid: paid() }
    } else {
        Action::FailTransfer { withdrawal_id, failure: text() }
    };
    let mut lines = VecDeque::from([says("withdrawal.requested", id, request)]);
    lines.extend([decision, transfer].map(Line::Decides));
    lines
}

fn settings(dice: &mut Dice) -> VecDeque<Line> {
    let suppliers = [("S1".parse().unwrap(), 3)].into();
    let default_days = u32::try_from(dice.roll(3)).unwrap();
    let settlement = SettlementSettings { default_days, suppliers };
    let automatic_transfer = dice.chance(50);
    let withdrawals = WithdrawalSettings { automatic_transfer, ..WithdrawalSettings::default() };
    let changes =
        [Action::ChangeSettlementSettings(settlement), Action::ChangeWithdrawalSettings(withdrawals)];
    changes.into_iter().map(Line::Decides).collect()
}
