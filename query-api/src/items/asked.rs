//! What is asked for: a figure of a report, and the filters of that report.

use axum::http::StatusCode;
use events_schema::terms::{PayeeKind, Term};
use events_schema::{Calendar, Grain, Id, Position, ProductType};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::as_of::AsOf;
use crate::figure::PayeeKindWord;
use crate::items::figured::{Figured, Span, Sum};
use crate::items::{others, sales};
use crate::lists::query::Limit;
use crate::period::Moment;
use crate::problem::Problem;
use crate::range::{Range, floor};
use crate::reports::screen;
use crate::reports::steps::Step;

/// What stands behind the name of a ratio when one of its parts is asked for.
pub(super) const NUMERATOR: &str = ".numerator";
/// The other part.
pub(super) const DENOMINATOR: &str = ".denominator";

/// Which figure is taken apart.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ItemsQuery {
    /// The figure, as in the JSON of the report: `total.by_status.completed.amount`, `by_product_type.ticket.profit`,
    /// `points.2026-11-01T00:00:00+08:00.orders`. Of a ratio, `.numerator` and `.denominator` are taken apart.
    #[param(example = "total.profit")]
    pub(super) figure: String,
    /// As in the report.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    pub(super) from: Option<Moment>,
    /// As in the report.
    #[param(value_type = Option<String>, example = "2026-12-01")]
    pub(super) to: Option<Moment>,
    /// As in the report, where it has this filter.
    #[param(value_type = Option<String>)]
    product_type: Option<ProductType>,
    /// As in the report of suppliers.
    #[param(value_type = Option<String>)]
    supplier_id: Option<Id>,
    /// As in the report of commissions.
    #[param(value_type = Option<String>)]
    distributor_id: Option<Id>,
    /// As in the report of withdrawals.
    #[param(value_type = Option<PayeeKindWord>)]
    payee_kind: Option<PayeeKind>,
    /// As in the trend of sales, which does not look at it here: the figure names its step.
    #[serde(default)]
    #[param(inline)]
    step: Option<Step>,
    /// As in the report.
    #[param(value_type = Option<String>, example = "1204")]
    pub(super) as_of: Option<AsOf>,
    /// Most items of the answer.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    pub(super) limit: Limit,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
    /// Wait until the items reflect this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    pub(super) min_position: Option<Position>,
}

/// A report, as its figures are taken apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported {
    /// Its name.
    pub(super) name: &'static str,
    /// The figure at a path.
    figure: fn(&str) -> Option<Figured>,
    /// The filters that it has.
    filters: &'static [&'static str],
}

impl Reported {
    /// The trend of sales.
    pub(super) const TREND: Self = Self::new("sales_trend", sales::trend, &["product_type", "step"]);
    const ALL: [Self; 10] = [
        Self::new("overview", others::overview, &[]),
        Self::new("sales", sales::report, &["product_type"]),
        Self::new("verifications", others::verifications, &["product_type"]),
        Self::new("refunds", others::refunds, &["product_type"]),
        Self::new("cash", others::cash, &[]),
        Self::new("suppliers", others::suppliers, &["product_type", "supplier_id"]),
        Self::new("withdrawals", others::withdrawals, &["payee_kind"]),
        Self::new("commissions", others::commissions, &["product_type", "distributor_id"]),
        Self::new("balances", others::balances, &[]),
        Self::new("screen", sales::screen, &[]),
    ];

    const fn new(
        name: &'static str,
        figure: fn(&str) -> Option<Figured>,
        filters: &'static [&'static str],
    ) -> Self {
        Self { name, figure, filters }
    }

    /// The report called `name` in its address.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|report| report.name == name)
    }

    /// The figure that `query` asks for, of what its filters take.
    pub(super) fn figured(self, query: &ItemsQuery) -> Result<Figured, Problem> {
        let given = [
            ("product_type", query.product_type.is_some()),
            ("supplier_id", query.supplier_id.is_some()),
            ("distributor_id", query.distributor_id.is_some()),
            ("payee_kind", query.payee_kind.is_some()),
            ("step", query.step.is_some()),
        ];
        let alien = given.iter().find(|(name, is_given)| *is_given && !self.filters.contains(name));
        if let Some((name, _)) = alien {
            let detail = format!("{name}: the report {} has no such filter", self.name);
            return Err(Problem::invalid_parameter(name, detail));
        }
        let part = |whole: &str| match (self.figure)(whole) {
            Some(Figured::Ratio { numerator, denominator }) => Some([numerator, denominator]),
            Some(Figured::Sum(_)) | None => None,
        };
        let path = query.figure.as_str();
        let figured = if let Some([numerator, _]) = path.strip_suffix(NUMERATOR).and_then(part) {
            Some(Figured::Sum(numerator))
        } else if let Some([_, denominator]) = path.strip_suffix(DENOMINATOR).and_then(part) {
            Some(Figured::Sum(denominator))
        } else {
            (self.figure)(path)
        };
        let figured = figured.ok_or_else(|| unknown_figure(self.name, path))?;
        Ok(figured.map(|sum| query.filtered(sum)))
    }
}

impl ItemsQuery {
    /// Of `sum`, what the filters of the report take.
    fn filtered(&self, mut sum: Sum) -> Sum {
        if let Some(product_type) = &self.product_type {
            sum = sum.given("product_type", product_type);
        }
        if let Some(kind) = self.payee_kind {
            sum = sum.of("payee_kind", [kind.as_str()]);
        }
        if let Some(of_one) = sum.family.of_one.filter(|_| self.owner().is_some()) {
            sum.family = of_one;
        }
        sum
    }

    /// Whom the figures are asked of, where they belong to somebody.
    pub(super) fn owner(&self) -> Option<&str> {
        self.supplier_id.as_deref().or(self.distributor_id.as_deref())
    }
}

/// The report has no such figure.
pub(super) fn unknown_figure(report: &str, path: &str) -> Problem {
    let detail = format!(
        "the report {report} has no figure {path:?}: name one as in its JSON, such as total.by_status.completed.amount"
    );
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_figure", detail).with("field", "figure")
}

impl Span {
    /// The range of the rows that count, in a report over `range` whose steps are of this `grain`; nothing when there
    /// is no such step.
    pub(super) fn range(self, range: Range, grain: Grain, calendar: &Calendar) -> Option<Range> {
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

impl ItemsQuery {
    /// How long the steps of the report are over `range`.
    pub(super) fn grain(&self, report: Reported, range: Range) -> Grain {
        let step = if report.name == Reported::TREND.name {
            self.step.unwrap_or_default()
        } else {
            screen::step(range)
        };
        step.grain()
    }
}
