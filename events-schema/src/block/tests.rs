//! What a sealer makes, and what a reader refuses.

use proptest::prelude::*;

use crate::merkle::{Frontier, leaf_hash};
use crate::{Position, Timestamp};

use super::compression::COMPRESSED_FROM_BYTES;
use super::{
    BLOCK_BYTES_MAX, BLOCK_EVENTS_MAX, BLOCK_PAYLOAD_BYTES_MAX, BlockError, BlockFull, BlockHeader, Codec,
    SealedBlock, Sealer,
};

/// Bytes that cannot be compressed.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let words = (0_u64..).scan(7_u64, |state, _| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some((*state >> 32).to_le_bytes()[0])
    });
    words.take(length).collect()
}

mod compressed;

fn sealer() -> Sealer {
    let mut sealer = Sealer::new([9; 16], 1, 77, Frontier::new());
    sealer.begin(Timestamp::from_micros(1));
    sealer
}

fn push(sealer: &mut Sealer, leaf: &[u8]) -> Result<Position, BlockFull> {
    sealer.push(|bytes| bytes.extend_from_slice(leaf))
}

#[test]
fn every_changed_or_missing_byte_of_a_block_is_noticed() {
    let mut sealer = sealer();
    push(&mut sealer, b"one").unwrap();
    push(&mut sealer, b"another").unwrap();
    let block = sealer.seal();
    for at in 0..block.bytes().len() {
        for flip in [0x01, 0x40, 0xff] {
            let mut bytes = block.bytes().to_vec();
            bytes[at] ^= flip;
            assert!(SealedBlock::decode(bytes).is_err(), "byte {at} ^ {flip:#x}");
        }
        assert!(SealedBlock::decode(block.bytes()[..at].to_vec()).is_err(), "cut at {at}");
    }
    let longer = [block.bytes(), b"x"].concat();
    let (expected, actual) = (block.bytes().len(), longer.len());
    assert_eq!(SealedBlock::decode(longer), Err(BlockError::Length { expected, actual }));
}

#[test]
fn a_payload_that_does_not_hold_the_counted_events_is_refused() {
    let mut sealer = sealer();
    push(&mut sealer, b"one").unwrap();
    let mut bytes = sealer.seal().into_bytes();
    bytes[BlockHeader::BYTES] = 4;
    let mut header = BlockHeader::decode(&bytes).unwrap();
    header.payload_crc = crc32c::crc32c(&bytes[BlockHeader::BYTES..]);
    bytes[..BlockHeader::BYTES].copy_from_slice(&header.encode());
    assert_eq!(SealedBlock::decode(bytes), Err(BlockError::Events));
}

#[test]
fn a_block_takes_no_more_than_its_limits() {
    let mut sealer = sealer();
    // The limit is one for payloads as they are: it does not move with what can be compressed.
    for leaf in [noise(BLOCK_PAYLOAD_BYTES_MAX - 3), vec![7; BLOCK_PAYLOAD_BYTES_MAX - 3]] {
        sealer.begin(Timestamp::from_micros(1));
        let first = sealer.next_position();
        assert_eq!(push(&mut sealer, &leaf), Err(BlockFull));
        assert_eq!(push(&mut sealer, &leaf[1..]), Ok(first));
        assert_eq!(push(&mut sealer, b""), Err(BlockFull));
        let block = sealer.seal();
        assert_eq!(block.header().uncompressed_bytes(), BLOCK_BYTES_MAX);
        assert!(block.bytes().len() <= BLOCK_BYTES_MAX);
        assert_eq!(block.header().codec == Codec::None, block.bytes().len() == BLOCK_BYTES_MAX);
        assert_eq!(SealedBlock::decode(block.bytes().to_vec()), Ok(block));
    }

    sealer.begin(Timestamp::from_micros(2));
    for _ in 0..BLOCK_EVENTS_MAX {
        push(&mut sealer, b"").unwrap();
    }
    assert_eq!(push(&mut sealer, b""), Err(BlockFull));
    assert_eq!(sealer.seal().header().count as usize, BLOCK_EVENTS_MAX);
}

#[test]
fn a_decision_that_does_not_fit_is_taken_out_as_a_whole() {
    let mut sealer = sealer();
    push(&mut sealer, b"kept").unwrap();
    let mut other = sealer.clone();
    let savepoint = sealer.savepoint();
    push(&mut sealer, b"half of a decision").unwrap();
    sealer.roll_back(savepoint);
    assert_eq!(push(&mut sealer, b"after"), Ok(Position::new(2)));
    push(&mut other, b"after").unwrap();
    assert_eq!(sealer.seal(), other.seal());
}

proptest! {
    #[test]
    fn blocks_of_any_size_are_read_as_they_were_sealed(lengths in prop::collection::vec(0..900_usize, 0..30), noisy in 0..=900_usize) {
        let noise = noise(900 * 30);
        let mut sealer = sealer();
        let mut plain = Frontier::new();
        let mut leaves = Vec::new();
        for (index, length) in lengths.iter().enumerate() {
            let (start, noisy) = (900 * index, noisy.min(*length));
            let mut leaf = noise[start..start + noisy].to_vec();
            leaf.extend(b"text that comes again ".iter().cycle().take(length - noisy));
            push(&mut sealer, &leaf).unwrap();
            plain.push(leaf_hash(&leaf));
            leaves.push(leaf);
        }
        let sealed = sealer.seal();
        // The tree is over events as they are.
        prop_assert_eq!(sealed.header().after, plain.head());
        let read = SealedBlock::decode(sealed.bytes().to_vec()).unwrap();
        prop_assert_eq!(&read, &sealed);
        prop_assert!(read.leaves().map(|(_, leaf)| leaf).eq(leaves.iter().map(Vec::as_slice)));
        prop_assert_eq!(read.extend(&mut Frontier::new()), Ok(()));
        let header = read.header();
        prop_assert!(header.block_bytes() <= header.uncompressed_bytes());
        prop_assert!(header.codec == Codec::None || header.payload_bytes as usize >= COMPRESSED_FROM_BYTES);
    }

    #[test]
    fn blocks_cut_anywhere_lead_to_the_same_tree(blocks in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..6), 0..6)) {
        let mut sealer = sealer();
        let mut replayed = Frontier::new();
        let mut plain = Frontier::new();
        for (index, leaves) in (0_i64..).zip(&blocks) {
            sealer.begin(Timestamp::from_micros(index));
            for leaf in leaves {
                plain.push(leaf_hash(leaf));
                prop_assert_eq!(push(&mut sealer, leaf), Ok(Position::new(plain.size())));
            }
            let block = SealedBlock::decode(sealer.seal().into_bytes()).unwrap();
            prop_assert!(block.leaves().map(|(_, leaf)| leaf).eq(leaves.iter().map(Vec::as_slice)));
            prop_assert_eq!(block.extend(&mut replayed), Ok(()));
        }
        prop_assert_eq!(replayed.head(), plain.head());
        // A sealer may stop here and go on from the frontier.
        let mut resumed = Sealer::new([9; 16], 1, 77, plain);
        resumed.begin(Timestamp::from_micros(99));
        sealer.begin(Timestamp::from_micros(99));
        push(&mut sealer, b"next").unwrap();
        push(&mut resumed, b"next").unwrap();
        prop_assert_eq!(sealer.seal(), resumed.seal());
    }
}
