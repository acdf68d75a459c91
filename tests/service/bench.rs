//! `ledger bench`: a tiny one, whose figures nobody believes, but which measures everything that a large one does.

use serde_json::Value;

use super::harness::{directory, run};

/// Runs `ledger bench --json` in a directory of its own, which must be empty again afterwards.
fn bench(arguments: &[&str]) -> Value {
    let dir = directory();
    let path = dir.path().to_str().unwrap();
    let printed = run(dir.path(), &[&["bench", "--json", "--dir", path], arguments].concat()).printed();
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "something was left behind");
    serde_json::from_str(&printed).unwrap()
}

fn figure(report: &Value, name: &str) -> f64 {
    let row = report["results"].as_array().unwrap().iter().find(|row| row["name"] == name);
    row.unwrap_or_else(|| panic!("no row {name} in {report:#}"))["figure"].as_f64().unwrap()
}

#[test]
fn a_soak_with_a_kill_loses_nothing() {
    let report =
        bench(&["soak", "--orders=400", "--seconds=2", "--every=1", "--rate=1000", "--kill-every=1"]);
    assert!(figure(&report, "soak-rate") > 0.0, "{report:#}");
    assert!(figure(&report, "soak-kills") >= 1.0, "{report:#}");
    assert!(figure(&report, "soak-checked") >= 1.0, "{report:#}");
    let lines = report["soak"].as_array().unwrap();
    assert_eq!(lines.len(), 2, "{report:#}");
    assert!(lines.iter().all(|line| line["disk"]["log_bytes"].as_u64().unwrap() > 0), "{report:#}");
    assert_eq!(report["options"]["soak"]["kill_every_seconds"], 1);
}

#[test]
fn a_year_is_published_walked_caught_up_started_and_read() {
    let report = bench(&["ingest", "verify", "catchup", "start", "reports", "--orders=300", "--seconds=1"]);
    for name in [
        "ingest-ndjson-1000x8",
        "log-bytes-published",
        "verify",
        "catch-up",
        "read-models-bytes-order",
        "start-clean-complete",
        "start-killed-complete",
        "report-sales-days-p50",
        "report-screen-as-of-p99",
    ] {
        assert!(figure(&report, name) > 0.0, "{name}: {report:#}");
    }
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
    assert!(report["machine"]["cores"].as_u64().unwrap() > 0);
    let ingest = &report["results"][0];
    assert_eq!(ingest["limits"].as_array().unwrap().len(), 3, "{ingest}");
}
