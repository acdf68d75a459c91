//! The orders of a range that were paid last (最新成交).

use serde::Serialize;
use utoipa::ToSchema;

use crate::database::Sql;
use crate::export::{Column, Stopped, Table, Writer};
use crate::figure::{Amount, LocalTime};
use crate::range::Range;
use crate::row;
use crate::snapshot::Snapshot;

/// How many orders are shown.
pub const LATEST_MAX: u8 = 50;
/// Orders that are not paid within this time after they were placed have an index of their own, in microseconds.
const SOON_MICROS: i64 = 3 * 86_400_000_000;

/// An order that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LatestOrder {
    /// The product's name.
    pub product_name: String,
    /// The product's type.
    #[schema(example = "ticket")]
    pub product_type: String,
    /// What was paid.
    pub amount: Amount,
    /// When it was paid.
    pub paid_at: LocalTime,
}

/// The last paid ones of the orders placed in `range`, the last one first.
///
/// Most orders are paid soon after they were placed: those were paid in the range or a little after it, where the index
/// on the time of payment finds the last ones at once. The few others have an index of their own.
pub(super) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<Vec<LatestOrder>, sqlx::Error> {
    let soon_until = range.to.micros().saturating_add(SOON_MICROS);
    let mut sql = Sql::new(LATEST);
    for number in [range.from.micros(), range.to.micros(), soon_until, i64::from(LATEST_MAX)] {
        sql = sql.with(number);
    }
    let rows = snapshot.fetch_all(sql).await?;
    let calendar = &snapshot.calendar;
    let order = |row| {
        Ok(LatestOrder {
            product_name: row::text(&row, "product_name")?,
            product_type: row::text(&row, "product_type")?,
            amount: row::amount(&row, "payable")?,
            paid_at: row::time(&row, "paid_at", calendar)?,
        })
    };
    rows.into_iter().map(order).collect()
}

/// Writes a table of them.
pub(super) async fn write(latest: &[LatestOrder], file: &mut Writer) -> Result<(), Stopped> {
    const COLUMNS: &[Column] = &[
        Column::text("product_name", "产品名称", "Product"),
        Column::text("product_type", "产品类型", "Product type"),
        Column::amount("amount", "支付金额", "Amount"),
        Column::time("paid_at", "付款时间", "Paid at"),
    ];
    let mut rows = file.table(&Table::section("最新成交", "Latest orders", COLUMNS)).await?;
    for LatestOrder { product_name, product_type, amount, paid_at } in latest {
        let cells = rows.row().await?.text(product_name.as_str()).text(product_type.as_str());
        cells.amount(*amount).time(paid_at.instant());
    }
    Ok(())
}

/// `$1` and `$2` are the range, `$3` is three days after its end, `$4` how many.
const LATEST: &str = "\
    select o.product_name, o.product_type, o.payable, last.paid_at from ( \
        select * from ( \
            select birth, paid_at from order_states \
            where paid_at >= $1 and paid_at < $3 and paid_at >= placed_at and paid_at < placed_at + 259200000000 \
            and placed_at >= $1 and placed_at < $2 order by paid_at desc, birth desc limit $4 \
        ) as soon union all select * from ( \
            select birth, paid_at from order_states \
            where (paid_at < placed_at or paid_at >= placed_at + 259200000000) \
            and placed_at >= $1 and placed_at < $2 order by paid_at desc, birth desc limit $4 \
        ) as odd order by paid_at desc, birth desc limit $4 \
    ) as last join orders as o using (birth) order by last.paid_at desc, last.birth desc";
