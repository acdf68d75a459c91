//! Folds the events of blocks: decodes them, applies them to their entities, and asks the projections.

use events_schema::block::{BlockHeader, SealedBlock};
use events_schema::calendar::UnknownZoneError;
use events_schema::recorded::DecodeError;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Calendar, Event, Position, Recorded};
use ledger_core::entities::{Entities, FoldError};

use crate::change::Changes;
use crate::checkpoint::Checkpoint;
use crate::projection::{ProjectionError, project};
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
    /// A projection cannot take it in.
    #[error(transparent)]
    Projection(#[from] ProjectionError),
}

/// The fold of a log up to some position.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    entities: Entities,
    ledger: Option<Ledger>,
    /// The last event that was folded.
    position: Position,
    /// The events of the block at hand; kept for its memory.
    decoded: Vec<Recorded>,
}

/// What the first event of the log says.
#[derive(Debug)]
struct Ledger {
    created: LedgerCreated,
    almanac: Almanac,
}

impl Fold {
    /// The last event that was folded.
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    /// Folds the events of `block` and adds what they change to `changes`.
    ///
    /// All events are decoded before the first one is folded: a block with an event of an unknown type or version
    /// leaves fold and changes as they were. After any other error both are of no use any more.
    pub(crate) fn take(&mut self, block: &SealedBlock, changes: &mut Changes) -> Result<(), Halt> {
        self.fold(block, Position::new(u64::MAX), Some(changes))
    }

    /// Folds the events of `block` up to `until`, whose changes are in the tables already.
    pub(crate) fn replay(&mut self, block: &SealedBlock, until: Position) -> Result<(), Halt> {
        self.fold(block, until, None)
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

    fn fold(
        &mut self,
        block: &SealedBlock,
        until: Position,
        mut changes: Option<&mut Changes>,
    ) -> Result<(), Halt> {
        let mut decoded = std::mem::take(&mut self.decoded);
        decode(block, self.position, until, &mut decoded)?;
        for recorded in decoded.drain(..) {
            let position = recorded.position;
            let folded = self.fold_one(&recorded, changes.as_deref_mut());
            folded.map_err(|reason| Halt { position, reason })?;
        }
        self.decoded = decoded;
        Ok(())
    }

    fn fold_one(&mut self, recorded: &Recorded, changes: Option<&mut Changes>) -> Result<(), HaltReason> {
        if recorded.position != self.position.next() {
            return Err(HaltReason::Gap(self.position));
        }
        if let Event::LedgerCreated(created) = &recorded.event {
            let almanac = Almanac::new(Calendar::new(&created.time_zone)?);
            self.ledger = Some(Ledger { created: created.clone(), almanac });
        }
        let ledger = self.ledger.as_mut().ok_or(HaltReason::NoBeginning)?;
        let step = self.entities.apply(recorded)?;
        if let Some(changes) = changes {
            project(&step, recorded, &mut ledger.almanac, changes)?;
        }
        self.position = recorded.position;
        Ok(())
    }
}

/// Decodes the events of `block` after `after` up to `until`.
fn decode(
    block: &SealedBlock,
    after: Position,
    until: Position,
    out: &mut Vec<Recorded>,
) -> Result<(), Halt> {
    out.clear();
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
        out.push(recorded);
    }
    Ok(())
}
