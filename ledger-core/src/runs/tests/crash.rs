//! After a crash, and after damage: exactly what was saved, or nothing.

use std::fs;
use std::path::Path;

use super::{FORMAT, SMALL, Table, UNMERGED, copy, entries, names, open, read, table};
use crate::runs::{Options, Store, StoreError, View};

/// Keys that are read; some are absent.
const KEYS: std::ops::Range<u128> = 0..70;

/// What a store holds after so many saves.
fn saved(saves: u8) -> Table {
    (0..saves).flat_map(|save| table((0..6).map(|key| key * u128::from(save + 1)), save)).collect()
}

fn save(store: &Store, number: u8) {
    let new = table((0..6).map(|key| key * u128::from(number + 1)), number);
    store.save(vec![entries(&new)], &[number + 1; 30]).unwrap();
}

/// Opens the directory; whatever is found must be what was saved with the note that is found. Answers its number.
fn found(dir: &Path, options: Options) -> Option<u8> {
    let (store, note) = open(dir, 1, options);
    let Some(note) = note else {
        assert!(store.view().is_empty(0) && names(dir).is_empty());
        return None;
    };
    assert_eq!(note, [note[0]; 30]);
    never_wrong(&store.view(), &saved(note[0]));
    Some(note[0])
}

/// Reads everything: it is right, or damaged.
fn never_wrong(view: &View, expected: &Table) {
    for key in KEYS {
        match read(view, 0, key) {
            Ok(value) => assert_eq!(value.as_ref(), expected.get(&key), "key {key}"),
            Err(error) => assert!(matches!(error, StoreError::Damaged { .. }), "{error}"),
        }
    }
}

/// The names of all files but the manifest.
fn but_manifest(dir: &Path) -> Vec<String> {
    names(dir).into_iter().filter(|name| name != "manifest").collect()
}

#[test]
fn a_crash_in_the_middle_of_a_save_leaves_the_save_before() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, UNMERGED);
    (0..3).for_each(|number| save(&store, number));
    let before = tempfile::tempdir().unwrap();
    copy(dir.path(), before.path(), &names(dir.path()));
    save(&store, 3);
    let new: Vec<String> =
        names(dir.path()).into_iter().filter(|name| !before.path().join(name).exists()).collect();
    assert_eq!(new.len(), 2, "a run and a note");
    for name in new.iter().map(String::as_str).chain(["manifest"]) {
        let bytes = fs::read(dir.path().join(name)).unwrap();
        let to = if name == "manifest" { "manifest.new" } else { name };
        for length in (0..bytes.len()).step_by(13).chain([bytes.len()]) {
            let crashed = tempfile::tempdir().unwrap();
            copy(before.path(), crashed.path(), &names(before.path()));
            fs::write(crashed.path().join(to), &bytes[..length]).unwrap();
            assert_eq!(found(crashed.path(), UNMERGED), Some(3));
            assert_eq!(names(crashed.path()), names(before.path()));
        }
    }
    // The old note is removed last.
    copy(before.path(), dir.path(), &but_manifest(before.path()));
    drop(store);
    assert_eq!(found(dir.path(), UNMERGED), Some(4));
}

#[test]
fn a_crash_at_any_moment_leaves_what_was_saved() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, SMALL);
    std::thread::scope(|scope| {
        let saving = scope.spawn(|| (0..12).for_each(|number| save(&store, number)));
        let mut last = None;
        while !saving.is_finished() {
            let crashed = tempfile::tempdir().unwrap();
            // What the manifest names may be gone when it is copied; then nothing is found.
            copy(dir.path(), crashed.path(), &["manifest".to_owned()]);
            copy(dir.path(), crashed.path(), &but_manifest(dir.path()));
            let now = found(crashed.path(), SMALL);
            assert!(now.is_none() || now >= last);
            last = now.or(last);
        }
    });
    store.wait_until_merged();
    let crashed = tempfile::tempdir().unwrap();
    copy(dir.path(), crashed.path(), &names(dir.path()));
    assert_eq!(found(crashed.path(), SMALL), Some(12));
}

/// Each way in which one file can be other than it was.
fn damages(bytes: &[u8]) -> impl Iterator<Item = Option<Vec<u8>>> {
    let flipped = (0..bytes.len()).step_by(5).map(|at| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 1 << (at % 8);
        bytes
    });
    let cut = (0..bytes.len()).step_by(17).map(|length| bytes[..length].to_vec());
    let longer = [[bytes, &[0]].concat()];
    flipped.chain(cut).chain(longer).map(Some).chain([None])
}

#[test]
fn damage_to_any_file_is_noticed() {
    let whole = tempfile::tempdir().unwrap();
    let (store, _) = open(whole.path(), 1, UNMERGED);
    (0..3).for_each(|number| save(&store, number));
    drop(store);
    let (dir, mut kept) = (tempfile::tempdir().unwrap(), 0);
    for name in names(whole.path()) {
        for damaged in damages(&fs::read(whole.path().join(&name)).unwrap()) {
            copy(whole.path(), dir.path(), &names(whole.path()));
            match damaged {
                Some(bytes) => fs::write(dir.path().join(&name), bytes).unwrap(),
                None => fs::remove_file(dir.path().join(&name)).unwrap(),
            }
            if let Some(saves) = found(dir.path(), UNMERGED) {
                assert!(saves == 3 && name.starts_with("run"), "{name}");
                kept += 1;
            }
        }
    }
    assert!(kept > 0, "blocks are looked at when they are read");
}

#[test]
fn a_run_in_the_place_of_another_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, UNMERGED);
    for number in 0..2 {
        store.save(vec![entries(&table(0..30, number))], b"").unwrap();
    }
    drop(store);
    fs::copy(dir.path().join("run-1"), dir.path().join("run-3")).unwrap();
    let (_, note) = Store::open_with(dir.path(), FORMAT, 1, UNMERGED).unwrap();
    assert_eq!(note, None);
}

#[test]
fn damage_to_blocks_is_noticed_when_they_are_merged() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = open(dir.path(), 1, UNMERGED);
    (0..3).for_each(|number| save(&store, number));
    drop(store);
    let mut bytes = fs::read(dir.path().join("run-1")).unwrap();
    bytes[50] ^= 1;
    fs::write(dir.path().join("run-1"), bytes).unwrap();
    let (store, note) = open(dir.path(), 1, SMALL);
    assert_eq!(note.unwrap(), [3; 30]);
    assert!(!store.wait_until_merged());
    assert!(store.save(vec![entries(&Table::new())], b"").is_err());
    never_wrong(&store.view(), &saved(3));
    assert!(matches!(read(&store.view(), 0, 1), Err(StoreError::Damaged { .. })));
}
