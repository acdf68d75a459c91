//! Logs that are full or broken, and threads that panic.

use super::gated::{Gate, Gated};
use super::*;
use crate::books::Rejection;
use crate::writer::State;

/// Holds an append back, with answers behind it in every place where one can wait.
async fn with_answers_everywhere(log: &Arc<Gated>, writer: &Writer) -> Vec<JoinHandle<Asked>> {
    log.set(Gate::Held);
    // On its way to the log.
    let mut asked = vec![ask(writer.handle(), vec![payment(0)])];
    log.begun(2).await;
    // Sealed behind it, being filled, and in the queue.
    asked.push(ask(writer.handle(), payments(0..8_000)));
    asked.extend((0..20).map(|number| ask(writer.handle(), vec![payment(number)])));
    asked.push(ask(writer.handle(), vec![nothing(0)]));
    asked
}

async fn all_hear(asked: Vec<JoinHandle<Asked>>, expected: &Unavailable) {
    for answer in asked {
        assert_eq!(answer.await.unwrap().as_ref(), Err(expected));
    }
}

#[tokio::test]
async fn a_full_disk_is_told_to_everybody_and_costs_nothing_but_time() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    let asked = with_answers_everywhere(&log, &writer).await;
    log.set(Gate::Full);
    all_hear(asked, &Unavailable::NoRoom).await;
    assert_eq!(*writer.handle().state().borrow(), State::NoRoom);
    assert_eq!(writer.handle().take(vec![payment(9_000)]).await, Err(Unavailable::NoRoom));
    assert_eq!(writer.handle().settings().await, Err(Unavailable::NoRoom));
    assert_eq!(events(&log.log).await.len(), 1);

    log.set(Gate::Open);
    writer.handle().state().wait_for(|state| *state == State::Running).await.unwrap();
    // What had been decided is recorded once; sent again it is a duplicate.
    let again = outcomes(&writer, payments(0..8_001)).await;
    let expected = (2..8_002).map(|position| Outcome::Duplicate(Position::new(position)));
    assert!(again.iter().copied().eq(expected.chain([recorded_at(8_002)])));
    assert_eq!(outcomes(&writer, vec![nothing(0)]).await, [Outcome::Rejected(Rejection::AmountIsZero)]);
    assert_eq!(writer.handle().queued_events(), 0);
    assert_eq!(writer.stop().await, Position::new(8_002));
    assert_eq!(events(&log.log).await.len(), 8_002);
}

#[tokio::test]
async fn a_writer_stops_although_the_disk_is_full() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    let asked = with_answers_everywhere(&log, &writer).await;
    log.set(Gate::Full);
    all_hear(asked, &Unavailable::NoRoom).await;
    assert_eq!(writer.stop().await, Position::FIRST);
    assert_eq!(events(&log.log).await.len(), 1);
}

#[tokio::test]
async fn a_broken_log_stops_the_writer_and_leaves_nobody_waiting() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    let handle = writer.handle().clone();
    let asked = with_answers_everywhere(&log, &writer).await;
    log.set(Gate::Broken);
    let reason = "the log cannot be written any more, and the process must end: a test broke it".to_owned();
    all_hear(asked, &Unavailable::Stopped(reason.clone())).await;
    assert_eq!(*handle.state().borrow(), State::Stopped(reason.clone()));
    // It stays broken, and what the writer had in memory is not appended after all.
    log.set(Gate::Open);
    assert_eq!(handle.take(vec![payment(1)]).await, Err(Unavailable::Stopped(reason)));
    assert_eq!(writer.stop().await, Position::FIRST);
    assert_eq!(events(&log.log).await.len(), 1);
}

#[tokio::test]
async fn another_writer_on_the_same_log_stops_this_one() {
    let log = Arc::new(MemoryLog::new());
    let (first, second) = (open(&log).await, open(&log).await);
    assert_eq!(outcomes(&second, vec![payment(0)]).await, [recorded_at(2)]);
    let Err(Unavailable::Stopped(reason)) = first.handle().take(vec![payment(1)]).await else {
        panic!("two writers in one log");
    };
    assert!(reason.contains("is not the next one"), "{reason}");
    assert_eq!(outcomes(&second, vec![payment(1)]).await, [recorded_at(3)]);
    first.stop().await;
    second.stop().await;
}

#[tokio::test]
async fn a_log_that_panics_leaves_nobody_waiting() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    let asked = with_answers_everywhere(&log, &writer).await;
    log.set(Gate::Panic);
    all_hear(asked, &Unavailable::Stopped("the task that appends to the log has ended".to_owned())).await;
    assert_eq!(writer.stop().await, Position::FIRST);
}

#[tokio::test]
async fn a_decider_that_panics_leaves_nobody_waiting() {
    let log = Arc::new(Gated::new());
    let hand = Hand::at(NOW);
    let clock = hand.clock();
    // The clock is the one foreign thing that runs on the decider's thread.
    let options = Options {
        clock: Arc::new(move || {
            Some(clock()).filter(|now| *now >= NOW).expect("a clock that panics, in a test")
        }),
        ..options()
    };
    let writer = Writer::open(Arc::clone(&log), options).await.unwrap();
    log.set(Gate::Held);
    let first = ask(writer.handle(), vec![payment(0)]);
    log.begun(2).await;
    hand.set(Timestamp::default());
    let asked: Vec<_> = (1..20).map(|number| ask(writer.handle(), vec![payment(number)])).collect();
    log.set(Gate::Open);
    // What was decided before is durable, and answered.
    assert_eq!(first.await.unwrap().unwrap().outcomes, [recorded_at(2)]);
    all_hear(asked, &Unavailable::Stopped("a thread of the writer ended with a panic".to_owned())).await;
    assert_eq!(writer.stop().await, Position::new(2));
}

#[test]
fn a_writer_ends_with_its_runtime() {
    let log = Arc::new(Gated::new());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let writer = runtime.block_on(open(&log));
    let handle = writer.handle().clone();
    runtime.block_on(async {
        let asked = with_answers_everywhere(&log, &writer).await;
        log.begun(2).await;
        drop(asked);
    });
    drop(runtime);
    let other = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let stopped = Unavailable::Stopped("the task that appends to the log has ended".to_owned());
    assert_eq!(other.block_on(handle.take(vec![payment(0)])), Err(stopped));
    // The threads end, too: the log is nobody's but the test's.
    other.block_on(async { tokio::time::timeout(Duration::from_secs(30), writer.stop()).await.unwrap() });
    assert_eq!(Arc::strong_count(&log), 1);
}
