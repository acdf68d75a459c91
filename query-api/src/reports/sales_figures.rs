//! What a selection of orders adds up to: the columns of the sales cells, read from cells and orders alike.

use std::ops::AddAssign;
use std::sync::LazyLock;

use events_schema::Grain;
use events_schema::terms::{OrderStatus, Term};

use crate::database::Row;
use crate::pieces::{self, Figure, Source};

/// Where sales figures are kept.
pub(super) const SALES: Source = Source {
    cells: "sales_cells",
    cells_where: "true",
    finest: Grain::Hour,
    rows: "orders join order_states using (birth, placed_at, product_type)",
    rows_where: "true",
    rows_at: "placed_at",
};

/// The condition of the filter by product type, which is bound to the first place after the range.
pub(super) const OF_PRODUCT_TYPE: &str = "product_type = $27";
const _: () = assert!(pieces::FIRST_FILTER == 27);

/// Number of statuses that an order can have.
const STATUSES: usize = OrderStatus::NAMES.len();
/// How many columns [`Sums`] reads, after the product type.
const COLUMNS: usize = 3 + 2 * STATUSES + SUMS.len();
/// The sums that orders and cells keep under the same name, in the order of [`Sums::money`].
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

/// What a selection of orders adds up to. Money is in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// Orders.
    pub(super) orders: i64,
    /// Orders that were paid.
    pub(super) paid_orders: i64,
    /// Paid orders with at least one completed refund.
    pub(super) returned_orders: i64,
    /// Orders in each status.
    pub(super) status_orders: [i64; STATUSES],
    /// Payable amount of the orders in each status.
    pub(super) status_amounts: [i64; STATUSES],
    /// [`SUMS`].
    money: [i64; SUMS.len()],
}

impl Sums {
    /// Amounts before discounts, of paid orders.
    pub(super) const fn sales_amount(&self) -> i64 {
        self.money[0]
    }

    /// Discounts of paid orders.
    pub(super) const fn discount_amount(&self) -> i64 {
        self.money[1]
    }

    /// What is left of paid orders that are not consumed.
    pub(super) const fn prepaid_amount(&self) -> i64 {
        self.money[2]
    }

    /// What is left of consumed orders.
    pub(super) const fn realised_amount(&self) -> i64 {
        self.money[3]
    }

    /// Actual refunds.
    pub(super) const fn refunded_amount(&self) -> i64 {
        self.money[4]
    }

    /// Fees kept of refunds.
    pub(super) const fn refund_fee_amount(&self) -> i64 {
        self.money[5]
    }

    /// What is left of orders in status `completed`.
    pub(super) const fn revenue(&self) -> i64 {
        self.money[6]
    }

    /// Purchase cost of orders in status `completed`.
    pub(super) const fn purchase_cost(&self) -> i64 {
        self.money[7]
    }

    /// Commissions of orders in status `completed`.
    pub(super) const fn commission_cost(&self) -> i64 {
        self.money[8]
    }

    /// Freight of orders in status `completed`.
    pub(super) const fn freight_cost(&self) -> i64 {
        self.money[9]
    }

    /// Reads the sums from the columns of [`BY_PRODUCT_TYPE`] after the first.
    pub(super) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let mut columns = [0; COLUMNS];
        for (index, column) in columns.iter_mut().enumerate() {
            *column = row.get(index + 1)?;
        }
        let mut sums = Self {
            orders: columns[0],
            paid_orders: columns[1],
            returned_orders: columns[2],
            ..Self::default()
        };
        let (statuses, money) = columns[3..].split_at(2 * STATUSES);
        sums.status_orders.copy_from_slice(&statuses[..STATUSES]);
        sums.status_amounts.copy_from_slice(&statuses[STATUSES..]);
        sums.money.copy_from_slice(money);
        Ok(sums)
    }
}

impl AddAssign<&Self> for Sums {
    fn add_assign(&mut self, other: &Self) {
        self.orders += other.orders;
        self.paid_orders += other.paid_orders;
        self.returned_orders += other.returned_orders;
        for (sum, more) in [
            (&mut self.status_orders[..], &other.status_orders[..]),
            (&mut self.status_amounts[..], &other.status_amounts[..]),
            (&mut self.money[..], &other.money[..]),
        ] {
            sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    }
}

/// The column of a cell with the payable amount of the orders in one status.
pub(super) fn amount_column(status: &str) -> String {
    // A refund's actual amount has the plain name.
    if status == "refunded" { "refunded_status_amount".to_owned() } else { format!("{status}_amount") }
}

/// The select of all sums by product type, from cells and orders.
fn by_product_type(filter: &str) -> pieces::Sums {
    let names = OrderStatus::NAMES.iter();
    let figures: Vec<Figure> =
        [Figure::new("orders", "1"), Figure::same("paid_orders"), Figure::same("returned_orders")]
            .into_iter()
            .chain(names.clone().map(|status| {
                Figure::new(
                    format!("{status}_orders"),
                    format!("case when status = '{status}' then 1 else 0 end"),
                )
            }))
            .chain(names.map(|status| {
                Figure::new(
                    amount_column(status),
                    format!("case when status = '{status}' then payable else 0 end"),
                )
            }))
            .chain(SUMS.map(Figure::same))
            .collect();
    // A type that is only in what was too much has no order in the range.
    let sums = SALES.sums(&["product_type"], &figures, filter);
    sums.then(" having sum(orders) > 0 order by product_type")
}

/// The product type and all [`Sums`] of each type in a range.
pub(super) static BY_PRODUCT_TYPE: LazyLock<pieces::Sums> = LazyLock::new(|| by_product_type("true"));
/// The same of one product type, `$27`.
pub(super) static OF_ONE_PRODUCT_TYPE: LazyLock<pieces::Sums> =
    LazyLock::new(|| by_product_type(OF_PRODUCT_TYPE));
