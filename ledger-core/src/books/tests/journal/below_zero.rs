//! Funds below zero: what of an entry vouchers show as receivables.

use serde_json::json;

use super::super::ask::*;
use super::super::scene::{Scene, given};
use super::posted;
use crate::accounting::below_zero;
use crate::entities::Entities;

/// What the events that were recorded last moved below zero, each with the event that posts for it.
fn moved(scene: &Scene) -> Vec<String> {
    let mut entities = Entities::default();
    let steps = scene.log.iter().filter_map(|recorded| {
        let step = entities.apply(recorded).unwrap();
        Some((recorded.position, below_zero(&step, recorded)?))
    });
    let first = scene.new_events()[0].position;
    let new = steps.filter(|(position, _)| *position >= first);
    let shown = new.map(|(_, below)| {
        let entry = scene.log.iter().find(|recorded| recorded.position == below.entry).unwrap();
        format!("{}: {} {}", entry.event.name(), below.account, below.amount)
    });
    shown.collect()
}

/// What S1 and D1 had is on its way to them, but for 3.00 of D1's; D2 has 4.00. Then half of the order is refunded.
fn refunded() -> Scene {
    let commissions = json!([commission("D1", "10.00"), commission("D2", "4.00")]);
    let order = supplied("O1", "S1", "60.00").with("commissions", commissions);
    let scene = given([order, paid("O1", "P1", "100.00").with("method", "cash"), completed("O1")]);
    let scene = scene.and(settle("O1")).and(withdrawal("W1", "supplier", "S1", "60.00"));
    let scene = scene.and(withdrawal("W2", "distributor", "D1", "7.00"));
    assert!(moved(&scene).is_empty(), "zero is not below zero");
    scene.and(refund_requested("O1", "R1", "50.00")).and(refund_completed("O1", "R1"))
}

#[test]
fn a_refund_takes_them_there() {
    let scene = refunded();
    let entry = "refund_completed: cash:cash -50.00, supplier_payable 30.00, commission_payable 7.00, \
        revenue 50.00, purchase_cost -30.00, commission_expense -7.00";
    assert_eq!(posted(&scene), [entry]);
    let of = ["supplier_payable 30.00", "commission_payable 2.00"];
    assert_eq!(moved(&scene), of.map(|below| format!("RefundCompleted: {below}")));
}

#[test]
fn what_comes_back_or_is_earned_brings_them_up_again() {
    let scene = refunded().and(turn_down("W1"));
    assert_eq!(moved(&scene), ["WithdrawalRejected: supplier_payable -30.00"], "of 60.00 that came back");
    let scene = scene.and(turn_down("W2"));
    assert_eq!(moved(&scene), ["WithdrawalRejected: commission_payable -2.00"]);
}

/// Of the events of one decision, each entry has its own.
#[test]
fn a_decision_may_earn_and_settle_at_once() {
    let order = supplied("O2", "S1", "20.00").with("commissions", json!([commission("D1", "1.50")]));
    let scene = refunded().and(settlement_rule(0, &[])).and(order).and(paid("O2", "P2", "100.00"));
    let scene = scene.and(completed("O2"));
    assert_eq!(scene.names(), ["OrderCompleted", "FundsCredited", "OrderSettled", "FundsCredited"]);
    assert_eq!(
        moved(&scene),
        ["OrderCompleted: commission_payable -1.50", "OrderSettled: supplier_payable -20.00"]
    );
}

/// The release of a parked event stands before what it posts.
#[test]
fn a_released_event_posts_for_itself() {
    let scene = refunded().and(refund_completed("O1", "R2")).and(refund_requested("O1", "R2", "10.00"));
    assert_eq!(scene.names()[..3], ["RefundRequested", "ParkedEventReleased", "RefundCompleted"]);
    let of = ["supplier_payable 6.00", "commission_payable 1.00"];
    assert_eq!(moved(&scene), of.map(|below| format!("RefundCompleted: {below}")));
}
