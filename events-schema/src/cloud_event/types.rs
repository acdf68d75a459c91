//! The type of each recorded event as a `CloudEvent`.
//!
//! What was published has the type with which it was published. A type that begins with `ledger.` is of something that
//! the ledger did itself, or finance through it. A type is never used again for something else.

use crate::recorded::Event;

/// What the types of the ledger's own events begin with.
const OWN: &str = "ledger.";

/// Whether such an event says what somebody published.
pub fn is_published(event: &Event) -> bool {
    !type_of(event).starts_with(OWN)
}

/// The type of `event` as a `CloudEvent`.
pub const fn type_of(event: &Event) -> &'static str {
    match event {
        Event::LedgerCreated(_) => "ledger.created",
        Event::SettlementSettingsChanged(_) => "ledger.settlement_settings_changed",
        Event::WithdrawalSettingsChanged(_) => "ledger.withdrawal_settings_changed",
        Event::ScreenSettingsChanged(_) => "ledger.screen_settings_changed",
        Event::NotificationSettingsChanged(_) => "ledger.notification_settings_changed",
        Event::AccountSettingsChanged(_) => "ledger.account_settings_changed",
        Event::OrderPlaced(_) => "order.placed",
        Event::OrderConfirmed(_) => "order.confirmed",
        Event::OrderClosed(_) => "order.closed",
        // Money that is owed back was published as the payment of an order.
        Event::OrderPaid(_) | Event::SurplusReceived(_) => "order.paid",
        Event::OrderShipped(_) => "order.shipped",
        Event::OrderVerified(_) => "order.verified",
        Event::OrderCompleted(_) => "order.completed",
        Event::RefundRequested(_) => "refund.requested",
        Event::RefundRejected(_) => "refund.rejected",
        Event::RefundCompleted(_) => "refund.completed",
        Event::OrderSettled(_) => "ledger.order_settled",
        Event::MemberRegistered(_) => "member.registered",
        Event::BalanceRecharged(_) => "balance.recharged",
        Event::RechargeRefunded(_) => "balance.recharge_refunded",
        Event::BalanceGifted(_) => "balance.gifted",
        Event::BalanceDeducted(_) => "balance.deducted",
        Event::BalanceConsumed(_) => "ledger.balance_consumed",
        Event::ConsumptionRefunded(_) => "ledger.consumption_refunded",
        Event::BalanceWithdrawn(_) => "ledger.balance_withdrawn",
        Event::WithdrawalReturned(_) => "ledger.withdrawal_returned",
        Event::PaymentReceived(_) => "payment.received",
        Event::PaymentRefunded(_) => "payment.refunded",
        Event::FundsOpened(_) => "ledger.funds_opened",
        Event::FundsCredited(_) => "ledger.funds_credited",
        Event::FundsDebited(_) => "ledger.funds_debited",
        Event::WithdrawalRequested(_) => "withdrawal.requested",
        Event::WithdrawalApproved(_) => "ledger.withdrawal_approved",
        Event::WithdrawalPaid(_) => "ledger.withdrawal_paid",
        Event::WithdrawalRejected(_) => "ledger.withdrawal_rejected",
        Event::TransferFailed(_) => "ledger.transfer_failed",
        Event::EventParked(_) => "ledger.event_parked",
        Event::ParkedEventRequeued(_) => "ledger.parked_event_requeued",
        Event::ParkedEventReleased(_) => "ledger.parked_event_released",
        Event::ParkedEventFailed(_) => "ledger.parked_event_failed",
        Event::ParkedEventDiscarded(_) => "ledger.parked_event_discarded",
    }
}
