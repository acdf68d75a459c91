//! What the address of items answers.

use events_schema::{Calendar, Position};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{DatabaseError, Row};
use crate::figure::{Amount, LocalTime, Ratio};
use crate::items::figured::{Sum, Unit};
use crate::row;

/// What adds up to a figure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Items {
    /// The report.
    pub report: &'static str,
    /// The figure.
    pub figure: String,
    /// What all items add up to, of all pages: the figure. Null for a ratio.
    pub sum: Option<Share>,
    /// The parts of a ratio; absent for any other figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<RatioParts>,
    /// The items, the newest first; of a ratio none.
    pub items: Vec<Item>,
    /// What to give as `cursor` for the next page; null at the end.
    pub next_cursor: Option<String>,
    /// The first instant that the figure covers, in local time; null when it has no beginning.
    pub from: Option<LocalTime>,
    /// The first instant after those that it covers, in local time; null when it has no end.
    pub to: Option<LocalTime>,
    /// The position of the log that the items reflect.
    #[schema(value_type = u64, example = 1204)]
    pub position: Position,
}

/// The two sums that a ratio divides.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RatioParts {
    /// The ratio; null when its denominator is 0.
    pub value: Option<Ratio>,
    /// What is divided.
    pub numerator: RatioPart,
    /// By what.
    pub denominator: RatioPart,
}

/// One of them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RatioPart {
    /// The name under which it is taken apart.
    #[schema(example = "total.profit_margin.numerator")]
    pub figure: String,
    /// What it is.
    pub sum: Share,
}

/// A count, or an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Share {
    /// Of things.
    Count(i64),
    /// Of money.
    Amount(Amount),
}

/// Something that adds to a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Item {
    /// What it is: `order`, `settlement`, `refund`, `commission`, `cash_entry`, `withdrawal`, `balance_entry`, `member`.
    #[schema(example = "order")]
    pub entity: &'static str,
    /// Its own id: of the order, refund, withdrawal, member, distributor; of a cash entry, of what it came from.
    pub id: String,
    /// The order that it belongs to.
    pub order_id: Option<String>,
    /// The number of that order.
    pub order_no: Option<String>,
    /// The type of its product.
    pub product_type: Option<String>,
    /// Its product, payee or distributor; of an entry, its kind.
    pub name: Option<String>,
    /// The time by which it belongs into the range of the report.
    pub at: LocalTime,
    /// What it adds to the figure.
    pub share: Share,
    /// The position of the event after which it adds this.
    #[schema(value_type = u64)]
    pub position: Position,
}

impl Share {
    /// `number` of what `unit` counts; of money, minor units.
    pub(crate) const fn new(unit: Unit, number: i64) -> Self {
        match unit {
            Unit::Count => Self::Count(number),
            Unit::Amount => Self::Amount(Amount::minor(number)),
        }
    }
}

impl Share {
    /// The number: a count, or minor units.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Count(number) => number,
            Self::Amount(amount) => amount.0.minor(),
        }
    }
}

impl Item {
    /// The item of this row of `sum`.
    pub(crate) fn read(row: &Row, sum: &Sum, calendar: &Calendar) -> Result<Self, DatabaseError> {
        Ok(Self {
            entity: sum.family.name,
            id: row.get("id")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            product_type: row.get("product_type")?,
            name: row.get("name")?,
            at: row::time(row, "at", calendar)?,
            share: Share::new(sum.unit, row.get("share")?),
            position: Position::new(row.get::<i64>("position")?.cast_unsigned()),
        })
    }
}
