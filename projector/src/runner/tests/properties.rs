//! Whatever happens, wherever and in whatever blocks: the tables are what the events come to.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::change::Value;
use crate::history::random_in;

/// Time zones, and an instant shortly before their clocks change: by an hour, by half an hour, and at one minute past
/// midnight, into the day before.
const PLACES: [(&str, &str); 4] = [
    ("Asia/Shanghai", "2026-10-31T23:10:00+08:00"),
    ("America/New_York", "2026-10-31T12:00:00-04:00"),
    ("Australia/Lord_Howe", "2027-04-02T12:00:00+11:00"),
    ("America/St_Johns", "2010-11-05T12:00:00-02:30"),
];

#[test]
fn random_histories_show_every_type_of_event() {
    let shown: BTreeSet<_> = random(1, 3_000).recorded.iter().map(|recorded| recorded.event.name()).collect();
    let missing: Vec<_> =
        events_schema::Event::REGISTRY.iter().filter(|(_, _, name)| !shown.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// And funds that fall below zero, and rise again, of suppliers and of distributors.
#[test]
fn random_histories_show_funds_below_zero() {
    let mut shown = BTreeSet::new();
    for seed in 1..6 {
        let changes = random(seed, 1_000).changes_after(0);
        let rows = changes.rows.iter().find(|rows| rows.table.name == "journal_below_zero");
        for row in rows.into_iter().flat_map(|rows| &rows.born) {
            let [Value::Int(account), Value::Int(amount)] = *row.facts else { panic!("{row:?}") };
            shown.insert((account, amount.signum()));
        }
    }
    assert_eq!(shown, BTreeSet::from([(11, -1), (11, 1), (13, -1), (13, 1)]));
}

/// Where epochs end that are closed by the first block with which they have enough events.
fn epochs(history: &History, lengths: &[usize]) -> Vec<i64> {
    let (mut ends, mut after) = (Vec::new(), 0);
    for end in history.blocks(lengths).iter().map(|block| block.header().last().as_i64()) {
        if end - after >= i64::try_from(OPTIONS.epoch_events).unwrap() {
            ends.push(end);
            after = end;
        }
    }
    ends
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_tables_tell_how_everything_stood_at_any_position(
        seed in any::<u64>(),
        commands in 20_usize..300,
        lengths in prop::collection::vec(1_usize..20, 1..6),
        shares in prop::collection::vec(0_usize..=1_000, 6),
    ) {
        let history = random(seed, commands);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (place, log) = (Engine::Sqlite.place().await, Arc::new(history.log(&lengths).await));
            follow(&place, &log).await;
            let dump = current(&place).await;
            for share in shares {
                let position = history.recorded.len() * share / 1_000;
                naive::check_as_of(&history, &dump, i64::try_from(position).unwrap());
            }
        });
    }

    #[test]
    fn the_tables_are_what_the_events_come_to(
        (zone, begin) in prop::sample::select(PLACES.to_vec()),
        seed in any::<u64>(),
        commands in 20_usize..400,
        lengths in prop::collection::vec(1_usize..60, 1..6),
        batch_bytes in prop::sample::select(vec![1, 2_000, 1 << 20]),
    ) {
        let history = random_in(zone, begin, seed, commands);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (place, log) = (Engine::Sqlite.place().await, Arc::new(history.log(&lengths).await));
            follow(&place, &log).await;
            let followed = current(&place).await;
            naive::check(&history, &followed);
            assert_eq!(naive::ends(&followed), epochs(&history, &lengths));
            // However the log is read.
            rebuild(&place.place(), log, Options { batch_bytes, ..OPTIONS }, |_| {}).await.unwrap();
            assert_eq!(current(&place).await, followed);
        });
    }
}
