//! The bytes of format 1, held forever.

use crate::merkle::{Frontier, leaf_hash};
use crate::{Position, Timestamp};

use super::{Codec, SealedBlock, Sealer};

/// A block of three events (one is empty) and the fence after it, as first written. Never change this file.
const GOLDEN: &str = include_str!("../../golden/block_format_1.hex");

/// A compressed block, as first written. Other versions of zstd may make other bytes of it; they must read these. Never
/// change this file.
const GOLDEN_ZSTD: &str = include_str!("../../golden/block_format_1_zstd.hex");

fn golden() -> Vec<Vec<u8>> {
    blocks_of(GOLDEN)
}

fn blocks_of(text: &str) -> Vec<Vec<u8>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let digits: Vec<_> = lines.collect();
    let blocks = digits.split(|line| line.is_empty());
    blocks.map(|lines| bytes_of(&lines.concat())).collect()
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Seals the blocks of the golden file: they begin after two events.
fn sealed() -> [SealedBlock; 2] {
    let mut frontier = Frontier::new();
    frontier.push(leaf_hash(b"first"));
    frontier.push(leaf_hash(b"second"));
    let mut sealer = Sealer::new(*b"the ledger's log", 5, 0x0123_4567_89ab_cdef, frontier);
    sealer.begin(Timestamp::from_micros(1_793_500_200_000_001));
    for leaf in [b"third".as_slice(), b"", b"the fifth event"] {
        sealer.push(|bytes| bytes.extend_from_slice(leaf)).unwrap();
    }
    let block = sealer.seal();
    sealer.set_term(6);
    sealer.begin(Timestamp::from_micros(1_793_500_200_000_002));
    [block, sealer.seal()]
}

#[test]
fn a_block_is_sealed_to_the_same_bytes_as_ever() {
    let golden = golden();
    assert_eq!(golden.len(), 2);
    for (block, bytes) in sealed().iter().zip(&golden) {
        assert_eq!(block.bytes(), bytes);
    }
}

#[test]
fn a_block_of_any_time_is_read() {
    let [block, fence] = sealed();
    let golden = golden();
    let read = SealedBlock::decode(golden[0].clone()).unwrap();
    assert_eq!(read, block);
    let leaves: Vec<_> = read.leaves().collect();
    let expected: [(u64, &[u8]); 3] = [(3, b"third"), (4, b""), (5, b"the fifth event")];
    assert_eq!(leaves, expected.map(|(position, leaf)| (Position::new(position), leaf)));
    let read = SealedBlock::decode(golden[1].clone()).unwrap();
    assert_eq!(read, fence);
    assert!(read.header().is_fence() && read.leaves().next().is_none());
}

/// The events of the compressed block, which begins the log.
fn compressed_leaves() -> impl Iterator<Item = String> {
    (1..=60).map(|number| {
        format!("order {number} of {} was paid by card, {}.00 CNY", number % 7, number * number)
    })
}

#[test]
fn a_compressed_block_of_any_time_is_read() {
    let golden = blocks_of(GOLDEN_ZSTD);
    let [bytes] = golden.as_slice() else { panic!("{} blocks", golden.len()) };
    let read = SealedBlock::decode(bytes.clone()).unwrap();
    assert_eq!(read.header().codec, Codec::Zstd);
    assert!(read.leaves().map(|(_, leaf)| leaf.to_vec()).eq(compressed_leaves().map(String::into_bytes)));
    assert_eq!(read.extend(&mut Frontier::new()), Ok(()));
    assert_eq!(read.bytes(), bytes, "a copy is stored as the original is");

    let mut sealer = Sealer::new(*b"the ledger's log", 5, 0x0123_4567_89ab_cdef, Frontier::new());
    sealer.begin(Timestamp::from_micros(1_793_500_200_000_003));
    for leaf in compressed_leaves() {
        sealer.push(|bytes| bytes.extend_from_slice(leaf.as_bytes())).unwrap();
    }
    let anew = sealer.seal();
    assert!(anew.leaves().eq(read.leaves()));
    assert_eq!(anew.header().after, read.header().after);
}
