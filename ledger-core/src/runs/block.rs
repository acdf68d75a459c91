//! A block of a run: entries in the order of their keys, and a checksum.
//!
//! An entry is its key (16 bytes, the highest first), the length of its value (7 bits a byte, the lowest first; the
//! high bit says that more follow) and the value. The checksum covers where the block stands as well, so that
//! a block that came to the wrong place is noticed.

use std::ops::Range;

use super::bytes::{split_checksum, take_key};

/// The length of the checksum after each block.
pub(super) const CHECKSUM_BYTES: usize = 4;

const KEY_BYTES: usize = 16;

/// No length of a value needs more bits than this.
const LENGTH_BITS: u32 = 32;

/// At most how long an entry with a value of this length is.
pub(super) const fn entry_bytes_max(value_bytes: usize) -> usize {
    KEY_BYTES + LENGTH_BITS.div_ceil(7) as usize + value_bytes
}

/// Appends an entry to a block.
pub(super) fn put_entry(block: &mut Vec<u8>, key: u128, value: &[u8]) {
    block.extend_from_slice(&key.to_be_bytes());
    let mut length = value.len();
    while length >= 0x80 {
        block.push(0x80 | (length & 0x7f).to_le_bytes()[0]);
        length >>= 7;
    }
    block.push(length.to_le_bytes()[0]);
    block.extend_from_slice(value);
}

/// Takes an entry off the front; `None` when there is no whole one.
pub(super) fn take_entry<'a>(bytes: &mut &'a [u8]) -> Option<(u128, &'a [u8])> {
    let mut rest = *bytes;
    let key = take_key(&mut rest)?;
    let length = take_length(&mut rest)?;
    let (value, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some((key, value))
}

fn take_length(bytes: &mut &[u8]) -> Option<usize> {
    let mut length = 0;
    for shift in (0..LENGTH_BITS).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(length);
        }
    }
    None
}

/// Where the value of a key stands in a block. `Err` when the block is not made of entries.
pub(super) fn find(block: &[u8], key: u128) -> Result<Option<Range<usize>>, ()> {
    let mut rest = block;
    while !rest.is_empty() {
        let (found, value) = take_entry(&mut rest).ok_or(())?;
        if found >= key {
            let end = block.len() - rest.len();
            return Ok((found == key).then_some(end - value.len()..end));
        }
    }
    Ok(None)
}

/// The checksum of a block of the run of this number that begins here in its file.
pub(super) fn checksum(number: u64, at: u64, block: &[u8]) -> u32 {
    let place = crc32c::crc32c_append(crc32c::crc32c(&number.to_le_bytes()), &at.to_le_bytes());
    crc32c::crc32c_append(place, block)
}

/// The block without its checksum; `None` when that does not fit.
pub(super) fn checked(number: u64, at: u64, bytes: &[u8]) -> Option<&[u8]> {
    let (block, stated) = split_checksum(bytes)?;
    (checksum(number, at, block) == stated).then_some(block)
}
