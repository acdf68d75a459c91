//! Overview (财务总览): what the other reports say in short, all at one position (reports.md §1).

use axum::extract::State;
use events_schema::terms::PayeeKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Report};
use crate::extract::ValidQuery;
use crate::figure::Amount;
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::reports::cash::{self, CashReport, CashSum};
use crate::reports::commissions::{self, CommissionsRow};
use crate::reports::query::report_query;
use crate::reports::sales::{self, SalesRow};
use crate::reports::suppliers::{self, SuppliersRow};
use crate::reports::withdrawals::{self, WithdrawalsRow};
use crate::snapshot::Snapshot;

report_query! {
    /// What the overview is asked for.
    OverviewQuery {}
}

/// The figures of the overview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Overview {
    /// 销售统计概览: the total of the sales report.
    pub sales: SalesRow,
    /// 收支统计概览: the cash report in short.
    pub cash: CashOverview,
    /// 供应统计总览: the total of the report of suppliers.
    pub suppliers: SuppliersRow,
    /// The total of the report of withdrawals, of suppliers.
    pub supplier_withdrawals: WithdrawalsRow,
    /// 分销统计总览: the total of the report of commissions.
    pub commissions: CommissionsRow,
    /// The total of the report of withdrawals, of distributors.
    pub distributor_withdrawals: WithdrawalsRow,
}

/// The cash report in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CashOverview {
    /// What there was before the range.
    pub opening_balance: Amount,
    /// What came in.
    pub income: CashSum,
    /// What went out.
    pub expense: CashSum,
    /// Income less expense.
    pub net: Amount,
    /// 平台结存: opening balance and net.
    pub closing_balance: Amount,
}

impl From<CashReport> for CashOverview {
    fn from(report: CashReport) -> Self {
        let CashReport { opening_balance, income, expense, net, closing_balance, .. } = report;
        Self { opening_balance, income, expense, net, closing_balance }
    }
}

/// Overview (财务总览)
///
/// Sales, cash, suppliers, commissions and withdrawals of the range in short, all at one position.
#[utoipa::path(
    get, path = "/v1/reports/overview", tag = "reports", params(OverviewQuery),
    responses(
        (status = 200, description = "The report", body = Report<Overview>,
            headers(("Ledger-Position" = u64, description = "The position that the figures reflect"))),
        (status = 422, description = "`invalid_parameter`, `invalid_range`", body = ProblemDocument),
    )
)]
pub(crate) async fn overview(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<OverviewQuery>,
) -> Result<Answer<Report<Overview>>, Problem> {
    query.common().answer(&reading, "overview", read).await
}

/// The overview over `range`.
pub(crate) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<Overview, sqlx::Error> {
    let withdrawals_of = async |snapshot: &mut Snapshot, kind| {
        withdrawals::read(snapshot, range, Some(kind)).await.map(|report| report.total)
    };
    Ok(Overview {
        sales: sales::read(snapshot, range, None).await?.total,
        cash: cash::read(snapshot, range).await?.into(),
        suppliers: suppliers::read(snapshot, range, None, None).await?.total,
        supplier_withdrawals: withdrawals_of(snapshot, PayeeKind::Supplier).await?,
        commissions: commissions::read(snapshot, range, None, None).await?.total,
        distributor_withdrawals: withdrawals_of(snapshot, PayeeKind::Distributor).await?,
    })
}
