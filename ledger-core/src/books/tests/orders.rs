//! Payments, surplus payments, refunds and what they shrink.

use events_schema::terms::{Method, OrderStatus};
use serde_json::json;

use super::super::Rejection;
use super::ask::*;
use super::scene::{Scene, Told, given};

fn status(scene: &Scene) -> OrderStatus {
    scene.order("O1").figures.status
}

/// O1, paid 100.00 online.
fn paid_order() -> Vec<Ask> {
    vec![placed("O1"), paid("O1", "P1", "100.00")]
}

#[test]
fn money_that_arrives_late_is_still_money() {
    let scene = given([placed("O1"), closed("O1")]).when(paid("O1", "P1", "100.00")).then(Told::Recorded);
    assert_eq!((scene.names(), status(&scene)), (vec!["OrderPaid"], OrderStatus::AwaitingUse));
}

#[test]
fn a_discount_is_not_paid() {
    let discounts = json!([{ "kind": "points", "amount": "30.00" }, { "kind": "coupon", "amount": "0.50" }]);
    let scene = given([placed("O1").with("discounts", discounts)]).when(paid("O1", "P1", "69.50"));
    assert_eq!(scene.order("O1").figures.paid.minor(), 6_950);
}

#[test]
fn a_second_payment_is_a_surplus_and_changes_nothing_about_the_order() {
    let scene = given(paid_order());
    let before = scene.order("O1").clone();
    let scene = scene.when(paid("O1", "P2", "7.00").with("method", "pos")).then(Told::Recorded);
    assert_eq!((scene.names(), scene.order("O1")), (vec!["SurplusReceived"], &before));
    let surplus = scene.payment("P2");
    assert_eq!((surplus.amount.minor(), surplus.method), (700, Method::Pos));
    assert_eq!(surplus.surplus_of.as_ref().map(|s| s.order_no.as_str()), Some("NO-O1"));
}

#[test]
fn another_amount_than_the_payable_is_a_surplus_and_the_order_still_waits_for_its_payment() {
    for amount in ["99.99", "100.01"] {
        let scene = given([placed("O1")]).when(paid("O1", "P1", amount)).then(Told::Recorded);
        assert_eq!((scene.names(), status(&scene)), (vec!["SurplusReceived"], OrderStatus::AwaitingPayment));
        let scene = scene.when(paid("O1", "P2", "100.00")).then(Told::Recorded);
        assert_eq!((scene.names(), status(&scene)), (vec!["OrderPaid"], OrderStatus::AwaitingUse));
    }
}

#[test]
fn a_surplus_is_given_back_in_parts() {
    let scene = given(paid_order()).and(paid("O1", "P2", "100.00"));
    let scene = scene.and(payment_refunded("P2", "R1", "99.99"));
    let scene =
        scene.when(payment_refunded("P2", "R2", "0.02")).then(Told::Rejected(Rejection::RefundExceedsPaid));
    let scene = scene.when(payment_refunded("P2", "R2", "0.01")).then(Told::Recorded);
    assert_eq!(scene.payment("P2").refunded, scene.payment("P2").amount);
    // The order's own payment is not given back this way.
    scene.when(payment_refunded("P1", "R1", "1.00")).then(Told::Parked);
}

#[test]
fn partial_refunds_shrink_what_is_owed_from_their_sum_so_that_rounding_does_not_add_up() {
    let lines = json!([commission("D1", "0.05"), commission("D2", "1.00")]);
    let mut scene =
        given([supplied("O1", "S1", "10.00").with("commissions", lines), paid("O1", "P1", "100.00")]);
    // Refunded so far: what the supplier's 10.00, and the lines of 0.05 and 1.00, come to.
    for (refund, amount, owed) in
        [("R1", "33.33", (667, [3, 67])), ("R2", "33.33", (333, [2, 33])), ("R3", "33.33", (0, [0, 0]))]
    {
        scene = scene.and(refund_requested("O1", refund, amount)).and(refund_completed("O1", refund));
        let order = scene.order("O1");
        let lines = order.facts.commissions.iter().map(|line| order.commission_now(line).minor());
        assert_eq!(
            (order.purchase_cost_now().minor(), lines.collect::<Vec<_>>()),
            (owed.0, owed.1.to_vec()),
            "{refund}"
        );
    }
    assert_eq!((status(&scene), scene.order("O1").figures.left().minor()), (OrderStatus::AwaitingUse, 1));
    let scene = scene.and(refund_requested("O1", "R4", "0.01")).and(refund_completed("O1", "R4"));
    assert_eq!(status(&scene), OrderStatus::Refunded);
}

#[test]
fn a_share_is_rounded_half_away_from_zero() {
    let order = [supplied("O1", "S1", "0.01").with("amount", "0.02"), paid("O1", "P1", "0.02")];
    let scene = given(order).and(refund_requested("O1", "R1", "0.01")).and(refund_completed("O1", "R1"));
    // round(0.01 × 0.01 / 0.02) is 0.01, and nothing remains.
    assert_eq!(scene.order("O1").purchase_cost_now().minor(), 0);
}

#[test]
fn a_fee_is_kept_of_the_refund() {
    let requested = refund_requested("O1", "R1", "60.00").with("fee", "60.00");
    let scene = given(paid_order()).and(requested).and(refund_completed("O1", "R1"));
    let figures = scene.order("O1").figures;
    assert_eq!((figures.refunded_gross.minor(), figures.refund_fees.minor()), (6_000, 6_000));
    assert_eq!(scene.order("O1").refunds[0].actual().minor(), 0);
    // The whole amount counts against what is left.
    let scene = scene.when(refund_requested("O1", "R2", "40.01"));
    scene.then(Told::Rejected(Rejection::RefundExceedsPaid));
}

#[test]
fn a_free_order_owes_everything_until_it_is_refunded() {
    let lines = json!([commission("D1", "3.00")]);
    let free = supplied("O1", "S1", "10.00").with("amount", "0.00").with("commissions", lines);
    let scene = given([free, paid("O1", "P1", "0.00"), completed("O1")]);
    let owed = |scene: &Scene| {
        (scene.order("O1").purchase_cost_now().minor(), scene.order("O1").commission_cost_now().minor())
    };
    assert_eq!((owed(&scene), scene.distributor_funds("D1")), ((1_000, 300), 300));
    let scene = scene.and(refund_requested("O1", "R1", "0.00"));
    assert_eq!(owed(&scene), (1_000, 300));
    let scene = scene.and(refund_completed("O1", "R1"));
    assert_eq!((owed(&scene), scene.distributor_funds("D1")), ((0, 0), 0));
    assert_eq!(status(&scene), OrderStatus::Refunded);
}

#[test]
fn a_free_order_is_never_a_surplus() {
    let free = placed("O1").with("amount", "0.00");
    let scene = given([free]).when(paid("O1", "P1", "0.01")).then(Told::Recorded);
    assert_eq!(scene.names(), ["SurplusReceived"]);
    let scene = scene.when(paid("O1", "P1", "0.00")).then(Told::Rejected(Rejection::PaymentExists));
    let scene = scene.when(paid("O1", "P2", "0.00")).then(Told::Recorded);
    assert_eq!(scene.names(), ["OrderPaid"]);
    scene.when(paid("O1", "P3", "0.00")).then(Told::Rejected(Rejection::AmountIsZero));
}

#[test]
fn a_refund_goes_back_as_the_order_was_paid_unless_it_says_how() {
    let two = [refund_requested("O1", "R1", "10.00"), refund_completed("O1", "R1")];
    let other = [refund_requested("O1", "R2", "10.00"), refund_completed("O1", "R2").with("method", "cash")];
    let scene = given(paid_order().into_iter().chain(two).chain(other));
    let methods: Vec<_> = scene.order("O1").refunds.iter().map(|refund| refund.method).collect();
    assert_eq!(methods, [Some(Method::WechatPay), Some(Method::Cash)]);
}

#[test]
fn packages_stay_used_through_a_refund() {
    let scene = given(paid_order()).and(verified("O1", 1)).and(refund_requested("O1", "R1", "50.00"));
    let scene = scene.and(refund_completed("O1", "R1"));
    let scene = scene.when(verified("O1", 2)).then(Told::Rejected(Rejection::PackagesExceeded));
    let scene = scene.when(verified("O1", 1)).then(Told::Recorded);
    assert_eq!(status(&scene), OrderStatus::Completed);
}
