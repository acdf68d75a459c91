//! Cash (收支统计): money that came in and went out in a range, and what there was before.

use std::sync::LazyLock;

use axum::extract::State;
use events_schema::terms::{CashKind, Direction, Method, Mode, Term};
use events_schema::{Grain, Position, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, Report};
use crate::database::Row;
use crate::extract::ValidQuery;
use crate::figure::{Amount, CashKindWord, DirectionWord, MethodWord, ModeWord};
use crate::period::{self, Moment};
use crate::pieces::{Figure, Source, Sums};
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::row::word;
use crate::snapshot::Snapshot;

/// What the cash report is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CashQuery {
    /// Entries from this instant on, or from the local midnight of this date. Absent: from the beginning; absent
    /// together with `to`: today.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    from: Option<Moment>,
    /// Entries before this instant, or before the local midnight of this date. Absent: until the end of today.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    to: Option<Moment>,
    /// Wait until the figures reflect this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    min_position: Option<Position>,
}

/// The figures of the cash report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashReport {
    /// What there was before the range: all income less all expense until then.
    pub opening_balance: Amount,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
    /// Income less expense.
    pub net: Amount,
    /// 平台结存: opening balance and net.
    pub closing_balance: Amount,
    /// Online and offline.
    pub by_mode: Vec<CashOfMode>,
    /// The seven methods by which money moves outside.
    pub by_method: Vec<CashOfMethod>,
    /// The eleven kinds of entries.
    pub by_kind: Vec<CashOfKind>,
}

/// A number of cash entries, and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashSum {
    /// How many entries.
    pub count: i64,
    /// Their amount.
    pub amount: Amount,
}

/// What moved by methods of one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashOfMode {
    /// Online or offline.
    #[schema(value_type = ModeWord)]
    pub mode: Mode,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
}

/// What moved by one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashOfMethod {
    /// The method.
    #[schema(value_type = MethodWord)]
    pub method: Method,
    /// Its mode.
    #[schema(value_type = ModeWord)]
    pub mode: Mode,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
}

/// The entries of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashOfKind {
    /// What the entries were for.
    #[schema(value_type = CashKindWord)]
    pub kind: CashKind,
    /// Whether they brought money in or took it out.
    #[schema(value_type = DirectionWord)]
    pub direction: Direction,
    /// How many entries.
    pub count: i64,
    /// Their amount.
    pub amount: Amount,
}

/// What the entries of one kind and method add up to.
#[derive(Clone, Copy, Debug)]
struct Sum {
    kind: CashKind,
    method: Method,
    entries: i64,
    amount: i64,
}

impl CashReport {
    fn new(opening: i64, sums: &[Sum]) -> Self {
        let [income, expense] = both(sums, |_| true);
        let net = income.amount.0 - expense.amount.0;
        let by_mode = [Mode::Online, Mode::Offline].map(|mode| {
            let [income, expense] = both(sums, |sum| sum.method.mode() == mode);
            CashOfMode { mode, income, expense }
        });
        let by_method = Method::EXTERNAL.map(|method| {
            let [income, expense] = both(sums, |sum| sum.method == method);
            CashOfMethod { method, mode: method.mode(), income, expense }
        });
        let by_kind = CashKind::ALL.iter().map(|&kind| {
            let CashSum { count, amount } = add(sums.iter().filter(|sum| sum.kind == kind));
            CashOfKind { kind, direction: kind.direction(), count, amount }
        });
        Self {
            opening_balance: Amount::minor(opening),
            income,
            expense,
            net: Amount(net),
            closing_balance: Amount::minor(opening + net.minor()),
            by_mode: by_mode.to_vec(),
            by_method: by_method.to_vec(),
            by_kind: by_kind.collect(),
        }
    }
}

/// Income and expense of those sums that `wanted` takes.
fn both(sums: &[Sum], wanted: impl Fn(&Sum) -> bool) -> [CashSum; 2] {
    [Direction::Income, Direction::Expense]
        .map(|direction| add(sums.iter().filter(|sum| sum.kind.direction() == direction && wanted(sum))))
}

fn add<'a>(sums: impl Iterator<Item = &'a Sum>) -> CashSum {
    let (count, amount) =
        sums.fold((0, 0), |(count, amount), sum| (count + sum.entries, amount + sum.amount));
    CashSum { count, amount: Amount::minor(amount) }
}

/// Cash (收支统计)
///
/// Money that came in and went out in the range, and what there was before it.
#[utoipa::path(
    get, path = "/v1/reports/cash", tag = "reports", params(CashQuery),
    responses(
        (status = 200, description = "The report", body = Report<CashReport>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`", body = ProblemDocument),
    )
)]
pub(crate) async fn cash(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<CashQuery>,
) -> Result<Answer<Report<CashReport>>, Problem> {
    let mut snapshot = reading.at_least(query.min_position).await?;
    let range = period::of_report(query.from, query.to, Timestamp::now(), &snapshot.calendar)?;
    let figures = read(&mut snapshot, range).await?;
    Ok(Report::answer("cash", range, snapshot, figures))
}

/// The cash over `range`.
pub(crate) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<CashReport, sqlx::Error> {
    let opening = read_opening(snapshot, range).await?;
    let sums = read_sums(snapshot, range).await?;
    Ok(CashReport::new(opening, &sums))
}

/// All income less all expense before `range`.
async fn read_opening(snapshot: &mut Snapshot, range: Range) -> Result<i64, sqlx::Error> {
    let net: Option<i64> = snapshot.fetch_one(NET.over(range.before(), &snapshot.calendar)).await?.get(0)?;
    Ok(net.unwrap_or_default())
}

async fn read_sums(snapshot: &mut Snapshot, range: Range) -> Result<Vec<Sum>, sqlx::Error> {
    snapshot
        .fetch_all(BY_KIND_AND_METHOD.over(range, &snapshot.calendar))
        .await?
        .iter()
        .map(Sum::read)
        .collect()
}

impl Sum {
    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            kind: word(row, "kind")?,
            method: word(row, "method")?,
            entries: row.get("entries")?,
            amount: row.get("amount")?,
        })
    }
}

/// Where cash figures are kept. The index of the entries begins with the kind, so all of them are named.
const CASH: Source = Source {
    cells: "cash_cells",
    cells_where: "true",
    finest: Grain::Hour,
    rows: "cash_entries",
    rows_where: "kind in ('order_payment', 'recharge', 'scan_payment', 'surplus_payment', 'order_refund', \
        'recharge_refund', 'scan_refund', 'surplus_refund', 'supplier_withdrawal', 'distributor_withdrawal', \
        'member_withdrawal')",
    rows_at: "occurred_at",
};

/// What the entries of each kind and method add up to.
pub(super) static BY_KIND_AND_METHOD: LazyLock<Sums> = LazyLock::new(|| {
    CASH.sums(&["kind", "method"], &[Figure::new("entries", "1"), Figure::same("amount")], "true")
});

/// All income less all expense.
pub(super) static NET: LazyLock<Sums> = LazyLock::new(|| {
    let income = CashKind::ALL.iter().filter(|kind| kind.direction() == Direction::Income);
    let income: Vec<_> = income.map(|kind| format!("'{kind}'")).collect();
    let signed = format!("case when kind in ({}) then amount else -amount end", income.join(", "));
    CASH.sums(&[], &[Figure { name: "net".to_owned(), of_cell: signed.clone(), of_row: signed }], "true")
});
