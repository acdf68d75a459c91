//! Trouble at the start: said in a sentence that tells what to do, with a status that is not 0.

use std::fs;
use std::net::TcpListener;

use super::events::placed;
use super::harness::{Ledger, directory, finish, refuses_to_start, run};

#[tokio::test]
async fn a_data_directory_that_is_in_use_is_refused_and_its_user_named() {
    let ledger = Ledger::start();
    let dir = ledger.dir();
    let user = format!("is in use by process {}", ledger.process.id());
    let path = dir.path().display().to_string();
    for arguments in [["serve", "--listen=127.0.0.1:0"], ["rebuild", "--listen=127.0.0.1:0"], ["import", "-"]]
    {
        let said = run(dir.path(), &arguments).complaint();
        assert!(said.contains(&user) && said.contains(&path), "{arguments:?}: {said}");
    }
    // It was disturbed by none of them, and leaves the directory free, also when it is killed.
    ledger.admin().record(&[placed("A")]).await;
    Ledger::start_in(&ledger.kill()).stop();
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let dir = directory();
    let said = run(dir.path(), &["serve", "--listen", &address]).complaint();
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
    // What was made meanwhile is a sound ledger.
    Ledger::start_in(&dir).stop();
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_made_is_named() {
    let dir = directory();
    let file = dir.path().join("a-file");
    fs::write(&file, "").unwrap();
    let below = file.join("data");
    let said = run(dir.path(), &["serve", "--data-dir", below.to_str().unwrap()]).complaint();
    assert!(said.contains("a-file/data"), "{said}");
}

#[tokio::test]
async fn a_command_that_needs_a_log_says_where_it_looked() {
    let dir = directory();
    for command in ["verify", "rebuild"] {
        let said = run(dir.path(), &[command]).complaint();
        assert!(said.contains("there is no log in") && said.contains(dir.path().to_str().unwrap()), "{said}");
        assert!(!dir.path().join("log").exists(), "{command} makes none");
    }
}

#[tokio::test]
async fn a_log_that_is_gone_is_not_taken_for_a_new_one() {
    let ledger = Ledger::start();
    let position = ledger.admin().record(&[placed("A")]).await;
    ledger.admin().read(&format!("/v1/orders?min_position={position}")).await;
    let dir = ledger.stop();
    fs::remove_dir_all(dir.path().join("log")).unwrap();
    let said = refuses_to_start(dir.path());
    assert!(said.contains("there is no log in"), "{said}");
}

#[tokio::test]
async fn tokens_that_are_not_understood_are_named() {
    let dir = Ledger::start().stop();
    fs::write(dir.path().join("tokens.json"), "{\"tokens\": [").unwrap();
    let said = refuses_to_start(dir.path());
    assert!(said.contains("tokens.json"), "{said}");
}

#[tokio::test]
async fn a_choice_of_log_lines_that_is_not_understood_is_named() {
    let dir = directory();
    for given in ["debgu", "info,debgu", "ledger=debgu"] {
        let mut command = Ledger::command(dir.path());
        command.env("LEDGER_LOG", given);
        let said = finish(command, b"").complaint();
        assert!(said.contains("LEDGER_LOG") && said.contains("debgu"), "{given}: {said}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "none of them made anything");
    // One that is empty is none: where the service listens is said.
    let mut command = Ledger::command(dir.path());
    command.env("LEDGER_LOG", "");
    Ledger::start_with(&dir, command).stop();
}

#[tokio::test]
async fn a_command_line_that_is_wrong_says_how_it_should_be() {
    let dir = directory();
    for (arguments, words) in [
        (&["serve", "--port", "80"][..], "--port"),
        (&["serve", "--listen", "here"], "--listen"),
        (&["serve", "--time-zone", "Mars/Olympus"], "--time-zone"),
        (&["serve", "--currency", "yuan"], "--currency"),
        (&["import"], "<FILE>"),
        (&["import", "-", "--url", "http://127.0.0.1:1"], "--token"),
        (&["import", "-", "--url", "ftp://here", "--token", "x"], "http://"),
        (&["import", "no-such-file"], "no-such-file"),
        (&["demo", "--days", "0"], "--days"),
        (&["sirve"], "serve"),
    ] {
        let mut command = super::harness::program(dir.path());
        command.args(arguments);
        let finished = finish(command, b"");
        assert!(matches!(finished.status.code(), Some(1 | 2)), "{finished:?}");
        assert!(finished.err.contains(words), "{arguments:?}: {finished:?}");
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "none of them made anything");
    let help = run(dir.path(), &["--help"]).printed();
    for command in ["serve", "import", "demo", "verify", "rebuild", "schema", "openapi", "bench"] {
        assert!(help.contains(command), "{help}");
    }
    assert!(run(dir.path(), &["--version"]).printed().contains(env!("CARGO_PKG_VERSION")));
}
