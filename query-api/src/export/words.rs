//! The words of closed sets as people read them: in Chinese as the finance department says them, and in English.
//!
//! Each set has its words in the order of `events_schema::terms`. A name that a set does not have is shown as it is.

use crate::export::Label;

/// The words of a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(&'static [Word]);

/// A word: its name in JSON and in tables, in Chinese, in English.
type Word = (&'static str, &'static str, &'static str);

impl Words {
    /// How the word called `name` is read; nothing when the set has no such word.
    pub fn get(self, name: &str) -> Option<Label> {
        self.0.iter().find(|(known, ..)| *known == name).map(|(_, zh, en)| Label { zh, en })
    }

    /// The names of all words, in the order of the set.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, ..)| *name)
    }
}

/// 订单来源.
pub const ORDER_SOURCES: Words = Words(&[
    ("pc", "PC端", "PC"),
    ("web_h5", "WEB-H5", "Web H5"),
    ("uni_h5", "UNI-H5", "Uni H5"),
    ("wechat_mini", "微信小程序", "WeChat mini program"),
    ("alipay_mini", "支付宝小程序", "Alipay mini program"),
    ("douyin_mini", "抖音小程序", "Douyin mini program"),
    ("kuaishou_mini", "快手小程序", "Kuaishou mini program"),
    ("other", "其他", "Other"),
]);

/// Kinds of discounts.
pub const DISCOUNT_KINDS: Words = Words(&[
    ("points", "积分", "Points"),
    ("red_packet", "红包", "Red packet"),
    ("discount", "折扣", "Discount"),
    ("coupon", "优惠券", "Coupon"),
    ("other", "其他", "Other"),
]);

/// Whether and when the supplier confirms an order.
pub const CONFIRMATIONS: Words = Words(&[
    ("none", "无需确认", "None"),
    ("before_payment", "支付前确认", "Before payment"),
    ("after_payment", "支付后确认", "After payment"),
]);

/// Genders of members and travellers.
pub const GENDERS: Words =
    Words(&[("male", "男", "Male"), ("female", "女", "Female"), ("unknown", "未知", "Unknown")]);

/// 支付方式.
pub const METHODS: Words = Words(&[
    ("wechat_pay", "微信支付", "WeChat Pay"),
    ("alipay", "支付宝", "Alipay"),
    ("allinpay", "通联支付", "Allinpay"),
    ("unionpay", "银联", "UnionPay"),
    ("cash", "现金", "Cash"),
    ("bank_transfer", "银行转账", "Bank transfer"),
    ("pos", "POS机", "POS terminal"),
    ("balance", "余额", "Balance"),
]);

/// Modes of payment methods.
pub const MODES: Words = Words(&[
    ("online", "线上", "Online"),
    ("offline", "线下", "Offline"),
    ("internal", "余额支付", "Internal"),
]);

/// 提现方式.
pub const WITHDRAWAL_METHODS: Words = Words(&[
    ("bank_card", "银行卡", "Bank card"),
    ("alipay", "支付宝", "Alipay"),
    ("wechat", "微信", "WeChat"),
]);

/// Who withdraws.
pub const PAYEE_KINDS: Words = Words(&[
    ("supplier", "供应商", "Supplier"),
    ("distributor", "分销员", "Distributor"),
    ("member", "会员", "Member"),
]);

/// 订单状态.
pub const ORDER_STATUSES: Words = Words(&[
    ("awaiting_confirmation", "支付前待确认", "Awaiting confirmation"),
    ("awaiting_payment", "待支付", "Awaiting payment"),
    ("closed", "已关闭", "Closed"),
    ("paid_awaiting_confirmation", "支付后待确认", "Paid, awaiting confirmation"),
    ("awaiting_use", "待消费", "Awaiting use"),
    ("shipped", "已发货", "Shipped"),
    ("completed", "已完成", "Completed"),
    ("refund_review", "退款待审核", "Refund in review"),
    ("refunded", "已退款", "Refunded"),
]);

/// Where a refund stands.
pub const REFUND_STATES: Words = Words(&[
    ("in_review", "待审核", "In review"),
    ("rejected", "已拒绝", "Rejected"),
    ("completed", "已退款", "Completed"),
]);

/// Where a withdrawal stands.
pub const WITHDRAWAL_STATES: Words = Words(&[
    ("pending", "待审核", "Pending"),
    ("approved", "转账中", "Approved, in transfer"),
    ("paid", "已提现", "Paid"),
    ("rejected", "未通过", "Rejected"),
]);

/// Where a settlement stands.
pub const SETTLEMENT_STATES: Words = Words(&[
    ("unsettled", "未结算", "Unsettled"),
    ("settled", "已结算", "Settled"),
    ("non_settleable", "不可结算", "Non-settleable"),
]);

/// Where a commission stands.
pub const COMMISSION_STATES: Words = Words(&[
    ("unsettled", "未结算", "Unsettled"),
    ("settled", "已结算", "Settled"),
    ("cancelled", "已取消", "Cancelled"),
]);

/// Where a parked event stands.
pub const PARKED_STATES: Words = Words(&[
    ("waiting", "等待中", "Waiting"),
    ("released", "已入账", "Released"),
    ("failed", "已拒绝", "Failed"),
    ("discarded", "已放弃", "Discarded"),
]);

/// Whether money came in or went out.
pub const DIRECTIONS: Words = Words(&[("income", "收入", "Income"), ("expense", "支出", "Expense")]);

/// On which side an account grows.
pub const SIDES: Words = Words(&[("debit", "借", "Debit"), ("credit", "贷", "Credit")]);

/// What cash entries are for.
pub const CASH_KINDS: Words = Words(&[
    ("order_payment", "订单支付", "Order payment"),
    ("recharge", "充值", "Recharge"),
    ("scan_payment", "扫码收款", "Scan-to-pay"),
    ("surplus_payment", "多收款", "Surplus payment"),
    ("order_refund", "订单退款", "Order refund"),
    ("recharge_refund", "充值退款", "Recharge refund"),
    ("scan_refund", "扫码收款退款", "Scan-to-pay refund"),
    ("surplus_refund", "多收款退还", "Surplus refund"),
    ("supplier_withdrawal", "供应商提现", "Supplier withdrawal"),
    ("distributor_withdrawal", "佣金提现", "Distributor withdrawal"),
    ("member_withdrawal", "会员提现", "Member withdrawal"),
]);

/// What moves balances.
pub const BALANCE_KINDS: Words = Words(&[
    ("recharge", "充值", "Recharge"),
    ("recharge_refund", "充值退款", "Recharge refund"),
    ("consume", "消费", "Consumption"),
    ("consume_refund", "消费退款", "Consumption refund"),
    ("withdraw", "提现", "Withdrawal"),
    ("withdraw_return", "提现退回", "Withdrawal returned"),
    ("gift", "赠送", "Gift"),
    ("deduct", "扣除", "Deduction"),
]);

/// Types of events, as the sources of what they moved: those that are published, and decisions on withdrawals.
pub const EVENT_TYPES: Words = Words(&[
    ("order.placed", "下单", "Order placed"),
    ("order.confirmed", "订单确认", "Order confirmed"),
    ("order.closed", "订单关闭", "Order closed"),
    ("order.paid", "订单支付", "Order paid"),
    ("order.shipped", "订单发货", "Order shipped"),
    ("order.verified", "订单核销", "Order verified"),
    ("order.completed", "订单完成", "Order completed"),
    ("refund.requested", "退款申请", "Refund requested"),
    ("refund.rejected", "退款拒绝", "Refund rejected"),
    ("refund.completed", "退款完成", "Refund completed"),
    ("member.registered", "会员注册", "Member registered"),
    ("balance.recharged", "余额充值", "Balance recharged"),
    ("balance.recharge_refunded", "充值退款", "Recharge refunded"),
    ("balance.gifted", "余额赠送", "Balance gifted"),
    ("balance.deducted", "余额扣除", "Balance deducted"),
    ("payment.received", "扫码收款", "Payment received"),
    ("payment.refunded", "收款退款", "Payment refunded"),
    ("withdrawal.requested", "提现申请", "Withdrawal requested"),
    ("withdrawal.approved", "提现审核通过", "Withdrawal approved"),
    ("withdrawal.paid", "提现完成", "Withdrawal paid"),
    ("withdrawal.rejected", "提现未通过", "Withdrawal rejected"),
]);

/// Answers to yes-or-no questions.
pub(super) const fn yes_or_no(yes: bool) -> Label {
    if yes { Label::new("是", "Yes") } else { Label::new("否", "No") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use events_schema::published;
    use events_schema::terms::{
        CashKind, Confirmation, Direction, DiscountKind, Gender, Method, Mode, OrderSource, OrderStatus,
        ParkedState, PayeeKind, RefundState, SettlementState, Side, Term, WithdrawalMethod, WithdrawalState,
    };

    fn has_words<T: Term>(words: Words) {
        assert_eq!(words.names().collect::<Vec<_>>(), T::NAMES);
    }

    #[test]
    fn every_member_of_every_set_has_its_words() {
        has_words::<OrderSource>(ORDER_SOURCES);
        has_words::<DiscountKind>(DISCOUNT_KINDS);
        has_words::<Confirmation>(CONFIRMATIONS);
        has_words::<Gender>(GENDERS);
        has_words::<Method>(METHODS);
        has_words::<Mode>(MODES);
        has_words::<WithdrawalMethod>(WITHDRAWAL_METHODS);
        has_words::<PayeeKind>(PAYEE_KINDS);
        has_words::<OrderStatus>(ORDER_STATUSES);
        has_words::<RefundState>(REFUND_STATES);
        has_words::<WithdrawalState>(WITHDRAWAL_STATES);
        has_words::<SettlementState>(SETTLEMENT_STATES);
        has_words::<ParkedState>(PARKED_STATES);
        has_words::<Direction>(DIRECTIONS);
        has_words::<CashKind>(CASH_KINDS);
        has_words::<Side>(SIDES);
    }

    #[test]
    fn what_is_no_set_of_the_schema_yet_has_its_words_too() {
        let kinds = "recharge recharge_refund consume consume_refund withdraw withdraw_return gift deduct";
        assert!(BALANCE_KINDS.names().eq(kinds.split(' ')));
        assert!(COMMISSION_STATES.names().eq(["unsettled", "settled", "cancelled"]));
        assert!(EVENT_TYPES.names().take(published::TYPES.len()).eq(published::TYPES));
    }

    #[test]
    fn words_of_a_set_are_told_apart_in_both_languages() {
        for set in [
            ORDER_SOURCES,
            DISCOUNT_KINDS,
            CONFIRMATIONS,
            GENDERS,
            METHODS,
            MODES,
            WITHDRAWAL_METHODS,
            PAYEE_KINDS,
            ORDER_STATUSES,
            REFUND_STATES,
            WITHDRAWAL_STATES,
            SETTLEMENT_STATES,
            COMMISSION_STATES,
            PARKED_STATES,
            DIRECTIONS,
            SIDES,
            CASH_KINDS,
            BALANCE_KINDS,
            EVENT_TYPES,
        ] {
            for text in [|label: Label| label.zh, |label: Label| label.en] {
                let texts: Vec<&str> = set.names().map(|name| text(set.get(name).unwrap())).collect();
                for (index, text) in texts.iter().enumerate() {
                    assert!(!text.is_empty() && !texts[..index].contains(text), "{text:?} in {texts:?}");
                }
            }
        }
    }

    #[test]
    fn a_word_is_found_by_its_name() {
        assert_eq!(ORDER_STATUSES.get("awaiting_payment"), Some(Label::new("待支付", "Awaiting payment")));
        assert_eq!(ORDER_STATUSES.get("paid"), None);
    }
}
