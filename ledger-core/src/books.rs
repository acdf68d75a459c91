//! The books: everything that was ever recorded, as far as the next decision needs it.
//!
//! Pure: no I/O, no clock, no async. [`Books::decide`] changes nothing; [`Books::apply`] cannot be refused. Replaying
//! the log through `apply` gives the same books, to the last ready parked event. What memory has forgotten, the books
//! ask for ([`Missing`]), and somebody else brings it.

/// Every reason to refuse.
mod rejection;
pub use rejection::Rejection;

/// Events that were decided and have no place yet.
mod draft;
pub use draft::{DECISION_EVENTS_MAX, Decision, Draft, Drafts, Target};

/// Orders.
mod orders;

/// Refunds of orders.
mod refunds;

/// Settlements and commissions.
mod settlements;

/// Members and balances.
mod members;

/// Payments without an order.
mod payments;

/// Withdrawals.
mod withdrawals;

/// Parked events.
mod waiting;

/// Identities: what was asked before.
mod identities;
pub use identities::{FirstAnswer, Identity};

/// Recorded events into the books.
mod apply;

/// A command from beginning to end.
mod turn;
pub use turn::Outcome;

/// What memory lacks, and what is saved so that it may be forgotten.
mod memory;
pub use memory::BooksCut;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use events_schema::command::{Action, Command};
use events_schema::recorded::ledger::{
    AccountSettings, LedgerCreated, NotificationSettings, ScreenSettings, SettlementSettings,
    WithdrawalSettings,
};
use events_schema::terms::WithdrawalState;
use events_schema::{Calendar, EntityKind, Event, Id, Position, Timestamp};
use serde::{Deserialize, Serialize};

use crate::directory::Directory;
use crate::entities::{Entities, FoldError};
use crate::recall::Missing;
use draft::Decided;
use identities::Identities;
use waiting::Waiting;

/// How far ahead of the ledger's clock an event may have happened, in seconds.
pub const FUTURE_SECONDS_MAX: i64 = 24 * 3600;

/// The settings that finance can change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// When suppliers are settled.
    pub settlement: SettlementSettings,
    /// How distributors and members may withdraw.
    pub withdrawals: WithdrawalSettings,
    /// How the big screen looks.
    pub screen: ScreenSettings,
    /// Who is told what, and how.
    pub notifications: NotificationSettings,
    /// The numbers and names of accounts.
    pub accounts: AccountSettings,
}

/// The books of one ledger. Two are equal when they know the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Books {
    created: LedgerCreated,
    calendar: Calendar,
    /// The last event that was applied.
    tail: Position,
    entities: Entities,
    directory: Directory,
    identities: Identities,
    waiting: Waiting,
    settings: Settings,
    /// Orders that the clock settles, by when they are due.
    due: BTreeSet<(Timestamp, Position)>,
}

/// Why a recorded event cannot be applied: the log is damaged, or was written by another program.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// It is not the next one.
    #[error("position {found} follows {tail}: the log has a gap")]
    Gap {
        /// The last event that was applied.
        tail: Position,
        /// The event that came.
        found: Position,
    },
    /// It does not fit what it happened to.
    #[error(transparent)]
    Unfit(#[from] FoldError),
    /// The log does not begin with its creation.
    #[error("the log does not begin with the creation of a ledger")]
    NoBeginning,
    /// The time zone of the log is not known here.
    #[error(transparent)]
    UnknownZone(#[from] events_schema::calendar::UnknownZoneError),
}

impl Books {
    /// The books of a ledger that was just created by `created`, its first event.
    pub fn new(created: LedgerCreated) -> Result<Self, ApplyError> {
        Ok(Self {
            calendar: Calendar::new(&created.time_zone)?,
            directory: Directory::new(created.log_id),
            created,
            tail: Position::ZERO,
            entities: Entities::default(),
            identities: Identities::default(),
            waiting: Waiting::default(),
            settings: Settings::default(),
            due: BTreeSet::new(),
        })
    }

    /// What the ledger was created with.
    pub fn created(&self) -> &LedgerCreated {
        &self.created
    }

    /// The last event that was applied.
    pub fn tail(&self) -> Position {
        self.tail
    }

    /// The settings as they stand.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether a parked event became ready and was not tried yet.
    pub fn has_ready(&self) -> bool {
        self.waiting.next().is_some()
    }

    /// The state of the withdrawal called `withdrawal_id`.
    pub fn withdrawal_state(&self, withdrawal_id: &Id) -> Result<Option<WithdrawalState>, Missing> {
        Ok(self.known_withdrawal(withdrawal_id)?.map(|withdrawal| withdrawal.state))
    }

    /// The first order that is due by `now`.
    pub fn next_due(&self, now: Timestamp) -> Option<Position> {
        self.due.first().filter(|(due, _)| *due <= now).map(|(_, order)| *order)
    }

    /// Decides `command` at `now`. Changes nothing. Where memory lacks something that must be looked at, the answer
    /// is what.
    pub fn decide(&self, command: &Command, now: Timestamp) -> Result<Decision, Missing> {
        self.decide_as(self.identity(command), command, now)
    }

    /// The same for a command whose identity was looked up before.
    fn decide_as(&self, identity: Identity, command: &Command, now: Timestamp) -> Result<Decision, Missing> {
        if let Some(decision) = self.decide_identity(identity)? {
            return Ok(decision);
        }
        let at = command.occurred_at.unwrap_or(now);
        if at > now.plus_seconds(FUTURE_SECONDS_MAX) {
            return Ok(Decision::Reject(Rejection::TimeInFuture));
        }
        self.decide_action(&command.action, at, now, self.tail.next()).try_into()
    }

    /// Decides an action that happened at `at`; its first event would stand at `next`.
    fn decide_action(&self, action: &Action, at: Timestamp, now: Timestamp, next: Position) -> Decided {
        match action {
            Action::PlaceOrder(facts) => self.place_order(facts, at),
            Action::ConfirmOrder { order_id } => self.confirm_order(order_id, at),
            Action::CloseOrder { order_id, closed } => self.close_order(order_id, closed, at),
            Action::PayOrder { order_id, paid } => self.pay_order(order_id, paid, at),
            Action::ShipOrder { order_id, shipped } => self.ship_order(order_id, shipped, at),
            Action::VerifyOrder { order_id, packages } => self.verify_order(order_id, *packages, at, now),
            Action::CompleteOrder { order_id } => self.complete_order(order_id, at, now),
            Action::RequestRefund { order_id, requested } => self.request_refund(order_id, requested, at),
            Action::RejectRefund { order_id, rejected } => self.reject_refund(order_id, rejected, at, now),
            Action::CompleteRefund { order_id, completed } => {
                self.complete_refund(order_id, completed, at, now)
            }
            Action::RegisterMember(member) => self.register_member(member, at),
            Action::RechargeBalance { member_id, recharged } => {
                self.recharge_balance(member_id, recharged, at)
            }
            Action::RefundRecharge { member_id, refunded } => self.refund_recharge(member_id, refunded, at),
            Action::GiftBalance { member_id, gifted } => self.gift_balance(member_id, gifted, at),
            Action::DeductBalance { member_id, deducted } => self.deduct_balance(member_id, deducted, at),
            Action::ReceivePayment(received) => self.receive_payment(received, at),
            Action::RefundPayment { payment_id, refunded } => self.refund_payment(payment_id, refunded, at),
            Action::RequestWithdrawal(requested) => self.request_withdrawal(requested, at, next),
            Action::SettleOrder { order_id } => self.settle_order(order_id, now),
            Action::ApproveWithdrawal { withdrawal_id, paid, paid_at } => {
                self.approve_withdrawal(withdrawal_id, paid, *paid_at, now)
            }
            Action::RejectWithdrawal { withdrawal_id, rejected } => {
                self.reject_withdrawal(withdrawal_id, rejected, now)
            }
            Action::DiscardParkedEvent { parked, reason } => self.discard_parked_event(*parked, reason, now),
            Action::ChangeSettlementSettings(new) => {
                Ok(ledger_event(now, Event::SettlementSettingsChanged(new.clone())))
            }
            Action::ChangeWithdrawalSettings(new) => {
                Ok(ledger_event(now, Event::WithdrawalSettingsChanged(new.clone())))
            }
            Action::ChangeScreenSettings(new) => {
                Ok(ledger_event(now, Event::ScreenSettingsChanged(new.clone())))
            }
            Action::ChangeNotificationSettings(new) => {
                Ok(ledger_event(now, Event::NotificationSettingsChanged(new.clone())))
            }
            Action::ChangeAccountSettings(new) => {
                Ok(ledger_event(now, Event::AccountSettingsChanged(new.clone())))
            }
            Action::ConfirmTransfer { withdrawal_id, paid } => {
                self.confirm_transfer(withdrawal_id, paid, now)
            }
            Action::FailTransfer { withdrawal_id, failure } => {
                self.fail_transfer(withdrawal_id, failure, now)
            }
            Action::SettleDueOrder { order } => self.settle_due_order(*order, now),
        }
    }
}

/// An event of the ledger itself.
fn ledger_event(now: Timestamp, event: Event) -> Drafts {
    Drafts::of(EntityKind::Ledger, Position::FIRST, now, event)
}
