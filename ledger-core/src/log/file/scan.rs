//! Goes through a whole log without the right to write: to check it, or to fold it once more.

use std::ops::ControlFlow;
use std::path::Path;

use events_schema::block::SealedBlock;

use super::OpenError;
use super::extent::{Extent, TornTail};
use super::frame::Fault;
use super::segment::Segment;
use super::walk::Walk;
use crate::log::{ReadError, Tail};

/// How many bytes of blocks, uncompressed, make a group.
const GROUP_BYTES: usize = 4 << 20;

/// A log that is read from its beginning, up to where it ended when it was opened.
///
/// Nothing is changed and no lock is needed: a server may write meanwhile. Who wants to read from anywhere uses a
/// [`Reader`](super::Reader).
#[derive(Clone, Debug)]
pub struct LogScan {
    extent: Extent,
}

/// Some blocks that stand one after the other.
pub(super) struct Group {
    /// The segment that they stand in.
    pub(super) segment: Segment,
    /// The blocks.
    pub(super) blocks: Vec<SealedBlock>,
}

impl LogScan {
    /// Opens the log of a data directory.
    pub fn open(data_dir: &Path) -> Result<Self, OpenError> {
        Ok(Self { extent: Extent::find(data_dir)? })
    }

    /// Reads all blocks in their order, fences included, until `take` breaks off. Every block has the right checksums
    /// and is the next one; the hashes of its events are not computed.
    pub fn read(&self, mut take: impl FnMut(Vec<SealedBlock>) -> ControlFlow<()>) -> Result<(), ReadError> {
        self.read_groups(|group| take(group.blocks))?;
        Ok(())
    }

    /// The same, with where the blocks stand. Answers what is left unfinished at the end, where it was reached.
    pub(super) fn read_groups(
        &self,
        mut take: impl FnMut(Group) -> ControlFlow<()>,
    ) -> Result<Option<TornTail>, ReadError> {
        self.extent.walk(
            &mut { Tail::EMPTY },
            |segment, length, tail| Walk::blocks(segment, 0, length, tail),
            |walk, segment| read_segment(walk, segment, &mut take),
        )
    }
}

/// Reads all blocks of a segment and hands them on in groups, those before a fault too. Answers whether somebody listens
/// still: nobody does, for instance, when hashing has found something.
fn read_segment(
    walk: &mut Walk,
    segment: &Segment,
    take: &mut impl FnMut(Group) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Fault> {
    loop {
        let mut group = Group { segment: segment.clone(), blocks: Vec::new() };
        let end = fill(&mut group, walk);
        if take(group).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if end? {
            return Ok(ControlFlow::Continue(()));
        }
    }
}

/// Adds blocks to the group until there are enough. Answers whether the segment is at its end.
fn fill(group: &mut Group, walk: &mut Walk) -> Result<bool, Fault> {
    let mut bytes = 0;
    while bytes < GROUP_BYTES {
        let Some(block) = walk.step()?.and_then(|step| step.block) else { return Ok(true) };
        bytes += block.header().uncompressed_bytes();
        group.blocks.push(block);
    }
    Ok(false)
}
