//! What is asked of a report or list.

/// A range of time, and what it is narrowed to.
#[derive(Clone, Debug)]
pub(crate) struct Selection {
    /// The first instant of the range, in microseconds.
    pub(crate) from: i64,
    /// The first instant after it.
    pub(crate) to: i64,
    /// Filters by name. A `step` of a trend is one of them.
    pub(crate) filters: Vec<(&'static str, String)>,
}

impl Selection {
    /// All that ever happened or will.
    pub(crate) const EVERYTHING: Self = Self { from: i64::MIN, to: i64::MAX, filters: Vec::new() };

    /// The same with one more filter.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.filters.push((name, value.to_owned()));
        self
    }

    pub(crate) fn has(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }

    /// The value of the filter called `name`.
    pub(crate) fn filter(&self, name: &str) -> Option<&str> {
        self.filters.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str())
    }

    /// Whether something whose `name` is `value` is asked for.
    pub(crate) fn allows(&self, name: &str, value: &str) -> bool {
        self.filter(name).is_none_or(|wanted| wanted == value)
    }
}
