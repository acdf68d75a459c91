//! Every reason to refuse a well-formed request.

/// Why a request was refused, in the order in which the checks run. The code is a public contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// The identity was used before, for other content.
    IdReused,
    /// It happened more than 24 hours after now.
    TimeInFuture,
    /// There is an order of this id.
    OrderExists,
    /// The discounts are more than the amount.
    DiscountsExceedAmount,
    /// The order does not wait for a confirmation.
    NotAwaitingConfirmation,
    /// The order was closed already.
    AlreadyClosed,
    /// The order was paid already.
    AlreadyPaid,
    /// The amount is not what is to be paid.
    AmountMismatch,
    /// The amount is zero.
    AmountIsZero,
    /// There is a payment of this id.
    PaymentExists,
    /// The member has less.
    InsufficientBalance,
    /// The order cannot be used any more.
    NotAwaitingUse,
    /// More packages than are left.
    PackagesExceeded,
    /// Everything was refunded already.
    OrderRefunded,
    /// More than is left of the payment.
    RefundExceedsPaid,
    /// The fee is more than the refund.
    FeeExceedsRefund,
    /// There is a refund of this id.
    RefundExists,
    /// The refund was decided already.
    RefundDecided,
    /// Balance is paid back to the balance, other money is not.
    MethodMismatch,
    /// There is a member of this id.
    MemberExists,
    /// There is a withdrawal of this id.
    WithdrawalExists,
    /// The settings do not allow this method.
    MethodDisabled,
    /// Less than the settings ask for.
    BelowMinimum,
    /// As many requests this month as the settings allow.
    MonthlyLimit,
    /// More than the payee's funds.
    InsufficientFunds,
    /// No order of this id.
    UnknownOrder,
    /// The order cannot be settled by hand.
    NotSettleable,
    /// No withdrawal of this id.
    UnknownWithdrawal,
    /// No parked event at this position.
    UnknownParkedEvent,
    /// It was decided already.
    AlreadyDecided,
    /// Before the request, or after now.
    InvalidTime,
}

impl Rejection {
    /// Every rejection, in the order of the checks.
    pub const ALL: &'static [Self] = &[
        Self::IdReused,
        Self::TimeInFuture,
        Self::OrderExists,
        Self::DiscountsExceedAmount,
        Self::NotAwaitingConfirmation,
        Self::AlreadyClosed,
        Self::AlreadyPaid,
        Self::AmountMismatch,
        Self::AmountIsZero,
        Self::PaymentExists,
        Self::InsufficientBalance,
        Self::NotAwaitingUse,
        Self::PackagesExceeded,
        Self::OrderRefunded,
        Self::RefundExceedsPaid,
        Self::FeeExceedsRefund,
        Self::RefundExists,
        Self::RefundDecided,
        Self::MethodMismatch,
        Self::MemberExists,
        Self::WithdrawalExists,
        Self::MethodDisabled,
        Self::BelowMinimum,
        Self::MonthlyLimit,
        Self::InsufficientFunds,
        Self::UnknownOrder,
        Self::NotSettleable,
        Self::UnknownWithdrawal,
        Self::UnknownParkedEvent,
        Self::AlreadyDecided,
        Self::InvalidTime,
    ];

    /// The code, and the sentence that names the field or rule.
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::IdReused => {
                ("id_reused", "`source` and `id`, or the idempotency key, were used before for other content")
            }
            Self::TimeInFuture => {
                ("time_in_future", "`time` is more than 24 hours ahead of the ledger's clock")
            }
            Self::OrderExists => ("order_exists", "`subject`: there is an order of this id already"),
            Self::DiscountsExceedAmount => {
                ("discounts_exceed_amount", "`data.discounts` add up to more than `data.amount`")
            }
            Self::NotAwaitingConfirmation => {
                ("not_awaiting_confirmation", "the order does not wait for a confirmation")
            }
            Self::AlreadyClosed => ("already_closed", "the order is closed already"),
            Self::AlreadyPaid => ("already_paid", "the order is paid already"),
            Self::AmountMismatch => {
                ("amount_mismatch", "`data.amount` is not what is to be paid for the order")
            }
            Self::AmountIsZero => ("amount_is_zero", "`data.amount` is zero"),
            Self::PaymentExists => ("payment_exists", "there is a payment of this id already"),
            Self::InsufficientBalance => {
                ("insufficient_balance", "`data.amount` is more than the member's balance")
            }
            Self::NotAwaitingUse => ("not_awaiting_use", "the order is not waiting to be used or sent"),
            Self::PackagesExceeded => ("packages_exceeded", "`data.packages` is more than are left to use"),
            Self::OrderRefunded => ("order_refunded", "the order is refunded already"),
            Self::RefundExceedsPaid => {
                ("refund_exceeds_paid", "`data.amount` is zero, or more than is left of the payment")
            }
            Self::FeeExceedsRefund => ("fee_exceeds_refund", "`data.fee` is more than `data.amount`"),
            Self::RefundExists => ("refund_exists", "`data.refund_id`: there is a refund of this id already"),
            Self::RefundDecided => ("refund_decided", "`data.refund_id`: the refund is decided already"),
            Self::MethodMismatch => (
                "method_mismatch",
                "`data.method`: what was paid by balance goes back to the balance, and nothing else does",
            ),
            Self::MemberExists => ("member_exists", "`subject`: there is a member of this id already"),
            Self::WithdrawalExists => {
                ("withdrawal_exists", "`subject`: there is a withdrawal of this id already")
            }
            Self::MethodDisabled => {
                ("method_disabled", "`data.method` is not allowed by the withdrawal settings")
            }
            Self::BelowMinimum => {
                ("below_minimum", "`data.amount` is less than the withdrawal settings ask for")
            }
            Self::MonthlyLimit => (
                "monthly_limit",
                "the payee has as many requests this month as the withdrawal settings allow",
            ),
            Self::InsufficientFunds => ("insufficient_funds", "`data.amount` is more than the payee's funds"),
            Self::UnknownOrder => ("unknown_order", "there is no order of this id"),
            Self::NotSettleable => (
                "not_settleable",
                "only completed, unsettled orders with a supplier that were paid offline are settled by hand",
            ),
            Self::UnknownWithdrawal => ("unknown_withdrawal", "there is no withdrawal of this id"),
            Self::UnknownParkedEvent => ("unknown_parked_event", "no event was parked at this position"),
            Self::AlreadyDecided => ("already_decided", "this was decided already"),
            Self::InvalidTime => ("invalid_time", "`paid_at` is before the request or after now"),
        }
    }

    /// The public code.
    pub const fn code(self) -> &'static str {
        self.words().0
    }

    /// A sentence that names the field or rule.
    pub const fn detail(self) -> &'static str {
        self.words().1
    }
}
