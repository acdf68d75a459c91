//! The orders of a range that were paid last (最新成交).

use std::sync::LazyLock;

use serde::Serialize;
use utoipa::ToSchema;

use crate::database::{DatabaseError, Sql};
use crate::export::{Column, Stopped, Table, Writer};
use crate::figure::{Amount, LocalTime};
use crate::past::Past;
use crate::range::Range;
use crate::row;
use crate::snapshot::Snapshot;

/// How many orders are shown.
pub const LATEST_MAX: u8 = 50;
/// Orders that are not paid within these times after they were placed have indexes of their own, in microseconds.
const SOON_MICROS: i64 = 3_600_000_000;
const LATE_MICROS: i64 = 3 * 86_400_000_000;

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
/// on the time of payment finds the last ones at once. Those that were paid late, and the few others, have indexes of their
/// own.
pub(super) async fn read(snapshot: &mut Snapshot, range: Range) -> Result<Vec<LatestOrder>, DatabaseError> {
    let rows = snapshot.fetch_all(select(range, snapshot.past())).await?;
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

fn select(range: Range, past: Option<&Past>) -> Sql {
    let [soon, late] = [SOON_MICROS, LATE_MICROS].map(|micros| range.to.micros().saturating_add(micros));
    let (from, to, latest_max) = (range.from.micros(), range.to.micros(), LATEST_MAX.into());
    let Some(past) = past else {
        return [from, to, soon, late, latest_max].into_iter().fold(Sql::new(&LATEST[0]), Sql::with);
    };
    // What was paid later is not even looked at.
    let until = past.paid_until.map_or(i64::MAX, |paid_until| paid_until.saturating_add(1));
    let numbers = [from, to, soon.min(until), late.min(until), latest_max, until, past.position];
    numbers.into_iter().fold(Sql::new(&LATEST[1]), Sql::with)
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

/// The last paid orders now, and as of a position. `$1` and `$2` are the range, `$3` is an hour and `$4` three days after
/// its end, `$5` how many; `$6` is after all payments that were recorded by the position, which is `$7`, and so are `$3`
/// and `$4` then.
static LATEST: LazyLock<[String; 2]> = LazyLock::new(|| {
    const SOON: &str =
        "paid_at >= $1 and paid_at < $3 and paid_at >= placed_at and paid_at < placed_at + 3600000000";
    const LATE: &str = "paid_at >= $1 and paid_at < $4 \
        and (paid_at >= placed_at + 3600000000 and paid_at < placed_at + 259200000000)";
    const ODD: &str = "(paid_at < placed_at or paid_at >= placed_at + 259200000000)";
    let paid_then = "and exists ( \
        select 1 from order_versions as v where v.birth = order_states.birth and v.position <= $7 \
        and v.paid_at is not null)";
    // Said so that the index of the odd ones is taken then, too.
    let odd_then = format!("{ODD} and paid_at + 0 < $6");
    let [now, then] = [("", ODD, "birth"), (paid_then, odd_then.as_str(), "birth + 0")];
    [now, then].map(|(paid, odd, birth_of_odd)| {
        let last = [(SOON, "birth"), (LATE, "birth"), (odd, birth_of_odd)].map(|(when, birth)| {
            format!(
                "select * from (select birth, paid_at from order_states where {when} \
                 and placed_at >= $1 and placed_at < $2 {paid} order by paid_at desc, {birth} desc limit $5) as last"
            )
        });
        format!(
            "select o.product_name, o.product_type, o.payable, last.paid_at from ( \
             {} order by paid_at desc, birth desc limit $5 \
             ) as last join orders as o using (birth) order by last.paid_at desc, last.birth desc",
            last.join(" union all ")
        )
    })
});

#[cfg(test)]
mod tests {
    use events_schema::Timestamp;

    use super::*;
    use crate::database::Argument;
    use crate::fixture::{Engine, Ledger, on_both_engines};

    on_both_engines!(orders_are_shown_however_long_after_their_placing_they_were_paid);

    async fn orders_are_shown_however_long_after_their_placing_they_were_paid(engine: Engine) {
        let waits = [-1, 0, SOON_MICROS - 1, SOON_MICROS, LATE_MICROS - 1, LATE_MICROS, 10 * LATE_MICROS];
        let mut ledger = Ledger::with(engine, "Asia/Shanghai", &[], &[]).await;
        // One order of each kind before the range, at its two ends, and after it.
        let (from, to) = (10 * LATE_MICROS, 20 * LATE_MICROS);
        let places = [from - 1, from, to - 1, to]
            .into_iter()
            .flat_map(|placed_at| waits.map(|wait| (placed_at, wait)));
        let number = |name, number: i64| (name, Argument::Int(number));
        for (birth, (placed_at, wait)) in (1..).zip(places) {
            let key = [number("birth", birth), number("placed_at", placed_at)];
            ledger.insert("orders", &key).await;
            let paid_at = number("paid_at", placed_at + wait);
            ledger.insert("order_states", &[&key[..], &[paid_at]].concat()).await;
        }
        let inside = [from, to - 1].into_iter();
        let mut expected: Vec<_> = inside.flat_map(|placed_at| waits.map(|wait| placed_at + wait)).collect();
        expected.sort_unstable_by(|a, b| b.cmp(a));
        let mut snapshot = ledger.read_models().await.begin().await.unwrap();
        let range = Range::new(Timestamp::from_micros(from), Timestamp::from_micros(to));
        let shown = read(&mut snapshot, range).await.unwrap();
        let shown: Vec<_> = shown.iter().map(|order| order.paid_at.instant().micros()).collect();
        assert_eq!(shown, expected);
    }

    #[tokio::test]
    async fn the_last_paid_orders_are_found_by_when_they_were_paid_now_and_then() {
        let ledger = Ledger::with(Engine::Sqlite, "Asia/Shanghai", &[], &[]).await;
        let (now, then) = (ledger.read_models().await.begin().await.unwrap(), ledger.as_of(5).await);
        for snapshot in [now, then] {
            let plan = ledger.plan(select(Range::ALL, snapshot.past())).await;
            for index in [
                "SEARCH order_states USING COVERING INDEX order_states_paid_at (paid_at>? AND paid_at<?)",
                "SEARCH order_states USING COVERING INDEX order_states_paid_at_late (paid_at>? AND paid_at<?)",
                "SCAN order_states USING COVERING INDEX order_states_paid_at_odd",
            ] {
                assert!(plan.iter().any(|step| step == index), "{plan:#?}");
            }
        }
    }
}
