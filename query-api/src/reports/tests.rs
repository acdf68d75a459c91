//! Every report against a plain recount of its rows, over random ranges.

use events_schema::terms::{BalanceKind, CashKind, Direction, Method, Mode, OrderStatus, Term};
use events_schema::{Calendar, Grain, Money, ProductType, Timestamp};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use crate::figure::{Amount, LocalTime, Ratio};
use crate::fixture::{CashRow, Engine, Ledger, OrderRow, on_both_engines, random_cash, random_orders};
use crate::problem::Problem;
use crate::range::Range;
use crate::reports::steps::Step;
use crate::reports::{balances, cash, sales, screen, trend};

/// The clock is changed in between, on the 9th of March.
const ZONE: &str = "America/New_York";
/// Random ranges that each report is held against.
const RANGES: usize = 60;

on_both_engines!(
    sales_are_what_a_recount_of_the_orders_gives,
    the_trend_is_what_a_recount_of_the_orders_gives,
    a_trend_without_a_beginning_begins_with_the_first_order,
    a_trend_has_at_most_two_thousand_steps,
    the_trends_of_the_big_screen_have_at_most_two_thousand_steps,
    cash_is_what_a_recount_of_the_entries_gives,
    an_empty_ledger_has_empty_reports,
);

fn micros(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().micros()
}

fn span() -> (i64, i64) {
    (micros("2025-01-20T00:00:00Z"), micros("2025-04-10T00:00:00Z"))
}

/// A range whose ends are anywhere, on an hour, on a midnight, or open.
fn random_range(dice: &mut StdRng, calendar: &Calendar) -> Range {
    let (first, last) = span();
    let mut end = |open| {
        let instant = Timestamp::from_micros(dice.random_range(first - 1_000_000..last + 1_000_000));
        match dice.random_range(0..8) {
            0 => calendar.start(Grain::Month, instant),
            1 | 2 => calendar.start(Grain::Day, instant),
            3 => calendar.start(Grain::Hour, instant),
            4 => open,
            _ => instant,
        }
    };
    let (a, b) = (end(Range::BEGINNING), end(Range::END));
    Range::new(a.min(b), a.max(b))
}

fn contains(range: Range, at: i64) -> bool {
    range.from.micros() <= at && at < range.to.micros()
}

fn of<'a>(orders: &'a [OrderRow], range: Range, product_type: Option<&str>) -> Vec<&'a OrderRow> {
    let wanted = |order: &&OrderRow| {
        contains(range, order.placed_at) && product_type.is_none_or(|wanted| wanted == order.product_type)
    };
    orders.iter().filter(wanted).collect()
}

fn yuan(minor: i64) -> String {
    Money::from_minor(minor).to_string()
}

/// A row of the sales report as reports.md defines it.
fn sales_row(orders: &[&OrderRow]) -> Value {
    let paid: Vec<_> = orders.iter().filter(|order| order.status.is_paid()).collect();
    let money = |name: &str| paid.iter().map(|order| order.adds(name)).sum::<i64>();
    let by_status = OrderStatus::ALL.iter().map(|status| {
        let there: Vec<_> = orders.iter().filter(|order| order.status == *status).collect();
        let amount = there.iter().map(|order| order.payable).sum();
        json!({"status": status.as_str(), "orders": there.len(), "amount": yuan(amount)})
    });
    let count = |n: usize| i64::try_from(n).unwrap();
    let sales_cost = money("purchase_cost") + money("commission_cost") + money("freight_cost");
    let profit = money("revenue") - sales_cost;
    let returned = count(paid.iter().filter(|order| order.returned).count());
    json!({
        "orders": orders.len(), "unpaid_orders": orders.len() - paid.len(), "paid_orders": paid.len(),
        "by_status": by_status.collect::<Vec<_>>(),
        "sales_amount": yuan(money("sales_amount")), "discount_amount": yuan(money("discount_amount")),
        "paid_amount": yuan(money("sales_amount") - money("discount_amount")),
        "prepaid_amount": yuan(money("prepaid_amount")), "realised_amount": yuan(money("realised_amount")),
        "refunded_amount": yuan(money("refunded_amount")), "refund_fee_amount": yuan(money("refund_fee_amount")),
        "revenue": yuan(money("revenue")), "purchase_cost": yuan(money("purchase_cost")),
        "commission_cost": yuan(money("commission_cost")), "freight_cost": yuan(money("freight_cost")),
        "sales_cost": yuan(sales_cost), "profit": yuan(profit),
        "profit_margin": Ratio::of(profit, money("revenue")),
        "conversion_rate": Ratio::of(count(paid.len()), count(orders.len())),
        "return_rate": Ratio::of(returned, count(paid.len())),
    })
}

fn with(mut row: Value, key: &str, value: &str) -> Value {
    row[key] = value.into();
    row
}

async fn sales_are_what_a_recount_of_the_orders_gives(engine: Engine) {
    let (from, to) = span();
    let orders = random_orders(1, 800, from, to);
    let ledger = Ledger::with(engine, ZONE, &orders, &[]).await;
    let read_models = ledger.read_models().await;
    let mut dice = StdRng::seed_from_u64(2);
    for round in 0..RANGES {
        let range = random_range(&mut dice, ledger.calendar());
        let product_type = (round % 3 == 0).then_some("hotel");
        let mut snapshot = read_models.begin().await.unwrap();
        let filter = product_type.map(|text| text.parse::<ProductType>().unwrap());
        let report = sales::read(&mut snapshot, range, filter.as_ref()).await.unwrap();
        let selected = of(&orders, range, product_type);
        let mut types: Vec<_> = selected.iter().map(|order| order.product_type.as_str()).collect();
        types.sort_unstable();
        types.dedup();
        let by_product_type =
            types.iter().map(|name| with(sales_row(&of(&orders, range, Some(name))), "product_type", name));
        let expected =
            json!({"total": sales_row(&selected), "by_product_type": by_product_type.collect::<Vec<_>>()});
        assert_eq!(serde_json::to_value(&report).unwrap(), expected, "{range:?}");
    }
}

async fn the_trend_is_what_a_recount_of_the_orders_gives(engine: Engine) {
    let (from, to) = span();
    let orders = random_orders(3, 800, from, to);
    let ledger = Ledger::with(engine, ZONE, &orders, &[]).await;
    let (calendar, read_models) = (ledger.calendar(), ledger.read_models().await);
    let mut dice = StdRng::seed_from_u64(4);
    for round in 0..RANGES {
        let (step, grain) =
            [(Step::Hour, Grain::Hour), (Step::Day, Grain::Day), (Step::Month, Grain::Month)][round % 3];
        let mut range = random_range(&mut dice, calendar);
        range.to = range.to.min(Timestamp::from_micros(to));
        range.from = range.from.max(Timestamp::from_micros(from)).min(range.to);
        let product_type = (round % 4 == 0).then_some("hotel");
        let mut snapshot = read_models.begin().await.unwrap();
        let filter = product_type.map(|text| text.parse::<ProductType>().unwrap());
        let trend = trend::read(&mut snapshot, range, step, filter.as_ref()).await.unwrap();
        let mut points = Vec::new();
        let mut start = calendar.start(grain, range.from);
        while start < range.to && !range.is_empty() {
            let next = calendar.next(grain, start);
            let inside = Range::new(start.max(range.from), next.min(range.to));
            let orders = of(&orders, inside, product_type);
            let count = orders.len();
            let (paid, unpaid): (Vec<&OrderRow>, Vec<&OrderRow>) =
                orders.into_iter().partition(|order| order.status.is_paid());
            points.push(json!({
                "at": LocalTime::new(calendar, start), "orders": count, "paid_orders": paid.len(),
                "paid_amount": yuan(paid.iter().map(|order| order.payable).sum()),
                "unpaid_amount": yuan(unpaid.iter().map(|order| order.payable).sum()),
            }));
            start = next;
        }
        assert_eq!(serde_json::to_value(&trend.points).unwrap(), Value::from(points), "{step:?} {range:?}");
    }
}

async fn a_trend_without_a_beginning_begins_with_the_first_order(engine: Engine) {
    let orders = random_orders(5, 3, micros("2025-02-03T12:00:00Z"), micros("2025-02-03T13:00:00Z"));
    let ledger = Ledger::with(engine, ZONE, &orders, &[]).await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let until = |text| Range::new(Range::BEGINNING, Timestamp::from_micros(micros(text)));
    let range = until("2025-02-05T05:00:00Z");
    let trend = trend::read(&mut snapshot, range, Step::Day, None).await.unwrap();
    let days: Vec<_> = trend.points.iter().map(|point| (point.at.as_str(), point.orders)).collect();
    assert_eq!(days, [("2025-02-03T00:00:00-05:00", 3), ("2025-02-04T00:00:00-05:00", 0)]);
    let before = trend::read(&mut snapshot, until("2025-01-01T05:00:00Z"), Step::Day, None).await.unwrap();
    assert_eq!(before.points, []);
}

async fn a_trend_has_at_most_two_thousand_steps(engine: Engine) {
    let ledger = Ledger::with(engine, ZONE, &[], &[]).await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let from = Timestamp::from_micros(micros("2025-01-01T05:00:00Z"));
    let range = Range::new(from, from.plus_seconds(2_000 * 3_600));
    assert_eq!(trend::read(&mut snapshot, range, Step::Hour, None).await.unwrap().points.len(), 2_000);
    let range = Range::new(from, Timestamp::from_micros(range.to.micros() + 1));
    let problem = trend::read(&mut snapshot, range, Step::Hour, None).await.unwrap_err();
    assert_eq!((problem.code(), field(&problem)), ("too_many_steps", "step".into()));
}

/// The parameter that is to be changed.
fn field(problem: &Problem) -> Value {
    serde_json::to_value(problem.document()).unwrap()["field"].clone()
}

async fn the_trends_of_the_big_screen_have_at_most_two_thousand_steps(engine: Engine) {
    let ledger = Ledger::with(engine, "Asia/Shanghai", &[], &[]).await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    let from = Timestamp::from_micros(micros("2025-01-01T00:00:00+08:00"));
    let days = |days: i64| Range::new(from, from.plus_seconds(days * 86_400));
    assert_eq!(screen::read(&mut snapshot, days(2_000)).await.unwrap().trend.len(), 2_000);
    let problem = screen::read(&mut snapshot, days(2_001)).await.unwrap_err();
    assert_eq!((problem.code(), field(&problem)), ("too_many_steps", "from".into()));
    assert!(!problem.detail().contains("longer steps"), "{}", problem.detail());
}

/// A new kind would be in the cells, and not in the rows at the ends of a range.
#[test]
fn rows_are_found_by_every_kind_that_there_is() {
    fn every<K: Term>() -> String {
        let kinds: Vec<_> = K::ALL.iter().map(|kind| kind.ordinal().to_string()).collect();
        format!("kind in ({})", kinds.join(", "))
    }
    assert_eq!(cash::CASH.rows_where, every::<CashKind>());
    assert_eq!(balances::SOURCE.rows_where, every::<BalanceKind>());
}

/// The figures of the cash report as reports.md defines them.
fn cash_report(entries: &[CashRow], range: Range) -> Value {
    let inside: Vec<_> = entries.iter().filter(|entry| contains(range, entry.occurred_at)).collect();
    let sum = |wanted: &dyn Fn(&CashRow) -> bool| {
        let found: Vec<_> = inside.iter().filter(|entry| wanted(entry)).collect();
        let amount: i64 = found.iter().map(|entry| entry.amount).sum();
        (json!({"count": found.len(), "amount": yuan(amount)}), amount)
    };
    let both = |mut row: Value, wanted: &dyn Fn(&CashRow) -> bool| {
        for direction in [Direction::Income, Direction::Expense] {
            let (figure, _) = sum(&|entry| entry.kind.direction() == direction && wanted(entry));
            row[direction.as_str()] = figure;
        }
        row
    };
    let signed = |entry: &CashRow| match entry.kind.direction() {
        Direction::Income => entry.amount,
        Direction::Expense => -entry.amount,
    };
    let opening: i64 =
        entries.iter().filter(|entry| entry.occurred_at < range.from.micros()).map(signed).sum();
    let net: i64 = inside.iter().map(|entry| signed(entry)).sum();
    let by_mode = [Mode::Online, Mode::Offline]
        .map(|mode| both(json!({"mode": mode.as_str()}), &|entry| entry.method.mode() == mode));
    let by_method = Method::EXTERNAL.map(|method| {
        let row = json!({"method": method.as_str(), "mode": method.mode().as_str()});
        both(row, &|entry| entry.method == method)
    });
    let by_kind: Vec<_> = CashKind::ALL
        .iter()
        .map(|kind| {
            let (mut row, _) = sum(&|entry| entry.kind == *kind);
            row["kind"] = kind.as_str().into();
            row["direction"] = kind.direction().as_str().into();
            row
        })
        .collect();
    let report = json!({
        "opening_balance": yuan(opening), "net": yuan(net), "closing_balance": yuan(opening + net),
        "by_mode": by_mode, "by_method": by_method, "by_kind": by_kind,
    });
    both(report, &|_| true)
}

async fn cash_is_what_a_recount_of_the_entries_gives(engine: Engine) {
    let (from, to) = span();
    let entries = random_cash(6, 800, from, to);
    let ledger = Ledger::with(engine, ZONE, &[], &entries).await;
    let read_models = ledger.read_models().await;
    let mut dice = StdRng::seed_from_u64(7);
    for _ in 0..RANGES {
        let range = random_range(&mut dice, ledger.calendar());
        let mut snapshot = read_models.begin().await.unwrap();
        let report = cash::read(&mut snapshot, range).await.unwrap();
        assert_eq!(serde_json::to_value(&report).unwrap(), cash_report(&entries, range), "{range:?}");
    }
}

async fn an_empty_ledger_has_empty_reports(engine: Engine) {
    let ledger = Ledger::new(engine, ZONE).await;
    let mut snapshot = ledger.read_models().await.begin().await.unwrap();
    assert_eq!(snapshot.position.get(), 0);
    let sales = sales::read(&mut snapshot, Range::ALL, None).await.unwrap();
    assert_eq!((sales.total.orders, sales.total.conversion_rate, sales.by_product_type.len()), (0, None, 0));
    assert_eq!(cash::read(&mut snapshot, Range::ALL).await.unwrap().closing_balance, Amount::minor(0));
    assert_eq!(trend::read(&mut snapshot, Range::ALL, Step::Hour, None).await.unwrap().points, []);
}
