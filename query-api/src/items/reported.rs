//! Reports, as their figures are taken apart and compared: by name, with their filters.

use axum::http::StatusCode;
use events_schema::terms::PayeeKind;
use events_schema::{Calendar, Grain, Id, ProductType};
use serde::Serialize;
use serde_json::Value;

use crate::items::figured::{Figured, Span, Sum};
use crate::items::{others, sales};
use crate::problem::Problem;
use crate::range::{Range, floor};
use crate::reports::steps::Step;
use crate::reports::{self, screen};
use crate::snapshot::Snapshot;

/// What stands behind the name of a ratio when one of its parts is asked for.
pub(crate) const NUMERATOR: &str = ".numerator";
/// The other part.
pub(crate) const DENOMINATOR: &str = ".denominator";

/// A report, as its figures are taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported {
    /// Its name.
    pub(crate) name: &'static str,
    which: Which,
    /// The figure at a path.
    figure: fn(&str) -> Option<Figured>,
    /// The filters that it has.
    filters: &'static [&'static str],
}

/// Which report it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Overview,
    Sales,
    Trend,
    Verifications,
    Refunds,
    Cash,
    Suppliers,
    Withdrawals,
    Commissions,
    Balances,
    Screen,
}

/// What the filters of reports take; each report has some of them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Filters<'q> {
    /// Of this product type.
    pub(crate) product_type: Option<&'q ProductType>,
    /// Of this supplier.
    pub(crate) supplier_id: Option<&'q Id>,
    /// Of this distributor.
    pub(crate) distributor_id: Option<&'q Id>,
    /// Of payees of this kind.
    pub(crate) payee_kind: Option<PayeeKind>,
    /// How long steps are.
    pub(crate) step: Option<Step>,
}

impl Reported {
    /// The trend of sales.
    pub(crate) const TREND: Self =
        Self::new(Which::Trend, "sales_trend", sales::trend, &["product_type", "step"]);
    const ALL: [Self; 10] = [
        Self::new(Which::Overview, "overview", others::overview, &[]),
        Self::new(Which::Sales, "sales", sales::report, &["product_type"]),
        Self::new(Which::Verifications, "verifications", others::verifications, &["product_type"]),
        Self::new(Which::Refunds, "refunds", others::refunds, &["product_type"]),
        Self::new(Which::Cash, "cash", others::cash, &[]),
        Self::new(Which::Suppliers, "suppliers", others::suppliers, &["product_type", "supplier_id"]),
        Self::new(Which::Withdrawals, "withdrawals", others::withdrawals, &["payee_kind"]),
        Self::new(
            Which::Commissions,
            "commissions",
            others::commissions,
            &["product_type", "distributor_id"],
        ),
        Self::new(Which::Balances, "balances", others::balances, &[]),
        Self::new(Which::Screen, "screen", sales::screen, &[]),
    ];

    const fn new(
        which: Which,
        name: &'static str,
        figure: fn(&str) -> Option<Figured>,
        filters: &'static [&'static str],
    ) -> Self {
        Self { name, which, figure, filters }
    }

    /// The report called `name` in its address; 404 where there is none.
    pub(crate) fn named(name: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|report| report.name == name);
        found.ok_or_else(|| Problem::unknown("unknown_report", format!("there is no report {name:?}")))
    }

    /// 422 where there is a filter that the report does not have.
    pub(crate) fn check(self, filters: &Filters<'_>) -> Result<(), Problem> {
        let given = [
            ("product_type", filters.product_type.is_some()),
            ("supplier_id", filters.supplier_id.is_some()),
            ("distributor_id", filters.distributor_id.is_some()),
            ("payee_kind", filters.payee_kind.is_some()),
            ("step", filters.step.is_some()),
        ];
        let alien = given.iter().find(|(name, is_given)| *is_given && !self.filters.contains(name));
        alien.map_or(Ok(()), |(name, _)| {
            let detail = format!("{name}: the report {} has no such filter", self.name);
            Err(Problem::invalid_parameter(name, detail))
        })
    }

    /// The figure at `path`, of what the filters take.
    pub(crate) fn figured(self, path: &str, filters: &Filters<'_>) -> Result<Figured, Problem> {
        self.check(filters)?;
        let part = |whole: &str| match (self.figure)(whole) {
            Some(Figured::Ratio { numerator, denominator }) => Some([numerator, denominator]),
            Some(Figured::Sum(_)) | None => None,
        };
        let figured = if let Some([numerator, _]) = path.strip_suffix(NUMERATOR).and_then(part) {
            Some(Figured::Sum(numerator))
        } else if let Some([_, denominator]) = path.strip_suffix(DENOMINATOR).and_then(part) {
            Some(Figured::Sum(denominator))
        } else {
            (self.figure)(path)
        };
        let figured = figured.ok_or_else(|| self.unknown_figure(path))?;
        Ok(figured.map(|sum| filters.of(sum)))
    }

    /// The report has no such figure.
    pub(crate) fn unknown_figure(self, path: &str) -> Problem {
        let detail = format!(
            "the report {} has no figure {path:?}: name one as in its JSON, such as total.by_status.completed.amount",
            self.name
        );
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_figure", detail).with("field", "figure")
    }

    /// How long the steps of the report are over `range`.
    pub(crate) fn grain(self, filters: &Filters<'_>, range: Range) -> Grain {
        let step = match self.which {
            Which::Trend => filters.step.unwrap_or_default(),
            Which::Overview
            | Which::Sales
            | Which::Verifications
            | Which::Refunds
            | Which::Cash
            | Which::Suppliers
            | Which::Withdrawals
            | Which::Commissions
            | Which::Balances
            | Which::Screen => screen::step(range),
        };
        step.grain()
    }

    /// The figures of the report over `range`, as in its JSON.
    pub(crate) async fn read(
        self,
        snapshot: &mut Snapshot,
        range: Range,
        filters: &Filters<'_>,
    ) -> Result<Value, Problem> {
        let Filters { product_type, supplier_id, distributor_id, payee_kind, step } = *filters;
        match self.which {
            Which::Overview => value(&reports::overview::read(snapshot, range).await?),
            Which::Sales => value(&reports::sales::read(snapshot, range, product_type).await?),
            Which::Trend => {
                let step = step.unwrap_or_default();
                value(&reports::trend::read(snapshot, range, step, product_type).await?)
            }
            Which::Verifications => {
                value(&reports::verifications::read(snapshot, range, product_type).await?)
            }
            Which::Refunds => value(&reports::refunds::read(snapshot, range, product_type).await?),
            Which::Cash => value(&reports::cash::read(snapshot, range).await?),
            Which::Suppliers => {
                value(&reports::suppliers::read(snapshot, range, supplier_id, product_type).await?)
            }
            Which::Withdrawals => value(&reports::withdrawals::read(snapshot, range, payee_kind).await?),
            Which::Commissions => {
                value(&reports::commissions::read(snapshot, range, distributor_id, product_type).await?)
            }
            Which::Balances => value(&reports::balances::read(snapshot, range).await?),
            Which::Screen => value(&screen::read(snapshot, range).await?),
        }
    }
}

fn value(figures: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(figures).map_err(|error| Problem::internal(&error))
}

impl<'q> Filters<'q> {
    /// Of `sum`, what they take.
    fn of(&self, mut sum: Sum) -> Sum {
        if let Some(product_type) = self.product_type {
            sum = sum.given("product_type", product_type);
        }
        if let Some(kind) = self.payee_kind {
            sum = sum.of("payee_kind", [kind]);
        }
        if let Some(of_one) = sum.family.of_one.filter(|_| self.owner().is_some()) {
            sum.family = of_one;
        }
        sum
    }

    /// Whom the figures are asked of, where they belong to somebody.
    pub(crate) fn owner(&self) -> Option<&'q str> {
        self.supplier_id.or(self.distributor_id).map(|id| &**id)
    }
}

impl Span {
    /// The range of the rows that count, in a report over `range` whose steps are of this `grain`; nothing when there
    /// is no such step.
    pub(crate) fn range(self, range: Range, grain: Grain, calendar: &Calendar) -> Option<Range> {
        match self {
            Self::Within => Some(range),
            Self::Before => Some(range.before()),
            Self::UntilEnd => Some(Range::new(Range::BEGINNING, range.to)),
            Self::Step(start) => {
                let end = calendar.next(grain, start);
                let is_step = floor(grain, start, calendar) == start && start < range.to && end > range.from;
                is_step.then(|| Range::new(start.max(range.from), end.min(range.to)))
            }
        }
    }
}
