//! Cash entries (收入明细, 支出明细), newest first.

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{CashKind, Direction, Method, Mode, Term};
use events_schema::{Calendar, Id};
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, CashKindWord, DirectionWord, LocalTime, MethodWord, ModeWord};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW, FEW_LOOKED_UP, Prefix, Searched, stretches};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which cash entries are asked for.
    pub(crate) struct CashEntriesQuery {
        /// Income or expense.
        #[param(value_type = Option<DirectionWord>)]
        direction: Option<Direction>,
        /// Entries of this kind.
        #[param(value_type = Option<CashKindWord>)]
        kind: Option<CashKind>,
        /// Entries by this method.
        #[param(value_type = Option<MethodWord>)]
        method: Option<Method>,
        /// Entries by methods of this mode.
        #[param(value_type = Option<ModeWord>)]
        mode: Option<Mode>,
        /// Entries of this order.
        #[param(value_type = Option<String>)]
        order_id: Option<Id>,
        /// Entries of this order, payment or withdrawal.
        #[param(value_type = Option<String>)]
        source_id: Option<Id>,
        /// What the order number, the order, payment or withdrawal id, or the reference begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// Money that moved outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashEntry {
    /// When it moved.
    pub occurred_at: LocalTime,
    /// Whether it came in or went out.
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    /// What it was for.
    #[schema(value_type = CashKindWord)]
    pub kind: CashKind,
    /// How it moved.
    #[schema(value_type = MethodWord)]
    pub method: Method,
    /// Online or offline.
    #[schema(value_type = ModeWord)]
    pub mode: Mode,
    /// How much.
    pub amount: Amount,
    /// The id of the order, payment or withdrawal that it belongs to.
    pub source_id: String,
    /// The order that it belongs to.
    pub order_id: Option<String>,
    /// The number of that order.
    pub order_no: Option<String>,
    /// What the channel or the bank calls it.
    pub reference: Option<String>,
    /// The position of the event that made it.
    #[schema(example = 1204)]
    pub position: i64,
}

impl ListItem for CashEntry {
    const DOCUMENT: Document =
        Document { name: "cash-entries", title: Label::new("收支明细", "Cash entries") };
    const COLUMNS: &'static [Column] = &[
        Column::time("occurred_at", "发生时间", "Occurred at"),
        Column::text("direction", "收支方向", "Direction"),
        Column::text("kind", "类型", "Kind"),
        Column::text("method", "支付方式", "Method"),
        Column::text("mode", "支付渠道", "Mode"),
        Column::amount("amount", "金额", "Amount"),
        Column::text("source_id", "来源ID", "Source ID"),
        Column::text("order_id", "订单ID", "Order ID"),
        Column::text("order_no", "来源订单号", "Order no."),
        Column::text("reference", "流水号", "Reference"),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        let kind: CashKind = row::word(row, "kind")?;
        let method: Method = row::word(row, "method")?;
        Ok(Self {
            occurred_at: row::time(row, "occurred_at", calendar)?,
            direction: kind.direction(),
            kind,
            method,
            mode: method.mode(),
            amount: row::amount(row, "amount")?,
            source_id: row.get("source_id")?,
            order_id: row.get("order_id")?,
            order_no: row.get("order_no")?,
            reference: row.get("reference")?,
            position: row.get("position")?,
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        let (kind, method): (CashKind, Method) = (row::word(row, "kind")?, row::word(row, "method")?);
        cells
            .time(row::instant(row, "occurred_at")?)
            .word(words::DIRECTIONS, kind.direction().as_str())
            .word(words::CASH_KINDS, row::name::<CashKind>(row, "kind")?);
        cells
            .word(words::METHODS, row::name::<Method>(row, "method")?)
            .word(words::MODES, method.mode().as_str())
            .amount(row::amount(row, "amount")?);
        cells
            .text(row.get::<&str>("source_id")?)
            .text(row.get::<Option<&str>>("order_id")?)
            .text(row.get::<Option<&str>>("order_no")?);
        cells.text(row.get::<Option<&str>>("reference")?);
        Ok(())
    }
}

/// Cash entries (收入明细, 支出明细)
///
/// Newest first by the time the money moved. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/cash-entries", tag = "lists", params(CashEntriesQuery),
    responses(
        (status = 200, description = "A page of cash entries", body = Page<CashEntry>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn cash_entries(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<CashEntriesQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for CashEntriesQuery {
    type Item = CashEntry;

    fn selection(&self) -> Selection {
        let kinds = CashKind::ALL.iter().filter(|kind| {
            self.kind.is_none_or(|wanted| wanted == **kind)
                && self.direction.is_none_or(|wanted| wanted == kind.direction())
        });
        let selection = Selection::new(&CASH_ENTRIES)
            .id_where(OF_ORDER, self.order_id.as_deref())
            .id_where(OF_SOURCE, self.source_id.as_deref())
            .split("e.kind", kinds.copied().collect())
            .search(self.q.as_ref());
        if self.method.is_none() && self.mode.is_none() {
            return selection;
        }
        let methods = Method::ALL.iter().filter(|method| {
            self.method.is_none_or(|wanted| wanted == **method)
                && self.mode.is_none_or(|wanted| wanted == method.mode())
        });
        selection.split("e.method", methods.copied().collect())
    }
}

/// The list of cash entries. Its indexes have the kind before the time, one of them the method as well.
pub(crate) static CASH_ENTRIES: List = List {
    name: "cash-entries",
    columns: CASH_ENTRY_COLUMNS,
    tables: &[Tables {
        table: "cash_entries",
        first: "e",
        always: "true",
        walked: "true",
        joined: OF_THE_ORDER,
        on: "true",
        key: &["e.occurred_at", "e.position"],
    }],
    searched: &[
        Searched {
            column: "o.order_no",
            found: OF_ORDERS,
            indexed: "o.order_no",
            counted: "orders o where",
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "o.order_id",
            found: OF_ORDERS,
            indexed: "o.order_id",
            counted: "orders o where",
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "e.source_id",
            found: FOUND,
            indexed: "source_id",
            counted: "cash_entries where",
            few_max: FEW_LOOKED_UP,
        },
        Searched {
            column: "e.reference",
            found: OF_REFERENCES,
            indexed: "x.reference",
            counted: REFERENCES,
            few_max: FEW,
        },
    ],
    amount: Some("e.amount"),
};

/// The columns of a [`CashEntry`].
pub(super) const CASH_ENTRY_COLUMNS: &str = "e.occurred_at, e.kind, e.method, e.amount, \
    coalesce(e.source_id, o.order_id) as source_id, o.order_id, o.order_no, e.reference, e.position";
/// The order of a cash entry, for [`CASH_ENTRY_COLUMNS`].
pub(super) const OF_THE_ORDER: &str = "left join orders o on o.birth = e.order_birth";
/// The entries of one order.
const OF_ORDER: &str = "e.order_birth in (select birth from orders where order_id = {})";
/// The entries whose source has this id: a payment, a withdrawal, or else the order.
const OF_SOURCE: &str = "e.position in (select position from cash_entries where source_id = {} union all \
    select c.position from orders b cross join cash_entries c \
    where b.order_id = {} and c.order_birth = b.birth and c.source_id is null)";
/// Entries that are searched themselves.
const FOUND: &str = "select occurred_at, position from cash_entries where";
/// Entries whose references are searched.
const OF_REFERENCES: &str = concat!(
    "select x.occurred_at, x.position from ",
    stretches!("cash_entries", "position"),
    " x where x.position >> 19 = stretch.number and"
);
/// Entries with references.
const REFERENCES: &str =
    concat!(stretches!("cash_entries", "position"), " x where x.position >> 19 = stretch.number and");
/// Entries whose orders are searched.
const OF_ORDERS: &str = "select c.occurred_at, c.position from orders o cross join cash_entries c where c.order_birth = o.birth and";
