//! Balances (余额统计): what moved the members' balances in a range, and what there was before (reports.md §9).

use crate::database::DatabaseError;
use std::sync::LazyLock;

use axum::extract::State;
use axum::response::Response;
use events_schema::terms::{BalanceKind, Term};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::export::{Column, Document, Label, Stopped, Table, Writer, words};
use crate::extract::ValidQuery;
use crate::figure::{Amount, BalanceKindWord};
use crate::pieces::{Figure, Past, PastRows, Source, Sums};
use crate::problem::{Problem, ProblemDocument};
use crate::range::{Grains, Range};
use crate::read_models::Reading;
use crate::reports::query::{Figures, report_query};
use crate::row::word;
use crate::snapshot::Snapshot;

report_query! {
    /// What the report of balances is asked for.
    BalancesQuery {}
}

/// The figures of the report of balances, of all members together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BalancesReport {
    /// What there was before the range.
    pub opening_balance: Amount,
    /// By how much it changed.
    pub net: Amount,
    /// What there was after it: opening balance and net.
    pub closing_balance: Amount,
    /// The eight kinds of entries.
    pub by_kind: Vec<BalanceOfKind>,
}

/// The entries of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BalanceOfKind {
    /// What moved the balance.
    #[schema(value_type = BalanceKindWord)]
    pub kind: BalanceKind,
    /// How many entries.
    pub count: i64,
    /// By how much they moved balances, without the sign.
    pub amount: Amount,
}

impl Figures for BalancesReport {
    const DOCUMENT: Document = Document { name: "balances", title: Label::new("余额统计", "Balances") };

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        let mut rows = file.table(&Table::section("合计", "Total", TOTAL)).await?;
        rows.row().await?.amount(self.opening_balance).amount(self.net).amount(self.closing_balance);
        let mut rows = file.table(&Table::section("按变动类型", "By kind", BY_KIND_COLUMNS)).await?;
        for BalanceOfKind { kind, count, amount } in &self.by_kind {
            rows.row().await?.word(words::BALANCE_KINDS, kind.as_str()).count(*count).amount(*amount);
        }
        Ok(())
    }
}

const TOTAL: &[Column] = &[
    Column::amount("opening_balance", "期初余额", "Opening balance"),
    Column::amount("net", "净变动", "Net"),
    Column::amount("closing_balance", "期末余额", "Closing balance"),
];
const BY_KIND_COLUMNS: &[Column] = &[
    Column::text("kind", "变动类型", "Kind"),
    Column::count("count", "笔数", "Entries"),
    Column::amount("amount", "金额", "Amount"),
];

/// Balances (余额统计)
///
/// What moved the members' balances in the range, and what there was before it.
#[utoipa::path(
    get, path = "/v1/reports/balances", tag = "reports", params(BalancesQuery),
    responses(
        (status = 200, description = "The report", body = Report<BalancesReport>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn balances(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<BalancesQuery>,
) -> Result<Response, Problem> {
    query.common().answer(&reading, read).await
}

/// The balances over `range`.
pub(crate) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<BalancesReport, DatabaseError> {
    let before = NET.over(range.before(), snapshot);
    let opening: i64 = snapshot.fetch_one(before).await?.get::<Option<i64>>("change")?.unwrap_or_default();
    let mut by_kind: Vec<_> = BalanceKind::ALL
        .iter()
        .map(|&kind| BalanceOfKind { kind, count: 0, amount: Amount::default() })
        .collect();
    let mut net = 0;
    for row in snapshot.fetch_all(BY_KIND.over(range, snapshot)).await? {
        let change: i64 = row.get("change")?;
        let of_kind = &mut by_kind[word::<BalanceKind>(&row, "kind")?.ordinal()];
        // Every kind moves balances in one direction only.
        (of_kind.count, of_kind.amount) = (row.get("entries")?, Amount::minor(change.abs()));
        net += change;
    }
    let [opening_balance, net, closing_balance] = [opening, net, opening + net].map(Amount::minor);
    Ok(BalancesReport { opening_balance, net, closing_balance, by_kind })
}

/// Where entries of balances are kept. Their index begins with the kind, so all of them are named.
pub(crate) static SOURCE: Source = Source {
    cells: "balance_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: "balance_entries",
    rows_where: "kind in (0, 1, 2, 3, 4, 5, 6, 7)",
    rows_at: "occurred_at",
    past: Past {
        cells: "balance_past",
        grains: Grains::DayToYear,
        key: &["grain", "start", "kind"],
        rows: PastRows::Fixed { position: "position" },
    },
};

pub(crate) static BY_KIND: LazyLock<Sums> = LazyLock::new(|| SOURCE.sums(&["kind"], &figures()[..2], "true"));
static NET: LazyLock<Sums> = LazyLock::new(|| SOURCE.sums(&[], &figures()[1..2], "true"));

/// Entries, by how much they moved balances, and the same without the sign: those of one kind have the same.
pub(crate) fn figures() -> Vec<Figure> {
    let amount = "abs(change)".to_owned();
    let amount = Figure { name: "amount".to_owned(), of_cell: amount.clone(), of_row: amount };
    vec![Figure::new("entries", "1"), Figure::same("change"), amount]
}
