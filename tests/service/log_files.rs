//! The bytes of a log, for tests that damage it.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use events_schema::block::BlockHeader;

/// Closing bytes follow each block, at least so many.
const CLOSING_BYTES_MIN: usize = 8;
/// Blocks begin at multiples of this.
const ALIGNMENT: usize = 8;

/// The one segment of a small log.
pub(super) fn segment(dir: &Path) -> PathBuf {
    let entries = fs::read_dir(dir.join("log")).unwrap().map(|entry| entry.unwrap().path());
    let segments: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|it| it == "segment")).collect();
    let [segment] = &*segments else { panic!("{segments:?}") };
    segment.clone()
}

/// The blocks in the bytes of a segment, and where each stands.
pub(super) fn blocks(bytes: &[u8]) -> Vec<(BlockHeader, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Ok(header) = BlockHeader::decode(&bytes[at..]) {
        let end = at + header.block_bytes();
        found.push((header, at..end));
        at = (end + CLOSING_BYTES_MIN).next_multiple_of(ALIGNMENT);
    }
    found
}

/// Changes the bytes of the log in `dir`.
pub(super) fn change(dir: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let path = segment(dir);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Takes away the marker of a log that was closed: it looks as after a crash then.
pub(super) fn forget_closing(dir: &Path) {
    fs::remove_file(dir.join("log/clean")).unwrap();
}

/// CRC-32C, bit by bit.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0x82f6_3b78 * (crc & 1)))
    })
}
