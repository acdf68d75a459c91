//! A report at two moments, in one snapshot of the database.

use crate::as_of::Moment;
use crate::database::DatabaseError;
use crate::diff::answer::{FigureChange, Number};
use crate::diff::compare::{self, Pair, change};
use crate::figure::Ratio;
use crate::items::figured::{Figured, Sum};
use crate::items::reported::{DENOMINATOR, Filters, NUMERATOR, Reported};
use crate::items::{Share, leaves, total};
use crate::problem::Problem;
use crate::range::Range;
use crate::snapshot::Snapshot;

/// Two moments that are compared: a snapshot at the later one, that can be taken back to the earlier one.
#[derive(Debug)]
pub(super) struct Between<'q> {
    pub(super) report: Reported,
    pub(super) filters: Filters<'q>,
    pub(super) range: Range,
    pub(super) later: Snapshot,
    pub(super) earlier: Moment,
}

/// What they have become.
#[derive(Debug)]
pub(super) struct Compared {
    /// At the earlier moment.
    pub(super) snapshot: Snapshot,
    /// The figures that differ, or those that are wanted.
    pub(super) changes: Vec<FigureChange>,
    /// The sum that events changed, and in which range, where one is wanted.
    pub(super) sum: Option<(Sum, Range)>,
}

/// A sum that is compared: its name, itself, and its range.
struct Part {
    path: String,
    sum: Sum,
    range: Range,
}

impl Between<'_> {
    /// All figures that differ; or the one that is wanted, also where it is the same, and of a ratio its parts as well.
    pub(super) async fn compare(self, wanted: Option<(&str, Figured)>) -> Result<Compared, Problem> {
        match wanted {
            None => self.all().await,
            Some((path, Figured::Sum(sum))) => {
                let part = self.part(path, "", sum)?;
                let (snapshot, [pair]) = self.pairs([&part]).await?;
                let changes = vec![change(path, pair)?];
                Ok(Compared { snapshot, changes, sum: Some((part.sum, part.range)) })
            }
            Some((path, Figured::Ratio { numerator, denominator })) => {
                let parts =
                    [self.part(path, NUMERATOR, numerator)?, self.part(path, DENOMINATOR, denominator)?];
                let (snapshot, pairs) = self.pairs(parts.each_ref()).await?;
                let ratio = |of: fn(&Pair) -> Option<Number>| {
                    let [part, whole] = pairs.each_ref().map(|pair| of(pair).map_or(0, Number::minor));
                    Ratio::of(part, whole).map(Number::Ratio)
                };
                let whole = Pair { before: ratio(|pair| pair.before), after: ratio(|pair| pair.after) };
                let mut changes = vec![change(path, whole)?];
                for (part, pair) in parts.iter().zip(pairs) {
                    changes.push(change(&part.path, pair)?);
                }
                Ok(Compared { snapshot, changes, sum: None })
            }
        }
    }

    async fn all(self) -> Result<Compared, Problem> {
        let Self { report, filters, range, mut later, earlier } = self;
        let after = report.read(&mut later, range, &filters).await?;
        let mut snapshot = later.back_to(earlier).await?;
        let before = report.read(&mut snapshot, range, &filters).await?;
        let changes = compare::reports(&leaves(&before), &leaves(&after))?;
        Ok(Compared { snapshot, changes, sum: None })
    }

    /// The sum under `path` and `suffix`.
    fn part(&self, path: &str, suffix: &str, sum: Sum) -> Result<Part, Problem> {
        let grain = self.report.grain(&self.filters, self.range);
        let range = sum.span.range(self.range, grain, &self.later.calendar);
        let range = range.ok_or_else(|| self.report.unknown_figure(path))?;
        Ok(Part { path: format!("{path}{suffix}"), sum, range })
    }

    /// What each of these is at both moments.
    async fn pairs<const N: usize>(self, parts: [&Part; N]) -> Result<(Snapshot, [Pair; N]), Problem> {
        let Self { filters, mut later, earlier, .. } = self;
        let mut pairs = [Pair::default(); N];
        for (pair, part) in pairs.iter_mut().zip(parts) {
            pair.after = Some(sum_of(&mut later, part, &filters).await?.into());
        }
        let mut snapshot = later.back_to(earlier).await?;
        for (pair, part) in pairs.iter_mut().zip(parts) {
            pair.before = Some(sum_of(&mut snapshot, part, &filters).await?.into());
        }
        Ok((snapshot, pairs))
    }
}

async fn sum_of(snapshot: &mut Snapshot, part: &Part, filters: &Filters<'_>) -> Result<Share, DatabaseError> {
    total(snapshot, &part.sum, part.range, filters.owner()).await
}
