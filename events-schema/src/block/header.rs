//! The header of a block.

use crate::merkle::{Hash, Head};
use crate::{Position, Timestamp};

use super::{BLOCK_EVENTS_MAX, BLOCK_PAYLOAD_BYTES_MAX};

/// The random name of a log; its first event and every block carry it.
pub type LogId = [u8; 16];

const MAGIC: [u8; 4] = *b"LGRB";
const FORMAT: u16 = 1;
const FORMAT_AT: usize = 4;
const CHECKSUM_AT: usize = 144;

/// How a payload is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// As it is.
    None = 0,
    /// Compressed with zstd.
    Zstd = 1,
}

impl Codec {
    const fn from_number(number: u8) -> Option<Self> {
        match number {
            0 => Some(Self::None),
            1 => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Everything that a block says about itself and its place in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// How the payload is stored.
    pub codec: Codec,
    /// The log that this block belongs to; blocks of another log are never mixed in.
    pub log_id: LogId,
    /// Grows with each fence, so that a block from before a fence cannot land after it.
    pub term: u64,
    /// The random number of the process that wrote the block.
    pub writer: u64,
    /// The position of the first event; of the next event, in a fence.
    pub first: Position,
    /// The number of events; 0 makes the block a fence.
    pub count: u32,
    /// When the events were decided and recorded. Strictly grows from block to block.
    pub recorded_at: Timestamp,
    /// The root of the tree over all events before this block.
    pub root_before: Hash,
    /// The tree over all events up to the end of this block. Its size is the position of the last event.
    pub after: Head,
    /// Bytes of the payload, uncompressed: exactly what decompression must yield, and never more than
    /// [`BLOCK_PAYLOAD_BYTES_MAX`].
    pub payload_bytes: u32,
    /// Bytes of the payload as stored: as many, or fewer when it is compressed.
    pub stored_bytes: u32,
    /// CRC32C of the payload as stored: of the compressed bytes, where there are such. It is checked before anything is
    /// decompressed, so zstd only ever reads what a sealer wrote.
    pub payload_crc: u32,
}

/// Why bytes are not the header of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The bytes are too few, or do not begin as a block does.
    #[error("no block begins here")]
    NotABlock,
    /// The block was written by a newer version of the program.
    #[error(
        "the block has format {format}, and this version of the program reads format 1: use a newer version"
    )]
    NewerFormat {
        /// The format it has.
        format: u16,
    },
    /// The payload is compressed in a way that this version does not know.
    #[error(
        "the block is stored with codec {codec}, which this version of the program does not know: use a newer version"
    )]
    NewerCodec {
        /// The codec it has.
        codec: u8,
    },
    /// Some byte of the header is not what was written.
    #[error("the block's header does not match its checksum")]
    Checksum,
    /// The checksum is right and the fields contradict each other: no version of this program wrote it.
    #[error("the block's header contradicts itself: {0}")]
    Contradiction(&'static str),
}

impl BlockHeader {
    /// The length of a header.
    pub const BYTES: usize = 148;

    /// The position of the last event up to the end of this block.
    pub const fn last(&self) -> Position {
        Position::new(self.after.size)
    }

    /// Whether the block has no events and only raises the term.
    pub const fn is_fence(&self) -> bool {
        self.count == 0
    }

    /// The length of the whole block, header and stored payload.
    pub const fn block_bytes(&self) -> usize {
        Self::BYTES + self.stored_bytes as usize
    }

    /// The length that the block has, or would have, uncompressed: what it takes to read it.
    pub const fn uncompressed_bytes(&self) -> usize {
        Self::BYTES + self.payload_bytes as usize
    }

    /// The header as bytes, with its checksum.
    pub fn encode(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let mut rest = bytes.as_mut_slice();
        let mut put = |field: &[u8]| {
            let (place, after) = std::mem::take(&mut rest).split_at_mut(field.len());
            place.copy_from_slice(field);
            rest = after;
        };
        put(&MAGIC);
        put(&FORMAT.to_le_bytes());
        put(&[self.codec as u8, 0]);
        put(&self.log_id);
        put(&self.term.to_le_bytes());
        put(&self.writer.to_le_bytes());
        put(&self.first.get().to_le_bytes());
        put(&self.count.to_le_bytes());
        put(&self.recorded_at.micros().to_le_bytes());
        put(&self.root_before);
        put(&self.after.size.to_le_bytes());
        put(&self.after.root);
        put(&self.payload_bytes.to_le_bytes());
        put(&self.stored_bytes.to_le_bytes());
        put(&self.payload_crc.to_le_bytes());
        let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    /// Reads the header at the beginning of `bytes`, and checks all that can be checked without the payload.
    pub fn decode(bytes: &[u8]) -> Result<Self, HeaderError> {
        if !bytes.starts_with(&MAGIC) {
            return Err(HeaderError::NotABlock);
        }
        let bytes = bytes.first_chunk::<{ Self::BYTES }>().ok_or(HeaderError::NotABlock)?;
        check_format(bytes)?;
        let mut fields = Fields(&bytes[FORMAT_AT + 2..]);
        let [codec, reserved] = fields.take();
        let codec = Codec::from_number(codec).ok_or(HeaderError::NewerCodec { codec })?;
        let header = Self {
            codec,
            log_id: fields.take(),
            term: u64::from_le_bytes(fields.take()),
            writer: u64::from_le_bytes(fields.take()),
            first: Position::new(u64::from_le_bytes(fields.take())),
            count: u32::from_le_bytes(fields.take()),
            recorded_at: Timestamp::from_micros(i64::from_le_bytes(fields.take())),
            root_before: fields.take(),
            after: Head { size: u64::from_le_bytes(fields.take()), root: fields.take() },
            payload_bytes: u32::from_le_bytes(fields.take()),
            stored_bytes: u32::from_le_bytes(fields.take()),
            payload_crc: u32::from_le_bytes(fields.take()),
        };
        header.check(reserved)?;
        Ok(header)
    }

    /// What is known of a header before its block is sealed, byte by byte: `None` stands for what is not, as the codec.
    pub fn known_bytes(
        log_id: Option<LogId>,
        first: Position,
        root_before: &Hash,
    ) -> [Option<u8>; Self::BYTES] {
        let mut known = [None; Self::BYTES];
        let mut put = |at: usize, field: &[u8]| {
            known[at..].iter_mut().zip(field).for_each(|(known, byte)| *known = Some(*byte));
        };
        put(0, &MAGIC);
        put(FORMAT_AT, &FORMAT.to_le_bytes());
        put(7, &[0]);
        put(8, log_id.as_ref().map_or(&[], LogId::as_slice));
        put(40, &first.get().to_le_bytes());
        put(60, root_before);
        known
    }

    /// Refuses what no sealer makes.
    fn check(&self, reserved: u8) -> Result<(), HeaderError> {
        let before = self.first.get().checked_sub(1);
        let lengths_fit = match self.codec {
            Codec::None => self.stored_bytes == self.payload_bytes,
            Codec::Zstd => (1..self.payload_bytes).contains(&self.stored_bytes),
        };
        let refused = if reserved != 0 {
            "the reserved byte is in use"
        } else if before.and_then(|before| before.checked_add(self.count.into())) != Some(self.after.size) {
            "positions and tree size"
        } else if self.count as usize > BLOCK_EVENTS_MAX {
            "too many events"
        } else if self.payload_bytes as usize > BLOCK_PAYLOAD_BYTES_MAX {
            "the payload is too long"
        } else if !lengths_fit {
            "the payload's lengths"
        } else if self.is_fence() && (self.payload_bytes != 0 || self.root_before != self.after.root) {
            "a fence with a payload"
        } else {
            return Ok(());
        };
        Err(HeaderError::Contradiction(refused))
    }
}

/// Checks format and checksum. A newer format may have its checksum elsewhere, so it is named without one; but when
/// the checksum holds for our own format, only the format's bytes were damaged.
fn check_format(bytes: &[u8; BlockHeader::BYTES]) -> Result<(), HeaderError> {
    let mut as_ours = *bytes;
    as_ours[FORMAT_AT..FORMAT_AT + 2].copy_from_slice(&FORMAT.to_le_bytes());
    let sound = crc32c::crc32c(&as_ours[..CHECKSUM_AT]).to_le_bytes() == bytes[CHECKSUM_AT..];
    match u16::from_le_bytes([bytes[FORMAT_AT], bytes[FORMAT_AT + 1]]) {
        FORMAT if sound => Ok(()),
        format if format > FORMAT && !sound => Err(HeaderError::NewerFormat { format }),
        _ => Err(HeaderError::Checksum),
    }
}

/// Takes field after field from the bytes of a header.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self.0.split_first_chunk().expect("a header has all its fields");
        self.0 = rest;
        *field
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header() -> BlockHeader {
        BlockHeader {
            codec: Codec::None,
            log_id: *b"a log's own name",
            term: 3,
            writer: 0x1122_3344_5566_7788,
            first: Position::new(41),
            count: 2,
            recorded_at: Timestamp::from_micros(1_790_000_000_000_001),
            root_before: [7; 32],
            after: Head { size: 42, root: [8; 32] },
            payload_bytes: 21,
            stored_bytes: 21,
            payload_crc: 0xdead_beef,
        }
    }

    /// The bytes of `header`, changed, with a checksum that fits.
    fn resealed(change: impl FnOnce(&mut [u8])) -> [u8; BlockHeader::BYTES] {
        let mut bytes = header().encode();
        change(&mut bytes);
        let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]).to_le_bytes();
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum);
        bytes
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let bytes = header().encode();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = bytes;
                changed[at] ^= flip;
                let expected = if at < 4 { HeaderError::NotABlock } else { HeaderError::Checksum };
                assert_eq!(BlockHeader::decode(&changed), Err(expected), "byte {at} ^ {flip:#x}");
            }
        }
    }

    #[test]
    fn a_newer_format_is_told_from_a_damaged_one() {
        let newer = resealed(|bytes| bytes[4] = 2);
        assert_eq!(BlockHeader::decode(&newer), Err(HeaderError::NewerFormat { format: 2 }));
        for codec in 2..=0xff {
            let newer = resealed(|bytes| bytes[6] = codec);
            assert_eq!(BlockHeader::decode(&newer), Err(HeaderError::NewerCodec { codec }));
        }
    }

    #[test]
    fn contradictions_are_refused_although_the_checksum_holds() {
        let changes: [fn(&mut [u8]); 6] = [
            |bytes| bytes[7] = 1,
            |bytes| bytes[40..48].fill(0),
            |bytes| bytes[92] += 1,
            |bytes| bytes[136] += 1,
            |bytes| bytes[132..140].copy_from_slice(&[0xff; 8]),
            |bytes| bytes[48..52].copy_from_slice(&[0xff; 4]),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let refused = BlockHeader::decode(&resealed(change));
            assert!(matches!(refused, Err(HeaderError::Contradiction(_))), "{index}: {refused:?}");
        }
    }

    #[test]
    fn too_few_bytes_are_no_block() {
        let bytes = header().encode();
        for length in 0..bytes.len() {
            assert_eq!(BlockHeader::decode(&bytes[..length]), Err(HeaderError::NotABlock), "{length}");
        }
    }

    #[test]
    fn what_is_known_before_is_in_every_header() {
        let header = header();
        let bytes = header.encode();
        let agrees = |known: [Option<u8>; BlockHeader::BYTES]| {
            let agreed = known.iter().zip(bytes).filter(|(known, byte)| **known == Some(*byte)).count();
            agreed == known.iter().flatten().count()
        };
        let known = BlockHeader::known_bytes(Some(header.log_id), header.first, &header.root_before);
        assert_eq!(known.iter().flatten().count(), 4 + 2 + 1 + 16 + 8 + 32);
        assert!(agrees(known));
        assert!(agrees(BlockHeader::known_bytes(None, header.first, &header.root_before)));
        assert!(!agrees(BlockHeader::known_bytes(None, header.first.next(), &header.root_before)));
    }

    #[test]
    fn a_compressed_payload_is_shorter_and_a_fence_has_none() {
        let compressed = |payload: u32, stored: u32| {
            BlockHeader::decode(&resealed(|bytes| {
                bytes[6] = 1;
                bytes[132..136].copy_from_slice(&payload.to_le_bytes());
                bytes[136..140].copy_from_slice(&stored.to_le_bytes());
            }))
        };
        let expected = BlockHeader { codec: Codec::Zstd, stored_bytes: 20, ..header() };
        assert_eq!(compressed(21, 20), Ok(expected));
        for (payload, stored) in [(21, 21), (21, 22), (21, 0), (0, 0), (0, 1)] {
            let refused = Err(HeaderError::Contradiction("the payload's lengths"));
            assert_eq!(compressed(payload, stored), refused, "{stored} for {payload}");
        }
        for payload in [983_041, u32::MAX] {
            let refused = Err(HeaderError::Contradiction("the payload is too long"));
            assert_eq!(compressed(payload, 20), refused, "{payload}");
        }
        let fence = resealed(|bytes| {
            bytes[6] = 1;
            bytes[40] += 2;
            bytes[48] = 0;
            bytes[136] -= 1;
        });
        assert_eq!(BlockHeader::decode(&fence), Err(HeaderError::Contradiction("a fence with a payload")));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(log_id: LogId, term: u64, writer: u64, before in 0..u64::MAX - 20_000, count in 1..=16_384_u32, recorded_at: i64, roots: [Hash; 2], payload_bytes in 0..=983_040_u32, saved: u32, payload_crc: u32) {
            // Compressed, if there can be a shorter payload that is not empty.
            let saved = if payload_bytes > 1 { saved % payload_bytes } else { 0 };
            let header = BlockHeader {
                codec: if saved > 0 { Codec::Zstd } else { Codec::None },
                log_id,
                term,
                writer,
                first: Position::new(before + 1),
                count,
                recorded_at: Timestamp::from_micros(recorded_at),
                root_before: roots[0],
                after: Head { size: before + u64::from(count), root: roots[1] },
                payload_bytes,
                stored_bytes: payload_bytes - saved,
                payload_crc,
            };
            prop_assert_eq!(BlockHeader::decode(&header.encode()), Ok(header));
        }
    }
}
