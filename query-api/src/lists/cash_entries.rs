//! Cash entries (收入明细, 支出明细), newest first.

use axum::extract::State;
use events_schema::terms::{CashKind, Direction, Method, Mode, Term};
use events_schema::{Calendar, Id, Position};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::cursor::{Cursor, ListKind};
use crate::database::{Row, Sql};
use crate::extract::ValidQuery;
use crate::figure::{Amount, CashKindWord, DirectionWord, LocalTime, MethodWord, ModeWord};
use crate::lists::page::{Limit, Page, Prefix, push_equal, push_place};
use crate::period::{self, Moment};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::row;

/// Which cash entries are asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CashEntriesQuery {
    /// Entries from this instant on, or from the local midnight of this date.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    from: Option<Moment>,
    /// Entries before this instant, or before the local midnight of this date.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    to: Option<Moment>,
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
    /// Most items of the answer.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Wait until the list reflects this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
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

impl CashEntry {
    pub(super) fn read(row: &Row, calendar: &Calendar) -> Result<Self, sqlx::Error> {
        let method: Method = row::word(row, "method")?;
        Ok(Self {
            occurred_at: row::time(row, "occurred_at", calendar)?,
            direction: row::word(row, "direction")?,
            kind: row::word(row, "kind")?,
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
) -> Result<Answer<Page<CashEntry>>, Problem> {
    let after =
        query.cursor.as_deref().map(|cursor| Cursor::decode(cursor, ListKind::CashEntries)).transpose()?;
    let mut snapshot = reading.at_least(query.min_position).await?;
    let range = period::of_list(query.from, query.to, &snapshot.calendar)?;
    let rows = snapshot.fetch_all(query.sql(range, after)).await?;
    let items: Result<_, sqlx::Error> = rows
        .iter()
        .map(|row| {
            let cursor = Cursor { at: row.get("occurred_at")?, number: row.get("position")? };
            Ok((cursor, CashEntry::read(row, &snapshot.calendar)?))
        })
        .collect();
    Ok(Page::answer(items?, query.limit, ListKind::CashEntries, snapshot.position))
}

impl CashEntriesQuery {
    /// The index begins with the direction, so each direction is read newest first for itself, and both are merged.
    fn sql(&self, range: Range, after: Option<Cursor>) -> Sql {
        let mut sql = Sql::new("select * from (");
        for (index, direction) in self.directions().iter().enumerate() {
            sql.push(if index == 0 { "select * from (" } else { " union all select * from (" });
            self.push_direction(&mut sql, *direction, range, after);
            sql.push(")");
        }
        sql.push(") order by occurred_at desc, position desc limit ").bind(self.limit.rows());
        sql
    }

    fn push_direction(&self, sql: &mut Sql, direction: Direction, range: Range, after: Option<Cursor>) {
        sql.push(
            "select position, occurred_at, direction, kind, method, amount, source_id, order_id, order_no, reference \
             from cash_entries where direction = ",
        );
        sql.bind(direction.as_str());
        push_place(sql, ["occurred_at", "position"], range, after);
        push_equal(sql, "kind", self.kind.map(Term::as_str));
        push_equal(sql, "method", self.method.map(Term::as_str));
        push_equal(sql, "source_id", self.source_id.as_deref());
        if let Some(mode) = self.mode {
            let methods = Method::ALL.iter().filter(|method| method.mode() == mode);
            sql.push(" and method in (");
            for (index, method) in methods.enumerate() {
                sql.push(if index == 0 { "" } else { ", " }).bind(method.as_str());
            }
            sql.push(")");
        }
        if let Some(order_id) = self.order_id.as_deref() {
            sql.push(" and order_birth in (select birth from orders where order_id = ");
            sql.bind(order_id.to_owned()).push(")");
        }
        if let Some(prefix) = &self.q {
            prefix.push(sql, &["order_no", "order_id", "source_id", "reference"]);
        }
        sql.push(" order by occurred_at desc, position desc limit ").bind(self.limit.rows());
    }

    fn directions(&self) -> &'static [Direction] {
        match self.direction.or(self.kind.map(CashKind::direction)) {
            Some(Direction::Income) => &[Direction::Income],
            Some(Direction::Expense) => &[Direction::Expense],
            None => Direction::ALL,
        }
    }
}
