//! Examples of events of the ledger, members, payments, funds, withdrawals and parked events.

use super::{Example, of, plain, sealed, text, yuan};
use crate::recorded::funds::{FundsCredited, FundsDebited, FundsOpened, FundsSource};
use crate::recorded::ledger::{
    AccountSettings, ChartAccount, LedgerCreated, NotificationSettings, ScreenSettings, SettlementSettings,
    WithdrawalSettings,
};
use crate::recorded::member::{
    BalanceConsumed, BalanceDeducted, BalanceGifted, BalanceRecharged, BalanceWithdrawn, ConsumptionRefunded,
    MemberRegistered, RechargeRefunded, WithdrawalReturned,
};
use crate::recorded::parked::{
    EventParked, ParkedEventDiscarded, ParkedEventFailed, ParkedEventReleased, ParkedEventRequeued, WaitsFor,
};
use crate::recorded::payment::{PaymentReceived, PaymentRefunded, SurplusReceived};
use crate::recorded::withdrawal::{
    Payee, TransferFailed, WithdrawalApproved, WithdrawalPaid, WithdrawalRejected, WithdrawalRequested,
};
use crate::recorded::{EntityKind, Event, Personal};
use crate::terms::{Account, Gender, Method, PayeeKind, VoucherAccount, WithdrawalMethod};
use crate::{Money, Position};

pub(super) fn of_the_ledger() -> Vec<Example> {
    let created = LedgerCreated {
        log_id: *b"the ledger's log",
        currency: text("CNY"),
        time_zone: text("Asia/Shanghai"),
    };
    let settlement = |default_days, suppliers: &[(&str, u32)]| {
        let suppliers = suppliers.iter().map(|(id, days)| (text(id), *days)).collect();
        Event::SettlementSettingsChanged(SettlementSettings { default_days, suppliers })
    };
    let withdrawals = |methods, minimum_amount, monthly_limit, automatic_transfer| {
        let new = WithdrawalSettings { methods, minimum_amount, monthly_limit, automatic_transfer };
        Event::WithdrawalSettingsChanged(new)
    };
    let screen = |title, range_days, template, refresh_seconds| {
        let new =
            ScreenSettings { title: text(title), range_days, template: text(template), refresh_seconds };
        Event::ScreenSettingsChanged(new)
    };
    let notifications = |new| Event::NotificationSettingsChanged(Box::new(new));
    let accounts = |accounts: &[(VoucherAccount, &str, &str)]| {
        let accounts = accounts.iter().map(|(account, number, name)| {
            (*account, ChartAccount { number: text(number), name: text(name) })
        });
        Event::AccountSettingsChanged(AccountSettings { accounts: accounts.collect() })
    };
    let (prepayments, receivable) =
        (VoucherAccount::Journal(Account::Prepayments), VoucherAccount::SupplierReceivable);
    let all = vec![WithdrawalMethod::BankCard, WithdrawalMethod::Alipay, WithdrawalMethod::Wechat];
    let mut first = of(EntityKind::Ledger, "created", Event::LedgerCreated(created));
    (first.recorded.position, first.recorded.entity.birth) = (Position::FIRST, Position::FIRST);
    (first.recorded.previous, first.recorded.occurred_at) = (None, first.recorded.recorded_at);
    vec![
        first,
        of(EntityKind::Ledger, "least", settlement(0, &[])),
        of(EntityKind::Ledger, "everything", settlement(36_500, &[("S1", 0), ("S2", 300)])),
        of(EntityKind::Ledger, "least", withdrawals(Vec::new(), None, None, false)),
        of(EntityKind::Ledger, "everything", withdrawals(all, Some(yuan("5.00")), Some(3), true)),
        of(EntityKind::Ledger, "least", screen("x", 1, "x", 1)),
        of(EntityKind::Ledger, "everything", screen("今日成交", 366, "dark", 86_400)),
        of(EntityKind::Ledger, "default", notifications(NotificationSettings::default())),
        of(EntityKind::Ledger, "everything", notifications(some_notifications())),
        of(EntityKind::Ledger, "least", accounts(&[])),
        of(
            EntityKind::Ledger,
            "everything",
            accounts(&[(prepayments, "2205", "合同负债"), (receivable, "1221.07", "其他应收款")]),
        ),
    ]
}

/// Some are sent, to some recipients, of whom one is erased.
fn some_notifications() -> NotificationSettings {
    let mut new = NotificationSettings::default();
    new.withdrawal_requested.email.on = true;
    new.withdrawal_requested.email.recipients = vec![plain("desk@example.com"), sealed()];
    new.withdrawal_requested.wecom.template = text("{payee} {amount}");
    new.withdrawal_paid.sms.on = true;
    new
}

pub(super) fn of_members() -> Vec<Example> {
    let member = |form, event| of(EntityKind::Member, form, event);
    let registered =
        |phone, gender| Event::MemberRegistered(MemberRegistered { member_id: text("M1"), phone, gender });
    let recharged = |method, channel_reference| {
        let (payment_id, amount) = (text("P-2"), yuan("100.00"));
        Event::BalanceRecharged(BalanceRecharged { payment_id, method, amount, channel_reference })
    };
    let refunded = |method, channel_reference| {
        let (payment_id, amount) = (text("P-3"), yuan("40.00"));
        Event::RechargeRefunded(RechargeRefunded { payment_id, method, amount, channel_reference })
    };
    let gifted = |reason| Event::BalanceGifted(BalanceGifted { amount: yuan("10.00"), reason });
    let deducted = |reason| Event::BalanceDeducted(BalanceDeducted { amount: yuan("1.50"), reason });
    let (amount, order, withdrawal) = (yuan("8.00"), Position::new(744), Position::new(745));
    vec![
        member("male", registered(plain("13900000000"), Gender::Male)),
        member("female", registered(sealed(), Gender::Female)),
        member("unknown", registered(plain("1"), Gender::Unknown)),
        member("least", recharged(Method::Alipay, None)),
        member("everything", recharged(Method::Allinpay, Some(text("c1")))),
        member("least", refunded(Method::Unionpay, None)),
        member("everything", refunded(Method::BankTransfer, Some(text("c2")))),
        member("least", gifted(None)),
        member("everything", gifted(Some(plain("充值赠送")))),
        member("sealed", gifted(Some(sealed()))),
        member("least", deducted(None)),
        member("everything", deducted(Some(plain("过期")))),
        member("sealed", deducted(Some(sealed()))),
        member("consumed", Event::BalanceConsumed(BalanceConsumed { amount, order })),
        member("came back", Event::ConsumptionRefunded(ConsumptionRefunded { amount, order })),
        member("set aside", Event::BalanceWithdrawn(BalanceWithdrawn { amount, withdrawal })),
        member("returned", Event::WithdrawalReturned(WithdrawalReturned { amount, withdrawal })),
    ]
}

pub(super) fn of_payments_and_funds() -> Vec<Example> {
    let payment = |form, event| of(EntityKind::Payment, form, event);
    let received = |method, channel_reference, note: Option<Personal>| {
        let (payment_id, amount) = (text("P-4"), yuan("0.01"));
        Event::PaymentReceived(PaymentReceived { payment_id, method, amount, channel_reference, note })
    };
    let surplus = |method, channel_reference| {
        Event::SurplusReceived(SurplusReceived {
            payment_id: text("P-5"),
            method,
            amount: yuan("120.00"),
            channel_reference,
            order: Position::new(16_384),
            order_id: text("O1"),
            order_no: text("NO1"),
        })
    };
    let refunded = |channel_reference| {
        let (refund_id, amount) = (text("R2"), yuan("60.00"));
        Event::PaymentRefunded(PaymentRefunded { refund_id, amount, channel_reference })
    };
    let opened = |id| Event::FundsOpened(FundsOpened { payee_id: text(id) });
    let (order, withdrawal) =
        (FundsSource::Order(Position::new(744)), FundsSource::Withdrawal(Position::new(7)));
    let credited = |source| Event::FundsCredited(FundsCredited { amount: yuan("80.00"), source });
    let debited = |source| Event::FundsDebited(FundsDebited { amount: Money::from_minor(1), source });
    vec![
        payment("least", received(Method::Cash, None, None)),
        payment("everything", received(Method::Pos, Some(text("c4")), Some(plain("扫码")))),
        payment("sealed", received(Method::Pos, None, Some(sealed()))),
        payment("least", surplus(Method::WechatPay, None)),
        payment("everything", surplus(Method::Alipay, Some(text("c5")))),
        payment("least", refunded(None)),
        payment("everything", refunded(Some(text("c6")))),
        of(EntityKind::SupplierFunds, "of a supplier", opened("S1")),
        of(EntityKind::DistributorFunds, "of a distributor", opened("D1")),
        of(EntityKind::SupplierFunds, "by an order", credited(order)),
        of(EntityKind::DistributorFunds, "by a withdrawal", credited(withdrawal)),
        of(EntityKind::DistributorFunds, "by an order", debited(order)),
        of(EntityKind::SupplierFunds, "by a withdrawal", debited(withdrawal)),
    ]
}

pub(super) fn of_withdrawals() -> Vec<Example> {
    let withdrawal = |form, event| of(EntityKind::Withdrawal, form, event);
    let requested = |kind, name, phone, method, account| {
        let payee = Payee { kind, id: text("X1"), name, phone };
        let (withdrawal_id, amount) = (text("W1"), yuan("50.00"));
        let facts = WithdrawalRequested { withdrawal_id, payee, amount, method, account };
        Event::WithdrawalRequested(Box::new(facts))
    };
    let approved = |note| Event::WithdrawalApproved(WithdrawalApproved { note });
    let paid = |reference, note| Event::WithdrawalPaid(WithdrawalPaid { reference, note });
    let rejected = |reason| Event::WithdrawalRejected(WithdrawalRejected { reason });
    let failed = |failure| Event::TransferFailed(TransferFailed { failure });
    let (name, account) = (plain("张三"), plain("6222 0000"));
    let bank_card =
        requested(PayeeKind::Supplier, name.clone(), None, WithdrawalMethod::BankCard, account.clone());
    let phone = Some(plain("13700000000"));
    let alipay = requested(PayeeKind::Distributor, name, phone, WithdrawalMethod::Alipay, account);
    let hidden = requested(PayeeKind::Member, sealed(), Some(sealed()), WithdrawalMethod::Wechat, sealed());
    vec![
        withdrawal("least", bank_card),
        withdrawal("everything", alipay),
        withdrawal("sealed", hidden),
        withdrawal("least", approved(None)),
        withdrawal("everything", approved(Some(plain("同意")))),
        withdrawal("sealed", approved(Some(sealed()))),
        withdrawal("least", paid(None, None)),
        withdrawal("everything", paid(Some(text("T1")), Some(plain("已转账")))),
        withdrawal("sealed", paid(None, Some(sealed()))),
        withdrawal("plain", rejected(plain("账户有误"))),
        withdrawal("sealed", rejected(sealed())),
        withdrawal("plain", failed(plain("account closed"))),
        withdrawal("sealed", failed(sealed())),
    ]
}

pub(super) fn of_parked_events() -> Vec<Example> {
    let parked = |form, event| of(EntityKind::ParkedEvent, form, event);
    let begun = |waits_for, event| Event::EventParked(Box::new(EventParked { waits_for, event }));
    let requeued = |waits_for| Event::ParkedEventRequeued(Box::new(ParkedEventRequeued { waits_for }));
    let discarded = |reason| Event::ParkedEventDiscarded(ParkedEventDiscarded { reason });
    vec![
        parked("for an order", begun(WaitsFor::Order(text("O1")), plain("{\"id\":\"e-1\"}"))),
        parked("sealed", begun(WaitsFor::Member(text("M1")), sealed())),
        parked("for an order", requeued(WaitsFor::Order(text("O2")))),
        parked("for a member", requeued(WaitsFor::Member(text("M1")))),
        parked("for a payment", requeued(WaitsFor::Payment(text("P-5")))),
        parked("released", Event::ParkedEventReleased(ParkedEventReleased {})),
        parked("failed", Event::ParkedEventFailed(ParkedEventFailed { code: text("payment_exists") })),
        parked("plain", discarded(plain("重复"))),
        parked("sealed", discarded(sealed())),
    ]
}
