//! What changed between two moments, against the log cut at each of them.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use events_schema::Recorded;
use events_schema::recorded::CommandKey;
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
const PAIRS: usize = 4;
/// Figures of one report whose events are added up.
const FIGURES: usize = 3;
/// Events of a page: few, so that there are many pages.
const LIMITS: [usize; 3] = [3, 10, 500];

/// Two moments, the end of a decision in between, and what had happened by each of the three.
struct Two {
    parameters: Vec<(&'static str, String)>,
    events: [usize; 3],
    rows: [Rows; 3],
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
                let values = comparing::values_of(name, asked, &two.rows[2], dice);
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
    let between = earlier + dice.index(later - earlier + 1);
    let more = events[between..later].iter().take_while(|event| event.key == CommandKey::SameDecision);
    let counts = [earlier, between + more.count(), later];
    Two { parameters, events: counts, rows: counts.map(|count| Rows::of(&events[..count])) }
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
    let [earlier, _, later] = two.events;
    assert_eq!((&answer["as_of"], &answer["to_as_of"]), (&json!(earlier), &json!(later)), "{what}");
    let (from, to) = comparing::ends(&two.rows[2], asked, &answer);
    let selection = Selection { from, to, filters };
    let naive = two.rows.each_ref().map(|rows| leaves(&(report.expected)(rows, &selection)));
    let mut pairs = BTreeMap::<String, [Value; 3]>::new();
    for (side, leaves) in naive.into_iter().enumerate() {
        for (path, value) in leaves {
            pairs.entry(path).or_default()[side] = value;
        }
    }
    let expected: Vec<_> = pairs.iter().filter(|(_, [before, _, after])| differ(before, after)).collect();
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
fn assert_change(figure: &Value, [before, _, after]: &[Value; 3], what: &str) {
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
    between: [usize; 3],
}

impl Asking<'_> {
    /// The events that changed a figure add up to its change, and those up to any decision to what it was then; of a
    /// ratio, those of its parts.
    async fn events_add_up(&self, path: &str, values: &[Value; 3], limit: usize) {
        let (figures, events) = self.add_up(path, limit).await;
        let what = format!("{} {:?} over {:?}: {path}", self.address, self.parameters, self.asked);
        let absent = |value: &Value, figure: &Value| {
            // What is not there is asked for as a sum of nothing, and its share is one of nothing.
            let is_nothing = number(figure) == Some(0) || *figure == "0.0000";
            if value.is_null() && is_nothing { figure.clone() } else { value.clone() }
        };
        let [before, between, after] = values;
        let [first, last] = [absent(before, &figures[0]["before"]), absent(after, &figures[0]["after"])];
        assert_change(&figures[0], &[first, Value::Null, last], &what);
        for part in &figures[1..] {
            let path = part["figure"].as_str().unwrap();
            assert_eq!(self.add_up(path, 500).await.0, std::slice::from_ref(part), "{what}");
        }
        if figures.len() == 1 {
            let early = events.iter().filter(|(position, _)| *position <= self.between[1]);
            let [before, between] = [before, between].map(|value| number(value).unwrap_or(0));
            let early: i64 = early.map(|(_, change)| change).sum();
            assert_eq!(before + early, between, "{what}: by {}", self.between[1]);
        }
    }

    /// Adds up the events of a figure, page by page, and answers what is said of the figure; and of each event where it
    /// stands, and what it changed.
    async fn add_up(&self, path: &str, limit: usize) -> (Vec<Value>, Vec<(usize, i64)>) {
        let parameters = [self.parameters, &[("figure", path.to_owned())]].concat();
        let query = asking::query(&parameters);
        let address = format!("/v1/reports/{}?limit={limit}{}{query}", self.address, self.asked.query());
        let [earlier, _, later] = self.between;
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let (status, page) = self.ledger.get(&format!("{address}{cursor}")).await;
            assert_eq!(status, StatusCode::OK, "{address}: {page}");
            let events = page["events"].as_array().unwrap();
            for event in events {
                let (change, position) = (number(&event["change"]).unwrap(), &event["position"]);
                let position = usize::try_from(position.as_u64().unwrap()).unwrap();
                assert_ne!(change, 0, "{address}: {event}");
                assert!(earlier < position && position <= later, "{address}: {event}");
                all.push((position, change));
            }
            let figures = page["figures"].as_array().unwrap();
            let Some(next) = page["next_cursor"].as_str() else {
                assert!(all.is_sorted_by_key(|(position, _)| *position), "{address}: {all:?}");
                if figures.len() > 1 {
                    assert_eq!((&page["sum"], events.len()), (&Value::Null, 0), "{address}");
                } else {
                    let sum = all.iter().map(|(_, change)| change).sum();
                    assert_eq!(page["sum"], figures[0]["change"], "{address}");
                    assert_eq!(Some(sum), number(&page["sum"]), "{address}: the events are something else");
                }
                return (figures.clone(), all);
            };
            assert_eq!(events.len(), limit, "{address}: only the last page is short");
            cursor = format!("&cursor={next}");
        }
    }
}
