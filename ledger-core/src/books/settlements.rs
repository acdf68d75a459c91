//! Settlements of suppliers and commissions of distributors (domain §7, §8).

use events_schema::recorded::funds::FundsSource;
use events_schema::recorded::order::{Completion, OrderSettled};
use events_schema::terms::{Method, Mode};
use events_schema::{EntityKind, Event, Id, Money, Position, Timestamp};
use jiff::ToSpan;

use super::draft::{Decided, Drafts, ensure};
use super::{Books, Rejection};
use crate::directory::Namespace;
use crate::entities::Order;

impl Books {
    /// What is decided with the completion of `order` at `at`: when its settlement is due, T+N by the rule as it
    /// stands now.
    pub(super) fn completion(&self, order: &Order, at: Timestamp) -> Completion {
        let settlement_due = order.facts.supplier.as_ref().map(|supplier| {
            let rule = &self.settings.settlement;
            let days = rule.suppliers.get(&supplier.id).copied().unwrap_or(rule.default_days);
            let date = self.calendar.date(at);
            self.calendar.midnight(date.saturating_add(i64::from(days).days()))
        });
        Completion { settlement_due }
    }

    /// Settles `after`, an order as it will stand, where that is due and nobody needs to look at it.
    pub(super) fn push_automatic_settlement(&self, drafts: &mut Drafts, after: &Order, now: Timestamp) {
        if let Some(due) = after.automatic_settlement()
            && due <= now
        {
            let at = after.figures.settleable_since.map_or(due, |since| due.max(since));
            self.push_settlement(drafts, after, at);
        }
    }

    fn push_settlement(&self, drafts: &mut Drafts, after: &Order, at: Timestamp) {
        drafts.push(EntityKind::Order, after.birth, at, Event::OrderSettled(OrderSettled {}));
        if let Some(supplier) = &after.facts.supplier {
            let (amount, source) = (after.purchase_cost_now(), FundsSource::Order(after.birth));
            drafts.push_funds(self, EntityKind::SupplierFunds, &supplier.id, amount, source, at);
        }
    }

    /// Moves each distributor's funds by what `after` owes more than `before`.
    pub(super) fn push_commissions(
        &self,
        drafts: &mut Drafts,
        before: Option<&Order>,
        after: &Order,
        at: Timestamp,
    ) {
        let mut changes: Vec<(&Id, Money)> = Vec::with_capacity(after.facts.commissions.len());
        for line in &after.facts.commissions {
            let change =
                after.commission_now(line) - before.map_or(Money::ZERO, |order| order.commission_now(line));
            match changes.iter_mut().find(|(id, _)| *id == &line.distributor_id) {
                Some((_, sum)) => *sum += change,
                None => changes.push((&line.distributor_id, change)),
            }
        }
        for (distributor_id, change) in changes {
            let source = FundsSource::Order(after.birth);
            drafts.push_funds(self, EntityKind::DistributorFunds, distributor_id, change, source, at);
        }
    }

    /// Finance settles an order that was paid offline.
    pub(super) fn settle_order(&self, order_id: &Id, now: Timestamp) -> Decided {
        let birth = self.directory.find(Namespace::Order, order_id).ok_or(Rejection::UnknownOrder)?;
        let order = self.entities.order(birth).ok_or(Rejection::UnknownOrder)?;
        let offline = order.figures.method.is_some_and(|method: Method| method.mode() == Mode::Offline);
        ensure(order.is_settleable() && offline, Rejection::NotSettleable)?;
        let mut drafts = Drafts::default();
        self.push_settlement(&mut drafts, order, now);
        Ok(drafts)
    }

    /// The clock settles an order that is due.
    pub(super) fn settle_due_order(&self, birth: Position, now: Timestamp) -> Decided {
        let order = self.entities.order(birth).ok_or(Rejection::UnknownOrder)?;
        let mut drafts = Drafts::default();
        self.push_automatic_settlement(&mut drafts, order, now);
        ensure(!drafts.0.is_empty(), Rejection::NotSettleable)?;
        Ok(drafts)
    }
}
