//! Settlements of suppliers and commissions of distributors (domain §7, §8).

use events_schema::recorded::funds::FundsSource;
use events_schema::recorded::order::{Completion, OrderSettled};
use events_schema::terms::{Method, Mode};
use events_schema::{EntityKind, Event, Id, Money, Position, Timestamp};
use jiff::ToSpan;

use super::draft::{Decided, Drafts, ensure};
use super::{Books, Rejection};
use crate::entities::{Order, OrderFigures};
use crate::recall::Missing;

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

    /// Settles `order`, which will stand as `after` says, where that is due and nobody needs to look at it.
    pub(super) fn push_automatic_settlement(
        &self,
        drafts: &mut Drafts,
        order: &Order,
        after: &OrderFigures,
        now: Timestamp,
    ) -> Result<(), Missing> {
        if let Some(due) = after.automatic_settlement()
            && due <= now
        {
            let at = after.settleable_since.map_or(due, |since| due.max(since));
            self.push_settlement(drafts, order, after, at)?;
        }
        Ok(())
    }

    fn push_settlement(
        &self,
        drafts: &mut Drafts,
        order: &Order,
        after: &OrderFigures,
        at: Timestamp,
    ) -> Result<(), Missing> {
        drafts.push(EntityKind::Order, order.birth, at, Event::OrderSettled(OrderSettled {}));
        if let Some(supplier) = &order.facts.supplier {
            let (amount, source) = (after.remains(supplier.cost), FundsSource::Order(order.birth));
            drafts.push_funds(self, EntityKind::SupplierFunds, &supplier.id, amount, source, at)?;
        }
        Ok(())
    }

    /// Moves each distributor's funds by what `order` owes more when it stands as `after` says than `before`, when it
    /// owed nothing or stood so.
    pub(super) fn push_commissions(
        &self,
        drafts: &mut Drafts,
        order: &Order,
        before: Option<&OrderFigures>,
        after: &OrderFigures,
        at: Timestamp,
    ) -> Result<(), Missing> {
        let mut changes: Vec<(&Id, Money)> = Vec::with_capacity(order.facts.commissions.len());
        for line in &order.facts.commissions {
            let owed = before.map_or(Money::ZERO, |before| before.remains(line.amount));
            let change = after.remains(line.amount) - owed;
            match changes.iter_mut().find(|(id, _)| *id == &line.distributor_id) {
                Some((_, sum)) => *sum += change,
                None => changes.push((&line.distributor_id, change)),
            }
        }
        for (distributor_id, change) in changes {
            let source = FundsSource::Order(order.birth);
            drafts.push_funds(self, EntityKind::DistributorFunds, distributor_id, change, source, at)?;
        }
        Ok(())
    }

    /// Finance settles an order that was paid offline.
    pub(super) fn settle_order(&self, order_id: &Id, now: Timestamp) -> Decided {
        let order = self.known_order(order_id)?.ok_or(Rejection::UnknownOrder)?;
        let offline = order.figures.method.is_some_and(|method: Method| method.mode() == Mode::Offline);
        ensure(order.is_settleable() && offline, Rejection::NotSettleable)?;
        let mut drafts = Drafts::default();
        self.push_settlement(&mut drafts, order, &order.figures, now)?;
        Ok(drafts)
    }

    /// The clock settles an order that is due.
    pub(super) fn settle_due_order(&self, birth: Position, now: Timestamp) -> Decided {
        let order = self.entities.order(birth)?.ok_or(Rejection::UnknownOrder)?;
        let mut drafts = Drafts::default();
        self.push_automatic_settlement(&mut drafts, order, &order.figures, now)?;
        ensure(!drafts.0.is_empty(), Rejection::NotSettleable)?;
        Ok(drafts)
    }
}
