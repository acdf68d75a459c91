//! The books against the second reading: the same answers, and the same state in the end.

use events_schema::recorded::parked::WaitsFor;
use events_schema::terms::Term;
use proptest::prelude::*;

use super::histories::{Moment, history};
use super::model::{Answer, Model};
use super::scene::{Scene, Told};
use crate::directory::Namespace;
use crate::entities::Order;

impl From<Told> for Answer {
    fn from(told: Told) -> Self {
        match told {
            Told::Recorded => Self::Recorded,
            Told::Duplicate => Self::Duplicate,
            Told::Parked => Self::Parked,
            Told::Rejected(rejection) => Self::Rejected(rejection.code()),
        }
    }
}

/// A line for each thing the model knows of.
fn of_the_model(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for order in &model.orders {
        let refunds: Vec<_> =
            order.refunds.iter().map(|r| (r.id.as_str(), r.amount, r.fee, r.state)).collect();
        let times = (order.completed_at, order.due, order.settled_at);
        let sums = (order.paid, order.gross, order.fees, order.used, order.cost_now());
        let (id, status, lines_now) = (&order.id, order.status, order.lines_now());
        lines.push(format!("{id} {status} {} {sums:?} {times:?} {refunds:?} {lines_now:?}", order.method));
    }
    lines.extend(model.balances.iter().map(|(member, balance)| format!("{member} {balance}")));
    for payment in model.payments.iter().filter(|payment| payment.alone) {
        lines.push(format!("{} {} {:?}", payment.id, payment.amount, payment.refunds));
    }
    for w in &model.withdrawals {
        lines.push(format!("{} {} {} {:?}", w.id, w.amount, w.state, w.decided_at));
    }
    lines.extend(model.funds.iter().map(|((kind, id), available)| format!("{kind} {id} {available}")));
    for parked in &model.parked {
        lines.push(format!("{:?} {} {:?}", parked.need, parked.state, parked.code));
    }
    lines
}

fn order_line(order: &Order) -> String {
    let f = &order.figures;
    let refunds = order.refunds.iter();
    let refunds: Vec<_> =
        refunds.map(|r| (r.refund_id.as_str(), r.amount.minor(), r.fee.minor(), r.state.as_str())).collect();
    let micros = |time: Option<events_schema::Timestamp>| time.map(events_schema::Timestamp::micros);
    let times = (micros(f.completed_at), micros(f.settlement_due), micros(f.settled_at));
    let cost = order.purchase_cost_now().minor();
    let sums = (f.paid.minor(), f.refunded_gross.minor(), f.refund_fees.minor(), f.used_packages, cost);
    let lines = order.facts.commissions.iter();
    let lines: Vec<_> =
        lines.map(|line| (line.distributor_id.as_str(), order.commission_now(line).minor())).collect();
    let (id, status, method) = (&order.facts.order_id, f.status, f.method.map_or("", Term::as_str));
    format!("{id} {status} {method} {sums:?} {times:?} {refunds:?} {lines:?}")
}

/// The same lines, of the books.
fn of_the_books(scene: &Scene, model: &Model) -> Vec<String> {
    let mut lines: Vec<_> = model.orders.iter().map(|order| order_line(scene.order(&order.id))).collect();
    lines.extend(model.balances.keys().map(|member| format!("{member} {}", scene.balance(member))));
    for known in model.payments.iter().filter(|payment| payment.alone) {
        let payment = scene.payment(&known.id);
        // The sum of the books, the parts of the model.
        let parts: Vec<_> = known.refunds.iter().map(|(_, amount)| *amount).collect();
        assert_eq!(parts.iter().sum::<i64>(), payment.refunded.minor());
        let ids = payment.refund_ids.iter().map(ToString::to_string);
        let refunds: Vec<_> = ids.zip(parts).collect();
        lines.push(format!("{} {} {refunds:?}", payment.payment_id, payment.amount.minor()));
    }
    for known in &model.withdrawals {
        let w = scene.withdrawal(&known.id);
        let decided = w.decided_at.map(events_schema::Timestamp::micros);
        lines.push(format!("{} {} {} {decided:?}", w.facts.withdrawal_id, w.facts.amount.minor(), w.state));
    }
    for (kind, id) in model.funds.keys() {
        let available =
            if kind == "supplier" { scene.supplier_funds(id) } else { scene.distributor_funds(id) };
        lines.push(format!("{kind} {id} {available}"));
    }
    for nth in 0..scene.parked_positions().len() {
        let parked = scene.parked(nth);
        let need = match &parked.waits_for {
            WaitsFor::Order(id) => ("order", id.as_str()),
            WaitsFor::Member(id) => ("member", id.as_str()),
            WaitsFor::Payment(id) => ("payment", id.as_str()),
        };
        lines.push(format!("{need:?} {} {:?}", parked.state, parked.code.as_deref()));
    }
    lines
}

/// How many of each thing the books know of, where the model cannot be asked by id.
fn counts(scene: &Scene, model: &Model) -> ([usize; 2], [usize; 2]) {
    let found = |namespace, prefix: char| {
        let ids = (0..10).map(|n| format!("{prefix}{n}"));
        ids.filter(|id| scene.books.directory.find(namespace, id).unwrap().is_some()).count()
    };
    let books = [found(Namespace::Order, 'O'), found(Namespace::Payment, 'P')];
    (books, [model.orders.len(), model.payments.len()])
}

proptest! {
    #[test]
    fn the_books_answer_as_the_contract_reads(history in history(140)) {
        let (mut scene, mut model) = (Scene::new(), Model::default());
        for (number, moment) in history.iter().enumerate() {
            match moment {
                Moment::Wait(seconds) => {
                    let now = scene.wait(*seconds);
                    model.tick(now.micros());
                }
                Moment::Ask(ask) => {
                    let told = Told::from(scene.ask(ask));
                    model.now = scene.now.micros();
                    prop_assert_eq!(Answer::from(told), model.ask(ask), "moment {}: {:?}", number, ask);
                }
            }
            prop_assert_eq!(of_the_books(&scene, &model), of_the_model(&model), "after moment {}: {:?}", number, moment);
        }
        let (books, counted) = counts(&scene, &model);
        prop_assert_eq!(books, counted);
    }
}
