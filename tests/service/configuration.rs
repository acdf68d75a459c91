//! Settings: from the file, the environment and flags, in that rising order.

use std::fs;
use std::path::Path;

use super::harness::{Finished, Ledger, directory, finish, program, run};

/// Runs `ledger verify`, which says where it looked for a log, with the directory set in these ways.
fn verify(dir: &Path, environment: Option<&str>, flags: &[&str]) -> Finished {
    let mut command = program(dir);
    command.env_remove("LEDGER_DATA_DIR").arg("verify").args(flags);
    if let Some(data_dir) = environment {
        command.env("LEDGER_DATA_DIR", data_dir);
    }
    finish(command, b"")
}

#[test]
fn a_flag_goes_before_the_environment_and_both_before_the_file() {
    let dir = directory();
    let looked_in = |finished: Finished, place: &str| {
        let said = finished.complaint();
        assert!(said.contains(&format!("no log in {place}/log")), "{place}: {said}");
    };
    looked_in(verify(dir.path(), None, &[]), "ledger-data");
    fs::write(dir.path().join("ledger.toml"), "data_dir = \"from-file\"").unwrap();
    looked_in(verify(dir.path(), None, &[]), "from-file");
    looked_in(verify(dir.path(), Some("from-environment"), &[]), "from-environment");
    looked_in(verify(dir.path(), Some("from-environment"), &["--data-dir", "from-flag"]), "from-flag");
}

#[test]
fn another_file_can_be_named_by_a_flag_or_in_the_environment() {
    let dir = directory();
    fs::write(dir.path().join("ledger.toml"), "data_dir = \"usual\"").unwrap();
    fs::write(dir.path().join("other.toml"), "data_dir = \"other\"").unwrap();
    let said = verify(dir.path(), None, &["--config", "other.toml"]).complaint();
    assert!(said.contains("no log in other/log"), "{said}");
    let mut command = program(dir.path());
    command.env_remove("LEDGER_DATA_DIR").env("LEDGER_CONFIG", "other.toml").arg("verify");
    let said = finish(command, b"").complaint();
    assert!(said.contains("no log in other/log"), "{said}");
    let said = verify(dir.path(), None, &["--config", "none.toml"]).complaint();
    assert!(said.contains("none.toml") && said.contains("cannot be read"), "{said}");
}

#[test]
fn a_file_that_is_not_understood_is_named_with_what_is_wrong_in_it() {
    for (text, words) in [
        ("data_dir = ", "ledger.toml"),
        ("data_dirr = \"a\"", "data_dirr"),
        ("listen = \"here\"", "listen"),
        ("lag_events_max = \"many\"", "lag_events_max"),
        ("[serve]\nlisten = \"127.0.0.1:0\"", "serve"),
        ("currency = \"yuan\"", "currency"),
        ("time_zone = \"Mars/Olympus\"", "Mars/Olympus"),
    ] {
        let dir = directory();
        fs::write(dir.path().join("ledger.toml"), text).unwrap();
        let said = run(dir.path(), &["serve", "--listen", "127.0.0.1:0"]).complaint();
        assert!(said.contains(words), "{text}: {said}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "{text}: nothing was made");
    }
    // A directory is no file.
    let dir = directory();
    fs::create_dir(dir.path().join("ledger.toml")).unwrap();
    let said = run(dir.path(), &["verify"]).complaint();
    assert!(said.contains("ledger.toml") && said.contains("cannot be read"), "{said}");
}

#[test]
fn a_variable_that_is_not_understood_is_named() {
    for (name, value) in [("LEDGER_LISTEN", "here"), ("LEDGER_LAG_EVENTS_MAX", "many")] {
        let dir = directory();
        let mut command = program(dir.path());
        command.arg("serve").env(name, value);
        let finished = finish(command, b"");
        assert_eq!(finished.status.code(), Some(2), "{finished:?}");
        assert!(finished.err.contains(value), "{finished:?}");
    }
}

#[tokio::test]
async fn a_ledger_can_be_served_with_nothing_but_a_file() {
    let dir = directory();
    let text = "data_dir = \"books\"\nlisten = \"127.0.0.1:0\"\nadmin_token = \"from-file\"\n\
                time_zone = \"Europe/Paris\"\ncurrency = \"EUR\"\nlag_events_max = 5\n";
    fs::write(dir.path().join("ledger.toml"), text).unwrap();
    let mut command = program(dir.path());
    command.env_remove("LEDGER_DATA_DIR").arg("serve");
    let ledger = Ledger::start_with(&dir, command);
    let report = ledger.client(Some("from-file")).read("/v1/reports/sales").await;
    assert_eq!((&report["time_zone"], &report["currency"]), (&"Europe/Paris".into(), &"EUR".into()));
    assert!(dir.path().join("books/log").is_dir());
}

#[tokio::test]
async fn no_token_is_said_in_the_help_or_in_the_log() {
    let dir = directory();
    let mut command = Ledger::command(dir.path());
    command.env("LEDGER_LOG", "trace");
    let ledger = Ledger::start_with(&dir, command);
    ledger.admin().read("/v1/orders").await;
    assert!(!ledger.process.said().contains(super::harness::ADMIN), "{}", ledger.process.said());
    let mut help = program(dir.path());
    help.args(["serve", "--help"]).env("LEDGER_ADMIN_TOKEN", "hush");
    let help = finish(help, b"").printed();
    assert!(help.contains("LEDGER_ADMIN_TOKEN") && !help.contains("hush"), "{help}");
}
