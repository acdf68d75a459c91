//! Decisions about members and their balances (domain §5).

use events_schema::recorded::member::{
    BalanceDeducted, BalanceGifted, BalanceRecharged, MemberRegistered, RechargeRefunded,
};
use events_schema::recorded::parked::WaitsFor;
use events_schema::{EntityKind, Event, Id, Money, Timestamp};

use super::draft::{Decided, Drafts, NotNow, ensure};
use super::{Books, Rejection};
use crate::directory::Namespace;
use crate::entities::Member;

impl Books {
    /// The member called `member_id`; what asks for an unknown one waits for it.
    pub(super) fn member(&self, member_id: &Id) -> Result<&Member, NotNow> {
        let member = match self.directory.find(Namespace::Member, member_id)? {
            Some(birth) => self.entities.member(birth)?,
            None => None,
        };
        member.ok_or_else(|| NotNow::Park(WaitsFor::Member(member_id.clone())))
    }

    pub(super) fn register_member(&self, member: &MemberRegistered, at: Timestamp) -> Decided {
        let known = self.directory.find(Namespace::Member, &member.member_id)?.is_some();
        ensure(!known, Rejection::MemberExists)?;
        Ok(Drafts::begin(EntityKind::Member, at, Event::MemberRegistered(member.clone())))
    }

    pub(super) fn recharge_balance(
        &self,
        member_id: &Id,
        recharged: &BalanceRecharged,
        at: Timestamp,
    ) -> Decided {
        let member = self.member(member_id)?;
        ensure(!recharged.amount.is_zero(), Rejection::AmountIsZero)?;
        self.ensure_new_payment(&recharged.payment_id)?;
        Ok(of(member, at, Event::BalanceRecharged(recharged.clone())))
    }

    pub(super) fn refund_recharge(
        &self,
        member_id: &Id,
        refunded: &RechargeRefunded,
        at: Timestamp,
    ) -> Decided {
        let member = self.member(member_id)?;
        ensure(!refunded.amount.is_zero(), Rejection::AmountIsZero)?;
        self.ensure_new_payment(&refunded.payment_id)?;
        ensure_balance(member, refunded.amount)?;
        Ok(of(member, at, Event::RechargeRefunded(refunded.clone())))
    }

    pub(super) fn gift_balance(&self, member_id: &Id, gifted: &BalanceGifted, at: Timestamp) -> Decided {
        let member = self.member(member_id)?;
        ensure(!gifted.amount.is_zero(), Rejection::AmountIsZero)?;
        Ok(of(member, at, Event::BalanceGifted(gifted.clone())))
    }

    pub(super) fn deduct_balance(
        &self,
        member_id: &Id,
        deducted: &BalanceDeducted,
        at: Timestamp,
    ) -> Decided {
        let member = self.member(member_id)?;
        ensure(!deducted.amount.is_zero(), Rejection::AmountIsZero)?;
        ensure_balance(member, deducted.amount)?;
        Ok(of(member, at, Event::BalanceDeducted(deducted.clone())))
    }
}

fn ensure_balance(member: &Member, amount: Money) -> Result<(), NotNow> {
    ensure(amount <= member.balance, Rejection::InsufficientBalance)
}

fn of(member: &Member, at: Timestamp, event: Event) -> Drafts {
    Drafts::of(EntityKind::Member, member.birth, at, event)
}
