//! What is saved is there, and comes back.

use std::fs;

use super::{FORMAT, SMALL, Table, UNMERGED, check, entries, names, open, read, table};
use crate::runs::{Entries, Store, View};

#[test]
fn a_new_store_is_empty() {
    let dir = tempfile::tempdir().unwrap();
    let (store, note) = open(&dir.path().join("a/b"), 2, SMALL);
    assert_eq!(note, None);
    for view in [&*store.view(), &View::default()] {
        assert!(view.is_empty(0) && view.is_empty(5));
        assert!(!view.may_contain(1, 0));
        assert_eq!(read(view, 1, 0).unwrap(), None);
        assert_eq!(view.stats().runs, 0);
    }
}

#[test]
fn a_save_comes_back_with_its_note() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 3, SMALL);
    let (first, third) = (table(0..100, 1), table((0..90).map(|key| key << 100), 1));
    let view = store.save(vec![entries(&first), Entries::new(), entries(&third)], b"so far").unwrap();
    let check_all = |view: &View| {
        check(view, 0, &first, 0..200);
        check(view, 1, &Table::new(), 0..200);
        check(view, 2, &third, (0..90).map(|key| key << 100).chain(1..200));
        assert_eq!((view.stats().runs, view.stats().entries), (2, 190));
        assert!(view.stats().disk_bytes > 190 * 17 && view.stats().memory_bytes > 190 * 2);
    };
    check_all(&view);
    check_all(&store.view());
    drop(store);
    let (store, note) = open(dir.path(), 3, SMALL);
    assert_eq!(note.unwrap(), b"so far");
    check_all(&store.view());
}

#[test]
fn a_save_of_nothing_saves_its_note() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, SMALL);
    store.save(vec![Entries::new()], b"first").unwrap();
    store.save(vec![Entries::new()], b"").unwrap();
    assert_eq!(names(dir.path()).len(), 2, "a manifest and one note");
    drop(store);
    assert_eq!(open(dir.path(), 1, SMALL).1, Some(Vec::new()));
}

#[test]
fn of_entries_with_one_key_the_later_one_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, UNMERGED);
    let mut twice = Entries::new();
    for (key, value) in [(1, "a"), (2, ""), (1, ""), (3, "x"), (2, "b"), (1, "c"), (3, "")] {
        twice.push(key, |bytes| bytes.extend_from_slice(value.as_bytes()));
    }
    assert_eq!((twice.len(), twice.is_empty()), (7, false));
    let expected = Table::from([(1, b"c".to_vec()), (2, b"b".to_vec()), (3, Vec::new())]);
    let view = store.save(vec![twice], b"").unwrap();
    check(&view, 0, &expected, 0..5);
    assert_eq!(view.stats().entries, 3);
    let later = Table::from([(2, b"later".to_vec())]);
    let after = store.save(vec![entries(&later)], b"").unwrap();
    check(&after, 0, &expected.into_iter().chain(later).collect(), 0..5);
}

#[test]
fn values_may_be_empty_or_a_mebibyte() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::open(dir.path(), FORMAT, &[crate::runs::Table::MostlyAbsent]).unwrap();
    let large = |key: u8| (u128::from(key), vec![key; if key.is_multiple_of(2) { 1 << 20 } else { 0 }]);
    let all: Table = (0..15).map(large).collect();
    for some in all.iter().collect::<Vec<_>>().chunks(3) {
        let some = some.iter().map(|(key, value)| (**key, (*value).clone())).collect();
        store.save(vec![entries(&some)], b"").unwrap();
    }
    check(&store.view(), 0, &all, 0..20);
    assert!(store.wait_until_merged());
    assert_eq!(store.view().stats().runs, 1);
    check(&store.view(), 0, &all, 0..20);
}

#[test]
fn other_contents_are_removed() {
    for (format, tables) in [(FORMAT + 1, 1), (FORMAT, 2)] {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = open(dir.path(), 1, SMALL);
        store.save(vec![entries(&table(0..10, 1))], b"note").unwrap();
        drop(store);
        let (store, note) = Store::open_with(dir.path(), format, tables, SMALL).unwrap();
        assert!(note.is_none() && store.view().is_empty(0));
        assert!(names(dir.path()).is_empty());
    }
}

#[test]
fn files_of_others_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["README", "run-", "run-x", "run-9", "note-9", "manifest.new"] {
        fs::write(dir.path().join(name), "text").unwrap();
    }
    let (_store, note) = open(dir.path(), 1, SMALL);
    assert_eq!(note, None);
    assert_eq!(names(dir.path()), ["README", "run-", "run-x"]);
}

#[test]
fn nothing_is_left_after_clearing() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, UNMERGED);
    let all = table(0..50, 1);
    let before = store.save(vec![entries(&all)], b"note").unwrap();
    store.clear().unwrap();
    assert!(store.view().is_empty(0));
    check(&before, 0, &all, 0..60);
    drop(before);
    assert!(names(dir.path()).is_empty());
    let again = table(40..45, 2);
    store.save(vec![entries(&again)], b"again").unwrap();
    drop(store);
    let (store, note) = open(dir.path(), 1, UNMERGED);
    assert_eq!(note.unwrap(), b"again");
    check(&store.view(), 0, &again, 0..60);
    store.clear().unwrap();
    drop(store);
    assert_eq!(open(dir.path(), 1, UNMERGED).1, None);
}

#[test]
fn a_view_that_outlives_its_store_removes_no_file_of_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, UNMERGED);
    let old = table(0..50, 1);
    let view = store.save(vec![entries(&old)], b"old").unwrap();
    store.clear().unwrap();
    drop(store);
    let (store, note) = open(dir.path(), 1, UNMERGED);
    assert_eq!(note, None);
    let new = table(10..30, 2);
    store.save(vec![entries(&new)], b"new").unwrap();
    check(&view, 0, &old, 0..60);
    drop(view);
    drop(store);
    let (store, note) = open(dir.path(), 1, UNMERGED);
    assert_eq!(note.unwrap(), b"new");
    check(&store.view(), 0, &new, 0..60);
}
