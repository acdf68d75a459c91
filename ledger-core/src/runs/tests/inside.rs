//! Smaller merges inside a larger one: driven by hand, without the thread.

use std::cell::{Cell, RefCell};
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;

use super::{FORMAT, Options, SMALL, Table, check, entries, names, open, table};
use crate::runs::levels::{is_behind, next_job};
use crate::runs::under_way::UnderWay;
use crate::runs::{Store, StoreError};

fn open_unmerged(dir: &Path, tables: usize, options: Options) -> Store {
    Store::open_unmerged(dir, FORMAT, tables, options).unwrap().0
}

fn next(store: &Store) -> Option<UnderWay<'static>> {
    let shared = &store.shared;
    next_job(&shared.view(), shared.options, None).map(|job| shared.begin(&shared.lock(), job, None))
}

/// Merges all there is.
fn settle(store: &Store) {
    while let Some(merge) = next(store) {
        store.shared.merge_if(&merge, || store.shared.merge_inside(&merge)).unwrap();
    }
}

/// The level of each run of a table, the newest first.
fn levels(store: &Store, table: usize) -> Vec<u32> {
    store.view().tables[table].iter().map(|run| run.info.level).collect()
}

/// A store in which the next merge is a large one: of two runs of level 1.
fn with_large_merge(dir: &Path, entries_each: u128) -> (Store, Table) {
    let store = open_unmerged(dir, 2, SMALL);
    let mut all = Table::new();
    for save in 0..4 {
        let new = table((0..entries_each).map(|key| key * 4 + u128::from(save)), save);
        store.save(vec![entries(&new), entries(&Table::new())], b"").unwrap();
        all.extend(new);
        if save == 1 {
            settle(&store);
        }
    }
    let merge = next(&store).unwrap();
    assert_eq!(merge.job.lowest_level(), 0);
    store.shared.merge_if(&merge, || Ok(true)).unwrap();
    drop(merge);
    assert_eq!(levels(&store, 0), [1, 1]);
    (store, all)
}

#[test]
fn saves_do_not_wait_for_a_large_merge() {
    let dir = tempfile::tempdir().unwrap();
    let (store, all) = with_large_merge(dir.path(), 300);
    let all = RefCell::new(all);
    let merge = next(&store).unwrap();
    let (saves, looks) = (Cell::new(0), Cell::new(0_u32));
    let merged = store.shared.merge_if(&merge, || {
        looks.set(looks.get() + 1);
        if looks.get().is_multiple_of(60) {
            let number = saves.replace(saves.get() + 1);
            let new = table((0..5).map(|key| key * 31 + u128::from(number)), number);
            // It would wait for ever: nobody else merges.
            assert!(!is_behind(&store.view(), SMALL), "{number}: {:?}", levels(&store, 0));
            store.save(vec![entries(&new), entries(&new)], &[number]).unwrap();
            all.borrow_mut().extend(new);
        }
        let go_on = store.shared.merge_inside(&merge);
        check(&store.view(), 0, &all.borrow(), (0..1200).step_by(31));
        go_on
    });
    merged.unwrap();
    assert!(saves.get() > 5, "more than could wait: {}", saves.get());
    assert_eq!(*levels(&store, 0).last().unwrap(), 2);
    drop(merge);
    settle(&store);
    check(&store.view(), 0, &all.borrow(), 0..1300);
    assert_eq!(names(dir.path()).len() as u64, store.view().stats().runs + 2, "runs, a manifest and a note");
    let numbers = saves.get();
    drop(store);
    let (store, note) = open(dir.path(), 2, SMALL);
    assert_eq!(note.unwrap(), [numbers - 1]);
    check(&store.view(), 0, &all.borrow(), 0..1300);
}

#[test]
fn so_many_saves_that_a_large_merge_would_never_end_have_to_wait() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = with_large_merge(dir.path(), 300);
    let merge = next(&store).unwrap();
    let made = RefCell::new(Vec::new());
    let merged = store.shared.merge_if(&merge, || {
        let before = made.borrow().len();
        while !is_behind(&store.view(), SMALL) {
            let keys = u128::try_from(made.borrow().len() * 30).unwrap();
            store.save(vec![entries(&table(keys..keys + 30, 1)), entries(&Table::new())], b"").unwrap();
            made.borrow_mut().push(merge.part_done(100));
            assert!(made.borrow().len() < before + 10, "saves go on for ever");
            assert!(store.shared.merge_inside(&merge).unwrap());
        }
        store.shared.merge_inside(&merge)
    });
    merged.unwrap();
    let made = made.into_inner();
    let (first, second) =
        (made.iter().filter(|at| **at < 50).count(), made.iter().filter(|at| **at >= 50).count());
    assert!(first < 15 && (1..15).contains(&second), "{made:?}");
    assert!(levels(&store, 0).iter().filter(|level| **level == 1).count() <= SMALL.runs_waiting_max);
    drop(merge);
    settle(&store);
    assert!(!is_behind(&store.view(), SMALL));
}

#[test]
fn runs_that_are_being_merged_do_not_join_another_merge() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut all) = with_large_merge(dir.path(), 5);
    let merge = next(&store).unwrap();
    let new = table(0..500, 9);
    let saved = Cell::new(false);
    let merged = store.shared.merge_if(&merge, || {
        if !saved.replace(true) {
            for save in 8..10 {
                store.save(vec![entries(&table(0..500, save)), entries(&Table::new())], b"").unwrap();
            }
            assert!(store.shared.merge_inside(&merge)?);
            assert_eq!(levels(&store, 0), [1, 1, 1], "small as the old ones are, they are not taken");
        }
        store.shared.merge_inside(&merge)
    });
    merged.unwrap();
    assert_eq!(levels(&store, 0), [1, 2]);
    all.extend(new);
    check(&store.view(), 0, &all, 0..600);
}

#[test]
fn clearing_and_closing_break_off_all_merges() {
    for closes in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = with_large_merge(dir.path(), 300);
        let merge = next(&store).unwrap();
        let looks = Cell::new(0);
        let merged = store.shared.merge_if(&merge, || {
            looks.set(looks.get() + 1);
            if looks.get() < 10 {
                return Ok(true);
            }
            for _ in 0..2 {
                store.save(vec![entries(&table(0..50, 1)), entries(&Table::new())], b"").unwrap();
            }
            let job = next_job(&store.view(), SMALL, Some(&merge)).unwrap();
            let smaller = store.shared.begin(&store.shared.lock(), job, Some(&merge));
            let inside = Cell::new(0);
            store.shared.merge_if(&smaller, || {
                inside.set(inside.get() + 1);
                assert!(inside.get() <= 3, "it goes on");
                if inside.get() == 3 && closes {
                    store.shared.break_off.store(true, Ordering::Relaxed);
                } else if inside.get() == 3 {
                    store.clear().unwrap();
                    store.save(vec![entries(&table(0..9, 7)), entries(&Table::new())], b"new").unwrap();
                }
                store.shared.merge_inside(&smaller)
            })?;
            drop(smaller);
            store.shared.merge_inside(&merge)
        });
        merged.unwrap();
        assert_eq!(looks.get(), 10);
        drop(merge);
        assert_eq!(levels(&store, 0), if closes { vec![0, 0, 1, 1] } else { vec![0] });
        assert!(store.view().tables[0].iter().all(|run| !run.is_merging()));
        let runs = names(dir.path()).iter().filter(|name| name.starts_with("run-")).count();
        assert_eq!(runs as u64, store.view().stats().runs);
    }
}

#[test]
fn what_fails_inside_a_merge_ends_both() {
    let dir = tempfile::tempdir().unwrap();
    let (store, mut all) = with_large_merge(dir.path(), 100);
    let merge = next(&store).unwrap();
    let failed = store.shared.merge_if(&merge, || {
        for save in 10..12 {
            store.save(vec![entries(&table(0..50, save)), entries(&Table::new())], b"").unwrap();
        }
        let number = store.shared.next_number.load(Ordering::Relaxed);
        fs::create_dir(dir.path().join(format!("run-{number}"))).unwrap();
        store.shared.merge_inside(&merge)
    });
    assert!(matches!(failed, Err(StoreError::Io { .. })));
    drop(merge);
    all.extend(table(0..50, 11));
    assert_eq!(levels(&store, 0), [0, 0, 1, 1]);
    check(&store.view(), 0, &all, 0..400);
    settle(&store);
    check(&store.view(), 0, &all, 0..400);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn levels_stay_in_order_whenever_saves_come(
        saves in vec((0..8_u32, 0..2_usize, 0..200_u128, 1..60_u128), 1..40),
        per_level in 2..4_usize,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { runs_per_level: per_level, runs_waiting_max: 6, entries_per_look: 2, ..SMALL };
        let store = open_unmerged(dir.path(), 2, options);
        let mut model: [Table; 2] = Default::default();
        let saves = RefCell::new(saves.into_iter().zip(0_u8..));
        let model = RefCell::new(&mut model);
        // Saves one more, unless it would have to wait.
        let save = || {
            if is_behind(&store.view(), options) {
                return None;
            }
            let ((pause, into, from, count), number) = saves.borrow_mut().next()?;
            let new = table(from..from + count, number);
            let mut tables = vec![entries(&Table::new()), entries(&Table::new())];
            tables[into] = entries(&new);
            store.save(tables, &[number]).unwrap();
            model.borrow_mut()[into].extend(new);
            Some(pause)
        };
        loop {
            let mut merge = next(&store);
            if merge.is_none() && save().is_none() {
                break;
            }
            merge = merge.or_else(|| next(&store));
            let Some(merge) = merge else { continue };
            let pause = Cell::new(1);
            store.shared.merge_if(&merge, || {
                pause.set(pause.get() - 1);
                if pause.get() == 0 {
                    pause.set(save().unwrap_or(0) + 1);
                }
                let go_on = store.shared.merge_inside(&merge);
                for runs in &store.view().tables {
                    assert!(runs.is_sorted_by_key(|run| run.info.level));
                    assert!(merge.job.runs.iter().all(|run| run.is_merging()));
                }
                go_on
            }).unwrap();
        }
        for (table, expected) in model.borrow().iter().enumerate() {
            check(&store.view(), table, expected, 0..270);
            for level in levels(&store, table).chunk_by(|a, b| a == b) {
                prop_assert!(level.len() < per_level);
            }
        }
    }
}
