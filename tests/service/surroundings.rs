//! `ledger bench` beside a real ledger: what it measures has none of the settings around it.

use serde_json::Value;

use super::harness::{directory, finish, program};

#[test]
fn what_is_measured_has_none_of_the_settings_around_it() {
    let (around, dir) = (directory(), directory());
    // Each of them would keep a service from starting.
    let file = "database = \"postgres://127.0.0.1:1/real\"\ncurrency = \"yuan\"\n";
    std::fs::write(around.path().join("ledger.toml"), file).unwrap();
    let mut command = program(around.path());
    command
        .env("LEDGER_DATABASE", "postgres://127.0.0.1:1/real")
        .env("LEDGER_LAG_EVENTS_MAX", "many")
        .env("LEDGER_TIME_ZONE", "Mars/Olympus")
        .args(["bench", "singles", "--json", "--orders=100", "--singles=64", "--memory=64MiB", "--dir"])
        .arg(dir.path());
    let report: Value = serde_json::from_str(&finish(command, b"").printed()).unwrap();
    assert_eq!(report["options"]["memory"], "64MiB");
    assert!(report["results"][0]["figure"].as_f64().unwrap() > 0.0, "{report:#}");
}
