//! Every refusal, in the order of the checks.
//!
//! A ladder asks for the same thing again and again, and each rung mends exactly the problem that the rung before was
//! refused for: so what comes next was hidden by it, and is checked after it.

/// Ladders of withdrawals.
mod withdrawals;

/// Ladders of decisions.
mod decisions;

use std::collections::HashSet;

use super::super::Rejection;
use super::ask::*;
use super::scene::{Told, given};

struct Ladder {
    history: Vec<Ask>,
    rungs: Vec<(Told, Ask)>,
}

const fn no(rejection: Rejection) -> Told {
    Told::Rejected(rejection)
}

use Rejection as R;
use Told::{Parked, Recorded};

fn ladders() -> Vec<Ladder> {
    vec![
        placing(),
        confirming(),
        closing(),
        paying_again(),
        paying_another_amount(),
        paying_from_a_balance(),
        paying_from_a_small_balance(),
        verifying(),
        shipping(),
        completing(),
        requesting_a_refund(),
        rejecting_a_refund(),
        completing_a_refund(),
        registering(),
        recharging(),
        refunding_a_recharge(),
        gifting(),
        deducting(),
        receiving(),
        refunding_a_payment(),
        withdrawals::withdrawing_as_a_member(),
        withdrawals::withdrawing_as_a_distributor(),
        withdrawals::withdrawing_as_a_supplier(),
        decisions::settling(),
        decisions::approving(),
        decisions::turning_down(),
        decisions::transferring(),
        decisions::discarding(),
    ]
}

fn placing() -> Ladder {
    let too_much =
        serde_json::json!([{ "kind": "coupon", "amount": "60.00" }, { "kind": "points", "amount": "40.01" }]);
    let worst = placed("O1").id("taken").at("2026-11-02T10:00:01+08:00").with("discounts", too_much);
    let new = worst.clone().id("new");
    let in_time = new.clone().at("2026-11-02T09:59:59+08:00");
    let other = in_time.clone().about("O2");
    let free = serde_json::json!([{ "kind": "coupon", "amount": "100.00" }]);
    let mended = other.clone().with("discounts", free);
    Ladder {
        history: vec![placed("O1").id("taken")],
        rungs: vec![
            (no(R::IdReused), worst),
            (no(R::TimeInFuture), new),
            (no(R::OrderExists), in_time),
            (no(R::DiscountsExceedAmount), other),
            (Recorded, mended),
        ],
    }
}

fn confirming() -> Ladder {
    Ladder {
        history: vec![placed("O1"), placed("O2").with("confirmation", "before_payment")],
        rungs: vec![
            (Parked, confirmed("O3")),
            (no(R::NotAwaitingConfirmation), confirmed("O1")),
            (Recorded, confirmed("O2")),
        ],
    }
}

fn closing() -> Ladder {
    Ladder {
        history: vec![placed("O1"), closed("O1"), placed("O2"), paid("O2", "P2", "100.00"), placed("O3")],
        rungs: vec![
            (Parked, closed("O4")),
            (no(R::AlreadyClosed), closed("O1")),
            (no(R::AlreadyPaid), closed("O2")),
            (Recorded, closed("O3")),
        ],
    }
}

fn paying_again() -> Ladder {
    let worst = paid("O1", "P1", "0.00").with("method", "balance");
    let external = worst.clone().with("method", "cash");
    let some = external.clone().with("amount", "100.00");
    Ladder {
        history: vec![placed("O1"), paid("O1", "P1", "100.00")],
        rungs: vec![
            (no(R::AlreadyPaid), worst),
            (no(R::AmountIsZero), external),
            (no(R::PaymentExists), some.clone()),
            (Recorded, some.with("payment_id", "P2")),
        ],
    }
}

fn paying_another_amount() -> Ladder {
    let worst = paid("O1", "P1", "99.99").with("method", "balance");
    let nothing = paid("O1", "P1", "0.00");
    let external = paid("O1", "P1", "99.99");
    Ladder {
        history: vec![
            received("P1", "1.00"),
            placed("O1"),
            placed("O2").with("confirmation", "before_payment"),
        ],
        rungs: vec![
            (Parked, paid("O2", "P1", "0.00")),
            (no(R::AmountMismatch), worst),
            (no(R::AmountMismatch), nothing),
            (no(R::PaymentExists), external.clone()),
            (Recorded, external.with("payment_id", "P2")),
        ],
    }
}

fn paying_from_a_balance() -> Ladder {
    let worst = paid("O1", "P1", "100.00").with("method", "balance");
    let new = worst.clone().with("payment_id", "P2");
    Ladder {
        history: vec![received("P1", "1.00"), placed("O1")],
        rungs: vec![(no(R::PaymentExists), worst), (Parked, new)],
    }
}

fn paying_from_a_small_balance() -> Ladder {
    let by_balance = |order: &str| paid(order, "P1", "100.00").with("method", "balance");
    let rich = placed("O2").with("member_id", "M2");
    Ladder {
        history: vec![
            registered("M1"),
            gifted("M1", "99.99"),
            placed("O1"),
            rich,
            registered("M2"),
            gifted("M2", "100.00"),
        ],
        rungs: vec![(no(R::InsufficientBalance), by_balance("O1")), (Recorded, by_balance("O2"))],
    }
}

fn verifying() -> Ladder {
    let used = vec![placed("O1"), paid("O1", "P1", "100.00"), completed("O1")];
    let half = vec![placed("O2"), paid("O2", "P2", "100.00"), verified("O2", 1)];
    Ladder {
        history: [used, half].concat(),
        rungs: vec![
            (Parked, verified("O3", 2)),
            (no(R::NotAwaitingUse), verified("O1", 2)),
            (no(R::PackagesExceeded), verified("O2", 2)),
            (Recorded, verified("O2", 1)),
        ],
    }
}

fn shipping() -> Ladder {
    Ladder {
        history: vec![placed("O1"), paid("O1", "P1", "100.00")],
        rungs: vec![
            (Parked, shipped("O2")),
            (Recorded, shipped("O1")),
            (no(R::NotAwaitingUse), shipped("O1")),
        ],
    }
}

fn completing() -> Ladder {
    Ladder {
        history: vec![placed("O1"), paid("O1", "P1", "100.00")],
        rungs: vec![
            (Parked, completed("O2")),
            (Recorded, completed("O1")),
            (no(R::NotAwaitingUse), completed("O1")),
        ],
    }
}

/// O1 is refunded; O2 is paid and had a refund R1 of half of it.
fn requesting_a_refund() -> Ladder {
    let refunded = |order, amount| {
        let paid = [placed(order), paid(order, &format!("P-{order}"), "100.00")];
        let refund = [refund_requested(order, "R1", amount), refund_completed(order, "R1")];
        [paid, refund].concat()
    };
    let worst = refund_requested("O1", "R1", "50.01").with("fee", "50.02");
    let other = worst.clone().about("O2");
    let left = other.clone().with("amount", "50.00");
    let fee = left.clone().with("fee", "50.00");
    Ladder {
        history: [refunded("O1", "100.00"), refunded("O2", "50.00")].concat(),
        rungs: vec![
            (no(R::OrderRefunded), worst),
            (no(R::RefundExceedsPaid), other.clone()),
            (no(R::RefundExceedsPaid), other.with("amount", "0")),
            (no(R::FeeExceedsRefund), left),
            (no(R::RefundExists), fee.clone()),
            (Recorded, fee.with("refund_id", "R2")),
        ],
    }
}

/// O1 is paid, R1 was rejected and R2 is in review.
fn reviewed() -> Vec<Ask> {
    let before = [placed("O1"), paid("O1", "P1", "100.00")];
    let reviews = [
        refund_requested("O1", "R1", "10.00"),
        refund_rejected("O1", "R1"),
        refund_requested("O1", "R2", "10.00"),
    ];
    before.into_iter().chain(reviews).collect()
}

fn rejecting_a_refund() -> Ladder {
    Ladder {
        history: reviewed(),
        rungs: vec![
            (Parked, refund_rejected("O2", "R2")),
            (Parked, refund_rejected("O1", "R3")),
            (no(R::RefundDecided), refund_rejected("O1", "R1")),
            (Recorded, refund_rejected("O1", "R2")),
        ],
    }
}

fn completing_a_refund() -> Ladder {
    let worst = refund_completed("O1", "R1").with("method", "balance");
    let in_review = worst.clone().with("refund_id", "R2");
    Ladder {
        history: reviewed(),
        rungs: vec![
            (Parked, refund_completed("O1", "R3")),
            (no(R::RefundDecided), worst),
            (no(R::MethodMismatch), in_review.clone()),
            (Recorded, in_review.with("method", "cash")),
        ],
    }
}

fn registering() -> Ladder {
    Ladder {
        history: vec![registered("M1")],
        rungs: vec![(no(R::MemberExists), registered("M1")), (Recorded, registered("M2"))],
    }
}

/// M1 has 10.00, and P1 is a payment.
fn member() -> Vec<Ask> {
    vec![registered("M1"), recharged("M1", "P1", "10.00")]
}

fn recharging() -> Ladder {
    Ladder {
        history: member(),
        rungs: vec![
            (Parked, recharged("M2", "P1", "0")),
            (no(R::AmountIsZero), recharged("M1", "P1", "0")),
            (no(R::PaymentExists), recharged("M1", "P1", "1.00")),
            (Recorded, recharged("M1", "P2", "1.00")),
        ],
    }
}

fn refunding_a_recharge() -> Ladder {
    Ladder {
        history: member(),
        rungs: vec![
            (Parked, recharge_refunded("M2", "P1", "0")),
            (no(R::AmountIsZero), recharge_refunded("M1", "P1", "0")),
            (no(R::PaymentExists), recharge_refunded("M1", "P1", "10.01")),
            (no(R::InsufficientBalance), recharge_refunded("M1", "P2", "10.01")),
            (Recorded, recharge_refunded("M1", "P2", "10.00")),
            (no(R::PaymentExists), received("P2", "1.00")),
        ],
    }
}

fn gifting() -> Ladder {
    Ladder {
        history: member(),
        rungs: vec![
            (Parked, gifted("M2", "0")),
            (no(R::AmountIsZero), gifted("M1", "0")),
            (Recorded, gifted("M1", "0.01")),
        ],
    }
}

fn deducting() -> Ladder {
    Ladder {
        history: member(),
        rungs: vec![
            (Parked, deducted("M2", "0")),
            (no(R::AmountIsZero), deducted("M1", "0")),
            (no(R::InsufficientBalance), deducted("M1", "10.01")),
            (Recorded, deducted("M1", "10.00")),
        ],
    }
}

fn receiving() -> Ladder {
    Ladder {
        history: member(),
        rungs: vec![
            (no(R::AmountIsZero), received("P1", "0")),
            (no(R::PaymentExists), received("P1", "1.00")),
            (Recorded, received("P2", "1.00")),
        ],
    }
}

fn refunding_a_payment() -> Ladder {
    Ladder {
        history: vec![received("P1", "10.00"), payment_refunded("P1", "R1", "4.00")],
        rungs: vec![
            (Parked, payment_refunded("P2", "R1", "0")),
            (no(R::AmountIsZero), payment_refunded("P1", "R1", "0")),
            (no(R::RefundExists), payment_refunded("P1", "R1", "6.01")),
            (no(R::RefundExceedsPaid), payment_refunded("P1", "R2", "6.01")),
            (Recorded, payment_refunded("P1", "R2", "6.00")),
        ],
    }
}

#[test]
fn each_problem_is_found_in_its_turn() {
    for ladder in ladders() {
        let mut scene = given(ladder.history);
        for (told, ask) in ladder.rungs {
            let before = scene.books.clone();
            scene = scene.when(ask.clone());
            assert_eq!(scene.outcome.map(Told::from), Some(told), "{ask:?}");
            let refused = matches!(told, Told::Rejected(_));
            assert_eq!(
                refused,
                scene.books == before,
                "a refusal changes nothing, everything else something"
            );
        }
    }
}

#[test]
fn every_rejection_is_on_a_rung() {
    let rungs = ladders().into_iter().flat_map(|ladder| ladder.rungs);
    let met: HashSet<Told> = rungs.map(|(told, _)| told).collect();
    for rejection in Rejection::ALL {
        assert!(met.contains(&no(*rejection)), "{rejection:?}");
    }
}

/// The codes are a public contract: this list is only ever added to.
#[test]
fn the_codes_are_what_they_ever_were() {
    let codes: Vec<_> = Rejection::ALL.iter().map(|rejection| rejection.code()).collect();
    assert_eq!(
        codes.join(" "),
        "id_reused time_in_future order_exists discounts_exceed_amount not_awaiting_confirmation already_closed \
         already_paid amount_mismatch amount_is_zero payment_exists insufficient_balance not_awaiting_use \
         packages_exceeded order_refunded refund_exceeds_paid fee_exceeds_refund refund_exists refund_decided \
         method_mismatch member_exists withdrawal_exists method_disabled below_minimum monthly_limit \
         insufficient_funds unknown_order not_settleable unknown_withdrawal unknown_parked_event already_decided \
         invalid_time"
    );
    assert_eq!(codes.iter().collect::<HashSet<_>>().len(), codes.len());
}
