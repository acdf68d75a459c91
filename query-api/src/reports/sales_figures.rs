//! What a selection of orders adds up to: the columns of the sales cells, read from cells and orders alike.

use std::sync::LazyLock;

use crate::range::Grains;
use events_schema::terms::{OrderStatus, Term};

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
/// The figures after those of statuses: sums that orders and cells keep under the same name.
const SUMS: [&str; 10] = [
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
/// How many figures there are.
const FIGURES: usize = COUNTS.len() + 2 * STATUSES + SUMS.len();

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

    /// [`SUMS`].
    pub(super) fn sums(&self) -> [i64; SUMS.len()] {
        std::array::from_fn(|sum| self.0[FIGURES - SUMS.len() + sum])
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
    let when = |status: &str, figure: &str| format!("case when status = '{status}' then {figure} else 0 end");
    let names = OrderStatus::NAMES.iter();
    let orders = names.clone().map(|status| Figure::new(format!("{status}_orders"), when(status, "1")));
    let amounts = names.map(|status| Figure::new(amount_column(status), when(status, "payable")));
    let counts = [Figure::new("orders", "1"), Figure::same("paid_orders"), Figure::same("returned_orders")];
    counts.into_iter().chain(orders).chain(amounts).chain(SUMS.map(Figure::same)).collect()
}
