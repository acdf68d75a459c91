//! What entries of the journal tell of.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Term;

/// What happened that an entry of the journal books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JournalKind {
    /// An order was paid.
    OrderPaid,
    /// Goods were sent.
    OrderShipped,
    /// An order was completed: it is consumed.
    OrderCompleted,
    /// A refund of an order was paid out.
    RefundCompleted,
    /// What a supplier is owed for an order was settled.
    Settlement,
    /// Money came in for a balance.
    Recharge,
    /// Money of a balance was paid back.
    RechargeRefund,
    /// Balance was given away.
    Gift,
    /// Balance was taken away.
    Deduct,
    /// Money was received without an order.
    ScanPayment,
    /// Money received without an order was given back.
    ScanRefund,
    /// Money was received that is owed back.
    SurplusPayment,
    /// Money that is owed back was given back.
    SurplusRefund,
    /// Somebody asked for money.
    WithdrawalRequested,
    /// Finance refused a withdrawal.
    WithdrawalRejected,
    /// A withdrawal was paid out.
    WithdrawalPaid,
}

terms! {
    JournalKind {
        OrderPaid = "order_paid", OrderShipped = "order_shipped", OrderCompleted = "order_completed",
        RefundCompleted = "refund_completed", Settlement = "settlement", Recharge = "recharge",
        RechargeRefund = "recharge_refund", Gift = "gift", Deduct = "deduct", ScanPayment = "scan_payment",
        ScanRefund = "scan_refund", SurplusPayment = "surplus_payment", SurplusRefund = "surplus_refund",
        WithdrawalRequested = "withdrawal_requested", WithdrawalRejected = "withdrawal_rejected",
        WithdrawalPaid = "withdrawal_paid",
    }
}

impl JournalKind {
    /// What the event happened to that posts it: `order`, `member`, `payment`, `withdrawal`.
    pub const fn entity(self) -> &'static str {
        match self {
            Self::OrderPaid
            | Self::OrderShipped
            | Self::OrderCompleted
            | Self::RefundCompleted
            | Self::Settlement => "order",
            Self::Recharge | Self::RechargeRefund | Self::Gift | Self::Deduct => "member",
            Self::ScanPayment | Self::ScanRefund | Self::SurplusPayment | Self::SurplusRefund => "payment",
            Self::WithdrawalRequested | Self::WithdrawalRejected | Self::WithdrawalPaid => "withdrawal",
        }
    }

    /// What it is called in Chinese: the summary of a voucher (摘要).
    pub const fn zh(self) -> &'static str {
        self.words().0
    }

    /// What it is called in English.
    pub const fn en(self) -> &'static str {
        self.words().1
    }

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OrderPaid => ("订单支付", "Order paid"),
            Self::OrderShipped => ("订单发货", "Order shipped"),
            Self::OrderCompleted => ("订单完成", "Order completed"),
            Self::RefundCompleted => ("订单退款", "Order refunded"),
            Self::Settlement => ("供应商结算", "Supplier settled"),
            Self::Recharge => ("余额充值", "Balance recharged"),
            Self::RechargeRefund => ("充值退款", "Recharge refunded"),
            Self::Gift => ("余额赠送", "Balance given away"),
            Self::Deduct => ("余额扣除", "Balance deducted"),
            Self::ScanPayment => ("扫码收款", "Scan-to-pay received"),
            Self::ScanRefund => ("扫码收款退款", "Scan-to-pay refunded"),
            Self::SurplusPayment => ("多收款", "Surplus payment received"),
            Self::SurplusRefund => ("多收款退还", "Surplus payment refunded"),
            Self::WithdrawalRequested => ("提现申请", "Withdrawal requested"),
            Self::WithdrawalRejected => ("提现未通过", "Withdrawal rejected"),
            Self::WithdrawalPaid => ("提现付款", "Withdrawal paid"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_words() {
        for words in [JournalKind::as_str, JournalKind::zh, JournalKind::en] {
            let mut all: Vec<_> = JournalKind::ALL.iter().map(|kind| words(*kind)).collect();
            all.sort_unstable();
            all.dedup();
            assert_eq!(all.len(), JournalKind::ALL.len());
        }
    }

    #[test]
    fn names_in_tables_are_the_names_in_json() {
        for kind in JournalKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
