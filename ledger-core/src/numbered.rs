//! Hashing of keys that are numbers already.

use std::hash::Hasher;

/// Spreads a number over the bits of a hash by one multiplication (Fibonacci hashing, Knuth, TAOCP vol. 3 §6.4).
///
/// For keys that nobody outside can choose: positions, and hashes that were made with a key of their own.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0.rotate_left(26) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_u128(&mut self, number: u128) {
        #[expect(clippy::cast_possible_truncation, reason = "the key is a hash: half of it is a hash too")]
        self.write_u64(number as u64);
    }
}
