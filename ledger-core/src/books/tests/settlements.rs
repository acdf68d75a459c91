//! Settlements of suppliers (T+N, by the clock, at once, by hand) and commissions of distributors.

use events_schema::terms::SettlementState;
use events_schema::{Event, Timestamp};
use serde_json::json;

use super::super::Rejection;
use super::ask::*;
use super::scene::{Scene, Told, given};

/// O1, supplied by S1 for 80.00, and paid by `method`.
fn supplied_order(method: &str) -> Vec<Ask> {
    vec![supplied("O1", "S1", "80.00"), paid("O1", "P1", "100.00").with("method", method)]
}

fn state(scene: &Scene) -> Option<SettlementState> {
    scene.order("O1").settlement_state()
}

fn settled_at(scene: &Scene) -> Option<Timestamp> {
    scene.order("O1").figures.settled_at
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn the_clock_settles_at_midnight_after_n_days() {
    let scene = given([registered("M1"), recharged("M1", "P2", "100.00")]);
    for method in ["wechat_pay", "alipay", "allinpay", "unionpay", "balance"] {
        let scene = supplied_order(method).into_iter().fold(scene.clone(), Scene::and).and(completed("O1"));
        assert_eq!(
            (state(&scene), scene.supplier_funds("S1")),
            (Some(SettlementState::Unsettled), 0),
            "{method}"
        );
        let scene = scene.at("2026-11-01T23:59:59.999+08:00");
        assert_eq!(settled_at(&scene), None);
        let scene = scene.at("2026-11-02T00:00:30+08:00");
        assert_eq!(scene.names(), ["OrderSettled", "FundsOpened", "FundsCredited"]);
        assert_eq!(settled_at(&scene), Some(time("2026-11-02T00:00:00+08:00")));
        assert_eq!((state(&scene), scene.supplier_funds("S1")), (Some(SettlementState::Settled), 8_000));
    }
}

#[test]
fn n_is_the_suppliers_own_or_the_default_as_it_stands_at_the_completion() {
    let order = |order: &str, supplier| {
        [supplied(order, supplier, "1.00"), paid(order, &format!("P-{order}"), "100.00")]
    };
    let orders = [order("O1", "S1"), order("O2", "S2"), order("O3", "S1"), order("O4", "S1")].concat();
    let scene = given(orders).and(settlement_rule(2, &[("S1", 3)]));
    let scene = scene.and(completed("O1")).and(completed("O2"));
    // A new setting replaces the whole old one, and does nothing to what was completed before.
    let scene = scene.and(settlement_rule(5, &[])).and(completed("O3"));
    let scene = scene.and(settlement_rule(36_500, &[])).and(completed("O4"));
    let due = |order: &str| scene.order(order).figures.settlement_due.unwrap();
    assert_eq!(due("O1"), time("2026-11-04T00:00:00+08:00"));
    assert_eq!(due("O2"), time("2026-11-03T00:00:00+08:00"));
    assert_eq!(due("O3"), time("2026-11-06T00:00:00+08:00"));
    assert_eq!(due("O4"), time("2126-10-08T00:00:00+08:00"));
}

#[test]
fn the_business_day_is_a_day_of_the_platforms_time_zone() {
    for (completed_at, due) in [
        ("2026-10-31T15:59:59.999999Z", "2026-11-01T00:00:00+08:00"),
        ("2026-10-31T16:00:00Z", "2026-11-02T00:00:00+08:00"),
    ] {
        let scene = given(supplied_order("alipay")).and(completed("O1").at(completed_at));
        assert_eq!(scene.order("O1").figures.settlement_due, Some(time(due)));
    }
}

#[test]
fn an_order_that_is_due_already_is_settled_in_the_step_that_completes_it() {
    let scene = given(supplied_order("alipay")).when(verified("O1", 2).at("2026-10-20T12:00:00+08:00"));
    assert_eq!(scene.names(), ["OrderVerified", "OrderSettled", "FundsOpened", "FundsCredited"]);
    assert_eq!(settled_at(&scene), Some(time("2026-10-21T00:00:00+08:00")));
    assert_eq!(scene.books.next_due(time("2036-01-01T00:00:00Z")), None);
}

#[test]
fn t_plus_0_is_due_before_it_was_completed_and_settled_when_it_was() {
    let scene = given(supplied_order("alipay")).and(settlement_rule(0, &[])).when(completed("O1"));
    assert_eq!(scene.names(), ["OrderCompleted", "OrderSettled", "FundsOpened", "FundsCredited"]);
    assert_eq!(settled_at(&scene), Some(time(TIME)));
}

#[test]
fn an_order_in_review_waits_and_is_settled_when_it_comes_back() {
    for (end, funds) in [(refund_rejected("O1", "R1"), 8_000), (refund_completed("O1", "R1"), 6_000)] {
        let scene =
            given(supplied_order("alipay")).and(completed("O1")).and(refund_requested("O1", "R1", "25.00"));
        let scene = scene.at("2026-11-05T12:00:00+08:00");
        assert_eq!((scene.names(), settled_at(&scene)), (vec![], None));
        let scene = scene.when(end.at("2026-11-05T11:00:00+08:00"));
        assert!(scene.names().contains(&"OrderSettled"), "{:?}", scene.names());
        assert_eq!(settled_at(&scene), Some(time("2026-11-05T11:00:00+08:00")));
        assert_eq!(scene.supplier_funds("S1"), funds);
    }
}

#[test]
fn an_order_that_comes_back_before_it_is_due_is_settled_when_it_is() {
    let scene =
        given(supplied_order("alipay")).and(completed("O1")).and(refund_requested("O1", "R1", "25.00"));
    let scene = scene.when(refund_rejected("O1", "R1"));
    assert_eq!(scene.names(), ["RefundRejected"]);
    let scene = scene.at("2026-11-02T00:00:00+08:00");
    assert_eq!(settled_at(&scene), Some(time("2026-11-02T00:00:00+08:00")));
}

#[test]
fn an_order_that_is_refunded_before_it_is_settled_never_is() {
    let scene =
        given(supplied_order("alipay")).and(completed("O1")).and(refund_requested("O1", "R1", "100.00"));
    let scene = scene.and(refund_completed("O1", "R1")).at("2026-12-01T00:00:00+08:00");
    assert_eq!((state(&scene), settled_at(&scene)), (Some(SettlementState::NonSettleable), None));
    assert_eq!(scene.supplier_funds("S1"), 0);
}

#[test]
fn what_was_paid_offline_is_settled_by_hand_at_any_time_once_completed() {
    for method in ["cash", "bank_transfer", "pos"] {
        let scene =
            given(supplied_order(method)).when(settle("O1")).then(Told::Rejected(Rejection::NotSettleable));
        let scene = scene.and(completed("O1"));
        assert_eq!(
            scene.at("2026-12-01T00:00:00+08:00").supplier_funds("S1"),
            0,
            "the clock leaves it alone"
        );
        let scene =
            given(supplied_order(method)).and(completed("O1")).when(settle("O1")).then(Told::Recorded);
        assert_eq!((settled_at(&scene), scene.supplier_funds("S1")), (Some(scene.now), 8_000));
        scene.when(settle("O1")).then(Told::Rejected(Rejection::NotSettleable));
    }
}

#[test]
fn an_order_in_review_is_not_settled_by_hand() {
    let scene = given(supplied_order("cash")).and(completed("O1")).and(refund_requested("O1", "R1", "25.00"));
    let scene = scene.when(settle("O1")).then(Told::Rejected(Rejection::NotSettleable));
    let scene = scene.and(refund_completed("O1", "R1")).when(settle("O1")).then(Told::Recorded);
    assert_eq!(scene.supplier_funds("S1"), 6_000);
}

#[test]
fn an_order_without_a_supplier_has_no_settlement() {
    let scene =
        given([placed("O1").with("quoted_cost", "5.00"), paid("O1", "P1", "100.00"), completed("O1")]);
    assert_eq!((state(&scene), scene.order("O1").figures.settlement_due), (None, None));
    assert_eq!(scene.order("O1").purchase_cost_now().minor(), 500);
}

#[test]
fn an_unpaid_order_has_no_settlement() {
    assert_eq!(state(&given([supplied("O1", "S1", "80.00")])), None);
}

#[test]
fn a_refund_after_the_settlement_takes_the_difference_back_even_below_zero() {
    let scene = given(supplied_order("alipay")).and(settlement_rule(0, &[])).and(completed("O1"));
    let scene =
        scene.and(withdrawal("W1", "supplier", "S1", "80.00")).and(refund_requested("O1", "R1", "33.33"));
    let scene = scene.when(refund_completed("O1", "R1")).then(Told::Recorded);
    assert_eq!(
        (scene.names(), scene.supplier_funds("S1")),
        (vec!["RefundCompleted", "FundsDebited"], -2_666)
    );
    let scene = scene.when(withdrawal("W2", "supplier", "S1", "0.01"));
    let scene = scene.then(Told::Rejected(Rejection::InsufficientFunds));
    let scene = scene.and(refund_requested("O1", "R2", "66.67")).and(refund_completed("O1", "R2"));
    assert_eq!((state(&scene), scene.supplier_funds("S1")), (Some(SettlementState::NonSettleable), -8_000));
}

#[test]
fn the_clock_settles_the_earliest_first_and_each_once() {
    let order = |id: &str, completed_at| {
        [supplied(id, "S1", "1.00"), paid(id, &format!("P-{id}"), "100.00"), completed(id).at(completed_at)]
    };
    let scene = given([order("O1", "2026-11-02T09:00:00+08:00"), order("O2", TIME)].concat());
    let scene = scene.at("2026-11-04T00:00:00+08:00");
    let settled: Vec<_> =
        scene.new_events().iter().filter(|r| matches!(r.event, Event::OrderSettled(_))).collect();
    let births: Vec<_> = settled.iter().map(|recorded| recorded.entity.birth).collect();
    assert_eq!(births, [scene.order("O2").birth, scene.order("O1").birth]);
    assert_eq!(scene.at("2026-11-05T00:00:00+08:00").names(), Vec::<&str>::new());
}

#[test]
fn what_the_clock_cannot_settle_is_refused() {
    use events_schema::command::{Action, Command};
    use events_schema::recorded::Actor;
    use events_schema::recorded::CommandKey;
    let mut scene = given(supplied_order("alipay")).and(completed("O1"));
    let order = scene.order("O1").birth;
    let action = Action::SettleDueOrder { order };
    let (key, actor, source_text) = (CommandKey::Ledger, Actor::Ledger, bytes::Bytes::new());
    let command = Command { key, actor, occurred_at: None, action, source_text };
    let outcome = scene.books.take(&command, scene.now, &mut scene.log).unwrap();
    assert_eq!(Told::from(outcome), Told::Rejected(Rejection::NotSettleable));
}

/// O1 with commission lines, paid.
fn with_lines(lines: serde_json::Value) -> Vec<Ask> {
    vec![placed("O1").with("commissions", lines), paid("O1", "P1", "100.00")]
}

#[test]
fn commissions_are_settled_the_moment_the_order_completes() {
    let lines = json!([commission("D1", "3.00"), commission("D2", "0.00"), commission("D3", "1.00")]);
    let scene = given(with_lines(lines));
    assert_eq!(scene.distributor_funds("D1"), 0);
    let scene = scene.when(completed("O1"));
    let names = ["OrderCompleted", "FundsOpened", "FundsCredited", "FundsOpened", "FundsCredited"];
    assert_eq!(scene.names(), names);
    assert_eq!((scene.distributor_funds("D1"), scene.distributor_funds("D3")), (300, 100));
}

#[test]
fn several_lines_of_one_distributor_are_shrunk_each_and_moved_together() {
    let lines = json!([commission("D1", "0.01"), commission("D2", "5.00"), commission("D1", "0.01")]);
    let scene = given(with_lines(lines)).when(completed("O1"));
    assert_eq!(scene.names().iter().filter(|name| **name == "FundsCredited").count(), 2);
    let scene = scene.and(refund_requested("O1", "R1", "50.00")).when(refund_completed("O1", "R1"));
    // Half of each line of 0.01 is rounded to 0.01: both are gone, where half of the sum would leave one.
    assert_eq!(scene.names(), ["RefundCompleted", "FundsDebited", "FundsDebited"]);
    assert_eq!((scene.distributor_funds("D1"), scene.distributor_funds("D2")), (0, 250));
}

#[test]
fn refunds_before_the_completion_shrink_what_is_earned() {
    let scene = given(with_lines(json!([commission("D1", "3.00")])));
    let scene = scene.and(refund_requested("O1", "R1", "50.00")).and(refund_completed("O1", "R1"));
    assert_eq!(scene.and(completed("O1")).distributor_funds("D1"), 150);
}

#[test]
fn a_refund_takes_settled_commissions_back_even_below_zero() {
    let scene = given(with_lines(json!([commission("D1", "3.00")]))).and(completed("O1"));
    let scene = scene.and(withdrawal("W1", "distributor", "D1", "3.00"));
    let scene = scene.and(refund_requested("O1", "R1", "100.00")).and(refund_completed("O1", "R1"));
    assert_eq!(scene.distributor_funds("D1"), -300);
}

#[test]
fn a_supplier_and_a_distributor_of_one_id_have_funds_of_their_own() {
    let order = supplied("O1", "X1", "80.00").with("commissions", json!([commission("X1", "3.00")]));
    let scene = given([settlement_rule(0, &[]), order, paid("O1", "P1", "100.00"), completed("O1")]);
    assert_eq!((scene.supplier_funds("X1"), scene.distributor_funds("X1")), (8_000, 300));
}

/// The largest decisions that the contract allows stay within what is never split.
#[test]
fn an_order_with_all_its_commission_lines_is_completed_and_refunded_in_one_decision_each() {
    let lines: Vec<_> = (0..25).map(|n| commission(&format!("D{n}"), "1.00")).collect();
    let order = supplied("O1", "S1", "80.00").with("commissions", lines);
    let scene = given([settlement_rule(0, &[]), completed("O1"), order]).when(paid("O1", "P1", "100.00"));
    // The release, the completion, 25 distributors and a supplier with new funds, and the settlement.
    assert_eq!(scene.new_events().len(), 1 + 1 + 1 + 26 * 2 + 1);
    let scene = scene.and(refund_requested("O1", "R1", "100.00")).when(refund_completed("O1", "R1"));
    assert_eq!(scene.new_events().len(), 1 + 26);
}
