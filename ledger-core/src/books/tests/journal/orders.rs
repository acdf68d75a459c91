//! What orders post: one case for each row of the contract's table, and where their rules meet.

use serde_json::json;

use super::super::ask::*;
use super::super::scene::{Scene, given};
use super::{TODAY, dates, posted, then_posts};

/// O1 for 100.00, supplied for 60.01, with freight of 3.00 and commissions of 3.33 and 0.01.
fn order() -> Ask {
    let lines = json!([commission("D1", "3.33"), commission("D2", "0.01")]);
    supplied("O1", "S1", "60.01").with("freight", "3.00").with("commissions", lines)
}

/// That order, paid.
fn paid_order(method: &str) -> Scene {
    given([order(), paid("O1", "P1", "100.00").with("method", method)])
}

/// A refund of O1 by all that it takes.
fn refunded(scene: Scene, refund: &str, amount: &str, fee: &str) -> Scene {
    scene.and(refund_requested("O1", refund, amount).with("fee", fee)).and(refund_completed("O1", refund))
}

const COMPLETED: &str = "order_completed: prepayments 100.00, supplier_accrued -60.01, commission_payable -3.34, \
                         freight_payable -3.00, revenue -100.00, purchase_cost 60.01, commission_expense 3.34, \
                         freight_expense 3.00";

#[test]
fn an_order_is_paid_by_every_method() {
    let methods = ["wechat_pay", "alipay", "allinpay", "unionpay", "cash", "bank_transfer", "pos"];
    for method in methods {
        let scene = paid_order(method);
        assert_eq!(posted(&scene), [format!("order_paid: cash:{method} 100.00, prepayments -100.00")]);
        assert_eq!(dates(&scene).len(), 1);
    }
}

#[test]
fn an_order_that_is_paid_from_a_balance_takes_it_from_there_once() {
    let scene = given([registered("M1"), recharged("M1", "P2", "100.00"), order()]);
    let paid = paid("O1", "P1", "100.00").with("method", "balance");
    let scene = then_posts(scene, paid, &["order_paid: prepayments -100.00, member_balances 100.00"]);
    assert_eq!(scene.names(), ["OrderPaid", "BalanceConsumed"]);
}

#[test]
fn what_is_sent_owes_its_freight_then_and_not_again() {
    let scene = paid_order("pos");
    let scene =
        then_posts(scene, shipped("O1"), &["order_shipped: freight_payable -3.00, freight_expense 3.00"]);
    let completed_after =
        COMPLETED.replace("freight_payable -3.00, ", "").replace(", freight_expense 3.00", "");
    then_posts(scene, completed("O1"), &[&completed_after]);
}

#[test]
fn what_is_sent_for_nothing_posts_nothing() {
    let scene = given([placed("O1"), paid("O1", "P1", "100.00")]);
    then_posts(scene, shipped("O1"), &[]);
}

#[test]
fn a_completed_order_is_revenue_and_owes_its_costs() {
    let scene = then_posts(paid_order("pos"), completed("O1"), &[COMPLETED]);
    assert_eq!(scene.names()[0], "OrderCompleted");
}

#[test]
fn an_order_is_completed_by_its_last_packages() {
    let scene = then_posts(paid_order("pos"), verified("O1", 1), &[]);
    then_posts(scene, verified("O1", 1), &[COMPLETED]);
}

#[test]
fn what_an_order_without_a_supplier_costs_is_cleared() {
    let scene = given([placed("O1").with("quoted_cost", "50.01"), paid("O1", "P1", "100.00")]);
    let expected =
        "order_completed: prepayments 100.00, cost_clearing -50.01, revenue -100.00, purchase_cost 50.01";
    let scene = then_posts(scene, completed("O1"), &[expected]);
    let scene = refunded(scene, "R1", "50.00", "0.00");
    let expected =
        "refund_completed: cash:wechat_pay -50.00, cost_clearing 25.01, revenue 50.00, purchase_cost -25.01";
    assert_eq!(posted(&scene), [expected]);
}

#[test]
fn a_refund_before_the_completion_is_taken_from_the_prepayment() {
    let scene = refunded(paid_order("pos"), "R1", "40.00", "5.00");
    let expected = "refund_completed: cash:pos -35.00, prepayments 40.00, refund_fees -5.00";
    assert_eq!(posted(&scene), [expected]);
    // 60.01 − 24.00, and 3.33 − 1.33 and 0.01 − 0.00.
    let expected = "order_completed: prepayments 60.00, supplier_accrued -36.01, commission_payable -2.01, \
                    freight_payable -3.00, revenue -60.00, purchase_cost 36.01, commission_expense 2.01, \
                    freight_expense 3.00";
    then_posts(scene, completed("O1"), &[expected]);
}

#[test]
fn a_refund_that_is_kept_as_a_fee_moves_no_money() {
    let scene = refunded(paid_order("pos"), "R1", "40.00", "40.00");
    assert_eq!(posted(&scene), ["refund_completed: prepayments 40.00, refund_fees -40.00"]);
}

#[test]
fn requests_and_refusals_post_nothing() {
    let scene = then_posts(paid_order("pos"), refund_requested("O1", "R1", "40.00"), &[]);
    then_posts(scene, refund_rejected("O1", "R1"), &[]);
}

#[test]
fn refunds_after_the_completion_take_their_part_of_the_costs_in_all_rounded() {
    let scene = refunded(paid_order("pos").and(completed("O1")), "R1", "33.33", "0.00");
    // 60.01 − 20.00 − 20.00 − 20.01, and 3.33 − 1.11 − 1.11 − 1.11; 0.01 − 0.00 − 0.01.
    let expected = "refund_completed: cash:pos -33.33, supplier_accrued 20.00, commission_payable 1.11, \
                    revenue 33.33, purchase_cost -20.00, commission_expense -1.11";
    assert_eq!(posted(&scene), [expected]);
    let scene = refunded(scene, "R2", "33.33", "0.33");
    let expected = "refund_completed: cash:pos -33.00, supplier_accrued 20.00, commission_payable 1.12, \
                    revenue 33.33, refund_fees -0.33, purchase_cost -20.00, commission_expense -1.12";
    assert_eq!(posted(&scene), [expected]);
    // All is refunded: nothing is owed any more.
    let scene = refunded(scene, "R3", "33.34", "0.00");
    let expected = "refund_completed: cash:pos -33.34, supplier_accrued 20.01, commission_payable 1.11, \
                    revenue 33.34, purchase_cost -20.01, commission_expense -1.11";
    assert_eq!(posted(&scene), [expected]);
}

#[test]
fn a_refund_after_the_settlement_is_taken_back_from_the_funds() {
    let scene = paid_order("pos").and(completed("O1")).and(settle("O1"));
    assert_eq!(posted(&scene), ["settlement: supplier_accrued 60.01, supplier_payable -60.01"]);
    let scene = refunded(scene, "R1", "50.00", "0.00");
    let expected = "refund_completed: cash:pos -50.00, supplier_payable 30.01, commission_payable 1.68, \
                    revenue 50.00, purchase_cost -30.01, commission_expense -1.68";
    assert_eq!(posted(&scene), [expected]);
    assert_eq!(scene.names(), ["RefundCompleted", "FundsDebited", "FundsDebited", "FundsDebited"]);
}

#[test]
fn an_order_that_is_refunded_is_settled_no_more() {
    let scene = refunded(paid_order("alipay").and(completed("O1")), "R1", "100.00", "10.00");
    let expected = "refund_completed: cash:alipay -90.00, supplier_accrued 60.01, commission_payable 3.34, \
                    revenue 100.00, refund_fees -10.00, purchase_cost -60.01, commission_expense -3.34";
    assert_eq!(posted(&scene), [expected]);
    let scene = scene.at("2026-12-01T00:00:00+08:00");
    assert_eq!(posted(&scene), [""; 0]);
}

#[test]
fn the_clock_settles_what_is_owed_by_then() {
    let scene = refunded(paid_order("alipay").and(completed("O1")), "R1", "50.00", "0.00");
    let scene = scene.at("2026-11-03T08:00:00+08:00");
    assert_eq!(posted(&scene), ["settlement: supplier_accrued 30.00, supplier_payable -30.00"]);
    assert_eq!(dates(&scene), ["2026-11-01T16:00:00Z"]);
}

#[test]
fn an_order_that_is_due_already_is_settled_with_the_cost_after_its_refund() {
    let scene = paid_order("alipay").and(completed("O1")).and(refund_requested("O1", "R1", "50.00"));
    let scene = scene.at("2026-11-03T08:00:00+08:00");
    let scene = scene.and(refund_completed("O1", "R1").at("2026-11-02T12:00:00+08:00"));
    let refund = "refund_completed: cash:alipay -50.00, supplier_accrued 30.01, commission_payable 1.68, \
                  revenue 50.00, purchase_cost -30.01, commission_expense -1.68";
    assert_eq!(posted(&scene), [refund, "settlement: supplier_accrued 30.00, supplier_payable -30.00"]);
    assert_eq!(dates(&scene), ["2026-11-02T04:00:00Z"; 2]);
}

#[test]
fn finance_settles_when_it_decides() {
    let scene = paid_order("cash").and(completed("O1")).at("2026-11-05T08:00:00+08:00").and(settle("O1"));
    assert_eq!(dates(&scene), ["2026-11-05T00:00:00.000001Z"]);
}

#[test]
fn a_refund_is_paid_back_by_its_own_method() {
    let scene = paid_order("cash").and(refund_requested("O1", "R1", "40.00"));
    let back = refund_completed("O1", "R1").with("method", "bank_transfer");
    then_posts(scene, back, &["refund_completed: cash:bank_transfer -40.00, prepayments 40.00"]);
}

#[test]
fn a_refund_to_a_balance_is_posted_once() {
    let scene = given([registered("M1"), recharged("M1", "P2", "100.00"), order()]);
    let scene = scene.and(paid("O1", "P1", "100.00").with("method", "balance"));
    let scene = refunded(scene, "R1", "40.00", "1.00");
    let expected = "refund_completed: prepayments 40.00, member_balances -39.00, refund_fees -1.00";
    assert_eq!(posted(&scene), [expected]);
    assert_eq!(scene.names(), ["RefundCompleted", "ConsumptionRefunded"]);
}

/// An order that costs nothing to its customer, and yet something to the platform.
fn free_order() -> Scene {
    let discounts = json!([{ "kind": "points", "amount": "100.00" }]);
    given([order().with("discounts", discounts), paid("O1", "P1", "0.00")])
}

const FREE: &str = "order_completed: supplier_accrued -60.01, commission_payable -3.34, freight_payable -3.00, \
                    purchase_cost 60.01, commission_expense 3.34, freight_expense 3.00";

#[test]
fn a_free_order_is_no_money_and_owes_all_its_costs_until_it_is_refunded() {
    let scene = free_order();
    assert_eq!(posted(&scene), [""; 0]);
    let scene = then_posts(scene, completed("O1"), &[FREE]);
    let scene = refunded(scene, "R1", "0.00", "0.00");
    let expected = "refund_completed: supplier_accrued 60.01, commission_payable 3.34, purchase_cost -60.01, \
                    commission_expense -3.34";
    assert_eq!(posted(&scene), [expected]);
}

#[test]
fn a_free_order_that_is_refunded_before_its_completion_never_posts() {
    let scene = refunded(free_order(), "R1", "0.00", "0.00");
    assert_eq!(posted(&scene), [""; 0]);
}

#[test]
fn entries_have_the_dates_of_their_events() {
    let scene = paid_order("pos").and(completed("O1"));
    let today: events_schema::Timestamp = TODAY.parse().unwrap();
    assert_eq!(dates(&scene), [today.to_string()]);
    let scene = paid_order("pos").and(completed("O1").at("2026-10-30T23:59:59+08:00"));
    assert_eq!(dates(&scene), ["2026-10-30T15:59:59Z"]);
}
