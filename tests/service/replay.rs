//! `ledger replay`: the log alone gives the same bytes that the service gave.

use std::collections::HashSet;
use std::path::Path;

use events_schema::Timestamp;
use events_schema::block::BlockHeader;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde_json::Value;

use super::client::Client;
use super::events::{THAT_DAY, placed, whole_order, withdrawal};
use super::harness::{Finished, Ledger, directory, run};
use super::log_files::{blocks, change};

/// All reports, in the order in which they are printed.
const REPORTS: [&str; 12] = [
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
    "accounts",
];
/// Filters that some of them have.
const FILTERS: [(&str, &[(&str, &str)]); 9] = [
    ("sales", &[("product_type", "hotel")]),
    ("sales/trend", &[("step", "month"), ("product_type", "ticket")]),
    ("sales/trend", &[("step", "hour")]),
    ("suppliers", &[("product_type", "ticket")]),
    ("withdrawals", &[("payee_kind", "distributor")]),
    ("commissions", &[("product_type", "tour")]),
    ("cash", &[("format", "csv"), ("lang", "en")]),
    ("screen", &[("format", "csv")]),
    ("accounts", &[("format", "csv")]),
];
/// Parts in which the history is published.
const PARTS: usize = 4;
/// Days of the history: the clocks of New York change twice in it.
const DAYS: &str = "300";
const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What the service answered, and how a replay is asked for the same.
struct Answered {
    arguments: Vec<String>,
    position: u64,
    body: String,
}

/// The address of a report.
fn path(report: &str) -> String {
    if report == "accounts" { "/v1/accounts".to_owned() } else { format!("/v1/reports/{report}") }
}

/// A report over a range, with filters: its address, and the arguments of a replay.
fn question(report: &str, range: &[(&str, String)], filters: &[(&str, &str)]) -> (String, Vec<String>) {
    let filters = filters.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let asked: Vec<_> = range.iter().cloned().chain(filters).collect();
    let query: Vec<_> = asked.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let flags =
        asked.iter().flat_map(|(name, value)| [format!("--{}", name.replace('_', "-")), value.clone()]);
    let arguments = ["--report".to_owned(), report.to_owned()].into_iter().chain(flags);
    (format!("{}?{}", path(report), query.join("&")), arguments.collect())
}

/// Asks the service, which reflects `position`.
async fn answered(client: &Client, position: u64, (address, arguments): (String, Vec<String>)) -> Answered {
    let reply = client.get(&format!("{address}&min_position={position}")).send().await;
    assert_eq!(reply.status, 200, "{address}: {reply:?}");
    Answered { arguments, position: reply.position(), body: reply.text() }
}

/// Runs `ledger replay` with these arguments.
fn replay(dir: &Path, arguments: &[String], as_of: &str) -> Finished {
    let mut all = vec!["replay", "--as-of", as_of];
    all.extend(arguments.iter().map(String::as_str));
    run(dir, &all)
}

fn assert_replayed(dir: &Path, answered: &Answered, seed: u64) {
    let Answered { arguments, position, body } = answered;
    let printed = replay(dir, arguments, &position.to_string()).printed();
    // The first line of a file says when it was made.
    let is_file = arguments.contains(&"csv".to_owned());
    let figures =
        |text: &str| text.split_once("\r\n").filter(|_| is_file).map_or(text, |(_, rest)| rest).to_owned();
    assert_eq!(figures(&printed), figures(body), "{arguments:?} at {position}, seed {seed}");
}

/// A range of time: days; instants at, shortly before and after something that happened at one of `times`; the beginning
/// of everything.
fn range(number: usize, times: &[i64], dice: &mut impl Rng) -> Vec<(&'static str, String)> {
    let instant = |micros: i64| Timestamp::from_micros(micros).to_string();
    let day = |micros: i64| instant(micros)[..10].to_owned();
    let mut end = || {
        let beside = [0, 1, -1, 20 * MINUTE, -20 * MINUTE, 5 * HOUR, -5 * HOUR][dice.random_range(0..7)];
        times[dice.random_range(0..times.len())] + beside
    };
    let (a, b) = (end(), end());
    let (a, b) = (a.min(b), a.max(b));
    let (from, to) = match number % 5 {
        0 => (instant(a), instant(b)),
        1 => (day(a), day(b)),
        2 => (instant(a), instant(a + dice.random_range(0..3 * HOUR))),
        3 => (instant(a), day(b + DAY)),
        _ => return vec![("to", instant(b))],
    };
    vec![("from", from), ("to", to)]
}

/// The lines of a platform's history, in parts of any length.
fn history(dir: &Path, dice: &mut impl Rng) -> Vec<Vec<Value>> {
    let printed = run(dir, &["demo", "--print", "--orders", "120", "--days", DAYS, "--seed", "5"]).printed();
    let events: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut cuts: Vec<_> = (1..PARTS).map(|_| dice.random_range(100..events.len())).collect();
    cuts.extend([0, events.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|cut| events[cut[0]..cut[1]].to_vec()).collect()
}

/// The first text at `pointer` in any event, and when something happened to the orders that have it there.
fn owner(parts: &[Vec<Value>], pointer: &str) -> (String, Vec<i64>) {
    let events = || parts.iter().flatten();
    let at = |event: &Value| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let id = events().find_map(at).unwrap();
    let orders: HashSet<_> =
        events().filter(|event| at(event).as_ref() == Some(&id)).map(|event| &event["subject"]).collect();
    (id, events().filter(|event| orders.contains(&event["subject"])).map(time).collect())
}

/// When an event happened.
fn time(event: &Value) -> i64 {
    event["time"].as_str().unwrap().parse::<Timestamp>().unwrap().micros()
}

#[tokio::test]
async fn the_log_alone_gives_the_bytes_that_the_service_gave_at_every_position() {
    let seed = rand::random();
    let mut dice = StdRng::seed_from_u64(seed);
    let dir = directory();
    let mut command = Ledger::command(dir.path());
    command.env("LEDGER_TIME_ZONE", "America/New_York");
    let ledger = Ledger::start_with(&dir, command);
    let admin = ledger.admin();
    let parts = history(dir.path(), &mut dice);
    let times: Vec<_> = parts.iter().flatten().map(time).collect();
    let owners = [
        ("suppliers", "supplier_id", "/data/supplier/id"),
        ("commissions", "distributor_id", "/data/commissions/0/distributor_id"),
    ];
    let owners = owners.map(|(report, name, pointer)| {
        let (id, times) = owner(&parts, pointer);
        (report, name, id, times)
    });
    let (mut one_by_one, mut together) = (Vec::new(), Vec::new());
    for (number, part) in parts.iter().enumerate() {
        let position = admin.publish_all(part).await["position"].as_u64().unwrap();
        let asked = range(number, &times, &mut dice);
        for report in REPORTS {
            together.push(answered(&admin, position, question(report, &asked, &[])).await);
        }
        for (index, report) in REPORTS.into_iter().enumerate().skip(number % 2).step_by(2) {
            let asked = range(index, &times, &mut dice);
            one_by_one.push(answered(&admin, position, question(report, &asked, &[])).await);
        }
        for (report, filters) in FILTERS.into_iter().skip(number).step_by(PARTS) {
            let asked = range(if report == "sales/trend" { 2 } else { number }, &times, &mut dice);
            one_by_one.push(answered(&admin, position, question(report, &asked, filters)).await);
        }
        for (report, name, id, times) in &owners {
            let asked = range(3 * (number % 2), times, &mut dice);
            one_by_one.push(answered(&admin, position, question(report, &asked, &[(name, id)])).await);
        }
    }
    // Half of them beside the service, half of them after it.
    let (beside, after) = one_by_one.split_at(one_by_one.len() / 2);
    for answered in beside {
        assert_replayed(dir.path(), answered, seed);
    }
    ledger.stop();
    for answered in after {
        assert_replayed(dir.path(), answered, seed);
    }
    for all in together.chunks(REPORTS.len()) {
        // The service went on between two answers where the clock settled something.
        let Some(Answered { arguments, position, .. }) = all.first() else { unreachable!() };
        let arguments: Vec<_> = ["--all".to_owned()].into_iter().chain(arguments[2..].to_vec()).collect();
        let printed = replay(dir.path(), &arguments, &position.to_string()).printed();
        assert_eq!(printed.lines().count(), REPORTS.len());
        for (line, answered) in
            printed.lines().zip(all).filter(|(_, answered)| answered.position == *position)
        {
            assert_eq!(line, answered.body, "seed {seed}");
        }
    }
}

#[tokio::test]
async fn a_position_is_the_end_of_its_decision_and_its_day_is_today() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    // What is recorded with the completion of an order is decided with it.
    admin.record(&whole_order("A")).await;
    let end = admin.record(&[withdrawal("W", "10.00")]).await;
    let mut within = 0;
    for position in 1..=end {
        let as_of = position.to_string();
        let mut meant = 0;
        for report in ["sales", "cash", "accounts"] {
            let reply = admin.get(&format!("{}?as_of={position}", path(report))).send().await;
            assert_eq!(reply.status, 200, "{reply:?}");
            meant = reply.position();
            let asked = ["--report".to_owned(), report.to_owned()];
            assert_eq!(replay(ledger.dir().path(), &asked, &as_of).printed(), reply.text(), "as of {as_of}");
        }
        within += u64::from(meant > position);
    }
    assert!(within > 0, "no position stands within a decision");
    let all = replay(ledger.dir().path(), &["--all".to_owned()], &end.to_string()).printed();
    let accounts = admin.get(&format!("/v1/accounts?as_of={end}")).send().await.text();
    assert_eq!(all.lines().last(), Some(&*accounts), "the trial balance is about all of time");
}

#[tokio::test]
async fn an_instant_is_what_was_recorded_by_then() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let dir = ledger.dir();
    let position = admin.record(&whole_order("A")).await;
    let year = [("from", "2024-01-01".to_owned()), ("to", "2024-12-31".to_owned())];
    let (address, asked) = question("sales", &year, &[]);
    let before = admin.get(&format!("{address}&min_position={position}")).send().await.text();
    // The next block is recorded later, but may be in the same microsecond as this.
    let between = Timestamp::from_micros(Timestamp::now().micros() - 1).to_string();
    admin.record(&[placed("B")]).await;
    assert_eq!(replay(dir.path(), &asked, &between).printed(), before);
    let said = replay(dir.path(), &asked, "2999-01-01T00:00:00Z").complaint();
    assert!(said.contains("has not come yet"), "{said}");
}

#[tokio::test]
async fn before_the_first_event_the_ledger_is_empty_by_position_and_by_time() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let early = Timestamp::from_micros(Timestamp::now().micros() - HOUR).to_string();
    admin.record(&whole_order("A")).await;
    let year = [("from", "2024-01-01".to_owned()), ("to", "2024-12-31".to_owned())];
    for as_of in ["0", &early] {
        let mut answers = Vec::new();
        for report in REPORTS {
            let (address, _) = question(report, &year, &[]);
            let reply = admin.get(&format!("{address}&as_of={as_of}")).send().await;
            assert_eq!((reply.status, reply.position()), (200, 0), "{report} as of {as_of}: {reply:?}");
            answers.push(reply.text());
        }
        let asked = ["--all", "--from", "2024-01-01", "--to", "2024-12-31"].map(str::to_owned);
        let printed = replay(ledger.dir().path(), &asked, as_of).printed();
        assert_eq!(printed.lines().collect::<Vec<_>>(), answers, "as of {as_of}");
    }
}

#[tokio::test]
async fn nothing_is_said_of_what_stands_behind_a_damaged_block() {
    let ledger = Ledger::start();
    let admin = ledger.admin();
    let before = admin.record(&[placed("A")]).await;
    let damaged = admin.record(&[placed("B")]).await;
    admin.record(&[placed("C")]).await;
    let dir = ledger.stop();
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).into_iter().find(|(header, _)| header.first.get() == damaged).unwrap();
        bytes[place.start + BlockHeader::BYTES + 40] ^= 0x10;
    });
    let asked = ["--report", "sales"].map(str::to_owned);
    for as_of in [damaged.to_string(), Timestamp::now().to_string()] {
        let said = replay(dir.path(), &asked, &as_of).complaint();
        assert!(said.contains(&format!("position {damaged}")), "as of {as_of}: {said}");
    }
    replay(dir.path(), &asked, &before.to_string()).printed();
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_with_the_reason() {
    let ledger = Ledger::start();
    let end = ledger.admin().record(&whole_order("A")).await;
    let dir = ledger.stop();
    let beyond = (end + 1).to_string();
    let end = format!("the log ends at position {end}");
    let day: Vec<_> = THAT_DAY.split(['=', '&']).collect();
    let (from, to) = (day[1], day[3]);
    for (arguments, words) in [
        (&["--report", "sales", "--as-of", &beyond][..], &*end),
        (&["--report", "sales", "--supplier-id", "S1"], "supplier_id"),
        (&["--report", "sales", "--from", to, "--to", from], "from is after to"),
        (&["--report", "sales/trend", "--step", "year"], "step"),
        (&["--report", "sales/trend", "--step", "hour", "--from", "2000-01-01"], "2000 steps"),
    ] {
        let said = run(dir.path(), &[&["replay"], arguments].concat()).complaint();
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
    let unknown = run(dir.path(), &["replay", "--report", "profits"]);
    assert!(!unknown.status.success() && unknown.err.contains("sales/trend"), "{unknown:?}");
    let elsewhere = directory();
    let said = run(elsewhere.path(), &["replay", "--report", "sales"]).complaint();
    assert!(said.contains("there is no log"), "{said}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing is made");
}
