//! Commands: well-formed requests, ready to be decided against the books.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::recorded::ledger::{SettlementSettings, WithdrawalSettings};
use crate::recorded::member::{
    BalanceDeducted, BalanceGifted, BalanceRecharged, MemberRegistered, RechargeRefunded,
};
use crate::recorded::order::{
    OrderClosed, OrderFacts, OrderPaid, OrderShipped, RefundCompleted, RefundRejected, RefundRequested,
};
use crate::recorded::payment::{PaymentReceived, PaymentRefunded};
use crate::recorded::withdrawal::{WithdrawalPaid, WithdrawalRejected, WithdrawalRequested};
use crate::recorded::{Actor, Personal};
use crate::{Digest, EventId, Id, Position, Text, Timestamp};

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

/// The request behind a recorded event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CommandKey {
    /// The ledger itself did it: the clock, a release, its creation.
    Ledger,
    /// It belongs to the decision whose first event is its cause, and whose request stands there.
    SameDecision,
    /// A published event.
    Published(Published),
    /// A decision of finance.
    Decision(Option<IdempotencyKey>),
}

/// The identity of a published event (`source`, `id`), and what it said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The `source` of the CloudEvent.
    pub source: Text,
    /// The `id` of the CloudEvent.
    pub id: EventId,
    /// The digest of its content.
    pub digest: Digest,
    /// Its extension attributes, sorted by name.
    pub extensions: Vec<Extension>,
}

/// The `Idempotency-Key` of a decision, and what was asked for with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyKey {
    /// The key.
    pub key: Text,
    /// The digest of the decision.
    pub digest: Digest,
}

/// An extension attribute of a CloudEvent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: Text,
    /// Its value.
    pub value: ExtensionValue,
}

/// The value of an extension attribute (CloudEvents 1.0 §Type System: the types that JSON tells apart).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExtensionValue {
    /// true or false.
    Boolean(bool),
    /// A whole number of 32 bits.
    Integer(i32),
    /// A text.
    Text(Personal),
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

    /// The payout gateway transferred an approved withdrawal.
    ConfirmTransfer { withdrawal_id: Id, paid: WithdrawalPaid },
    /// The payout gateway could not transfer an approved withdrawal.
    FailTransfer { withdrawal_id: Id, failure: Text },
    /// The clock settles an order that is due.
    SettleDueOrder { order: Position },
}
