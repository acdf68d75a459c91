//! Members' balances, and payments without an order.

use events_schema::terms::OrderStatus;

use super::super::Rejection;
use super::ask::*;
use super::scene::{Scene, Told, given};

/// M1 has 150.00, and O1 over 100.00 is paid from it.
fn consumed() -> Scene {
    let by_balance = paid("O1", "P2", "100.00").with("method", "balance");
    given([registered("M1"), recharged("M1", "P1", "150.00"), placed("O1"), by_balance])
}

#[test]
fn every_entry_moves_the_balance() {
    let steps = [
        (registered("M1"), 0),
        (recharged("M1", "P1", "100.00"), 10_000),
        (gifted("M1", "5.00"), 10_500),
        (deducted("M1", "0.50"), 10_450),
        (recharge_refunded("M1", "P2", "104.00"), 50),
        (withdrawal("W1", "member", "M1", "0.50"), 0),
        (turn_down("W1"), 50),
    ];
    let mut scene = Scene::new();
    for (ask, balance) in steps {
        scene = scene.and(ask);
        assert_eq!(scene.balance("M1"), balance);
    }
}

#[test]
fn an_order_paid_from_a_balance_is_two_events() {
    let scene = consumed();
    assert_eq!((scene.names(), scene.balance("M1")), (vec!["OrderPaid", "BalanceConsumed"], 5_000));
    assert_eq!(scene.order("O1").figures.status, OrderStatus::AwaitingUse);
}

#[test]
fn a_balance_pays_for_its_own_members_order_only_as_far_as_it_reaches() {
    let by_balance = paid("O1", "P1", "100.00").with("method", "balance");
    let scene = given([registered("M1"), gifted("M1", "99.99"), placed("O1")]).when(by_balance.clone());
    let scene = scene.then(Told::Rejected(Rejection::InsufficientBalance)).and(gifted("M1", "0.01"));
    assert_eq!(scene.when(by_balance).then(Told::Recorded).balance("M1"), 0);
}

#[test]
fn a_refund_of_such_an_order_comes_back_less_its_fee() {
    let scene = consumed().and(refund_requested("O1", "R1", "40.00").with("fee", "1.00"));
    let scene = scene.when(refund_completed("O1", "R1").with("method", "cash"));
    let scene = scene.then(Told::Rejected(Rejection::MethodMismatch));
    let scene = scene.when(refund_completed("O1", "R1").with("method", "balance")).then(Told::Recorded);
    assert_eq!((scene.names(), scene.balance("M1")), (vec!["RefundCompleted", "ConsumptionRefunded"], 8_900));
}

#[test]
fn a_zero_change_makes_no_entry() {
    let scene = consumed().and(refund_requested("O1", "R1", "40.00").with("fee", "40.00"));
    let scene = scene.when(refund_completed("O1", "R1")).then(Told::Recorded);
    assert_eq!((scene.names(), scene.balance("M1")), (vec!["RefundCompleted"], 5_000));
    let free = placed("O2").with("amount", "0.00");
    let scene = scene.and(free).when(paid("O2", "P3", "0.00").with("method", "balance")).then(Told::Recorded);
    assert_eq!((scene.names(), scene.balance("M1")), (vec!["OrderPaid"], 5_000));
}

#[test]
fn even_a_free_order_waits_for_the_member_whose_balance_pays_it() {
    let free = placed("O1").with("amount", "0.00");
    let scene = given([free]).when(paid("O1", "P1", "0.00").with("method", "balance")).then(Told::Parked);
    let scene = scene.when(registered("M1"));
    assert_eq!(scene.names(), ["MemberRegistered", "ParkedEventReleased", "OrderPaid"]);
}

/// Payment ids are unique over everything that is paid or recharged, and over nothing else.
#[test]
fn a_payment_id_is_used_once() {
    let member = [registered("M1"), gifted("M1", "50.00"), placed("O1"), placed("O2"), placed("O3")];
    let takes = |id: &str| {
        [
            paid("O1", id, "100.00"),
            paid("O2", id, "1.00"),
            recharged("M1", id, "1.00"),
            recharge_refunded("M1", id, "1.00"),
            received(id, "1.00"),
        ]
    };
    for (first, taken) in takes("P1").into_iter().enumerate() {
        let scene = given(member.clone()).and(taken);
        for (second, again) in takes("P1").into_iter().enumerate() {
            // O1 is paid already by the first: the payment is a surplus, its id known all the same.
            let scene = scene.clone().when(again.id("again"));
            assert_eq!(
                scene.outcome.map(Told::from),
                Some(Told::Rejected(Rejection::PaymentExists)),
                "{first} {second}"
            );
        }
        // A refund's id, a withdrawal's and an order's are no payment ids.
        let scene = scene.and(received("O1", "1.00")).and(payment_refunded("O1", "P3", "1.00"));
        scene.and(paid("O3", "P3", "100.00"));
    }
}

#[test]
fn a_received_payment_is_given_back_in_parts() {
    let scene = given([received("P1", "10.00"), payment_refunded("P1", "R1", "4.00")]);
    let scene =
        scene.when(payment_refunded("P1", "R1", "1.00")).then(Told::Rejected(Rejection::RefundExists));
    let scene = scene.and(payment_refunded("P1", "R2", "6.00"));
    assert_eq!(scene.payment("P1").refunded.minor(), 1_000);
    // Refund ids are unique for their payment, not over all.
    scene.and(received("P2", "10.00")).when(payment_refunded("P2", "R1", "1.00")).then(Told::Recorded);
}
