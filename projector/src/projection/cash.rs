//! Money that moved outside: cash entries, and their sums by local hour, day and month (domain §6).

use events_schema::terms::{CashKind, Method, PayeeKind, Term};
use events_schema::{Event, Grain, Id, Money, Position, Recorded, Text};
use ledger_core::entities::payment::SurplusOf;
use ledger_core::entities::{Order, Payment, Step, Withdrawal};

use super::Projection;
use crate::change::{CellTable, Changes, Key, RowTable, SumOverflow, Value};
use crate::starts::Almanac;

/// One row for each entry.
pub(crate) static ENTRIES: RowTable =
    RowTable { name: "cash_entries", key: &["position"], facts: &ENTRY_FACTS, state: &[] };

const ENTRY_FACTS: [&str; 10] = [
    "occurred_at",
    "direction",
    "kind",
    "method",
    "amount",
    "source_id",
    "order_birth",
    "order_id",
    "order_no",
    "reference",
];

/// The entries of local hours.
pub(crate) static HOUR: CellTable = table("cash_hour");
/// The entries of local days.
pub(crate) static DAY: CellTable = table("cash_day");
/// The entries of local months.
pub(crate) static MONTH: CellTable = table("cash_month");

const fn table(name: &'static str) -> CellTable {
    CellTable { name, key: &["start", "kind", "method"], sums: &["entries", "amount"] }
}

/// The cash entries and their cells.
#[derive(Clone, Copy, Debug)]
pub struct Cash;

impl Projection for Cash {
    const NAME: &'static str = "cash";

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
        out.insert(&ENTRIES, Key::Number(recorded.position.as_i64()), entry.facts(recorded), []);
        for (grain, start) in almanac.starts(recorded.occurred_at) {
            let table = match grain {
                Grain::Hour => &HOUR,
                Grain::Day => &DAY,
                Grain::Month => &MONTH,
            };
            let key = Key::Terms(start.micros(), entry.kind.as_str(), entry.method.as_str());
            out.add(table, key, &[1, entry.amount.minor()])?;
        }
        Ok(())
    }
}

/// One movement of money.
#[derive(Debug)]
struct Entry<'a> {
    kind: CashKind,
    method: Method,
    amount: Money,
    source: &'a Id,
    order: Option<OfOrder<'a>>,
    reference: Option<&'a Text>,
}

/// The order that a movement is about.
#[derive(Clone, Copy, Debug)]
struct OfOrder<'a> {
    birth: Position,
    id: &'a Id,
    number: &'a Text,
}

impl<'a> From<&'a Order> for OfOrder<'a> {
    fn from(order: &'a Order) -> Self {
        Self { birth: order.birth, id: &order.facts.order_id, number: &order.facts.order_no }
    }
}

impl<'a> From<&'a SurplusOf> for OfOrder<'a> {
    fn from(surplus: &'a SurplusOf) -> Self {
        Self { birth: surplus.order, id: &surplus.order_id, number: &surplus.order_no }
    }
}

impl Entry<'_> {
    fn facts(&self, recorded: &Recorded) -> [Value; ENTRY_FACTS.len()] {
        [
            recorded.occurred_at.into(),
            Value::term(self.kind.direction()),
            Value::term(self.kind),
            Value::term(self.method),
            self.amount.into(),
            self.source.into(),
            self.order.map(|order| order.birth).into(),
            self.order.map(|order| order.id).into(),
            self.order.map(|order| order.number).into(),
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
    let source = &order.facts.order_id;
    Some(Entry { kind, method, amount, source, order: Some(order.into()), reference: reference.as_ref() })
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
    Some(Entry { kind, method, amount, source, order: None, reference: reference.as_ref() })
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
        source: &payment.payment_id,
        order: payment.surplus_of.as_ref().map(Into::into),
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
        source: &facts.withdrawal_id,
        order: None,
        reference: paid.reference.as_ref(),
    })
}
