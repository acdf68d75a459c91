//! Money that moved outside: cash entries (收支, domain §6, reports.md §5).

use events_schema::terms::{CashKind, Method, PayeeKind};
use events_schema::{EntityKind, Event, Grain, Id, Money, Position, Recorded, Text};
use ledger_core::entities::{Order, Payment, Step, Withdrawal};

use super::Projection;
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each entry.
pub(crate) static ROWS: RowTable =
    RowTable { name: "cash_entries", key: &["position"], facts: &FACTS, state: &[], seldom: 0 };

const FACTS: [&str; 7] = ["occurred_at", "kind", "method", "amount", "source_id", "order_birth", "reference"];

/// The same, by when they happened.
pub(crate) static CELLS: CellTable = CellTable {
    name: "cash_cells",
    key: &["grain", "start", "kind", "method"],
    sums: &["entries", "amount"],
    past_from: Grain::Day,
};

/// The cash entries and their cells.
#[derive(Clone, Copy, Debug)]
pub struct Cash;

impl Projection for Cash {
    const NAME: &'static str = "cash";
    const ENTITIES: &'static [EntityKind] =
        &[EntityKind::Order, EntityKind::Member, EntityKind::Payment, EntityKind::Withdrawal];

    fn changes(
        step: &Step<'_>,
        recorded: &Recorded,
        almanac: &mut Almanac,
        out: &mut Changes,
    ) -> Result<(), SumOverflow> {
        // What is paid from a balance moves inside, and nothing is no money.
        let Some(entry) = entry(step, &recorded.event)
            .filter(|entry| entry.method != Method::Balance && !entry.amount.is_zero())
        else {
            return Ok(());
        };
        if out.keeps_row(recorded.occurred_at) {
            out.insert(&ROWS, Key::Number(recorded.position.as_i64()), entry.facts(recorded), []);
        }
        let cell = [Value::term(entry.kind), Value::term(entry.method)];
        out.add(&CELLS, almanac.starts(recorded.occurred_at), cell, &[1, entry.amount.minor()])
    }
}

/// One movement of money.
#[derive(Debug)]
struct Entry<'a> {
    kind: CashKind,
    method: Method,
    amount: Money,
    /// The payment or withdrawal; nothing where the order itself is all that there is.
    source: Option<&'a Id>,
    /// The birth of the order that it is about.
    order: Option<Position>,
    reference: Option<&'a Text>,
}

impl Entry<'_> {
    fn facts(&self, recorded: &Recorded) -> [Value; FACTS.len()] {
        [
            recorded.occurred_at.into(),
            Value::term(self.kind),
            Value::term(self.method),
            self.amount.into(),
            self.source.into(),
            self.order.into(),
            self.reference.into(),
        ]
    }
}

/// The movement that an event tells of, also one by balance or of nothing.
fn entry<'a>(step: &Step<'a>, event: &'a Event) -> Option<Entry<'a>> {
    match step {
        Step::Order { after, .. } => of_order(after, event),
        Step::Member { .. } => of_member(event),
        Step::Payment { after } => of_payment(after, event),
        Step::Withdrawal { after, .. } => of_withdrawal(after, event),
        Step::Ledger | Step::Funds { .. } | Step::ParkedEvent { .. } => None,
    }
}

fn of_order<'a>(order: &'a Order, event: &'a Event) -> Option<Entry<'a>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other event of an order moves money")]
    let (kind, method, amount, reference) = match event {
        Event::OrderPaid(e) => (CashKind::OrderPayment, e.method, e.amount, &e.channel_reference),
        Event::RefundCompleted(e) => {
            let refund = order.refund(&e.refund_id)?;
            (CashKind::OrderRefund, refund.method?, refund.actual(), &e.channel_reference)
        }
        _ => return None,
    };
    Some(Entry {
        kind,
        method,
        amount,
        source: None,
        order: Some(order.birth),
        reference: reference.as_ref(),
    })
}

fn of_member(event: &Event) -> Option<Entry<'_>> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "every other event moves balance only")]
    let (kind, source, method, amount, reference) = match event {
        Event::BalanceRecharged(e) => {
            (CashKind::Recharge, &e.payment_id, e.method, e.amount, &e.channel_reference)
        }
        Event::RechargeRefunded(e) => {
            (CashKind::RechargeRefund, &e.payment_id, e.method, e.amount, &e.channel_reference)
        }
        _ => return None,
    };
    Some(Entry { kind, method, amount, source: Some(source), order: None, reference: reference.as_ref() })
}

fn of_payment<'a>(payment: &'a Payment, event: &'a Event) -> Option<Entry<'a>> {
    let surplus = payment.surplus_of.is_some();
    #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else happens to a payment")]
    let (kind, amount, reference) = match event {
        Event::PaymentReceived(e) => (CashKind::ScanPayment, e.amount, &e.channel_reference),
        Event::SurplusReceived(e) => (CashKind::SurplusPayment, e.amount, &e.channel_reference),
        Event::PaymentRefunded(e) if surplus => (CashKind::SurplusRefund, e.amount, &e.channel_reference),
        Event::PaymentRefunded(e) => (CashKind::ScanRefund, e.amount, &e.channel_reference),
        _ => return None,
    };
    Some(Entry {
        kind,
        method: payment.method,
        amount,
        source: Some(&payment.payment_id),
        order: payment.surplus_of.as_ref().map(|surplus| surplus.order),
        reference: reference.as_ref(),
    })
}

fn of_withdrawal<'a>(withdrawal: &'a Withdrawal, event: &'a Event) -> Option<Entry<'a>> {
    let Event::WithdrawalPaid(paid) = event else { return None };
    let facts = &withdrawal.facts;
    let kind = match facts.payee.kind {
        PayeeKind::Supplier => CashKind::SupplierWithdrawal,
        PayeeKind::Distributor => CashKind::DistributorWithdrawal,
        PayeeKind::Member => CashKind::MemberWithdrawal,
    };
    Some(Entry {
        kind,
        method: facts.method.cash_method(),
        amount: facts.amount,
        source: Some(&facts.withdrawal_id),
        order: None,
        reference: paid.reference.as_ref(),
    })
}
