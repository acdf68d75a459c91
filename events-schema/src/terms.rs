//! The closed sets of words of the contract, each in the order in which reports list them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Grain;

/// Where an order came from (订单来源).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the channels say what they are")]
pub enum OrderSource {
    Pc,
    WebH5,
    UniH5,
    WechatMini,
    AlipayMini,
    DouyinMini,
    KuaishouMini,
    Other,
}

/// What a discount came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    /// 积分
    Points,
    /// 红包
    RedPacket,
    /// 折扣
    Discount,
    /// 优惠券
    Coupon,
    /// 其他
    Other,
}

/// Whether and when the supplier confirms an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    /// Never.
    None,
    /// Before it can be paid.
    BeforePayment,
    /// After it was paid.
    AfterPayment,
}

/// Gender of a member or traveller.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say what they are")]
pub enum Gender {
    Male,
    Female,
    #[default]
    Unknown,
}

/// How money was paid (支付方式).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 微信支付
    WechatPay,
    /// 支付宝
    Alipay,
    /// 通联支付
    Allinpay,
    /// 银联
    Unionpay,
    /// 现金
    Cash,
    /// 银行转账
    BankTransfer,
    /// POS 机
    Pos,
    /// The member's own balance (余额): no money moves outside.
    Balance,
}

/// The mode of a payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Through a payment platform (线上).
    Online,
    /// By hand (线下).
    Offline,
    /// From a member's balance.
    Internal,
}

/// How a withdrawal is paid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalMethod {
    /// 银行卡
    BankCard,
    /// 支付宝
    Alipay,
    /// 微信
    Wechat,
}

/// Who withdraws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayeeKind {
    /// 供应商
    Supplier,
    /// 分销员
    Distributor,
    /// 会员
    Member,
}

/// Where an order stands (订单状态): three unpaid, six paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// 支付前待确认
    AwaitingConfirmation,
    /// 待支付
    AwaitingPayment,
    /// 已关闭
    Closed,
    /// 支付后待确认
    PaidAwaitingConfirmation,
    /// 待消费
    AwaitingUse,
    /// 已发货
    Shipped,
    /// 已完成
    Completed,
    /// 退款待审核
    RefundReview,
    /// 已退款
    Refunded,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// 待审核
    InReview,
    /// 已拒绝
    Rejected,
    /// 已退款
    Completed,
}

/// Where a withdrawal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalState {
    /// 待审核
    Pending,
    /// 转账中
    Approved,
    /// 已提现
    Paid,
    /// 未通过
    Rejected,
}

/// Where a settlement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementState {
    /// 未结算
    Unsettled,
    /// 已结算
    Settled,
    /// 不可结算
    NonSettleable,
}

/// Where the commissions of an order stand (分销).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommissionState {
    /// 未结算
    Unsettled,
    /// 已结算
    Settled,
    /// 已取消
    Cancelled,
}

/// Where a parked event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkedState {
    /// It still waits.
    Waiting,
    /// It was recorded.
    Released,
    /// It was rejected in the end.
    Failed,
    /// Finance gave it up.
    Discarded,
}

/// Whether money came in or went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// 收入
    Income,
    /// 支出
    Expense,
}

/// What a cash entry was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say what they are")]
pub enum CashKind {
    OrderPayment,
    Recharge,
    ScanPayment,
    SurplusPayment,
    OrderRefund,
    RechargeRefund,
    ScanRefund,
    SurplusRefund,
    SupplierWithdrawal,
    DistributorWithdrawal,
    MemberWithdrawal,
}

/// What moved a member's balance (余额).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalanceKind {
    /// 充值
    Recharge,
    /// 充值退款
    RechargeRefund,
    /// 消费
    Consume,
    /// 消费退款
    ConsumeRefund,
    /// 提现
    Withdraw,
    /// 提现退回
    WithdrawReturn,
    /// 赠送
    Gift,
    /// 扣除
    Deduct,
}

/// A closed set of words, each with the name that it has in JSON and in tables.
pub trait Term: Copy + Sized + 'static {
    /// All members, in the order in which reports list them.
    const ALL: &'static [Self];
    /// Their names, in the same order.
    const NAMES: &'static [&'static str];

    /// The place in [`Self::ALL`], from 0. Tables have it in the place of the name, which is many times as long.
    fn ordinal(self) -> usize;

    /// The name in JSON.
    fn as_str(self) -> &'static str {
        Self::NAMES[self.ordinal()]
    }

    /// The member called `name`.
    fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|n| *n == name).map(|i| Self::ALL[i])
    }

    /// The member at this place in [`Self::ALL`].
    fn from_ordinal(ordinal: usize) -> Option<Self> {
        Self::ALL.get(ordinal).copied()
    }
}

/// Ties an enum to its names; the macro keeps `ALL`, `NAMES` and `Display` of all sets alike.
macro_rules! terms {
    ($($set:ident { $($member:ident = $name:literal),+ $(,)? })+) => {$(
        impl Term for $set {
            const ALL: &'static [Self] = &[$(Self::$member),+];
            const NAMES: &'static [&'static str] = &[$($name),+];
            fn ordinal(self) -> usize {
                self as usize
            }
        }
        impl fmt::Display for $set {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )+};
}

mod account;
pub use account::{Account, Side};

mod journal;
pub use journal::JournalKind;

mod voucher_account;
pub use voucher_account::VoucherAccount;

terms! {
    OrderSource {
        Pc = "pc", WebH5 = "web_h5", UniH5 = "uni_h5", WechatMini = "wechat_mini", AlipayMini = "alipay_mini",
        DouyinMini = "douyin_mini", KuaishouMini = "kuaishou_mini", Other = "other",
    }
    DiscountKind { Points = "points", RedPacket = "red_packet", Discount = "discount", Coupon = "coupon", Other = "other" }
    Confirmation { None = "none", BeforePayment = "before_payment", AfterPayment = "after_payment" }
    Gender { Male = "male", Female = "female", Unknown = "unknown" }
    Method {
        WechatPay = "wechat_pay", Alipay = "alipay", Allinpay = "allinpay", Unionpay = "unionpay", Cash = "cash",
        BankTransfer = "bank_transfer", Pos = "pos", Balance = "balance",
    }
    Mode { Online = "online", Offline = "offline", Internal = "internal" }
    WithdrawalMethod { BankCard = "bank_card", Alipay = "alipay", Wechat = "wechat" }
    PayeeKind { Supplier = "supplier", Distributor = "distributor", Member = "member" }
    OrderStatus {
        AwaitingConfirmation = "awaiting_confirmation", AwaitingPayment = "awaiting_payment", Closed = "closed",
        PaidAwaitingConfirmation = "paid_awaiting_confirmation", AwaitingUse = "awaiting_use", Shipped = "shipped",
        Completed = "completed", RefundReview = "refund_review", Refunded = "refunded",
    }
    RefundState { InReview = "in_review", Rejected = "rejected", Completed = "completed" }
    WithdrawalState { Pending = "pending", Approved = "approved", Paid = "paid", Rejected = "rejected" }
    SettlementState { Unsettled = "unsettled", Settled = "settled", NonSettleable = "non_settleable" }
    CommissionState { Unsettled = "unsettled", Settled = "settled", Cancelled = "cancelled" }
    ParkedState { Waiting = "waiting", Released = "released", Failed = "failed", Discarded = "discarded" }
    Direction { Income = "income", Expense = "expense" }
    CashKind {
        OrderPayment = "order_payment", Recharge = "recharge", ScanPayment = "scan_payment",
        SurplusPayment = "surplus_payment", OrderRefund = "order_refund", RechargeRefund = "recharge_refund",
        ScanRefund = "scan_refund", SurplusRefund = "surplus_refund", SupplierWithdrawal = "supplier_withdrawal",
        DistributorWithdrawal = "distributor_withdrawal", MemberWithdrawal = "member_withdrawal",
    }
    BalanceKind {
        Recharge = "recharge", RechargeRefund = "recharge_refund", Consume = "consume",
        ConsumeRefund = "consume_refund", Withdraw = "withdraw", WithdrawReturn = "withdraw_return", Gift = "gift",
        Deduct = "deduct",
    }
    Grain { Hour = "hour", Day = "day", Month = "month", Year = "year" }
}

impl OrderStatus {
    /// Whether an order in this status has been paid.
    pub const fn is_paid(self) -> bool {
        !matches!(self, Self::AwaitingConfirmation | Self::AwaitingPayment | Self::Closed)
    }
}

impl Method {
    /// The seven methods by which money moves outside: all but the balance.
    pub const EXTERNAL: [Self; 7] = [
        Self::WechatPay,
        Self::Alipay,
        Self::Allinpay,
        Self::Unionpay,
        Self::Cash,
        Self::BankTransfer,
        Self::Pos,
    ];

    /// Online, offline or internal (domain §2).
    pub const fn mode(self) -> Mode {
        match self {
            Self::WechatPay | Self::Alipay | Self::Allinpay | Self::Unionpay => Mode::Online,
            Self::Cash | Self::BankTransfer | Self::Pos => Mode::Offline,
            Self::Balance => Mode::Internal,
        }
    }
}

impl WithdrawalMethod {
    /// The cash method of the money that a withdrawal pays out (domain §6).
    pub const fn cash_method(self) -> Method {
        match self {
            Self::BankCard => Method::BankTransfer,
            Self::Alipay => Method::Alipay,
            Self::Wechat => Method::WechatPay,
        }
    }
}

impl CashKind {
    /// Whether this kind of entry brings money in or takes it out.
    pub const fn direction(self) -> Direction {
        match self {
            Self::OrderPayment | Self::Recharge | Self::ScanPayment | Self::SurplusPayment => {
                Direction::Income
            }
            Self::OrderRefund
            | Self::RechargeRefund
            | Self::ScanRefund
            | Self::SurplusRefund
            | Self::SupplierWithdrawal
            | Self::DistributorWithdrawal
            | Self::MemberWithdrawal => Direction::Expense,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agrees_with_json<T: Term + Serialize>() {
        for (ordinal, member) in T::ALL.iter().enumerate() {
            assert_eq!(member.ordinal(), ordinal);
            assert_eq!(serde_json::to_value(member).unwrap(), member.as_str());
            assert_eq!(T::from_ordinal(ordinal).map(Term::ordinal), Some(ordinal));
        }
        assert!(T::from_ordinal(T::ALL.len()).is_none());
    }

    #[test]
    fn names_are_those_in_json_and_ordinals_the_places_of_members() {
        agrees_with_json::<OrderSource>();
        agrees_with_json::<DiscountKind>();
        agrees_with_json::<Confirmation>();
        agrees_with_json::<Gender>();
        agrees_with_json::<Method>();
        agrees_with_json::<Mode>();
        agrees_with_json::<WithdrawalMethod>();
        agrees_with_json::<PayeeKind>();
        agrees_with_json::<OrderStatus>();
        agrees_with_json::<RefundState>();
        agrees_with_json::<WithdrawalState>();
        agrees_with_json::<SettlementState>();
        agrees_with_json::<ParkedState>();
        agrees_with_json::<Direction>();
        agrees_with_json::<CashKind>();
        agrees_with_json::<CommissionState>();
        agrees_with_json::<BalanceKind>();
    }
}
