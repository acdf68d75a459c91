//! Whatever is done in whatever order: the store holds what a map in memory holds.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Options, Table, check, entries, open};
use crate::runs::View;

const TABLES: usize = 2;

/// Keys: small numbers, and some that differ in their highest bits only.
fn key() -> impl Strategy<Value = u128> {
    prop_oneof![0..40_u128, (0..40_u128).prop_map(|key| key << 122 | 7)]
}

fn keys() -> impl Iterator<Item = u128> {
    (0..40).chain((0..40).map(|key| key << 122 | 7))
}

/// What is done to a store.
#[derive(Clone, Debug)]
enum Step {
    /// Entries are saved: table, key, value.
    Save(Vec<(usize, u128, Vec<u8>)>),
    /// It is closed and opened again.
    Reopen,
    /// Merging gets to its end.
    Settle,
    /// It is cleared.
    Clear,
}

fn step() -> impl Strategy<Value = Step> {
    let value = prop_oneof![4 => vec(any::<u8>(), 0..30), 1 => vec(any::<u8>(), 100..400)];
    prop_oneof![
        12 => vec((0..TABLES, key(), value), 0..30).prop_map(Step::Save),
        2 => Just(Step::Reopen),
        2 => Just(Step::Settle),
        1 => Just(Step::Clear),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    (2..4_usize, 2..8_usize, 1..6_u64, 1..300_usize, 1..1000_usize).prop_map(
        |(runs, more, look, block, buffer)| Options {
            tables: &[],
            runs_per_level: runs,
            runs_waiting_max: runs + more,
            entries_per_look: look,
            block_bytes: block,
            buffer_bytes: buffer,
            sync_bytes: 4096,
        },
    )
}

fn same(view: &View, model: &[Table; TABLES]) {
    for (table, expected) in model.iter().enumerate() {
        check(view, table, expected, keys());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_store_holds_what_a_map_holds(options in options(), steps in vec(step(), 1..25)) {
        let dir = tempfile::tempdir().unwrap();
        let (mut store, _) = open(dir.path(), TABLES, options);
        let mut model: [Table; TABLES] = Default::default();
        let (mut note, mut before) = (None, Vec::new());
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Save(new) => {
                    let mut tables: [Table; TABLES] = Default::default();
                    for (table, key, value) in new {
                        tables[table].insert(key, value);
                    }
                    note = Some(number.to_le_bytes().to_vec());
                    let saved = store.save(tables.iter().map(entries).collect(), &number.to_le_bytes()).unwrap();
                    model.iter_mut().zip(tables).for_each(|(all, new)| all.extend(new));
                    same(&saved, &model);
                }
                Step::Reopen => {
                    drop(store);
                    let (opened, found) = open(dir.path(), TABLES, options);
                    prop_assert_eq!(&found, &note);
                    store = opened;
                }
                Step::Settle => prop_assert!(store.wait_until_merged()),
                Step::Clear => {
                    store.clear().unwrap();
                    note = None;
                    model = Default::default();
                }
            }
            same(&store.view(), &model);
            before.push((store.view(), model.clone()));
        }
        // Views are of their moment, also when the store is gone.
        drop(store);
        for (view, model) in &before {
            same(view, model);
        }
    }
}
