//! The RFC 6962 Merkle tree over all recorded events.
//!
//! The leaves are the recorded events in their order, so a tree head (size and root) names one exact history: two
//! logs with the same head hold the same events to the byte, whatever the engine and however they are cut into
//! blocks. RFC 9162 defines the same tree.
//!
//! A log only grows at its end, so a [`Frontier`] (the roots of the full subtrees that the tree is made of) is all
//! that must be kept to go on.

use std::fmt;

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The root of the tree without leaves: SHA-256 of the empty string.
pub const EMPTY_ROOT: Hash = [
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27,
    0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];

/// The hash of one leaf: SHA-256 of a zero byte and the leaf.
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

/// The hash of an inner node: SHA-256 of a one byte, the left and the right child.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1; 65];
    bytes[1..33].copy_from_slice(left);
    bytes[33..].copy_from_slice(right);
    Sha256::digest(bytes).into()
}

/// A tree head: it commits to every leaf before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// The number of leaves, which is the position of the last event.
    pub size: u64,
    /// The root of the tree over these leaves.
    pub root: Hash,
}

impl Head {
    /// The head of the tree without leaves.
    pub const EMPTY: Self = Self { size: 0, root: EMPTY_ROOT };
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Head({}, ", self.size)?;
        self.root.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The right edge of a growing tree: the roots of its full subtrees, the largest first.
///
/// There is one for each bit set in the size, so there are at most 64. A leaf pushed costs two hashes on average.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    /// The number of leaves so far.
    size: u64,
    /// The roots of the full subtrees, from left to right.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The frontier of the tree without leaves.
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// Adds a leaf, given its [`leaf_hash`].
    pub fn push(&mut self, leaf_hash: Hash) {
        let mut hash = leaf_hash;
        // Every one at the end of the size is a full subtree as large as the one that grows here.
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("there is a peak for each bit set in the size");
            hash = node_hash(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree; costs at most 63 hashes.
    pub fn root(&self) -> Hash {
        let Some((last, rest)) = self.peaks.split_last() else { return EMPTY_ROOT };
        rest.iter().rev().fold(*last, |right, left| node_hash(left, &right))
    }

    /// Size and root together.
    pub fn head(&self) -> Head {
        Head { size: self.size, root: self.root() }
    }

    /// The frontier as bytes, for a checkpoint: the size (u64, little endian), then the peaks.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_le_bytes().to_vec();
        bytes.extend(self.peaks.iter().flatten());
        bytes
    }

    /// What [`Frontier::to_bytes`] wrote; `None` for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (size, peaks) = bytes.split_first_chunk()?;
        let size = u64::from_le_bytes(*size);
        let (peaks, rest) = peaks.as_chunks();
        let whole = rest.is_empty() && peaks.len() == size.count_ones() as usize;
        whole.then(|| Self { size, peaks: peaks.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves that Certificate Transparency's implementations test with.
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];

    /// The published roots of the trees over the first 1, 2, … of these leaves.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// The definition of RFC 6962, 2.1, word for word.
    fn naive_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest(b"").into(),
            [leaf] => *leaf,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                node_hash(&naive_root(&leaves[..split]), &naive_root(&leaves[split..]))
            }
        }
    }

    #[test]
    fn the_published_vectors_hold() {
        let mut frontier = Frontier::new();
        assert_eq!(frontier.head(), Head::EMPTY);
        assert_eq!(EMPTY_ROOT, naive_root(&[]));
        for (size, (leaf, root)) in (1..).zip(LEAVES.iter().zip(ROOTS)) {
            frontier.push(leaf_hash(leaf));
            assert_eq!(format!("{:?}", frontier.head()), format!("Head({size}, {root})"));
        }
    }

    #[test]
    fn bytes_that_are_no_frontier_are_refused() {
        let mut frontier = Frontier::new();
        LEAVES[..7].iter().for_each(|leaf| frontier.push(leaf_hash(leaf)));
        let bytes = frontier.to_bytes();
        assert_eq!(bytes.len(), 8 + 3 * 32);
        assert_eq!(Frontier::from_bytes(&bytes), Some(frontier));
        for length in 0..bytes.len() {
            assert_eq!(Frontier::from_bytes(&bytes[..length]), None, "{length}");
        }
    }

    proptest! {
        #[test]
        fn the_root_is_what_the_recursive_definition_says(leaves in prop::collection::vec(any::<Hash>(), 0..300)) {
            let mut frontier = Frontier::new();
            for leaf in &leaves {
                frontier.push(*leaf);
                frontier = Frontier::from_bytes(&frontier.to_bytes()).unwrap();
            }
            prop_assert_eq!(frontier.head(), Head { size: leaves.len() as u64, root: naive_root(&leaves) });
        }
    }
}
