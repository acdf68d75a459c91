//! Which changes are kept.

use std::sync::Arc;

use events_schema::{Id, Timestamp};

/// Which changes are kept: all of them, or those that one question needs.
#[derive(Clone, Debug, Default)]
pub struct Scope(Option<Arc<Needed>>);

/// What a question needs, beside the cells that belong to nobody.
#[derive(Debug)]
struct Needed {
    /// The rows that belong to a time in one of these: from the first instant until just before the second.
    rows: Vec<[Timestamp; 2]>,
    /// Whose own cells.
    owner: Option<Id>,
}

impl Scope {
    /// Everything.
    pub const ALL: Self = Self(None);

    /// Nothing of the past; all cells that belong to nobody, the own cells of `owner`, and the rows that belong to a time in one of `rows`:
    /// from its first instant until just before its second.
    pub fn new(rows: Vec<[Timestamp; 2]>, owner: Option<Id>) -> Self {
        Self(Some(Arc::new(Needed { rows, owner })))
    }

    /// Whether a row is in it that belongs to the cells around `instant`.
    pub(super) fn has_row(&self, instant: Timestamp) -> bool {
        self.0
            .as_ref()
            .is_none_or(|needed| needed.rows.iter().any(|[from, to]| *from <= instant && instant < *to))
    }

    /// Whether it has how rows stood before.
    pub(super) const fn has_past(&self) -> bool {
        self.0.is_none()
    }

    /// Whether the own cells of `owner` are in it.
    pub(super) fn has_owner(&self, owner: &Id) -> bool {
        self.0.as_ref().is_none_or(|needed| needed.owner.as_ref() == Some(owner))
    }
}
