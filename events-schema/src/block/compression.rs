//! Payloads as they are stored: compressed with zstd where that is worth it.
//!
//! A context of zstd is expensive to make and remembers nothing from one payload to the next, so each thread keeps one.

use std::cell::RefCell;

use zstd::bulk::{Compressor, Decompressor};
use zstd::zstd_safe::compress_bound;

use super::{BlockHeader, Codec};

/// How hard zstd tries. Of events, this leaves about 36 % (half where ids are random) in 0.2 µs for each published one,
/// and reads them in 0.07 µs. Level 1 would leave 34 % (44 %), and take 0.26 µs and 0.11 µs.
const LEVEL: i32 = -1;

/// Smaller payloads stay as they are: they shrink less, and the disk writes whole pages of 4 KiB anyway.
pub(super) const COMPRESSED_FROM_BYTES: usize = 2 * 1024;

/// Compressed bytes hold fewer zeros than this in a row, wherever they stand: half a sector of a disk. In a file, a
/// whole sector of zeros is the mark of one that was never written. Zstd hardly ever makes such a run.
const ZEROS_MAX: usize = 256;

thread_local! {
    static PACKER: RefCell<Packer> = RefCell::new(Packer::new());
    static UNPACKER: RefCell<Decompressor<'static>> = RefCell::default();
}

/// What a thread keeps to compress payloads.
struct Packer {
    /// The context.
    zstd: Compressor<'static>,
    /// The last payload, compressed; there is room for one that grows.
    packed: Vec<u8>,
}

impl Packer {
    fn new() -> Self {
        Self { zstd: Compressor::new(LEVEL).expect("zstd has the level"), packed: Vec::new() }
    }

    /// The payload compressed; `None` where that is not worth it.
    fn pack(&mut self, payload: &[u8]) -> Option<&[u8]> {
        self.packed.clear();
        self.packed.reserve(compress_bound(payload.len()));
        self.zstd.compress_to_buffer(payload, &mut self.packed).ok()?;
        // Every reader pays for it: an eighth at least is to be saved.
        let worth_it = self.packed.len() <= payload.len() - payload.len() / 8;
        (worth_it && !has_run_of_zeros(&self.packed)).then_some(&self.packed)
    }
}

/// The payload as it is stored, behind room for the header.
pub(super) fn store(payload: &[u8]) -> (Codec, Vec<u8>) {
    let packed = (payload.len() >= COMPRESSED_FROM_BYTES)
        .then(|| PACKER.with_borrow_mut(|packer| packer.pack(payload).map(behind_room)));
    match packed.flatten() {
        Some(bytes) => (Codec::Zstd, bytes),
        None => (Codec::None, behind_room(payload)),
    }
}

/// The payload of `bytes` bytes that was compressed to `stored`; `None` when it was not. Never takes more memory than
/// that, whatever is stored.
pub(super) fn unpack(stored: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut payload = Vec::with_capacity(bytes);
    UNPACKER.with_borrow_mut(|zstd| zstd.decompress_to_buffer(stored, &mut payload)).ok()?;
    (payload.len() == bytes).then_some(payload)
}

fn behind_room(stored: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(BlockHeader::BYTES + stored.len());
    bytes.resize(BlockHeader::BYTES, 0);
    bytes.extend_from_slice(stored);
    bytes
}

/// Whether there may be [`ZEROS_MAX`] zeros in a row: then half as many fill one of these chunks.
fn has_run_of_zeros(bytes: &[u8]) -> bool {
    bytes.chunks_exact(ZEROS_MAX / 2).any(|chunk| chunk.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_zeros_is_found_wherever_it_stands() {
        for start in 0..300 {
            let mut bytes = vec![1; 700];
            bytes[start..start + ZEROS_MAX].fill(0);
            assert!(has_run_of_zeros(&bytes), "from {start}");
            bytes[start..start + ZEROS_MAX].iter_mut().step_by(ZEROS_MAX / 2).for_each(|byte| *byte = 1);
            assert!(!has_run_of_zeros(&bytes), "from {start}");
        }
    }

    #[test]
    fn a_payload_is_unpacked_to_its_own_length_and_to_no_other() {
        let payload = b"the same again and again; ".repeat(1000);
        let (codec, bytes) = store(&payload);
        assert_eq!(codec, Codec::Zstd);
        let stored = &bytes[BlockHeader::BYTES..];
        assert_eq!(unpack(stored, payload.len()).as_deref(), Some(payload.as_slice()));
        for wrong in [0, 1, payload.len() - 1, payload.len() + 1, 2 * payload.len()] {
            assert_eq!(unpack(stored, wrong), None, "{wrong} bytes");
        }
        for cut in 0..stored.len() {
            assert_eq!(unpack(&stored[..cut], payload.len()), None, "cut at {cut}");
        }
        assert_eq!(unpack(&payload, payload.len()), None);
        // The thread's context is as good as before.
        assert_eq!(unpack(stored, payload.len()), Some(payload));
    }

    #[test]
    fn what_is_small_or_does_not_shrink_is_stored_as_it_is() {
        let small = vec![7; COMPRESSED_FROM_BYTES - 1];
        let noise = crate::block::tests::noise(10_000);
        for payload in [Vec::new(), small, noise] {
            let (codec, bytes) = store(&payload);
            assert_eq!(codec, Codec::None);
            assert_eq!(bytes[BlockHeader::BYTES..], payload);
        }
    }
}
