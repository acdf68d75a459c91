//! Blocks of recorded events as bytes.
//!
//! A block is what one durable write appends to the log: a header of fixed length, and a payload of events. These
//! bytes are never rewritten, so the layout of format 1 is final. All integers are little endian:
//!
//! | at | bytes | field |
//! |---:|---:|---|
//! | 0 | 4 | magic, `LGRB` |
//! | 4 | 2 | format, 1 |
//! | 6 | 1 | codec of the payload: 0 none, 1 zstd |
//! | 7 | 1 | reserved, 0 |
//! | 8 | 16 | log id |
//! | 24 | 8 | term |
//! | 32 | 8 | writer |
//! | 40 | 8 | first position |
//! | 48 | 4 | count of events; 0 makes the block a fence |
//! | 52 | 8 | recorded at, microseconds since 1970 UTC, signed |
//! | 60 | 32 | root before |
//! | 92 | 8 | tree size after |
//! | 100 | 32 | root after |
//! | 132 | 4 | bytes of the payload, uncompressed |
//! | 136 | 4 | bytes of the payload as stored |
//! | 140 | 4 | CRC32C of the payload as stored |
//! | 144 | 4 | CRC32C of the 144 bytes before |
//!
//! The payload is, for each event, its length (u32) and its bytes: the leaf of the Merkle tree. A leaf means nothing
//! here, and does not depend on the block around it, so a copy of the log that is cut otherwise has the same root. Nor
//! does it depend on the codec: hashes are taken of the payload as it is before it is compressed.
//!
//! With codec 1 the payload is stored as one zstd frame, which is always shorter. What zstd makes of a payload may
//! differ from version to version; that it can be read may not.

mod header;
pub use header::{BlockHeader, Codec, HeaderError, LogId};

mod compression;

mod sealed;
pub use sealed::{BlockError, Leaves, SealedBlock, TreeMismatch};

mod sealer;
pub use sealer::{BlockFull, Savepoint, Sealer};

#[cfg(test)]
mod golden;

#[cfg(test)]
mod tests;

/// The largest payload. A whole block stays under the 1 MiB that message brokers take by default.
pub const BLOCK_PAYLOAD_BYTES_MAX: usize = 960 * 1024;

/// The most events in one block.
pub const BLOCK_EVENTS_MAX: usize = 16_384;

/// The largest block, header and payload.
pub const BLOCK_BYTES_MAX: usize = BlockHeader::BYTES + BLOCK_PAYLOAD_BYTES_MAX;
