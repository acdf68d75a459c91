//! Recorded times, and the clock that settles.

use events_schema::block::SealedBlock;

use super::*;

/// When a writer with this clock records 20 blocks, moving the clock before each one.
async fn recorded_times(hand: &Hand, step: impl Fn(usize) -> Timestamp) -> Vec<Timestamp> {
    let log = Arc::new(MemoryLog::new());
    let options = Options { clock: hand.clock(), ..options() };
    let writer = Writer::open(Arc::clone(&log), options).await.unwrap();
    for number in 0..20 {
        hand.set(step(number));
        outcomes(&writer, vec![payment(2 * number), payment(2 * number + 1)]).await;
        assert_eq!(writer.handle().recorded_at(), log.tail().await.unwrap().recorded_at);
    }
    writer.stop().await;
    let blocks = log.read(Position::ZERO, usize::MAX).await.unwrap();
    for block in &blocks {
        let same =
            |(_, leaf): (_, &[u8])| Recorded::decode(leaf).unwrap().recorded_at == block.header().recorded_at;
        assert!(block.leaves().all(same), "all events of a block are recorded when it is");
    }
    blocks.iter().map(|block: &SealedBlock| block.header().recorded_at).collect()
}

#[tokio::test]
async fn recorded_times_grow_although_the_clock_stands_still_or_goes_back() {
    let still = recorded_times(&Hand::at(NOW), |_| NOW).await;
    let back =
        recorded_times(&Hand::at(NOW), |number| NOW.plus_seconds(-3600 * i64::try_from(number).unwrap()))
            .await;
    for times in [still, back] {
        assert_eq!(times.len(), 21);
        assert!(times.is_sorted_by(|earlier, later| earlier < later), "{times:?}");
        assert!(times[0] == NOW && times[20] < NOW.plus_seconds(1), "no later than need be");
    }
    let forth =
        recorded_times(&Hand::at(NOW), |number| NOW.plus_seconds(i64::try_from(number).unwrap() + 1)).await;
    assert_eq!(forth[20], NOW.plus_seconds(20));
}

#[tokio::test]
async fn recorded_times_grow_over_a_restart_with_a_clock_that_went_back() {
    let log = Arc::new(MemoryLog::new());
    open(&log).await.stop().await;
    let earlier = Hand::at(NOW.plus_seconds(-86_400));
    let writer =
        Writer::open(Arc::clone(&log), Options { clock: earlier.clock(), ..options() }).await.unwrap();
    outcomes(&writer, vec![payment(0)]).await;
    writer.stop().await;
    assert_eq!(log.tail().await.unwrap().recorded_at, Timestamp::from_micros(NOW.micros() + 1));
}

/// Orders that were completed an hour before [`DUE`] would have allowed to settle them.
fn completed(count: usize) -> Vec<Command> {
    let supplier = r#","supplier":{"id":"S1","name":"S","cost":"60.00"}"#;
    let of = |n| {
        let order_id = format!("O{n}");
        [order(&order_id, supplier), paid(&order_id, "alipay"), event("order.completed", &order_id, "{}")]
    };
    (0..count).flat_map(of).collect()
}

/// Midnight in Shanghai after the day on which these tests' events happen: T+1.
const DUE: Timestamp = NOW.plus_seconds(-8 * 3_600);

fn settled(events: &[Recorded]) -> usize {
    events.iter().filter(|recorded| matches!(recorded.event, Event::OrderSettled(_))).count()
}

#[tokio::test]
async fn the_clock_settles_what_is_due_without_any_request() {
    let (log, hand) = (Arc::new(MemoryLog::new()), Hand::at(DUE.plus_seconds(-3_600)));
    let writer = Writer::open(Arc::clone(&log), Options { clock: hand.clock(), ..options() }).await.unwrap();
    outcomes(&writer, completed(2_500)).await;
    hand.set(DUE.plus_seconds(-1));
    outcomes(&writer, vec![payment(0)]).await;
    assert_eq!(settled(&events(&*log).await), 0, "nothing is settled too early");
    let mut durable = writer.handle().durable();
    let before = *durable.borrow_and_update();
    hand.set(DUE);
    // Each settlement is two events, and the supplier's funds are opened once.
    let all = before.plus(2 * 2_500 + 1);
    let settled_in_time = durable.wait_for(|position| *position >= all);
    assert_eq!(*tokio::time::timeout(Duration::from_secs(30), settled_in_time).await.unwrap().unwrap(), all);
    let events = events(&*log).await;
    assert_eq!(settled(&events), 2_500);
    let clock = events.iter().filter(|recorded| matches!(recorded.event, Event::OrderSettled(_)));
    assert!(clock.into_iter().all(|recorded| recorded.occurred_at == DUE && recorded.actor == Actor::Ledger));
    writer.stop().await;
}

#[tokio::test]
async fn who_asks_is_answered_while_a_whole_day_falls_due() {
    const DAY: usize = 5_000;
    let (log, hand) = (Arc::new(MemoryLog::new()), Hand::at(DUE.plus_seconds(-3_600)));
    let writer = Writer::open(Arc::clone(&log), Options { clock: hand.clock(), ..options() }).await.unwrap();
    outcomes(&writer, completed(DAY)).await;
    let before = writer.handle().durable().borrow().get();
    hand.set(DUE);
    let asked: Vec<_> = (0..300).map(|number| ask(writer.handle(), vec![payment(number)])).collect();
    for answer in asked {
        answer.await.unwrap().unwrap();
    }
    let all = Position::new(before + 2 * DAY as u64 + 1 + 300);
    let mut durable = writer.handle().durable();
    let settled_in_time = durable.wait_for(|position| *position >= all);
    tokio::time::timeout(Duration::from_secs(30), settled_in_time).await.unwrap().unwrap();
    let events = events(&*log).await;
    let last = events.iter().rposition(|recorded| matches!(recorded.event, Event::OrderSettled(_)));
    let first = events.iter().filter(|recorded| matches!(recorded.event, Event::PaymentReceived(_)));
    let first = first.filter(|recorded| recorded.position.get() <= last.unwrap() as u64).count();
    assert!(first >= 250, "{first} of 300 requests came before the last of {DAY} settlements");
    assert_eq!(settled(&events), DAY);
    writer.stop().await;
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_asked_all_the_same() {
    let (log, hand) = (Arc::new(MemoryLog::new()), Hand::at(DUE.plus_seconds(-7_200)));
    let writer = Writer::open(Arc::clone(&log), Options { clock: hand.clock(), ..options() }).await.unwrap();
    hand.set(DUE.plus_seconds(30 * 86_400));
    writer.handle().settings().await.unwrap();
    hand.set(DUE.plus_seconds(-3_600));
    outcomes(&writer, completed(1)).await;
    let mut durable = writer.handle().durable();
    let before = *durable.borrow_and_update();
    assert_eq!(settled(&events(&*log).await), 0);
    hand.set(DUE);
    let settled_in_time = durable.wait_for(|position| *position > before);
    tokio::time::timeout(Duration::from_secs(30), settled_in_time).await.unwrap().unwrap();
    assert_eq!(settled(&events(&*log).await), 1);
    writer.stop().await;
}
