//! Blocks that were being written when the power went.

use std::os::unix::fs::FileExt;

use events_schema::Timestamp;
use events_schema::block::Codec;
use proptest::prelude::*;

use super::*;
use crate::log::Damage;
use crate::log::file::ending::sectors;
use crate::log::file::frame::{FRAME_BYTES_MAX, frame_bytes, usize_of};

/// A log of these blocks as a crash left it, all in one segment.
async fn crashed(dir: &Path, blocks: &[SealedBlock]) -> PathBuf {
    write(dir, one_segment(), blocks, false).await;
    segment_files(dir)[0].clone()
}

/// The bytes that the frames of these blocks take.
fn frames_of(blocks: &[SealedBlock]) -> usize {
    blocks.iter().map(|block| frame_bytes(block.bytes().len())).sum()
}

/// Opens the log, expects it to end with some blocks, and appends the others.
async fn goes_on(dir: &Path, there: &[SealedBlock], then: &[SealedBlock]) {
    let log = open(dir, one_segment()).unwrap();
    assert_eq!(log.tail().await.unwrap(), tail_of(there));
    for block in then {
        log.append(block).await.unwrap();
    }
    assert_eq!(log.read(Position::ZERO, 1 << 20).await.unwrap(), [there, then].concat());
}

#[tokio::test]
async fn a_last_block_that_is_cut_at_any_byte_is_cut_off() {
    is_cut_off_wherever_it_ends(&blocks(&[2, 3])).await;
}

#[tokio::test]
async fn a_compressed_block_that_is_cut_at_any_byte_is_cut_off() {
    let mut sealer = sealer(1);
    is_cut_off_wherever_it_ends(&[block(&mut sealer, 2), compressed(&mut sealer)]).await;
}

/// Cuts the last block at every byte, leaving zeros or nothing.
async fn is_cut_off_wherever_it_ends(blocks: &[SealedBlock]) {
    let dir = tempfile::tempdir().unwrap();
    let file = crashed(dir.path(), blocks).await;
    let image = fs::read(&file).unwrap();
    let length = blocks[1].bytes().len();
    for cut in 0..frame_bytes(length) {
        let from = frames_of(&blocks[..1]) + cut;
        let mut zeroed = image.clone();
        zeroed[from..].fill(0);
        for damaged in [&zeroed, &image[..from]] {
            fs::write(&file, damaged).unwrap();
            // A block that lacks only closing bytes is whole, and stays.
            let there = if cut < length { 1 } else { 2 };
            goes_on(dir.path(), &blocks[..there], &blocks[there..]).await;
        }
    }
}

/// Two blocks; the second begins `short_of` bytes before the end of a sector, and reaches into several more. The last
/// `repeated` bytes of its event are no news, so they are compressed away.
fn across_sectors(short_of: usize, repeated: usize) -> [SealedBlock; 2] {
    let mut sealer = sealer(1);
    let mut block = |mut leaf: Vec<u8>, repeated: usize, seconds| {
        sealer.begin(Timestamp::default().plus_seconds(seconds));
        leaf.resize(leaf.len() + repeated, 0x77);
        sealer.push(|bytes| bytes.extend_from_slice(&leaf)).unwrap();
        sealer.seal()
    };
    [block(noise(1, 1024 - short_of - 148 - 4 - 8), 0, 1), block(noise(2, 1100), repeated, 2)]
}

#[tokio::test]
async fn whichever_sectors_of_the_last_block_are_missing_it_is_cut_off() {
    for (short_of, repeated) in [8, 24, 144, 152, 512].into_iter().flat_map(|it| [(it, 0), (it, 2000)]) {
        let blocks = across_sectors(short_of, repeated);
        assert_eq!(blocks[1].header().codec == Codec::Zstd, repeated > 0);
        let at = frames_of(&blocks[..1]);
        assert_eq!(at, 1024 - short_of);
        let length = blocks[1].bytes().len();
        let sectors: Vec<_> = sectors(at as u64, frames_of(&blocks[1..])).collect();
        for kept in 0_u32..1 << sectors.len() {
            let dir = tempfile::tempdir().unwrap();
            let log = open(dir.path(), one_segment()).unwrap();
            log.append(&blocks[0]).await.unwrap();
            log.append_torn(&blocks[1], |sector| kept & (1 << sector) != 0).await.unwrap();
            log.tail().await.unwrap_err();
            log.append(&blocks[1]).await.unwrap_err();
            drop(log);
            let is_kept = |index: usize| kept & (1 << index) != 0 || sectors[index].start >= length;
            let there = if (0..sectors.len()).all(is_kept) { 2 } else { 1 };
            goes_on(dir.path(), &blocks[..there], &blocks[there..]).await;
        }
    }
}

/// Expects the log not to be opened, because of damage at this position.
fn refused_at(dir: &Path, expected: u64, options: OpenOptions) -> Damage {
    match open(dir, options) {
        Err(OpenError::Read(ReadError::Corrupt { position, reason, .. })) => {
            assert_eq!(position.get(), expected);
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_something_derived_has_seen_is_not_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[2, 3]);
    let file = crashed(dir.path(), &blocks).await;
    let end = frames_of(&blocks[..1]) + blocks[1].bytes().len() - 5;
    fs::File::options().write(true).open(&file).unwrap().set_len(end as u64).unwrap();
    let derived = blocks[1].header().last();
    let refused = refused_at(dir.path(), 3, OpenOptions { derived, ..one_segment() });
    assert_eq!(refused, Damage::SeenWhole { derived });
    let derived = blocks[0].header().last();
    let log = open(dir.path(), OpenOptions { derived, ..one_segment() }).unwrap();
    assert_eq!(log.tail().await.unwrap(), tail_of(&blocks[..1]));
}

#[tokio::test]
async fn an_unfinished_block_is_not_cut_off_when_anything_follows() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[2, 60, 1]);
    let file = crashed(dir.path(), &blocks).await;
    let image = fs::read(&file).unwrap();
    let [first, second] = [frames_of(&blocks[..1]), frames_of(&blocks[..2])];
    let sector = first.next_multiple_of(512);
    // A sector of the middle block, or its header, was never written; a block follows.
    for lost in [sector + 512..sector + 1024, first..sector] {
        let mut damaged = image.clone();
        damaged[lost].fill(0);
        fs::write(&file, damaged).unwrap();
        refused_at(dir.path(), 3, one_segment());
    }
    // The last block is unfinished, and something stands behind it.
    for behind in [9_000, FRAME_BYTES_MAX, FRAME_BYTES_MAX + 3_000_000] {
        for cut in [100, 160] {
            let mut damaged = image[..second + cut].to_vec();
            damaged.resize(second + behind, 0);
            damaged.push(1);
            fs::write(&file, damaged).unwrap();
            refused_at(dir.path(), 63, one_segment());
        }
    }
}

#[tokio::test]
async fn bytes_that_cannot_be_of_the_next_block_are_not_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[2, 3]);
    let file = crashed(dir.path(), &blocks[..1]).await;
    let image = fs::read(&file).unwrap();
    let at = frames_of(&blocks[..1]);
    let other = block(&mut Sealer::new([1; 16], 1, 1, Frontier::new()), 1);
    for garbage in [b"\x01", b"L\x01".as_slice(), b"LGRB\x01\x00\x00\x01", &other.bytes()[..60], &[1; 300]] {
        let mut damaged = image.clone();
        damaged[at..at + garbage.len()].copy_from_slice(garbage);
        fs::write(&file, damaged).unwrap();
        refused_at(dir.path(), 3, one_segment());
    }
    let far = fs::File::options().write(true).open(&file).unwrap();
    far.write_all_at(&image[at..], at as u64).unwrap();
    far.write_all_at(&[1], (at + FRAME_BYTES_MAX) as u64).unwrap();
    refused_at(dir.path(), 3, one_segment());
}

#[tokio::test]
async fn a_log_that_was_closed_is_never_cut() {
    let dir = tempfile::tempdir().unwrap();
    let blocks = blocks(&[2, 3]);
    write(dir.path(), one_segment(), &blocks, true).await;
    let file = fs::File::options().write(true).open(&segment_files(dir.path())[0]).unwrap();
    let at = frames_of(&blocks[..1]);
    let closing = at + blocks[1].bytes().len();
    file.write_all_at(&[0; 8], closing as u64).unwrap();
    assert_eq!(refused_at(dir.path(), 6, one_segment()), Damage::ClosedWhole);
    for from in [at + 200, at] {
        file.set_len(from as u64).unwrap();
        let closed_at = blocks[1].header().last();
        assert_eq!(refused_at(dir.path(), 3, one_segment()), Damage::Shortened { closed_at });
    }
    assert_eq!(usize_of(file.metadata().unwrap().len()), at);
}

/// What may happen to a log, and how it is opened again.
#[derive(Clone, Debug)]
enum Happens {
    /// A block with so many events, or a fence.
    Appended(usize),
    Closed,
    Crashed,
    TornWhileAppending {
        count: usize,
        kept: u64,
    },
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        4 => (1_usize..200).prop_map(Happens::Appended),
        1 => Just(Happens::Appended(0)),
        1 => Just(Happens::Closed),
        1 => Just(Happens::Crashed),
        2 => (1_usize..200, any::<u64>()).prop_map(|(count, kept)| Happens::TornWhileAppending { count, kept }),
    ]
}

async fn survives(happenings: Vec<Happens>) {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions { segment_bytes: 6000, zero_fill_bytes: 3000, ..small() };
    let mut log = open(dir.path(), options.clone()).unwrap();
    let mut sealer = sealer(1);
    let mut blocks: Vec<SealedBlock> = Vec::new();
    for happening in happenings {
        let lock = log.lock().clone();
        let reopen = || FileLog::open(&lock, options.clone()).unwrap();
        log = match happening {
            Happens::Appended(count) => {
                blocks.push(if count > 0 { block(&mut sealer, count) } else { fence(&mut sealer) });
                log.append(blocks.last().unwrap()).await.unwrap();
                log
            }
            Happens::Closed => {
                log.close().await.unwrap();
                reopen()
            }
            Happens::Crashed => {
                drop(log);
                reopen()
            }
            Happens::TornWhileAppending { count, kept } => {
                let mut after = sealer.clone();
                let torn = block(&mut after, count);
                log.append_torn(&torn, |sector| kept & (1 << sector) != 0).await.unwrap();
                drop(log);
                let log = reopen();
                if log.tail().await.unwrap().root == torn.header().after.root {
                    blocks.push(torn);
                    sealer = after;
                }
                log
            }
        };
        assert_eq!(log.tail().await.unwrap(), tail_of(&blocks));
    }
    blocks.retain(|block| !block.header().is_fence());
    assert_eq!(log.read(Position::ZERO, 1 << 20).await.unwrap(), blocks);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn whatever_happens_the_log_is_what_was_appended(happenings in prop::collection::vec(happens(), 1..25)) {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(survives(happenings));
    }
}
