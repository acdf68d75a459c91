//! From the data of a published event to the action that it asks for.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::data;
use crate::command::Action;
use crate::recorded::member::{
    BalanceDeducted, BalanceGifted, BalanceRecharged, MemberRegistered, RechargeRefunded,
};
use crate::recorded::order::{
    CommissionLine, Discount, OrderClosed, OrderPaid, OrderPlaced, OrderShipped, Product, RefundCompleted,
    RefundRejected, RefundRequested, Supplier, Travellers,
};
use crate::recorded::payment::{PaymentReceived, PaymentRefunded};
use crate::recorded::withdrawal::{Payee, WithdrawalRequested};
use crate::terms::Gender;
use crate::{Id, Money};

/// Discounts that one order may have.
const DISCOUNTS_MAX: usize = 50;
/// Commission lines that one order may have: with two events each (funds opened, funds credited), the decision that
/// completes the order stays below 64 events.
const COMMISSIONS_MAX: usize = 25;

/// Why data is not understood.
#[derive(Debug)]
pub(super) enum DataError {
    /// No such type of event.
    UnknownType,
    /// JSON that does not fit; the slow reading names the field.
    Json,
    /// A rule between fields.
    Rule {
        /// The field, below `data`.
        field: &'static str,
        /// What is expected.
        expected: &'static str,
    },
}

/// How data is read: as fast as possible, or once more to name the field that is wrong.
pub(super) trait Reader {
    fn read<'a, T: Deserialize<'a>>(&self, data: Option<&'a RawValue>) -> Result<T, DataError>;
}

/// Reads the `data` of an event of type `kind` about `subject`.
pub(super) fn action(
    kind: &str,
    subject: Id,
    data: Option<&RawValue>,
    reader: &impl Reader,
) -> Result<Action, DataError> {
    Ok(match kind {
        "order.placed" => Action::PlaceOrder(Arc::new(order_placed(subject, reader.read(data)?)?)),
        "order.confirmed" => {
            reader.read::<data::Nothing>(data)?;
            Action::ConfirmOrder { order_id: subject }
        }
        "order.closed" => {
            let data::OrderClosed { reason } = reader.read(data)?;
            Action::CloseOrder { order_id: subject, closed: OrderClosed { reason: reason.map(Into::into) } }
        }
        "order.paid" => Action::PayOrder { order_id: subject, paid: order_paid(reader.read(data)?) },
        "order.shipped" => {
            let data::OrderShipped { carrier, tracking_no } = reader.read(data)?;
            let shipped = OrderShipped { carrier, tracking_no: tracking_no.map(Into::into) };
            Action::ShipOrder { order_id: subject, shipped }
        }
        "order.verified" => {
            let data::OrderVerified { packages } = reader.read(data)?;
            Action::VerifyOrder { order_id: subject, packages: packages.get() }
        }
        "order.completed" => {
            reader.read::<data::Nothing>(data)?;
            Action::CompleteOrder { order_id: subject }
        }
        _ if kind.starts_with("refund.") => refund(kind, subject, data, reader)?,
        _ => other(kind, subject, data, reader)?,
    })
}

fn refund(
    kind: &str,
    order_id: Id,
    data: Option<&RawValue>,
    reader: &impl Reader,
) -> Result<Action, DataError> {
    Ok(match kind {
        "refund.requested" => {
            let data::RefundRequested { refund_id, amount, fee, reason } = reader.read(data)?;
            let requested = RefundRequested { refund_id, amount, fee, reason: reason.map(Into::into) };
            Action::RequestRefund { order_id, requested }
        }
        "refund.rejected" => {
            let data::RefundRejected { refund_id, reason } = reader.read(data)?;
            Action::RejectRefund {
                order_id,
                rejected: RefundRejected { refund_id, reason: reason.map(Into::into) },
            }
        }
        "refund.completed" => {
            let data::RefundCompleted { refund_id, method, channel_reference } = reader.read(data)?;
            Action::CompleteRefund {
                order_id,
                completed: RefundCompleted { refund_id, method, channel_reference },
            }
        }
        _ => return Err(DataError::UnknownType),
    })
}

fn other(
    kind: &str,
    subject: Id,
    data: Option<&RawValue>,
    reader: &impl Reader,
) -> Result<Action, DataError> {
    Ok(match kind {
        "member.registered" => {
            let data::MemberRegistered { phone, gender } = reader.read(data)?;
            Action::RegisterMember(MemberRegistered {
                member_id: subject,
                phone: phone.into(),
                gender: gender.unwrap_or_default(),
            })
        }
        "balance.recharged" => {
            let data::BalancePayment { payment_id, method, amount, channel_reference } = reader.read(data)?;
            let recharged = BalanceRecharged { payment_id, method, amount, channel_reference };
            Action::RechargeBalance { member_id: subject, recharged }
        }
        "balance.recharge_refunded" => {
            let data::BalancePayment { payment_id, method, amount, channel_reference } = reader.read(data)?;
            let refunded = RechargeRefunded { payment_id, method, amount, channel_reference };
            Action::RefundRecharge { member_id: subject, refunded }
        }
        "balance.gifted" => {
            let data::BalanceChange { amount, reason } = reader.read(data)?;
            let gifted = BalanceGifted { amount, reason: reason.map(Into::into) };
            Action::GiftBalance { member_id: subject, gifted }
        }
        "balance.deducted" => {
            let data::BalanceChange { amount, reason } = reader.read(data)?;
            let deducted = BalanceDeducted { amount, reason: reason.map(Into::into) };
            Action::DeductBalance { member_id: subject, deducted }
        }
        "payment.received" => {
            let data::PaymentReceived { method, amount, channel_reference, note } = reader.read(data)?;
            let note = note.map(Into::into);
            Action::ReceivePayment(PaymentReceived {
                payment_id: subject,
                method,
                amount,
                channel_reference,
                note,
            })
        }
        "payment.refunded" => {
            let data::PaymentRefunded { refund_id, amount, channel_reference } = reader.read(data)?;
            let refunded = PaymentRefunded { refund_id, amount, channel_reference };
            Action::RefundPayment { payment_id: subject, refunded }
        }
        "withdrawal.requested" => {
            Action::RequestWithdrawal(Box::new(withdrawal_requested(subject, reader.read(data)?)))
        }
        _ => return Err(DataError::UnknownType),
    })
}

fn order_placed(order_id: Id, data: data::OrderPlaced) -> Result<OrderPlaced, DataError> {
    let rule = |field, expected| Err(DataError::Rule { field, expected });
    if data.supplier.is_some() && data.quoted_cost.is_some() {
        return rule("quoted_cost", "expected to be absent where there is a supplier, whose `cost` counts");
    }
    if data.discounts.len() > DISCOUNTS_MAX {
        return rule("discounts", "expected at most 50");
    }
    if data.commissions.len() > COMMISSIONS_MAX {
        return rule("commissions", "expected at most 25");
    }
    Ok(OrderPlaced {
        order_id,
        order_no: data.order_no,
        member_id: data.member_id,
        source: data.source,
        product: Product {
            id: data.product.id,
            name: data.product.name,
            product_type: data.product.product_type,
        },
        packages: data.packages.get(),
        amount: data.amount,
        discounts: data.discounts.iter().map(|d| Discount { kind: d.kind, amount: d.amount }).collect(),
        supplier: data.supplier.map(|s| Supplier { id: s.id, name: s.name, cost: s.cost }),
        quoted_cost: data.quoted_cost.unwrap_or(Money::ZERO),
        freight: data.freight,
        commissions: data.commissions.into_iter().map(commission_line).collect(),
        confirmation: data.confirmation,
        travellers: count(&data.travellers),
    })
}

fn commission_line(line: data::Commission) -> CommissionLine {
    CommissionLine {
        distributor_id: line.distributor_id,
        distributor_name: line.distributor_name.into(),
        distributor_phone: line.distributor_phone.map(Into::into),
        amount: line.amount,
    }
}

fn count(travellers: &[data::Traveller]) -> Travellers {
    let mut counts = Travellers::default();
    for traveller in travellers {
        match traveller.gender {
            Gender::Male => counts.male += 1,
            Gender::Female => counts.female += 1,
            Gender::Unknown => counts.unknown += 1,
        }
    }
    counts
}

fn order_paid(data: data::OrderPaid) -> OrderPaid {
    let data::OrderPaid { payment_id, method, amount, channel_reference } = data;
    OrderPaid { payment_id, method, amount, channel_reference }
}

fn withdrawal_requested(withdrawal_id: Id, data: data::WithdrawalRequested) -> WithdrawalRequested {
    let data::Payee { kind, id, name, phone } = data.payee;
    WithdrawalRequested {
        withdrawal_id,
        payee: Payee { kind, id, name: name.into(), phone: phone.map(Into::into) },
        amount: data.amount,
        method: data.method,
        account: data.account.into(),
    }
}
