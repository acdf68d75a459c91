//! Compressed blocks.

use super::*;

/// A block of a hundred events that look like each other.
fn compressed(sealer: &mut Sealer) -> SealedBlock {
    for number in 0..100 {
        push(sealer, format!("order number {number} was paid by card").as_bytes()).unwrap();
    }
    let block = sealer.seal();
    assert_eq!(block.header().codec, Codec::Zstd);
    block
}

/// The bytes of `block` with a payload stored otherwise, and a header that fits but for what `change` does.
fn forged(block: &SealedBlock, stored: &[u8], change: impl FnOnce(&mut BlockHeader)) -> Vec<u8> {
    let mut header = block.header().clone();
    header.stored_bytes = u32::try_from(stored.len()).unwrap();
    header.payload_crc = crc32c::crc32c(stored);
    change(&mut header);
    [&header.encode(), stored].concat()
}

#[test]
fn a_compressed_block_is_smaller_and_holds_the_same() {
    let block = compressed(&mut sealer());
    let header = block.header();
    assert!(2 * header.stored_bytes < header.payload_bytes, "{header:?}");
    let mut plain = Frontier::new();
    for (number, (position, leaf)) in (0_u64..).zip(block.leaves()) {
        assert_eq!(position.get(), number + 1);
        assert_eq!(leaf, format!("order number {number} was paid by card").as_bytes());
        plain.push(leaf_hash(leaf));
    }
    assert_eq!(plain.head(), header.after);
    assert_eq!(SealedBlock::check(block.bytes()).as_ref(), Ok(header));
    // A copy is stored as the original is.
    assert_eq!(SealedBlock::decode(block.bytes().to_vec()).unwrap().into_bytes(), block.bytes());
}

#[test]
fn the_codec_is_not_seen_in_the_tree() {
    let block = compressed(&mut sealer());
    let payload: Vec<u8> = block
        .leaves()
        .flat_map(|(_, leaf)| [&u32::try_from(leaf.len()).unwrap().to_le_bytes(), leaf].concat())
        .collect();
    let plain = SealedBlock::decode(forged(&block, &payload, |header| header.codec = Codec::None)).unwrap();
    assert_eq!(plain.extend(&mut Frontier::new()), Ok(()));
    assert_eq!(plain.header().after, block.header().after);
    assert!(plain.leaves().eq(block.leaves()));
}

#[test]
fn every_changed_or_missing_byte_is_noticed_before_anything_is_decompressed() {
    let block = compressed(&mut sealer());
    for at in 0..block.bytes().len() {
        for flip in [0x01, 0x40, 0xff] {
            let mut bytes = block.bytes().to_vec();
            bytes[at] ^= flip;
            let refused = SealedBlock::decode(bytes);
            if at < BlockHeader::BYTES {
                assert!(matches!(refused, Err(BlockError::Header(_))), "byte {at}: {refused:?}");
            } else {
                assert_eq!(refused, Err(BlockError::Checksum), "byte {at} ^ {flip:#x}");
            }
        }
        assert!(SealedBlock::decode(block.bytes()[..at].to_vec()).is_err(), "cut at {at}");
    }
}

#[test]
fn a_payload_that_is_not_as_long_as_the_header_says_is_refused() {
    let block = compressed(&mut sealer());
    let stored = &block.bytes()[BlockHeader::BYTES..];
    let right = block.header().payload_bytes;
    let longest = u32::try_from(BLOCK_PAYLOAD_BYTES_MAX).unwrap();
    for wrong in [block.header().stored_bytes + 1, right - 1, right + 1, longest] {
        let lying = forged(&block, stored, |header| header.payload_bytes = wrong);
        assert_eq!(SealedBlock::decode(lying), Err(BlockError::Decompression), "{wrong} bytes");
    }
    for wrong in [longest + 1, u32::MAX] {
        let lying = forged(&block, stored, |header| header.payload_bytes = wrong);
        assert!(matches!(SealedBlock::decode(lying), Err(BlockError::Header(_))), "{wrong} bytes");
    }
}

#[test]
fn bytes_that_zstd_did_not_make_are_refused_although_their_checksum_holds() {
    let block = compressed(&mut sealer());
    let stored = &block.bytes()[BlockHeader::BYTES..];
    for junk in [&[0; 300], noise(300).as_slice(), &stored[..stored.len() - 1], &[stored, &[0]].concat()] {
        let bytes = forged(&block, junk, |_| ());
        assert!(SealedBlock::check(&bytes).is_ok());
        assert_eq!(SealedBlock::decode(bytes), Err(BlockError::Decompression));
    }
    let counted = forged(&block, stored, |header| {
        header.count += 1;
        header.after.size += 1;
    });
    assert_eq!(SealedBlock::decode(counted), Err(BlockError::Events));
}

#[test]
fn a_fence_and_a_block_of_one_event_stay_as_they_are() {
    let mut sealer = sealer();
    assert_eq!(sealer.seal().header().codec, Codec::None);
    push(&mut sealer, &[b'x'; 200]).unwrap();
    let block = sealer.seal();
    assert_eq!(block.header().codec, Codec::None);
    assert_eq!(block.bytes().len(), BlockHeader::BYTES + 4 + 200);
}
