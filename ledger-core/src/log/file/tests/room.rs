//! Full disks.
//!
//! The tests run themselves again in a process of its own that has little room: on a small file system, which a user
//! namespace may mount, and under a limit for the size of files, which every process may set. So there is room once
//! more when a file is deleted or the limit is lifted.

use std::env;
use std::process::Command;

use super::*;

/// Tells the inner process which directory to use.
const DIR: &str = "LEDGER_TEST_SMALL_DISK";

/// Runs `test` again under `script`, with `$DIR` in its environment. Answers what it printed, or `None` when the
/// script could not set up what it needs (it exits with 42 then).
fn again(test: &str, script: &str) -> Option<String> {
    let dir = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", script, "sh"]).arg(env::current_exe().unwrap());
    shell.args(["--exact", "--nocapture", test]).env(DIR, dir.path());
    let output = shell.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    match output.status.code() {
        Some(42) => None,
        Some(0) if printed.contains("1 passed") => Some(printed.into_owned()),
        _ => panic!("{:?}\n{printed}", output.status),
    }
}

/// Fills the disk with blocks until it is full, makes room, and goes on.
async fn fills_up(dir: &Path, options: OpenOptions, make_room: impl FnOnce()) {
    let log = open(dir, options.clone()).unwrap();
    let mut sealer = sealer(1);
    let mut blocks = Vec::new();
    let full = loop {
        let next = block(&mut sealer, 1000);
        match log.append(&next).await {
            Ok(()) => blocks.push(next),
            Err(error) => break (error, next),
        }
    };
    let (AppendError::Full(_), next) = full else { panic!("{:?}", full.0) };
    assert!(blocks.len() > 3);
    for _ in 0..3 {
        assert!(matches!(log.append(&next).await, Err(AppendError::Full(_))));
    }
    assert_eq!(log.tail().await.unwrap(), tail_of(&blocks));
    let lengths = || segment_files(dir).iter().map(|path| path.metadata().unwrap().len()).collect::<Vec<_>>();
    let before = lengths();
    log.append(&next).await.unwrap_err();
    assert_eq!(lengths(), before, "nothing half written stays");
    make_room();
    log.append(&next).await.unwrap();
    blocks.push(next);
    log.close().await.unwrap();
    let log = open(dir, options).unwrap();
    assert_eq!(log.read(Position::ZERO, 64 << 20).await.unwrap(), blocks);
}

#[tokio::test]
async fn a_full_disk_takes_nothing_and_goes_on_when_there_is_room() {
    if let Some(dir) = env::var_os(DIR).map(PathBuf::from) {
        let ballast = dir.join("ballast");
        fs::write(&ballast, vec![1; 300 << 10]).unwrap();
        // In one segment, and where a new segment is what has no room.
        for segment_bytes in [1 << 20, 100 << 10] {
            let data = dir.join("data");
            fs::write(&ballast, vec![1; 300 << 10]).unwrap();
            let options = OpenOptions { segment_bytes, zero_fill_bytes: 96 << 10, ..one_segment() };
            fills_up(&data, options, || fs::remove_file(&ballast).unwrap()).await;
            fs::remove_dir_all(&data).unwrap();
        }
        return;
    }
    let name = "log::file::tests::room::a_full_disk_takes_nothing_and_goes_on_when_there_is_room";
    let script = r#"
        unshare -rm true || exit 42
        exec unshare -rm sh -c 'mount -t tmpfs -o size=1m tmpfs "$LEDGER_TEST_SMALL_DISK" || exit 42; exec "$@"' sh "$@"
    "#;
    if again(name, script).is_none() {
        println!("not tested on a full file system: none can be mounted here");
    }
}

#[tokio::test]
async fn a_limit_for_files_is_a_full_disk_too() {
    if let Some(dir) = env::var_os(DIR).map(PathBuf::from) {
        let lift = || {
            let process = std::process::id().to_string();
            let lifted = Command::new("prlimit").args(["--pid", &process, "--fsize=unlimited"]).status();
            assert!(lifted.unwrap().success());
        };
        let options = OpenOptions { segment_bytes: 8 << 20, zero_fill_bytes: 96 << 10, ..one_segment() };
        fills_up(&dir, options, lift).await;
        return;
    }
    let name = "log::file::tests::room::a_limit_for_files_is_a_full_disk_too";
    // Without the signal that comes with it; the limit is in units of 512 or 1024 bytes.
    let script = r#"command -v prlimit > /dev/null || exit 42; trap "" XFSZ; ulimit -S -f 1000; exec "$@""#;
    if again(name, script).is_none() {
        println!("not tested under a limit: there is no prlimit command here");
    }
}
