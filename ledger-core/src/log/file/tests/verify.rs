//! Checking a whole log.

use std::os::unix::fs::FileExt;

use events_schema::block::{BlockError, Codec};
use events_schema::merkle::Head;

use super::*;
use crate::log::Damage;
use crate::log::file::frame::{frame_bytes, frame_into};
use crate::log::file::verify as check;

#[tokio::test]
async fn a_sound_log_is_told_to_be_sound() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(check(dir.path(), |_| ()), Err(OpenError::NoLog { .. })));
    let mut sealer = sealer(1);
    let blocks = [3, 20, 300, 20, 3, 1].map(|count| block(&mut sealer, count));
    assert_eq!(
        blocks.each_ref().map(|it| it.header().codec == Codec::Zstd),
        [false, false, true, false, false, false]
    );
    write(dir.path(), small(), &blocks, false).await;
    let mut progress = 0;
    let verified = check(dir.path(), |events| progress = events).unwrap();
    let tail = tail_of(&blocks);
    assert_eq!(verified.head, Head { size: 347, root: tail.root });
    assert_eq!((progress, verified.blocks, verified.torn_tail), (347, 6, None));
    assert_eq!(verified.bytes, blocks.iter().map(|block| block.bytes().len() as u64).sum::<u64>());
    assert_eq!(verified.first_recorded_at, Some(blocks[0].header().recorded_at));
    assert_eq!(verified.last_recorded_at, Some(tail.recorded_at));
}

#[tokio::test]
async fn every_changed_byte_is_found_with_its_position() {
    let dir = tempfile::tempdir().unwrap();
    // One block a segment: the last one's end is looked at several times, which takes a while.
    let mut sealer = sealer(1);
    let blocks =
        [block(&mut sealer, 2), compressed(&mut sealer), block(&mut sealer, 10), block(&mut sealer, 1)];
    write(dir.path(), OpenOptions { segment_bytes: 1, ..small() }, &blocks, true).await;
    let files = segment_files(dir.path());
    for (path, block) in files.iter().zip(&blocks) {
        let file = fs::File::options().read(true).write(true).open(path).unwrap();
        let every = if block == &blocks[3] { 50 } else { 1 };
        for at in (0..frame_bytes(block.bytes().len()) as u64).step_by(every) {
            let mut byte = [0];
            file.read_exact_at(&mut byte, at).unwrap();
            file.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
            let found = check(dir.path(), |_| ()).unwrap_err();
            let OpenError::Read(ReadError::Corrupt { position, segment, .. }) = found else {
                panic!("{found}")
            };
            assert_eq!((position, segment), (block.header().first, path.display().to_string()));
            file.write_all_at(&byte, at).unwrap();
        }
    }
    assert_eq!(check(dir.path(), |_| ()).unwrap().head.size, 213);
}

#[tokio::test]
async fn events_that_do_not_have_their_root_are_found_although_all_checksums_hold() {
    let dir = tempfile::tempdir().unwrap();
    let mut sealer = sealer(1);
    let first = block(&mut sealer, 2);
    // The header and the payload of two different blocks that have the same length.
    let mut other = sealer.clone();
    let honest = block(&mut sealer, 1);
    other.begin(honest.header().recorded_at);
    let leaf = vec![b'x'; honest.leaves().next().unwrap().1.len()];
    other.push(|bytes| bytes.extend_from_slice(&leaf)).unwrap();
    let other = other.seal();
    let mut header = other.header().clone();
    header.after = honest.header().after;
    let mut forged = other.into_bytes();
    forged[..148].copy_from_slice(&header.encode());
    let mut bytes = Vec::new();
    for block in [first.bytes(), &forged] {
        let mut frame = Vec::new();
        frame_into(block, &mut frame);
        bytes.extend(frame);
    }
    fs::create_dir_all(dir.path().join("log")).unwrap();
    fs::write(dir.path().join("log/00000000000000000001.segment"), bytes).unwrap();
    let found = check(dir.path(), |_| ()).unwrap_err();
    let OpenError::Read(ReadError::Corrupt { position, reason, .. }) = found else { panic!("{found}") };
    assert_eq!((position.get(), reason), (3, Damage::Root { root: honest.header().after.root }));
}

#[tokio::test]
async fn a_block_that_cannot_be_decompressed_is_found_although_all_checksums_hold() {
    let dir = tempfile::tempdir().unwrap();
    let mut sealer = sealer(1);
    let blocks = [block(&mut sealer, 2), compressed(&mut sealer), block(&mut sealer, 1)];
    let mut bytes = Vec::new();
    for block in &blocks {
        let mut header = block.header().clone();
        header.payload_bytes += u32::from(header.codec == Codec::Zstd);
        let mut frame = Vec::new();
        frame_into(&[&header.encode(), &block.bytes()[148..]].concat(), &mut frame);
        bytes.extend(frame);
    }
    fs::create_dir_all(dir.path().join("log")).unwrap();
    fs::write(dir.path().join("log/00000000000000000001.segment"), bytes).unwrap();
    let found = check(dir.path(), |_| ()).unwrap_err();
    let OpenError::Read(ReadError::Corrupt { position, reason, .. }) = found else { panic!("{found}") };
    assert_eq!((position.get(), reason), (3, Damage::Block(BlockError::Decompression)));
    // A start looks at checksums only; whoever reads the events is told.
    let log = open(dir.path(), one_segment()).unwrap();
    match log.read(Position::new(2), 1 << 20).await {
        Err(ReadError::Corrupt { position, reason, .. }) => {
            assert_eq!((position.get(), reason), (3, Damage::Block(BlockError::Decompression)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(log.read(Position::new(202), 1 << 20).await.unwrap(), blocks[2..]);
}

#[tokio::test]
async fn an_unfinished_block_is_told_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[2, 20]);
    let log = open(dir.path(), one_segment()).unwrap();
    log.append(&blocks[0]).await.unwrap();
    log.append_torn(&blocks[1], |sector| sector == 0).await.unwrap();
    let before = fs::read(&segment_files(dir.path())[0]).unwrap();
    let verified = check(dir.path(), |_| ()).unwrap();
    assert_eq!(verified.head.size, 2);
    assert_eq!(verified.torn_tail.unwrap().position, Position::new(3));
    assert_eq!(fs::read(&segment_files(dir.path())[0]).unwrap(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_grows_is_checked_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path(), small()).unwrap();
    let path = dir.path().to_owned();
    let checking = tokio::task::spawn_blocking(move || {
        let mut sizes = vec![];
        while sizes.last().is_none_or(|size| *size < 400) {
            sizes.push(check(&path, |_| ()).unwrap().head.size);
        }
        sizes
    });
    let mut sealer = sealer(1);
    while !checking.is_finished() {
        log.append(&block(&mut sealer, 5)).await.unwrap();
    }
    assert!(checking.await.unwrap().is_sorted());
}
