//! Rows that never change, and rows with versions, as they stood at random positions, against a plain recount.

use std::collections::BTreeMap;

use events_schema::terms::{CashKind, SettlementState, Term};
use events_schema::{Grain, Id, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::database::Argument;
use crate::fixture::{CashRow, Engine, GRAINS, Ledger, on_both_engines, random_cash};
use crate::range::Range;
use crate::reports::{cash, suppliers};

on_both_engines!(what_is_asked_for_as_of_a_position_is_what_had_happened_by_then);

/// How many events there are; some of them are orders' and some are cash.
const EVENTS: i64 = 500;
/// The clock is changed in between.
const FIRST: i64 = 1_740_000_000_000_000;
const LAST: i64 = 1_744_000_000_000_000;

/// The settlement of an order, as each event left it.
#[derive(Clone)]
struct Settlement {
    birth: i64,
    paid_at: i64,
    supplier: &'static str,
    product_type: &'static str,
    versions: Vec<(i64, SettlementState, i64)>,
}

/// What has happened.
#[derive(Default)]
struct Happened {
    settlements: Vec<Settlement>,
    cash: Vec<CashRow>,
}

impl Settlement {
    /// Adds to cells what it says, once or less than once.
    async fn add(&self, ledger: &mut Ledger, sign: i64) {
        let Some((_, state, amount)) = self.versions.last() else { return };
        let (orders, sums) = (format!("{state}_orders"), format!("{state}_amount"));
        let figures = [(&*orders, sign), (&*sums, sign * amount)];
        for (supplier, grains) in [("", &GRAINS[..]), (self.supplier, &[Grain::Day, Grain::Month])] {
            let key = [("supplier_id", supplier), ("product_type", self.product_type)];
            ledger.add("settlement_cells", grains, self.paid_at, &key, &figures).await;
        }
    }

    /// Changes it by the event at `position`.
    async fn change(&mut self, ledger: &mut Ledger, position: i64, state: SettlementState, amount: i64) {
        self.add(ledger, -1).await;
        let previous = self.versions.last().map(|version| ("previous", version.0.into()));
        self.versions.push((position, state, amount));
        self.add(ledger, 1).await;
        let now = [
            ("birth", self.birth.into()),
            ("position", position.into()),
            ("paid_at", self.paid_at.into()),
            ("settlement_state", Argument::term(state)),
            ("settlement_amount", amount.into()),
        ];
        let facts = [("product_type", self.product_type.into()), ("supplier_id", self.supplier.into())];
        ledger.execute(&format!("delete from order_states where birth = {}", self.birth)).await;
        ledger.insert("order_states", &[&now[..], &facts].concat()).await;
        ledger.insert("order_versions", &now.into_iter().chain(previous).collect::<Vec<_>>()).await;
    }
}

/// Lets one event happen after the other; epochs end here and there, the last events are in none.
async fn happen(ledger: &mut Ledger, dice: &mut StdRng) -> Happened {
    let mut happened = Happened::default();
    let mut epoch = 0;
    for (position, mut entry) in (1..=EVENTS).zip(random_cash(41, EVENTS, FIRST, LAST)) {
        let (state, amount) = (SettlementState::ALL[dice.random_range(0..3)], dice.random_range(1..9_999));
        match dice.random_range(0..4) {
            0 => {
                entry.position = position;
                ledger.insert_cash(&entry).await;
                happened.cash.push(entry);
            }
            1 if !happened.settlements.is_empty() => {
                let settlement = dice.random_range(0..happened.settlements.len());
                happened.settlements[settlement].change(ledger, position, state, amount).await;
            }
            _ => {
                let mut settlement = Settlement {
                    birth: position,
                    paid_at: dice.random_range(FIRST..LAST),
                    supplier: ["S1", "S2"][dice.random_range(0..2)],
                    product_type: ["goods", "tour"][dice.random_range(0..2)],
                    versions: Vec::new(),
                };
                settlement.change(ledger, position, state, amount).await;
                happened.settlements.push(settlement);
            }
        }
        if dice.random_range(0..60) == 0 && position < EVENTS - 20 {
            epoch += 1;
            ledger.close_epoch(epoch, position).await;
        }
    }
    assert!(epoch > 3, "no past to speak of");
    happened
}

fn is_in(range: Range, at: i64) -> bool {
    range.from.micros() <= at && at < range.to.micros()
}

/// Counts and amounts by product type, state by state.
fn settlements(
    all: &[Settlement],
    range: Range,
    until: i64,
    supplier: Option<&str>,
) -> BTreeMap<String, [i64; 6]> {
    let mut by_type = BTreeMap::<String, [i64; 6]>::new();
    for settlement in all.iter().filter(|one| is_in(range, one.paid_at)) {
        let then = settlement.versions.iter().rfind(|version| version.0 <= until);
        if let Some((_, state, amount)) = then
            && supplier.is_none_or(|supplier| supplier == settlement.supplier)
        {
            let sums = by_type.entry(settlement.product_type.to_owned()).or_default();
            sums[2 * state.ordinal()] += 1;
            sums[2 * state.ordinal() + 1] += amount;
        }
    }
    by_type
}

async fn what_is_asked_for_as_of_a_position_is_what_had_happened_by_then(engine: Engine) {
    let mut ledger = Ledger::with(engine, "America/New_York", &[], &[]).await;
    let mut dice = StdRng::seed_from_u64(37);
    ledger.execute("begin").await;
    let happened = happen(&mut ledger, &mut dice).await;
    ledger.execute("commit").await;
    for round in 0..60 {
        let mut end = || {
            let instant = Timestamp::from_micros(dice.random_range(FIRST - 1..LAST + 1));
            if round % 4 == 0 { ledger.calendar().start(Grain::Day, instant) } else { instant }
        };
        let (a, b) = (end(), end());
        let range = Range::new(a.min(b), a.max(b));
        let until = if round == 0 { 0 } else { dice.random_range(0..EVENTS + 9) };
        let mut snapshot = ledger.as_of(until.cast_unsigned()).await;
        assert_eq!(snapshot.position.as_i64(), until);
        for supplier in [None, Some("S1")] {
            let id = supplier.map(|id| id.parse::<Id>().unwrap());
            let report = suppliers::read(&mut snapshot, range, id.as_ref(), None).await.unwrap();
            let found = report.by_product_type.into_iter().map(|of_type| {
                let suppliers::SuppliersRow { unsettled, settled, non_settleable } = of_type.row;
                let sums = [unsettled, settled, non_settleable].map(|sum| [sum.orders, sum.amount.0.minor()]);
                (of_type.product_type, sums.concat().try_into().unwrap())
            });
            let expected = settlements(&happened.settlements, range, until, supplier);
            assert_eq!(found.collect::<BTreeMap<_, [i64; 6]>>(), expected, "{range:?} as of {until}");
        }
        let report = cash::read(&mut snapshot, range).await.unwrap();
        let found = report.by_kind.iter().map(|row| (row.kind, row.count, row.amount.0.minor()));
        let expected = CashKind::ALL.iter().map(|&kind| {
            let wanted = |entry: &&CashRow| {
                entry.kind == kind && entry.position <= until && is_in(range, entry.occurred_at)
            };
            let amounts: Vec<_> = happened.cash.iter().filter(wanted).map(|entry| entry.amount).collect();
            (kind, i64::try_from(amounts.len()).unwrap(), amounts.iter().sum::<i64>())
        });
        assert!(found.eq(expected), "{range:?} as of {until}");
    }
}
