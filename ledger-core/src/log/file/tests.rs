//! The file log: restarts, damage, unfinished blocks, full disks.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use events_schema::Position;
use events_schema::block::{BLOCK_BYTES_MAX, BLOCK_PAYLOAD_BYTES_MAX, SealedBlock, Sealer};
use events_schema::merkle::Frontier;
use tempfile::TempDir;

use super::{FileLog, OpenError, OpenOptions};
use crate::log::conformance::{self, block, compressed, fence, sealer};
use crate::log::{AppendError, DataDirLock, Log, ReadError, Tail};

mod damage;
mod reader;
mod room;
mod search;
mod torn;
mod verify;

/// Options for small files: a segment holds about three of the tests' blocks.
fn small() -> OpenOptions {
    OpenOptions { create: true, segment_bytes: 2048, zero_fill_bytes: 1024, ..OpenOptions::default() }
}

/// One segment, filled ahead once.
fn one_segment() -> OpenOptions {
    OpenOptions { create: true, segment_bytes: 1 << 20, zero_fill_bytes: 16 << 10, ..OpenOptions::default() }
}

fn open(dir: &Path, options: OpenOptions) -> Result<FileLog, OpenError> {
    FileLog::open(&DataDirLock::acquire(dir).unwrap(), options)
}

/// Makes a log of these blocks; closes it, or leaves it as a crash does.
async fn write(dir: &Path, options: OpenOptions, blocks: &[SealedBlock], close: bool) {
    let log = open(dir, options).unwrap();
    for block in blocks {
        log.append(block).await.unwrap();
    }
    if close {
        log.close().await.unwrap();
    }
}

fn blocks(counts: &[usize]) -> Vec<SealedBlock> {
    let mut sealer = sealer(1);
    counts.iter().map(|count| block(&mut sealer, *count)).collect()
}

/// Bytes that cannot be compressed.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let bytes = (0_u64..).scan(seed, |state, _| {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(state.to_be_bytes()[0])
    });
    bytes.take(length).collect()
}

fn segment_files(dir: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        fs::read_dir(dir.join("log")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "segment"));
    files.sort();
    files
}

fn tail_of(blocks: &[SealedBlock]) -> Tail {
    blocks.iter().fold(Tail::EMPTY, |tail, block| tail.after(block.header()))
}

/// Runs the conformance suite; `reopen` closes a log in one way or another.
async fn conforms(options: OpenOptions, close: bool) {
    let dirs = RefCell::new(Vec::<TempDir>::new());
    conformance::all(async |log: Option<FileLog>| {
        let Some(log) = log else {
            let dir = tempfile::tempdir().unwrap();
            let log = open(dir.path(), options.clone()).unwrap();
            dirs.borrow_mut().push(dir);
            return log;
        };
        let lock = log.lock().clone();
        if close {
            log.close().await.unwrap();
        } else {
            drop(log);
        }
        FileLog::open(&lock, options.clone()).unwrap()
    })
    .await;
}

#[tokio::test]
async fn keeps_the_promises_of_a_log_in_one_segment() {
    conforms(one_segment(), true).await;
}

#[tokio::test]
async fn keeps_the_promises_of_a_log_over_many_segments_and_crashes() {
    conforms(small(), false).await;
}

#[tokio::test]
async fn a_segment_for_every_block_is_no_exception() {
    conforms(OpenOptions { segment_bytes: 1, zero_fill_bytes: 1, ..small() }, true).await;
}

#[tokio::test]
async fn a_directory_without_a_log_is_not_taken_for_an_empty_one() {
    let dir = tempfile::tempdir().unwrap();
    let refused = open(dir.path(), OpenOptions::default()).unwrap_err();
    assert!(matches!(refused, OpenError::NoLog { .. }), "{refused}");
    drop(open(dir.path(), small()).unwrap());
    drop(open(dir.path(), OpenOptions::default()).unwrap());
}

#[tokio::test]
async fn only_a_crash_makes_the_next_start_copy_the_last_segment() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), small(), &blocks(&[1]), true).await;
    let inode = || fs::metadata(&segment_files(dir.path())[0]).unwrap().ino();
    let first = inode();
    let log = open(dir.path(), small()).unwrap();
    assert_eq!(inode(), first);
    drop(log);
    fs::write(dir.path().join("log/00000000000000000009.segment.copy"), "left by a crash while copying")
        .unwrap();
    drop(open(dir.path(), small()).unwrap());
    assert_ne!(inode(), first);
    assert_eq!(fs::read_dir(dir.path().join("log")).unwrap().count(), 1);
}

#[tokio::test]
async fn a_log_that_could_not_be_synced_takes_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[1, 2]);
    let log = open(dir.path(), small()).unwrap();
    log.append(&blocks[0]).await.unwrap();
    log.fail_next_sync().await.unwrap();
    for _ in 0..2 {
        assert!(matches!(log.append(&blocks[1]).await, Err(AppendError::Broken(_))));
    }
    assert_eq!(log.tail().await.unwrap(), tail_of(&blocks[..1]));
    assert_eq!(log.read(Position::ZERO, 9999).await.unwrap(), blocks[..1]);
    log.close().await.unwrap_err();
    // Nobody was told of the second block, and it is there: both are right.
    let log = open(dir.path(), small()).unwrap();
    assert_eq!(log.tail().await.unwrap(), tail_of(&blocks));
}

#[tokio::test]
async fn a_reader_follows_a_log_that_grows() {
    let dir = tempfile::tempdir().unwrap();
    let log = std::sync::Arc::new(open(dir.path(), small()).unwrap());
    let following = std::sync::Arc::clone(&log);
    let mut tails = log.watch();
    let reader = tokio::spawn(async move {
        let mut frontier = Frontier::new();
        while frontier.size() < 600 {
            for block in following.read(Position::new(frontier.size()), 1500).await.unwrap() {
                block.extend(&mut frontier).unwrap();
            }
            tails
                .wait_for(|tail| tail.position.get() > frontier.size() || frontier.size() == 600)
                .await
                .unwrap();
        }
        frontier.root()
    });
    let mut sealer = sealer(1);
    for round in 0..150 {
        log.append(&block(&mut sealer, 1 + round % 7)).await.unwrap();
        if round % 10 == 0 {
            log.append(&fence(&mut sealer)).await.unwrap();
        }
    }
    let left = 600 - usize::try_from(sealer.frontier().size()).unwrap();
    let rest = block(&mut sealer, left);
    log.append(&rest).await.unwrap();
    assert_eq!(reader.await.unwrap(), rest.header().after.root);
    assert!(segment_files(dir.path()).len() > 5);
}

#[tokio::test]
async fn a_block_may_be_as_large_as_blocks_can_be() {
    let dir = tempfile::tempdir().unwrap();
    let mut sealer = sealer(1);
    let mut large = |seed, seconds| {
        sealer.begin(events_schema::Timestamp::default().plus_seconds(seconds));
        let leaf = noise(seed, BLOCK_PAYLOAD_BYTES_MAX - 4);
        sealer.push(|bytes| bytes.extend_from_slice(&leaf)).unwrap();
        let block = sealer.seal();
        assert_eq!(block.bytes().len(), BLOCK_BYTES_MAX);
        block
    };
    let blocks = [large(1, 1), large(2, 2), large(3, 3)];
    write(dir.path(), one_segment(), &blocks, false).await;
    let log = open(dir.path(), small()).unwrap();
    assert_eq!(log.read(Position::ZERO, 10 << 20).await.unwrap(), blocks);
    assert_eq!(log.read(Position::new(1), 0).await.unwrap(), blocks[1..2]);
}
