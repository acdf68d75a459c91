//! What holds of every log, whatever was asked: dense positions, chains of each entity, causes, bytes.

use std::collections::HashMap;

use events_schema::recorded::CommandKey;
use events_schema::recorded::funds::FundsSource;
use events_schema::recorded::{Entity, Event, Recorded};
use events_schema::{EntityKind, Position};

use super::super::DECISION_EVENTS_MAX;

/// The last event of each entity, as far as the log was checked.
#[derive(Clone, Debug, Default)]
pub(super) struct Chains {
    lasts: HashMap<Entity, Position>,
    checked: usize,
    /// Where the decision begins that the last checked event belongs to.
    decision: usize,
}

impl Chains {
    /// Checks what was added to `log`.
    pub(super) fn check(&mut self, log: &[Recorded]) {
        for place in self.checked..log.len() {
            let recorded = &log[place];
            assert_eq!(recorded.position, Position::new(place as u64 + 1), "positions are dense");
            self.check_entity(recorded);
            self.check_reference(&recorded.event);
            self.check_decision(log, place);
            check_bytes(recorded);
        }
        self.checked = log.len();
    }

    fn check_entity(&mut self, recorded: &Recorded) {
        let entity = recorded.entity;
        let last = self.lasts.insert(entity, recorded.position);
        assert_eq!(recorded.previous, last, "the chain of {entity:?}");
        let born = entity.birth == recorded.position;
        assert_eq!(born, last.is_none(), "{entity:?} begins with its first event");
        assert_eq!(born, begins(&recorded.event), "{recorded:?}");
        if let Some((_, kinds)) = KINDS.iter().find(|(numbers, _)| numbers.contains(&recorded.event.number()))
        {
            assert!(kinds.contains(&entity.kind), "{recorded:?}");
        }
    }

    /// What an event names besides its own entity is there.
    fn check_reference(&self, event: &Event) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event names another entity")]
        let named = match event {
            Event::BalanceConsumed(e) => Entity::new(EntityKind::Order, e.order),
            Event::ConsumptionRefunded(e) => Entity::new(EntityKind::Order, e.order),
            Event::SurplusReceived(e) => Entity::new(EntityKind::Order, e.order),
            Event::BalanceWithdrawn(e) => Entity::new(EntityKind::Withdrawal, e.withdrawal),
            Event::WithdrawalReturned(e) => Entity::new(EntityKind::Withdrawal, e.withdrawal),
            Event::FundsCredited(e) => of_source(e.source),
            Event::FundsDebited(e) => of_source(e.source),
            _ => return,
        };
        assert!(self.lasts.contains_key(&named), "{named:?} is not there: {event:?}");
    }

    fn check_decision(&mut self, log: &[Recorded], place: usize) {
        let recorded = &log[place];
        if recorded.key == CommandKey::SameDecision {
            let first = &log[self.decision];
            assert_eq!(recorded.cause, Some(first.position), "the first event of the decision is the cause");
            assert_eq!((&recorded.actor, recorded.recorded_at), (&first.actor, first.recorded_at));
            assert!(place - self.decision < DECISION_EVENTS_MAX, "{} events", place - self.decision + 1);
            return;
        }
        self.decision = place;
        assert!(recorded.cause.is_none_or(|cause| cause < recorded.position), "a cause comes before");
        let tried = matches!(
            recorded.event,
            Event::ParkedEventReleased(_) | Event::ParkedEventFailed(_) | Event::ParkedEventRequeued(_)
        );
        assert_eq!(recorded.cause.is_some(), tried, "only a try is caused by another decision: {recorded:?}");
    }
}

fn of_source(source: FundsSource) -> Entity {
    match source {
        FundsSource::Order(birth) => Entity::new(EntityKind::Order, birth),
        FundsSource::Withdrawal(birth) => Entity::new(EntityKind::Withdrawal, birth),
    }
}

fn begins(event: &Event) -> bool {
    matches!(
        event,
        Event::LedgerCreated(_)
            | Event::OrderPlaced(_)
            | Event::MemberRegistered(_)
            | Event::PaymentReceived(_)
            | Event::SurplusReceived(_)
            | Event::FundsOpened(_)
            | Event::WithdrawalRequested(_)
            | Event::EventParked(_)
    )
}

/// Numbers of events, and what they happen to.
const KINDS: [(std::ops::Range<u16>, &[EntityKind]); 7] = [
    (1..10, &[EntityKind::Ledger]),
    (10..30, &[EntityKind::Order]),
    (30..50, &[EntityKind::Member]),
    (50..60, &[EntityKind::Payment]),
    (60..70, &[EntityKind::SupplierFunds, EntityKind::DistributorFunds]),
    (70..80, &[EntityKind::Withdrawal]),
    (80..90, &[EntityKind::ParkedEvent]),
];

fn check_bytes(recorded: &Recorded) {
    let mut bytes = Vec::new();
    recorded.encode(&mut bytes);
    assert_eq!(&Recorded::decode(&bytes).unwrap(), recorded);
}
