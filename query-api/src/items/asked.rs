//! What is asked for: a figure of a report, and the filters of that report.

use events_schema::terms::PayeeKind;
use events_schema::{Id, Position, ProductType};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::as_of::AsOf;
use crate::figure::PayeeKindWord;
use crate::items::reported::Filters;
use crate::lists::query::Limit;
use crate::period::Moment;
use crate::reports::steps::Step;

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

impl ItemsQuery {
    /// The filters of the report.
    pub(super) fn filters(&self) -> Filters<'_> {
        Filters {
            product_type: self.product_type.as_ref(),
            supplier_id: self.supplier_id.as_ref(),
            distributor_id: self.distributor_id.as_ref(),
            payee_kind: self.payee_kind,
            step: self.step,
        }
    }
}
