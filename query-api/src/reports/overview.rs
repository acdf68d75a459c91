//! Overview (财务总览): what the other reports say in short, all at one position (reports.md §1).

use crate::database::DatabaseError;
use axum::extract::State;
use axum::response::Response;
use events_schema::terms::PayeeKind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Report;
use crate::export::{Document, Label, Stopped, Writer};
use crate::extract::ValidQuery;
use crate::problem::{Problem, ProblemDocument};
use crate::range::Range;
use crate::read_models::Reading;
use crate::reports::cash::{self, CashSummary};
use crate::reports::commissions::{self, CommissionsRow};
use crate::reports::query::{Figures, report_query};
use crate::reports::sales::SalesRow;
use crate::reports::sales_figures;
use crate::reports::split::SplitRow;
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
    pub cash: CashSummary,
    /// 供应统计总览: the total of the report of suppliers.
    pub suppliers: SuppliersRow,
    /// The total of the report of withdrawals, of suppliers.
    pub supplier_withdrawals: WithdrawalsRow,
    /// 分销统计总览: the total of the report of commissions.
    pub commissions: CommissionsRow,
    /// The total of the report of withdrawals, of distributors.
    pub distributor_withdrawals: WithdrawalsRow,
}

impl Figures for Overview {
    const DOCUMENT: Document = Document { name: "overview", title: Label::new("财务总览", "Overview") };

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        self.sales.write("销售统计", "Sales", file).await?;
        self.sales.write_more(file).await?;
        self.cash.write("收支统计", "Cash", file).await?;
        self.suppliers.write("供应统计", "Suppliers", file).await?;
        self.supplier_withdrawals.write("供应商提现", "Supplier withdrawals", file).await?;
        self.commissions.write("分销统计", "Commissions", file).await?;
        self.distributor_withdrawals.write("分销提现", "Distributor withdrawals", file).await?;
        Ok(())
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
        (status = 422, description = "`invalid_parameter`, `invalid_range`, `invalid_as_of`", body = ProblemDocument),
    )
)]
pub(crate) async fn overview(
    State(reading): State<Reading>,
    ValidQuery(query): ValidQuery<OverviewQuery>,
) -> Result<Response, Problem> {
    query.common().answer(&reading, read).await
}

/// The overview over `range`.
pub(crate) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<Overview, DatabaseError> {
    Ok(Overview {
        sales: sales_figures::BY_TYPE.total(snapshot, range).await?,
        cash: cash::read_summary(snapshot, range).await?,
        suppliers: suppliers::OF_ALL.total(snapshot, range).await?,
        supplier_withdrawals: withdrawals::read_total(snapshot, range, PayeeKind::Supplier).await?,
        commissions: commissions::OF_ALL.total(snapshot, range).await?,
        distributor_withdrawals: withdrawals::read_total(snapshot, range, PayeeKind::Distributor).await?,
    })
}
