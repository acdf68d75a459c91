//! What can be replayed: where it is asked for, and what it looks at.

use clap::ValueEnum;
use events_schema::{Calendar, Timestamp};
use projector::Plan;
use projector::projection::balances::Balances;
use projector::projection::cash::Cash;
use projector::projection::commissions::Commissions;
use projector::projection::journal::Journal;
use projector::projection::members::Members;
use projector::projection::orders::Orders;
use projector::projection::refunds::Refunds;
use projector::projection::sales::Sales;
use projector::projection::settlements::Settlements;
use projector::projection::sources::Sources;
use projector::projection::verifications::Verifications;
use projector::projection::withdrawals::Withdrawals;
use query_api::period::{self, Moment};
use query_api::reports::screen::LATEST_MAX;
use query_api::{Problem, Range};

/// A report that can be replayed, or the trial balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Report {
    Overview,
    Sales,
    #[value(name = "sales/trend")]
    Trend,
    Verifications,
    Refunds,
    Cash,
    Suppliers,
    Withdrawals,
    Commissions,
    Balances,
    Screen,
    Accounts,
}

impl Report {
    /// Its address.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Overview => "/v1/reports/overview",
            Self::Sales => "/v1/reports/sales",
            Self::Trend => "/v1/reports/sales/trend",
            Self::Verifications => "/v1/reports/verifications",
            Self::Refunds => "/v1/reports/refunds",
            Self::Cash => "/v1/reports/cash",
            Self::Suppliers => "/v1/reports/suppliers",
            Self::Withdrawals => "/v1/reports/withdrawals",
            Self::Commissions => "/v1/reports/commissions",
            Self::Balances => "/v1/reports/balances",
            Self::Screen => "/v1/reports/screen",
            Self::Accounts => "/v1/accounts",
        }
    }

    /// What `from` and `to` mean to it: without ends, a report is about the day of `now`, and the trial balance about all
    /// of time.
    pub(super) fn range(
        self,
        from: Option<Moment>,
        to: Option<Moment>,
        now: Timestamp,
        calendar: &Calendar,
    ) -> Result<Range, Problem> {
        match self {
            Self::Accounts => period::of_list(from, to, calendar),
            Self::Overview
            | Self::Sales
            | Self::Trend
            | Self::Verifications
            | Self::Refunds
            | Self::Cash
            | Self::Suppliers
            | Self::Withdrawals
            | Self::Commissions
            | Self::Balances
            | Self::Screen => period::of_report(from, to, now, calendar),
        }
    }

    /// What it looks at over `range`, beside what `plan` has already: the projections that make the tables it reads. The
    /// figures of orders stand in cells of their own and, at the ends of a range, in the rows of [`Orders`].
    pub(super) fn add_to(self, plan: Plan, range: Range) -> Plan {
        match self {
            Self::Sales | Self::Trend => plan.with::<Orders>().with::<Sales>(),
            Self::Verifications => plan.with::<Verifications>(),
            Self::Refunds => plan.with::<Refunds>(),
            Self::Cash => plan.with::<Cash>(),
            Self::Suppliers => plan.with::<Orders>().with::<Settlements>(),
            Self::Withdrawals => plan.with::<Withdrawals>(),
            Self::Commissions => plan.with::<Orders>().with::<Commissions>(),
            Self::Balances => plan.with::<Balances>(),
            Self::Accounts => plan.with::<Journal>(),
            Self::Overview => {
                [Self::Sales, Self::Cash, Self::Suppliers, Self::Withdrawals, Self::Commissions]
                    .into_iter()
                    .fold(plan, |plan, report| report.add_to(plan, range))
            }
            Self::Screen => Self::Sales
                .add_to(plan, range)
                .with::<Sources>()
                .with::<Members>()
                .with_latest([range.from, range.to], LATEST_MAX.into()),
        }
    }
}
