//! Withdrawals (提现统计): those requested in a range, as decided now (reports.md §7).

use crate::database::{Argument, DatabaseError};
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{PayeeKind, Term, WithdrawalMethod, WithdrawalState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::export::{Cells, Column, Document, Label, Stopped, Table, Writer, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, PayeeKindWord, WithdrawalMethodWord};
use crate::pieces::{Figure, Past, PastRows, Source, Sums, first_filter};
use crate::problem::{Problem, ProblemDocument};
use crate::range::{Grains, Range};
use crate::read_models::Reading;
use crate::reports::query::{Figures, report_query};
use crate::reports::split::Totals;
use crate::row::word;
use crate::snapshot::Snapshot;

report_query! {
    /// What the report of withdrawals is asked for.
    WithdrawalsQuery {
        /// Withdrawals of payees of this kind only.
        #[param(value_type = Option<PayeeKindWord>)]
        payee_kind: Option<PayeeKind>,
    }
}

/// The figures of the report of withdrawals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithdrawalsReport {
    /// All of the selection.
    pub total: WithdrawalsRow,
    /// The same by each of the three methods.
    pub by_method: Vec<WithdrawalsOfMethod>,
}

/// The withdrawals by one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithdrawalsOfMethod {
    /// 提现方式.
    #[schema(value_type = WithdrawalMethodWord)]
    pub method: WithdrawalMethod,
    /// Its withdrawals.
    #[serde(flatten)]
    pub row: WithdrawalsRow,
}

/// What withdrawals add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithdrawalsRow {
    /// 待审核.
    pub pending: WithdrawalsSum,
    /// 转账中.
    pub approved: WithdrawalsSum,
    /// 已提现.
    pub paid: WithdrawalsSum,
    /// 未通过.
    pub rejected: WithdrawalsSum,
}

/// A number of withdrawals, and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct WithdrawalsSum {
    /// How many withdrawals.
    pub count: i64,
    /// Their amount.
    pub amount: Amount,
}

impl WithdrawalsRow {
    fn add(&mut self, state: WithdrawalState, count: i64, amount: Amount) {
        let sum = match state {
            WithdrawalState::Pending => &mut self.pending,
            WithdrawalState::Approved => &mut self.approved,
            WithdrawalState::Paid => &mut self.paid,
            WithdrawalState::Rejected => &mut self.rejected,
        };
        sum.count += count;
        sum.amount.0 += amount.0;
    }
}

impl Figures for WithdrawalsReport {
    const DOCUMENT: Document =
        Document { name: "withdrawals", title: Label::new("提现统计", "Withdrawals") };

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        self.total.write("合计", "Total", file).await?;
        let mut rows = file.table(&Table::section("按提现方式", "By method", BY_METHOD)).await?;
        for WithdrawalsOfMethod { method, row } in &self.by_method {
            row.cells(rows.row().await?.word(words::WITHDRAWAL_METHODS, method.as_str()));
        }
        Ok(())
    }
}

/// Makes the columns of withdrawals in each state, after `$first`.
macro_rules! columns {
    ($($first:expr)?) => {
        &[
            $($first,)?
            Column::count("pending_count", "待审核笔数", "Pending, count"),
            Column::amount("pending_amount", "待审核金额", "Pending"),
            Column::count("approved_count", "转账中笔数", "Approved, count"),
            Column::amount("approved_amount", "转账中金额", "Approved"),
            Column::count("paid_count", "已提现笔数", "Paid, count"),
            Column::amount("paid_amount", "已提现金额", "Paid"),
            Column::count("rejected_count", "未通过笔数", "Rejected, count"),
            Column::amount("rejected_amount", "未通过金额", "Rejected"),
        ]
    };
}
const BY_METHOD: &[Column] = columns!(Column::text("method", "提现方式", "Method"));

impl WithdrawalsRow {
    fn cells(&self, cells: &mut Cells) {
        for sum in [self.pending, self.approved, self.paid, self.rejected] {
            cells.count(sum.count).amount(sum.amount);
        }
    }

    /// Writes a table of one row.
    pub(super) async fn write(
        &self,
        zh: &'static str,
        en: &'static str,
        file: &mut Writer,
    ) -> Result<(), Stopped> {
        const COLUMNS: &[Column] = columns!();
        let mut rows = file.table(&Table::section(zh, en, COLUMNS)).await?;
        self.cells(rows.row().await?);
        Ok(())
    }
}

/// Withdrawals (提现统计)
///
/// The withdrawals requested in the range, as decided now.
#[utoipa::path(
    get, path = "/v1/reports/withdrawals", tag = "reports", params(WithdrawalsQuery),
    responses(
        (status = 200, description = "The report", body = Report<WithdrawalsReport>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn withdrawals(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<WithdrawalsQuery>,
) -> Result<Response, Problem> {
    let read_it = async |snapshot: &mut Snapshot, range| read(snapshot, range, query.payee_kind).await;
    query.common().answer(&reading, read_it).await
}

/// The withdrawals over `range`, of payees of one kind or of all.
pub(crate) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
    payee_kind: Option<PayeeKind>,
) -> Result<WithdrawalsReport, DatabaseError> {
    let select = if payee_kind.is_some() { &OF_ONE_KIND } else { &OF_ALL };
    let mut sql = select.over(range, snapshot);
    if let Some(kind) = payee_kind {
        sql = sql.with(Argument::term(kind));
    }
    let mut total = WithdrawalsRow::default();
    let mut by_method: Vec<_> = WithdrawalMethod::ALL
        .iter()
        .map(|&method| WithdrawalsOfMethod { method, row: WithdrawalsRow::default() })
        .collect();
    for row in snapshot.fetch_all(sql).await? {
        let (method, state): (WithdrawalMethod, WithdrawalState) =
            (word(&row, "method")?, word(&row, "state")?);
        let (count, amount) = (row.get("withdrawals")?, Amount::minor(row.get("amount")?));
        total.add(state, count, amount);
        by_method[method.ordinal()].row.add(state, count, amount);
    }
    Ok(WithdrawalsReport { total, by_method })
}

/// The total over `range`, of payees of one kind. Nothing is grouped for it: the database adds up as it reads.
pub(super) async fn read_total(
    snapshot: &mut Snapshot,
    range: Range,
    payee_kind: PayeeKind,
) -> Result<WithdrawalsRow, DatabaseError> {
    let sql = TOTAL_OF_ONE_KIND.over(range, snapshot).with(Argument::term(payee_kind));
    let Totals(sums) = Totals::<SUMS>::read(&snapshot.fetch_one(sql).await?, 0)?;
    let mut total = WithdrawalsRow::default();
    for (state, pair) in WithdrawalState::ALL.iter().zip(sums.as_chunks::<2>().0) {
        total.add(*state, pair[0], Amount::minor(pair[1]));
    }
    Ok(total)
}

/// Where withdrawals are kept.
pub(crate) static SOURCE: Source = Source {
    cells: "withdrawal_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: "withdrawals",
    rows_where: "true",
    rows_at: "requested_at",
    past: Past {
        cells: "withdrawal_past",
        grains: Grains::DayToYear,
        key: &["grain", "start", "payee_kind", "method", "state"],
        rows: PastRows::Versions {
            versions: "withdrawal_versions",
            key: &["birth"],
            facts: "select birth as of_birth, requested_at, payee_kind, method, amount from withdrawals",
            at: "requested_at",
        },
    },
};

pub(crate) static OF_ALL: LazyLock<Sums> = LazyLock::new(|| select("true"));
static OF_ONE_KIND: LazyLock<Sums> = LazyLock::new(|| select(IS_OF_KIND));
/// The condition that payees are of the kind that is bound after the range.
const IS_OF_KIND: &str = concat!("payee_kind = ", first_filter!());
/// How many sums number and amount in each state are.
const SUMS: usize = 2 * WithdrawalState::NAMES.len();
/// Number and amount in each state.
static TOTAL_OF_ONE_KIND: LazyLock<Sums> = LazyLock::new(|| {
    let both = |state: &WithdrawalState| {
        let number = state.ordinal();
        let when = |figure: &str| format!("case when state = {number} then {figure} else 0 end");
        let figure = |name: &str, of_cell, of_row| Figure {
            name: format!("{state}_{name}"),
            of_cell: when(of_cell),
            of_row: when(of_row),
        };
        [figure("count", "withdrawals", "1"), figure("amount", "amount", "amount")]
    };
    let figures: Vec<_> = WithdrawalState::ALL.iter().flat_map(both).collect();
    SOURCE.sums(&[], &figures, IS_OF_KIND)
});

fn select(filter: &str) -> Sums {
    SOURCE.sums(&["method", "state"], &figures(), filter)
}

/// What cells have, and what a withdrawal adds to it.
pub(crate) fn figures() -> Vec<Figure> {
    vec![Figure::new("withdrawals", "1"), Figure::same("amount")]
}
