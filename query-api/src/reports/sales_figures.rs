//! What a selection of orders adds up to: the columns of the sales cells, read from cells and orders alike.

use std::sync::LazyLock;

use crate::range::Grains;
use events_schema::terms::{OrderStatus, SettlementState, Term};

use crate::pieces::{Figure, Past, PastRows, Source};
use crate::reports::split::{ByType, Totals};

/// Orders as they stand now.
pub(super) const ORDERS_NOW: &str = "orders join order_states using (birth, placed_at, product_type)";

/// Orders as they stood in the past.
pub(super) const ORDERS_THEN: PastRows = PastRows::Versions {
    versions: "order_versions",
    key: &["birth"],
    facts: "select birth as of_birth, placed_at, product_type, payable from orders",
    at: "placed_at",
};

/// Where sales figures are kept.
pub(crate) static SALES: Source = Source {
    cells: "sales_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: ORDERS_NOW,
    rows_where: "true",
    rows_at: "placed_at",
    past: Past {
        cells: "sales_past",
        grains: Grains::HourToYear,
        key: &["grain", "start", "product_type"],
        rows: ORDERS_THEN,
    },
};

/// Number of statuses that an order can have.
const STATUSES: usize = OrderStatus::NAMES.len();
/// The figures before those of statuses.
const COUNTS: [&str; 3] = ["orders", "paid_orders", "returned_orders"];
/// The figures after those of statuses: sums that orders and cells keep under the same name,
const SUMS: [&str; 6] = [
    "sales_amount",
    "discount_amount",
    "prepaid_amount",
    "realised_amount",
    "refunded_amount",
    "refund_fee_amount",
];
/// and those to which orders add while they are completed, with what of theirs that is.
const COMPLETED: [(&str, &str); 4] = [
    ("revenue", "realised_amount"),
    ("purchase_cost", "consumed_purchase_cost"),
    ("commission_cost", "consumed_commission_cost"),
    ("freight_cost", "freight_expense"),
];
/// How many sums there are.
const ALL_SUMS: usize = SUMS.len() + COMPLETED.len();
/// How many figures there are.
const FIGURES: usize = COUNTS.len() + 2 * STATUSES + ALL_SUMS;

/// What a selection of orders adds up to.
pub(super) type SalesTotals = Totals<FIGURES>;

impl SalesTotals {
    /// Orders, those that were paid, and those of them with a completed refund.
    pub(super) const fn counts(&self) -> [i64; COUNTS.len()] {
        let Self([orders, paid_orders, returned_orders, ..]) = *self;
        [orders, paid_orders, returned_orders]
    }

    /// The orders in `status`, and their payable amount.
    pub(super) fn in_status(&self, status: OrderStatus) -> (i64, i64) {
        let place = COUNTS.len() + status.ordinal();
        (self.0[place], self.0[place + STATUSES])
    }

    /// [`SUMS`] and [`COMPLETED`].
    pub(super) fn sums(&self) -> [i64; ALL_SUMS] {
        std::array::from_fn(|sum| self.0[FIGURES - ALL_SUMS + sum])
    }
}

/// The column of a cell with the payable amount of the orders in one status.
pub(crate) fn amount_column(status: &str) -> String {
    // A refund's actual amount has the plain name.
    if status == "refunded" { "refunded_status_amount".to_owned() } else { format!("{status}_amount") }
}

/// The selects of all figures by product type.
pub(crate) static BY_TYPE: LazyLock<ByType> = LazyLock::new(|| ByType::new(&SALES, &figures(), "orders", 0));

/// What cells have, and what an order adds to it.
pub(crate) fn figures() -> Vec<Figure> {
    let when = |status: OrderStatus, figure: &str| {
        format!("case when status = {} then {figure} else 0 end", status.ordinal())
    };
    let statuses = OrderStatus::ALL.iter().copied();
    let orders = statuses.clone().map(|status| Figure::new(format!("{status}_orders"), when(status, "1")));
    let amounts = statuses.map(|status| Figure::new(amount_column(status.as_str()), when(status, "payable")));
    let counts = [Figure::new("orders", "1"), Figure::same("paid_orders"), Figure::same("returned_orders")];
    let completed = COMPLETED.map(|(name, of_row)| Figure::new(name, when(OrderStatus::Completed, of_row)));
    counts.into_iter().chain(orders).chain(amounts).chain(SUMS.map(Figure::same)).chain(completed).collect()
}

/// What accounts must show of orders (accounting.md): figures that cells have beside those of the report.
pub(crate) fn consumption() -> Vec<Figure> {
    let when = |condition: &str, figure: &str| format!("case when {condition} then {figure} else 0 end");
    let cost = "consumed_purchase_cost";
    let is_unsettled = format!("settlement_state = {}", SettlementState::Unsettled.ordinal());
    vec![
        Figure::same(cost),
        Figure::new("accrued_purchase_cost", when(&is_unsettled, cost)),
        // A consumed order is paid: without a supplier, it has no settlement.
        Figure::new("own_purchase_cost", when("settlement_state is null", cost)),
        Figure::same("consumed_commission_cost"),
        Figure::new("consumed_freight", when("consumed_orders = 1", "freight_expense")),
        Figure::same("freight_expense"),
    ]
}
