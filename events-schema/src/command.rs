//! Commands: well-formed requests, ready to be decided against the books.

use crate::recorded::ledger::{
    AccountSettings, NotificationSettings, ScreenSettings, SettlementSettings, WithdrawalSettings,
};
use crate::recorded::member::{
    BalanceDeducted, BalanceGifted, BalanceRecharged, MemberRegistered, RechargeRefunded,
};
use crate::recorded::order::{
    OrderClosed, OrderFacts, OrderPaid, OrderShipped, RefundCompleted, RefundRejected, RefundRequested,
};
use crate::recorded::payment::{PaymentReceived, PaymentRefunded};
use crate::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected, WithdrawalRequested};
use crate::recorded::{Actor, CommandKey};
use crate::{Id, Position, Text, Timestamp};
use bytes::Bytes;

/// A well-formed request: who asks for what, and when it happened in business.
#[derive(Clone, Debug)]
pub struct Command {
    /// What makes the request the same one when it comes again.
    pub key: CommandKey,
    /// Who asks.
    pub actor: Actor,
    /// When it happened in business; `None`: when it is decided.
    pub occurred_at: Option<Timestamp>,
    /// What is asked for.
    pub action: Action,
    /// The CloudEvent as published (JSON text), for the case that it must wait; empty for decisions.
    pub source_text: Bytes,
}

/// What is asked for: the published events first, then finance's decisions, then what the ledger asks itself.
#[derive(Clone, Debug)]
#[expect(
    missing_docs,
    reason = "the fields are the ids that the action is about, and the facts of the event it asks for"
)]
pub enum Action {
    /// `order.placed`
    PlaceOrder(OrderFacts),
    /// `order.confirmed`
    ConfirmOrder { order_id: Id },
    /// `order.closed`
    CloseOrder { order_id: Id, closed: OrderClosed },
    /// `order.paid`
    PayOrder { order_id: Id, paid: OrderPaid },
    /// `order.shipped`
    ShipOrder { order_id: Id, shipped: OrderShipped },
    /// `order.verified`
    VerifyOrder { order_id: Id, packages: u32 },
    /// `order.completed`
    CompleteOrder { order_id: Id },
    /// `refund.requested`
    RequestRefund { order_id: Id, requested: RefundRequested },
    /// `refund.rejected`
    RejectRefund { order_id: Id, rejected: RefundRejected },
    /// `refund.completed`
    CompleteRefund { order_id: Id, completed: RefundCompleted },
    /// `member.registered`
    RegisterMember(MemberRegistered),
    /// `balance.recharged`
    RechargeBalance { member_id: Id, recharged: BalanceRecharged },
    /// `balance.recharge_refunded`
    RefundRecharge { member_id: Id, refunded: RechargeRefunded },
    /// `balance.gifted`
    GiftBalance { member_id: Id, gifted: BalanceGifted },
    /// `balance.deducted`
    DeductBalance { member_id: Id, deducted: BalanceDeducted },
    /// `payment.received`
    ReceivePayment(PaymentReceived),
    /// `payment.refunded`
    RefundPayment { payment_id: Id, refunded: PaymentRefunded },
    /// `withdrawal.requested`
    RequestWithdrawal(Box<WithdrawalRequested>),

    /// Finance settles an order that was paid offline.
    SettleOrder { order_id: Id },
    /// Finance approves a withdrawal; `paid_at` is when the money went out, where finance says so.
    ApproveWithdrawal { withdrawal_id: Id, paid: WithdrawalPaid, paid_at: Option<Timestamp> },
    /// Finance rejects a withdrawal.
    RejectWithdrawal { withdrawal_id: Id, rejected: WithdrawalRejected },
    /// Finance gives a parked event up.
    DiscardParkedEvent { parked: Position, reason: Text },
    /// Finance replaces the settlement rule.
    ChangeSettlementSettings(SettlementSettings),
    /// Finance replaces the withdrawal settings.
    ChangeWithdrawalSettings(WithdrawalSettings),
    /// Finance replaces the settings of the big screen.
    ChangeScreenSettings(ScreenSettings),
    /// Finance replaces the settings of notifications.
    ChangeNotificationSettings(Box<NotificationSettings>),
    /// Finance replaces the numbers and names of accounts.
    ChangeAccountSettings(AccountSettings),

    /// The payout gateway transferred an approved withdrawal.
    ConfirmTransfer { withdrawal_id: Id, paid: WithdrawalPaid },
    /// The payout gateway could not transfer an approved withdrawal.
    FailTransfer { withdrawal_id: Id, failure: Text },
    /// The clock settles an order that is due.
    SettleDueOrder { order: Position },
}
