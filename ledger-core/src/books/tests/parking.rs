//! Events that came before what they need: they wait, are tried again in their turn, and are never lost.

use events_schema::recorded::Event;
use events_schema::terms::ParkedState;

use super::super::{Outcome, Rejection};
use super::ask::*;
use super::scene::{Scene, Told, given};

/// What each parked event waits for, where it stands, and the code of its failure.
fn parked(scene: &Scene) -> Vec<(String, ParkedState, Option<String>)> {
    let all = (0..scene.parked_positions().len()).map(|nth| scene.parked(nth));
    all.map(|p| (format!("{:?}", p.waits_for), p.state, p.code.as_ref().map(ToString::to_string))).collect()
}

fn states(scene: &Scene) -> Vec<ParkedState> {
    parked(scene).into_iter().map(|(_, state, _)| state).collect()
}

use ParkedState::{Discarded, Failed, Released, Waiting};

#[test]
fn a_whole_life_that_arrives_backwards_is_recorded_when_its_beginning_comes() {
    let backwards = [completed("O1"), shipped("O1"), paid("O1", "P1", "100.00"), confirmed("O1")];
    let scene =
        given(backwards).when(placed("O1").with("confirmation", "before_payment")).then(Told::Recorded);
    // Woken by the order: the oldest is tried first, and waits on. Each release wakes all that wait for the order.
    assert_eq!(
        scene.names(),
        [
            "OrderPlaced",
            "ParkedEventReleased",
            "OrderConfirmed",
            "ParkedEventReleased",
            "OrderPaid",
            "ParkedEventReleased",
            "OrderCompleted",
            "ParkedEventFailed"
        ]
    );
    let failed = Some("not_awaiting_use".to_owned());
    assert_eq!(parked(&scene)[1], ("Order(\"O1\")".to_owned(), Failed, failed));
    assert_eq!(states(&scene), [Released, Failed, Released, Released]);
}

#[test]
fn the_oldest_parked_is_tried_first_whichever_order_it_arrived_in() {
    // Both would be the whole amount: only one can be.
    let early = refund_requested("O1", "R1", "100.00");
    let late = refund_requested("O1", "R2", "100.00");
    let scene = given([late, early, placed("O1")]).when(paid("O1", "P1", "100.00"));
    let order = scene.order("O1");
    assert_eq!(order.refunds.iter().map(|r| r.refund_id.as_str()).collect::<Vec<_>>(), ["R2"]);
    assert_eq!(states(&scene), [Released, Waiting]);
    // One review at a time: the other waits for its end, and then there is nothing left.
    let scene = scene.and(refund_completed("O1", "R2"));
    assert_eq!(parked(&scene)[1].2.as_deref(), Some("order_refunded"));
}

#[test]
fn a_release_makes_older_ones_ready_and_these_come_first() {
    let older = refund_completed("O1", "R1");
    let newer = [refund_requested("O1", "R1", "40.00"), verified("O1", 2)];
    let scene =
        given([older].into_iter().chain(newer).chain([placed("O1")])).when(paid("O1", "P1", "100.00"));
    assert_eq!(
        scene.names(),
        [
            "OrderPaid",
            "ParkedEventReleased",
            "RefundRequested",
            "ParkedEventReleased",
            "RefundCompleted",
            "ParkedEventReleased",
            "OrderVerified"
        ]
    );
    let released: Vec<_> =
        scene.new_events().iter().filter(|r| matches!(r.event, Event::ParkedEventReleased(_))).collect();
    let births: Vec<_> = released.iter().map(|r| r.entity.birth.get()).collect();
    assert_eq!(births, [3, 2, 4]);
}

#[test]
fn what_a_release_records_says_what_woke_it_and_keeps_the_time_of_the_event() {
    let scene = given([closed("O1").at("2026-10-20T00:00:00Z")]).when(placed("O1"));
    let [placed, released, closed] = scene.new_events() else { panic!("{:?}", scene.names()) };
    assert_eq!((released.cause, closed.cause), (Some(placed.position), Some(released.position)));
    assert_eq!(
        (released.occurred_at, closed.occurred_at),
        (scene.now, "2026-10-20T00:00:00Z".parse().unwrap())
    );
}

#[test]
fn an_event_that_meets_another_need_waits_for_that() {
    let by_balance = paid("O1", "P1", "100.00").with("method", "balance");
    let scene = given([by_balance]).when(placed("O1"));
    assert_eq!(scene.names(), ["OrderPlaced", "ParkedEventRequeued"]);
    assert_eq!(parked(&scene), [("Member(\"M1\")".to_owned(), Waiting, None)]);
    // The order wakes it no more.
    let scene = scene.when(closed("O1"));
    assert_eq!(scene.names(), ["OrderClosed"]);
    let scene = scene.when(registered("M1"));
    assert_eq!(scene.names(), ["MemberRegistered", "ParkedEventFailed"]);
    assert_eq!(parked(&scene)[0].2.as_deref(), Some("insufficient_balance"));
}

#[test]
fn a_try_that_changes_nothing_is_not_recorded() {
    let scene = given([shipped("O1")]).when(placed("O1"));
    assert_eq!((scene.names(), states(&scene)), (vec!["OrderPlaced"], vec![Waiting]));
    let scene = scene.when(closed("O1"));
    assert_eq!((scene.names(), states(&scene)), (vec!["OrderClosed"], vec![Waiting]));
}

#[test]
fn a_payments_refund_waits_for_a_payment_of_its_own() {
    let order = [placed("O1"), paid("O1", "P1", "100.00")];
    let waits = [payment_refunded("P1", "R1", "1.00"), payment_refunded("P2", "R1", "1.00")];
    let scene = given(order.into_iter().chain(waits));
    assert_eq!(states(&scene), [Waiting, Waiting]);
    let scene = scene.when(paid("O1", "P2", "3.00"));
    assert_eq!(
        (scene.names(), states(&scene)),
        (vec!["SurplusReceived", "ParkedEventReleased", "PaymentRefunded"], vec![Waiting, Released])
    );
    assert_eq!(scene.payment("P2").refunded.minor(), 100);
}

#[test]
fn members_wake_what_waits_for_them() {
    let waits = [deducted("M1", "1.00"), gifted("M1", "3.00"), withdrawal("W1", "member", "M1", "2.00")];
    let scene = given(waits).when(registered("M1"));
    assert_eq!(states(&scene), [Failed, Released, Released]);
    assert_eq!(scene.balance("M1"), 100);
}

#[test]
fn a_discarded_event_is_never_tried_again() {
    let scene = given([closed("O1"), shipped("O1")]).when(discard(0)).then(Told::Recorded);
    assert_eq!(scene.names(), ["ParkedEventDiscarded"]);
    let scene = scene.when(placed("O1"));
    assert_eq!((scene.names(), states(&scene)), (vec!["OrderPlaced"], vec![Discarded, Waiting]));
    scene.when(discard(0)).then(Told::Rejected(Rejection::AlreadyDecided));
}

#[test]
fn a_parked_events_identity_is_taken_whatever_becomes_of_it() {
    let early = closed("O1").id("early");
    for (number, (then, state)) in [(placed("O1"), Released), (discard(0), Discarded)].into_iter().enumerate()
    {
        let scene = given([early.clone()]);
        let first = scene.outcome;
        let Some(Outcome::Parked(position)) = first else { panic!("{first:?}") };
        let mut scene = scene.and(then);
        assert_eq!(states(&scene), [state], "{number}");
        assert_eq!(scene.ask(&early), Outcome::Duplicate(position));
        scene.when(shipped("O1").id("early")).then(Told::Rejected(Rejection::IdReused));
    }
    let late = confirmed("O1").id("late");
    let scene = given([late.clone(), placed("O1")]);
    assert_eq!(states(&scene), [Failed]);
    scene.when(late).then(Told::Duplicate);
}

#[test]
fn the_event_is_kept_as_it_was_published() {
    let scene = given([closed("O1").id("early").with("reason", "超时")]);
    let kept: serde_json::Value = serde_json::from_str(scene.parked(0).event.text().unwrap()).unwrap();
    let asked = closed("O1").id("early").with("reason", "超时");
    let What::Publish(published) = asked.what else { panic!("an event") };
    assert_eq!(kept, published);
}

#[test]
fn an_event_that_was_sealed_can_only_fail() {
    use events_schema::recorded::Personal;
    let mut scene = given([closed("O1")]);
    let mut sealed = scene.log[1].clone();
    let Event::EventParked(event) = &mut sealed.event else { panic!("{sealed:?}") };
    event.event = Personal::Sealed([1, 2, 3].into());
    let mut books = super::super::Books::new(super::scene::created()).unwrap();
    books.apply(&scene.log[0]).unwrap();
    books.apply(&sealed).unwrap();
    scene.books = books;
    let scene = scene.when(placed("O1"));
    assert_eq!(scene.names(), ["OrderPlaced", "ParkedEventFailed"]);
    assert_eq!(scene.parked(0).code.as_deref(), Some("invalid_event"));
}
