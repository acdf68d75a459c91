//! What one order adds to each figure of the sales report (reports.md §2), and to what accounts must show
//! (accounting.md).
//!
//! The one definition: the columns of an order's row, the cells of an hour, a day, a month and a year, and the items
//! behind a figure all come from here.

use events_schema::Money;
use events_schema::recorded::order::OrderPlaced;
use events_schema::terms::{OrderStatus, SettlementState, Term};
use ledger_core::entities::OrderFigures;

/// The figures that a cell has, in the order of its columns.
pub(crate) const FIGURES: [&str; 37] = [
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
    "consumed_purchase_cost",
    "accrued_purchase_cost",
    "own_purchase_cost",
    "consumed_commission_cost",
    "consumed_freight",
    "freight_expense",
];

/// How many figures stand before those of statuses.
const COUNTS: usize = 3;
/// How many statuses there are.
const STATUSES: usize = OrderStatus::ALL.len();
/// How many figures stand after those of statuses.
const SUMS: usize = FIGURES.len() - COUNTS - 2 * STATUSES;

/// What one order adds to each figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// 1 once it is paid.
    pub paid_orders: i64,
    /// 1 once a refund of it was completed.
    pub returned_orders: i64,
    /// 1 once it was completed: it is consumed.
    pub consumed_orders: i64,
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
    /// What its purchase costs now, once it is consumed.
    pub consumed_purchase_cost: i64,
    /// What its distributors earn now, once it is consumed.
    pub consumed_commission_cost: i64,
    /// What it cost to send it, once it is shipped or consumed.
    pub freight_expense: i64,
}

impl Share {
    /// What an order of these `facts` adds while its `figures` stand so.
    pub fn of(facts: &OrderPlaced, figures: &OrderFigures) -> Self {
        let paid = figures.status.is_paid();
        let consumed = figures.is_consumed();
        let when = |condition: bool, amount: Money| if condition { amount.minor() } else { 0 };
        let left = figures.left();
        Self {
            paid_orders: paid.into(),
            returned_orders: figures.returned.into(),
            consumed_orders: consumed.into(),
            sales_amount: when(paid, facts.amount),
            discount_amount: when(paid, facts.discount()),
            prepaid_amount: when(paid && !consumed, left),
            realised_amount: when(paid && consumed, left),
            refunded_amount: (figures.refunded_gross - figures.refund_fees).minor(),
            refund_fee_amount: figures.refund_fees.minor(),
            consumed_purchase_cost: if consumed { figures.remains(facts.purchase_cost()).minor() } else { 0 },
            consumed_commission_cost: if consumed { figures.commissions(facts).minor() } else { 0 },
            freight_expense: when(figures.freight_owed, facts.freight),
        }
    }

    /// The sums that a cell has of an order whose figures stand so, in the order of their columns: revenue and costs of
    /// the report are those of an order that is `completed` (reports.md §2).
    fn sums(&self, facts: &OrderPlaced, figures: &OrderFigures) -> [i64; SUMS] {
        let when = |condition: bool, amount: i64| if condition { amount } else { 0 };
        let completed = figures.status == OrderStatus::Completed;
        let accrued = figures.settlement_state(facts) == Some(SettlementState::Unsettled);
        [
            self.sales_amount,
            self.discount_amount,
            self.prepaid_amount,
            self.realised_amount,
            self.refunded_amount,
            self.refund_fee_amount,
            when(completed, self.realised_amount),
            when(completed, self.consumed_purchase_cost),
            when(completed, self.consumed_commission_cost),
            when(completed, self.freight_expense),
            self.consumed_purchase_cost,
            when(accrued, self.consumed_purchase_cost),
            when(facts.supplier.is_none(), self.consumed_purchase_cost),
            self.consumed_commission_cost,
            when(figures.is_consumed(), self.freight_expense),
            self.freight_expense,
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
    let share = Share::of(facts, figures);
    let mut cell = [0; FIGURES.len()];
    [cell[0], cell[1], cell[2]] = [1, share.paid_orders, share.returned_orders];
    cell[COUNTS + figures.status.ordinal()] = 1;
    cell[COUNTS + STATUSES + figures.status.ordinal()] = facts.payable().minor();
    cell[COUNTS + 2 * STATUSES..].copy_from_slice(&share.sums(facts, figures));
    cell
}
