//! What every list may be asked for.

use events_schema::Position;
use serde::Deserialize;

use crate::export::{Format, Lang};
use crate::lists::page::ListItem;
use crate::lists::selection::Selection;
use crate::period::Moment;

/// Most items of one page.
pub const LIMIT_MAX: u32 = 500;
/// Items of a page when the caller does not say.
const LIMIT_DEFAULT: u32 = 50;

/// How many items a caller wants at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub(crate) struct Limit(u32);

/// Why a number of items cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("expected a number from 1 to {LIMIT_MAX}")]
pub(crate) struct LimitError;

impl TryFrom<u32> for Limit {
    type Error = LimitError;

    fn try_from(limit: u32) -> Result<Self, LimitError> {
        if (1..=LIMIT_MAX).contains(&limit) { Ok(Self(limit)) } else { Err(LimitError) }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(LIMIT_DEFAULT)
    }
}

impl Limit {
    /// The number.
    pub(crate) const fn items(self) -> usize {
        self.0 as usize
    }

    /// One more than the items of a page: the one more says whether there is a next page.
    pub(crate) const fn rows(self) -> i64 {
        self.0 as i64 + 1
    }
}

/// What every list may be asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shared<'q> {
    /// The beginning of the range of times.
    pub(crate) from: Option<Moment>,
    /// Its end.
    pub(crate) to: Option<Moment>,
    /// Most items of the answer.
    pub(crate) limit: Limit,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<&'q str>,
    /// Whether the whole selection is added up.
    pub(crate) with_total: bool,
    /// Whether it comes as a file, with all of the selection in it.
    pub(crate) format: Format,
    /// The language of a file.
    pub(crate) lang: Lang,
    /// The position to wait for.
    pub(crate) min_position: Option<Position>,
}

/// What one list is asked for. [`list_query`] makes the struct and [`HasShared`].
pub(crate) trait ListQuery: HasShared {
    /// What the list shows.
    type Item: ListItem;

    /// The filters, without the range of times.
    fn selection(&self) -> Selection;
}

/// A query with what every list may be asked for.
pub(crate) trait HasShared {
    /// What that is.
    fn shared(&self) -> Shared<'_>;
}

/// Adds to a struct of filters what every list may be asked for.
///
/// An attribute flattening one struct into another would do, but then serde reads numbers as texts and no longer
/// names the field that is wrong.
macro_rules! list_query {
    (
        $(#[$attribute:meta])*
        $visibility:vis struct $name:ident {
            $($(#[$field_attribute:meta])* $field:ident: $kind:ty,)*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Debug, Default, serde::Deserialize, utoipa::IntoParams)]
        #[serde(deny_unknown_fields)]
        #[into_params(parameter_in = Query)]
        $visibility struct $name {
            /// From this instant on, by the time that the list goes by, or from the local midnight of this date.
            #[param(value_type = Option<String>, example = "2026-11-01")]
            from: Option<$crate::period::Moment>,
            /// Before this instant, or before the local midnight of this date.
            #[param(value_type = Option<String>, example = "2026-12-01")]
            to: Option<$crate::period::Moment>,
            $($(#[$field_attribute])* $field: $kind,)*
            /// Most items of the answer.
            #[serde(default)]
            #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
            limit: $crate::lists::query::Limit,
            /// `next_cursor` of the page before.
            cursor: Option<String>,
            /// Whether the answer has the `total` of the whole selection, of all pages.
            #[serde(default)]
            with_total: bool,
            /// As JSON, page by page, or as a file with the whole selection in it, whatever `limit` and `cursor` say.
            #[serde(default)]
            #[param(inline, value_type = Option<$crate::export::Format>)]
            format: $crate::export::Format,
            /// The language of headings and words in a file.
            #[serde(default)]
            #[param(inline, value_type = Option<$crate::export::Lang>)]
            lang: $crate::export::Lang,
            /// Wait until the list reflects this position, at most 5 seconds.
            #[param(value_type = Option<u64>)]
            min_position: Option<events_schema::Position>,
        }

        impl $crate::lists::query::HasShared for $name {
            fn shared(&self) -> $crate::lists::query::Shared<'_> {
                $crate::lists::query::Shared {
                    from: self.from,
                    to: self.to,
                    limit: self.limit,
                    cursor: self.cursor.as_deref(),
                    with_total: self.with_total,
                    format: self.format,
                    lang: self.lang,
                    min_position: self.min_position,
                }
            }
        }
    };
}
pub(crate) use list_query;
