//! Epochs: runs of whole blocks, one after the other. Where they end depends on the blocks alone, so that a rebuild makes
//! the same.

use events_schema::Position;
use events_schema::block::SealedBlock;

/// An epoch closes with the block at whose end it has so many events. What reports as of a position read of the epoch
/// that was open then is not more than that, and every epoch keeps each cell that changed in it once. Another number
/// makes other epochs: the version of the projections is raised with it.
pub(super) const EPOCH_EVENTS: u64 = 8_192;

/// The epoch that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenEpoch {
    /// The last event of the epoch before it.
    pub(super) after: Position,
    /// How many events close it.
    pub(super) events: u64,
}

/// Blocks of one epoch.
#[derive(Debug)]
pub(super) struct Run {
    /// The blocks: at least one.
    pub(super) blocks: Vec<SealedBlock>,
    /// Whether the epoch closes with the last of them.
    pub(super) closes_epoch: bool,
}

impl OpenEpoch {
    /// Cuts blocks where an epoch closes. Afterwards the epoch after the last of them is open.
    pub(super) fn cut(&mut self, blocks: Vec<SealedBlock>) -> Vec<Run> {
        let (mut runs, mut open) = (Vec::new(), Vec::new());
        for block in blocks {
            let last = block.header().last();
            open.push(block);
            if last.since(self.after) >= self.events {
                self.after = last;
                runs.push(Run { blocks: std::mem::take(&mut open), closes_epoch: true });
            }
        }
        if !open.is_empty() {
            runs.push(Run { blocks: open, closes_epoch: false });
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::random;

    #[test]
    fn epochs_are_whole_blocks_however_they_are_read() {
        let blocks = random(40, 120).blocks(&[1, 5, 3, 12]);
        let ends = |read: usize| {
            let mut open = OpenEpoch { after: Position::ZERO, events: 7 };
            let (mut ends, mut count) = (Vec::new(), 0);
            for blocks in blocks.chunks(read) {
                for Run { blocks, closes_epoch } in open.cut(blocks.to_vec()) {
                    count += blocks.len();
                    ends.extend(closes_epoch.then(|| blocks.last().unwrap().header().last().get()));
                }
            }
            assert_eq!(count, blocks.len());
            ends
        };
        // 1 + 5 + 3, then 12, and again.
        assert_eq!(ends(1)[..4], [9, 21, 30, 42]);
        for read in [2, 3, 1_000] {
            assert_eq!(ends(read), ends(1), "{read}");
        }
    }
}
