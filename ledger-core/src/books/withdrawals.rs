//! Decisions about withdrawals (domain §8, §9).

use events_schema::recorded::funds::FundsSource;
use events_schema::recorded::member::{BalanceWithdrawn, WithdrawalReturned};
use events_schema::recorded::withdrawal::{
    Payee, TransferFailed, WithdrawalApproved, WithdrawalPaid, WithdrawalRejected, WithdrawalRequested,
};
use events_schema::terms::{PayeeKind, WithdrawalState};
use events_schema::{EntityKind, Event, Id, Money, Position, Text, Timestamp};

use super::draft::{Decided, Drafts, NotNow, ensure};
use super::{Books, Rejection};
use crate::directory::{Key, Namespace};
use crate::entities::Withdrawal;
use crate::recall::Missing;

impl Books {
    pub(super) fn request_withdrawal(
        &self,
        requested: &WithdrawalRequested,
        at: Timestamp,
        next: Position,
    ) -> Decided {
        let known = self.directory.find(Namespace::Withdrawal, &requested.withdrawal_id)?.is_some();
        ensure(!known, Rejection::WithdrawalExists)?;
        ensure(!requested.amount.is_zero(), Rejection::AmountIsZero)?;
        let payee = &requested.payee;
        let member = if payee.kind == PayeeKind::Member { Some(self.member(&payee.id)?) } else { None };
        if payee.kind != PayeeKind::Supplier {
            self.ensure_allowed(requested, at)?;
        }

        let event = Event::WithdrawalRequested(Box::new(requested.clone()));
        let mut drafts = Drafts::begin(EntityKind::Withdrawal, at, event);
        let amount = requested.amount;
        if let Some(member) = member {
            ensure(amount <= member.balance, Rejection::InsufficientFunds)?;
            let withdrawn = Event::BalanceWithdrawn(BalanceWithdrawn { amount, withdrawal: next });
            drafts.push(EntityKind::Member, member.birth, at, withdrawn);
        } else {
            let (kind, available) = self.funds_of(payee)?;
            ensure(amount <= available, Rejection::InsufficientFunds)?;
            drafts.push_funds(self, kind, &payee.id, -amount, FundsSource::Withdrawal(next), at)?;
        }
        Ok(drafts)
    }

    /// The settings for distributors and members (domain §8).
    fn ensure_allowed(&self, requested: &WithdrawalRequested, at: Timestamp) -> Result<(), NotNow> {
        let settings = &self.settings.withdrawals;
        ensure(settings.methods.contains(&requested.method), Rejection::MethodDisabled)?;
        let minimum = settings.minimum_amount.unwrap_or(Money::ZERO);
        ensure(requested.amount >= minimum, Rejection::BelowMinimum)?;
        let had = self.requests_in(self.payee_month(&requested.payee, at))?;
        ensure(settings.monthly_limit.is_none_or(|limit| had < limit.into()), Rejection::MonthlyLimit)
    }

    /// The key of one payee in one calendar month, for the monthly limit.
    pub(super) fn payee_month(&self, payee: &Payee, at: Timestamp) -> Key {
        let date = self.calendar.date(at);
        let month = format!("{} {}-{}", payee.kind, date.year(), date.month());
        self.directory.key_of_pair(Namespace::Requests, &payee.id, &month)
    }

    /// How many requests a payee has had in a month that were not rejected.
    pub(super) fn requests_in(&self, month: Key) -> Result<u64, Missing> {
        // The directory keeps a number for each key, which is a count here.
        Ok(self.directory.get(month)?.map_or(0, Position::get))
    }

    fn funds_of(&self, payee: &Payee) -> Result<(EntityKind, Money), Missing> {
        let kind = if payee.kind == PayeeKind::Supplier {
            EntityKind::SupplierFunds
        } else {
            EntityKind::DistributorFunds
        };
        let funds = match self.directory.find(namespace_of(payee.kind), &payee.id)? {
            Some(birth) => self.entities.funds(birth)?,
            None => None,
        };
        Ok((kind, funds.map_or(Money::ZERO, |funds| funds.available)))
    }

    /// Finance approves: paid at once, or handed to the payout gateway with automatic transfer on.
    pub(super) fn approve_withdrawal(
        &self,
        withdrawal_id: &Id,
        paid: &WithdrawalPaid,
        paid_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Decided {
        let withdrawal = self.withdrawal(withdrawal_id)?;
        ensure(withdrawal.state == WithdrawalState::Pending, Rejection::AlreadyDecided)?;
        let at = paid_at.unwrap_or(now);
        let in_time = paid_at.is_none_or(|at| withdrawal.requested_at <= at && at <= now);
        ensure(in_time, Rejection::InvalidTime)?;
        Ok(if self.settings.withdrawals.automatic_transfer {
            of(withdrawal, now, Event::WithdrawalApproved(WithdrawalApproved { note: paid.note.clone() }))
        } else {
            of(withdrawal, at, Event::WithdrawalPaid(paid.clone()))
        })
    }

    pub(super) fn reject_withdrawal(
        &self,
        withdrawal_id: &Id,
        rejected: &WithdrawalRejected,
        now: Timestamp,
    ) -> Decided {
        let withdrawal = self.withdrawal(withdrawal_id)?;
        ensure(withdrawal.state == WithdrawalState::Pending, Rejection::AlreadyDecided)?;
        let mut drafts = of(withdrawal, now, Event::WithdrawalRejected(rejected.clone()));
        let (payee, amount) = (&withdrawal.facts.payee, withdrawal.facts.amount);
        if payee.kind != PayeeKind::Supplier {
            // The request does not count any more.
            self.requests_in(self.payee_month(payee, withdrawal.requested_at))?;
        }
        if payee.kind == PayeeKind::Member {
            let member = self.member(&payee.id)?;
            let returned = WithdrawalReturned { amount, withdrawal: withdrawal.birth };
            drafts.push(EntityKind::Member, member.birth, now, Event::WithdrawalReturned(returned));
        } else {
            let (kind, source) = (self.funds_of(payee)?.0, FundsSource::Withdrawal(withdrawal.birth));
            drafts.push_funds(self, kind, &payee.id, amount, source, now)?;
        }
        Ok(drafts)
    }

    /// The payout gateway transferred.
    pub(super) fn confirm_transfer(
        &self,
        withdrawal_id: &Id,
        paid: &WithdrawalPaid,
        now: Timestamp,
    ) -> Decided {
        let withdrawal = self.withdrawal(withdrawal_id)?;
        ensure(withdrawal.state == WithdrawalState::Approved, Rejection::AlreadyDecided)?;
        Ok(of(withdrawal, now, Event::WithdrawalPaid(paid.clone())))
    }

    /// The payout gateway could not transfer: finance decides again.
    pub(super) fn fail_transfer(&self, withdrawal_id: &Id, failure: &Text, now: Timestamp) -> Decided {
        let withdrawal = self.withdrawal(withdrawal_id)?;
        ensure(withdrawal.state == WithdrawalState::Approved, Rejection::AlreadyDecided)?;
        Ok(of(withdrawal, now, Event::TransferFailed(TransferFailed { failure: failure.clone().into() })))
    }

    fn withdrawal(&self, withdrawal_id: &Id) -> Result<&Withdrawal, NotNow> {
        self.known_withdrawal(withdrawal_id)?.ok_or_else(|| Rejection::UnknownWithdrawal.into())
    }

    /// The withdrawal called `withdrawal_id`, if it was asked for.
    pub(super) fn known_withdrawal(&self, withdrawal_id: &Id) -> Result<Option<&Withdrawal>, Missing> {
        match self.directory.find(Namespace::Withdrawal, withdrawal_id)? {
            Some(birth) => self.entities.withdrawal(birth),
            None => Ok(None),
        }
    }
}

const fn namespace_of(kind: PayeeKind) -> Namespace {
    match kind {
        PayeeKind::Supplier => Namespace::Supplier,
        PayeeKind::Distributor => Namespace::Distributor,
        PayeeKind::Member => Namespace::Member,
    }
}

fn of(withdrawal: &Withdrawal, at: Timestamp, event: Event) -> Drafts {
    Drafts::of(EntityKind::Withdrawal, withdrawal.birth, at, event)
}
