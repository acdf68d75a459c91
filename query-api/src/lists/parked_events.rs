//! Parked events, newest first: every event that ever came before what it needs (reports.md §11).

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::ParkedState;
use events_schema::{Calendar, EventId, Id};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::database::{Argument, DatabaseError, Row};
use crate::export::{Cells, Column, Document, Label, words};
use crate::extract::ValidQuery;
use crate::figure::{LocalTime, ParkedStateWord};
use crate::lists::page::{self, ListItem, Page};
use crate::lists::query::{ListQuery, list_query};
use crate::lists::search::{FEW, Prefix, Searched};
use crate::lists::selection::{List, Selection, Tables};
use crate::problem::{Problem, ProblemDocument};
use crate::read_models::Reading;
use crate::row;

list_query! {
    /// Which parked events are asked for.
    pub(crate) struct ParkedEventsQuery {
        /// Events that stand so now.
        #[param(value_type = Option<ParkedStateWord>)]
        state: Option<ParkedState>,
        /// Events with this `id`.
        #[param(value_type = Option<String>)]
        event_id: Option<EventId>,
        /// Events that wait, or waited last, for the order, member or payment with this id.
        #[param(value_type = Option<String>)]
        awaited_id: Option<Id>,
        /// Events that were rejected with this code in the end.
        #[param(value_type = Option<String>, example = "order_refunded")]
        code: Option<Id>,
        /// What the event's `id`, or the id of what it waits for, begins with.
        #[param(value_type = Option<String>, min_length = 1, max_length = 200)]
        q: Option<Prefix>,
    }
}

/// An event that came before what it needs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ParkedEventItem {
    /// Where it was parked: by this it is discarded.
    #[schema(example = 1204)]
    pub position: i64,
    /// The `CloudEvent` as published.
    #[schema(value_type = Option<Object>)]
    pub event: Option<Box<RawValue>>,
    /// Whether it still waits, or what became of it.
    #[schema(value_type = ParkedStateWord)]
    pub state: ParkedState,
    /// The code with which it was rejected in the end.
    pub code: Option<String>,
    /// When it was parked.
    pub parked_at: LocalTime,
    /// What it waits for, or waited for last: `order`, `member` or `payment`.
    #[schema(example = "order")]
    pub waits_for: String,
    /// The id of that order, member or payment.
    pub awaited_id: String,
}

impl ListItem for ParkedEventItem {
    const DOCUMENT: Document =
        Document { name: "parked-events", title: Label::new("待处理事件", "Parked events") };
    const COLUMNS: &'static [Column] = &[
        Column::count("position", "位置", "Position"),
        Column::text("event", "事件", "Event"),
        Column::text("state", "状态", "State"),
        Column::text("code", "错误代码", "Code"),
        Column::time("parked_at", "搁置时间", "Parked at"),
        Column::text("waits_for", "等待对象", "Waits for"),
        Column::text("awaited_id", "等待对象ID", "Awaited ID"),
    ];

    fn read(row: &Row, calendar: &Calendar) -> Result<Self, DatabaseError> {
        Ok(Self {
            position: row.get("birth")?,
            event: row::json(row, "event")?,
            state: row::word(row, "state")?,
            code: row.get("code")?,
            parked_at: row::time(row, "parked_at", calendar)?,
            waits_for: row.get("waits_for")?,
            awaited_id: row.get("awaited_id")?,
        })
    }

    fn cells(row: &Row, cells: &mut Cells) -> Result<(), DatabaseError> {
        cells
            .count(row.get::<i64>("birth")?)
            .text(row.get::<&str>("event")?)
            .word(words::PARKED_STATES, row::name::<ParkedState>(row, "state")?);
        cells
            .text(row.get::<Option<&str>>("code")?)
            .time(row::instant(row, "parked_at")?)
            .text(row.get::<&str>("waits_for")?);
        cells.text(row.get::<&str>("awaited_id")?);
        Ok(())
    }
}

/// Parked events
///
/// Every event that was ever parked, newest first by the time it was. Without a range: all of them.
#[utoipa::path(
    get, path = "/v1/parked-events", tag = "lists", params(ParkedEventsQuery),
    responses(
        (status = 200, description = "A page of parked events", body = Page<ParkedEventItem>,
            headers(("Ledger-Position" = u64, description = "The position that the items reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_cursor`", body = ProblemDocument),
    )
)]
pub(crate) async fn parked_events(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<ParkedEventsQuery>,
) -> Result<Response, Problem> {
    page::answer(&reading, &query).await
}

impl ListQuery for ParkedEventsQuery {
    type Item = ParkedEventItem;

    fn selection(&self) -> Selection {
        Selection::new(&PARKED_EVENTS)
            .id("p.event_id", self.event_id.as_deref())
            .id_by_time("p.awaited_id", self.awaited_id.as_deref())
            .word("p.state", self.state.map(Argument::term))
            .looked_at("p.code", self.code.as_deref())
            .search(self.q.as_ref())
    }
}

/// The list of parked events.
pub(crate) static PARKED_EVENTS: List = List {
    name: "parked-events",
    columns: "p.birth, p.event, p.state, p.code, p.parked_at, p.waits_for, p.awaited_id",
    tables: &[Tables {
        table: "parked_events",
        first: "p",
        always: "true",
        walked: "true",
        joined: "",
        on: "true",
        key: &["p.parked_at", "p.birth"],
    }],
    searched: &[
        Searched {
            column: "p.event_id",
            found: FOUND,
            indexed: "event_id",
            counted: "parked_events where",
            few_max: FEW,
        },
        Searched {
            column: "p.awaited_id",
            found: FOUND,
            indexed: "awaited_id",
            counted: "parked_events where",
            few_max: FEW,
        },
    ],
    amount: None,
};

/// Events that are searched.
const FOUND: &str = "select parked_at, birth from parked_events where";
