//! Merging: few runs, the same contents, no files left.

use super::{Options, SMALL, Table, check, entries, names, open, table};
use crate::runs::Entries;

#[test]
fn merging_keeps_the_contents_and_the_number_of_runs_small() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 2, SMALL);
    let mut all = Table::new();
    for save in 0..100 {
        let new = table((0..20).map(|key| u128::from(save) * 15 + key), save);
        store.save(vec![entries(&new), Entries::new()], &[save]).unwrap();
        all.extend(new);
    }
    assert!(store.wait_until_merged());
    let stats = store.view().stats();
    assert!(stats.runs <= 8, "{stats:?}");
    check(&store.view(), 0, &all, 0..1600);
    assert!(store.view().is_empty(1));
    assert_eq!(names(dir.path()).len() as u64, stats.runs + 2, "runs, a manifest and a note");
    drop(store);
    let (store, note) = open(dir.path(), 2, SMALL);
    assert_eq!(note.unwrap(), [99]);
    check(&store.view(), 0, &all, 0..1600);
}

#[test]
fn entries_that_are_replaced_again_and_again_do_not_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, Options { runs_per_level: 4, runs_waiting_max: 12, ..SMALL });
    for save in 0..200 {
        store.save(vec![entries(&table(0..30, save))], b"").unwrap();
    }
    assert!(store.wait_until_merged());
    let stats = store.view().stats();
    assert!(stats.entries <= 30 * 6, "{stats:?}");
    check(&store.view(), 0, &table(0..30, 199), 0..40);
}

#[test]
fn views_stay_as_they_are_while_their_runs_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, SMALL);
    let (mut all, mut views) = (Table::new(), Vec::new());
    for save in 0..30 {
        let new = table((0..10).map(|key| key * u128::from(save + 1) % 97), save);
        all.extend(new.clone());
        views.push((store.save(vec![entries(&new)], b"").unwrap(), all.clone()));
    }
    assert!(store.wait_until_merged());
    for (view, expected) in &views {
        check(view, 0, expected, 0..100);
    }
    let held = names(dir.path()).len();
    drop(views);
    let left = names(dir.path()).len();
    assert!(left < held);
    assert_eq!(left as u64, store.view().stats().runs + 2);
}

#[test]
fn readers_see_every_entry_while_runs_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, SMALL);
    let all = table(0..100, 1);
    store.save(vec![entries(&all)], b"").unwrap();
    std::thread::scope(|scope| {
        let saving = scope.spawn(|| {
            for save in 0..40 {
                store.save(vec![entries(&table([1000 + save], 1))], b"").unwrap();
            }
        });
        while !saving.is_finished() {
            check(&store.view(), 0, &all, 0..150);
        }
    });
}

#[test]
fn a_store_closes_and_clears_while_it_merges() {
    let dir = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let (store, _) = open(dir.path(), 1, SMALL);
        for save in 0..4 {
            store.save(vec![entries(&table(0..500, save))], &[round, save]).unwrap();
        }
        if round % 2 == 0 {
            store.clear().unwrap();
        }
        drop(store);
        let (store, note) = open(dir.path(), 1, SMALL);
        let kept = if round % 2 == 0 { Table::new() } else { table(0..500, 3) };
        assert_eq!(note, (round % 2 == 1).then(|| vec![round, 3]));
        check(&store.view(), 0, &kept, 0..600);
    }
}
