//! What is asked for: a report, two moments, and perhaps one of its figures.

use events_schema::terms::PayeeKind;
use events_schema::{Id, Position, ProductType};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::as_of::AsOf;
use crate::cursor::Cursor;
use crate::export::{Format, Lang};
use crate::figure::PayeeKindWord;
use crate::items::reported::Filters;
use crate::lists::query::Limit;
use crate::period::Moment;
use crate::problem::Problem;
use crate::reports::steps::Step;

/// Which moments are compared.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DiffQuery {
    /// The earlier moment: after the event at this position and all that was decided with it, or as recorded by this
    /// instant (RFC 3339, with its offset).
    #[param(value_type = String, example = "1000")]
    pub(super) as_of: AsOf,
    /// The later moment, likewise. Absent: now.
    #[param(value_type = Option<String>, example = "1204")]
    pub(super) to_as_of: Option<AsOf>,
    /// As in the report, for both moments; without both ends, it is the day on which the later moment was.
    #[param(value_type = Option<String>, example = "2026-11-01")]
    pub(super) from: Option<Moment>,
    /// As in the report, for both moments.
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
    /// As in the trend of sales.
    #[serde(default)]
    #[param(inline)]
    step: Option<Step>,
    /// One figure, as in the JSON of the report: then the answer has that one, of a ratio its parts as well, whether or
    /// not it changed; and the events that changed it, which only those may see who may read lists.
    #[param(example = "total.profit")]
    pub(super) figure: Option<String>,
    /// Most events of the answer.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    pub(super) limit: Limit,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// As JSON, page by page, or as a file with all events, whatever `limit` and `cursor` say.
    #[serde(default)]
    #[param(inline, value_type = Option<Format>)]
    pub(super) format: Format,
    /// The language of headings and words in a file.
    #[serde(default)]
    #[param(inline, value_type = Option<Lang>)]
    pub(super) lang: Lang,
    /// Wait until the figures reflect this position, at most 5 seconds.
    #[param(value_type = Option<u64>)]
    pub(super) min_position: Option<Position>,
}

impl DiffQuery {
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

    /// The place after which the page begins, in the list called `list` with keys of `numbers` numbers. Only the events
    /// of a figure have pages.
    pub(super) fn cursor(&self, list: &str, numbers: usize) -> Result<Option<Cursor>, Problem> {
        let Some(cursor) = self.cursor.as_deref() else { return Ok(None) };
        let cursor = Cursor::decode(cursor, list, numbers)?;
        if self.figure.is_none() {
            let detail = "cursor: only the events of a figure have pages, and no figure is named";
            return Err(Problem::invalid_parameter("cursor", detail));
        }
        Ok(Some(cursor).filter(|_| self.format.file().is_none()))
    }
}
