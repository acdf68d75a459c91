//! `ledger import`: events from a file or standard input, again and again without harm.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::client::lines;
use super::events::{changed, everything, paid, placed, whole_order};
use super::harness::{ADMIN, Finished, Ledger, Process, directory, finish, program, run, until};

/// Orders from their beginning to their end, each at its own minute.
fn orders(count: usize) -> Vec<Value> {
    let at = |event: Value, number: usize, hour: usize| {
        let time = format!("2024-03-{:02}T{hour:02}:{:02}:00+08:00", 1 + number / 60, number % 60);
        changed(event, "/time", time)
    };
    let of = |number| {
        let [placed, paid, completed] = whole_order(&format!("I{number}"));
        [at(placed, number, 8), at(paid, number, 9), at(completed, number, 10)]
    };
    (0..count).flat_map(of).collect()
}

/// Imports from standard input, into the directory.
fn import(dir: &Path, text: &[u8]) -> Finished {
    let mut command = program(dir);
    command.args(["import", "-"]);
    finish(command, text)
}

/// Whether the summary has a line of these words.
fn has(summary: &str, words: &[&str]) -> bool {
    summary.lines().any(|line| line.split_whitespace().eq(words.iter().copied()))
}

#[tokio::test]
async fn an_import_says_what_became_of_the_events_and_again_they_are_duplicates() {
    let dir = directory();
    let events = orders(50);
    let file = dir.path().join("events.ndjson");
    fs::write(&file, lines(&events)).unwrap();
    let path = file.to_str().unwrap();
    let first = run(dir.path(), &["import", path]).printed();
    assert!(has(&first, &["150", "events"]) && has(&first, &["recorded", "150"]), "{first}");
    let second = run(dir.path(), &["import", path]).printed();
    assert!(has(&second, &["150", "events"]) && has(&second, &["duplicate", "150"]), "{second}");
    let third = import(dir.path(), lines(&events).as_bytes()).printed();
    assert!(has(&third, &["duplicate", "150"]) && !third.contains("recorded"), "{third}");

    let (imported, published) = (Ledger::start_in(&dir), Ledger::start());
    let end = published.admin().record(&events).await;
    assert_eq!(imported.admin().end().await, end);
    let expected = everything(&published.admin(), end).await;
    assert_eq!(everything(&imported.admin(), end).await, expected);
}

#[tokio::test]
async fn lines_that_are_rejected_are_shown_counted_and_do_not_stop_the_others() {
    let dir = directory();
    let mut text = lines(&[placed("A"), changed(placed("A"), "/id", "twice")]).into_bytes();
    text.extend_from_slice(b"\n{\"id\":\"broken\"}\n\xff\xfe\n");
    text.extend_from_slice(lines(&[changed(placed("B"), "/type", "order.lost"), paid("Z")]).as_bytes());
    text.extend_from_slice(paid("A").to_string().as_bytes());
    let finished = import(dir.path(), &text);
    assert_eq!(finished.status.code(), Some(1), "{finished:?}");
    for words in [
        &["7", "events"][..],
        &["recorded", "2"],
        &["parked", "1"],
        &["rejected", "4"],
        &["invalid_event", "2"],
        &["order_exists", "1"],
        &["unknown_type", "1"],
    ] {
        assert!(has(&finished.out, words), "{words:?}: {finished:#?}");
    }
    for words in ["event 2 (id twice): order_exists", "event 3 (id broken): invalid_event", "event 4 (id ?)"]
    {
        assert!(finished.err.contains(words), "{words}: {finished:#?}");
    }
    let ledger = Ledger::start_in(&dir);
    let order = ledger.admin().read("/v1/orders/A?min_position=4").await;
    assert_eq!(order["status"], "awaiting_use");
}

#[tokio::test]
async fn of_very_many_rejected_lines_only_the_first_are_shown() {
    let dir = directory();
    let finished = import(dir.path(), "x\n".repeat(3000).as_bytes());
    assert!(has(&finished.out, &["invalid_event", "3,000"]), "{finished:?}");
    assert_eq!(finished.err.matches("invalid_event").count(), 20, "{}", finished.err);
}

#[tokio::test]
async fn nothing_to_import_is_no_mistake() {
    let dir = directory();
    let printed = import(dir.path(), b"").printed();
    assert!(has(&printed, &["0", "events"]), "{printed}");
}

#[tokio::test]
async fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let dir = directory();
    let refused = import(dir.path(), &vec![b'a'; 3 << 20]);
    assert!(!refused.status.success() && refused.err.contains("more than 1048576 bytes"), "{refused:?}");
}

#[tokio::test]
async fn an_import_that_is_interrupted_is_simply_run_again() {
    let dir = directory();
    let text = lines(&orders(700));
    let mut command = program(dir.path());
    command.args(["import", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // The first batch and a half; the rest is still to come.
    let half: usize = text.split_inclusive('\n').take(1500).map(str::len).sum();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&text.as_bytes()[..half]).unwrap();
    stdin.flush().unwrap();
    until("the first batch", async || {
        let verified = run(dir.path(), &["verify"]);
        verified
            .out
            .lines()
            .find_map(|line| line.strip_prefix("size "))?
            .trim()
            .parse::<u64>()
            .ok()
            .filter(|it| *it > 1000)
    })
    .await;
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(1), "{out}{err}");
    assert!(has(&out, &["recorded", "1,000"]) && err.contains("run the same import again"), "{out}{err}");
    drop(stdin);

    let printed = import(dir.path(), text.as_bytes()).printed();
    assert!(has(&printed, &["duplicate", "1,000"]) && has(&printed, &["recorded", "1,100"]), "{printed}");
    let ledger = Ledger::start_in(&dir);
    let end = ledger.admin().end().await;
    let sales = ledger.admin().read(&format!("/v1/reports/sales?from=2024-03-01&min_position={end}")).await;
    assert_eq!(sales["total"]["orders"], 700);
}

#[tokio::test]
async fn an_import_that_is_killed_is_simply_run_again() {
    let dir = directory();
    let events = orders(700);
    fs::write(dir.path().join("events.ndjson"), lines(&events)).unwrap();
    let mut command = program(dir.path());
    command.args(["import", "events.ndjson"]);
    let mut process = Process::start(command);
    until("some progress", async || {
        let verified = run(dir.path(), &["verify"]).out;
        let size = verified.lines().find_map(|line| line.strip_prefix("size "))?.trim().parse::<u64>().ok();
        size.filter(|it| *it > 10)
    })
    .await;
    process.kill();
    let printed = import(dir.path(), lines(&events).as_bytes()).printed();
    assert!(has(&printed, &["2,100", "events"]), "{printed}");
    let ledger = Ledger::start_in(&dir);
    let end = ledger.admin().end().await;
    let fresh = Ledger::start();
    assert_eq!(fresh.admin().record(&events).await, end);
    assert_eq!(everything(&ledger.admin(), end).await, everything(&fresh.admin(), end).await);
}

#[tokio::test]
async fn events_are_imported_into_a_ledger_that_serves() {
    let ledger = Ledger::start();
    let elsewhere = directory();
    let events = orders(400);
    let import = |token: &str, text: &str| {
        let mut command = program(elsewhere.path());
        command.args(["import", "-", "--url", &ledger.url()]).env("LEDGER_TOKEN", token);
        finish(command, text.as_bytes())
    };
    let printed = import(ADMIN, &lines(&events)).printed();
    assert!(has(&printed, &["recorded", "1,200"]), "{printed}");
    let printed = import(ADMIN, &lines(&events)).printed();
    assert!(has(&printed, &["duplicate", "1,200"]), "{printed}");
    let rejected = import(ADMIN, "{}\n");
    assert_eq!(rejected.status.code(), Some(1), "{rejected:?}");
    assert!(has(&rejected.out, &["invalid_event", "1"]), "{rejected:?}");
    let said = import("wrong", &lines(&events)).complaint();
    assert!(said.contains("401"), "{said}");
    let url = ledger.url();
    ledger.stop();
    let said = run(elsewhere.path(), &["import", "/dev/null", "--url", &url, "--token", "x"]).complaint();
    assert!(said.contains("no ledger answers at"), "{said}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "nothing was made here");
}
