//! Withdrawals: the settings, the monthly limit, and finance's decisions.

use events_schema::terms::{PayeeKind, WithdrawalState};
use serde_json::json;

use super::super::Rejection;
use super::ask::*;
use super::scene::{Scene, Told, given};

/// S1 has 80.00, D1 20.00 and M1 50.00.
fn funds() -> Scene {
    let order = supplied("O1", "S1", "80.00").with("commissions", json!([commission("D1", "20.00")]));
    let paid = [order, paid("O1", "P1", "100.00"), completed("O1")];
    given([registered("M1"), gifted("M1", "50.00"), settlement_rule(0, &[])].into_iter().chain(paid))
}

fn available(scene: &Scene, kind: PayeeKind) -> i64 {
    match kind {
        PayeeKind::Supplier => scene.supplier_funds("S1"),
        PayeeKind::Distributor => scene.distributor_funds("D1"),
        PayeeKind::Member => scene.balance("M1"),
    }
}

const PAYEES: [(PayeeKind, &str, &str, i64); 3] = [
    (PayeeKind::Supplier, "supplier", "S1", 8_000),
    (PayeeKind::Distributor, "distributor", "D1", 2_000),
    (PayeeKind::Member, "member", "M1", 5_000),
];

#[test]
fn a_request_sets_the_money_aside_and_a_rejection_brings_it_back() {
    for (kind, word, payee, has) in PAYEES {
        let scene = funds().when(withdrawal("W1", word, payee, "7.00")).then(Told::Recorded);
        assert_eq!(scene.withdrawal("W1").state, WithdrawalState::Pending);
        assert_eq!(available(&scene, kind), has - 700, "{word}");
        let scene = scene.when(turn_down("W1")).then(Told::Recorded);
        let withdrawal = scene.withdrawal("W1");
        assert_eq!((withdrawal.state, withdrawal.decided_at), (WithdrawalState::Rejected, Some(scene.now)));
        assert_eq!(withdrawal.reason.as_deref(), Some("账户有误"));
        assert_eq!(available(&scene, kind), has, "{word}");
    }
}

#[test]
fn all_that_is_there_can_be_withdrawn_and_not_more_whatever_became_of_the_requests() {
    for (kind, word, payee, has) in PAYEES {
        let all = format!("{}.00", has / 100);
        let scene = funds().and(withdrawal("W1", word, payee, &all));
        let scene = scene.when(withdrawal("W2", word, payee, "0.01"));
        let scene = scene.then(Told::Rejected(Rejection::InsufficientFunds)).and(approve("W1"));
        let scene = scene.when(withdrawal("W2", word, payee, "0.01"));
        let scene = scene.then(Told::Rejected(Rejection::InsufficientFunds));
        assert_eq!(available(&scene, kind), 0);
    }
}

#[test]
fn approved_by_hand_it_is_paid_now_or_when_finance_says() {
    let scene =
        funds().and(withdrawal("W1", "member", "M1", "1.00")).when(approve("W1")).then(Told::Recorded);
    let paid = scene.withdrawal("W1");
    assert_eq!((scene.names(), paid.state), (vec!["WithdrawalPaid"], WithdrawalState::Paid));
    assert_eq!((paid.decided_at, paid.reference.as_deref()), (Some(scene.now), Some("T1")));

    let scene = funds().and(withdrawal("W1", "member", "M1", "1.00"));
    let now = scene.now.plus_seconds(-1).to_string();
    for paid_at in [TIME, &now] {
        let scene = scene.clone().when(approve_paid_at("W1", paid_at)).then(Told::Recorded);
        assert_eq!(scene.withdrawal("W1").decided_at, Some(paid_at.parse().unwrap()));
        assert_eq!(scene.new_events()[0].occurred_at, paid_at.parse().unwrap());
    }
}

#[test]
fn it_was_not_paid_before_it_was_asked_for_nor_after_now() {
    let scene = funds().and(withdrawal("W1", "member", "M1", "1.00"));
    let ahead = scene.now.plus_seconds(1).to_string();
    for paid_at in ["2026-11-01T09:29:59.999999+08:00", &ahead] {
        scene.clone().when(approve_paid_at("W1", paid_at)).then(Told::Rejected(Rejection::InvalidTime));
    }
}

#[test]
fn with_automatic_transfer_the_gateway_pays_or_says_why_not() {
    let scene = funds().and(automatic_transfer()).and(withdrawal("W1", "supplier", "S1", "7.00"));
    let scene = scene.when(approve("W1")).then(Told::Recorded);
    assert_eq!((scene.names(), scene.withdrawal("W1").decided_at), (vec!["WithdrawalApproved"], None));
    let scene = scene.when(turn_down("W1")).then(Told::Rejected(Rejection::AlreadyDecided));

    let scene = scene.when(not_transferred("W1")).then(Told::Recorded);
    let failed = scene.withdrawal("W1");
    assert_eq!((failed.state, failed.reason.as_deref()), (WithdrawalState::Pending, Some("no such account")));
    assert_eq!(scene.supplier_funds("S1"), 7_300);

    let scene = scene.and(approve("W1")).when(transferred("W1")).then(Told::Recorded);
    let paid = scene.withdrawal("W1");
    assert_eq!((paid.state, paid.decided_at, &paid.reason), (WithdrawalState::Paid, Some(scene.now), &None));
}

#[test]
fn after_a_failed_transfer_finance_can_still_reject() {
    let scene = funds().and(automatic_transfer()).and(withdrawal("W1", "supplier", "S1", "7.00"));
    let scene = scene.and(approve("W1")).and(not_transferred("W1")).and(turn_down("W1"));
    assert_eq!(
        (scene.withdrawal("W1").state, scene.supplier_funds("S1")),
        (WithdrawalState::Rejected, 8_000)
    );
}

#[test]
fn the_settings_are_for_distributors_and_members() {
    let scene = funds().and(withdrawal_rule(&[], Some(100_000), Some(0)));
    let scene = scene.and(withdrawal("W1", "supplier", "S1", "0.01"));
    for (_, word, payee, _) in &PAYEES[1..] {
        let scene = scene.clone().when(withdrawal("W2", word, payee, "1.00"));
        scene.then(Told::Rejected(Rejection::MethodDisabled));
    }
}

#[test]
fn the_minimum_is_enough() {
    let scene = funds().and(withdrawal_rule(&["bank_card"], Some(500), None));
    for (_, word, payee, _) in &PAYEES[1..] {
        let scene = scene.clone().when(withdrawal("W1", word, payee, "4.99"));
        let scene = scene.then(Told::Rejected(Rejection::BelowMinimum));
        scene.when(withdrawal("W1", word, payee, "5.00")).then(Told::Recorded);
    }
}

#[test]
fn the_limit_counts_requests_of_one_payee_in_one_local_month() {
    let rule = withdrawal_rule(&["bank_card"], None, Some(2));
    let mine = |id: &str, at: &str| withdrawal(id, "distributor", "D1", "1.00").at(at);
    let october = "2026-10-31T15:59:59.999999Z";
    let november = "2026-10-31T16:00:00Z";
    let scene = funds().and(rule).and(mine("W1", november)).and(mine("W2", november));
    let scene = scene.when(mine("W3", november)).then(Told::Rejected(Rejection::MonthlyLimit));
    // The month before, and another payee, have counts of their own.
    let scene = scene.and(mine("W4", october)).and(mine("W5", "2026-10-01T00:00:00+08:00"));
    let scene = scene.when(mine("W6", october)).then(Told::Rejected(Rejection::MonthlyLimit));
    scene.and(withdrawal("W7", "member", "M1", "1.00")).and(withdrawal("W8", "member", "M1", "1.00"));
}

#[test]
fn rejected_requests_are_not_counted_and_paid_ones_are() {
    let mine = |id: &str| withdrawal(id, "member", "M1", "1.00");
    let scene = funds().and(withdrawal_rule(&["bank_card"], None, Some(1))).and(mine("W1"));
    let scene = scene.when(mine("W2")).then(Told::Rejected(Rejection::MonthlyLimit));
    let scene = scene.and(turn_down("W1")).and(mine("W2")).and(approve("W2"));
    scene.when(mine("W3")).then(Told::Rejected(Rejection::MonthlyLimit));
}

#[test]
fn requests_from_before_the_limit_count_too_and_a_rejection_belongs_to_the_month_of_its_request() {
    let october = withdrawal("W1", "member", "M1", "1.00").at("2026-10-15T00:00:00Z");
    let scene = funds().and(october.clone()).and(withdrawal("W2", "member", "M1", "1.00"));
    let scene = scene.and(withdrawal_rule(&["bank_card"], None, Some(1))).and(turn_down("W1"));
    let scene =
        scene.when(withdrawal("W3", "member", "M1", "1.00")).then(Told::Rejected(Rejection::MonthlyLimit));
    scene.when(october.about("W4")).then(Told::Recorded);
}

#[test]
fn a_members_withdrawal_waits_for_the_member() {
    let scene = Scene::new().when(withdrawal("W1", "member", "M1", "1.00")).then(Told::Parked);
    let scene = scene.when(registered("M1"));
    assert_eq!(scene.names(), ["MemberRegistered", "ParkedEventFailed"]);
    assert_eq!(scene.parked(0).code.as_deref(), Some("insufficient_funds"));
}

#[test]
fn a_withdrawal_that_waited_is_named_by_the_money_that_it_sets_aside() {
    use events_schema::Event;
    let request = withdrawal("W1", "member", "M1", "1.00");
    let deposit = recharged("M1", "P1", "1.00");
    let scene = given([deposit, request]).when(registered("M1"));
    let Event::BalanceWithdrawn(withdrawn) = &scene.log.last().unwrap().event else {
        panic!("{:?}", scene.names())
    };
    assert_eq!(withdrawn.withdrawal, scene.withdrawal("W1").birth);
}
