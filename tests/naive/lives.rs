//! What happens to an order, a member, a payment, a withdrawal: line by line, as it should come.
//!
//! Ids are few, so that things meet, and now and then the same id is used for two.

use std::collections::VecDeque;

use events_schema::Action;
use events_schema::recorded::ledger::{SettlementSettings, WithdrawalSettings};
use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use events_schema::terms::{Term, WithdrawalMethod};

use super::dice::Dice;
use super::sales::placed;

/// One thing that somebody says or decides.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    /// An event of this type about this subject, with this data.
    Says(&'static str, String, String),
    /// Finance or the payout gateway.
    Decides(Action),
}

const METHODS: [&str; 8] =
    ["wechat_pay", "alipay", "allinpay", "cash", "pos", "bank_transfer", "balance", "balance"];
const EXTERNAL: [&str; 4] = ["unionpay", "alipay", "cash", "bank_transfer"];
/// Amounts of withdrawals, in fen: some too small, some too large.
const WITHDRAWN: [i64; 6] = [1, 250, 250, 999, 2_000, 50_000];

fn says(kind: &'static str, subject: impl Into<String>, data: impl Into<String>) -> Line {
    Line::Says(kind, subject.into(), data.into())
}

/// A decimal text of `fen`.
pub(super) fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// The life of something new, called by `number`.
pub(crate) fn life(number: u64, dice: &mut Dice) -> VecDeque<Line> {
    // Now and then by the number of something that is there.
    let name = if dice.chance(4) { 1 + dice.roll(number) } else { number };
    match dice.roll(10) {
        0 => member(dice),
        1 => scan(name, dice),
        3 if dice.chance(30) => overdrawn(number, dice),
        2 | 3 => withdrawal(name, dice),
        4 if dice.chance(40) => settings(dice),
        _ => order(&format!("O{name}"), number, dice),
    }
}

pub(super) fn member_id(dice: &mut Dice) -> String {
    format!("M{}", dice.roll(6))
}

/// The life of the order `id`, with payments that are called by `number`.
pub(crate) fn order(id: &str, number: u64, dice: &mut Dice) -> VecDeque<Line> {
    let packages = 1 + dice.roll(3);
    let confirmation = dice.of(&["none", "none", "before_payment", "after_payment"]);
    let (placed, payable) = placed(id, packages, confirmation, dice);
    let mut lines = VecDeque::from([says("order.placed", id, placed)]);
    if confirmation == "before_payment" {
        lines.push_back(says("order.confirmed", id, "{}"));
    }
    if dice.chance(10) {
        lines.push_back(says("order.closed", id, r#"{"reason":"too late"}"#));
    }
    if dice.chance(12) {
        return lines;
    }
    pay(id, number, payable, &mut lines, dice);
    if confirmation == "after_payment" {
        lines.push_back(says("order.confirmed", id, "{}"));
    }
    let refund_at = dice.roll(5);
    if refund_at == 0 {
        refund(id, payable, &mut lines, dice);
    }
    if dice.chance(30) {
        lines.push_back(says("order.shipped", id, r#"{"carrier":"SF"}"#));
    }
    match dice.roll(10) {
        0 | 1 => {}
        2..6 => lines.extend((0..packages).map(|_| says("order.verified", id, r#"{"packages":1}"#))),
        _ => lines.push_back(says("order.completed", id, "{}")),
    }
    if refund_at == 1 {
        refund(id, payable, &mut lines, dice);
    }
    if dice.chance(20) {
        lines.push_back(Line::Decides(Action::SettleOrder { order_id: id.parse().unwrap() }));
    }
    if refund_at == 2 {
        refund(id, payable, &mut lines, dice);
    }
    lines
}

/// Mostly once; now and then in another amount, or twice: a surplus, which may be given back.
fn pay(id: &str, number: u64, payable: i64, lines: &mut VecDeque<Line>, dice: &mut Dice) {
    let paid = if dice.chance(10) { 555 } else { payable };
    for times in 0..=u64::from(dice.chance(15)) {
        let payment_id = format!("P{}.{times}", if dice.chance(4) { dice.roll(number) } else { number });
        lines.push_back(says("order.paid", id, payment(&payment_id, dice.of(&METHODS), paid)));
        let is_surplus = times > 0 || paid != payable;
        if dice.chance(if is_surplus { 50 } else { 4 }) {
            let refund =
                format!(r#"{{"refund_id":"F{number}","amount":"1.50","channel_reference":"f{number}"}}"#);
            lines.push_back(says("payment.refunded", payment_id, refund));
        }
    }
}

fn payment(payment_id: &str, method: &str, amount: i64) -> String {
    let amount = yuan(amount);
    // Every other payment has one.
    let reference = if payment_id.len().is_multiple_of(2) {
        format!(r#","channel_reference":"c{payment_id}""#)
    } else {
        String::new()
    };
    format!(r#"{{"payment_id":"{payment_id}","method":"{method}","amount":"{amount}"{reference}}}"#)
}

/// Part of the payment, or all of it, in up to three refunds.
fn refund(id: &str, payable: i64, lines: &mut VecDeque<Line>, dice: &mut Dice) {
    for _ in 0..=dice.roll(3) {
        let refund_id = format!("R{}", dice.roll(4));
        let amount = dice.of(&[777, 3_000, payable / 3, payable, payable]);
        let fee = dice.of(&[0, 0, 50, amount / 7, amount]);
        let request =
            format!(r#"{{"refund_id":"{refund_id}","amount":"{}","fee":"{}"}}"#, yuan(amount), yuan(fee));
        lines.push_back(says("refund.requested", id, request));
        if dice.chance(10) {
            return;
        }
        let kind = dice.of(&["refund.completed", "refund.completed", "refund.rejected"]);
        let method = if kind == "refund.completed" && dice.chance(20) {
            format!(r#","method":"{}","channel_reference":"r{id}""#, dice.of(&METHODS))
        } else {
            String::new()
        };
        lines.push_back(says(kind, id, format!(r#"{{"refund_id":"{refund_id}"{method}}}"#)));
    }
}

/// An order whose supplier and distributor have withdrawn all that it brought them when half of it is refunded. What comes
/// back, or another order, may bring them up again.
fn overdrawn(number: u64, dice: &mut Dice) -> VecDeque<Line> {
    let order = |id: &str| {
        let placed = format!(
            r#"{{"order_no":"No. {id}","member_id":"M1","source":"pc","product":{{"id":"P1","name":"x","type":"goods"}},
            "packages":1,"amount":"100.00","supplier":{{"id":"S-{number}","name":"x","cost":"60.00"}},
            "commissions":[{{"distributor_id":"D-{number}","distributor_name":"x","amount":"10.00"}}],
            "confirmation":"none"}}"#
        );
        let settle = Line::Decides(Action::SettleOrder { order_id: id.parse().unwrap() });
        let paid = says("order.paid", id, payment(&format!("P-{id}"), "cash", 10_000));
        [says("order.placed", id, placed), paid, says("order.completed", id, "{}"), settle]
    };
    let first = format!("O-{number}");
    let mut lines = VecDeque::from(order(&first));
    let mut withdrawals = Vec::new();
    for (kind, letter, amount) in [("supplier", 'S', "60.00"), ("distributor", 'D', "10.00")] {
        let id = format!("W-{letter}{number}");
        let request = format!(
            r#"{{"payee":{{"kind":"{kind}","id":"{letter}-{number}","name":"x"}},"amount":"{amount}","method":"alipay","account":"1"}}"#
        );
        lines.push_back(says("withdrawal.requested", &id, request));
        withdrawals.push(id);
    }
    lines.push_back(says("refund.requested", &first, r#"{"refund_id":"R1","amount":"50.00","fee":"0.00"}"#));
    lines.push_back(says("refund.completed", &first, r#"{"refund_id":"R1"}"#));
    if dice.chance(50) {
        let rejected = WithdrawalRejected { reason: "no".parse::<events_schema::Text>().unwrap().into() };
        let withdrawal_id = dice.of(&[&withdrawals[0], &withdrawals[1]]).parse().unwrap();
        lines.push_back(Line::Decides(Action::RejectWithdrawal { withdrawal_id, rejected }));
    }
    if dice.chance(50) {
        lines.extend(order(&format!("O-{number}-2")));
    }
    lines
}

fn member(dice: &mut Dice) -> VecDeque<Line> {
    let id = member_id(dice);
    let phone = format!("13{}0000000{}", dice.roll(2), dice.roll(10));
    let registered = format!(r#"{{"phone":"{phone}","gender":"female"}}"#);
    let mut lines = VecDeque::from([says("member.registered", &id, registered)]);
    let mut payment = |amount| {
        let payment_id = format!("B{}", dice.roll(1_000));
        payment(&payment_id, dice.of(&EXTERNAL), amount)
    };
    lines.push_back(says("balance.recharged", &id, payment(50_000)));
    lines.push_back(says("balance.recharge_refunded", &id, payment(1_234)));
    lines.push_back(says("balance.gifted", &id, r#"{"amount":"250.00"}"#));
    let deducted = dice.of(&["400.00", "7.00", "0.01"]);
    let reason = r#""reason":"a mistake""#;
    lines.push_back(says("balance.deducted", &id, format!(r#"{{"amount":"{deducted}",{reason}}}"#)));
    lines
}

fn scan(number: u64, dice: &mut Dice) -> VecDeque<Line> {
    let id = format!("Q{number}");
    let received =
        format!(r#"{{"method":"{}","amount":"20.00","channel_reference":"q{number}"}}"#, dice.of(&EXTERNAL));
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
    let (kind, letter) = dice.of(&[("supplier", 'S'), ("distributor", 'D'), ("member", 'M')]);
    let payee = dice.roll(4);
    let method = WithdrawalMethod::ALL[dice.index(3)];
    let phone = if dice.chance(50) { format!(r#","phone":"150{payee}""#) } else { String::new() };
    let amount = yuan(dice.of(&WITHDRAWN));
    let request = format!(
        r#"{{"payee":{{"kind":"{kind}","id":"{letter}{payee}","name":"Payee {letter}{payee}"{phone}}},"amount":"{amount}","method":"{method}","account":"6222{number}"}}"#
    );
    let withdrawal_id: events_schema::Id = id.parse().unwrap();
    let text = || format!("because {number}").parse::<events_schema::Text>().unwrap();
    let reference = dice.chance(50).then(text);
    let paid = || WithdrawalPaid { reference: reference.clone(), note: None };
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
    lines.extend([decision, transfer].map(Line::Decides).into_iter().take(dice.index(4)));
    lines
}

fn settings(dice: &mut Dice) -> VecDeque<Line> {
    let suppliers = [("S1".parse().unwrap(), dice.of(&[0, 3, 4_000]))].into();
    let default_days = dice.of(&[0, 1, 2]);
    let settlement = SettlementSettings { default_days, suppliers };
    let defaults = WithdrawalSettings::default();
    let withdrawals = WithdrawalSettings {
        methods: defaults.methods[usize::from(dice.chance(20))..].to_vec(),
        minimum_amount: dice.chance(20).then(|| "5.00".parse().unwrap()),
        monthly_limit: dice.chance(30).then_some(2),
        automatic_transfer: dice.chance(50),
    };
    let changes =
        [Action::ChangeSettlementSettings(settlement), Action::ChangeWithdrawalSettings(withdrawals)];
    changes.into_iter().map(Line::Decides).collect()
}
