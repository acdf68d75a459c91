//! Every answer waits until all blocks decided before it are durable.

use super::gated::{Gate, Gated};
use super::*;
use crate::books::Rejection;

/// Waits until everything that was asked is decided, and looks whether anything was answered.
async fn decided(writer: &Writer) {
    until("everything is decided", || writer.handle().queued_events() == 0).await;
}

#[tokio::test]
async fn no_answer_of_any_kind_comes_before_the_blocks_that_were_decided_before_it() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    outcomes(&writer, vec![payment(1)]).await;
    let reused =
        event_with("payment.received P1", "payment.received", "P1", r#"{"method":"pos","amount":"9"}"#, "");
    let kinds = [
        (payment(9), recorded_at(3)),
        (payment(1), Outcome::Duplicate(Position::new(2))),
        (nothing(1), Outcome::Rejected(Rejection::AmountIsZero)),
        (reused, Outcome::Rejected(Rejection::IdReused)),
        (event("order.completed", "O1", "{}"), Outcome::Parked(Position::new(4))),
    ];
    log.set(Gate::Held);
    let first = ask(writer.handle(), vec![kinds[0].0.clone()]);
    // The genesis, the payment, and the one that is held back.
    log.begun(3).await;
    let others: Vec<_> =
        kinds[1..].iter().map(|(command, _)| ask(writer.handle(), vec![command.clone()])).collect();
    let handle = writer.handle().clone();
    let settings = begin(async move { handle.settings().await });
    decided(&writer).await;
    assert!(
        !first.is_finished() && !settings.is_finished() && others.iter().all(|other| !other.is_finished())
    );
    assert_eq!(log.log.tail().await.unwrap().position, Position::new(2));

    log.set(Gate::Open);
    let mut answers = vec![first.await.unwrap().unwrap()];
    for other in others {
        answers.push(other.await.unwrap().unwrap());
    }
    let got: Vec<_> = answers.iter().map(|answer| answer.outcomes[0]).collect();
    assert_eq!(got, kinds.map(|(_, expected)| expected));
    settings.await.unwrap().unwrap();
    assert_eq!(writer.stop().await, Position::new(4));
}

#[tokio::test]
async fn what_is_answered_is_in_the_log_at_the_position_that_was_answered() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    let asked: Vec<_> =
        (0..200).map(|number| (number, ask(writer.handle(), vec![payment(number)]))).collect();
    for (number, answer) in asked {
        let Answer { outcomes, position, .. } = answer.await.unwrap().unwrap();
        let [Outcome::Recorded(at)] = outcomes[..] else { panic!("{outcomes:?}") };
        assert!(at <= position && position <= *writer.handle().durable().borrow());
        let there = &events(&*log).await[usize::try_from(at.get()).unwrap() - 1];
        let Event::PaymentReceived(received) = &there.event else { panic!("{there:?}") };
        assert_eq!(received.payment_id.as_str(), format!("P{number}"));
    }
    assert_eq!(writer.stop().await, Position::new(201));
}

#[tokio::test]
async fn stop_finishes_what_was_begun() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    log.set(Gate::Held);
    let asked: Vec<_> = (0..50).map(|number| ask(writer.handle(), vec![payment(number)])).collect();
    log.begun(2).await;
    until("everything was asked", || writer.handle().queued_events() == 0).await;
    let handle = writer.handle().clone();
    let stopped = begin(writer.stop());
    log.set(Gate::Open);
    let mut positions = Vec::new();
    for answer in asked {
        positions.push(answer.await.unwrap().unwrap().outcomes[0]);
    }
    assert_eq!(stopped.await.unwrap(), Position::new(51));
    assert_eq!(positions.len(), 50);
    let after = handle.take(vec![payment(99)]).await;
    assert_eq!(after, Err(Unavailable::Stopped("the ledger is shutting down".to_owned())));
    assert_eq!(events(&*log).await.len(), 51);
}

#[tokio::test]
async fn a_decision_on_a_withdrawal_answers_its_state_also_the_second_time() {
    use events_schema::recorded::IdempotencyKey;
    use events_schema::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
    use events_schema::terms::WithdrawalState;

    let log = Arc::new(MemoryLog::new());
    let writer = open(&log).await;
    outcomes(&writer, vec![
        event("member.registered", "M1", r#"{"phone":"1"}"#),
        event("balance.gifted", "M1", r#"{"amount":"50"}"#),
        event("withdrawal.requested", "W1", r#"{"payee":{"kind":"member","id":"M1","name":"M"},"amount":"20","method":"alipay","account":"a"}"#),
    ])
    .await;
    let withdrawal_id: events_schema::Id = "W1".parse().unwrap();
    let action = Action::ApproveWithdrawal {
        withdrawal_id: withdrawal_id.clone(),
        paid: WithdrawalPaid::default(),
        paid_at: None,
    };
    let key =
        IdempotencyKey { key: "k".parse().unwrap(), digest: events_schema::Digest::of_decision(&action) };
    let approve = Command { key: CommandKey::Decision(Some(key)), ..decision(action) };
    let first = writer.handle().take(vec![approve.clone()]).await.unwrap();
    assert_eq!((first.outcomes[0], first.state), (recorded_at(6), Some(WithdrawalState::Paid)));
    let again = writer.handle().take(vec![approve]).await.unwrap();
    assert_eq!(
        (again.outcomes[0], again.state),
        (Outcome::Duplicate(Position::new(6)), Some(WithdrawalState::Paid))
    );
    let rejected = WithdrawalRejected { reason: events_schema::recorded::Personal::Plain("late".into()) };
    let other = decision(Action::RejectWithdrawal { withdrawal_id, rejected });
    let refused = writer.handle().take(vec![other]).await.unwrap();
    assert_eq!(refused.outcomes[0], Outcome::Rejected(Rejection::AlreadyDecided));
    assert_eq!(refused.state, Some(WithdrawalState::Paid));
    writer.stop().await;
}
