//! The fingerprint of what a request says: it tells a duplicate from a reused id.
//!
//! A frozen function over parsed fields (so that `"128"` and `"128.00"`, or an absent and an empty list, are the
//! same). Each field has a tag that is never used again for another one, and a field that equals its default leaves
//! no trace; so a field that is added later changes no digest of what was published before.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::command::Action;
use crate::recorded::Personal;
use crate::recorded::ledger::{ChartAccount, NotificationSettings};
use crate::recorded::order::OrderPlaced;
use crate::recorded::withdrawal::WithdrawalRequested;
use crate::terms::{Gender, Term};
use crate::{Money, Text, Timestamp};

/// The first 128 bits of a SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest([u8; 16]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Digest {
    /// The digest of a published event: type, subject, instant and data as understood.
    pub fn of_published(kind: &str, subject: &str, time: Timestamp, action: &Action) -> Self {
        let mut fields = Fields(Sha256::new());
        fields.text(1, kind);
        fields.text(2, subject);
        fields.number(3, time.micros());
        published(&mut fields, action);
        fields.finish()
    }

    /// The digest of a decision: what is asked for, and about what.
    pub fn of_decision(action: &Action) -> Self {
        let mut fields = Fields(Sha256::new());
        decision(&mut fields, action);
        fields.finish()
    }
}

/// Writes fields as `tag, length, bytes`.
struct Fields(Sha256);

impl Fields {
    fn bytes(&mut self, tag: u8, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).expect("an event has far fewer bytes than 4 GiB");
        self.0.update([tag]);
        self.0.update(length.to_le_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, tag: u8, text: &str) {
        self.bytes(tag, text.as_bytes());
    }

    fn optional(&mut self, tag: u8, text: Option<&Text>) {
        if let Some(text) = text {
            self.text(tag, text);
        }
    }

    fn personal(&mut self, tag: u8, personal: Option<&Personal>) {
        if let Some(text) = personal.and_then(Personal::text) {
            self.text(tag, text);
        }
    }

    fn number(&mut self, tag: u8, number: i64) {
        if number != 0 {
            self.bytes(tag, &number.to_le_bytes());
        }
    }

    fn money(&mut self, tag: u8, money: Money) {
        self.number(tag, money.minor());
    }

    fn finish(self) -> Digest {
        let hash = self.0.finalize();
        let mut digest = [0; 16];
        digest.copy_from_slice(&hash[..16]);
        Digest(digest)
    }
}

fn order_placed(fields: &mut Fields, order: &OrderPlaced) {
    fields.text(10, &order.order_no);
    fields.text(11, &order.member_id);
    fields.text(12, order.source.as_str());
    fields.text(13, &order.product.id);
    fields.text(14, &order.product.name);
    fields.text(15, &order.product.product_type);
    fields.number(16, i64::from(order.packages));
    fields.money(17, order.amount);
    for discount in &order.discounts {
        fields.text(18, discount.kind.as_str());
        fields.money(19, discount.amount);
    }
    if let Some(supplier) = &order.supplier {
        fields.text(20, &supplier.id);
        fields.text(21, &supplier.name);
        fields.money(22, supplier.cost);
    }
    fields.money(23, order.quoted_cost);
    fields.money(24, order.freight);
    for line in &order.commissions {
        fields.text(25, &line.distributor_id);
        fields.personal(26, Some(&line.distributor_name));
        fields.personal(27, line.distributor_phone.as_ref());
        fields.money(28, line.amount);
    }
    fields.text(29, order.confirmation.as_str());
    fields.number(30, i64::from(order.travellers.male));
    fields.number(31, i64::from(order.travellers.female));
    fields.number(32, i64::from(order.travellers.unknown));
}

fn published(fields: &mut Fields, action: &Action) {
    match action {
        Action::PlaceOrder(order) => order_placed(fields, order),
        Action::ConfirmOrder { .. } | Action::CompleteOrder { .. } => {}
        Action::CloseOrder { closed, .. } => fields.personal(40, closed.reason.as_ref()),
        Action::PayOrder { paid: p, .. } => {
            payment(fields, Some(&p.payment_id), p.method.as_str(), p.amount, p.channel_reference.as_ref());
        }
        Action::ShipOrder { shipped, .. } => {
            fields.optional(41, shipped.carrier.as_ref());
            fields.personal(42, shipped.tracking_no.as_ref());
        }
        Action::VerifyOrder { packages, .. } => fields.number(16, i64::from(*packages)),
        Action::RequestRefund { requested, .. } => {
            fields.text(50, &requested.refund_id);
            fields.money(51, requested.amount);
            fields.money(52, requested.fee);
            fields.personal(40, requested.reason.as_ref());
        }
        Action::RejectRefund { rejected, .. } => {
            fields.text(50, &rejected.refund_id);
            fields.personal(40, rejected.reason.as_ref());
        }
        Action::CompleteRefund { completed, .. } => {
            fields.text(50, &completed.refund_id);
            if let Some(method) = completed.method {
                fields.text(61, method.as_str());
            }
            fields.optional(63, completed.channel_reference.as_ref());
        }
        Action::RegisterMember(member) => {
            fields.personal(70, Some(&member.phone));
            if member.gender != Gender::Unknown {
                fields.text(71, member.gender.as_str());
            }
        }
        Action::RechargeBalance { recharged: r, .. } => {
            payment(fields, Some(&r.payment_id), r.method.as_str(), r.amount, r.channel_reference.as_ref());
        }
        Action::RefundRecharge { refunded: r, .. } => {
            payment(fields, Some(&r.payment_id), r.method.as_str(), r.amount, r.channel_reference.as_ref());
        }
        Action::GiftBalance { gifted, .. } => change(fields, gifted.amount, gifted.reason.as_ref()),
        Action::DeductBalance { deducted, .. } => change(fields, deducted.amount, deducted.reason.as_ref()),
        Action::ReceivePayment(r) => {
            payment(fields, None, r.method.as_str(), r.amount, r.channel_reference.as_ref());
            fields.personal(64, r.note.as_ref());
        }
        Action::RefundPayment { refunded, .. } => {
            fields.text(50, &refunded.refund_id);
            fields.money(51, refunded.amount);
            fields.optional(63, refunded.channel_reference.as_ref());
        }
        Action::RequestWithdrawal(requested) => withdrawal(fields, requested),
        Action::SettleOrder { .. }
        | Action::ApproveWithdrawal { .. }
        | Action::RejectWithdrawal { .. }
        | Action::DiscardParkedEvent { .. }
        | Action::ChangeSettlementSettings(_)
        | Action::ChangeWithdrawalSettings(_)
        | Action::ChangeScreenSettings(_)
        | Action::ChangeNotificationSettings(_)
        | Action::ChangeAccountSettings(_)
        | Action::ConfirmTransfer { .. }
        | Action::FailTransfer { .. }
        | Action::SettleDueOrder { .. } => decision(fields, action),
    }
}

fn payment(fields: &mut Fields, id: Option<&str>, method: &str, amount: Money, reference: Option<&Text>) {
    if let Some(id) = id {
        fields.text(60, id);
    }
    fields.text(61, method);
    fields.money(62, amount);
    fields.optional(63, reference);
}

fn withdrawal(fields: &mut Fields, requested: &WithdrawalRequested) {
    fields.text(80, requested.payee.kind.as_str());
    fields.text(81, &requested.payee.id);
    fields.personal(82, Some(&requested.payee.name));
    fields.personal(83, requested.payee.phone.as_ref());
    fields.money(84, requested.amount);
    fields.text(85, requested.method.as_str());
    fields.personal(86, Some(&requested.account));
}

fn change(fields: &mut Fields, amount: Money, reason: Option<&Personal>) {
    fields.money(62, amount);
    fields.personal(40, reason);
}

fn decision(fields: &mut Fields, action: &Action) {
    #[expect(clippy::wildcard_enum_match_arm, reason = "published events have their own digest")]
    match action {
        Action::SettleOrder { order_id } => fields.text(100, order_id),
        Action::ApproveWithdrawal { withdrawal_id, paid, paid_at } => {
            fields.text(101, withdrawal_id);
            fields.optional(102, paid.reference.as_ref());
            fields.personal(103, paid.note.as_ref());
            fields.number(104, paid_at.map_or(0, Timestamp::micros));
        }
        Action::RejectWithdrawal { withdrawal_id, rejected } => {
            fields.text(105, withdrawal_id);
            fields.personal(40, Some(&rejected.reason));
        }
        Action::DiscardParkedEvent { parked, reason } => {
            fields.number(106, parked.as_i64());
            fields.text(40, reason);
        }
        Action::ChangeSettlementSettings(settings) => {
            fields.number(107, i64::from(settings.default_days) + 1);
            for (supplier, days) in &settings.suppliers {
                fields.text(108, supplier);
                fields.number(109, i64::from(*days) + 1);
            }
        }
        Action::ChangeWithdrawalSettings(settings) => {
            fields.text(110, if settings.automatic_transfer { "automatic" } else { "manual" });
            for method in &settings.methods {
                fields.text(111, method.as_str());
            }
            fields.number(112, settings.minimum_amount.map_or(0, |amount| amount.minor() + 1));
            fields.number(113, settings.monthly_limit.map_or(0, |limit| i64::from(limit) + 1));
        }
        Action::ChangeScreenSettings(settings) => {
            fields.text(117, &settings.title);
            fields.number(118, settings.range_days.into());
            fields.text(119, &settings.template);
            fields.number(120, settings.refresh_seconds.into());
        }
        Action::ChangeNotificationSettings(settings) => notifications(fields, settings),
        Action::ChangeAccountSettings(settings) => {
            fields.text(125, "accounts");
            for (account, ChartAccount { number, name }) in &settings.accounts {
                fields.text(126, account.as_str());
                fields.text(127, number);
                fields.text(128, name);
            }
        }
        Action::ConfirmTransfer { withdrawal_id, paid } => {
            fields.text(114, withdrawal_id);
            fields.optional(102, paid.reference.as_ref());
            fields.personal(103, paid.note.as_ref());
        }
        Action::FailTransfer { withdrawal_id, failure } => {
            fields.text(115, withdrawal_id);
            fields.text(40, failure);
        }
        Action::SettleDueOrder { order } => fields.number(116, order.as_i64()),
        _ => published(fields, action),
    }
}

fn notifications(fields: &mut Fields, settings: &NotificationSettings) {
    for (name, notification) in settings.each() {
        fields.text(121, name);
        fields.text(122, if notification.on { "on" } else { "off" });
        for recipient in &notification.recipients {
            fields.personal(123, Some(recipient));
        }
        fields.text(124, &notification.template);
    }
}
