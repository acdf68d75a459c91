//! A writer goes on where the last one ended, however that ended.

use tempfile::TempDir;

use super::gated::{Gate, Gated};
use super::*;
use crate::log::{DataDirLock, FileLog, OpenOptions};

/// Runs the same test over a log in memory and a log in files, which is opened anew each time.
async fn over_both(test: impl AsyncFn(&dyn Fn() -> Option<Arc<FileLog>>, Arc<MemoryLog>)) {
    test(&|| None, Arc::new(MemoryLog::new())).await;
    let dir = tempfile::tempdir().unwrap();
    test(&|| Some(Arc::new(file_log(&dir))), Arc::new(MemoryLog::new())).await;
}

/// Small segments, so that there are several.
fn file_log(dir: &TempDir) -> FileLog {
    let options =
        OpenOptions { create: true, segment_bytes: 4_096, zero_fill_bytes: 1_024, ..OpenOptions::default() };
    FileLog::open(&DataDirLock::acquire(dir.path()).unwrap(), options).unwrap()
}

/// Opens a writer, asks it, stops it.
async fn session(
    file: Option<Arc<FileLog>>,
    memory: &Arc<MemoryLog>,
    commands: Vec<Command>,
) -> Vec<Outcome> {
    let writer = match &file {
        Some(log) => open(log).await,
        None => open(memory).await,
    };
    let outcomes = outcomes(&writer, commands).await;
    writer.stop().await;
    outcomes
}

#[tokio::test]
async fn duplicates_are_answered_with_first_positions_after_a_restart() {
    over_both(async |reopen, memory| {
        let early = event("order.completed", "O1", "{}");
        let commands = vec![payment(0), early, nothing(0), order("O1", ""), paid("O1", "pos")];
        let first = session(reopen(), &memory, commands.clone()).await;
        let second = session(reopen(), &memory, commands.clone()).await;
        for (first, second) in first.iter().zip(&second) {
            match *first {
                Outcome::Recorded(position) | Outcome::Parked(position) => {
                    assert_eq!(*second, Outcome::Duplicate(position));
                }
                Outcome::Rejected(_) | Outcome::Duplicate(_) => assert_eq!(second, first),
            }
        }
        assert_eq!(session(reopen(), &memory, commands).await, second);
        let names = match reopen() {
            Some(log) => names(&*log).await,
            None => names(&*memory).await,
        };
        let expected = [
            "LedgerCreated",
            "PaymentReceived",
            "EventParked",
            "OrderPlaced",
            "OrderPaid",
            "ParkedEventReleased",
            "OrderCompleted",
        ];
        assert_eq!(names, expected);
    })
    .await;
}

#[tokio::test]
async fn a_ledger_is_created_once() {
    over_both(async |reopen, memory| {
        for _ in 0..3 {
            session(reopen(), &memory, vec![]).await;
        }
        let other =
            LedgerCreated { log_id: [9; 16], time_zone: "Europe/Paris".parse().unwrap(), ..created() };
        let options = Options { create: other, ..options() };
        let writer = match reopen() {
            Some(log) => Writer::open(log, options).await.unwrap(),
            None => Writer::open(Arc::clone(&memory), options).await.unwrap(),
        };
        assert_eq!(*writer.handle().created(), created(), "what a log began with stays");
        assert_eq!(writer.stop().await, Position::FIRST);
    })
    .await;
}

#[tokio::test]
async fn the_books_of_a_restarted_writer_go_on_with_the_same_state() {
    over_both(async |reopen, memory| {
        let member = event("member.registered", "M1", r#"{"phone":"1"}"#);
        let gift = event("balance.gifted", "M1", r#"{"amount":"150.00"}"#);
        session(reopen(), &memory, vec![member, gift]).await;
        let first = session(reopen(), &memory, vec![order("O1", ""), paid("O1", "balance")]).await;
        assert_eq!(first, [recorded_at(4), recorded_at(6)]);
        // 50.00 are left.
        let second = session(reopen(), &memory, vec![order("O2", ""), paid("O2", "balance")]).await;
        let refused = Outcome::Rejected(crate::books::Rejection::InsufficientBalance);
        assert_eq!(second, [recorded_at(7), refused]);
    })
    .await;
}

/// Many events that wait for one order, and what they wait for.
fn drain() -> (Vec<Command>, Vec<Command>) {
    let waiting = (0..700).map(|n| event_with(&format!("close {n}"), "order.closed", "O1", "{}", ""));
    let early = event("order.completed", "O1", "{}");
    (waiting.chain([early]).collect(), vec![order("O1", "")])
}

/// What happened, without the time at which it was recorded, which depends on how events were grouped.
async fn happened(log: &impl Log) -> Vec<Recorded> {
    let mut events = events(log).await;
    for recorded in &mut events {
        recorded.recorded_at = NOW;
        recorded.occurred_at = NOW;
    }
    events
}

#[tokio::test]
async fn a_drain_of_parked_events_that_a_crash_cut_off_is_finished_by_the_next_writer() {
    let (waiting, woken_by) = drain();
    let whole = Arc::new(Gated::new());
    let writer = open(&whole).await;
    outcomes(&writer, waiting.clone()).await;
    let parked = blocks(&whole.log).await.len();
    let first = outcomes(&writer, woken_by.clone()).await;
    writer.stop().await;
    let blocks_of_drain = blocks(&whole.log).await.len() - parked;
    assert!(blocks_of_drain > 2, "the drain is too short to be cut off: {blocks_of_drain}");

    for survive in 1..blocks_of_drain {
        let memory = MemoryLog::new();
        let log = Arc::new(Gated::before(memory.clone()));
        let writer = open(&log).await;
        outcomes(&writer, waiting.clone()).await;
        log.set(Gate::OpenFor(survive));
        writer.handle().take(woken_by.clone()).await.unwrap_err();
        writer.stop().await;
        assert!(names(&memory).await.len() < names(&whole.log).await.len());

        let writer = open(&Arc::new(memory.clone())).await;
        let again = outcomes(&writer, woken_by.clone()).await;
        writer.stop().await;
        let [Outcome::Recorded(position)] = first[..] else { panic!("{first:?}") };
        assert_eq!(again, [Outcome::Duplicate(position)]);
        assert_eq!(happened(&memory).await, happened(&whole.log).await, "after {survive} blocks");
    }
}

#[tokio::test]
async fn a_block_whose_answer_was_lost_is_found_by_the_next_writer() {
    let memory = MemoryLog::new();
    let log = Arc::new(Gated::before(memory.clone()));
    let writer = open(&log).await;
    log.set(Gate::Held);
    let asked = ask(writer.handle(), payments(0..10));
    log.begun(2).await;
    asked.abort();
    log.set(Gate::Open);
    writer.stop().await;
    let writer = open(&Arc::new(memory)).await;
    let again = outcomes(&writer, payments(0..10)).await;
    assert!(again.iter().copied().eq((2..12).map(|position| Outcome::Duplicate(Position::new(position)))));
    writer.stop().await;
}
