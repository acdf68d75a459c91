//! Filter, blocks and entries, each by itself.

use proptest::prelude::*;

use crate::runs::block::{checked, checksum, entry_bytes_max, find, put_entry, take_entry};
use crate::runs::filter::{Filter, FilterBuilder, Probe};

/// Keys that differ in few bits, as numbers of events do.
fn key(number: u64) -> u128 {
    u128::from(number) * 3
}

#[test]
fn a_filter_passes_every_key_and_few_others() {
    for (entries, expected) in [(1, 1), (100, 100), (20_000, 20_000), (20_000, 2_000), (20_000, 7_000)] {
        let mut filter = FilterBuilder::for_entries(expected.max(entries));
        (0..expected).for_each(|number| filter.insert(key(number)));
        let filter = filter.finish(expected);
        assert!((0..expected).all(|number| filter.may_contain(Probe::new(key(number)))));
        let passed = (0..100_000).filter(|number| filter.may_contain(Probe::new(key(*number) + 1))).count();
        assert!(passed < 1000, "{passed} of 100000 absent keys pass");
    }
}

#[test]
fn a_filter_has_16_bits_an_entry_when_half_of_the_entries_were_replaced() {
    let filter = FilterBuilder::for_entries(64_000).finish(15_000);
    assert_eq!(filter.blocks(), 1000);
}

#[test]
fn a_filter_is_the_same_after_it_was_stored() {
    let mut filter = FilterBuilder::for_entries(500);
    (0..500).for_each(|number| filter.insert(key(number)));
    let filter = filter.finish(500);
    let bytes: Vec<u8> = filter.encode().flatten().collect();
    let read = Filter::decode(&bytes).unwrap();
    assert!(read.encode().eq(filter.encode()));
    assert!(Filter::decode(&bytes[1..]).is_none());
    assert!(Filter::decode(&[]).is_none());
}

#[test]
fn values_of_all_lengths_fit_in_a_block() {
    for length in [0, 1, 127, 128, 16_383, 16_384, 1 << 20, 1 << 22] {
        let (mut block, value) = (Vec::new(), vec![9; length]);
        put_entry(&mut block, 5, &value);
        assert!(block.len() <= entry_bytes_max(length));
        assert_eq!(take_entry(&mut block.as_slice()), Some((5, value.as_slice())));
        block.pop();
        assert_eq!(take_entry(&mut block.as_slice()), None);
    }
}

#[test]
fn keys_are_found_in_a_block() {
    let mut block = Vec::new();
    for key in [10, 20, u128::MAX] {
        put_entry(&mut block, key, &key.to_le_bytes());
    }
    for key in [10, 20, u128::MAX] {
        let place = find(&block, key).unwrap().unwrap();
        assert_eq!(block[place], key.to_le_bytes());
    }
    assert!([0, 11, 21].iter().all(|key| find(&block, *key) == Ok(None)));
    block.pop();
    assert_eq!(find(&block, u128::MAX), Err(()));
}

#[test]
fn a_block_in_the_place_of_another_is_noticed() {
    let mut bytes = b"some entries".to_vec();
    bytes.extend(checksum(3, 100, &bytes).to_le_bytes());
    assert_eq!(checked(3, 100, &bytes), Some(&b"some entries"[..]));
    assert_eq!(checked(4, 100, &bytes), None);
    assert_eq!(checked(3, 104, &bytes), None);
    assert_eq!(checked(3, 100, &bytes[..3]), None);
}

proptest! {
    #[test]
    fn bytes_that_are_no_entries_do_no_harm(bytes: Vec<u8>, key: u128) {
        if let Ok(Some(place)) = find(&bytes, key) {
            prop_assert!(place.end <= bytes.len());
        }
    }
}
