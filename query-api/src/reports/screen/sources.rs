//! Where orders came from (订单来源), and who travels (游客画像).

use crate::database::DatabaseError;
use std::sync::LazyLock;

use events_schema::terms::{OrderSource, Term};
use serde::Serialize;
use utoipa::ToSchema;

use crate::export::{Column, Stopped, Table, Writer, words};
use crate::figure::{OrderSourceWord, Ratio};
use crate::pieces::{Figure, Past, PastRows, Source, Sums};
use crate::range::{Grains, Range};
use crate::reports::split::Totals;
use crate::row::word;
use crate::snapshot::Snapshot;

/// The orders from one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OfSource {
    /// 订单来源.
    #[schema(value_type = OrderSourceWord)]
    pub source: OrderSource,
    /// Its orders.
    pub orders: i64,
    /// Its orders / all orders.
    pub share: Option<Ratio>,
}

/// How many travel, and who.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Visitors {
    /// Men.
    pub male: i64,
    /// Women.
    pub female: i64,
    /// Those who did not say.
    pub unknown: i64,
    /// Men / men and women.
    pub male_share: Option<Ratio>,
    /// Women / men and women.
    pub female_share: Option<Ratio>,
}

/// The sources of the orders placed in `range`, and their travellers.
pub(super) async fn read(
    snapshot: &mut Snapshot,
    range: Range,
) -> Result<(Vec<OfSource>, Visitors), DatabaseError> {
    let mut orders = vec![0; OrderSource::ALL.len()];
    let mut all = Totals::default();
    for row in snapshot.fetch_all(SELECT.over(range, snapshot)).await? {
        let totals = Totals::<4>::read(&row, 1)?;
        orders[word::<OrderSource>(&row, "source")?.ordinal()] = totals.0[0];
        all += totals;
    }
    let Totals([all_orders, male, female, unknown]) = all;
    let by_source = OrderSource::ALL.iter().zip(orders);
    let by_source = by_source
        .map(|(&source, orders)| OfSource { source, orders, share: Ratio::of(orders, all_orders) })
        .collect();
    let visitors = Visitors {
        male,
        female,
        unknown,
        male_share: Ratio::of(male, male + female),
        female_share: Ratio::of(female, male + female),
    };
    Ok((by_source, visitors))
}

/// Writes a table of the sources.
pub(super) async fn write(sources: &[OfSource], file: &mut Writer) -> Result<(), Stopped> {
    const COLUMNS: &[Column] = &[
        Column::text("source", "订单来源", "Source"),
        Column::count("orders", "订单数", "Orders"),
        Column::ratio("share", "订单占比", "Share"),
    ];
    let mut rows = file.table(&Table::section("订单来源", "Sources", COLUMNS)).await?;
    for OfSource { source, orders, share } in sources {
        rows.row().await?.word(words::ORDER_SOURCES, source.as_str()).count(*orders).ratio(*share);
    }
    Ok(())
}

/// Where orders and their travellers are kept.
pub(crate) static SOURCE: Source = Source {
    cells: "source_cells",
    cells_where: "true",
    grains: Grains::HourToYear,
    rows: "orders",
    rows_where: "true",
    rows_at: "placed_at",
    past: Past {
        cells: "source_past",
        grains: Grains::DayToYear,
        key: &["grain", "start", "source"],
        rows: PastRows::Fixed { position: "birth" },
    },
};

static SELECT: LazyLock<Sums> = LazyLock::new(|| SOURCE.sums(&["source"], &figures(), "true"));

/// What cells have, and what an order adds to it.
pub(crate) fn figures() -> Vec<Figure> {
    let travellers = ["male_travellers", "female_travellers", "unknown_travellers"].map(Figure::same);
    [Figure::new("orders", "1")].into_iter().chain(travellers).collect()
}
