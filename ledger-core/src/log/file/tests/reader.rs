//! Reading the log of a data directory without its lock.

use super::*;
use crate::log::decision_end;
use crate::log::file::Reader;

/// All blocks that a reader finds, a few at a time.
fn all(reader: &Reader) -> Result<Vec<SealedBlock>, ReadError> {
    let mut found = Vec::<SealedBlock>::new();
    loop {
        let after = found.last().map_or(Position::ZERO, |block| block.header().last());
        let more = reader.read(after, 500)?;
        if more.is_empty() {
            return Ok(found);
        }
        found.extend(more);
    }
}

#[tokio::test]
async fn a_reader_finds_what_the_writer_has_written_and_the_writer_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Reader::open(dir.path()), Err(OpenError::NoLog { .. })));
    let mut sealer = sealer(1);
    let mut blocks: Vec<_> = [3, 20, 300, 20, 3, 1].map(|count| block(&mut sealer, count)).into();
    let log = open(dir.path(), small()).unwrap();
    let within = log.reader();
    assert_eq!((all(&within).unwrap(), within.tail().unwrap()), (vec![], Tail::EMPTY));
    for block in &blocks {
        log.append(block).await.unwrap();
    }
    let beside = Reader::open(dir.path()).unwrap();
    assert!(beside.fault.is_none());
    for reader in [&within, &beside.reader] {
        assert_eq!((all(reader).unwrap(), reader.tail().unwrap()), (blocks.clone(), tail_of(&blocks)));
        assert_eq!(reader.read(Position::new(5), 1).unwrap(), blocks[1..2]);
        for position in [0, 3, 23, tail_of(&blocks).position.get() + 1].map(Position::new) {
            let expected = decision_end(&log, position).await.unwrap();
            assert_eq!(reader.decision_end(position).unwrap(), expected);
        }
    }
    blocks.push(block(&mut sealer, 2));
    log.append(&blocks[6]).await.unwrap();
    assert_eq!(all(&within).unwrap(), blocks, "it follows the log");
    assert_eq!(all(&beside.reader).unwrap(), blocks[..6], "it ends where the log ended");
}

#[tokio::test]
async fn a_block_that_was_being_written_is_no_fault_and_not_read() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[2, 20]);
    let log = open(dir.path(), one_segment()).unwrap();
    log.append(&blocks[0]).await.unwrap();
    log.append_torn(&blocks[1], |sector| sector == 0).await.unwrap();
    let opened = Reader::open(dir.path()).unwrap();
    assert!(opened.fault.is_none(), "{:?}", opened.fault);
    assert_eq!(all(&opened.reader).unwrap(), blocks[..1]);
}

#[tokio::test]
async fn blocks_before_a_damaged_one_are_read() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[2, 20, 3]);
    write(dir.path(), one_segment(), &blocks, true).await;
    let path = segment_files(dir.path())[0].clone();
    let mut bytes = fs::read(&path).unwrap();
    bytes[blocks[0].bytes().len() + 200] ^= 1;
    fs::write(&path, bytes).unwrap();
    let opened = Reader::open(dir.path()).unwrap();
    match opened.fault {
        Some(ReadError::Corrupt { position, .. }) => assert_eq!(position.get(), 3),
        other => panic!("{other:?}"),
    }
    assert_eq!(all(&opened.reader).unwrap(), blocks[..1]);
}

#[tokio::test]
async fn a_segment_that_is_missing_is_named() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), OpenOptions { segment_bytes: 1, ..small() }, &blocks(&[2, 20, 3]), true).await;
    fs::remove_file(&segment_files(dir.path())[1]).unwrap();
    let opened = Reader::open(dir.path()).unwrap();
    assert!(opened.fault.is_some_and(|fault| fault.to_string().contains("position 3")));
    assert_eq!(opened.reader.tail().unwrap().position.get(), 2);
}
