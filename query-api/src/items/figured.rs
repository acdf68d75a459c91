//! What figures are made of: sums of what the rows of a family add to its figures.

use crate::items::family::Family;
use events_schema::{Timestamp, terms};

/// What a figure is made of.
#[derive(Clone, Debug)]
pub(crate) enum Figured {
    /// Rows add up to it.
    Sum(Sum),
    /// It is the ratio of two sums.
    Ratio {
        /// What is divided.
        numerator: Sum,
        /// By what.
        denominator: Sum,
    },
}

/// A figure to which rows add up.
#[derive(Clone, Debug)]
pub(crate) struct Sum {
    /// The rows.
    pub(crate) family: &'static Family,
    /// What is counted.
    pub(crate) unit: Unit,
    /// Figures of the family, which together are this one.
    pub(crate) terms: Vec<Term>,
    /// Which of the rows count.
    pub(crate) filters: Vec<Filter>,
    /// In which time.
    pub(crate) span: Span,
}

/// A figure of a family as a part of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// Whether it is taken off.
    pub(crate) is_less: bool,
    /// Its name.
    pub(crate) figure: String,
}

/// Rows and cells of which a column that both have is one of a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// One that a caller gave.
    Given(&'static str, String),
    /// Some of a closed set, by their numbers.
    Words(&'static str, Vec<usize>),
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Things.
    Count,
    /// Money.
    Amount,
}

/// The time of the rows that a figure counts, measured by the range of its report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    /// The range.
    Within,
    /// All before the range: an opening balance.
    Before,
    /// All before the end of the range: a closing balance.
    UntilEnd,
    /// What of the range lies in the step that begins at this instant.
    Step(Timestamp),
}

/// The figures of a row of a report: what each is made of.
#[derive(Debug)]
pub(crate) struct RowFigures {
    /// Amounts, and the figures of the family that they are made of: `sales_amount - discount_amount`.
    pub(crate) amounts: &'static [(&'static str, &'static str)],
    /// Counts, likewise.
    pub(crate) counts: &'static [(&'static str, &'static str)],
    /// Ratios: name, numerator, denominator.
    pub(crate) ratios: &'static [(&'static str, Part, Part)],
}

/// A part of a ratio.
pub(crate) type Part = (Unit, &'static str);

impl Sum {
    /// The sum of `terms`, figures of `family` with signs between them, over all of its rows in the range.
    pub(crate) fn new(family: &'static Family, unit: Unit, terms: &str) -> Self {
        Self { family, unit, terms: Term::all(terms), filters: Vec::new(), span: Span::Within }
    }

    /// Of it, the rows of which `column` is this value, which a caller gave.
    pub(crate) fn given(mut self, column: &'static str, value: &str) -> Self {
        self.filters.push(Filter::Given(column, value.to_owned()));
        self
    }

    /// Of it, the rows of which `column` is one of these words.
    pub(crate) fn of<T: terms::Term>(
        mut self,
        column: &'static str,
        words: impl IntoIterator<Item = T>,
    ) -> Self {
        self.filters.push(Filter::Words(column, words.into_iter().map(terms::Term::ordinal).collect()));
        self
    }

    /// The same in another time.
    pub(crate) const fn over(mut self, span: Span) -> Self {
        self.span = span;
        self
    }
}

impl Term {
    /// The terms of `a - b + c`.
    fn all(text: &str) -> Vec<Self> {
        let mut is_less = false;
        let mut terms = Vec::new();
        for word in text.split_ascii_whitespace() {
            match word {
                "+" => is_less = false,
                "-" => is_less = true,
                figure => terms.push(Self { is_less, figure: figure.to_owned() }),
            }
        }
        terms
    }
}

impl Figured {
    /// The same, changed in each of its sums.
    pub(crate) fn map(self, change: impl Fn(Sum) -> Sum) -> Self {
        match self {
            Self::Sum(sum) => Self::Sum(change(sum)),
            Self::Ratio { numerator, denominator } => {
                Self::Ratio { numerator: change(numerator), denominator: change(denominator) }
            }
        }
    }

    /// A number of rows.
    pub(crate) fn count(family: &'static Family, terms: &str) -> Self {
        Self::Sum(Sum::new(family, Unit::Count, terms))
    }

    /// An amount.
    pub(crate) fn amount(family: &'static Family, terms: &str) -> Self {
        Self::Sum(Sum::new(family, Unit::Amount, terms))
    }
}

impl RowFigures {
    /// What the figure called `name` is made of.
    pub(crate) fn find(&self, family: &'static Family, name: &str) -> Option<Figured> {
        let terms = |figures: &[(&str, &'static str)]| {
            figures.iter().find(|(figure, _)| *figure == name).map(|(_, terms)| *terms)
        };
        if let Some(terms) = terms(self.amounts) {
            return Some(Figured::amount(family, terms));
        }
        if let Some(terms) = terms(self.counts) {
            return Some(Figured::count(family, terms));
        }
        self.ratios.iter().find(|(figure, ..)| *figure == name).map(|(_, numerator, denominator)| {
            let sum = |(unit, terms): &Part| Sum::new(family, *unit, terms);
            Figured::Ratio { numerator: sum(numerator), denominator: sum(denominator) }
        })
    }
}
