//! The data of each recorded event as a `CloudEvent`: what was published as it was understood, and what the ledger did.
//!
//! Most recorded events have the form already. The others hold ids that stand in the envelope when they are published,
//! or what was decided about them.

use std::iter::repeat_n;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use crate::recorded::ledger::LedgerCreated;
use crate::recorded::member::MemberRegistered;
use crate::recorded::order::{CommissionLine, Discount, OrderPlaced, Supplier, Travellers};
use crate::recorded::parked::{EventParked, WaitsFor};
use crate::recorded::payment::{PaymentReceived, SurplusReceived};
use crate::recorded::withdrawal::{Payee, WithdrawalRequested};
use crate::recorded::{Event, Personal};
use crate::terms::{Confirmation, Gender, Method, OrderSource, WithdrawalMethod};
use crate::{Id, Money, ProductType, Text, hex};

/// The data of an event.
pub(super) struct Data<'a>(pub(super) &'a Event);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Event::LedgerCreated(it) => created(it).serialize(serializer),
            Event::SettlementSettingsChanged(it) => it.serialize(serializer),
            Event::WithdrawalSettingsChanged(it) => it.serialize(serializer),
            Event::ScreenSettingsChanged(it) => it.serialize(serializer),
            Event::NotificationSettingsChanged(it) => it.serialize(serializer),
            Event::AccountSettingsChanged(it) => it.serialize(serializer),
            Event::OrderPlaced(it) => order(it).serialize(serializer),
            Event::OrderConfirmed(it) => it.serialize(serializer),
            Event::OrderClosed(it) => it.serialize(serializer),
            Event::OrderPaid(it) => it.serialize(serializer),
            Event::OrderShipped(it) => it.serialize(serializer),
            Event::OrderVerified(it) => Verified { packages: it.packages }.serialize(serializer),
            Event::OrderCompleted(_) => Nothing {}.serialize(serializer),
            Event::RefundRequested(it) => it.serialize(serializer),
            Event::RefundRejected(it) => it.serialize(serializer),
            Event::RefundCompleted(it) => it.serialize(serializer),
            Event::OrderSettled(it) => it.serialize(serializer),
            Event::MemberRegistered(it) => member(it).serialize(serializer),
            Event::BalanceRecharged(it) => it.serialize(serializer),
            Event::RechargeRefunded(it) => it.serialize(serializer),
            Event::BalanceGifted(it) => it.serialize(serializer),
            Event::BalanceDeducted(it) => it.serialize(serializer),
            Event::BalanceConsumed(it) => it.serialize(serializer),
            Event::ConsumptionRefunded(it) => it.serialize(serializer),
            Event::BalanceWithdrawn(it) => it.serialize(serializer),
            Event::WithdrawalReturned(it) => it.serialize(serializer),
            Event::PaymentReceived(it) => payment(it).serialize(serializer),
            Event::SurplusReceived(it) => surplus(it).serialize(serializer),
            Event::PaymentRefunded(it) => it.serialize(serializer),
            Event::FundsOpened(it) => it.serialize(serializer),
            Event::FundsCredited(it) => it.serialize(serializer),
            Event::FundsDebited(it) => it.serialize(serializer),
            Event::WithdrawalRequested(it) => withdrawal(it).serialize(serializer),
            Event::WithdrawalApproved(it) => it.serialize(serializer),
            Event::WithdrawalPaid(it) => it.serialize(serializer),
            Event::WithdrawalRejected(it) => it.serialize(serializer),
            Event::TransferFailed(it) => it.serialize(serializer),
            Event::EventParked(it) => parked(it, serializer),
            Event::ParkedEventRequeued(it) => it.serialize(serializer),
            Event::ParkedEventReleased(it) => it.serialize(serializer),
            Event::ParkedEventFailed(it) => it.serialize(serializer),
            Event::ParkedEventDiscarded(it) => it.serialize(serializer),
        }
    }
}

#[derive(Serialize)]
struct Created<'a> {
    log_id: String,
    currency: &'a Text,
    time_zone: &'a Text,
}

fn created(LedgerCreated { log_id, currency, time_zone }: &LedgerCreated) -> Created<'_> {
    Created { log_id: hex(log_id), currency, time_zone }
}

#[derive(Serialize)]
struct Placed<'a> {
    order_no: &'a Text,
    member_id: &'a Id,
    source: OrderSource,
    product: Product<'a>,
    packages: u32,
    amount: Money,
    discounts: &'a [Discount],
    supplier: Option<&'a Supplier>,
    /// With a supplier, its cost counts, and there must be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    quoted_cost: Option<Money>,
    freight: Money,
    commissions: &'a [CommissionLine],
    confirmation: Confirmation,
    travellers: List,
}

#[derive(Serialize)]
struct Product<'a> {
    id: &'a Id,
    name: &'a Text,
    #[serde(rename = "type")]
    kind: &'a ProductType,
}

fn order(placed: &OrderPlaced) -> Placed<'_> {
    let product = &placed.product;
    let supplier = placed.supplier.as_ref();
    Placed {
        order_no: &placed.order_no,
        member_id: &placed.member_id,
        source: placed.source,
        product: Product { id: &product.id, name: &product.name, kind: &product.product_type },
        packages: placed.packages,
        amount: placed.amount,
        discounts: &placed.discounts,
        supplier,
        quoted_cost: supplier.is_none().then_some(placed.quoted_cost),
        freight: placed.freight,
        commissions: &placed.commissions,
        confirmation: placed.confirmation,
        travellers: List(placed.travellers),
    }
}

/// Travellers one by one, as they are published; only their numbers are recorded.
struct List(Travellers);

#[derive(Clone, Serialize)]
struct Traveller {
    gender: Gender,
}

impl Serialize for List {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Travellers { male, female, unknown } = self.0;
        let counts = [(Gender::Male, male), (Gender::Female, female), (Gender::Unknown, unknown)];
        let all = counts.map(|(gender, count)| repeat_n(Traveller { gender }, count as usize));
        serializer.collect_seq(all.into_iter().flatten())
    }
}

#[derive(Serialize)]
struct Verified {
    packages: u32,
}

#[derive(Serialize)]
struct Nothing {}

#[derive(Serialize)]
struct Member<'a> {
    phone: &'a Personal,
    gender: Gender,
}

fn member(MemberRegistered { member_id: _, phone, gender }: &MemberRegistered) -> Member<'_> {
    Member { phone, gender: *gender }
}

#[derive(Serialize)]
struct Received<'a> {
    method: Method,
    amount: Money,
    channel_reference: &'a Option<Text>,
    note: &'a Option<Personal>,
}

fn payment(received: &PaymentReceived) -> Received<'_> {
    let PaymentReceived { payment_id: _, method, amount, channel_reference, note } = received;
    Received { method: *method, amount: *amount, channel_reference, note }
}

#[derive(Serialize)]
struct Paid<'a> {
    payment_id: &'a Id,
    method: Method,
    amount: Money,
    channel_reference: &'a Option<Text>,
}

fn surplus(received: &SurplusReceived) -> Paid<'_> {
    let SurplusReceived { payment_id, method, amount, channel_reference, .. } = received;
    Paid { payment_id, method: *method, amount: *amount, channel_reference }
}

#[derive(Serialize)]
struct Withdrawal<'a> {
    payee: &'a Payee,
    amount: Money,
    method: WithdrawalMethod,
    account: &'a Personal,
}

fn withdrawal(requested: &WithdrawalRequested) -> Withdrawal<'_> {
    let WithdrawalRequested { withdrawal_id: _, payee, amount, method, account } = requested;
    Withdrawal { payee, amount: *amount, method: *method, account }
}

#[derive(Serialize)]
struct Parked<'a> {
    waits_for: &'a WaitsFor,
    event: Option<&'a RawValue>,
}

/// The parked event as it was published, on one line: no text of JSON has a line break inside.
fn parked<S: Serializer>(parked: &EventParked, serializer: S) -> Result<S::Ok, S::Error> {
    let EventParked { waits_for, event } = parked;
    let line = event.text().map(|text| text.replace(['\n', '\r'], " "));
    let event = line.as_deref().and_then(|line| serde_json::from_str(line).ok());
    Parked { waits_for, event }.serialize(serializer)
}
