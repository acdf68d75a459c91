//! What stands where the last block of the last segment should be followed by nothing.
//!
//! After a crash it may be a block that was being written. It is cut off only when it can be nothing else: some part
//! of it was never written, and no block follows. A part that was never written is zeros, for files are filled with
//! zeros ahead: a whole sector of it, or all of its end with the closing bytes.
//!
//! It makes no difference whether the block is compressed. Its checksum is over the bytes as they are stored, so it fails
//! whichever of them are missing, and no sector of a frame is all zeros once it was written (see [`frame`]).
//!
//! [`frame`]: super::frame

use std::fs::File;
use std::io;

use events_schema::block::{BlockHeader, SealedBlock};

use super::frame::{
    FRAME_ALIGNMENT, FRAME_BYTES_MAX, Fault, frame_bytes, is_closing_or_unwritten, read_full,
};
use crate::log::{Damage, Tail};

/// A disk writes a sector as a whole or not at all.
pub(super) const SECTOR_BYTES: usize = 512;

/// How much is read at once where zeros are expected.
const ZEROS_AT_ONCE: usize = 1 << 20;

/// What stands at the end of the log.
#[derive(Debug)]
pub(super) enum Ending {
    /// Nothing but zeros: the log ends here.
    Clean,
    /// A whole block that is not closed. It was never acknowledged, and may stay.
    Unclosed(SealedBlock),
    /// A part of a block, and nothing after it.
    Torn {
        /// Bytes from its beginning to the last one that was written.
        bytes: u64,
    },
    /// Something else.
    Fault(Fault),
}

/// Finds out what stands at `at`, where no closed block could be read because of `fault`. The log before ends with
/// `tail`.
pub(super) fn examine(file: &File, at: u64, tail: &Tail, fault: Fault) -> io::Result<Ending> {
    // A sound header that does not follow the block before it is no torn write.
    if !matches!(fault, Fault::Damage(Damage::Block(_) | Damage::Closing)) {
        return Ok(Ending::Fault(fault));
    }
    // What is missing at the end of the file was never written either.
    let mut bytes = vec![0; FRAME_BYTES_MAX];
    read_full(file, &mut bytes, at)?;
    let Some(last) = last_written(&bytes) else {
        let clean = only_zeros_follow(file, at + FRAME_BYTES_MAX as u64)?;
        return Ok(if clean { Ending::Clean } else { Ending::Fault(fault) });
    };
    let header = BlockHeader::decode(&bytes);
    let length = header.as_ref().map_or(FRAME_BYTES_MAX, |header| frame_bytes(header.block_bytes()));
    if last >= length || !only_zeros_follow(file, at + length as u64)? {
        return Ok(Ending::Fault(fault));
    }
    let torn = match header {
        Ok(header) => {
            let (block, closing) = bytes[..length].split_at(header.block_bytes());
            match SealedBlock::decode(block.to_vec()) {
                Ok(block) if is_closing_or_unwritten(closing) => return Ok(Ending::Unclosed(block)),
                Ok(_) => false,
                Err(_) => is_zeros(closing) || has_unwritten_sector(&bytes[..length], at),
            }
        }
        Err(_) => is_headless(&bytes, at, last) && is_part_of_next(&bytes[..=last], at, tail),
    };
    Ok(if torn { Ending::Torn { bytes: last as u64 + 1 } } else { Ending::Fault(fault) })
}

/// Whether a header was never written, in whole or in part, and what follows it is no block.
fn is_headless(bytes: &[u8], at: u64, last: usize) -> bool {
    let sectors = sectors(at, bytes.len()).take_while(|sector| sector.start < BlockHeader::BYTES);
    let unwritten = last < BlockHeader::BYTES || sectors.into_iter().any(|sector| is_zeros(&bytes[sector]));
    let starts = (0..=last).step_by(FRAME_ALIGNMENT).skip(1);
    unwritten && !starts.into_iter().any(|start| BlockHeader::decode(&bytes[start..]).is_ok())
}

/// Whether what was written of a header, up to the last byte of `bytes`, can be of the block after `tail`.
fn is_part_of_next(bytes: &[u8], at: u64, tail: &Tail) -> bool {
    let known = BlockHeader::known_bytes(tail.log_id, tail.position.next(), &tail.root);
    let written = sectors(at, bytes.len()).filter(|sector| !is_zeros(&bytes[sector.clone()])).flatten();
    let in_header = written.take_while(|index| *index < known.len());
    in_header.into_iter().all(|index| known[index].is_none_or(|known| known == bytes[index]))
}

/// Whether a sector of a frame that begins at `at` was never written.
fn has_unwritten_sector(frame: &[u8], at: u64) -> bool {
    sectors(at, frame.len()).any(|sector| is_zeros(&frame[sector]))
}

/// The parts of `length` bytes at `at` that stand in one sector each.
pub(super) fn sectors(at: u64, length: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let sector = SECTOR_BYTES as u64;
    let first = usize::try_from(sector - at % sector).unwrap_or(SECTOR_BYTES).min(length);
    let rest = (first..length).step_by(SECTOR_BYTES);
    std::iter::once(0..first).chain(rest.map(move |start| start..length.min(start + SECTOR_BYTES)))
}

/// The last byte that is not zero.
fn last_written(bytes: &[u8]) -> Option<usize> {
    let chunks = bytes.chunks(SECTOR_BYTES).rposition(|chunk| !is_zeros(chunk));
    let start = chunks? * SECTOR_BYTES;
    let rest = &bytes[start..bytes.len().min(start + SECTOR_BYTES)];
    rest.iter().rposition(|byte| *byte != 0).map(|index| start + index)
}

fn is_zeros(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(ZEROS.len()).all(|chunk| *chunk == ZEROS[..chunk.len()])
}

/// Whether the file holds nothing but zeros from here on.
fn only_zeros_follow(file: &File, mut at: u64) -> io::Result<bool> {
    let mut buffer = vec![0; ZEROS_AT_ONCE];
    loop {
        let read = read_full(file, &mut buffer, at)?;
        if read == 0 {
            return Ok(true);
        }
        if !is_zeros(&buffer[..read]) {
            return Ok(false);
        }
        at += read as u64;
    }
}
