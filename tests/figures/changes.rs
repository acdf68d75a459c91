//! What changed between two moments, against the log cut at each of them.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use events_schema::Recorded;
use query_api::items::leaves;
use serde_json::{Value, json};

use super::ledger::Ledger;
use super::oracle::reports::{REPORTS, Report};
use super::oracle::selection::Selection;
use super::past::{self, Moment};
use super::properties::fen;
use super::ranges::{Asked, End};
use super::{asking, comparing};
use crate::naive::dice::Dice;
use crate::naive::rows::Rows;

/// Pairs of moments that are asked for.
const PAIRS: usize = 5;
/// Figures of one report whose events are added up.
const FIGURES: usize = 4;
/// Events of a page: few, so that there are many pages.
const LIMITS: [usize; 3] = [1, 5, 500];

/// Two moments, and what had happened by each of them.
struct Two {
    parameters: Vec<(&'static str, String)>,
    events: [usize; 2],
    rows: [Rows; 2],
}

/// Compares every report between random moments, over random ones of these ranges.
pub(crate) async fn reports(ledger: &Ledger, events: &[Recorded], ranges: &[Asked], dice: &mut Dice) {
    if events.len() < 2 {
        return;
    }
    for number in 0..PAIRS {
        let two = two(events, number == 0, dice);
        let asked = dice.of(ranges);
        for report in REPORTS {
            // A report of steps has no beginning of its own.
            if report.has_steps && asked.from == End::Open {
                continue;
            }
            let mut filters = Vec::new();
            if !report.filters.is_empty() && dice.chance(50) {
                let name = report.filters[dice.index(report.filters.len())];
                let values = comparing::values_of(name, asked, &two.rows[1], dice);
                filters.push((name, values[dice.index(values.len())].clone()));
            }
            compare(ledger, &two, report, asked, filters, dice).await;
        }
    }
}

/// Two moments, the earlier one first; the later one may be now.
fn two(events: &[Recorded], is_until_now: bool, dice: &mut Dice) -> Two {
    let [a, b] = [past::moment(events, dice), past::moment(events, dice)];
    let (a, b) = if a.events <= b.events { (a, b) } else { (b, a) };
    let Moment { as_of, events: earlier } = a;
    let mut parameters = vec![("as_of", as_of)];
    let mut later = events.len();
    if !is_until_now {
        later = b.events;
        parameters.push(("to_as_of", b.as_of));
    }
    let rows = [earlier, later].map(|count| Rows::of(&events[..count]));
    Two { parameters, events: [earlier, later], rows }
}

async fn compare(
    ledger: &Ledger,
    two: &Two,
    report: Report,
    asked: Asked,
    filters: Vec<(&'static str, String)>,
    dice: &mut Dice,
) {
    let parameters: Vec<_> = filters.iter().chain(&two.parameters).cloned().collect();
    let address = format!("{}/diff", report.name);
    let answer = asking::report(ledger, &address, asked, &parameters).await;
    let what = format!("{address} {parameters:?} over {asked:?}");
    let [earlier, later] = two.events;
    assert_eq!((&answer["as_of"], &answer["to_as_of"]), (&json!(earlier), &json!(later)), "{what}");
    let (from, to) = comparing::ends(&two.rows[1], asked, &answer);
    let selection = Selection { from, to, filters };
    let naive = two.rows.each_ref().map(|rows| leaves(&(report.expected)(rows, &selection)));
    let mut pairs = BTreeMap::<String, [Value; 2]>::new();
    for (side, leaves) in naive.into_iter().enumerate() {
        for (path, value) in leaves {
            pairs.entry(path).or_default()[side] = value;
        }
    }
    let expected: Vec<_> = pairs.iter().filter(|(_, [before, after])| differ(before, after)).collect();
    let figures = answer["figures"].as_array().unwrap();
    let found: Vec<_> = figures.iter().map(|figure| figure["figure"].as_str().unwrap()).collect();
    let names: Vec<_> = expected.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(found, names, "{what}");
    for (figure, (path, pair)) in figures.iter().zip(&expected) {
        assert_change(figure, pair, &format!("{what}: {path}"));
    }
    let changed: Vec<_> = expected.iter().map(|(path, _)| (*path).clone()).collect();
    let all: Vec<_> = pairs.keys().cloned().collect();
    for number in 0..if all.is_empty() { 0 } else { FIGURES } {
        // Mostly of those that changed; also where nothing did, something may have come and gone.
        let of = if number > 0 && !changed.is_empty() { &changed } else { &all };
        let path = &of[dice.index(of.len())];
        let asking =
            Asking { ledger, address: &address, asked, parameters: &parameters, between: two.events };
        asking.events_add_up(path, &pairs[path], dice.of(&LIMITS)).await;
    }
}

/// Whether a figure differs; what is not there is nothing.
fn differ(before: &Value, after: &Value) -> bool {
    match (number(before), number(after)) {
        (None, None) => before != after,
        (before, after) => before.unwrap_or(0) != after.unwrap_or(0),
    }
}

/// A count, or an amount in fen; nothing for a ratio, and for what is not there.
fn number(value: &Value) -> Option<i64> {
    let is_amount = || {
        value.as_str().and_then(|text| text.split_once('.')).is_some_and(|(_, decimals)| decimals.len() == 2)
    };
    value.as_i64().or_else(|| is_amount().then(|| fen(value)))
}

/// Checks both sides of a figure, and that its change is what lies between them.
fn assert_change(figure: &Value, [before, after]: &[Value; 2], what: &str) {
    assert_eq!((&figure["before"], &figure["after"]), (before, after), "{what}");
    let digits = |value: &Value| value.as_str().map(|text| text.replace('.', "").parse::<i64>().unwrap());
    match (number(before), number(after)) {
        (None, None) => {
            let expected = digits(before).zip(digits(after)).map(|(before, after)| after - before);
            assert_eq!(digits(&figure["change"]), expected, "{what}: {figure}");
        }
        (before, after) => {
            let expected = after.unwrap_or(0) - before.unwrap_or(0);
            assert_eq!(number(&figure["change"]), Some(expected), "{what}: {figure}");
        }
    }
}

/// A report between two moments, to ask for its figures one by one.
struct Asking<'a> {
    ledger: &'a Ledger,
    address: &'a str,
    asked: Asked,
    parameters: &'a [(&'static str, String)],
    between: [usize; 2],
}

impl Asking<'_> {
    /// The events that changed a figure add up to its change; of a ratio, those of its parts.
    async fn events_add_up(&self, path: &str, pair: &[Value; 2], limit: usize) {
        let figures = self.add_up(path, limit).await;
        let what = format!("{} {:?} over {:?}: {path}", self.address, self.parameters, self.asked);
        let absent = |value: &Value, figure: &Value| {
            // What is not there is asked for as a sum of nothing.
            if value.is_null() && number(figure) == Some(0) { figure.clone() } else { value.clone() }
        };
        let pair = [absent(&pair[0], &figures[0]["before"]), absent(&pair[1], &figures[0]["after"])];
        assert_change(&figures[0], &pair, &what);
        for part in &figures[1..] {
            let path = part["figure"].as_str().unwrap();
            assert_eq!(self.add_up(path, 500).await, std::slice::from_ref(part), "{what}");
        }
    }

    /// Adds up the events of a figure, page by page, and answers what is said of the figure.
    async fn add_up(&self, path: &str, limit: usize) -> Vec<Value> {
        let parameters = [self.parameters, &[("figure", path.to_owned())]].concat();
        let query = asking::query(&parameters);
        let address = format!("/v1/reports/{}?limit={limit}{}{query}", self.address, self.asked.query());
        let (mut sum, mut cursor, mut last) = (0, String::new(), self.between[0]);
        loop {
            let (status, page) = self.ledger.get(&format!("{address}{cursor}")).await;
            assert_eq!(status, StatusCode::OK, "{address}: {page}");
            let events = page["events"].as_array().unwrap();
            for event in events {
                let (change, position) = (number(&event["change"]).unwrap(), &event["position"]);
                let position = usize::try_from(position.as_u64().unwrap()).unwrap();
                assert_ne!(change, 0, "{address}: {event}");
                assert!(last <= position && position <= self.between[1], "{address}: {event} after {last}");
                assert!(position > self.between[0], "{address}: {event}");
                (sum, last) = (sum + change, position);
            }
            let figures = page["figures"].as_array().unwrap();
            let Some(next) = page["next_cursor"].as_str() else {
                if figures.len() > 1 {
                    assert_eq!((&page["sum"], events.len()), (&Value::Null, 0), "{address}");
                } else {
                    assert_eq!(page["sum"], figures[0]["change"], "{address}");
                    assert_eq!(Some(sum), number(&page["sum"]), "{address}: the events are something else");
                }
                return figures.clone();
            };
            assert_eq!(events.len(), limit, "{address}: only the last page is short");
            cursor = format!("&cursor={next}");
        }
    }
}
