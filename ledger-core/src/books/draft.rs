//! Drafts: events that were decided and have no place in the log yet.

use events_schema::recorded::funds::{FundsCredited, FundsDebited, FundsOpened, FundsSource};
use events_schema::recorded::parked::WaitsFor;
use events_schema::{Entity, EntityKind, Event, Money, Position, Timestamp};

use super::{Books, Rejection};
use crate::directory::Namespace;
use crate::recall::Missing;

/// What was decided about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// These events happened, together: at most [`DECISION_EVENTS_MAX`].
    Record(Drafts),
    /// It was recorded before; the answer's position then.
    Duplicate(Position),
    /// It came before what it needs.
    Park(WaitsFor),
    /// It is refused.
    Reject(Rejection),
}

/// The most events that one decision can have; they always stand in one block.
pub const DECISION_EVENTS_MAX: usize = 64;

/// The events of one decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drafts(pub Vec<Draft>);

/// An event without a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it happens to.
    pub target: Target,
    /// When it happens in business.
    pub occurred_at: Timestamp,
    /// What happens.
    pub event: Event,
}

/// What a draft happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Something that is there.
    Existing(Entity),
    /// Something that begins with it.
    New(EntityKind),
    /// What begins with an earlier draft of the same decision.
    BornWith(usize, EntityKind),
}

impl Drafts {
    /// One event that begins something.
    pub(super) fn begin(kind: EntityKind, occurred_at: Timestamp, event: Event) -> Self {
        Self(vec![Draft { target: Target::New(kind), occurred_at, event }])
    }

    /// One event of something that is there.
    pub(super) fn of(kind: EntityKind, birth: Position, occurred_at: Timestamp, event: Event) -> Self {
        let mut drafts = Self::default();
        drafts.push(kind, birth, occurred_at, event);
        drafts
    }

    pub(super) fn push(&mut self, kind: EntityKind, birth: Position, occurred_at: Timestamp, event: Event) {
        self.0.push(Draft { target: Target::Existing(Entity::new(kind, birth)), occurred_at, event });
    }

    /// Moves the funds of a supplier or distributor by `change`, opening them where need be.
    pub(super) fn push_funds(
        &mut self,
        books: &Books,
        kind: EntityKind,
        payee_id: &events_schema::Id,
        change: Money,
        source: FundsSource,
        occurred_at: Timestamp,
    ) -> Result<(), Missing> {
        let event = match change {
            Money::ZERO => return Ok(()),
            change if change > Money::ZERO => Event::FundsCredited(FundsCredited { amount: change, source }),
            change => Event::FundsDebited(FundsDebited { amount: -change, source }),
        };
        let namespace =
            if kind == EntityKind::SupplierFunds { Namespace::Supplier } else { Namespace::Distributor };
        let target = if let Some(birth) = books.directory.find(namespace, payee_id)? {
            books.entities.funds(birth)?;
            Target::Existing(Entity::new(kind, birth))
        } else {
            let opened = Event::FundsOpened(FundsOpened { payee_id: payee_id.clone() });
            self.0.push(Draft { target: Target::New(kind), occurred_at, event: opened });
            Target::BornWith(self.0.len() - 1, kind)
        };
        self.0.push(Draft { target, occurred_at, event });
        Ok(())
    }
}

/// Shorthand of the deciders: a refusal or a park leaves early with `?`.
pub(super) type Decided = Result<Drafts, NotNow>;

/// Why nothing is recorded now.
#[derive(Clone, Debug)]
pub(super) enum NotNow {
    Park(WaitsFor),
    Reject(Rejection),
    /// Memory lacks something that must be looked at.
    Fetch(Missing),
}

impl From<Missing> for NotNow {
    fn from(missing: Missing) -> Self {
        Self::Fetch(missing)
    }
}

impl From<Rejection> for NotNow {
    fn from(rejection: Rejection) -> Self {
        Self::Reject(rejection)
    }
}

impl TryFrom<Decided> for Decision {
    type Error = Missing;

    fn try_from(decided: Decided) -> Result<Self, Missing> {
        match decided {
            Ok(drafts) => Ok(Self::Record(drafts)),
            Err(NotNow::Park(waits_for)) => Ok(Self::Park(waits_for)),
            Err(NotNow::Reject(rejection)) => Ok(Self::Reject(rejection)),
            Err(NotNow::Fetch(missing)) => Err(missing),
        }
    }
}

/// Refuses with `rejection` unless `holds`.
pub(super) fn ensure(holds: bool, rejection: Rejection) -> Result<(), NotNow> {
    if holds { Ok(()) } else { Err(rejection.into()) }
}
