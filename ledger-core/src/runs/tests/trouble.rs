//! Files that cannot be written, and damage that is met while the store is open.

use std::fs;
use std::path::Path;

use super::{Options, SMALL, UNMERGED, check, entries, names, open, read, table};
use crate::runs::StoreError;

/// Two saves are merged, and no third one is made before that begins.
const PAIRS: Options = Options { runs_waiting_max: 2, ..SMALL };

/// No file can be made where a directory is.
fn block(dir: &Path, name: &str) {
    fs::create_dir(dir.join(name)).unwrap();
}

/// Changes one byte of the first block of a run.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[50] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_save_that_fails_leaves_everything_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, UNMERGED);
    let first = table(0..50, 1);
    store.save(vec![entries(&first)], b"first").unwrap();
    let before = names(dir.path());
    for name in ["run-3", "note-5", "manifest.new"] {
        block(dir.path(), name);
        let failed = store.save(vec![entries(&table(10..80, 2))], b"second");
        assert!(matches!(failed, Err(StoreError::Io { .. })), "{name}");
        fs::remove_dir(dir.path().join(name)).unwrap();
        check(&store.view(), 0, &first, 0..100);
        assert_eq!(names(dir.path()), before, "{name}");
    }
    store.save(vec![entries(&table(50..60, 3))], b"third").unwrap();
    drop(store);
    let (store, note) = open(dir.path(), 1, UNMERGED);
    assert_eq!(note.unwrap(), b"third");
    check(&store.view(), 0, &first.into_iter().chain(table(50..60, 3)).collect(), 0..100);
    assert_eq!(names(dir.path()).len(), 4, "two runs, a manifest and a note");
}

#[test]
fn merging_that_fails_is_tried_again_after_the_next_save() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, PAIRS);
    // A save takes a number for its run and one for its note, a merge one for its run.
    block(dir.path(), "run-5");
    block(dir.path(), "run-8");
    store.save(vec![entries(&table(0..50, 1))], b"").unwrap();
    store.save(vec![entries(&table(0..50, 2))], b"").unwrap();
    assert!(!store.wait_until_merged());
    store.save(vec![entries(&table(0..50, 3))], b"").unwrap();
    assert!(!store.wait_until_merged());
    assert_eq!(store.view().stats().runs, 3);
    store.save(vec![entries(&table(0..50, 4))], b"").unwrap();
    assert!(store.wait_until_merged());
    assert_eq!(store.view().stats().runs, 1);
    check(&store.view(), 0, &table(0..50, 4), 0..60);
}

#[test]
fn damage_is_said_and_never_read() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, PAIRS);
    store.save(vec![entries(&table(0..50, 1))], b"").unwrap();
    damage(&dir.path().join("run-1"));
    assert!(matches!(read(&store.view(), 0, 0), Err(StoreError::Damaged { .. })));
    assert_eq!(read(&store.view(), 0, 49).unwrap(), Some(vec![1; 9]), "another block");
    store.save(vec![entries(&table(0..50, 2))], b"").unwrap();
    assert!(!store.wait_until_merged());
    for _ in 0..2 {
        let refused = store.save(vec![entries(&table(0..50, 3))], b"");
        let error = refused.unwrap_err().to_string();
        assert!(error.ends_with("run-1 is damaged: the checksum of a block does not match"), "{error}");
    }
    store.clear().unwrap();
    for save in 4..10 {
        store.save(vec![entries(&table(0..50, save))], b"").unwrap();
    }
    assert!(store.wait_until_merged());
    check(&store.view(), 0, &table(0..50, 9), 0..60);
}
