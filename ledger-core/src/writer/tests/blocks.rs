//! How decisions are grouped into blocks.

use events_schema::block::{BLOCK_BYTES_MAX, BLOCK_EVENTS_MAX};

use super::gated::{Gate, Gated};
use super::*;

#[tokio::test]
async fn what_is_asked_while_an_append_is_held_back_goes_into_one_block() {
    let log = Arc::new(Gated::new());
    let writer = open(&log).await;
    log.set(Gate::Held);
    // One block on its way to the log, and one sealed behind it.
    let mut asked = vec![ask(writer.handle(), vec![payment(0)])];
    log.begun(2).await;
    asked.push(ask(writer.handle(), vec![payment(1)]));
    until("it is decided", || writer.handle().queued_events() == 0).await;
    asked.extend((2..800).map(|number| ask(writer.handle(), vec![payment(number)])));
    until("they are decided", || writer.handle().queued_events() == 0).await;
    log.set(Gate::Open);
    for answer in asked {
        answer.await.unwrap().unwrap();
    }
    writer.stop().await;
    let sizes: Vec<_> = blocks(&log.log).await.iter().map(Vec::len).collect();
    assert_eq!((sizes[0], sizes[1], sizes.iter().sum::<usize>()), (1, 1, 801));
    assert!(sizes.len() <= 4, "{sizes:?}");
}

/// Checks that blocks keep their limits and begin with the first event of a decision.
async fn keep_their_limits(log: &MemoryLog) -> usize {
    let raw = log.read(Position::ZERO, usize::MAX).await.unwrap();
    assert!(raw.iter().all(|block| block.bytes().len() <= BLOCK_BYTES_MAX));
    let blocks = blocks(log).await;
    for block in &blocks {
        assert!(block.len() <= BLOCK_EVENTS_MAX);
        assert_ne!(block[0].key, CommandKey::SameDecision, "a decision was split at {}", block[0].position);
    }
    blocks.len()
}

#[tokio::test]
async fn a_request_larger_than_a_block_is_split_between_decisions() {
    let log = Arc::new(MemoryLog::new());
    let writer = open(&log).await;
    let line = |d: usize| format!(r#"{{"distributor_id":"D{d}","distributor_name":"D","amount":"1.00"}}"#);
    let commands = (0..40).flat_map(|n| {
        // Every order has distributors of its own: its completion records two events for each of them.
        let lines: Vec<_> = (0..25).map(|d| line(n * 25 + d)).collect();
        let more =
            format!(r#","supplier":{{"id":"S","name":"S","cost":"9"}},"commissions":[{}]"#, lines.join(","));
        let order_id = format!("O{n}");
        [order(&order_id, &more), paid(&order_id, "cash"), event("order.completed", &order_id, "{}")]
    });
    let filler = payments(0..3_000);
    let commands: Vec<_> = filler.into_iter().chain(commands).collect();
    let answer = writer.handle().take(commands).await.unwrap();
    assert_eq!(answer.outcomes.len(), 3_120);
    assert_eq!(answer.position, Position::new(1 + 3_000 + 40 * (1 + 1 + 1 + 50)));
    writer.stop().await;
    assert!(keep_their_limits(&log).await > 3);
}

/// A completion that comes before its order, in an envelope with `bytes` bytes of extensions.
fn early(number: usize, bytes: usize) -> Command {
    let order_id = format!("O{number}");
    let extension = |name| format!(r#","ext{name}":"{}""#, "x".repeat(bytes / 4));
    let extensions = [0, 1, 2, 3].map(extension).concat();
    event_with(&order_id, "order.completed", &order_id, "{}", &extensions)
}

#[tokio::test]
async fn large_parked_events_fit_although_their_extensions_are_kept_twice() {
    let log = Arc::new(MemoryLog::new());
    let writer = open(&log).await;
    let commands: Vec<_> = (0..12).map(|number| early(number, 250 << 10)).collect();
    let parked = outcomes(&writer, commands).await;
    assert!(parked.iter().all(|outcome| matches!(outcome, Outcome::Parked(_))), "{parked:?}");
    let placed =
        (0..12).flat_map(|n| [order(&format!("O{n}"), ""), paid(&format!("O{n}"), "cash")]).collect();
    outcomes(&writer, placed).await;
    writer.stop().await;
    let events = events(&*log).await;
    let released = events.iter().filter(|recorded| matches!(recorded.event, Event::ParkedEventReleased(_)));
    assert_eq!(released.count(), 12);
    keep_their_limits(&log).await;
}

#[tokio::test]
async fn large_settings_fit() {
    use events_schema::recorded::ledger::SettlementSettings;

    let log = Arc::new(MemoryLog::new());
    let writer = open(&log).await;
    let days = |changed: u32| {
        let suppliers =
            (0..5_000).map(|n| (format!("{n:0>64}").parse().unwrap(), 36_000 + changed)).collect();
        decision(Action::ChangeSettlementSettings(SettlementSettings { default_days: 36_500, suppliers }))
    };
    let changed = outcomes(&writer, (0..6).map(days).collect()).await;
    assert_eq!(changed.last(), Some(&recorded_at(7)));
    let (settings, position) = writer.handle().settings().await.unwrap();
    assert_eq!((settings.settlement.suppliers.len(), position), (5_000, Position::new(7)));
    writer.stop().await;
    keep_their_limits(&log).await;
}
