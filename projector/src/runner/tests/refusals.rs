//! Read models that do not fit, and events that cannot be taken in.

use super::*;
use crate::checkpoint::MismatchError;
use crate::history::{log_of, seal};

with_both_engines!(
    a_log_that_lost_its_end_is_refused,
    a_log_with_other_events_is_refused,
    a_copy_of_the_log_in_other_blocks_is_accepted,
    read_models_of_a_newer_program_are_refused,
    an_event_that_cannot_be_decoded_stops_before_it,
    an_event_that_does_not_fit_stops_at_it,
    a_log_that_does_not_begin_with_a_ledger_stops_at_once,
);

async fn refused<L: Log>(place: &TestPlace, log: &Arc<L>) -> OpenError {
    match AtWork::new(&place.place(), log).await {
        Err(error) => error,
        Ok(work) => panic!("{:?}", work.progress.borrow()),
    }
}

async fn a_log_that_lost_its_end_is_refused(engine: Engine) {
    let history = random(20, 80);
    let place = engine.place().await;
    follow(&place, &Arc::new(history.log(&[8]).await)).await;
    let mut blocks = history.blocks(&[8]);
    let lost = blocks.pop().unwrap().header().count;
    let error = refused(&place, &Arc::new(log_of(&blocks).await)).await.to_string();
    assert!(error.contains(&format!("the log has lost {lost} events")), "{error}");
    assert!(error.contains("`ledger rebuild`"), "{error}");
    let error = refused(&place, &Arc::new(MemoryLog::new())).await.to_string();
    assert!(error.contains(&format!("the log has lost {} events", history.recorded.len())), "{error}");
}

async fn a_log_with_other_events_is_refused(engine: Engine) {
    let (history, other) = (random(21, 80), random(22, 200));
    let place = engine.place().await;
    follow(&place, &Arc::new(history.log(&[8]).await)).await;
    for lengths in [[8], [1], [1_000]] {
        let error = refused(&place, &Arc::new(other.log(&lengths).await)).await;
        assert!(matches!(error, OpenError::Mismatch(MismatchError::OtherHistory { .. })), "{error}");
    }
}

async fn a_copy_of_the_log_in_other_blocks_is_accepted(engine: Engine) {
    let mut history = random(23, 80);
    let (place, whole) = (engine.place().await, engine.place().await);
    follow(&place, &Arc::new(history.log(&[8]).await)).await;
    // The checkpoint is within the first block of the copy.
    history.place("O-after");
    history.pay("O-after", "cash");
    let copy = Arc::new(history.log(&[1_000]).await);
    follow(&place, &copy).await;
    follow(&whole, &copy).await;
    assert_eq!(without_epochs(current(&place).await), without_epochs(current(&whole).await));
}

async fn read_models_of_a_newer_program_are_refused(engine: Engine) {
    let log = Arc::new(History::new().log(&[1]).await);
    let place = engine.place().await;
    let progress = follow(&place, &log).await;
    let schema = Format::CURRENT.schema + 1;
    set_format(&progress.database, Format { schema, ..Format::CURRENT }).await;
    let error = refused(&place, &log).await.to_string();
    assert!(error.contains("made by a newer version of the program"), "{error}");
    // What was made anew is of this version.
    rebuild(&place.place(), Arc::clone(&log), OPTIONS, |_| {}).await.unwrap();
    follow(&place, &log).await;
}

async fn an_event_that_cannot_be_decoded_stops_before_it(engine: Engine) {
    let history = random(24, 60);
    let mut leaves: Vec<_> =
        history.recorded.iter().map(|recorded| (recorded.recorded_at, Vec::new())).collect();
    leaves.iter_mut().zip(&history.recorded).for_each(|((_, leaf), recorded)| recorded.encode(leaf));
    // Event 33 is of a version that nobody knows.
    leaves[32].1[2] = 250;
    let log = Arc::new(log_of(&seal(leaves, &[10])).await);
    let place = engine.place().await;
    let progress = follow(&place, &log).await;
    let State::Stopped { position, reason } = progress.state else { panic!("{progress:?}") };
    assert_eq!(position.get(), 33);
    assert!(reason.contains("version 250 is not known"), "{reason}");
    // Whole blocks before it are there.
    assert_eq!(progress.position.get(), 30);
    // The epoch that the event belongs to stays open.
    assert_eq!(naive::ends(&current(&place).await), [20]);
    assert_eq!(crate::checkpoint(&place.place()).await.unwrap().unwrap().position.get(), 30);
    let error = rebuild(&place.place(), log, OPTIONS, |_| {}).await.unwrap_err().to_string();
    assert!(error.contains("position 33 cannot be taken in"), "{error}");
}

async fn an_event_that_does_not_fit_stops_at_it(engine: Engine) {
    let mut history = History::new();
    history.place("O1");
    history.place("O2");
    history.pay("O1", "cash");
    let mut recorded = history.recorded;
    // The birth of the first order is another event of the ledger.
    (recorded[1].event, recorded[1].entity) = (recorded[0].event.clone(), recorded[0].entity);
    let leaves = recorded.iter().map(|recorded| {
        let mut leaf = Vec::new();
        recorded.encode(&mut leaf);
        (recorded.recorded_at, leaf)
    });
    let log = Arc::new(log_of(&seal(leaves.collect(), &[1])).await);
    let place = engine.place().await;
    let progress = follow(&place, &log).await;
    let State::Stopped { position, reason } = progress.state else { panic!("{progress:?}") };
    assert_eq!(position.get(), 4);
    assert!(reason.contains("does not fit"), "{reason}");
}

async fn a_log_that_does_not_begin_with_a_ledger_stops_at_once(engine: Engine) {
    let mut history = History::new();
    history.place("O1");
    let mut recorded = history.recorded[1].clone();
    recorded.position = Position::FIRST;
    recorded.entity.birth = Position::FIRST;
    let mut leaf = Vec::new();
    recorded.encode(&mut leaf);
    let log = Arc::new(log_of(&seal(vec![(recorded.recorded_at, leaf)], &[1])).await);
    let progress = follow(&engine.place().await, &log).await;
    let State::Stopped { position, reason } = progress.state else { panic!("{progress:?}") };
    assert_eq!(position, Position::FIRST);
    assert!(reason.contains("creation of a ledger"), "{reason}");
}
