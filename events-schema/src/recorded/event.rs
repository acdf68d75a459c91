//! The registry of recorded events. A number is never used again, and a version is never changed: a new form of an
//! event is a new version, and decoding turns old ones into the newest.

use super::funds::{FundsCredited, FundsDebited, FundsOpened};
use super::ledger::{
    AccountSettings, LedgerCreated, NotificationSettings, ScreenSettings, SettlementSettings,
    WithdrawalSettings,
};
use super::member::{
    BalanceConsumed, BalanceDeducted, BalanceGifted, BalanceRecharged, BalanceWithdrawn, ConsumptionRefunded,
    MemberRegistered, RechargeRefunded, WithdrawalReturned,
};
use super::order::{
    OrderClosed, OrderCompleted, OrderConfirmed, OrderFacts, OrderPaid, OrderSettled, OrderShipped,
    OrderVerified, RefundCompleted, RefundRejected, RefundRequested,
};
use super::parked::{
    EventParked, ParkedEventDiscarded, ParkedEventFailed, ParkedEventReleased, ParkedEventRequeued,
};
use super::payment::{PaymentReceived, PaymentRefunded, SurplusReceived};
use super::withdrawal::{
    TransferFailed, WithdrawalApproved, WithdrawalPaid, WithdrawalRejected, WithdrawalRequested,
};

/// Ties each event to its number, its version and its name; encoding and decoding are made of the same table, so
/// that they cannot disagree.
macro_rules! registry {
    ($($number:literal v $version:literal $name:ident($payload:ty), $doc:literal;)+) => {
        /// What happened. Each variant holds its facts.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Event {
            $(#[doc = $doc] $name($payload),)+
        }

        impl Event {
            /// Every registered event: number, version, name.
            pub const REGISTRY: &'static [(u16, u8, &'static str)] = &[$(($number, $version, stringify!($name))),+];

            /// The number in the registry.
            pub const fn number(&self) -> u16 {
                match self { $(Self::$name(_) => $number,)+ }
            }

            /// The version of the payload that is written today.
            pub const fn version(&self) -> u8 {
                match self { $(Self::$name(_) => $version,)+ }
            }

            /// The name of the type of event.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)+ }
            }

            pub(super) fn encode_payload(&self, out: Vec<u8>) -> postcard::Result<Vec<u8>> {
                match self { $(Self::$name(payload) => postcard::to_extend(payload, out),)+ }
            }

            pub(super) fn decode_payload(number: u16, version: u8, bytes: &[u8]) -> Option<postcard::Result<(Self, &[u8])>> {
                match (number, version) {
                    $(($number, $version) => Some(
                        postcard::take_from_bytes(bytes).map(|(payload, rest)| (Self::$name(payload), rest))
                    ),)+
                    _ => None,
                }
            }
        }
    };
}

registry! {
    1 v 1 LedgerCreated(LedgerCreated), "The ledger was created.";
    2 v 1 SettlementSettingsChanged(SettlementSettings), "The settlement rule was replaced.";
    3 v 1 WithdrawalSettingsChanged(WithdrawalSettings), "The withdrawal settings were replaced.";
    4 v 1 ScreenSettingsChanged(ScreenSettings), "The settings of the big screen were replaced.";
    5 v 1 NotificationSettingsChanged(Box<NotificationSettings>), "The settings of notifications were replaced.";
    6 v 1 AccountSettingsChanged(AccountSettings), "The numbers and names of accounts were replaced.";
    10 v 1 OrderPlaced(OrderFacts), "An order was placed.";
    11 v 1 OrderConfirmed(OrderConfirmed), "An order was confirmed.";
    12 v 1 OrderClosed(OrderClosed), "An unpaid order was closed.";
    13 v 1 OrderPaid(OrderPaid), "An order was paid.";
    14 v 1 OrderShipped(OrderShipped), "Goods were sent.";
    15 v 1 OrderVerified(OrderVerified), "Packages were used.";
    16 v 1 OrderCompleted(OrderCompleted), "An order was completed.";
    17 v 1 RefundRequested(RefundRequested), "A refund was asked for.";
    18 v 1 RefundRejected(RefundRejected), "A refund was refused.";
    19 v 1 RefundCompleted(RefundCompleted), "A refund was paid out.";
    20 v 1 OrderSettled(OrderSettled), "The supplier of an order was settled.";
    30 v 1 MemberRegistered(MemberRegistered), "A member registered.";
    31 v 1 BalanceRecharged(BalanceRecharged), "A balance was recharged.";
    32 v 1 RechargeRefunded(RechargeRefunded), "A recharge was paid back.";
    33 v 1 BalanceGifted(BalanceGifted), "Balance was given away.";
    34 v 1 BalanceDeducted(BalanceDeducted), "Balance was taken away.";
    35 v 1 BalanceConsumed(BalanceConsumed), "An order was paid from a balance.";
    36 v 1 ConsumptionRefunded(ConsumptionRefunded), "A refund came back to a balance.";
    37 v 1 BalanceWithdrawn(BalanceWithdrawn), "Balance was set aside for a withdrawal.";
    38 v 1 WithdrawalReturned(WithdrawalReturned), "A rejected withdrawal came back to a balance.";
    50 v 1 PaymentReceived(PaymentReceived), "Money was received without an order.";
    51 v 1 SurplusReceived(SurplusReceived), "Money was received that is owed back.";
    52 v 1 PaymentRefunded(PaymentRefunded), "A received or surplus payment was given back in part.";
    60 v 1 FundsOpened(FundsOpened), "The funds of a supplier or distributor were opened.";
    61 v 1 FundsCredited(FundsCredited), "Funds grew.";
    62 v 1 FundsDebited(FundsDebited), "Funds shrank.";
    70 v 1 WithdrawalRequested(Box<WithdrawalRequested>), "Somebody asked for money.";
    71 v 1 WithdrawalApproved(WithdrawalApproved), "The gateway was told to transfer.";
    72 v 1 WithdrawalPaid(WithdrawalPaid), "The money went out.";
    73 v 1 WithdrawalRejected(WithdrawalRejected), "Finance refused a withdrawal.";
    74 v 1 TransferFailed(TransferFailed), "The gateway could not transfer.";
    80 v 1 EventParked(Box<EventParked>), "An event was parked.";
    81 v 1 ParkedEventRequeued(Box<ParkedEventRequeued>), "A parked event waits for something else now.";
    82 v 1 ParkedEventReleased(ParkedEventReleased), "A parked event was recorded.";
    83 v 1 ParkedEventFailed(ParkedEventFailed), "A parked event was rejected in the end.";
    84 v 1 ParkedEventDiscarded(ParkedEventDiscarded), "Finance gave a parked event up.";
}
