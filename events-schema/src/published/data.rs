//! The `data` of each type of published event, as its JSON is. Unknown fields are refused by name.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::terms::{Confirmation, DiscountKind, Gender, Method, OrderSource, PayeeKind, WithdrawalMethod};
use crate::{Id, Money, ProductType, Text};

/// `order.placed`: an order was placed.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderPlaced {
    /// The number that people use (订单号).
    pub order_no: Text,
    /// Who placed it.
    pub member_id: Id,
    /// Where it came from (订单来源).
    pub source: OrderSource,
    /// What was sold.
    pub product: Product,
    /// How many packages (套餐 or 游客).
    pub packages: NonZeroU32,
    /// The price before discounts.
    pub amount: Money,
    /// What was taken off; at most 50, their sum at most `amount`.
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub discounts: Vec<Discount>,
    /// Who supplies it.
    pub supplier: Option<Supplier>,
    /// The purchase cost without a supplier; absent with one.
    pub quoted_cost: Option<Money>,
    /// What it costs to send it (运费).
    #[serde(default)]
    pub freight: Money,
    /// Who earns a commission; at most 25.
    #[serde(default)]
    #[schemars(length(max = 25))]
    pub commissions: Vec<Commission>,
    /// Whether and when it must be confirmed.
    pub confirmation: Confirmation,
    /// Those who travel.
    #[serde(default)]
    pub travellers: Vec<Traveller>,
}

/// What was sold.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Text,
    /// Its type, such as `ticket`, `hotel`, `tour` or `goods`: an open set.
    #[serde(rename = "type")]
    pub product_type: ProductType,
}

/// One discount.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Discount {
    /// Where it came from.
    pub kind: DiscountKind,
    /// How much.
    pub amount: Money,
}

/// Who supplies an order.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Supplier {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Text,
    /// What the platform owes it for the whole order.
    pub cost: Money,
}

/// One distributor's commission.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commission {
    /// The id of the distributor.
    pub distributor_id: Id,
    /// The name of the distributor.
    pub distributor_name: Text,
    /// The phone of the distributor.
    pub distributor_phone: Option<Text>,
    /// How much.
    pub amount: Money,
}

/// Somebody who travels.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traveller {
    /// The gender.
    pub gender: Gender,
}

/// `order.confirmed`, `order.completed`: nothing to say.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// `order.closed`: an unpaid order was closed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderClosed {
    /// Why.
    pub reason: Option<Text>,
}

/// `order.paid`: an order was paid.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderPaid {
    /// The id of the payment.
    pub payment_id: Id,
    /// How; `balance` is the member's own.
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// `order.shipped`: goods were sent.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderShipped {
    /// Who carries them.
    pub carrier: Option<Text>,
    /// The number of the parcel.
    pub tracking_no: Option<Text>,
}

/// `order.verified`: packages were used (核销).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderVerified {
    /// How many this time.
    pub packages: NonZeroU32,
}

/// `refund.requested`: a refund was asked for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequested {
    /// The id of the refund, unique in its order.
    pub refund_id: Id,
    /// The part of the payment that is undone (gross).
    pub amount: Money,
    /// What the platform keeps of it (退款手续费).
    #[serde(default)]
    pub fee: Money,
    /// Why.
    pub reason: Option<Text>,
}

/// `refund.rejected`: a refund was refused.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRejected {
    /// Which refund.
    pub refund_id: Id,
    /// Why.
    pub reason: Option<Text>,
}

/// `refund.completed`: a refund was paid out.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundCompleted {
    /// Which refund.
    pub refund_id: Id,
    /// How it was paid back; absent: as the order was paid.
    pub method: Option<Method>,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// `member.registered`: a member registered.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRegistered {
    /// The phone.
    pub phone: Text,
    /// The gender; absent: `unknown`.
    pub gender: Option<Gender>,
}

/// `balance.recharged`, `balance.recharge_refunded`: money came in for a balance, or was paid back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BalancePayment {
    /// The id of the payment (of the refund).
    pub payment_id: Id,
    /// How; any method but `balance`.
    #[serde(deserialize_with = "external_method")]
    #[schemars(with = "ExternalMethod")]
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// `balance.gifted`, `balance.deducted`: the platform gave balance away, or took it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BalanceChange {
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: Option<Text>,
}

/// `payment.received`: money was received without an order (扫码收款).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentReceived {
    /// How; any method but `balance`.
    #[serde(deserialize_with = "external_method")]
    #[schemars(with = "ExternalMethod")]
    pub method: Method,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
    /// What it was for.
    pub note: Option<Text>,
}

/// `payment.refunded`: a part of a received or surplus payment was given back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRefunded {
    /// The id of the refund, unique for the payment.
    pub refund_id: Id,
    /// How much.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// `withdrawal.requested`: somebody asked for money (提现申请).
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalRequested {
    /// Who asks.
    pub payee: Payee,
    /// How much.
    pub amount: Money,
    /// How it shall be paid out.
    pub method: WithdrawalMethod,
    /// Where to.
    pub account: Text,
}

/// Who asks for money.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payee {
    /// Supplier, distributor or member.
    pub kind: PayeeKind,
    /// The id.
    pub id: Id,
    /// The name.
    pub name: Text,
    /// The phone.
    pub phone: Option<Text>,
}

/// The methods by which money moves outside, for the JSON Schema.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(missing_docs, reason = "only its schema is used; reading goes through `external_method`")]
pub enum ExternalMethod {
    WechatPay,
    Alipay,
    Allinpay,
    Unionpay,
    Cash,
    BankTransfer,
    Pos,
}

fn external_method<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Method, D::Error> {
    let method = Method::deserialize(deserializer)?;
    if method == Method::Balance {
        return Err(de::Error::custom("expected a method by which money moves outside, not `balance`"));
    }
    Ok(method)
}
