//! What the address of changes answers.

use events_schema::Position;
use serde::Serialize;
use utoipa::ToSchema;

use crate::figure::{Amount, LocalTime, Ratio};
use crate::items::{Item, Share};
use crate::range::Range;
use crate::snapshot::Snapshot;

/// What changed in a report between two moments.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "report": "sales",
    "from": "2026-11-01T00:00:00+08:00",
    "to": "2026-12-01T00:00:00+08:00",
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "as_of": 1000,
    "to_as_of": 1204,
    "figures": [{ "figure": "total.paid_amount", "before": "128.00", "after": "256.00", "change": "128.00" }],
    "figure": "total.paid_amount",
    "sum": "128.00",
    "events": [{
        "position": 1203, "entity": "order", "id": "O-17", "order_id": "O-17", "order_no": "NO-17",
        "product_type": "ticket", "name": "故宫门票", "at": "2026-11-05T09:30:00+08:00", "change": "128.00"
    }],
    "next_cursor": null
}))]
pub struct Diff {
    /// The report.
    pub report: &'static str,
    /// The first instant that it covers, in local time; null when it has no beginning.
    pub from: Option<LocalTime>,
    /// The first instant after those that it covers, in local time; null when it has no end.
    pub to: Option<LocalTime>,
    /// The time zone in which days and months are counted.
    #[schema(example = "Asia/Shanghai")]
    pub time_zone: String,
    /// The currency of all amounts.
    #[schema(example = "CNY")]
    pub currency: String,
    /// The position of the earlier moment.
    #[schema(value_type = u64, example = 1000)]
    pub as_of: Position,
    /// The position of the later moment.
    #[schema(value_type = u64, example = 1204)]
    pub to_as_of: Position,
    /// The figures that differ, sorted by their names. Where a figure is named: that one, of a ratio followed by its
    /// parts, whether or not they differ.
    pub figures: Vec<FigureChange>,
    /// The figure that is named; null where none is.
    pub figure: Option<String>,
    /// What all events add up to, of all pages: the change of the figure. Null without one, and for a ratio.
    pub sum: Option<Share>,
    /// The events that changed the figure, oldest first; none without one, and for a ratio.
    pub events: Vec<FigureEvent>,
    /// What to give as `cursor` for the next page; null at the end.
    pub next_cursor: Option<String>,
}

/// A figure at two moments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FigureChange {
    /// The figure, as in the JSON of the report.
    #[schema(example = "total.paid_amount")]
    pub figure: String,
    /// What it was at the earlier moment; null where it was not there: a product type or a step without anything in it,
    /// a ratio without a denominator.
    pub before: Option<Number>,
    /// What it was at the later moment, likewise.
    pub after: Option<Number>,
    /// After less before, where a count or an amount that is not there is nothing; null for a ratio of which one is
    /// null.
    pub change: Option<Number>,
}

/// A count, an amount or a ratio.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Number {
    /// Of things.
    Count(i64),
    /// Of money.
    Amount(Amount),
    /// Of two sums.
    Ratio(Ratio),
}

/// An event that changed a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FigureEvent {
    /// Its position: `/v1/audit/events` tells it, and `/v1/orders/{order_id}/events` where it is an order's.
    #[schema(value_type = u64, example = 1203)]
    pub position: Position,
    /// What it changed: `order`, `settlement`, `refund`, `commission`, `cash_entry`, `withdrawal`, `balance_entry`,
    /// `member`.
    #[schema(example = "order")]
    pub entity: &'static str,
    /// The id of that: of the order, refund, withdrawal, member, distributor; of a cash entry, of what it came from.
    pub id: String,
    /// The order that it belongs to.
    pub order_id: Option<String>,
    /// The number of that order.
    pub order_no: Option<String>,
    /// The type of its product.
    pub product_type: Option<String>,
    /// Its product, payee or distributor; of an entry, its kind.
    pub name: Option<String>,
    /// The time by which it belongs into the range of the report; not that of the event.
    pub at: LocalTime,
    /// What it adds to the figure after the event, less what it added before.
    pub change: Share,
}

impl Diff {
    /// Nothing yet, of a report over `range` between `as_of` and where `later` stands.
    pub(super) fn new(report: &'static str, range: Range, later: &Snapshot, as_of: Position) -> Self {
        let calendar = &later.calendar;
        Self {
            report,
            from: LocalTime::of_end(calendar, range.from),
            to: LocalTime::of_end(calendar, range.to),
            time_zone: calendar.name().to_owned(),
            currency: later.currency.clone(),
            as_of,
            to_as_of: later.position,
            figures: Vec::new(),
            figure: None,
            sum: None,
            events: Vec::new(),
            next_cursor: None,
        }
    }
}

impl Number {
    /// A count, or minor units; of a ratio nothing.
    pub(super) const fn minor(self) -> i64 {
        match self {
            Self::Count(number) => number,
            Self::Amount(amount) => amount.0.minor(),
            Self::Ratio(_) => 0,
        }
    }
}

impl From<Share> for Number {
    fn from(share: Share) -> Self {
        match share {
            Share::Count(number) => Self::Count(number),
            Share::Amount(amount) => Self::Amount(amount),
        }
    }
}

impl From<Item> for FigureEvent {
    fn from(item: Item) -> Self {
        let Item { entity, id, order_id, order_no, product_type, name, at, share, position } = item;
        Self { position, entity, id, order_id, order_no, product_type, name, at, change: share }
    }
}
