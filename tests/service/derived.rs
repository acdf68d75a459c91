//! Read models that are gone, ahead of the log, of another log, or damaged.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

use super::events::{everything, placed, whole_order};
use super::harness::{Ledger, directory, refuses_to_start, run};

/// A ledger with some orders that was stopped; its last position, and all that its reports say.
async fn filled(orders: &[&str]) -> (Arc<TempDir>, u64, Value) {
    let ledger = Ledger::start();
    let events: Vec<_> = orders.iter().flat_map(|order| whole_order(order)).collect();
    let position = ledger.admin().record(&events).await;
    let all = everything(&ledger.admin(), position).await;
    (ledger.stop(), position, all)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Replaces the directory `to` by a copy of `from`.
fn replace(to: &Path, from: &Path) {
    fs::remove_dir_all(to).unwrap();
    copy(from, to);
}

#[tokio::test]
async fn read_models_that_are_gone_are_made_again_from_the_log() {
    let (dir, position, expected) = filled(&["A", "B"]).await;
    fs::remove_dir_all(dir.path().join("read-models")).unwrap();
    let ledger = Ledger::start_in(&dir);
    assert_eq!(everything(&ledger.admin(), position).await, expected);
}

#[tokio::test]
async fn a_log_that_lost_events_is_refused_and_says_how_many() {
    let ledger = Ledger::start();
    let kept = ledger.admin().record(&whole_order("A")).await;
    let expected = everything(&ledger.admin(), kept).await;
    let dir = ledger.stop();
    let older = directory();
    copy(&dir.path().join("log"), older.path());
    let ledger = Ledger::start_in(&dir);
    let end = ledger.admin().record(&whole_order("B")).await;
    everything(&ledger.admin(), end).await;
    ledger.stop();
    replace(&dir.path().join("log"), older.path());

    let said = refuses_to_start(dir.path());
    let lost = format!("has lost {} events", end - kept);
    assert!(said.contains(&lost) && said.contains("`ledger rebuild`"), "{said}");
    // To go on without them is possible, but has to be asked for.
    run(dir.path(), &["rebuild"]).printed();
    let ledger = Ledger::start_in(&dir);
    assert_eq!(everything(&ledger.admin(), kept).await, expected);
    assert_eq!(ledger.admin().publish(&placed("B")).await.json()["outcome"], "recorded");
}

#[tokio::test]
async fn read_models_of_another_log_are_refused() {
    let (one, ..) = filled(&["A"]).await;
    let (other, position, expected) = filled(&["B"]).await;
    replace(&one.path().join("log"), &other.path().join("log"));
    let said = refuses_to_start(one.path());
    assert!(said.contains("made from another log"), "{said}");
    run(one.path(), &["rebuild"]).printed();
    let ledger = Ledger::start_in(&one);
    assert_eq!(everything(&ledger.admin(), position).await, expected);
}

#[tokio::test]
async fn read_models_from_before_go_on_where_they_were() {
    let ledger = Ledger::start();
    let position = ledger.admin().record(&whole_order("A")).await;
    everything(&ledger.admin(), position).await;
    let dir = ledger.stop();
    let older = directory();
    copy(&dir.path().join("read-models"), older.path());
    let ledger = Ledger::start_in(&dir);
    let position = ledger.admin().record(&whole_order("B")).await;
    let expected = everything(&ledger.admin(), position).await;
    ledger.stop();
    replace(&dir.path().join("read-models"), older.path());
    let ledger = Ledger::start_in(&dir);
    assert_eq!(everything(&ledger.admin(), position).await, expected);
}

#[tokio::test]
async fn read_models_that_cannot_be_read_are_named_and_can_be_made_anew() {
    for (file, text) in [("current", "tomorrow\n"), ("1.sqlite", &"this is no database".repeat(1000))] {
        let (dir, position, expected) = filled(&["A"]).await;
        fs::write(dir.path().join("read-models").join(file), text).unwrap();
        let said = refuses_to_start(dir.path());
        assert!(said.contains("read models") && said.contains("`ledger rebuild`"), "{said}");
        run(dir.path(), &["rebuild"]).printed();
        let ledger = Ledger::start_in(&dir);
        assert_eq!(everything(&ledger.admin(), position).await, expected);
    }
}
