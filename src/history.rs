//! The raw history: recorded events as they are told to auditors, with what of them stands elsewhere in the log.
//!
//! Everything here reads files and blocks. Of each answer, each block is read at most a few times: once for the events
//! themselves, and once for each kind of thing that they do not say (see [`Elsewhere`]).

/// Ids of things, by their births.
mod names;
use names::Names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use events_schema::block::SealedBlock;
use events_schema::cloud_event::{self, CloudEvent, Elsewhere};
use events_schema::merkle::{Hash, Head, leaf_hash};
use events_schema::recorded::{CommandKey, DecodeError, Published, Recorded};
use events_schema::{Id, Position, Timestamp, hex};
use ledger_core::log::ReadError;
use ledger_core::log::file::Reader;
use serde::{Serialize, Serializer};

/// How many bytes of blocks are read at once where a few events are wanted.
const READ_BYTES: usize = 64 << 10;
/// How many bytes of blocks are enough for a page.
const PAGE_BYTES: usize = 2 << 20;

/// The raw history of one log. It remembers the ids of things that it met.
#[derive(Debug)]
pub(crate) struct History {
    reader: Reader,
    /// The source of what the ledger does itself; empty before the first event.
    source: Arc<str>,
    names: Names,
}

/// A recorded event, and all that it takes to tell it.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) recorded: Recorded,
    hash: Hash,
    source: Arc<str>,
    subject: Option<Id>,
    published: Option<Published>,
}

/// An event as it stands in the log.
struct Leaf {
    recorded: Recorded,
    hash: Hash,
}

/// The end of the log, which stands for all that comes before it.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    /// Size and root of the tree.
    pub(crate) head: Head,
    /// The hash of the last block.
    pub(crate) block_hash: Hash,
    /// The id of the log, hexadecimal.
    pub(crate) log_id: String,
    /// When the last block was recorded.
    pub(crate) recorded_at: Timestamp,
}

/// A part of what happened to one thing.
#[derive(Debug)]
pub(crate) struct Chain {
    /// The events, oldest first.
    pub(crate) events: Vec<Told>,
    /// Whether there are earlier ones.
    pub(crate) goes_on: bool,
}

/// Why the history cannot be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HistoryError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// An event cannot be read.
    #[error("the event at position {position} cannot be read: {source}")]
    Decode {
        /// Where it stands.
        position: Position,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// Something refers to an event that is not there.
    #[error("there is no event at position {position}: the log ends before it")]
    Missing {
        /// Where it should stand.
        position: Position,
    },
}

impl HistoryError {
    /// The place in the log that is to blame, where it is one.
    pub(crate) const fn position(&self) -> Option<Position> {
        match self {
            Self::Decode { position, .. }
            | Self::Missing { position }
            | Self::Read(ReadError::Corrupt { position, .. } | ReadError::NewerFormat { position, .. }) => {
                Some(*position)
            }
            Self::Read(ReadError::Io { .. }) => None,
        }
    }
}

impl Serialize for Told {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { recorded, hash, source, subject, published } = self;
        let (subject, published) = (subject.as_ref(), published.as_ref());
        CloudEvent { recorded, hash, source, subject, published }.serialize(serializer)
    }
}

impl History {
    /// The history of the log that `reader` reads.
    pub(crate) fn new(reader: Reader) -> Result<Self, HistoryError> {
        let source = reader.tail()?.log_id.as_ref().map(cloud_event::source);
        Ok(Self { reader, source: source.unwrap_or_default().into(), names: Names::default() })
    }

    /// The position of the last event.
    pub(crate) fn end(&self) -> Result<Position, HistoryError> {
        Ok(self.reader.tail()?.position)
    }

    /// The end of the log; nothing before the first event.
    pub(crate) fn checkpoint(&self) -> Result<Option<Checkpoint>, HistoryError> {
        let before = self.end()?.get().checked_sub(1).map(Position::new);
        let last = before.map_or(Ok(Vec::new()), |before| self.reader.read(before, 1))?;
        Ok(last.last().map(|block| {
            let header = block.header();
            Checkpoint {
                head: header.after,
                block_hash: block.hash(),
                log_id: hex(&header.log_id),
                recorded_at: header.recorded_at,
            }
        }))
    }

    /// The hash of the event at `position`, where the log reaches it.
    pub(crate) fn hash_at(&self, position: Position) -> Result<Option<Hash>, HistoryError> {
        match self.leaf(&mut None, position) {
            Ok(leaf) => Ok(Some(leaf.hash)),
            Err(HistoryError::Missing { .. }) => Ok(None),
            Err(error @ (HistoryError::Read(_) | HistoryError::Decode { .. })) => Err(error),
        }
    }

    /// The events after `after`, in order: of as many whole blocks as have `bytes_max` bytes. None at the end of the
    /// log.
    pub(crate) fn blocks(&mut self, after: Position, bytes_max: usize) -> Result<Vec<Told>, HistoryError> {
        let blocks = self.reader.read(after, bytes_max)?;
        let leaves = events(&blocks, after).map(|(at, leaf)| Leaf::read(at, leaf));
        let leaves = leaves.collect::<Result<_, _>>()?;
        self.tell(leaves)
    }

    /// The events after `after`, in order: at most `events_max`, and fewer where they are large. None at the end of the
    /// log.
    pub(crate) fn page(&mut self, after: Position, events_max: usize) -> Result<Vec<Told>, HistoryError> {
        let (mut leaves, mut bytes, mut last) = (Vec::new(), 0, after);
        while leaves.len() < events_max && bytes < PAGE_BYTES {
            let blocks = self.reader.read(last, READ_BYTES)?;
            let Some(block) = blocks.last() else { break };
            last = block.header().last();
            for (position, leaf) in events(&blocks, after).take(events_max - leaves.len()) {
                bytes += leaf.len();
                leaves.push(Leaf::read(position, leaf)?);
            }
        }
        self.tell(leaves)
    }

    /// What happened to one thing up to the event at `last`, which is one of its own; or, where `before` is given, up to
    /// the one before that. At most `events_max` events, the latest. Nothing where `before` is no event of that thing.
    pub(crate) fn chain(
        &mut self,
        last: Position,
        before: Option<Position>,
        events_max: usize,
    ) -> Result<Option<Chain>, HistoryError> {
        let mut block = None;
        let mut next = Some(last);
        if let Some(before) = before {
            let entity = self.leaf(&mut block, last)?.recorded.entity;
            if before > last || before < entity.birth {
                return Ok(None);
            }
            let at = self.leaf(&mut block, before)?.recorded;
            if at.entity != entity {
                return Ok(None);
            }
            next = at.previous;
        }
        let mut leaves = Vec::new();
        while let Some(position) = next.filter(|_| leaves.len() < events_max) {
            let leaf = self.leaf(&mut block, position)?;
            next = leaf.recorded.previous;
            leaves.push(leaf);
        }
        leaves.reverse();
        Ok(Some(Chain { events: self.tell(leaves)?, goes_on: next.is_some() }))
    }

    /// The event at `position`; from `block` where it stands there, which is the block that it stands in afterwards.
    fn leaf(&self, block: &mut Option<SealedBlock>, position: Position) -> Result<Leaf, HistoryError> {
        let holds = |block: &SealedBlock| (block.header().first..=block.header().last()).contains(&position);
        if !block.as_ref().is_some_and(holds) {
            *block = Some(self.block(position)?);
        }
        let leaf = block.iter().flat_map(SealedBlock::leaves).find(|(at, _)| *at == position);
        leaf.map_or(Err(HistoryError::Missing { position }), |(_, leaf)| Leaf::read(position, leaf))
    }

    /// The block that holds the event at `position`.
    fn block(&self, position: Position) -> Result<SealedBlock, HistoryError> {
        let before = Position::new(position.get().saturating_sub(1));
        self.reader.read(before, 1)?.pop().ok_or(HistoryError::Missing { position })
    }

    /// Hands over the events at these positions, each block read once.
    fn visit(
        &self,
        positions: &BTreeSet<Position>,
        mut seen: impl FnMut(Recorded),
    ) -> Result<(), HistoryError> {
        let mut wanted = positions.iter().peekable();
        while let Some(&&first) = wanted.peek() {
            for (position, leaf) in self.block(first)?.leaves() {
                if wanted.next_if_eq(&&position).is_some() {
                    seen(Leaf::read(position, leaf)?.recorded);
                }
            }
            if wanted.peek() == Some(&&first) {
                return Err(HistoryError::Missing { position: first });
            }
        }
        Ok(())
    }

    /// Finds what these events do not say themselves.
    fn tell(&mut self, leaves: Vec<Leaf>) -> Result<Vec<Told>, HistoryError> {
        self.learn_names(&leaves)?;
        let mut published = self.publications(&leaves)?;
        let told = |Leaf { recorded, hash }: Leaf| {
            let subject = Elsewhere::of(&recorded).subject.and_then(|birth| self.names.get(birth));
            let published = published.remove(&recorded.position);
            Told { recorded, hash, source: Arc::clone(&self.source), subject, published }
        };
        Ok(leaves.into_iter().map(told).collect())
    }

    /// Finds the ids of all that these events happened to.
    fn learn_names(&mut self, leaves: &[Leaf]) -> Result<(), HistoryError> {
        let mut missing = BTreeSet::new();
        for Leaf { recorded, .. } in leaves {
            match Elsewhere::of(recorded).subject {
                Some(birth) if birth == recorded.position => self.names.learn(recorded),
                Some(birth) if self.names.get(birth).is_none() => drop(missing.insert(birth)),
                Some(_) | None => {}
            }
        }
        let mut names = std::mem::take(&mut self.names);
        let visited = self.visit(&missing, |first| names.learn(&first));
        self.names = names;
        visited
    }

    /// How those of these events were published that were parked first, by their positions.
    fn publications(&self, leaves: &[Leaf]) -> Result<BTreeMap<Position, Published>, HistoryError> {
        let caused =
            |Leaf { recorded, .. }: &Leaf| Some((recorded.position, Elsewhere::of(recorded).release?));
        let released: BTreeMap<_, _> = leaves.iter().filter_map(caused).collect();
        let mut parked = BTreeMap::new();
        self.visit(&released.values().copied().collect(), |release| {
            parked.insert(release.position, release.entity.birth);
        })?;
        let mut requests = BTreeMap::new();
        self.visit(&parked.values().copied().collect(), |first| {
            if let CommandKey::Published(published) = first.key {
                requests.insert(first.position, published);
            }
        })?;
        let of = |release| requests.get(parked.get(&release)?).cloned();
        Ok(released.into_iter().filter_map(|(at, release)| Some((at, of(release)?))).collect())
    }
}

/// The events after `after` in these blocks.
fn events(blocks: &[SealedBlock], after: Position) -> impl Iterator<Item = (Position, &[u8])> {
    blocks.iter().flat_map(SealedBlock::leaves).filter(move |(position, _)| *position > after)
}

impl Leaf {
    fn read(position: Position, leaf: &[u8]) -> Result<Self, HistoryError> {
        let recorded = Recorded::decode(leaf).map_err(|source| HistoryError::Decode { position, source })?;
        Ok(Self { recorded, hash: leaf_hash(leaf) })
    }
}

#[cfg(test)]
pub(crate) mod tests;
