//! What a question needs of the read models.

use std::collections::BTreeSet;

use events_schema::{EntityKind, Position, Recorded, Timestamp};
use ledger_core::entities::Step;

use crate::change::{Changes, Scope};
use crate::projection::{Projection, ProjectionError, ask};
use crate::starts::Almanac;

/// Asks one projection.
type AskOne = fn(&Step<'_>, &Recorded, &mut Almanac, &mut Changes) -> Result<(), ProjectionError>;

/// What a question needs: some projections, of their changes what is in a scope, and perhaps the last paid orders.
#[derive(Debug)]
pub struct Plan {
    pub(super) scope: Scope,
    projections: Vec<Asked>,
    latest: Option<Latest>,
}

/// A projection that is asked.
#[derive(Debug)]
struct Asked {
    name: &'static str,
    ask: AskOne,
    entities: &'static [EntityKind],
}

/// The orders that were paid last, of those that were placed in some range.
#[derive(Debug)]
struct Latest {
    /// From the first instant until just before the second.
    placed: [Timestamp; 2],
    /// How many.
    count: usize,
    /// When each was paid, and its birth.
    orders: BTreeSet<(Timestamp, Position)>,
}

impl Plan {
    /// Nothing yet, of which only what is in `scope` will be kept.
    pub const fn new(scope: Scope) -> Self {
        Self { scope, projections: Vec::new(), latest: None }
    }

    /// The changes of `P` as well; once, however often it is named.
    pub fn with<P: Projection>(mut self) -> Self {
        if !self.projections.iter().any(|asked| asked.name == P::NAME) {
            self.projections.push(Asked { name: P::NAME, ask: ask::<P>, entities: P::ENTITIES });
        }
        self
    }

    /// The rows of the last `count` paid orders as well, of those that were placed from the first instant of `placed`
    /// until just before the second.
    pub fn with_latest(self, placed: [Timestamp; 2], count: usize) -> Self {
        Self { latest: Some(Latest { placed, count, orders: BTreeSet::new() }), ..self }
    }

    /// The kinds of things that it looks at.
    pub(super) fn entities(&self) -> Vec<EntityKind> {
        let asked = self.projections.iter().flat_map(|asked| asked.entities.iter().copied());
        let mut entities: Vec<_> = asked.chain([EntityKind::Ledger]).collect();
        entities.sort_unstable();
        entities.dedup();
        entities
    }

    /// Asks for what a step changes.
    pub(super) fn ask(
        &mut self,
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), ProjectionError> {
        if let Some(latest) = &mut self.latest {
            latest.look_at(step);
        }
        self.projections.iter().try_for_each(|asked| (asked.ask)(step, recorded, almanac, out))
    }

    /// The births of the last paid orders; none of them is kept.
    pub(super) fn take_latest(&mut self) -> Vec<Position> {
        let latest = self.latest.take().map(|latest| latest.orders).unwrap_or_default();
        latest.into_iter().map(|(_, birth)| birth).collect()
    }
}

impl Latest {
    /// Takes an order in that was just paid. An order is paid once, so who is not among the last ones never will be.
    fn look_at(&mut self, step: &Step<'_>) {
        let Step::Order { before: Some(before), after } = step else { return };
        let (None, Some(paid_at)) = (before.paid_at, after.figures.paid_at) else { return };
        let [from, to] = self.placed;
        if from <= after.placed_at && after.placed_at < to {
            self.orders.insert((paid_at, after.birth));
            if self.orders.len() > self.count {
                self.orders.pop_first();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::cash::Cash;
    use crate::projection::sales::Sales;

    #[test]
    fn only_what_its_projections_look_at_is_folded() {
        let plan = Plan::new(Scope::ALL).with::<Sales>();
        assert_eq!(plan.entities(), [EntityKind::Ledger, EntityKind::Order]);
        let plan = plan.with::<Cash>();
        assert!(plan.entities().contains(&EntityKind::Withdrawal));
        assert!(!plan.entities().contains(&EntityKind::SupplierFunds));
        assert_eq!(plan.with::<Sales>().projections.len(), 2);
    }
}
