//! Folds the events of blocks: decodes them, applies them to their entities, and asks the projections.

use events_schema::block::{BlockHeader, SealedBlock};
use events_schema::calendar::UnknownZoneError;
use events_schema::recorded::DecodeError;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Calendar, Event, Position, Recorded};
use ledger_core::entities::{Entities, FoldError, Order, Step};
use ledger_core::log::{Log, ReadError};
use ledger_core::runs::StoreError;

use tokio::sync::mpsc;

use crate::change::{Changes, SumOverflow};
use crate::checkpoint::Checkpoint;
use crate::projection::{ProjectionError, project};
use crate::saved::{Note, SavedEntities};
use crate::starts::Almanac;

/// An event that cannot be taken in. It is never passed over: figures without it would be wrong.
#[derive(Debug, thiserror::Error)]
#[error("the event at position {position} cannot be taken in: {reason}")]
pub struct Halt {
    /// Where it stands.
    pub position: Position,
    /// Why.
    pub reason: HaltReason,
}

/// Why an event cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum HaltReason {
    /// Its bytes are not those of an event that this program knows.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// It does not stand where its bytes say.
    #[error("it says that it stands at position {0}")]
    Misplaced(Position),
    /// It is not the next one.
    #[error("the event before it is missing: position {0} was folded last")]
    Gap(Position),
    /// The log does not begin with the creation of a ledger.
    #[error("the log does not begin with the creation of a ledger")]
    NoBeginning,
    /// The time zone of the log is not known here.
    #[error(transparent)]
    UnknownZone(#[from] UnknownZoneError),
    /// It does not fit what it happened to.
    #[error(transparent)]
    Unfit(#[from] FoldError),
    /// The entities on disk cannot be read.
    #[error(transparent)]
    Saved(#[from] StoreError),
    /// A projection cannot take it in.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
    /// What many events add to a cell together does not fit into it.
    #[error(transparent)]
    Sum(#[from] SumOverflow),
}

impl HaltReason {
    /// Whether nothing of the block was folded, so that what was folded before it is whole.
    pub(crate) const fn leaves_block_alone(&self) -> bool {
        matches!(self, Self::Decode(_) | Self::Misplaced(_) | Self::Saved(_))
    }
}

/// The fold of a log up to some position.
#[derive(Debug)]
pub(crate) struct Fold {
    entities: Entities,
    saved: SavedEntities,
    ledger: Option<Ledger>,
    /// The last event that was folded.
    position: Position,
    /// The events of the block at hand; kept for its memory.
    decoded: Vec<Recorded>,
    /// Tells by its end that nothing writes to the files of the entities any more. Dropped last, so it stands last.
    _held: mpsc::Sender<()>,
}

/// What the first event of the log says.
#[derive(Debug)]
struct Ledger {
    created: LedgerCreated,
    almanac: Almanac,
}

impl Ledger {
    fn new(created: &LedgerCreated) -> Result<Self, UnknownZoneError> {
        let almanac = Almanac::new(Calendar::new(&created.time_zone)?);
        Ok(Self { created: created.clone(), almanac })
    }
}

/// Why a fold cannot go on from saved entities.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RestoreError {
    /// Their files cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The time zone of the log is not known here.
    #[error(transparent)]
    UnknownZone(#[from] UnknownZoneError),
}

impl Fold {
    /// The fold of nothing yet.
    pub(crate) fn new(saved: SavedEntities, held: mpsc::Sender<()>) -> Self {
        let (entities, position) = (Entities::default(), Position::ZERO);
        Self { entities, saved, ledger: None, position, decoded: Vec::new(), _held: held }
    }

    /// Goes on from the saved entities, where they fit `log` and are not beyond `until`.
    pub(crate) async fn restore<L: Log>(&mut self, log: &L, until: Position) -> Result<(), RestoreError> {
        if let Some((entities, note)) = self.saved.restore(log, until).await? {
            self.entities = entities;
            self.ledger = Some(Ledger::new(&note.created)?);
            self.position = note.position;
        }
        Ok(())
    }

    /// Saves the entities where it is time to, while the tables reflect `tables` on disk. The fold stands at the end of
    /// `block`.
    pub(crate) fn upkeep(&mut self, block: &BlockHeader, tables: Position) -> Result<(), Halt> {
        let (Some(ledger), position, root) = (&self.ledger, self.position, block.after.root) else {
            return Ok(());
        };
        let ledger_last = self.entities.ledger_last();
        let note = || Note { position, root, ledger_last, created: ledger.created.clone() };
        let done = self.saved.upkeep(&mut self.entities, note, tables);
        done.map_err(|error| Halt { position: position.next(), reason: error.into() })
    }

    /// The event up to which the tables must be on disk before a save of the entities begins, where one is due.
    pub(crate) fn awaited(&self) -> Option<Position> {
        self.saved.awaited()
    }

    /// The last event that was folded.
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    /// The order born at `birth`, which was folded.
    pub(crate) fn order(&mut self, birth: Position) -> Result<Option<Order>, StoreError> {
        if self.entities.find(birth).is_err() {
            self.saved.bring([birth], &mut self.entities)?;
        }
        Ok(self.entities.order(birth).ok().flatten().cloned())
    }

    /// Folds the events of `block` and adds what they change to `changes`.
    ///
    /// All events are decoded before the first one is folded: a block with an event of an unknown type or version
    /// leaves fold and changes as they were. After any other error both are of no use any more.
    pub(crate) fn take(&mut self, block: &SealedBlock, changes: &mut Changes) -> Result<(), Halt> {
        let until = Position::new(u64::MAX);
        self.fold(block, until, |step, recorded, almanac| project(step, recorded, almanac, changes))
    }

    /// Folds the events of `block` up to `until`, whose changes are in the tables already.
    pub(crate) fn replay(&mut self, block: &SealedBlock, until: Position) -> Result<(), Halt> {
        self.fold(block, until, |_, _, _| Ok(()))
    }

    /// The checkpoint at the end of the block that was folded last.
    pub(crate) fn checkpoint(&self, block: &BlockHeader) -> Option<Checkpoint> {
        let created = &self.ledger.as_ref()?.created;
        Some(Checkpoint {
            log_id: block.log_id,
            position: block.last(),
            root: block.after.root,
            recorded_at: block.recorded_at,
            currency: created.currency.as_str().to_owned(),
            time_zone: created.time_zone.as_str().to_owned(),
        })
    }

    fn fold(&mut self, block: &SealedBlock, until: Position, ask: impl Ask) -> Result<(), Halt> {
        let mut decoded = std::mem::take(&mut self.decoded);
        decoded.clear();
        decode(block, self.position, until, |recorded| decoded.push(recorded))?;
        self.fold_decoded(&mut decoded, block.header().last().min(until), ask)?;
        self.decoded = decoded;
        Ok(())
    }

    /// Folds `events`, which are left empty, and hands each step to `ask`. They are those up to `last` that happened to
    /// the ledger itself and to what is asked about: others may be missing.
    pub(crate) fn fold_decoded(
        &mut self,
        events: &mut Vec<Recorded>,
        last: Position,
        mut ask: impl Ask,
    ) -> Result<(), Halt> {
        self.bring(events)?;
        for recorded in events.drain(..) {
            let position = recorded.position;
            let folded = self.fold_one(&recorded, &mut ask);
            folded.map_err(|reason| Halt { position, reason })?;
        }
        self.position = self.position.max(last);
        Ok(())
    }

    /// Brings at once all that the events of a block happen to, and what moves funds by them, where memory lacks it.
    fn bring(&mut self, events: &[Recorded]) -> Result<(), Halt> {
        let lacks = |recorded| [self.entities.missing(recorded), self.entities.missing_source(recorded)];
        let mut births: Vec<_> = events.iter().flat_map(lacks).flatten().collect();
        births.sort_unstable();
        births.dedup();
        let brought = self.saved.bring(births, &mut self.entities);
        brought.map_err(|error| Halt { position: self.position.next(), reason: error.into() })
    }

    fn fold_one(&mut self, recorded: &Recorded, ask: &mut impl Ask) -> Result<(), HaltReason> {
        if let Event::LedgerCreated(created) = &recorded.event {
            self.ledger = Some(Ledger::new(created)?);
        }
        let ledger = self.ledger.as_mut().ok_or(HaltReason::NoBeginning)?;
        let step = self.entities.apply(recorded)?;
        Ok(ask(&step, recorded, &mut ledger.almanac)?)
    }
}

/// What is asked about each step.
pub(crate) trait Ask:
    FnMut(&Step<'_>, &Recorded, &mut Almanac) -> Result<(), ProjectionError>
{
}
impl<F: FnMut(&Step<'_>, &Recorded, &mut Almanac) -> Result<(), ProjectionError>> Ask for F {}

/// Decodes the events of `block` after `after` up to `until`, which follow without a gap, and hands them to `take`.
pub(crate) fn decode(
    block: &SealedBlock,
    after: Position,
    until: Position,
    mut take: impl FnMut(Recorded),
) -> Result<(), Halt> {
    let first = block.header().first;
    if after.next() < first && first <= until {
        return Err(Halt { position: first, reason: HaltReason::Gap(after) });
    }
    for (position, leaf) in block.leaves() {
        if position <= after {
            continue;
        }
        if position > until {
            break;
        }
        let recorded = Recorded::decode(leaf).map_err(|error| Halt { position, reason: error.into() })?;
        if recorded.position != position {
            return Err(Halt { position, reason: HaltReason::Misplaced(recorded.position) });
        }
        take(recorded);
    }
    Ok(())
}
