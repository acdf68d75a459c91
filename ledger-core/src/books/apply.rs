//! Recorded events into the books.

use events_schema::recorded::CommandKey;
use events_schema::recorded::parked::WaitsFor;
use events_schema::terms::{PayeeKind, WithdrawalState};
use events_schema::{EntityKind, Event, Position, Recorded, Timestamp};

use super::{ApplyError, Books, Identity};
use crate::directory::{Key, Namespace};
use crate::entities::{State, Step};

impl Books {
    /// Applies the next recorded event. What it touches must be in memory: see [`Books::missing`].
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), ApplyError> {
        self.apply_as(Identity::of(&recorded.key, &recorded.actor, &self.directory), recorded)
    }

    /// The same for an event of whose request the identity was looked up before.
    pub(super) fn apply_as(&mut self, identity: Identity, recorded: &Recorded) -> Result<(), ApplyError> {
        if recorded.position != self.tail.next() {
            return Err(ApplyError::Gap { tail: self.tail, found: recorded.position });
        }
        self.apply_ready(recorded);
        let due = match self.entities.apply(recorded)? {
            Step::Order { before, after } => {
                Some((before.and_then(|before| before.automatic_settlement()), after.automatic_settlement()))
            }
            Step::Ledger
            | Step::Member { .. }
            | Step::Payment { .. }
            | Step::Funds { .. }
            | Step::Withdrawal { .. }
            | Step::ParkedEvent { .. } => None,
        };
        self.tail = recorded.position;
        if let Some((before, after)) = due {
            self.apply_due(recorded.entity.birth, before, after);
        }
        self.apply_directory(recorded);
        self.identities.apply(recorded, identity);
        self.apply_waiting(recorded);
        self.apply_settings(recorded);
        Ok(())
    }

    /// Ready events are tried oldest first, so a recorded try says that the older ones were tried; and a new
    /// command, that all were.
    fn apply_ready(&mut self, recorded: &Recorded) {
        let is_try = matches!(
            recorded.event,
            Event::ParkedEventReleased(_) | Event::ParkedEventFailed(_) | Event::ParkedEventRequeued(_)
        );
        match recorded.key {
            CommandKey::SameDecision => {}
            CommandKey::Ledger if is_try => self.waiting.tried(recorded.entity.birth),
            CommandKey::Ledger | CommandKey::Published(_) | CommandKey::Decision(_) => {
                self.waiting.all_tried();
            }
        }
    }

    fn apply_due(&mut self, order: Position, before: Option<Timestamp>, after: Option<Timestamp>) {
        if before != after {
            if let Some(due) = before {
                self.due.remove(&(due, order));
            }
            if let Some(due) = after {
                self.due.insert((due, order));
            }
        }
    }

    fn apply_directory(&mut self, recorded: &Recorded) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event brings an id into the world")]
        let (namespace, id) = match &recorded.event {
            Event::OrderPlaced(e) => (Namespace::Order, &e.order_id),
            Event::OrderPaid(e) => (Namespace::Payment, &e.payment_id),
            Event::MemberRegistered(e) => (Namespace::Member, &e.member_id),
            Event::BalanceRecharged(e) => (Namespace::Payment, &e.payment_id),
            Event::RechargeRefunded(e) => (Namespace::Payment, &e.payment_id),
            Event::PaymentReceived(e) => (Namespace::Payment, &e.payment_id),
            Event::SurplusReceived(e) => (Namespace::Payment, &e.payment_id),
            Event::WithdrawalRequested(e) => (Namespace::Withdrawal, &e.withdrawal_id),
            Event::FundsOpened(e) if recorded.entity.kind == EntityKind::SupplierFunds => {
                (Namespace::Supplier, &e.payee_id)
            }
            Event::FundsOpened(e) => (Namespace::Distributor, &e.payee_id),
            _ => return,
        };
        let key = self.directory.key(namespace, id);
        self.directory.put(key, recorded.position);
    }

    /// Who waits, and who is woken.
    fn apply_waiting(&mut self, recorded: &Recorded) {
        let parked = recorded.entity.birth;
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "every other event may wake, and does nothing else"
        )]
        match &recorded.event {
            Event::EventParked(event) => self.waiting.wait(parked, &event.waits_for),
            Event::ParkedEventRequeued(event) => {
                self.waiting.leave(parked);
                self.waiting.wait(parked, &event.waits_for);
            }
            Event::ParkedEventReleased(_) | Event::ParkedEventFailed(_) | Event::ParkedEventDiscarded(_) => {
                self.waiting.leave(parked);
            }
            _ if self.waiting.is_empty() => {}
            _ => self.wake(recorded),
        }
    }

    /// What waits for the order, member or payment of this event becomes ready.
    fn wake(&mut self, recorded: &Recorded) {
        // The event was just applied to it, so it is in memory.
        let state = self.entities.find(recorded.entity.birth).ok().flatten();
        let need = match state {
            Some(State::Order(order)) => Some(WaitsFor::Order(order.facts.order_id.clone())),
            Some(State::Member(member)) => Some(WaitsFor::Member(member.facts.member_id.clone())),
            Some(State::Payment(payment)) => {
                // A surplus payment is an event about its order, too.
                if let Some(surplus) = &payment.surplus_of {
                    self.waiting.wake(&WaitsFor::Order(surplus.order_id.clone()), recorded.position);
                }
                Some(WaitsFor::Payment(payment.payment_id.clone()))
            }
            Some(State::Funds(_) | State::Withdrawal(_) | State::ParkedEvent(_)) | None => None,
        };
        if let Some(need) = need {
            self.waiting.wake(&need, recorded.position);
        }
    }

    fn apply_settings(&mut self, recorded: &Recorded) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "no other event changes a setting or a monthly count"
        )]
        match &recorded.event {
            Event::SettlementSettingsChanged(new) => self.settings.settlement = new.clone(),
            Event::WithdrawalSettingsChanged(new) => self.settings.withdrawals = new.clone(),
            Event::ScreenSettingsChanged(new) => self.settings.screen = new.clone(),
            Event::NotificationSettingsChanged(new) => self.settings.notifications = (**new).clone(),
            Event::AccountSettingsChanged(new) => self.settings.accounts = new.clone(),
            Event::WithdrawalRequested(requested) if requested.payee.kind != PayeeKind::Supplier => {
                let month = self.payee_month(&requested.payee, recorded.occurred_at);
                self.count_request(month, |had| had + 1);
            }
            Event::WithdrawalRejected(_) => self.uncount_request(recorded.entity.birth),
            _ => {}
        }
    }

    fn uncount_request(&mut self, withdrawal: Position) {
        // The event was just applied to it, so it is in memory.
        let Ok(Some(withdrawal)) = self.entities.withdrawal(withdrawal) else { return };
        debug_assert_eq!(withdrawal.state, WithdrawalState::Rejected);
        if withdrawal.facts.payee.kind != PayeeKind::Supplier {
            let month = self.payee_month(&withdrawal.facts.payee, withdrawal.requested_at);
            self.count_request(month, |had| had.saturating_sub(1));
        }
    }

    fn count_request(&mut self, month: Key, change: impl Fn(u64) -> u64) {
        let had =
            self.requests_in(month).expect("whoever decides or applies a request has looked at its month");
        self.directory.put(month, Position::new(change(had)));
    }
}
