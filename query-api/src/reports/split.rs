//! Reports that say what a selection adds up to, all together and by product type.

use std::ops::AddAssign;

use events_schema::ProductType;
use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{DatabaseError, Row};
use crate::export::{Cells, Column, Document, Stopped, Table, Writer};
use crate::pieces::{FIRST_FILTER, Figure, Source, Sums};
use crate::range::Range;
use crate::reports::query::Figures;
use crate::snapshot::Snapshot;

/// The column of the product type.
pub(crate) const PRODUCT_TYPE: Column = Column::text("product_type", "产品类型", "Product type");

/// Makes the columns of a [`SplitRow`], without and with that of the product type.
macro_rules! split_columns {
    ($($column:expr),+ $(,)?) => {
        const COLUMNS: &'static [crate::export::Column] = &[$($column),+];
        const OF_TYPE: &'static [crate::export::Column] = &[crate::reports::split::PRODUCT_TYPE, $($column),+];
    };
}
pub(crate) use split_columns;

/// The figures of a selection, all together and by product type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Split<R> {
    /// All of the selection.
    pub total: R,
    /// The same by product type, of those with a row in the selection, sorted by name.
    pub by_product_type: Vec<OfType<R>>,
}

/// What one row of such a report is in a file.
pub(crate) trait SplitRow: Serialize + Send + Sync + 'static {
    /// The report.
    const DOCUMENT: Document;
    /// The columns of the figures.
    const COLUMNS: &'static [Column];
    /// The column of the product type, and those of the figures.
    const OF_TYPE: &'static [Column];

    /// Writes the figures.
    fn cells(&self, cells: &mut Cells);

    /// Writes a table of one row.
    fn write(
        &self,
        zh: &'static str,
        en: &'static str,
        file: &mut Writer,
    ) -> impl Future<Output = Result<(), Stopped>> + Send {
        async move {
            let mut rows = file.table(&Table::section(zh, en, Self::COLUMNS)).await?;
            self.cells(rows.row().await?);
            Ok(())
        }
    }

    /// Writes more tables, about the total.
    fn write_more(&self, _: &mut Writer) -> impl Future<Output = Result<(), Stopped>> + Send {
        async { Ok(()) }
    }
}

impl<R: SplitRow> Figures for Split<R> {
    const DOCUMENT: Document = R::DOCUMENT;

    async fn write(&self, file: &mut Writer) -> Result<(), Stopped> {
        self.total.write("合计", "Total", file).await?;
        self.total.write_more(file).await?;
        let mut rows = file.table(&Table::section("按产品类型", "By product type", R::OF_TYPE)).await?;
        for OfType { product_type, row } in &self.by_product_type {
            row.cells(rows.row().await?.text(product_type.as_str()));
        }
        Ok(())
    }
}

/// The figures of one product type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfType<R> {
    /// The product type.
    #[schema(example = "ticket")]
    pub product_type: String,
    /// Its figures.
    #[serde(flatten)]
    pub row: R,
}

/// What a selection adds up to: one sum for each figure of a select, in their order. Money is in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals<const N: usize>(pub(crate) [i64; N]);

impl<const N: usize> Totals<N> {
    /// The sums in the columns of `row` from `first` on; a sum of nothing is 0.
    pub(crate) fn read(row: &Row, first: usize) -> Result<Self, DatabaseError> {
        let mut totals = Self::default();
        for (index, total) in totals.0.iter_mut().enumerate() {
            *total = row.get::<Option<i64>>(first + index)?.unwrap_or_default();
        }
        Ok(totals)
    }
}

impl<const N: usize> Default for Totals<N> {
    fn default() -> Self {
        Self([0; N])
    }
}

impl<const N: usize> AddAssign for Totals<N> {
    fn add_assign(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, more)| *sum += more);
    }
}

/// The selects of such a report: of all together, by product type, and of one product type.
#[derive(Debug)]
pub(crate) struct ByType {
    total: Sums,
    all: Sums,
    of_one: Sums,
}

impl ByType {
    /// The selects of `figures` from `source`. `counted` is over 0 for every type with a row in the selection: a type
    /// that is only in what was too much has none.
    ///
    /// What the source binds to places of its own comes first, from [`FIRST_FILTER`] on: there are `bound` of them.
    pub(crate) fn new(source: &Source, figures: &[Figure], counted: &str, bound: usize) -> Self {
        let end = format!(" having sum({counted}) > 0 order by product_type");
        let of_one = format!("product_type = ${}", FIRST_FILTER + bound);
        let select = |filter: &str| source.sums(&["product_type"], figures, filter).then(&end);
        Self { total: source.sums(&[], figures, "true"), all: select("true"), of_one: select(&of_one) }
    }

    /// The select of all product types.
    pub(crate) fn all(&'static self) -> &'static Sums {
        &self.all
    }

    /// The figures over `range` all together, where nobody asks for the product types. The source has no places.
    pub(crate) async fn total<const N: usize, R: From<Totals<N>>>(
        &'static self,
        snapshot: &mut Snapshot,
        range: Range,
    ) -> Result<R, DatabaseError> {
        let row = snapshot.fetch_one(self.total.over(range, snapshot)).await?;
        Ok(Totals::read(&row, 0)?.into())
    }

    /// The figures over `range`, of one product type or of all. `bound` is what the source has places for.
    pub(crate) async fn read<const N: usize, R: From<Totals<N>>>(
        &'static self,
        snapshot: &mut Snapshot,
        range: Range,
        bound: Option<&str>,
        product_type: Option<&ProductType>,
    ) -> Result<Split<R>, DatabaseError> {
        let select = if product_type.is_some() { &self.of_one } else { &self.all };
        let mut sql = select.over(range, snapshot);
        for text in bound.into_iter().chain(product_type.map(|product_type| &**product_type)) {
            sql = sql.with(text);
        }
        let mut total = Totals::default();
        let mut by_product_type = Vec::new();
        for row in snapshot.fetch_all(sql).await? {
            let totals = Totals::read(&row, 1)?;
            total += totals;
            by_product_type.push(OfType { product_type: row.get(0)?, row: totals.into() });
        }
        Ok(Split { total: total.into(), by_product_type })
    }
}
