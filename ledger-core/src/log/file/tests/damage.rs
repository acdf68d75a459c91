//! Logs that are not what was written.

use std::os::unix::fs::FileExt;

use events_schema::Timestamp;
use events_schema::block::HeaderError;

use super::*;
use crate::log::file::frame::{frame_bytes, frame_into};
use crate::log::{ChainBreak, Damage};

/// The position and the damage for which the log is not opened.
fn refused(dir: &Path) -> (u64, Damage) {
    match open(dir, one_segment()) {
        Err(OpenError::Read(ReadError::Corrupt { position, reason, segment })) => {
            assert!(segment.ends_with(".segment"), "{segment}");
            (position.get(), reason)
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_changed_byte_anywhere_in_the_last_segment_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let mut sealer = sealer(1);
    let blocks = [block(&mut sealer, 1), compressed(&mut sealer), block(&mut sealer, 3)];
    for close in [true, false] {
        write(dir.path(), one_segment(), &blocks, close).await;
        let path = segment_files(dir.path())[0].clone();
        let file = fs::File::options().read(true).write(true).open(&path).unwrap();
        let mut at = 0;
        for block in &blocks {
            for _ in 0..frame_bytes(block.bytes().len()) {
                let mut byte = [0];
                file.read_exact_at(&mut byte, at).unwrap();
                for flip in [0x01, 0x80] {
                    file.write_all_at(&[byte[0] ^ flip], at).unwrap();
                    assert_eq!(refused(dir.path()).0, block.header().first.get(), "byte {at}");
                }
                file.write_all_at(&byte, at).unwrap();
                at += 1;
            }
        }
        // Nothing was changed by all these attempts.
        let log = open(dir.path(), one_segment()).unwrap();
        assert_eq!(log.read(Position::ZERO, 1 << 20).await.unwrap(), blocks);
        drop(log);
        fs::remove_dir_all(dir.path().join("log")).unwrap();
    }
}

#[tokio::test]
async fn a_byte_of_the_last_block_that_became_zero_never_cuts_it_off() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[1, 30]);
    write(dir.path(), one_segment(), &blocks, false).await;
    let path = segment_files(dir.path())[0].clone();
    let image = fs::read(&path).unwrap();
    let first = frame_bytes(blocks[0].bytes().len());
    for at in first..first + frame_bytes(blocks[1].bytes().len()) {
        let mut damaged = image.clone();
        damaged[at] = 0;
        fs::write(&path, damaged).unwrap();
        match open(dir.path(), one_segment()) {
            // The byte was zero before, or it is one of the closing bytes.
            Ok(log) => assert_eq!(log.tail().await.unwrap(), tail_of(&blocks), "byte {at}"),
            Err(OpenError::Read(ReadError::Corrupt { position, .. })) => {
                assert_eq!(position.get(), 2, "byte {at}");
            }
            Err(other) => panic!("byte {at}: {other}"),
        }
    }
}

#[tokio::test]
async fn a_changed_byte_in_an_older_segment_is_found_by_whoever_reads_it() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[3, 20, 60, 20, 3]);
    write(dir.path(), small(), &blocks, true).await;
    let file = fs::File::options().write(true).open(&segment_files(dir.path())[0]).unwrap();
    file.write_all_at(&[0xee], frame_bytes(blocks[0].bytes().len()) as u64 + 300).unwrap();
    let log = open(dir.path(), small()).unwrap();
    match log.read(Position::ZERO, 1 << 20).await {
        Err(ReadError::Corrupt { position, .. }) => assert_eq!(position.get(), 4),
        other => panic!("{other:?}"),
    }
    assert_eq!(log.read(Position::new(23), 1 << 20).await.unwrap(), blocks[2..]);
}

#[tokio::test]
async fn a_missing_segment_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[20, 20, 20, 20, 20, 20, 20]);
    for lost in [0, 2, 6] {
        write(dir.path(), OpenOptions { segment_bytes: 1, ..small() }, &blocks, true).await;
        let files = segment_files(dir.path());
        assert_eq!(files.len(), 7);
        fs::remove_file(&files[lost]).unwrap();
        let first = blocks[lost].header().first;
        let next = first.plus(20);
        let closed_at = Position::new(140);
        let damage = if lost == 6 { Damage::Shortened { closed_at } } else { Damage::Gap { next } };
        assert_eq!(refused(dir.path()), (first.get(), damage));
        fs::remove_dir_all(dir.path().join("log")).unwrap();
    }
}

/// Puts these blocks into a segment, whether they follow each other or not.
fn forge(dir: &Path, blocks: &[&SealedBlock]) {
    let mut bytes = Vec::new();
    let mut frame = Vec::new();
    for block in blocks {
        frame_into(block.bytes(), &mut frame);
        bytes.extend_from_slice(&frame);
    }
    bytes.resize(8000, 0);
    fs::create_dir_all(dir.join("log")).unwrap();
    fs::write(dir.join("log/00000000000000000001.segment"), bytes).unwrap();
}

#[tokio::test]
async fn sound_blocks_that_do_not_follow_each_other_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut own = sealer(1);
    let first = block(&mut own, 2);
    let at = |seconds| Timestamp::default().plus_seconds(seconds);
    let next = |log_id: &[u8; 16], term, leaf: &[u8], skip: bool, seconds| {
        let mut frontier = Frontier::new();
        first.extend(&mut frontier).unwrap();
        let mut sealer = Sealer::new(*log_id, term, 1, frontier);
        for wanted in [skip, true].into_iter().filter(|wanted| *wanted) {
            sealer.begin(at(seconds));
            sealer.push(|bytes| bytes.extend_from_slice(leaf)).unwrap();
            if wanted && skip && sealer.next_position().get() == 3 {
                sealer.seal();
            }
        }
        sealer.seal()
    };
    let id = b"conformance-test";
    let mut other = sealer(2);
    other.begin(at(0));
    other.push(|bytes| bytes.push(7)).unwrap();
    other.push(|bytes| bytes.push(7)).unwrap();
    other.seal();
    let time = first.header().recorded_at;
    let cases = [
        (next(&[0; 16], 1, b"x", false, 99), ChainBreak::LogId),
        (next(id, 1, b"x", true, 99), ChainBreak::Position(Position::new(3))),
        (block(&mut other, 1), ChainBreak::Root),
        (next(id, 0, b"x", false, 99), ChainBreak::Term(1)),
        (next(id, 1, b"x", false, 0), ChainBreak::RecordedAt(time)),
    ];
    for (second, expected) in cases {
        forge(dir.path(), &[&first, &second]);
        assert_eq!(refused(dir.path()), (3, Damage::Chain(expected)));
    }
    forge(dir.path(), &[&first, &next(id, 1, b"x", false, 99)]);
    open(dir.path(), one_segment()).unwrap();
}

#[tokio::test]
async fn a_newer_format_is_refused_in_a_clear_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[1, 2]);
    forge(dir.path(), &[&blocks[0], &blocks[1]]);
    let path = segment_files(dir.path())[0].clone();
    let at = frame_bytes(blocks[0].bytes().len()) as u64;
    let file = fs::File::options().write(true).open(path).unwrap();
    file.write_all_at(&[2, 0], at + 4).unwrap();
    file.write_all_at(b"a header that only a newer version can read", at + 8).unwrap();
    let refused = open(dir.path(), one_segment()).unwrap_err();
    let sentence = refused.to_string();
    assert!(sentence.contains("position 2") && sentence.contains("format 2"), "{sentence}");
    assert!(sentence.ends_with("use a newer version"), "{sentence}");
    let OpenError::Read(ReadError::NewerFormat { reason, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(reason, HeaderError::NewerFormat { format: 2 });
}
