//! `ledger demo`: a ledger with the life of a simulated platform.

use std::process::Command;

use serde_json::Value;

use super::client::Client;
use super::events::{everything, placed};
use super::harness::{ADMIN, Finished, Ledger, directory, finish, program, run};

fn demo(dir: &std::path::Path) -> Command {
    let mut command = program(dir);
    command
        .args(["demo", "--orders=200", "--days=20"])
        .env("LEDGER_LISTEN", "127.0.0.1:0")
        .env("LEDGER_ADMIN_TOKEN", ADMIN);
    command
}

/// The sales and the cash up to this moment.
async fn figures(client: &Client) -> (Value, Value) {
    let end = client.end().await;
    let sales = client.read(&format!("/v1/reports/sales?from=2000-01-01&min_position={end}")).await;
    let cash = client.read(&format!("/v1/reports/cash?from=2000-01-01&min_position={end}")).await;
    (sales["total"].clone(), cash)
}

fn count(of: &Value) -> u64 {
    of.as_u64().unwrap()
}

#[tokio::test]
async fn a_demo_serves_figures_and_goes_on_after_a_restart() {
    let dir = directory();
    let ledger = Ledger::start_with(&dir, demo(dir.path()));
    let (sales, cash) = figures(&ledger.admin()).await;
    assert!(count(&sales["orders"]) >= 200, "{sales}");
    assert!(count(&sales["paid_orders"]) > 100 && sales["profit"] != "0.00", "{sales}");
    assert!(count(&cash["income"]["count"]) > 100 && count(&cash["expense"]["count"]) > 0, "{cash}");
    assert!(ledger.process.said().contains("the past is played"), "{}", ledger.process.said());
    ledger.stop();

    // Other wishes are no use, and are told so: it is the same platform.
    let mut command = demo(dir.path());
    command.args(["--seed", "7"]);
    let ledger = Ledger::start_with(&dir, command);
    let said = ledger.process.said();
    assert!(said.contains("--seed 7 has no effect") && said.contains("begun with --seed 1"), "{said}");
    assert_eq!(said.matches("has no effect").count(), 1, "{said}");
    let (again, cash_again) = figures(&ledger.admin()).await;
    // It lives on, but nothing is there twice: ten orders a day make none or one in these seconds.
    assert!(count(&again["orders"]) <= count(&sales["orders"]) + 5, "{again}");
    assert!(count(&again["orders"]) >= count(&sales["orders"]), "{again}");
    assert!(count(&cash_again["income"]["count"]) <= count(&cash["income"]["count"]) + 5, "{cash_again}");
}

#[tokio::test]
async fn a_demo_that_was_killed_goes_on() {
    let dir = directory();
    let ledger = Ledger::start_with(&dir, demo(dir.path()));
    let (sales, _) = figures(&ledger.admin()).await;
    ledger.kill();
    // Who asks for nothing gets what is there, and no warning.
    let mut command = program(dir.path());
    command.arg("demo").env("LEDGER_LISTEN", "127.0.0.1:0").env("LEDGER_ADMIN_TOKEN", ADMIN);
    let ledger = Ledger::start_with(&dir, command);
    assert!(!ledger.process.said().contains("has no effect"), "{}", ledger.process.said());
    let (again, _) = figures(&ledger.admin()).await;
    assert!(count(&again["orders"]).abs_diff(count(&sales["orders"])) <= 5, "{again}");
}

#[tokio::test]
async fn a_ledger_that_is_no_demo_is_left_alone() {
    let ledger = Ledger::start();
    let position = ledger.admin().record(&[placed("A")]).await;
    let dir = ledger.stop();
    let said = finish(demo(dir.path()), b"").complaint();
    assert!(said.contains("holds a ledger that is no demo") && said.contains("--data-dir"), "{said}");
    assert!(said.contains(dir.path().to_str().unwrap()), "{said}");
    assert!(!dir.path().join("demo.json").exists());
    assert_eq!(Ledger::start_in(&dir).admin().end().await, position);
}

#[tokio::test]
async fn a_ledger_in_which_nothing_is_recorded_can_become_a_demo() {
    let dir = Ledger::start().stop();
    // A crash left half a file.
    std::fs::write(dir.path().join("demo.json.new"), "{\"seed\": ").unwrap();
    let ledger = Ledger::start_with(&dir, demo(dir.path()));
    let (sales, _) = figures(&ledger.admin()).await;
    assert!(count(&sales["orders"]) >= 200, "{sales}");
    let chosen = std::fs::read(dir.path().join("demo.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&chosen).unwrap()["orders"], 200);
    assert!(!dir.path().join("demo.json.new").exists());
}

/// An import of a platform's events that nobody decides about: now and then a supplier asks for money of orders that
/// only finance settles, and is refused. Nothing else is.
fn every_event_is_understood(summary: &Finished) {
    let codes = summary.out.lines().filter(|line| line.starts_with("    "));
    let codes: Vec<_> = codes.map(|line| line.split_whitespace().next().unwrap()).collect();
    assert!(codes.iter().all(|code| *code == "insufficient_funds"), "{summary:#?}");
    assert!(summary.out.contains("recorded"), "{summary:#?}");
}

#[tokio::test]
async fn the_events_of_a_demo_can_be_imported_elsewhere() {
    let dir = directory();
    let printed = run(dir.path(), &["demo", "--print", "--orders", "200", "--days", "20"]).printed();
    assert!(printed.lines().count() > 600);
    assert!(!dir.path().join("log").exists(), "printing makes no ledger");
    let mut command = program(dir.path());
    command.args(["import", "-"]);
    every_event_is_understood(&finish(command, printed.as_bytes()));
    let ledger = Ledger::start_in(&dir);
    let (sales, _) = figures(&ledger.admin()).await;
    assert_eq!(count(&sales["orders"]), 200);
    // A shell puts both together as well.
    let mut command = Command::new("sh");
    super::harness::undisturbed(&mut command, dir.path());
    let program = env!("CARGO_BIN_EXE_ledger");
    let url = ledger.url();
    let elsewhere = directory();
    command.current_dir(elsewhere.path()).env("LEDGER_TOKEN", ADMIN);
    command.args([
        "-c",
        &format!(
            "'{program}' demo --print --orders 200 --days 20 --seed 2 | '{program}' import - --url {url}"
        ),
    ]);
    every_event_is_understood(&finish(command, b""));
    let (sales, _) = figures(&ledger.admin()).await;
    assert_eq!(count(&sales["orders"]), 400);
}

#[tokio::test]
async fn the_same_seed_makes_the_same_platform_and_its_reports_tie_out() {
    let dir = directory();
    let ledger = Ledger::start_with(&dir, demo(dir.path()));
    let (sales, cash) = figures(&ledger.admin()).await;
    let fen = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let sum = |names: &[&str]| names.iter().map(|name| fen(&sales[*name])).sum::<i64>();
    assert_eq!(
        fen(&sales["paid_amount"]),
        sum(&["prepaid_amount", "realised_amount", "refunded_amount", "refund_fee_amount"]),
        "{sales}"
    );
    assert_eq!(fen(&sales["sales_amount"]) - fen(&sales["discount_amount"]), fen(&sales["paid_amount"]));
    let by_kind: i64 = cash["by_kind"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| if it["direction"] == "income" { fen(&it["amount"]) } else { -fen(&it["amount"]) })
        .sum();
    assert_eq!(by_kind, fen(&cash["closing_balance"]));
    let all = everything(&ledger.admin(), ledger.admin().end().await).await;
    assert!(all["/v1/orders?limit=500"]["items"].as_array().unwrap().len() >= 200);
}

/// Logs in as a browser does that reached the demo under this name.
async fn log_in_as(ledger: &Ledger, host: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(ledger.authority()).await.unwrap();
    let head = format!(
        "POST /v1/session HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{{\"demo\":true}}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_demo_asks_nobody_on_its_own_machine_for_a_token() {
    let dir = directory();
    let ledger = Ledger::start_with(&dir, demo(dir.path()));
    ledger.process.hears(&format!("open {} in a browser", ledger.url()));
    let problem = ledger.client(None).get("/v1/session").send().await.problem(401, "unauthorized");
    assert_eq!(problem["demo"], true);
    let body = serde_json::json!({ "demo": true });
    let reply = ledger.client(None).post("/v1/session").json(&body).send().await;
    assert_eq!(reply.ok()["role"], "admin");
    let cookie = super::sessions::cookie(&reply);
    ledger.client(None).get("/v1/tokens").header("cookie", &cookie).send().await.ok();
    // A page whose own name was made to mean this machine is not let in.
    assert!(log_in_as(&ledger, "localhost:1").await.starts_with("HTTP/1.1 200"));
    let answer = log_in_as(&ledger, "rebound.example:1").await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

#[tokio::test]
async fn a_demo_that_others_reach_asks_for_a_token() {
    let dir = directory();
    let mut command = demo(dir.path());
    command.args(["--listen=0.0.0.0:0"]);
    let ledger = Ledger::start_with(&dir, command);
    let problem = ledger.client(None).get("/v1/session").send().await.problem(401, "unauthorized");
    assert_eq!(problem["demo"], Value::Null);
    assert!(log_in_as(&ledger, "localhost:1").await.starts_with("HTTP/1.1 403"));
}
