//! Requests that come again: published events by source and id, decisions by their idempotency key.

use events_schema::Position;
use events_schema::terms::WithdrawalState;
use serde_json::{Value, json};

use super::super::{Outcome, Rejection};
use super::ask::*;
use super::scene::{Scene, Told, given};

/// The same event, changed as JSON.
fn changed(ask: &Ask, change: impl FnOnce(&mut Value)) -> Ask {
    let What::Publish(event) = &ask.what else { panic!("only events have fields") };
    let mut event = event.clone();
    change(&mut event);
    What::Publish(event).into()
}

#[test]
fn a_duplicate_is_answered_with_the_last_event_that_the_first_one_recorded_itself() {
    let by_balance = paid("O1", "P1", "100.00").with("method", "balance").id("e");
    let ship = shipped("O1");
    let mut scene = given([registered("M1"), gifted("M1", "100.00"), placed("O1"), ship]);
    let length = scene.log.len() as u64;
    // Two events of its own; then it releases what was parked.
    let own = Position::new(length + 2);
    assert_eq!(scene.ask(&by_balance), Outcome::Recorded(own));
    assert_eq!(scene.names(), ["OrderPaid", "BalanceConsumed", "ParkedEventReleased", "OrderShipped"]);
    assert_eq!(scene.ask(&by_balance), Outcome::Duplicate(own));
    let mut scene = scene.and(closed("O9"));
    assert_eq!(scene.ask(&by_balance), Outcome::Duplicate(own));
}

#[test]
fn the_same_content_in_other_words_is_a_duplicate() {
    let first = supplied("O1", "S1", "80.00").id("e");
    let scene = given([first.clone()]);
    for (what, same) in [
        ("the offset", changed(&first, |e| e["time"] = "2026-11-01T01:30:00.000Z".into())),
        ("decimals", changed(&first, |e| e["data"]["amount"] = "100".into())),
        ("a default", changed(&first, |e| e["data"]["freight"] = "0.00".into())),
        ("an empty list", changed(&first, |e| e["data"]["discounts"] = json!([]))),
        ("another attribute", changed(&first, |e| e["traceparent"] = "00-1".into())),
        ("a content type", changed(&first, |e| e["datacontenttype"] = "application/json".into())),
    ] {
        let scene = scene.clone().when(same);
        assert_eq!(scene.outcome, Some(Outcome::Duplicate(Position::new(2))), "{what}");
    }
}

#[test]
fn other_content_is_refused() {
    let first = supplied("O1", "S1", "80.00").id("e");
    let scene = given([first.clone()]);
    for (what, other) in [
        ("subject", first.clone().about("O2")),
        ("time", first.clone().at("2026-11-01T09:30:00.000001+08:00")),
        ("amount", first.clone().with("amount", "100.01")),
        ("member", first.clone().with("member_id", "M2")),
        ("supplier", changed(&first, |e| e["data"]["supplier"]["name"] = "甲".into())),
        ("type", closed("O1").id("e")),
    ] {
        let scene = scene.clone().when(other);
        assert_eq!(scene.outcome, Some(Outcome::Rejected(Rejection::IdReused)), "{what}");
    }
}

#[test]
fn an_id_belongs_to_its_source() {
    let first = placed("O1").id("e");
    let other = changed(&placed("O2").id("e"), |e| e["source"] = "/elsewhere".into());
    given([first]).when(other).then(Told::Recorded);
}

#[test]
fn a_refused_event_leaves_nothing_behind_and_is_decided_afresh() {
    let early = verified("O1", 3).id("e");
    let scene = given([placed("O1"), paid("O1", "P1", "100.00")]).when(early.clone());
    let scene = scene.then(Told::Rejected(Rejection::PackagesExceeded));
    let scene = scene.when(early.clone()).then(Told::Rejected(Rejection::PackagesExceeded));
    scene.when(early.with("packages", 2)).then(Told::Recorded);
}

#[test]
fn time_is_at_most_a_day_ahead() {
    let scene = Scene::new();
    let limit = scene.now.plus_seconds(24 * 3_600);
    let next = events_schema::Timestamp::from_micros(limit.micros() + 1);
    // The clock of a scene goes on by a microsecond with each question.
    scene.clone().when(placed("O1").at(&next.to_string())).then(Told::Recorded);
    let later = events_schema::Timestamp::from_micros(limit.micros() + 2);
    scene.when(placed("O1").at(&later.to_string())).then(Told::Rejected(Rejection::TimeInFuture));
}

#[test]
fn a_duplicate_is_known_before_its_time_is_looked_at() {
    let ahead = placed("O1").id("e").at("2026-11-02T09:00:00+08:00");
    let mut scene = given([ahead.clone()]);
    scene.now = scene.now.plus_seconds(-48 * 3_600);
    scene.when(ahead).then(Told::Duplicate);
}

#[test]
fn a_repeated_decision_is_answered_with_all_that_it_set_off() {
    let settled = [
        supplied("O1", "S1", "80.00"),
        paid("O1", "P1", "100.00").with("method", "cash"),
        completed("O1"),
        settle("O1").keyed("k"),
    ];
    let mut scene = given(settled);
    let end = scene.books.tail();
    assert_eq!(scene.names(), ["OrderSettled", "FundsOpened", "FundsCredited"]);
    assert_eq!(scene.ask(&settle("O1").keyed("k")), Outcome::Duplicate(end));
    let mut scene = scene.and(placed("O2"));
    assert_eq!(scene.ask(&settle("O1").keyed("k")), Outcome::Duplicate(end));
}

/// No decision of today wakes a parked event that can then be recorded; a log in which one did is answered right.
#[test]
fn what_a_decision_released_belongs_to_its_answer() {
    use events_schema::recorded::{CommandKey, IdempotencyKey};
    use events_schema::{Digest, Recorded};
    let scene = given([closed("O1").id("early"), confirmed("O1")]).when(placed("O1").id("late"));
    let names = ["OrderPlaced", "ParkedEventReleased", "OrderClosed", "ParkedEventFailed"];
    assert_eq!(scene.names(), names);
    let ask = discard(0).keyed("k");
    let mut log = scene.log.clone();
    // The order's placing, as if a decision had made it.
    let digest = Digest::of_decision(&scene.clone().command(&ask).action);
    let key = IdempotencyKey { key: "k".parse().unwrap(), digest };
    log[3] = Recorded { key: CommandKey::Decision(Some(key)), ..log[3].clone() };
    let mut books = super::super::Books::new(super::scene::created()).unwrap();
    for recorded in &log {
        books.apply(recorded).unwrap();
    }
    let mut scene = scene;
    (scene.books, scene.log) = (books, log);
    let end = scene.books.tail();
    assert_eq!(scene.ask(&ask), Outcome::Duplicate(end));
}

#[test]
fn a_key_used_for_another_decision_is_refused() {
    let scene = given([registered("M1"), gifted("M1", "5.00"), withdrawal("W1", "member", "M1", "1.00")]);
    let scene = scene.and(turn_down("W1").keyed("k"));
    for other in [approve("W1"), turn_down("W2"), settle("W1"), discard(0), settlement_rule(1, &[])] {
        scene.clone().when(other.keyed("k")).then(Told::Rejected(Rejection::IdReused));
    }
    let other_reason = What::TurnDown { withdrawal: "W1".to_owned(), reason: "other".to_owned() };
    scene.clone().when(Ask::from(other_reason).keyed("k")).then(Told::Rejected(Rejection::IdReused));
    scene.when(turn_down("W1").keyed("l")).then(Told::Rejected(Rejection::AlreadyDecided));
}

#[test]
fn a_refused_decision_leaves_its_key_free() {
    let scene = Scene::new().when(settle("O1").keyed("k")).then(Told::Rejected(Rejection::UnknownOrder));
    scene.when(settlement_rule(3, &[]).keyed("k")).then(Told::Recorded);
}

#[test]
fn a_decision_without_a_key_is_decided_each_time() {
    let scene = Scene::new().when(settlement_rule(3, &[])).then(Told::Recorded);
    scene.when(settlement_rule(3, &[])).then(Told::Recorded);
}

#[test]
fn the_state_of_the_first_answer_is_kept() {
    let request = [registered("M1"), gifted("M1", "5.00"), withdrawal("W1", "member", "M1", "1.00")];
    let approval = approve("W1").keyed("k");
    let scene = given(request.clone()).and(automatic_transfer()).and(approval.clone()).and(transferred("W1"));
    assert_eq!(scene.withdrawal("W1").state, WithdrawalState::Paid);
    let mut scene = scene.when(approval.clone()).then(Told::Duplicate);
    let command = scene.command(&approval);
    assert_eq!(scene.books.first_answer(&command).unwrap().unwrap().state, Some(WithdrawalState::Approved));
    for (decision, state) in
        [(approve("W1"), WithdrawalState::Paid), (turn_down("W1"), WithdrawalState::Rejected)]
    {
        let decision = decision.keyed("k");
        let mut scene = given(request.clone()).and(decision.clone());
        let command = scene.command(&decision);
        assert_eq!(scene.books.first_answer(&command).unwrap().unwrap().state, Some(state));
    }
}

#[test]
fn the_settlements_of_the_clock_are_no_part_of_the_answer_before_them() {
    let order = [supplied("O1", "S1", "80.00"), paid("O1", "P1", "100.00"), completed("O1")];
    let decision = settlement_rule(3, &[]).keyed("k");
    let mut scene = given(order).and(decision.clone());
    let end = scene.books.tail();
    scene = scene.at("2026-11-03T00:00:00+08:00");
    assert!(scene.books.tail() > end);
    assert_eq!(scene.ask(&decision), Outcome::Duplicate(end));
}

#[test]
fn keys_belong_to_their_actors() {
    use events_schema::recorded::Actor;
    use events_schema::recorded::CommandKey;
    let mut scene = given([settlement_rule(3, &[]).keyed("k")]);
    let mut command = scene.command(&settlement_rule(4, &[]).keyed("k"));
    assert!(matches!(command.key, CommandKey::Decision(Some(_))));
    let now = scene.now;
    assert_eq!(
        scene.books.take(&command, now, &mut scene.log).unwrap(),
        Outcome::Rejected(Rejection::IdReused)
    );
    command.actor = Actor::Token("somebody else".parse().unwrap());
    assert!(matches!(scene.books.take(&command, now, &mut scene.log).unwrap(), Outcome::Recorded(_)));
}
