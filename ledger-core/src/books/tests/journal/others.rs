//! What members, payments and withdrawals post.

use serde_json::json;

use super::super::ask::*;
use super::super::scene::{Scene, given};
use super::{dates, posted, then_posts};

#[test]
fn recharges_and_their_refunds() {
    let scene = given([registered("M1")]);
    let recharge = recharged("M1", "P1", "50.00").with("method", "bank_transfer");
    let scene = then_posts(scene, recharge, &["recharge: cash:bank_transfer 50.00, member_balances -50.00"]);
    let refund = recharge_refunded("M1", "P2", "20.00").with("method", "cash");
    then_posts(scene, refund, &["recharge_refund: cash:cash -20.00, member_balances 20.00"]);
}

#[test]
fn gifts_and_deductions() {
    let scene = then_posts(given([]), registered("M1"), &[]);
    let scene =
        then_posts(scene, gifted("M1", "50.00"), &["gift: member_balances -50.00, gift_expense 50.00"]);
    then_posts(scene, deducted("M1", "0.01"), &["deduct: member_balances 0.01, other_income -0.01"]);
}

#[test]
fn scanned_payments_and_their_refunds() {
    let expected = ["scan_payment: cash:cash 7.00, scan_revenue -7.00"];
    let scene = then_posts(given([]), received("P1", "7.00"), &expected);
    let expected = ["scan_refund: cash:cash -3.00, scan_revenue 3.00"];
    then_posts(scene, payment_refunded("P1", "R1", "3.00"), &expected);
}

#[test]
fn surplus_payments_and_their_refunds() {
    let scene = given([placed("O1"), paid("O1", "P1", "100.00")]);
    let again = paid("O1", "P2", "100.00").with("method", "alipay");
    let expected = ["surplus_payment: cash:alipay 100.00, surplus_payments -100.00"];
    let scene = then_posts(scene, again, &expected);
    let expected = ["surplus_refund: cash:alipay -60.00, surplus_payments 60.00"];
    then_posts(scene, payment_refunded("P2", "R1", "60.00"), &expected);
}

#[test]
fn a_payment_of_another_amount_than_the_payable_is_surplus() {
    let expected = ["surplus_payment: cash:wechat_pay 99.00, surplus_payments -99.00"];
    then_posts(given([placed("O1")]), paid("O1", "P1", "99.00"), &expected);
}

#[test]
fn what_is_parked_posts_when_it_is_released() {
    let scene = then_posts(given([]), paid("O1", "P1", "100.00"), &[]);
    let expected = ["order_paid: cash:wechat_pay 100.00, prepayments -100.00"];
    let scene = then_posts(scene, placed("O1"), &expected);
    assert_eq!(scene.names(), ["OrderPlaced", "ParkedEventReleased", "OrderPaid"]);
}

/// S1, D1 and M1, each with funds or a balance.
fn payees() -> Scene {
    let order = supplied("O1", "S1", "60.00").with("commissions", json!([commission("D1", "10.00")]));
    let order = [order, paid("O1", "P1", "100.00").with("method", "cash"), completed("O1"), settle("O1")];
    given(order).and(registered("M1")).and(gifted("M1", "10.00"))
}

const OWED: [(&str, &str, &str); 3] = [
    ("supplier", "S1", "supplier_payable"),
    ("distributor", "D1", "commission_payable"),
    ("member", "M1", "member_balances"),
];

/// An entry of a withdrawal of 4.00, whose lines are in the order of the accounts.
fn entry(kind: &str, owed: &str, sign: &str, back: &str) -> String {
    format!("{kind}: {owed} {sign}4.00, withdrawals_in_transit {back}4.00")
}

#[test]
fn a_withdrawal_is_in_transit_until_it_is_paid() {
    for (method, cash) in [("bank_card", "bank_transfer"), ("alipay", "alipay"), ("wechat", "wechat_pay")] {
        for (kind, payee, owed) in OWED {
            let asked = withdrawal("W1", kind, payee, "4.00").with("method", method);
            let scene = then_posts(payees(), asked, &[&entry("withdrawal_requested", owed, "", "-")]);
            let paid = format!("withdrawal_paid: cash:{cash} -4.00, withdrawals_in_transit 4.00");
            then_posts(scene, approve("W1"), &[&paid]);
        }
    }
}

#[test]
fn a_rejected_withdrawal_goes_back_where_it_came_from() {
    for (kind, payee, owed) in OWED {
        let scene = payees().and(withdrawal("W1", kind, payee, "4.00")).at("2026-11-02T00:00:00+08:00");
        let scene = then_posts(scene, turn_down("W1"), &[&entry("withdrawal_rejected", owed, "-", "")]);
        assert_eq!(dates(&scene), ["2026-11-01T16:00:00.000001Z"], "the decision");
    }
}

#[test]
fn a_withdrawal_is_paid_on_the_day_that_finance_says() {
    let scene = payees().and(withdrawal("W1", "member", "M1", "4.00")).at("2026-11-03T00:00:00+08:00");
    let scene = scene.and(approve_paid_at("W1", "2026-11-01T20:00:00+08:00"));
    assert_eq!(posted(&scene), ["withdrawal_paid: cash:bank_transfer -4.00, withdrawals_in_transit 4.00"]);
    assert_eq!(dates(&scene), ["2026-11-01T12:00:00Z"]);
}

#[test]
fn while_the_gateway_is_at_work_the_money_stays_in_transit() {
    let scene = payees().and(automatic_transfer()).and(withdrawal("W1", "member", "M1", "4.00"));
    let scene = then_posts(scene, approve("W1"), &[]);
    let scene = then_posts(scene, not_transferred("W1"), &[]);
    let scene = then_posts(scene, approve("W1"), &[]);
    let expected = ["withdrawal_paid: cash:bank_transfer -4.00, withdrawals_in_transit 4.00"];
    then_posts(scene, transferred("W1"), &expected);
}
