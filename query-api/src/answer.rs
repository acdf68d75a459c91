//! What every answer of the reading side has in common.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use events_schema::Position;
use serde::Serialize;
use utoipa::ToSchema;

use crate::figure::LocalTime;
use crate::problem::Problem;
use crate::range::Range;
use crate::snapshot::Snapshot;

/// The header that names the position which an answer reflects.
pub const LEDGER_POSITION: HeaderName = HeaderName::from_static("ledger-position");

/// A JSON body that stands at one position of the log.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// The position that the body reflects; the header `Ledger-Position` names it.
    pub position: Position,
    /// The body.
    pub body: T,
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.body) {
            Ok(body) => body,
            Err(error) => return Problem::internal(&error).into_response(),
        };
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            // Somebody's money: no cache on the way keeps it.
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (LEDGER_POSITION, HeaderValue::from(self.position.get())),
        ];
        (headers, body).into_response()
    }
}

/// A report: its name, what it covers, and its figures.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report<T> {
    /// The name of the report.
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
    /// The position of the log that the figures reflect.
    #[schema(value_type = u64, example = 1204)]
    pub position: Position,
    /// The figures.
    #[serde(flatten)]
    pub figures: T,
}

impl<T> Report<T> {
    /// The report called `report` over `range`, as `snapshot` has it.
    pub(crate) fn answer(report: &'static str, range: Range, snapshot: Snapshot, figures: T) -> Answer<Self> {
        let calendar = &snapshot.calendar;
        let body = Self {
            report,
            from: LocalTime::of_end(calendar, range.from),
            to: LocalTime::of_end(calendar, range.to),
            time_zone: calendar.name().to_owned(),
            currency: snapshot.currency,
            position: snapshot.position,
            figures,
        };
        Answer { position: snapshot.position, body }
    }
}
