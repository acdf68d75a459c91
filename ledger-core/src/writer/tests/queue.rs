//! What may wait, and that nothing waits for ever.

use super::gated::{Gate, Gated};
use super::*;
use crate::writer::QUEUE_EVENTS_MAX;
use crate::writer::decider::BLOCK_ANSWERS_MAX;

#[tokio::test]
async fn a_full_queue_says_so_and_takes_commands_again_when_there_is_room() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    outcomes(&writer, vec![payment(0)]).await;
    log.set(Gate::Held);
    // Enough events for more than the blocks that can be under way; the rest of the request is cheap.
    let mut commands = payments(0..12_000);
    commands.resize(QUEUE_EVENTS_MAX + 1, payment(0));
    let large = ask(writer.handle(), commands);
    until("the queue is full", || writer.handle().queued_events() > QUEUE_EVENTS_MAX).await;
    assert_eq!(writer.handle().take(vec![payment(1)]).await, Err(Unavailable::Busy));
    assert_eq!(writer.handle().settings().await, Err(Unavailable::Busy));
    log.set(Gate::Open);
    assert_eq!(large.await.unwrap().unwrap().outcomes.len(), QUEUE_EVENTS_MAX + 1);
    assert_eq!(writer.handle().queued_events(), 0);
    assert_eq!(outcomes(&writer, vec![payment(20_000)]).await, [recorded_at(12_002)]);
    writer.stop().await;
}

#[tokio::test]
async fn refusals_wait_in_the_queue_when_too_many_answers_wait_for_a_block() {
    const MORE: usize = 100;
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    log.set(Gate::Held);
    let mut asked = vec![ask(writer.handle(), vec![payment(0)])];
    log.begun(2).await;
    asked.push(ask(writer.handle(), vec![payment(1)]));
    until("both are decided", || writer.handle().queued_events() == 0).await;
    asked.extend((0..2 * BLOCK_ANSWERS_MAX + MORE).map(|_| ask(writer.handle(), vec![nothing(0)])));
    until("a block's answers are decided", || writer.handle().queued_events() <= BLOCK_ANSWERS_MAX + MORE)
        .await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
        assert!(writer.handle().queued_events() >= MORE, "more answers wait for a block than may");
    }
    log.set(Gate::Open);
    for answer in asked {
        answer.await.unwrap().unwrap();
    }
    assert_eq!(writer.handle().queued_events(), 0);
    writer.stop().await;
}

#[tokio::test]
async fn whatever_becomes_of_a_request_it_leaves_the_queue() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    let early = event("order.completed", "O1", "{}");
    outcomes(&writer, vec![payment(0), payment(0), nothing(0), early]).await;
    assert_eq!(outcomes(&writer, vec![]).await, []);
    writer.handle().settings().await.unwrap();
    assert_eq!(writer.handle().queued_events(), 0);

    log.set(Gate::Held);
    let gone = ask(writer.handle(), vec![payment(1)]);
    log.begun(3).await;
    let waits = ask(writer.handle(), vec![payment(2)]);
    gone.abort();
    until("both are decided", || writer.handle().queued_events() == 0).await;
    log.set(Gate::Open);
    waits.await.unwrap().unwrap();
    // The client that went away had asked: what it asked for is recorded.
    assert_eq!(outcomes(&writer, vec![payment(1)]).await, [Outcome::Duplicate(Position::new(4))]);

    log.set(Gate::Full);
    assert_eq!(writer.handle().take(vec![payment(3)]).await, Err(Unavailable::NoRoom));
    until("it is decided", || writer.handle().queued_events() == 0).await;
    log.set(Gate::Open);
    writer.stop().await;
}
