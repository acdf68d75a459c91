//! The fingerprints of requests, held forever: one that changes makes duplicates of what was recorded look new.

use bytes::Bytes;
use serde_json::{Value, json};

use super::golden;
use crate::command::Action;
use crate::published::{self, TYPES};
use crate::recorded::ledger::{
    AccountSettings, ChartAccount, NotificationSettings, ScreenSettings, SettlementSettings,
    WithdrawalSettings,
};
use crate::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected};
use crate::recorded::{Actor, CommandKey, Personal};
use crate::terms::{Term, VoucherAccount, WithdrawalMethod};
use crate::{Digest, Position};

fn of_published(kind: &str, data: &Value) -> Digest {
    let event = json!({
        "specversion": "1.0", "id": "e-1", "source": "/orders", "type": kind, "subject": "X1",
        "time": "2026-11-01T09:30:00.000001+08:00", "data": data
    });
    let command = published::read(&Bytes::from(event.to_string()), &Actor::Ledger).unwrap();
    let CommandKey::Published(published) = command.key else { panic!("{kind} has no identity") };
    published.digest
}

type Row = (&'static str, &'static str, Value);

/// Each type with everything, and those with optional fields without them.
fn published_events() -> Vec<Row> {
    [placed(), about_orders(), about_members(), about_payments()].concat()
}

fn placed() -> Vec<Row> {
    let product = json!({ "id": "P1", "name": "故宫门票", "type": "ticket" });
    let order = json!({
        "order_no": "NO1", "member_id": "M1", "source": "wechat_mini", "product": product, "packages": 2,
        "amount": "128.00", "freight": "6.00", "confirmation": "after_payment",
        "discounts": [{ "kind": "points", "amount": "8.00" }, { "kind": "other", "amount": "0" }],
        "supplier": { "id": "S1", "name": "供应商", "cost": "80.00" },
        "commissions": [
            { "distributor_id": "D1", "distributor_name": "甲", "distributor_phone": "13800000000", "amount": "3.00" },
            { "distributor_id": "D2", "distributor_name": "乙", "amount": "0.00" },
        ],
        "travellers": [{ "gender": "female" }, { "gender": "male" }, { "gender": "unknown" }]
    });
    let least = json!({
        "order_no": "NO1", "member_id": "M1", "source": "pc", "product": product, "packages": 1,
        "amount": "0.00", "confirmation": "none"
    });
    let mut quoted = least.clone();
    quoted["quoted_cost"] = json!("9.90");
    vec![
        ("order.placed", "everything", order),
        ("order.placed", "least", least),
        ("order.placed", "quoted", quoted),
    ]
}

fn about_orders() -> Vec<Row> {
    let requested = json!({ "refund_id": "r1", "amount": "5.00", "fee": "0.50", "reason": "why" });
    let completed = json!({ "refund_id": "r1", "method": "cash", "channel_reference": "c1" });
    let refund = json!({ "refund_id": "r1" });
    vec![
        ("order.confirmed", "least", json!({})),
        ("order.closed", "everything", json!({ "reason": "timeout" })),
        ("order.closed", "least", json!({})),
        ("order.paid", "everything", payment(true)),
        ("order.paid", "least", payment(false)),
        ("order.shipped", "everything", json!({ "carrier": "SF", "tracking_no": "SF1" })),
        ("order.shipped", "least", json!({})),
        ("order.verified", "everything", json!({ "packages": 3 })),
        ("order.completed", "least", json!(null)),
        ("refund.requested", "everything", requested),
        ("refund.requested", "least", json!({ "refund_id": "r1", "amount": "0" })),
        ("refund.rejected", "everything", json!({ "refund_id": "r1", "reason": "why" })),
        ("refund.rejected", "least", refund.clone()),
        ("refund.completed", "everything", completed),
        ("refund.completed", "least", refund),
    ]
}

fn about_members() -> Vec<Row> {
    let reason = json!({ "amount": "1.00", "reason": "why" });
    vec![
        ("member.registered", "everything", json!({ "phone": "139", "gender": "female" })),
        ("member.registered", "least", json!({ "phone": "139" })),
        ("balance.recharged", "everything", payment(true)),
        ("balance.recharged", "least", payment(false)),
        ("balance.recharge_refunded", "everything", payment(true)),
        ("balance.recharge_refunded", "least", payment(false)),
        ("balance.gifted", "everything", reason.clone()),
        ("balance.gifted", "least", json!({ "amount": "1.00" })),
        ("balance.deducted", "everything", reason),
        ("balance.deducted", "least", json!({ "amount": "1.00" })),
    ]
}

fn about_payments() -> Vec<Row> {
    let received = json!({ "method": "pos", "amount": "1.00", "channel_reference": "c1", "note": "扫码" });
    let refunded = json!({ "refund_id": "r1", "amount": "1.00", "channel_reference": "c1" });
    let payee = json!({ "kind": "member", "id": "M1", "name": "张三" });
    let mut with_phone = payee.clone();
    with_phone["phone"] = json!("137");
    let requested =
        |payee, method| json!({ "payee": payee, "amount": "1.00", "method": method, "account": "6222" });
    vec![
        ("payment.received", "everything", received),
        ("payment.received", "least", json!({ "method": "pos", "amount": "1.00" })),
        ("payment.refunded", "everything", refunded),
        ("payment.refunded", "least", json!({ "refund_id": "r1", "amount": "1.00" })),
        ("withdrawal.requested", "everything", requested(with_phone, "wechat")),
        ("withdrawal.requested", "least", requested(payee, "bank_card")),
    ]
}

fn payment(with_reference: bool) -> Value {
    let mut payment = json!({ "payment_id": "p1", "method": "alipay", "amount": "1.00" });
    if with_reference {
        payment["channel_reference"] = json!("c1");
    }
    payment
}

fn decisions() -> Vec<(&'static str, Action)> {
    let (withdrawal_id, order_id) = ("W1".parse::<crate::Id>().unwrap(), "O1".parse().unwrap());
    let paid =
        WithdrawalPaid { reference: Some("T1".parse().unwrap()), note: Some(Personal::Plain("ok".into())) };
    let nothing = WithdrawalPaid::default();
    let reason = "no such account";
    let approve = |paid: &WithdrawalPaid, paid_at| Action::ApproveWithdrawal {
        withdrawal_id: withdrawal_id.clone(),
        paid: paid.clone(),
        paid_at,
    };
    let settings = SettlementSettings { default_days: 0, suppliers: [("S1".parse().unwrap(), 3)].into() };
    let withdrawals = WithdrawalSettings {
        methods: vec![WithdrawalMethod::Wechat],
        minimum_amount: Some("5.00".parse().unwrap()),
        monthly_limit: Some(0),
        automatic_transfer: true,
    };
    let screen = ScreenSettings {
        title: "今日成交".parse().unwrap(),
        range_days: 7,
        template: "dark".parse().unwrap(),
        refresh_seconds: 60,
    };
    let rejected = WithdrawalRejected { reason: Personal::Plain(reason.into()) };
    let failure: crate::Text = reason.parse().unwrap();
    vec![
        ("settle", Action::SettleOrder { order_id }),
        ("approve, least", approve(&nothing, None)),
        ("approve, everything", approve(&paid, Some("2026-11-01T01:30:00Z".parse().unwrap()))),
        ("reject", Action::RejectWithdrawal { withdrawal_id: withdrawal_id.clone(), rejected }),
        ("discard", Action::DiscardParkedEvent { parked: Position::new(7), reason: failure.clone() }),
        ("settlement settings, default", Action::ChangeSettlementSettings(SettlementSettings::default())),
        ("settlement settings, everything", Action::ChangeSettlementSettings(settings)),
        ("withdrawal settings, default", Action::ChangeWithdrawalSettings(WithdrawalSettings::default())),
        ("withdrawal settings, everything", Action::ChangeWithdrawalSettings(withdrawals)),
        ("screen settings, default", Action::ChangeScreenSettings(ScreenSettings::default())),
        ("screen settings, everything", Action::ChangeScreenSettings(screen)),
        ("notification settings, default", Action::ChangeNotificationSettings(Box::default())),
        ("notification settings, everything", Action::ChangeNotificationSettings(notifications())),
        ("account settings, default", Action::ChangeAccountSettings(AccountSettings::default())),
        ("account settings, everything", Action::ChangeAccountSettings(accounts())),
        ("confirm transfer", Action::ConfirmTransfer { withdrawal_id: withdrawal_id.clone(), paid }),
        ("fail transfer", Action::FailTransfer { withdrawal_id, failure }),
        ("settle a due order", Action::SettleDueOrder { order: Position::new(7) }),
    ]
}

fn accounts() -> AccountSettings {
    let set = [("prepayments", "2205", "合同负债"), ("supplier_receivable", "1221.07", "其他应收款")];
    let accounts = set.map(|(account, number, name)| {
        let chart = ChartAccount { number: number.parse().unwrap(), name: name.parse().unwrap() };
        (VoucherAccount::from_name(account).unwrap(), chart)
    });
    AccountSettings { accounts: accounts.into() }
}

fn notifications() -> Box<NotificationSettings> {
    let mut settings = NotificationSettings::default();
    settings.withdrawal_requested.email.on = true;
    settings.withdrawal_requested.email.recipients =
        ["a@example.com", "b@example.com"].map(|address| Personal::Plain(address.into())).to_vec();
    settings.withdrawal_paid.sms.template = "{amount}".parse().unwrap();
    Box::new(settings)
}

#[test]
fn the_fingerprint_of_every_request_is_what_it_ever_was() {
    let published = published_events();
    let published =
        published.iter().map(|(kind, form, data)| (format!("{kind}, {form}"), of_published(kind, data)));
    let decided =
        decisions().into_iter().map(|(form, action)| (form.to_owned(), Digest::of_decision(&action)));
    let lines: Vec<_> =
        published.chain(decided).map(|(name, digest)| format!("{name}: {digest:?}\n")).collect();
    let lines = lines.concat();
    let held = std::fs::read_to_string(golden("digests.txt")).unwrap_or_default();
    assert_eq!(held, lines, "golden/digests.txt is not what is made today:\n{lines}");
}

#[test]
fn every_published_type_has_a_fingerprint_that_is_held() {
    for kind in TYPES {
        assert!(published_events().iter().any(|(held, ..)| *held == kind), "{kind}");
    }
}

#[test]
fn no_two_different_requests_have_the_same_fingerprint() {
    let published = published_events();
    let mut digests: Vec<_> = published.iter().map(|(kind, _, data)| of_published(kind, data)).collect();
    digests.extend(decisions().iter().map(|(_, action)| Digest::of_decision(action)));
    let different: std::collections::HashSet<_> = digests.iter().collect();
    assert_eq!(different.len(), digests.len());
}
