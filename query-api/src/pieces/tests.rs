//! Sums over pieces against a plain recount, where there are cells of days and months only.

use std::sync::LazyLock;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::database::Argument;
use crate::fixture::{Engine, Ledger, on_both_engines};
use events_schema::Timestamp;
use events_schema::terms::SettlementState;

on_both_engines!(what_has_no_hours_is_read_from_days_and_rows);

/// What one supplier gets, as far as this test goes.
const OF_SUPPLIER: Source = Source {
    cells: "settlement_cells",
    cells_where: concat!("supplier_id = ", first_filter!()),
    grains: Grains::DayToMonth,
    rows: "order_states",
    rows_where: concat!("settlement_state is not null and supplier_id = ", first_filter!()),
    rows_at: "paid_at",
    past: Past {
        cells: "settlement_past",
        grains: Grains::DayToYear,
        key: &[],
        rows: PastRows::Fixed { position: "birth" },
    },
};

static SETTLED: LazyLock<Sums> = LazyLock::new(|| {
    OF_SUPPLIER.sums(
        &["product_type"],
        &[Figure::new("settled_orders", "1"), Figure::new("settled_amount", "settlement_amount")],
        &format!("product_type <> ${}", FIRST_FILTER + 1),
    )
});

#[test]
fn the_first_filter_that_is_written_out_is_the_one_that_is_bound() {
    assert_eq!(first_filter!(), format!("${FIRST_FILTER}"));
}

async fn what_has_no_hours_is_read_from_days_and_rows(engine: Engine) {
    let mut ledger = Ledger::with(engine, "America/New_York", &[], &[]).await;
    let mut dice = StdRng::seed_from_u64(31);
    // The clock is changed in between.
    let (first, last) = (1_740_000_000_000_000, 1_744_000_000_000_000_i64);
    let mut rows = Vec::new();
    ledger.execute("begin").await;
    for birth in 1..=400_i64 {
        let (supplier, product_type) =
            (["S1", "S2"][dice.random_range(0..2)], ["goods", "tour"][dice.random_range(0..2)]);
        let (paid_at, amount) = (dice.random_range(first..last), dice.random_range(1..9_999_i64));
        let state = [
            ("birth", birth.into()),
            ("paid_at", paid_at.into()),
            ("product_type", product_type.into()),
            ("supplier_id", supplier.into()),
            ("settlement_state", Argument::term(SettlementState::Settled)),
            ("settlement_amount", amount.into()),
        ];
        ledger.insert("order_states", &state).await;
        let key = [("supplier_id", supplier), ("product_type", product_type)];
        let figures = [("settled_orders", 1), ("settled_amount", amount)];
        ledger.add("settlement_cells", &[Grain::Day, Grain::Month], paid_at, &key, &figures).await;
        rows.push((paid_at, supplier, product_type, amount));
    }
    ledger.execute("commit").await;
    let read_models = ledger.read_models().await;
    for round in 0..40 {
        let mut end = || {
            let instant = Timestamp::from_micros(dice.random_range(first - 1..last + 1));
            if round % 4 == 0 { ledger.calendar().start(Grain::Day, instant) } else { instant }
        };
        let (a, b) = (end(), end());
        let range = Range::new(a.min(b), a.max(b));
        let mut snapshot = read_models.begin().await.unwrap();
        let sql = SETTLED.over(range, &snapshot).with("S1").with("goods");
        let found = snapshot.fetch_all(sql).await.unwrap();
        let found: Vec<(String, i64, i64)> = found
            .iter()
            .map(|row| (row.get(0).unwrap(), row.get(1).unwrap(), row.get("settled_amount").unwrap()))
            // A type that is only in what was too much adds nothing.
            .filter(|(_, orders, _)| *orders > 0)
            .collect();
        let wanted = |(at, supplier, product_type, _): &&(i64, &str, &str, i64)| {
            range.from.micros() <= *at
                && *at < range.to.micros()
                && *supplier == "S1"
                && *product_type == "tour"
        };
        let amounts: Vec<i64> = rows.iter().filter(wanted).map(|row| row.3).collect();
        let orders = i64::try_from(amounts.len()).unwrap();
        let expected =
            if orders == 0 { vec![] } else { vec![("tour".to_owned(), orders, amounts.iter().sum())] };
        assert_eq!(found, expected, "{range:?}");
    }
}
