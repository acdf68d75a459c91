//! `ledger export`: the whole history as lines, beside a service, again and again.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use events_schema::block::BlockHeader;
use serde_json::Value;
use tempfile::TempDir;

use super::client::lines;
use super::events::{everything, paid, placed, whole_order};
use super::harness::{Ledger, directory, finish, program, run};
use super::log_files::{blocks, change};
use super::trail::{history, platform};

/// A ledger that was stopped, with an order in a block for each of these.
async fn ledger_of(orders: &[&str]) -> Arc<TempDir> {
    let ledger = Ledger::start();
    for order in orders {
        ledger.admin().record(&[placed(order), paid(order)]).await;
    }
    ledger.stop()
}

/// Exports to this file in the directory.
fn export_to(dir: &Path, name: &str) -> String {
    let done = run(dir, &["export", "--output", name]);
    assert!(done.status.success(), "{done:?}");
    done.err
}

fn read(dir: &Path, name: &str) -> String {
    fs::read_to_string(dir.join(name)).unwrap()
}

fn events(text: &str) -> Vec<Value> {
    assert!(text.is_empty() || text.ends_with('\n'), "{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn an_export_beside_a_service_is_what_auditors_see() {
    let ledger = Ledger::start();
    ledger.admin().publish_all(&platform()).await;
    let expected = history(&ledger.admin(), 1_000).await;
    let dir = ledger.dir();
    let printed = run(dir.path(), &["export"]).printed();
    assert_eq!(events(&printed), expected);
    let said = export_to(dir.path(), "all.ndjson");
    assert!(said.contains("exported") && said.contains("from position 1 to"), "{said}");
    assert_eq!(read(dir.path(), "all.ndjson"), printed);
    let tail = run(dir.path(), &["export", "--after", "100"]).printed();
    assert_eq!(events(&tail), expected[100..]);
    let nothing = run(dir.path(), &["export", "--after", "1000000"]).printed();
    assert_eq!(nothing, "");
}

#[tokio::test]
async fn an_export_goes_on_after_its_last_whole_line() {
    let ledger = Ledger::start();
    ledger.admin().record(&whole_order("A")).await;
    let dir = ledger.dir();
    let path = dir.path().join("log.ndjson");
    export_to(dir.path(), "log.ndjson");
    let whole = fs::read(&path).unwrap();
    let first_line = whole.iter().position(|byte| *byte == b'\n').unwrap();
    for cut in [0, 1, 30, first_line, first_line + 1, first_line + 2, whole.len() - 1, whole.len()] {
        fs::write(&path, &whole[..cut]).unwrap();
        export_to(dir.path(), "log.ndjson");
        assert!(fs::read(&path).unwrap() == whole, "cut at {cut}");
    }
    ledger.admin().record(&whole_order("B")).await;
    export_to(dir.path(), "log.ndjson");
    let all = history(&ledger.admin(), 1_000).await;
    assert_eq!(events(&read(dir.path(), "log.ndjson")), all);

    // Also one that began later.
    let from_three = ["export", "--after", "3", "--output", "later.ndjson"];
    assert!(run(dir.path(), &from_three).status.success());
    let later = fs::read(dir.path().join("later.ndjson")).unwrap();
    fs::write(dir.path().join("later.ndjson"), &later[..later.len() - 5]).unwrap();
    assert!(run(dir.path(), &from_three).status.success());
    assert!(fs::read(dir.path().join("later.ndjson")).unwrap() == later);
    assert_eq!(events(&String::from_utf8(later).unwrap()), all[3..]);
}

#[tokio::test]
async fn a_file_that_is_no_export_of_this_log_is_left_as_it_is() {
    let (dir, other) = (ledger_of(&["A"]).await, ledger_of(&["A"]).await);
    export_to(other.path(), "other.ndjson");
    let longer = ledger_of(&["A", "B"]).await;
    for (text, arguments, words) in [
        ("dear diary".to_owned(), &[][..], "is no export"),
        ("dear diary\n".to_owned(), &[], "something else than an export"),
        ("{\"position\":1}\n".to_owned(), &[], "something else than an export"),
        (read(other.path(), "other.ndjson"), &[], "export of another log"),
        (run(dir.path(), &["export", "--after", "1"]).printed(), &["--after", "0"], "begins with position 2"),
        (run(longer.path(), &["export"]).printed(), &[], "export of another log"),
    ] {
        fs::write(dir.path().join("it"), &text).unwrap();
        let said = run(dir.path(), &[&["export", "--output", "it"], arguments].concat()).complaint();
        assert!(said.contains(words), "{said}");
        assert_eq!(read(dir.path(), "it"), text);
    }
    let said = run(directory().path(), &["export"]).complaint();
    assert!(said.contains("there is no log"), "{said}");
}

#[tokio::test]
async fn of_a_damaged_log_what_comes_before_the_damage_is_exported_and_the_place_is_named() {
    let dir = ledger_of(&["A", "B", "C"]).await;
    let whole = run(dir.path(), &["export"]).printed();
    // The second order: events 4 and 5.
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).into_iter().find(|(header, _)| header.first.get() == 4).unwrap();
        bytes[place.start + BlockHeader::BYTES + 40] ^= 0x10;
    });
    let done = run(dir.path(), &["export"]);
    assert_eq!(events(&done.out), events(&whole)[..3]);
    let said = done.complaint();
    assert!(said.contains("position 4") && said.contains(".segment"), "{said}");
}

#[tokio::test]
async fn what_was_published_can_be_imported_from_an_export() {
    let ledger = Ledger::start();
    let mut all = whole_order("A").to_vec();
    all.extend([paid("B"), placed("B")]);
    let end = ledger.admin().publish_all(&all).await["position"].as_u64().unwrap();
    let expected = everything(&ledger.admin(), end).await;
    let exported = events(&run(ledger.dir().path(), &["export"]).printed());
    let published: Vec<_> =
        exported.into_iter().filter(|it| !it["type"].as_str().unwrap().starts_with("ledger.")).collect();
    let dir = directory();
    let mut import = program(dir.path());
    import.args(["import", "-"]);
    finish(import, lines(&published).as_bytes()).printed();
    let again = Ledger::start_in(&dir);
    let end = again.admin().end().await;
    assert_eq!(everything(&again.admin(), end).await, expected);
}
