//! A member and the member's balance (domain §5).

use events_schema::recorded::member::MemberRegistered;
use events_schema::{Event, Money, Position, Recorded, Timestamp};
use serde::{Deserialize, Serialize};

use super::FoldError;

/// A member as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Where its first event stands.
    pub birth: Position,
    /// Where its last event stands.
    pub last: Position,
    /// When the member registered.
    pub registered_at: Timestamp,
    /// What was said then; never changes.
    pub facts: MemberRegistered,
    /// The balance; never below zero.
    pub balance: Money,
}

impl Member {
    pub(super) fn begin(recorded: &Recorded) -> Option<Self> {
        let Event::MemberRegistered(facts) = &recorded.event else { return None };
        Some(Self {
            birth: recorded.position,
            last: recorded.position,
            registered_at: recorded.occurred_at,
            facts: facts.clone(),
            balance: Money::ZERO,
        })
    }

    pub(super) fn apply(&mut self, recorded: &Recorded) -> Result<(), FoldError> {
        self.balance += balance_change(&recorded.event).ok_or_else(|| FoldError::of(recorded))?;
        Ok(())
    }
}

/// By how much an event changes the balance of its member, with its sign; `None` for other events.
pub fn balance_change(event: &Event) -> Option<Money> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other event changes no balance")]
    match event {
        Event::MemberRegistered(_) => Some(Money::ZERO),
        Event::BalanceRecharged(e) => Some(e.amount),
        Event::BalanceGifted(e) => Some(e.amount),
        Event::ConsumptionRefunded(e) => Some(e.amount),
        Event::WithdrawalReturned(e) => Some(e.amount),
        Event::RechargeRefunded(e) => Some(-e.amount),
        Event::BalanceDeducted(e) => Some(-e.amount),
        Event::BalanceConsumed(e) => Some(-e.amount),
        Event::BalanceWithdrawn(e) => Some(-e.amount),
        _ => None,
    }
}
