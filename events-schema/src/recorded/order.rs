//! Events of an order.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Personal;
use crate::terms::{Confirmation, DiscountKind, Method, OrderSource};
use crate::{Id, Money, ProductType, Text, Timestamp};

/// An order was placed: the immutable facts of an order, shared by everybody who keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPlaced {
    /// The id of the order.
    pub order_id: Id,
    /// The number that people use (订单号).
    pub order_no: Text,
    /// Who placed it.
    pub member_id: Id,
    /// Where it came from (订单来源).
    pub source: OrderSource,
    /// What was sold.
    pub product: Product,
    /// How many packages (套餐 or 游客), at least 1.
    pub packages: u32,
    /// The price before discounts.
    pub amount: Money,
    /// What was taken off the price; their sum is at most `amount`.
    pub discounts: Vec<Discount>,
    /// Who supplies it, and for how much.
    pub supplier: Option<Supplier>,
    /// The purchase cost of an order without a supplier.
    pub quoted_cost: Money,
    /// What it costs to send it (运费).
    pub freight: Money,
    /// Who earns a commission on it.
    pub commissions: Vec<CommissionLine>,
    /// Whether and when it must be confirmed.
    pub confirmation: Confirmation,
    /// How many travellers of each gender.
    pub travellers: Travellers,
}

/// A product, as it was when it was sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Text,
    /// Its type, such as `ticket`.
    pub product_type: ProductType,
}

/// One discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Where it came from.
    pub kind: DiscountKind,
    /// How much was taken off.
    pub amount: Money,
}

/// A supplier, as it was when the order was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supplier {
    /// Its id.
    pub id: Id,
    /// Its name.
    pub name: Text,
    /// What the platform owes it for the whole order.
    pub cost: Money,
}

/// One distributor's commission on an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommissionLine {
    /// The id of the distributor.
    pub distributor_id: Id,
    /// The name of the distributor.
    pub distributor_name: Personal,
    /// The phone of the distributor.
    pub distributor_phone: Option<Personal>,
    /// What the distributor earns on the whole order.
    pub amount: Money,
}

/// How many travellers of each gender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Travellers {
    /// Men and boys.
    pub male: u32,
    /// Women and girls.
    pub female: u32,
    /// Those of whom it is not known.
    pub unknown: u32,
}

impl OrderPlaced {
    /// Σ discounts.
    pub fn discount(&self) -> Money {
        self.discounts.iter().map(|d| d.amount).sum()
    }

    /// What is to be paid: amount − Σ discounts.
    pub fn payable(&self) -> Money {
        self.amount - self.discount()
    }

    /// What the platform owes for the whole order: the supplier's cost, or the quoted cost without a supplier.
    pub fn purchase_cost(&self) -> Money {
        self.supplier.as_ref().map_or(self.quoted_cost, |supplier| supplier.cost)
    }
}

/// The facts of an order as they are shared.
pub type OrderFacts = Arc<OrderPlaced>;

/// An order was confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderConfirmed {}

/// An unpaid order was closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderClosed {
    /// Why.
    pub reason: Option<Personal>,
}

/// An order was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderPaid {
    /// The id of the payment, unique over all payments.
    pub payment_id: Id,
    /// How it was paid.
    pub method: Method,
    /// How much: the payable of the order.
    pub amount: Money,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// Goods were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderShipped {
    /// Who carries them.
    pub carrier: Option<Text>,
    /// The number of the parcel.
    pub tracking_no: Option<Personal>,
}

/// Packages of an order were used (核销).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderVerified {
    /// How many were used this time.
    pub packages: u32,
    /// Set when these were the last ones: the order is completed by this event.
    pub completion: Option<Completion>,
}

/// An order was completed: goods received, or everything used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCompleted {
    /// What was decided with it.
    pub completion: Completion,
}

/// What is decided when an order becomes completed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// When its settlement is due, by the rule as it stood (T+N); absent without a supplier.
    pub settlement_due: Option<Timestamp>,
}

/// A refund was asked for; the order is under review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRequested {
    /// The id of the refund, unique in its order.
    pub refund_id: Id,
    /// The part of the payment that would be undone (gross).
    pub amount: Money,
    /// What the platform would keep of it (退款手续费).
    pub fee: Money,
    /// Why.
    pub reason: Option<Personal>,
}

/// A refund was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundRejected {
    /// Which refund.
    pub refund_id: Id,
    /// Why.
    pub reason: Option<Personal>,
}

/// A refund was paid out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefundCompleted {
    /// Which refund.
    pub refund_id: Id,
    /// How it was paid back, where that differs from how the order was paid.
    pub method: Option<Method>,
    /// What the payment platform calls it.
    pub channel_reference: Option<Text>,
}

/// What the platform owes the supplier of an order was settled (已结算).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSettled {}
