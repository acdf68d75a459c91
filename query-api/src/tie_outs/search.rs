//! The event that made a difference, found by halving: between a moment at which a check held and one at which it does
//! not lies another, at which it does one or the other.

use std::collections::HashMap;

use events_schema::Position;

use crate::past::Epoch;
use crate::problem::Problem;
use crate::read_models::Reading;
use crate::snapshot::Snapshot;
use crate::tie_outs::checks;
use crate::tie_outs::entries::open_epoch;
use crate::tie_outs::standing::Standing;

/// Moments of the past that one answer looks at. One difference takes about thirty; several share the first of them.
const MOMENTS_MAX: usize = 200;

/// A search in the past that one snapshot sees.
pub(super) struct Search<'a> {
    reading: &'a Reading,
    snapshot: Snapshot,
    /// The end of the past that is searched.
    end: Position,
    /// The last epoch that ended by then.
    last_epoch: i64,
    /// Which checks hold after an event.
    known: HashMap<Position, Vec<bool>>,
}

impl<'a> Search<'a> {
    /// Begins a search of what led to where `snapshot` stands.
    pub(super) async fn new(reading: &'a Reading, mut snapshot: Snapshot) -> Result<Self, Problem> {
        let (end, last_epoch) = (snapshot.position, open_epoch(&mut snapshot).await?.number);
        Ok(Self { reading, snapshot, end, last_epoch, known: HashMap::new() })
    }

    /// The first event of a decision before which the check of this number held and after which it does not. None where
    /// the past knows nothing of the difference (then no event made it: sums of the present were damaged), or where the
    /// search would take too long.
    pub(super) async fn first_event(&mut self, check: usize) -> Result<Option<Position>, Problem> {
        match self.holds(check, self.end).await? {
            Some(false) => {}
            Some(true) | None => return Ok(None),
        }
        let Some((mut held, mut fails)) = self.epoch(check).await? else { return Ok(None) };
        // A decision is looked at as a whole. Positions from `last` on are known to belong to the one that ends at `fails`.
        let mut last = fails;
        while held.next() < last {
            let middle = Position::new(held.get().midpoint(last.get()));
            let end = self.reading.decision_end(middle).await?;
            if end >= fails {
                last = middle;
                continue;
            }
            match self.holds(check, end).await? {
                Some(true) => held = end,
                Some(false) => (fails, last) = (end, end),
                None => return Ok(None),
            }
        }
        Ok(Some(held.next()))
    }

    /// The ends of an epoch, before which the check held and after which it does not.
    async fn epoch(&mut self, check: usize) -> Result<Option<(Position, Position)>, Problem> {
        // Before the first epoch there is nothing; after the last one comes the end.
        let (mut held, mut fails) = ((0, Position::ZERO), (self.last_epoch + 1, self.end));
        while held.0 + 1 < fails.0 {
            let number = held.0.midpoint(fails.0);
            let Epoch { last, .. } = Epoch::numbered(number, &mut self.snapshot).await?;
            let last = Position::new(last.cast_unsigned());
            match self.holds(check, last).await? {
                Some(true) => held = (number, last),
                Some(false) => fails = (number, last),
                None => return Ok(None),
            }
        }
        Ok(Some((held.1, fails.1)))
    }

    /// Whether a check holds after the event at `position`; nothing when too many moments were looked at.
    async fn holds(&mut self, check: usize, position: Position) -> Result<Option<bool>, Problem> {
        if let Some(known) = self.known.get(&position) {
            return Ok(Some(known[check]));
        }
        if self.known.len() == MOMENTS_MAX {
            return Ok(None);
        }
        self.snapshot.stand_at(position).await?;
        let checks = checks::all(&Standing::read(&mut self.snapshot).await?);
        let holds: Vec<_> = checks.iter().map(checks::Check::holds).collect();
        let found = holds[check];
        self.known.insert(position, holds);
        Ok(Some(found))
    }
}
