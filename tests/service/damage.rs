//! Logs that are not what was written: named by their position, never guessed at. And ends that a crash left behind.

use std::path::Path;
use std::sync::Arc;

use events_schema::block::BlockHeader;
use tempfile::TempDir;

use super::client::lines;
use super::events::{paid, placed};
use super::harness::{Ledger, directory, finish, program, refuses_to_start, run};
use super::log_files::{blocks, change, crc32c, forget_closing, segment};

/// Where a block's header names its format.
const FORMAT_AT: usize = 4;
/// Where the checksum of a block's header stands.
const CHECKSUM_AT: usize = BlockHeader::BYTES - 4;

/// A log of one block for each order, which read models have seen.
async fn served() -> Arc<TempDir> {
    let ledger = Ledger::start();
    for order in ["A", "B", "C"] {
        let position = ledger.admin().record(&[placed(order), paid(order)]).await;
        ledger.admin().read(&format!("/v1/orders?min_position={position}")).await;
    }
    ledger.stop()
}

/// The same events in a log that nothing has read yet, as a crash left it.
fn imported() -> Arc<TempDir> {
    let dir = directory();
    for order in ["A", "B", "C"] {
        let mut command = program(dir.path());
        command.args(["import", "-"]);
        finish(command, lines(&[placed(order), paid(order)]).as_bytes()).printed();
    }
    // A crash leaves no books that reflect the end.
    std::fs::remove_dir_all(dir.path().join("books")).unwrap();
    forget_closing(dir.path());
    dir
}

/// All commands that read the whole log refuse it, and say so with these words.
fn is_refused(dir: &Path, words: &[&str]) {
    let replayed = run(dir, &["replay", "--report", "cash"]).complaint();
    for said in [run(dir, &["verify"]).complaint(), replayed, refuses_to_start(dir)] {
        for word in words {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
}

#[tokio::test]
async fn a_flipped_bit_in_the_middle_of_the_log_is_named_by_its_position() {
    let dir = served().await;
    // The second order: events 4 and 5.
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).into_iter().find(|(header, _)| header.first.get() == 4).unwrap();
        bytes[place.start + BlockHeader::BYTES + 40] ^= 0x10;
    });
    is_refused(dir.path(), &["position 4", ".segment", "Nothing was changed"]);
    let said = run(dir.path(), &["rebuild"]).complaint();
    assert!(said.contains("position 4"), "{said}");
}

#[tokio::test]
async fn a_block_that_became_zeros_is_named_by_its_position() {
    let dir = served().await;
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).into_iter().find(|(header, _)| header.first.get() == 4).unwrap();
        bytes[place].fill(0);
    });
    is_refused(dir.path(), &["position 4"]);
}

#[tokio::test]
async fn a_log_of_a_newer_format_is_left_to_a_newer_version() {
    let dir = served().await;
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).pop().unwrap();
        let header = &mut bytes[place.start..place.start + BlockHeader::BYTES];
        header[FORMAT_AT] = 2;
        let checksum = crc32c(&header[..CHECKSUM_AT]);
        header[CHECKSUM_AT..].copy_from_slice(&checksum.to_le_bytes());
    });
    is_refused(dir.path(), &["position 6", "format 2", "use a newer version"]);
}

#[tokio::test]
async fn a_block_that_was_being_written_is_cut_off_and_that_is_said() {
    let dir = imported();
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).pop().unwrap();
        bytes[place.end - 100..].fill(0);
    });
    let verified = run(dir.path(), &["verify"]).printed();
    assert!(verified.contains("size      5\n") && verified.contains("at position 6"), "{verified}");

    let ledger = Ledger::start_in(&dir);
    let said = ledger.process.said();
    assert!(said.contains("cut off") && said.contains("position=6"), "{said}");
    let orders = ledger.admin().read("/v1/orders?min_position=5").await;
    assert_eq!(orders["items"].as_array().unwrap().len(), 2);
    // What was never acknowledged is sent again, and stands in its place.
    assert_eq!(ledger.admin().record(&[placed("C"), paid("C")]).await, 7);
    let said = ledger.restart().process.said();
    assert!(!said.contains("cut off"), "{said}");
}

#[tokio::test]
async fn a_file_that_ends_in_the_middle_of_its_last_block_is_cut_there_too() {
    let dir = imported();
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).pop().unwrap();
        bytes.truncate(place.start + 60);
    });
    let ledger = Ledger::start_in(&dir);
    assert!(ledger.process.said().contains("cut off"));
    assert_eq!(ledger.admin().record(&[placed("C")]).await, 6);
    let dir = ledger.stop();
    run(dir.path(), &["verify"]).printed();
}

#[tokio::test]
async fn a_torn_block_that_read_models_have_seen_was_whole_once_and_is_not_cut_off() {
    let dir = served().await;
    forget_closing(dir.path());
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).pop().unwrap();
        bytes[place.end - 100..].fill(0);
    });
    let before = std::fs::read(segment(dir.path())).unwrap();
    let said = refuses_to_start(dir.path());
    assert!(said.contains("position 6") && said.contains("it was whole once"), "{said}");
    assert!(before == std::fs::read(segment(dir.path())).unwrap(), "nothing was changed");
}

#[tokio::test]
async fn a_log_that_was_closed_further_on_has_lost_its_end() {
    let dir = served().await;
    change(dir.path(), |bytes| {
        let (_, place) = blocks(bytes).pop().unwrap();
        bytes.truncate(place.start);
    });
    let said = refuses_to_start(dir.path());
    assert!(said.contains("ended at position 7") && said.contains("position 6"), "{said}");
}
