//! Money that really moved outside, entry by entry (domain §6).

use events_schema::terms::{Method, PayeeKind, Term, WithdrawalMethod};
use events_schema::{Event, Money, Recorded, Text};

use super::rows::{OfOrder, Rows};

/// Money that moved.
#[derive(Debug)]
pub(crate) struct CashEntry {
    pub(crate) position: u64,
    pub(crate) at: i64,
    pub(crate) kind: &'static str,
    pub(crate) method: &'static str,
    pub(crate) amount: i64,
    /// The id of the order, payment or withdrawal.
    pub(crate) source_id: String,
    pub(crate) order: Option<OfOrder>,
    pub(crate) reference: Option<String>,
}

/// A received payment, or a surplus one.
#[derive(Debug)]
pub(super) struct Payment {
    birth: u64,
    id: String,
    method: Method,
    /// The order that a surplus payment was meant for; none for a received one.
    surplus_of: Option<OfOrder>,
}

/// What an event says about money.
struct Moved<'a> {
    kind: &'static str,
    method: Method,
    amount: Money,
    source_id: String,
    order: Option<OfOrder>,
    reference: Option<&'a Text>,
}

impl Rows {
    pub(super) fn fold_cash(&mut self, recorded: &Recorded) {
        self.learn_of_payment(recorded);
        let Some(moved) = self.moved(recorded) else { return };
        // What is paid by balance, and a zero amount, makes no entry.
        if moved.method == Method::Balance || moved.amount.minor() == 0 {
            return;
        }
        self.cash.push(CashEntry {
            position: recorded.position.get(),
            at: recorded.occurred_at.micros(),
            kind: moved.kind,
            method: moved.method.as_str(),
            amount: moved.amount.minor(),
            source_id: moved.source_id,
            order: moved.order,
            reference: moved.reference.map(ToString::to_string),
        });
    }

    fn learn_of_payment(&mut self, recorded: &Recorded) {
        let birth = recorded.entity.birth.get();
        #[expect(clippy::wildcard_enum_match_arm, reason = "these two can be given back")]
        let payment = match &recorded.event {
            Event::PaymentReceived(e) => {
                Payment { birth, id: e.payment_id.to_string(), method: e.method, surplus_of: None }
            }
            Event::SurplusReceived(e) => {
                let order = OfOrder { id: e.order_id.to_string(), number: e.order_no.to_string() };
                Payment { birth, id: e.payment_id.to_string(), method: e.method, surplus_of: Some(order) }
            }
            _ => return,
        };
        self.payments.push(payment);
    }

    fn moved<'a>(&self, recorded: &'a Recorded) -> Option<Moved<'a>> {
        let birth = recorded.entity.birth.get();
        #[expect(clippy::wildcard_enum_match_arm, reason = "no other event moves money outside")]
        Some(match &recorded.event {
            Event::OrderPaid(e) => {
                self.of_order(birth, "order_payment", e.method, e.amount, e.channel_reference.as_ref())
            }
            Event::RefundCompleted(e) => {
                let (actual, method) = self.order(birth).refunded(&e.refund_id);
                let actual = Money::from_minor(actual);
                self.of_order(birth, "order_refund", method, actual, e.channel_reference.as_ref())
            }
            Event::BalanceRecharged(e) => {
                let source_id = e.payment_id.to_string();
                let reference = e.channel_reference.as_ref();
                Moved {
                    kind: "recharge",
                    method: e.method,
                    amount: e.amount,
                    source_id,
                    order: None,
                    reference,
                }
            }
            Event::RechargeRefunded(e) => {
                let (kind, source_id) = ("recharge_refund", e.payment_id.to_string());
                let reference = e.channel_reference.as_ref();
                Moved { kind, method: e.method, amount: e.amount, source_id, order: None, reference }
            }
            Event::PaymentReceived(e) => {
                self.of_payment(birth, ["scan_payment"; 2], e.amount, e.channel_reference.as_ref())
            }
            Event::SurplusReceived(e) => {
                self.of_payment(birth, ["surplus_payment"; 2], e.amount, e.channel_reference.as_ref())
            }
            Event::PaymentRefunded(e) => {
                let kinds = ["scan_refund", "surplus_refund"];
                self.of_payment(birth, kinds, e.amount, e.channel_reference.as_ref())
            }
            Event::WithdrawalPaid(e) => self.of_withdrawal(birth, e.reference.as_ref()),
            _ => return None,
        })
    }

    fn of_order<'a>(
        &self,
        birth: u64,
        kind: &'static str,
        method: Method,
        amount: Money,
        reference: Option<&'a Text>,
    ) -> Moved<'a> {
        let order = OfOrder::of(self.order(birth));
        Moved { kind, method, amount, source_id: order.id.clone(), order: Some(order), reference }
    }

    /// The first kind is that of a received payment, the second that of a surplus one.
    fn of_payment<'a>(
        &self,
        birth: u64,
        kinds: [&'static str; 2],
        amount: Money,
        reference: Option<&'a Text>,
    ) -> Moved<'a> {
        let payment = self.payments.iter().find(|payment| payment.birth == birth).unwrap();
        let (kind, order) = (kinds[usize::from(payment.surplus_of.is_some())], payment.surplus_of.clone());
        Moved { kind, method: payment.method, amount, source_id: payment.id.clone(), order, reference }
    }

    fn of_withdrawal<'a>(&self, birth: u64, reference: Option<&'a Text>) -> Moved<'a> {
        let asked = &self.withdrawal(birth).asked;
        let kind = match asked.payee.kind {
            PayeeKind::Supplier => "supplier_withdrawal",
            PayeeKind::Distributor => "distributor_withdrawal",
            PayeeKind::Member => "member_withdrawal",
        };
        let method = match asked.method {
            WithdrawalMethod::BankCard => Method::BankTransfer,
            WithdrawalMethod::Alipay => Method::Alipay,
            WithdrawalMethod::Wechat => Method::WechatPay,
        };
        let source_id = asked.withdrawal_id.to_string();
        Moved { kind, method, amount: asked.amount, source_id, order: None, reference }
    }
}
