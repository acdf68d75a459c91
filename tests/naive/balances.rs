//! Members, and what moved their balances, entry by entry (domain §5).

use events_schema::recorded::Personal;
use events_schema::{Event, Money, Position, Recorded};

use super::rows::{OfOrder, Rows};

/// A member.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) birth: u64,
    pub(crate) id: String,
    pub(crate) phone: String,
    pub(crate) registered_at: i64,
    pub(crate) balance: i64,
}

/// What moved a balance.
#[derive(Debug)]
pub(crate) struct BalanceEntry {
    pub(crate) position: u64,
    pub(crate) at: i64,
    pub(crate) member_id: String,
    pub(crate) member_phone: String,
    pub(crate) kind: &'static str,
    /// With its sign.
    pub(crate) change: i64,
    pub(crate) after: i64,
    /// The type of the event that moved it.
    pub(crate) source: &'static str,
    /// The id of the order, payment or withdrawal.
    pub(crate) source_id: Option<String>,
    pub(crate) order: Option<OfOrder>,
}

/// The text of something personal; none of it is sealed.
pub(super) fn text(personal: &Personal) -> String {
    personal.text().expect("nothing is sealed").to_owned()
}

impl Rows {
    pub(super) fn fold_balance(&mut self, recorded: &Recorded) {
        if let Event::MemberRegistered(e) = &recorded.event {
            self.members.push(Member {
                birth: recorded.position.get(),
                id: e.member_id.to_string(),
                phone: text(&e.phone),
                registered_at: recorded.occurred_at.micros(),
                balance: 0,
            });
        }
        let Some((kind, change, source, source_id, order)) = self.balance_moved(&recorded.event) else {
            return;
        };
        // A zero change makes no entry.
        if change == 0 {
            return;
        }
        let birth = recorded.entity.birth.get();
        let member = self.members.iter_mut().find(|member| member.birth == birth).unwrap();
        member.balance += change;
        assert!(member.balance >= 0, "the balance of {member:?}");
        self.balances.push(BalanceEntry {
            position: recorded.position.get(),
            at: recorded.occurred_at.micros(),
            member_id: member.id.clone(),
            member_phone: member.phone.clone(),
            kind,
            change,
            after: member.balance,
            source,
            source_id,
            order,
        });
    }

    #[expect(clippy::type_complexity, reason = "used once, and each part has its name there")]
    fn balance_moved(
        &self,
        event: &Event,
    ) -> Option<(&'static str, i64, &'static str, Option<String>, Option<OfOrder>)> {
        let order = |birth: Position| OfOrder::of(self.order(birth.get()));
        let withdrawal = |birth: Position| self.withdrawal(birth.get()).asked.withdrawal_id.to_string();
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event moves a balance")]
        Some(match event {
            Event::BalanceRecharged(e) => {
                let payment = Some(e.payment_id.to_string());
                ("recharge", e.amount.minor(), "balance.recharged", payment, None)
            }
            Event::RechargeRefunded(e) => {
                let payment = Some(e.payment_id.to_string());
                ("recharge_refund", -e.amount.minor(), "balance.recharge_refunded", payment, None)
            }
            Event::BalanceGifted(e) => ("gift", e.amount.minor(), "balance.gifted", None, None),
            Event::BalanceDeducted(e) => ("deduct", -e.amount.minor(), "balance.deducted", None, None),
            Event::BalanceConsumed(e) => {
                let order = order(e.order);
                ("consume", -Money::minor(e.amount), "order.paid", Some(order.id.clone()), Some(order))
            }
            Event::ConsumptionRefunded(e) => {
                let order = order(e.order);
                let id = Some(order.id.clone());
                ("consume_refund", e.amount.minor(), "refund.completed", id, Some(order))
            }
            Event::BalanceWithdrawn(e) => {
                let id = withdrawal(e.withdrawal);
                ("withdraw", -e.amount.minor(), "withdrawal.requested", Some(id), None)
            }
            Event::WithdrawalReturned(e) => {
                let id = withdrawal(e.withdrawal);
                ("withdraw_return", e.amount.minor(), "withdrawal.rejected", Some(id), None)
            }
            _ => return None,
        })
    }
}
