//! Tells for most absent keys, from memory, that they are absent.
//!
//! A split block Bloom filter (Putze, Sanders, Singler 2007), as Apache Parquet has it: a key sets 8 bits, all in one
//! block of 256, so that a question costs one cache line.

use super::bytes::{take_u32, usize_of};

/// How much memory an entry has. About one absent key in 1500 passes.
const BITS_PER_ENTRY: u64 = 16;

const BLOCK_BITS: u64 = 256;

/// The length of a block in a file.
const BLOCK_BYTES: usize = 32;

/// Spread the bits of a key over the words of a block.
const SALTS: [u32; 8] =
    [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

/// A new filter can be folded in halves this many times.
const FOLDS_MAX: u32 = 3;

/// So many keys are added together.
const PENDING_MAX: usize = 64;

/// 256 bits in one half of a cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
struct Block([u32; 8]);

/// What is asked of a filter: the same for the filters of all runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probe {
    /// Chooses the block.
    place: u32,
    /// The bits in it.
    bits: Block,
}

impl Probe {
    /// The question whether this key is there.
    pub(super) fn new(key: u128) -> Self {
        let hash = hash(key);
        #[expect(clippy::cast_possible_truncation, reason = "the halves of the hash")]
        let (place, seed) = ((hash >> 32) as u32, hash as u32);
        let mut bits = Block::default();
        for (bit, salt) in bits.0.iter_mut().zip(SALTS) {
            *bit = 1 << (seed.wrapping_mul(salt) >> 27);
        }
        Self { place, bits }
    }
}

/// Keys may be small numbers; the filter needs bits that all depend on all of them.
fn hash(key: u128) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "the halves of the key")]
    let (high, low) = ((key >> 64) as u64, key as u64);
    mix(low ^ mix(high))
}

/// The finalizer of `SplitMix64`.
const fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Makes a filter.
#[derive(Debug)]
pub(super) struct FilterBuilder {
    /// What has been added.
    filter: Filter,
    /// What will be added next, all together: each has to wait for memory, and these waits then overlap.
    pending: Vec<Probe>,
}

impl FilterBuilder {
    /// An empty filter for at most so many entries.
    pub(super) fn for_entries(entries: u64) -> Self {
        let blocks = (entries * BITS_PER_ENTRY).div_ceil(BLOCK_BITS).max(1).next_multiple_of(1 << FOLDS_MAX);
        let filter = Filter { blocks: vec![Block::default(); usize_of(blocks)] };
        Self { filter, pending: Vec::with_capacity(PENDING_MAX) }
    }

    /// Adds a key.
    pub(super) fn insert(&mut self, key: u128) {
        self.pending.push(Probe::new(key));
        if self.pending.len() == PENDING_MAX {
            self.insert_pending();
        }
    }

    fn insert_pending(&mut self) {
        for probe in self.pending.drain(..) {
            let place = self.filter.place(probe);
            let block = &mut self.filter.blocks[place];
            *block = union(*block, probe.bits);
        }
    }

    /// The filter of all keys, which are so many. It gives memory back when that is fewer than expected: merging cannot
    /// know how many entries are replaced.
    pub(super) fn finish(mut self, entries: u64) -> Filter {
        self.insert_pending();
        let mut folds = 0;
        while folds < FOLDS_MAX && self.filter.bits() / 2 >= entries * BITS_PER_ENTRY {
            // Half as many blocks: a key's block is then half as far from the first, and has all its bits.
            let (pairs, _) = self.filter.blocks.as_chunks::<2>();
            self.filter.blocks = pairs.iter().map(|[a, b]| union(*a, *b)).collect();
            folds += 1;
        }
        self.filter
    }
}

/// The filter of one run.
#[derive(Debug)]
pub(super) struct Filter {
    /// Its blocks, at least one.
    blocks: Vec<Block>,
}

impl Filter {
    /// Whether the key may have been added. If not, it certainly was not.
    pub(super) fn may_contain(&self, probe: Probe) -> bool {
        let block = &self.blocks[self.place(probe)].0;
        // All words, with one branch that nearly always goes the same way: so the processor fetches the blocks of all
        // runs at once, and does not wait for one after the other.
        let missing = block.iter().zip(probe.bits.0).fold(0, |missing, (word, bit)| missing | (!word & bit));
        missing == 0
    }

    fn bits(&self) -> u64 {
        self.blocks.len() as u64 * BLOCK_BITS
    }

    fn place(&self, probe: Probe) -> usize {
        usize_of((u64::from(probe.place) * self.blocks.len() as u64) >> 32)
    }

    /// The number of blocks.
    pub(super) const fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// The length of so many blocks in a file, and in memory.
    pub(super) const fn bytes_of(blocks: u64) -> Option<u64> {
        blocks.checked_mul(BLOCK_BYTES as u64)
    }

    /// Each block as it stands in a file.
    pub(super) fn encode(&self) -> impl Iterator<Item = [u8; BLOCK_BYTES]> {
        self.blocks.iter().map(|block| {
            let mut bytes = [0; BLOCK_BYTES];
            for (place, word) in bytes.chunks_exact_mut(4).zip(block.0) {
                place.copy_from_slice(&word.to_le_bytes());
            }
            bytes
        })
    }

    /// The filter of these bytes; `None` when they are not whole blocks, at least one.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (chunks, rest) = bytes.as_chunks::<BLOCK_BYTES>();
        let blocks = chunks.iter().map(|chunk| {
            let mut left = chunk.as_slice();
            let mut block = Block::default();
            for word in &mut block.0 {
                *word = take_u32(&mut left)?;
            }
            Some(block)
        });
        let blocks: Vec<Block> = blocks.collect::<Option<_>>()?;
        (rest.is_empty() && !blocks.is_empty()).then_some(Self { blocks })
    }
}

fn union(a: Block, b: Block) -> Block {
    Block(std::array::from_fn(|word| a.0[word] | b.0[word]))
}
