//! What one order adds to each figure of the sales report (reports.md §2).
//!
//! The one definition: the columns of an order's row, the cells of an hour, a day and a month, and the items behind a
//! figure all come from here.

use events_schema::Money;
use events_schema::recorded::order::OrderPlaced;
use events_schema::terms::{OrderStatus, Term};
use ledger_core::entities::OrderFigures;

/// The figures that a cell has, in the order of its columns.
pub(crate) const FIGURES: [&str; 31] = [
    "orders",
    "paid_orders",
    "returned_orders",
    "awaiting_confirmation_orders",
    "awaiting_payment_orders",
    "closed_orders",
    "paid_awaiting_confirmation_orders",
    "awaiting_use_orders",
    "shipped_orders",
    "completed_orders",
    "refund_review_orders",
    "refunded_orders",
    "awaiting_confirmation_amount",
    "awaiting_payment_amount",
    "closed_amount",
    "paid_awaiting_confirmation_amount",
    "awaiting_use_amount",
    "shipped_amount",
    "completed_amount",
    "refund_review_amount",
    "refunded_status_amount",
    "sales_amount",
    "discount_amount",
    "prepaid_amount",
    "realised_amount",
    "refunded_amount",
    "refund_fee_amount",
    "revenue",
    "purchase_cost",
    "commission_cost",
    "freight_cost",
];

/// How many statuses there are.
const STATUSES: usize = OrderStatus::ALL.len();

/// What one order adds to each figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// 1 once it is paid.
    pub paid_orders: i64,
    /// 1 once a refund of it was completed.
    pub returned_orders: i64,
    /// Its amount before discounts, once it is paid (总销售额).
    pub sales_amount: i64,
    /// Its discounts, once it is paid (优惠额).
    pub discount_amount: i64,
    /// What is left of its payment, until it is consumed (预收款).
    pub prepaid_amount: i64,
    /// What is left of its payment, once it is consumed (实销额).
    pub realised_amount: i64,
    /// What its customer got back (实退额).
    pub refunded_amount: i64,
    /// What the platform kept of its refunds (退款手续费).
    pub refund_fee_amount: i64,
    /// What is left of its payment, while it is `completed`.
    pub revenue: i64,
    /// What its purchase costs now, while it is `completed` (采购成本).
    pub purchase_cost: i64,
    /// What its distributors earn now, while it is `completed`.
    pub commission_cost: i64,
    /// What it cost to send it, while it is `completed`.
    pub freight_cost: i64,
}

impl Share {
    /// What an order of these `facts` adds while its `figures` stand so.
    pub fn of(facts: &OrderPlaced, figures: &OrderFigures) -> Self {
        let paid = figures.status.is_paid();
        let completed = figures.status == OrderStatus::Completed;
        let when = |condition: bool, amount: Money| if condition { amount.minor() } else { 0 };
        let left = figures.left();
        Self {
            paid_orders: paid.into(),
            returned_orders: figures.returned.into(),
            sales_amount: when(paid, facts.amount),
            discount_amount: when(paid, facts.discount()),
            prepaid_amount: when(paid && !figures.is_consumed(), left),
            realised_amount: when(paid && figures.is_consumed(), left),
            refunded_amount: (figures.refunded_gross - figures.refund_fees).minor(),
            refund_fee_amount: figures.refund_fees.minor(),
            revenue: when(completed, left),
            purchase_cost: if completed { figures.remains(facts.purchase_cost()).minor() } else { 0 },
            commission_cost: if completed { figures.commissions(facts).minor() } else { 0 },
            freight_cost: when(completed, facts.freight),
        }
    }

    /// The figures, in the order of their columns.
    const fn columns(&self) -> [i64; 12] {
        [
            self.paid_orders,
            self.returned_orders,
            self.sales_amount,
            self.discount_amount,
            self.prepaid_amount,
            self.realised_amount,
            self.refunded_amount,
            self.refund_fee_amount,
            self.revenue,
            self.purchase_cost,
            self.commission_cost,
            self.freight_cost,
        ]
    }
}

/// What the trend says of an order, in the order of its columns.
pub(crate) const TREND: [&str; 4] = ["orders", "paid_orders", "paid_amount", "unpaid_amount"];

/// What an order adds to the trend: itself and its payable amount, paid or not. In the order of [`TREND`].
pub(crate) fn trend(facts: &OrderPlaced, figures: &OrderFigures) -> [i64; TREND.len()] {
    let (paid, payable) = (i64::from(figures.status.is_paid()), facts.payable().minor());
    [1, paid, paid * payable, (1 - paid) * payable]
}

/// What an order adds to the cell it belongs to: its share, and itself under its status. In the order of [`FIGURES`].
pub(crate) fn cell(facts: &OrderPlaced, figures: &OrderFigures) -> [i64; FIGURES.len()] {
    let columns = Share::of(facts, figures).columns();
    let mut cell = [0; FIGURES.len()];
    cell[0] = 1;
    cell[1..3].copy_from_slice(&columns[..2]);
    cell[3 + figures.status.ordinal()] = 1;
    cell[3 + STATUSES + figures.status.ordinal()] = facts.payable().minor();
    cell[3 + 2 * STATUSES..].copy_from_slice(&columns[2..]);
    cell
}
