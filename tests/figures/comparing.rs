//! What the ledger answers, against the oracle.

use axum::http::StatusCode;
use jiff::ToSpan;
use serde_json::{Value, json};

use super::asking;
use super::difference::difference;
use super::history::DAY;
use super::items;
use super::ledger::Ledger;
use super::oracle::details::details;
use super::oracle::lists::{Item, List};
use super::oracle::reports::{Report, named};
use super::oracle::selection::Selection;
use super::oracle::text::money;
use super::oracle::{money_lists, order_lists};
use super::properties::fen;
use super::ranges::{Asked, End};
use crate::naive::dice::Dice;
use crate::naive::rows::Rows;

/// The reports that are compared.
pub(crate) const REPORTS: [&str; 11] = [
    "overview",
    "sales",
    "sales/trend",
    "verifications",
    "refunds",
    "cash",
    "suppliers",
    "withdrawals",
    "commissions",
    "balances",
    "screen",
];

/// The lists that are compared.
pub(crate) const LISTS: [List; 8] = [
    order_lists::ORDERS,
    money_lists::CASH_ENTRIES,
    order_lists::SETTLEMENTS,
    money_lists::WITHDRAWALS,
    order_lists::COMMISSIONS,
    money_lists::BALANCE_ENTRIES,
    order_lists::REFUNDS,
    money_lists::PARKED_EVENTS,
];

/// Longest range of a trend by the hour: a trend has at most 2,000 steps.
pub(crate) const HOURLY_MICROS_MAX: i64 = 80 * DAY;
/// Most items that are read one by one.
const ONE_BY_ONE_MAX: usize = 12;

/// Compares every report over `asked`, narrowed down in all ways: now, or as of what these rows reflect.
pub(crate) async fn reports(
    ledger: &Ledger,
    rows: &Rows,
    as_of: Option<&str>,
    asked: Asked,
    dice: &mut Dice,
) {
    for report in REPORTS.map(named) {
        // A report of steps has no beginning of its own.
        if report.has_steps && asked.from == End::Open {
            continue;
        }
        compare_report(ledger, rows, as_of, report, asked, vec![], dice).await;
        for name in report.filters {
            for value in values_of(name, asked, rows, dice) {
                compare_report(ledger, rows, as_of, report, asked, vec![(name, value)], dice).await;
            }
        }
    }
}

async fn compare_report(
    ledger: &Ledger,
    rows: &Rows,
    as_of: Option<&str>,
    report: Report,
    asked: Asked,
    filters: Vec<(&'static str, String)>,
    dice: &mut Dice,
) {
    let then = as_of.map(|as_of| ("as_of", as_of.to_owned()));
    let parameters: Vec<_> = filters.iter().cloned().chain(then).collect();
    let answer = asking::report(ledger, report.name, asked, &parameters).await;
    let (from, to) = ends(rows, asked, &answer);
    let expected = (report.expected)(rows, &Selection { from, to, filters: filters.clone() });
    if let Some(found) = difference(&expected, &answer) {
        panic!("{} {parameters:?} over {asked:?}{found}", report.name);
    }
    items::add_up(ledger, report.name, asked, &parameters, &answer, dice).await;
}

/// The ends of the range; those that are not asked for are as the answer says. Nothing asked for is today.
pub(crate) fn ends(rows: &Rows, asked: Asked, answer: &Value) -> (i64, i64) {
    let told = |name: &str| {
        let told = answer[name].as_str()?;
        Some(told.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    };
    let (from, to) = (told("from"), told("to"));
    if asked == Asked::OPEN {
        let today =
            jiff::Timestamp::from_microsecond(from.unwrap()).unwrap().to_zoned_datetime(rows.zone.clone());
        assert_eq!(today.time(), jiff::civil::Time::midnight());
        let tomorrow = (today.date() + 1.day()).to_zoned_datetime(rows.zone.clone()).unwrap();
        assert_eq!(to, Some(tomorrow.timestamp().as_microsecond()));
    }
    for (end, told) in [(asked.from, from), (asked.to, to)] {
        let asked = end.instant(&rows.zone);
        assert!(asked.is_none() || asked == told, "asked for {asked:?}, told {told:?}");
    }
    (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX))
}

/// Some values of a report's filter.
pub(crate) fn values_of(name: &str, asked: Asked, rows: &Rows, dice: &mut Dice) -> Vec<String> {
    let ends = [asked.from, asked.to].map(|end| end.instant(&rows.zone));
    let is_short = matches!(ends, [Some(from), Some(to)] if to - from <= HOURLY_MICROS_MAX);
    let values: &[&str] = match name {
        "step" if is_short => &["hour", "day", "month"],
        "step" => &["day", "month"],
        "payee_kind" => &["supplier", "distributor", "member"],
        "product_type" => &[dice.of(&["ticket", "hotel", "tour", "goods", "nothing"])],
        "supplier_id" => &[dice.of(&["S0", "S1", "S2", "S3"])],
        "distributor_id" => &[dice.of(&["D0", "D1", "D2", "D3"])],
        other => panic!("no values are known of {other}"),
    };
    values.iter().map(ToString::to_string).collect()
}

/// Compares what is said of each order.
pub(crate) async fn orders(ledger: &Ledger, rows: &Rows) {
    for (order_id, expected) in details(rows) {
        let (status, answer) = ledger.get(&format!("/v1/orders/{order_id}")).await;
        let found = difference(&expected, &answer);
        assert_eq!((status, found), (StatusCode::OK, None), "order {order_id}");
    }
}

/// Compares every list: whole, over each of `ranges`, and with each of its filters.
pub(crate) async fn lists(ledger: &Ledger, rows: &Rows, ranges: &[Asked], dice: &mut Dice) {
    for list in LISTS {
        let items = (list.items)(rows);
        compare_list(ledger, rows, list, Asked::OPEN, vec![], dice).await;
        for name in list.filters.iter().chain(["q"].iter()) {
            for _ in 0..2 {
                let Some(value) = value_in(list, name, &items, dice) else { continue };
                let asked = if dice.chance(30) { dice.of(ranges) } else { Asked::OPEN };
                compare_list(ledger, rows, list, asked, vec![(name, value)], dice).await;
            }
        }
        for asked in ranges {
            let name = list.filters[dice.index(list.filters.len())];
            let value = value_in(list, name, &items, dice).filter(|_| dice.chance(50));
            let filters = value.map(|value| (name, value)).into_iter().collect();
            compare_list(ledger, rows, list, *asked, filters, dice).await;
        }
    }
}

async fn compare_list(
    ledger: &Ledger,
    rows: &Rows,
    list: List,
    asked: Asked,
    filters: Vec<(&'static str, String)>,
    dice: &mut Dice,
) {
    let ends = [asked.from, asked.to].map(|end| end.instant(&rows.zone));
    let (from, to) = (ends[0].unwrap_or(i64::MIN), ends[1].unwrap_or(i64::MAX));
    let expected = list.expected(rows, &Selection { from, to, filters: filters.clone() });
    let limits: &[usize] = if expected.len() <= ONE_BY_ONE_MAX { &[1, 7, 500] } else { &[13, 50, 500] };
    let limit = dice.of(limits);
    let answer = asking::list(ledger, list.name, asked, &filters, limit).await;
    if let Some(found) = difference(&json!(expected), &json!(answer)) {
        panic!("{} {filters:?} over {asked:?}, {limit} at once{found}", list.name);
    }
    let amount = list.amount.map(|name| expected.iter().map(|item| fen(&item[name])).sum()).map(money);
    let total = asking::total(ledger, list.name, asked, &filters).await;
    let expected = json!({"count": expected.len(), "amount": amount});
    assert_eq!(total, expected, "{} {filters:?} over {asked:?}", list.name);
}

/// A value of the filter `name` that some item has; nothing when it has none. Of `q`, the beginning of a text.
fn value_in(list: List, name: &str, items: &[Item], dice: &mut Dice) -> Option<String> {
    let item = items.get(dice.index(items.len().max(1)))?;
    if name != "q" {
        return item.value(name).map(str::to_owned);
    }
    let texts: Vec<_> = list.searched.iter().filter_map(|name| item.value(name)).collect();
    let text = texts.get(dice.index(texts.len().max(1)))?;
    let length = 1 + dice.index(text.chars().count());
    Some(text.chars().take(length).collect())
}
