//! Numbers as bytes of the store's files: little endian, but for keys, whose bytes sort as they do.

/// Takes a number of 4 bytes off the front.
pub(super) fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    take(bytes).map(u32::from_le_bytes)
}

/// Takes a number of 8 bytes off the front.
pub(super) fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    take(bytes).map(u64::from_le_bytes)
}

/// Takes a key off the front.
pub(super) fn take_key(bytes: &mut &[u8]) -> Option<u128> {
    take(bytes).map(u128::from_be_bytes)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_first_chunk::<N>()?;
    *bytes = rest;
    Some(*first)
}

/// Takes the checksum off the end.
pub(super) fn split_checksum(bytes: &[u8]) -> Option<(&[u8], u32)> {
    let (rest, checksum) = bytes.split_last_chunk()?;
    Some((rest, u32::from_le_bytes(*checksum)))
}

/// A length in a file as a length in memory.
pub(super) fn usize_of(length: u64) -> usize {
    usize::try_from(length).expect("files are addressed in 64 bits")
}

/// A number of tables or levels as it stands in files.
pub(super) fn u32_of(count: usize) -> u32 {
    u32::try_from(count).expect("there are a few tables and levels, never 2^32")
}
