//! How blocks stand in a file: one after the other, each followed by closing bytes.
//!
//! The closing bytes (8 to 15, none of them zero) end a block's frame at a multiple of 8. They tell a block that was
//! never finished, whose end is zeros, from a finished one that was damaged later: events may end with zeros by
//! nature, a frame cannot. For the same reason a sector that holds only a few bytes of a frame holds at least 8, and
//! is never all zeros once it was written. Nor is a sector within a block: events are text and small numbers, and the
//! sealer never stores compressed bytes with so many zeros in a row.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use events_schema::block::{BLOCK_BYTES_MAX, BlockError, BlockHeader, HeaderError, SealedBlock};

use crate::log::Damage;

/// What closing bytes are filled with.
const CLOSING: u8 = 0xc5;

/// The least number of closing bytes.
const CLOSING_BYTES_MIN: usize = 8;

/// Frames begin at multiples of this.
pub(super) const FRAME_ALIGNMENT: usize = 8;

/// The largest frame.
pub(super) const FRAME_BYTES_MAX: usize = frame_bytes(BLOCK_BYTES_MAX);

/// The length of the frame around a block of this length.
pub(super) const fn frame_bytes(block_bytes: usize) -> usize {
    (block_bytes + CLOSING_BYTES_MIN).next_multiple_of(FRAME_ALIGNMENT)
}

/// Writes the frame of a block to `frame`, instead of what is there.
pub(super) fn frame_into(block: &[u8], frame: &mut Vec<u8>) {
    frame.clear();
    frame.extend_from_slice(block);
    frame.resize(frame_bytes(block.len()), CLOSING);
}

/// Whether these are closing bytes, all as written.
pub(super) fn is_closing(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == CLOSING)
}

/// Whether these are closing bytes of which some were not written.
pub(super) fn is_closing_or_unwritten(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(*byte, CLOSING | 0))
}

/// Why no block could be read at a place.
#[derive(Debug)]
pub(super) enum Fault {
    /// What stands there is not what was written, or nothing was.
    Damage(Damage),
    /// A newer version of the program wrote it.
    Newer(HeaderError),
    /// The file could not be read.
    Io(io::Error),
}

impl From<HeaderError> for Fault {
    fn from(error: HeaderError) -> Self {
        match error {
            HeaderError::NewerFormat { .. } | HeaderError::NewerCodec { .. } => Self::Newer(error),
            HeaderError::NotABlock | HeaderError::Checksum | HeaderError::Contradiction(_) => {
                Self::Damage(Damage::Block(error.into()))
            }
        }
    }
}

impl From<BlockError> for Fault {
    fn from(error: BlockError) -> Self {
        Self::Damage(error.into())
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Goes from frame to frame of a file.
pub(super) struct Frames {
    /// The file.
    file: File,
    /// How many bytes are asked for at once.
    read_ahead: usize,
    /// Where the file, or the part of it that may be read, ends.
    end: u64,
    /// Where `buffer` begins in the file.
    start: u64,
    /// What has been read last.
    buffer: Vec<u8>,
    /// Where the next frame begins.
    at: u64,
}

impl Frames {
    /// Begins at `at`, which must be the beginning of a frame, and reads nothing from `end` on.
    pub(super) const fn new(file: File, at: u64, end: u64, read_ahead: usize) -> Self {
        Self { file, read_ahead, end, start: at, buffer: Vec::new(), at }
    }

    /// Where the next frame begins.
    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    /// Whether there is nothing more to read.
    pub(super) const fn is_at_end(&self) -> bool {
        self.at >= self.end
    }

    /// The header of the next frame.
    pub(super) fn header(&mut self) -> Result<BlockHeader, Fault> {
        Ok(BlockHeader::decode(self.bytes(self.at, BlockHeader::BYTES)?)?)
    }

    /// The block of the next frame, whose header has been read.
    pub(super) fn block(&mut self, header: &BlockHeader) -> Result<SealedBlock, Fault> {
        Ok(SealedBlock::decode(self.bytes(self.at, header.block_bytes())?.to_vec())?)
    }

    /// Checks that the block of the next frame, whose header has been read, is what was written. Its payload is not
    /// decompressed.
    pub(super) fn check(&mut self, header: &BlockHeader) -> Result<(), Fault> {
        SealedBlock::check(self.bytes(self.at, header.block_bytes())?)?;
        Ok(())
    }

    /// Goes on to the frame after the one with this header; checks the closing bytes in between.
    pub(super) fn pass(&mut self, header: &BlockHeader) -> Result<(), Fault> {
        let (block, frame) = (header.block_bytes(), frame_bytes(header.block_bytes()));
        let closing = self.bytes(self.at + block as u64, frame - block)?;
        if closing.len() < frame - block || !is_closing(closing) {
            return Err(Fault::Damage(Damage::Closing));
        }
        self.at += frame as u64;
        Ok(())
    }

    /// These bytes of the file; fewer at its end.
    fn bytes(&mut self, at: u64, count: usize) -> io::Result<&[u8]> {
        let wanted_end = self.end.min(at + count as u64);
        if at < self.start || wanted_end > self.start + self.buffer.len() as u64 {
            let ask = usize_of(self.end.saturating_sub(at)).min(count.max(self.read_ahead));
            self.buffer.resize(ask, 0);
            let read = read_full(&self.file, &mut self.buffer, at)?;
            self.buffer.truncate(read);
            self.start = at;
        }
        let from = usize_of(at - self.start).min(self.buffer.len());
        Ok(&self.buffer[from..self.buffer.len().min(from + count)])
    }
}

/// Reads until the buffer is full or the file ends; answers how much.
pub(super) fn read_full(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        match file.read_at(&mut buffer[done..], at + done as u64) {
            Ok(0) => break,
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// A length in a file as a length in memory.
pub(super) fn usize_of(length: u64) -> usize {
    usize::try_from(length).expect("files are addressed in 64 bits")
}
