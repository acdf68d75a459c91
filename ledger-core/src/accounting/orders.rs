//! What events of orders post (accounting.md).

use events_schema::terms::{Account, JournalKind};
use events_schema::{Event, Id, Money, Timestamp};

use super::{Entry, Transfer};
use crate::entities::{Order, OrderFigures};

/// What an event posts that found the order as `before` says and left it as `order`.
pub(super) fn post(before: &OrderFigures, order: &Order, event: &Event, date: Timestamp) -> Option<Entry> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event of an order posts")]
    match event {
        Event::OrderPaid(paid) => {
            let money = Account::of_payment(paid.method);
            let transfer = Transfer::new(money, Account::Prepayments, paid.amount);
            Entry::new(JournalKind::OrderPaid, date, &[transfer])
        }
        Event::OrderShipped(_) => Entry::new(JournalKind::OrderShipped, date, &[freight(before, order)]),
        Event::OrderVerified(verified) if verified.completion.is_some() => completed(before, order, date),
        Event::OrderCompleted(_) => completed(before, order, date),
        Event::RefundCompleted(refunded) => refund(before, order, &refunded.refund_id, date),
        Event::OrderSettled(_) => {
            let (from, to) = (Account::SupplierAccrued, Account::SupplierPayable);
            let transfer = Transfer::new(from, to, order.purchase_cost_now());
            Entry::new(JournalKind::Settlement, date, &[transfer])
        }
        _ => None,
    }
}

/// The freight, when it is owed now and was not before: what is sent and then completed owes it once.
fn freight(before: &OrderFigures, order: &Order) -> Transfer {
    let is_new = order.figures.freight_owed && !before.freight_owed;
    let amount = if is_new { order.facts.freight } else { Money::ZERO };
    Transfer::new(Account::FreightExpense, Account::FreightPayable, amount)
}

/// The order is consumed: what is left of its payment is revenue, and what it costs by now is owed.
fn completed(before: &OrderFigures, order: &Order, date: Timestamp) -> Option<Entry> {
    let (left, cost) = (order.figures.left(), order.purchase_cost_now());
    let transfers = [
        freight(before, order),
        Transfer::new(Account::Prepayments, Account::Revenue, left),
        Transfer::new(Account::PurchaseCost, owed(before, order), cost),
        Transfer::new(Account::CommissionExpense, Account::CommissionPayable, order.commission_cost_now()),
    ];
    Entry::new(JournalKind::OrderCompleted, date, &transfers)
}

/// A refund is taken out of the prepayment, or of the revenue of an order that is consumed, whose costs fall with it.
/// By how much, the costs before and after say: they are rounded from all refunds together (domain §3).
fn refund(before: &OrderFigures, order: &Order, refund_id: &Id, date: Timestamp) -> Option<Entry> {
    let refund = order.refund(refund_id)?;
    let money = Account::of_payment(refund.method?);
    let is_consumed = before.is_consumed();
    let from = if is_consumed { Account::Revenue } else { Account::Prepayments };
    let fell = |before: Money, now: Money| if is_consumed { before - now } else { Money::ZERO };
    let cost = fell(before.remains(order.facts.purchase_cost()), order.purchase_cost_now());
    let commissions = fell(before.commissions(&order.facts), order.commission_cost_now());
    let transfers = [
        Transfer::new(from, money, refund.actual()),
        Transfer::new(from, Account::RefundFees, refund.fee),
        Transfer::new(owed(before, order), Account::PurchaseCost, cost),
        Transfer::new(Account::CommissionPayable, Account::CommissionExpense, commissions),
    ];
    Entry::new(JournalKind::RefundCompleted, date, &transfers)
}

/// On which account the purchase cost of a consumed order is owed.
fn owed(figures: &OrderFigures, order: &Order) -> Account {
    match (&order.facts.supplier, figures.settled_at) {
        (None, _) => Account::CostClearing,
        (Some(_), None) => Account::SupplierAccrued,
        (Some(_), Some(_)) => Account::SupplierPayable,
    }
}
