//! The figures of reports by plain SQL over all rows, without cells: what `ledger bench` shows beside each report.

use std::time::{Duration, Instant};

use crate::pieces::Sums;
use crate::range::Range;
use crate::read_models::ReadModels;
use crate::reports::{
    balances, cash, commissions, refunds, sales_figures, suppliers, verifications, withdrawals,
};
use crate::snapshot::SnapshotError;

/// A report whose figures plain SQL can add up in one select.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of the reports say what they are")]
pub enum Plain {
    Sales,
    Verifications,
    Refunds,
    Cash,
    Suppliers,
    Withdrawals,
    Commissions,
    Balances,
}

impl Plain {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Sales,
        Self::Verifications,
        Self::Refunds,
        Self::Cash,
        Self::Suppliers,
        Self::Withdrawals,
        Self::Commissions,
        Self::Balances,
    ];

    /// The select with which the report reads its figures.
    pub(crate) fn select(self) -> &'static Sums {
        match self {
            Self::Sales => sales_figures::BY_TYPE.all(),
            Self::Verifications => verifications::SELECT.all(),
            Self::Refunds => refunds::SELECT.all(),
            Self::Cash => &cash::BY_KIND_AND_METHOD,
            Self::Suppliers => suppliers::OF_ALL.all(),
            Self::Withdrawals => &withdrawals::OF_ALL,
            Self::Commissions => commissions::OF_ALL.all(),
            Self::Balances => &balances::BY_KIND,
        }
    }
}

/// How long plain SQL takes for all of time.
pub async fn measure(read_models: &ReadModels, report: Plain) -> Result<Duration, SnapshotError> {
    let mut snapshot = read_models.begin().await?;
    let began = Instant::now();
    snapshot.fetch_all(report.select().plain(Range::ALL)).await?;
    Ok(began.elapsed())
}
