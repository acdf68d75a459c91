//! Tests of the store, and what they share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Entries, Options, Store, StoreError, View};

mod parts;
mod saving;
mod merging;
mod inside;
mod trouble;
mod crash;
mod model;

/// The version of the contents that tests save.
const FORMAT: u32 = 7;

/// What a table should hold.
type Table = BTreeMap<u128, Vec<u8>>;

/// Sizes with which a few entries make many blocks, and a few saves many levels.
const SMALL: Options = Options {
    tables: &[],
    runs_per_level: 2,
    runs_waiting_max: 4,
    entries_per_look: 3,
    block_bytes: 100,
    buffer_bytes: 400,
    sync_bytes: 1000,
};

/// Like [`SMALL`], but nothing is merged.
const UNMERGED: Options = Options { runs_per_level: 1000, runs_waiting_max: 1000, ..SMALL };

fn open(dir: &Path, tables: usize, options: Options) -> (Store, Option<Vec<u8>>) {
    Store::open_with(dir, FORMAT, tables, options).unwrap()
}

fn entries(table: &Table) -> Entries {
    let mut entries = Entries::new();
    for (key, value) in table.iter().rev() {
        entries.push(*key, |bytes| bytes.extend_from_slice(value));
    }
    entries
}

/// Entries for these numbers; which values they have depends on `save`.
fn table(keys: impl IntoIterator<Item = u128>, save: u8) -> Table {
    keys.into_iter().map(|key| (key, vec![save; usize::try_from(key % 40).unwrap()])).collect()
}

fn read(view: &View, table: usize, key: u128) -> Result<Option<Vec<u8>>, StoreError> {
    let mut value = b"what was there before".to_vec();
    let found = view.get(table, key, &mut value)?;
    assert!(found || value.is_empty());
    assert!(!found || view.may_contain(table, key));
    Ok(found.then_some(value))
}

/// Checks a table for these keys.
fn check(view: &View, table: usize, expected: &Table, keys: impl IntoIterator<Item = u128>) {
    assert_eq!(view.is_empty(table), expected.is_empty());
    for key in keys {
        let found = read(view, table, key).unwrap();
        assert_eq!(found.as_ref(), expected.get(&key), "key {key} of table {table}");
    }
}

/// The names of all files, sorted.
fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Copies what is there of the files with these names.
fn copy(from: &Path, to: &Path, names: &[String]) {
    for name in names {
        // It may have been removed meanwhile.
        if let Ok(bytes) = fs::read(from.join(name)) {
            fs::write(to.join(name), bytes).unwrap();
        }
    }
}
