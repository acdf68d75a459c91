//! Disks that are full: nothing is taken, nothing is lost, and all goes on when there is room.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{lines, outcomes};
use super::events::{THAT_DAY, at, everything, placed, whole_order};
use super::harness::{ADMIN, Ledger, Process, directory, run, undisturbed, until};

/// No file may grow longer than this, in bytes. The log fills its file with zeros up to 16 MiB ahead.
const FILE_BYTES_MAX: u32 = 17 << 20;
/// A disk for one ledger: the log can be filled ahead twice, and read models have room for the events of both parts.
const DISK_BYTES: u32 = 120 << 20;

/// Whether these commands do what they must for a test; it says so when they do not.
fn can(test: &str, script: &str) -> bool {
    let can = Command::new("sh").args(["-c", script]).output().is_ok_and(|output| output.status.success());
    if !can {
        println!("not tested: {test}");
    }
    can
}

/// `ledger` with these arguments on `dir`, started by a script that ends with `exec "$@"`.
fn command(dir: &Path, script: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    undisturbed(&mut command, dir);
    command.args(["-c", script, "sh", env!("CARGO_BIN_EXE_ledger")]).args(arguments);
    command.env("LEDGER_ADMIN_TOKEN", ADMIN);
    command
}

const SERVE: &[&str] = &["serve", "--listen=127.0.0.1:0"];

/// Limits the files of the process that it starts, without the signal that comes with such a limit.
fn limited() -> String {
    format!(r#"trap "" XFSZ; exec prlimit --fsize={FILE_BYTES_MAX}:unlimited "$@""#)
}

/// An event that takes much room in the log: a parked one. Read models keep it, too.
fn large(number: usize) -> Value {
    let mut event = at(
        "10:00:00",
        "order.paid",
        &format!("L{number}"),
        json!({
            "payment_id": format!("large-{number}"), "method": "cash", "amount": "1.00",
        }),
    );
    event["padding"] = noise(number as u64, 200 << 10).into();
    event
}

/// A text that cannot be compressed by much.
fn noise(seed: u64, bytes: usize) -> String {
    let mut state = seed;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (state >> 58) as u8)
    };
    (0..bytes).map(letter).map(|letter| if letter == '\\' { 'x' } else { letter }).collect()
}

/// Publishes until nothing more is taken; how many large events were.
async fn fills_up(ledger: &Ledger) -> usize {
    let admin = ledger.admin();
    for number in 0.. {
        let reply = admin.publish(&large(number)).await;
        if reply.status == 202 {
            continue;
        }
        reply.problem(503, "no_room");
        assert!(reply.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
        return number;
    }
    unreachable!("a disk is full at some time")
}

/// What a ledger does while its disk is full.
async fn is_full(ledger: &Ledger, position: u64, figures: &Value) {
    let admin = ledger.admin();
    for _ in 0..3 {
        admin.publish(&placed("B")).await.problem(503, "no_room");
    }
    let reply = admin.put("/v1/settings/settlement").json(&json!({ "default_days": 9 })).send().await;
    reply.problem(503, "no_room");
    let problem = ledger.client(None).get("/readyz").send().await.problem(503, "not_ready");
    assert!(problem["detail"].as_str().unwrap().contains("full"), "{problem}");
    assert_eq!(ledger.client(None).get("/healthz").send().await.status, 200);
    assert_eq!(&everything(&admin, position).await, figures, "what is there can be read");
}

/// What a ledger does when there is room again, which is after `large_events`.
async fn goes_on(ledger: &Ledger, large_events: usize) {
    let admin = ledger.admin();
    until("room", async || (ledger.client(None).get("/readyz").send().await.status == 200).then_some(()))
        .await;
    // The one that was turned away may have been recorded when there was room.
    let all: Vec<_> = (0..=large_events).map(large).collect();
    for (number, event) in all.iter().enumerate() {
        let outcome = admin.publish(event).await.json()["outcome"].clone();
        assert!(
            outcome == "duplicate" || outcome == "parked" && number == large_events,
            "{number}: {outcome}"
        );
    }
    let answer = admin.publish_all(&whole_order("B")).await;
    assert!(outcomes(&answer).iter().all(|outcome| ["recorded", "duplicate"].contains(outcome)), "{answer}");
    let orders = admin.read(&format!("/v1/orders?min_position={}", answer["position"])).await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 2);
}

/// A new ledger whose files may not grow beyond a limit; none where there can be none.
fn with_limit() -> Option<Ledger> {
    if !can("a limit for files", "command -v prlimit") {
        return None;
    }
    let dir = directory();
    Some(Ledger::start_with(&dir, command(dir.path(), &limited(), SERVE)))
}

#[tokio::test]
async fn a_file_that_may_not_grow_is_a_full_disk_until_it_may() {
    let Some(ledger) = with_limit() else { return };
    let position = ledger.admin().record(&whole_order("A")).await;
    let figures = everything(&ledger.admin(), position).await;
    let large_events = fills_up(&ledger).await;
    assert!(large_events > 20);
    is_full(&ledger, position, &figures).await;

    let process = ledger.process.id().to_string();
    let lifted = Command::new("prlimit").args(["--pid", &process, "--fsize=unlimited"]).status();
    assert!(lifted.unwrap().success());
    goes_on(&ledger, large_events).await;
    let dir = ledger.stop();
    run(dir.path(), &["verify"]).printed();
}

#[tokio::test]
async fn a_ledger_that_is_killed_while_its_disk_is_full_has_all_that_it_acknowledged() {
    let Some(ledger) = with_limit() else { return };
    ledger.admin().record(&whole_order("A")).await;
    let large_events = fills_up(&ledger).await;
    let ledger = Ledger::start_in(&ledger.kill());
    goes_on(&ledger, large_events).await;
}

#[tokio::test]
async fn a_ledger_whose_disk_is_full_stops_when_it_is_asked_to() {
    let Some(mut ledger) = with_limit() else { return };
    ledger.admin().record(&whole_order("A")).await;
    let large_events = fills_up(&ledger).await;
    ledger.process.signal("TERM");
    ledger.process.wait(Duration::from_secs(5));
    goes_on(&Ledger::start_in(&ledger.dir()), large_events).await;
}

/// A ledger with one order on a disk of its own, and that disk as the process sees it; none where there can be none.
async fn with_small_disk() -> Option<(Ledger, PathBuf, u64)> {
    let mounted =
        "d=$(mktemp -d) && unshare -rm mount -t tmpfs -o size=1m tmpfs $d; found=$?; rmdir $d; exit $found";
    if !can("a small file system", mounted) {
        return None;
    }
    let dir = directory();
    let mount = format!(r#"mount -t tmpfs -o size={DISK_BYTES} tmpfs "$LEDGER_DATA_DIR" || exit; exec "$@""#);
    let script = format!("exec unshare -rm sh -c '{mount}' sh \"$@\"");
    let ledger = Ledger::start_with(&dir, command(dir.path(), &script, SERVE));
    let position = ledger.admin().record(&whole_order("A")).await;
    let disk = format!("/proc/{}/root{}", ledger.process.id(), dir.path().display());
    match File::create(Path::new(&disk).join("ballast")) {
        Ok(_) => Some((ledger, disk.into(), position)),
        Err(error) => {
            println!("not tested: the disk of another process cannot be reached here: {error}");
            None
        }
    }
}

/// Puts something else on the disk, until so many bytes are left.
fn fill(disk: &Path, left: u64) {
    let mut ballast = File::create(disk.join("ballast")).unwrap();
    let zeros = vec![0; 16 << 10];
    while ballast.write_all(&zeros).is_ok() {}
    let length = ballast.metadata().unwrap().len();
    ballast.set_len(length.saturating_sub(left)).unwrap();
}

#[tokio::test]
async fn a_disk_that_is_full_with_everything_on_it_goes_on_when_something_is_deleted() {
    let Some((ledger, disk, position)) = with_small_disk().await else { return };
    let figures = everything(&ledger.admin(), position).await;
    fill(&disk, 2 << 20);
    let large_events = fills_up(&ledger).await;
    is_full(&ledger, position, &figures).await;
    fs::remove_file(disk.join("ballast")).unwrap();
    goes_on(&ledger, large_events).await;
}

#[tokio::test]
async fn read_models_without_room_pause_and_say_so_while_the_log_goes_on() {
    let Some((ledger, disk, position)) = with_small_disk().await else { return };
    let admin = ledger.admin();
    everything(&admin, position).await;
    fill(&disk, 0);
    // The log has room ahead. Each order takes room in the read models.
    let mut end = 0;
    for number in 0..20 {
        let orders: Vec<_> = (0..20).map(|order| placed(&format!("B{number}-{order}"))).collect();
        end = admin.record(&orders).await;
    }
    let not_ready = until("not ready", async || {
        let reply = ledger.client(None).get("/readyz").send().await;
        (reply.status != 200).then_some(reply)
    });
    let problem = not_ready.await.problem(503, "not_ready");
    assert!(problem["detail"].as_str().unwrap().contains("full"), "{problem}");
    assert_eq!(admin.get("/v1/orders/A").send().await.status, 200, "what is there can be read");

    fs::remove_file(disk.join("ballast")).unwrap();
    until("ready", async || (ledger.client(None).get("/readyz").send().await.status == 200).then_some(()))
        .await;
    let report = admin.read(&format!("/v1/reports/sales?{THAT_DAY}&min_position={end}")).await;
    assert_eq!(report["total"]["orders"], 401);
}

#[test]
fn an_import_that_waits_for_room_can_be_interrupted() {
    if !can("a limit for files", "command -v prlimit") {
        return;
    }
    let dir = directory();
    fs::write(dir.path().join("events.ndjson"), lines(&(0..100).map(large).collect::<Vec<_>>())).unwrap();
    let mut process = Process::start(command(dir.path(), &limited(), &["import", "events.ndjson"]));
    process.hears("the disk of the log is full");
    process.signal("INT");
    assert_eq!(process.wait(Duration::from_secs(5)).code(), Some(1));
    assert!(process.said().contains("run the same import again"), "{}", process.said());
    run(dir.path(), &["import", "events.ndjson"]).printed();
}
