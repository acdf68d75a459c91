//! What holds of every history, however disorderly.

use std::collections::{BTreeSet, HashMap};

use events_schema::recorded::CommandKey;
use events_schema::terms::{OrderStatus, PayeeKind, RefundState, WithdrawalState};
use events_schema::{EntityKind, Event, Id, Money, Position, Recorded, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;

use super::super::{Books, Outcome, Rejection};
use super::ask::{Ask, What};
use super::histories::{Moment, history};
use super::scene::{Scene, Told, created};

/// Lets a moment of a history happen; the answer to what was asked.
pub(super) fn play(scene: &mut Scene, moment: &Moment) -> Option<Outcome> {
    match moment {
        Moment::Wait(seconds) => {
            scene.wait(*seconds);
            None
        }
        Moment::Ask(ask) => Some(scene.ask(ask)),
    }
}

fn replayed(log: &[Recorded]) -> Books {
    let mut books = Books::new(created()).unwrap();
    for recorded in log {
        books.apply(recorded).unwrap();
    }
    books
}

/// Plays `history`; before each moment stands how long the log was and what the clock said.
fn played(history: &[Moment]) -> (Scene, Vec<(usize, Timestamp)>) {
    let mut scene = Scene::new();
    let mut before = Vec::with_capacity(history.len());
    for moment in history {
        before.push((scene.log.len(), scene.now));
        play(&mut scene, moment);
    }
    (scene, before)
}

/// What a process does that was ended when `cut` events were durable, and started again.
fn restarted(live: &Scene, before: &[(usize, Timestamp)], history: &[Moment], cut: usize) -> Scene {
    let broken_off = before.iter().rposition(|(length, _)| *length <= cut).unwrap();
    let mut scene = Scene::new();
    scene.books = replayed(&live.log[..cut]);
    scene.log = live.log[..cut].to_vec();
    let is_between = before[broken_off].0 == cut;
    scene.now = if is_between { before[broken_off].1 } else { live.log[cut - 1].recorded_at };
    // What was ready is tried before anything new.
    scene.release_ready();
    let mut rest = &history[broken_off..];
    if !is_between {
        // The middle of what a moment set off: the clock may have been at work.
        scene.settle_due();
        rest = &rest[1..];
    }
    for (moment, (_, now)) in rest.iter().zip(&before[history.len() - rest.len()..]) {
        scene.now = *now;
        play(&mut scene, moment);
    }
    scene
}

fn is_identified(ask: &Ask) -> bool {
    ask.key.is_some() || matches!(ask.what, What::Publish(_))
}

proptest! {
    #[test]
    fn a_restart_at_any_block_changes_nothing(history in history(120), cut in any::<Index>()) {
        let (live, before) = played(&history);
        // Blocks end between two decisions.
        let ends: Vec<usize> =
            (1..=live.log.len()).filter(|end| live.log.get(*end).is_none_or(|next| next.key != CommandKey::SameDecision)).collect();
        let scene = restarted(&live, &before, &history, ends[cut.index(ends.len())]);
        prop_assert_eq!(&scene.log, &live.log);
        prop_assert!(scene.books == live.books, "{:#?}\n{:#?}", scene.books, live.books);
    }

    #[test]
    fn the_log_gives_the_same_books_again(history in history(120)) {
        let (live, _) = played(&history);
        let mut scene = Scene::new();
        scene.books = replayed(&live.log);
        // Tries that changed nothing are not in the log: they are made again, and change nothing again.
        scene.release_ready();
        prop_assert!(scene.books == live.books, "{:#?}\n{:#?}", scene.books, live.books);
    }

    #[test]
    fn what_is_sent_twice_is_recorded_once(history in history(100)) {
        let mut scene = Scene::new();
        let mut first: HashMap<String, (Ask, Position)> = HashMap::new();
        for moment in &history {
            let outcome = play(&mut scene, moment);
            let Moment::Ask(ask) = moment else { continue };
            if !is_identified(ask) {
                continue;
            }
            let told = Told::from(outcome.unwrap());
            let length = scene.log.len();
            let again = scene.ask(ask);
            prop_assert_eq!(scene.log.len(), length);
            match (told, outcome.unwrap(), again) {
                (Told::Rejected(why), _, Outcome::Rejected(again)) => prop_assert_eq!(why, again),
                (Told::Duplicate, before, again) => prop_assert_eq!(before, again),
                (_, Outcome::Recorded(own) | Outcome::Parked(own), Outcome::Duplicate(position)) => {
                    let all = Position::new(length as u64);
                    prop_assert_eq!(position, if ask.key.is_some() { all } else { own });
                    first.insert(format!("{ask:?}"), (ask.clone(), position));
                }
                (_, before, again) => prop_assert!(false, "{:?}, then {:?}: {:?}", before, again, ask),
            }
        }
        for (ask, position) in first.into_values() {
            prop_assert_eq!(scene.ask(&ask), Outcome::Duplicate(position), "{:?}", ask);
        }
    }

    #[test]
    fn what_is_refused_changes_nothing(history in history(100)) {
        let mut scene = Scene::new();
        for moment in &history {
            let before = scene.books.clone();
            if let Some(Outcome::Rejected(_) | Outcome::Duplicate(_)) = play(&mut scene, moment) {
                prop_assert!(scene.books == before);
            }
        }
    }

    #[test]
    fn sums_are_kept(history in history(140)) {
        let mut scene = Scene::new();
        for moment in &history {
            play(&mut scene, moment);
            check_orders(&scene);
            check_balances_and_payments(&scene);
            check_funds(&scene);
        }
        check_waiting(&scene);
    }
}

/// The births of all entities of a kind.
fn births(scene: &Scene, kind: EntityKind) -> Vec<Position> {
    let born = scene.log.iter().filter(|r| r.entity.kind == kind && r.entity.birth == r.position);
    born.map(|recorded| recorded.position).collect()
}

fn check_orders(scene: &Scene) {
    let mut due = BTreeSet::new();
    for birth in births(scene, EntityKind::Order) {
        let order = scene.books.entities.order(birth).unwrap().unwrap();
        let figures = &order.figures;
        let completed = order.refunds.iter().filter(|refund| refund.state == RefundState::Completed);
        let gross: Money = completed.clone().map(|refund| refund.amount).sum();
        let fees: Money = completed.map(|refund| refund.fee).sum();
        assert_eq!((figures.refunded_gross, figures.refund_fees), (gross, fees));
        assert!(gross <= figures.paid && fees <= gross && figures.used_packages <= order.facts.packages);
        let in_review = order.refunds.iter().filter(|refund| refund.state == RefundState::InReview).count();
        assert_eq!(in_review == 1, figures.status == OrderStatus::RefundReview);
        assert!(in_review <= 1);
        assert_eq!(figures.status == OrderStatus::Refunded, figures.returned && gross == figures.paid);
        assert!(
            Money::ZERO <= order.purchase_cost_now()
                && order.purchase_cost_now() <= order.facts.purchase_cost()
        );
        due.extend(order.automatic_settlement().map(|due| (due, birth)));
    }
    assert_eq!(scene.books.due, due);
}

fn check_balances_and_payments(scene: &Scene) {
    for birth in births(scene, EntityKind::Member) {
        let member = scene.books.entities.member(birth).unwrap().unwrap();
        let events =
            scene.log.iter().filter(|r| r.entity.kind == EntityKind::Member && r.entity.birth == birth);
        let changes: Money = events.map(|r| crate::entities::member::balance_change(&r.event).unwrap()).sum();
        assert_eq!(member.balance, changes);
        assert!(member.balance >= Money::ZERO);
    }
    for birth in births(scene, EntityKind::Payment) {
        let payment = scene.books.entities.payment(birth).unwrap().unwrap();
        assert!(payment.refunded <= payment.amount && payment.amount > Money::ZERO);
    }
}

/// What was requested and not rejected.
fn withdrawn(scene: &Scene, kind: PayeeKind, id: &Id) -> Money {
    let requests = births(scene, EntityKind::Withdrawal).into_iter();
    let requests = requests.map(|birth| scene.books.entities.withdrawal(birth).unwrap().unwrap());
    let counted = requests.filter(|w| w.facts.payee.kind == kind && w.facts.payee.id == *id);
    counted.filter(|w| w.state != WithdrawalState::Rejected).map(|w| w.facts.amount).sum()
}

fn check_funds(scene: &Scene) {
    let orders = births(scene, EntityKind::Order).into_iter();
    let orders: Vec<_> = orders.map(|birth| scene.books.entities.order(birth).unwrap().unwrap()).collect();
    for birth in births(scene, EntityKind::SupplierFunds) {
        let funds = scene.books.entities.funds(birth).unwrap().unwrap();
        let settled = orders.iter().filter(|order| {
            let supplier = order.facts.supplier.as_ref();
            order.figures.settled_at.is_some() && supplier.is_some_and(|s| s.id == funds.payee_id)
        });
        let settled: Money = settled.map(|order| order.purchase_cost_now()).sum();
        assert_eq!(funds.available, settled - withdrawn(scene, PayeeKind::Supplier, &funds.payee_id));
    }
    for birth in births(scene, EntityKind::DistributorFunds) {
        let funds = scene.books.entities.funds(birth).unwrap().unwrap();
        let consumed = orders.iter().filter(|order| order.figures.completed_at.is_some());
        let lines = consumed.flat_map(|order| order.facts.commissions.iter().map(move |line| (order, line)));
        let lines = lines.filter(|(_, line)| line.distributor_id == funds.payee_id);
        let earned: Money = lines.map(|(order, line)| order.commission_now(line)).sum();
        assert_eq!(funds.available, earned - withdrawn(scene, PayeeKind::Distributor, &funds.payee_id));
    }
}

/// After all that is ready was tried, everything that could be recorded has been. (What would be refused now may
/// still wait: it is tried when what it waits for comes.)
fn check_waiting(scene: &Scene) {
    assert!(!scene.books.has_ready());
    for birth in births(scene, EntityKind::ParkedEvent) {
        let parked = scene.books.entities.parked_event(birth).unwrap().unwrap();
        if parked.state == events_schema::terms::ParkedState::Waiting {
            let mut books = scene.books.clone();
            books.waiting.wake(&parked.waits_for, Position::FIRST);
            assert!(books.has_ready(), "a waiting event can be woken");
            let mut out = Vec::new();
            while books.release_next(scene.now, &mut out).unwrap() {}
            let released = out.iter().any(|recorded| matches!(recorded.event, Event::ParkedEventReleased(_)));
            assert!(!released, "it waits although it need not: {out:?}");
        }
    }
}

/// The histories above are worth something only if everything happens in them.
#[test]
fn random_histories_leave_nothing_out() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut rejections: Vec<Rejection> = Rejection::ALL.to_vec();
    let mut names: BTreeSet<&str> = Event::REGISTRY.iter().map(|(_, _, name)| *name).collect();
    for _ in 0..400 {
        let history = history(140).new_tree(&mut runner).unwrap().current();
        let mut scene = Scene::new();
        for moment in &history {
            if let Some(Outcome::Rejected(rejection)) = play(&mut scene, moment) {
                rejections.retain(|missing| *missing != rejection);
            }
        }
        for recorded in &scene.log {
            names.remove(recorded.event.name());
        }
    }
    assert_eq!((rejections, names), (Vec::new(), BTreeSet::new()));
}
