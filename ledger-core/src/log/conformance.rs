//! What every log must do, whatever it is made of.
//!
//! Each function takes an `open`: given nothing it opens a new, empty log; given a log it closes that one and opens
//! the same log again. A backend's tests call [`all`].

use std::sync::Arc;

use events_schema::block::{BlockHeader, Codec, SealedBlock, Sealer};
use events_schema::merkle::{Frontier, Head};
use events_schema::{Position, Timestamp};

use super::{AppendError, ChainBreak, Log, Tail};

const LOG_ID: [u8; 16] = *b"conformance-test";
const BYTES_MAX: usize = 1 << 20;

/// Checks everything below.
pub async fn all<L: Log>(open: impl AsyncFn(Option<L>) -> L) {
    an_empty_log_has_nothing(open(None).await).await;
    positions_have_no_gap(open(None).await).await;
    an_appended_block_is_read_at_once(open(None).await).await;
    a_read_begins_with_the_block_that_holds_the_next_event(open(None).await).await;
    a_read_keeps_to_its_limit(open(None).await).await;
    a_limit_counts_what_is_read_uncompressed(open(None).await).await;
    a_stale_block_is_refused(open(None).await).await;
    a_block_on_another_root_is_refused(open(None).await).await;
    a_block_of_another_log_is_refused(open(None).await).await;
    a_block_that_is_not_later_is_refused(open(None).await).await;
    a_fence_keeps_older_blocks_out(open(None).await).await;
    of_racing_appends_one_wins(open(None).await).await;
    a_reopened_log_goes_on_where_it_ended(&open).await;
    blocks_stay_as_they_were_stored(&open).await;
}

/// A sealer of blocks for these tests, at the beginning of a log.
pub fn sealer(writer: u64) -> Sealer {
    Sealer::new(LOG_ID, 1, writer, Frontier::new())
}

/// The next block of `sealer`, with `count` events of about 20 bytes, recorded one second after the last.
pub fn block(sealer: &mut Sealer, count: usize) -> SealedBlock {
    sealer.begin(time_of(sealer, count));
    for index in 0..count {
        let text = format!("event {index} of {} by the writer", sealer.next_position());
        sealer.push(|bytes| bytes.extend_from_slice(text.as_bytes())).expect("the block is small");
    }
    sealer.seal()
}

/// The next block of `sealer`, with so many events that it is compressed.
pub fn compressed(sealer: &mut Sealer) -> SealedBlock {
    let block = block(sealer, 200);
    assert_eq!(block.header().codec, Codec::Zstd);
    block
}

/// A fence in the next term, where the next block of `sealer` would stand.
pub fn fence(sealer: &mut Sealer) -> SealedBlock {
    sealer.set_term(sealer.term() + 1);
    block(sealer, 0)
}

/// Grows from block to block of one sealer, whether they hold events or are fences.
fn time_of(sealer: &Sealer, count: usize) -> Timestamp {
    let number = sealer.next_position().get() + 2 * sealer.term() + u64::from(count > 0);
    Timestamp::from_micros(0).plus_seconds(number.cast_signed())
}

async fn append(log: &impl Log, block: &SealedBlock) {
    log.append(block).await.expect("the block is the next one");
}

async fn tail(log: &impl Log) -> Tail {
    log.tail().await.expect("the log is sound")
}

async fn read(log: &impl Log, after: u64, bytes_max: usize) -> Vec<SealedBlock> {
    log.read(Position::new(after), bytes_max).await.expect("the log is sound")
}

/// Checks that the block is refused for this reason, and leaves no trace.
async fn refused(log: &impl Log, block: &SealedBlock, expected: ChainBreak) {
    let before = tail(log).await;
    let answer = log.append(block).await;
    let Err(AppendError::Conflict { expected: first, tail: actual, reason }) = answer else {
        panic!("expected a conflict ({expected}), got {answer:?}");
    };
    assert_eq!((first, &actual, reason), (block.header().first, &before, expected));
    assert_eq!(tail(log).await, before);
}

async fn an_empty_log_has_nothing(log: impl Log) {
    assert_eq!(tail(&log).await, Tail::EMPTY);
    assert_eq!(read(&log, 0, BYTES_MAX).await, []);
}

async fn positions_have_no_gap(log: impl Log) {
    let mut sealer = sealer(1);
    let mut frontier = Frontier::new();
    for count in [1, 3, 1, 7] {
        append(&log, &block(&mut sealer, count)).await;
    }
    let blocks = read(&log, 0, BYTES_MAX).await;
    let positions = blocks.iter().flat_map(SealedBlock::leaves).map(|(position, _)| position.get());
    assert!(positions.eq(1..=12));
    assert!(blocks.iter().all(|block| block.extend(&mut frontier).is_ok()));
    let tail = tail(&log).await;
    assert_eq!(frontier.head(), Head { size: tail.position.get(), root: tail.root });
}

async fn an_appended_block_is_read_at_once(log: impl Log) {
    let mut sealer = sealer(1);
    let mut tail_expected = Tail::EMPTY;
    for count in 1..20 {
        let after = tail_expected.position.get();
        let block = block(&mut sealer, count);
        append(&log, &block).await;
        tail_expected = tail_expected.after(block.header());
        assert_eq!(tail(&log).await, tail_expected);
        assert_eq!(read(&log, after, BYTES_MAX).await, [block]);
        assert_eq!(read(&log, tail_expected.position.get(), BYTES_MAX).await, []);
    }
}

async fn a_read_begins_with_the_block_that_holds_the_next_event(log: impl Log) {
    let mut sealer = sealer(1);
    let blocks = [block(&mut sealer, 3), fence(&mut sealer), block(&mut sealer, 2), fence(&mut sealer)];
    for block in &blocks {
        append(&log, block).await;
    }
    let [first, _, second, _] = blocks;
    for after in 0..3 {
        assert_eq!(read(&log, after, BYTES_MAX).await, [first.clone(), second.clone()], "after {after}");
    }
    for after in 3..5 {
        assert_eq!(read(&log, after, BYTES_MAX).await, std::slice::from_ref(&second), "after {after}");
    }
    assert_eq!(read(&log, 5, BYTES_MAX).await, []);
    assert_eq!(read(&log, 99, BYTES_MAX).await, []);
}

async fn a_read_keeps_to_its_limit(log: impl Log) {
    let mut sealer = sealer(1);
    let blocks: Vec<_> = (0..4).map(|_| block(&mut sealer, 2)).collect();
    for block in &blocks {
        append(&log, block).await;
    }
    assert_eq!(read(&log, 0, 0).await, blocks[..1]);
    let two = blocks[0].bytes().len() + blocks[1].bytes().len();
    let some = read(&log, 0, two).await;
    assert!(!some.is_empty() && some == blocks[..some.len().min(2)]);
    // A reader that follows the answers meets every block once.
    let mut followed = Vec::<SealedBlock>::new();
    loop {
        let after = followed.last().map_or(0, |block| block.header().last().get());
        let answer = read(&log, after, two).await;
        if answer.is_empty() {
            break;
        }
        followed.extend(answer);
    }
    assert_eq!(followed, blocks);
}

async fn a_limit_counts_what_is_read_uncompressed(log: impl Log) {
    let mut sealer = sealer(1);
    let blocks = [compressed(&mut sealer), compressed(&mut sealer), compressed(&mut sealer)];
    for block in &blocks {
        append(&log, block).await;
    }
    let stored: usize = blocks.iter().map(|block| block.bytes().len()).sum();
    assert!(stored < 2 * blocks[0].header().uncompressed_bytes());
    assert_eq!(read(&log, 0, stored).await, blocks[..1]);
    assert_eq!(read(&log, 200, stored).await, blocks[1..2]);
}

async fn a_stale_block_is_refused(log: impl Log) {
    let mut writer = sealer(1);
    let mut stale = writer.clone();
    append(&log, &block(&mut writer, 2)).await;
    refused(&log, &block(&mut stale, 2), ChainBreak::Position(Position::new(3))).await;
    // Nor is a block taken that would leave a gap.
    block(&mut writer, 1);
    refused(&log, &block(&mut writer, 1), ChainBreak::Position(Position::new(3))).await;
}

async fn a_block_on_another_root_is_refused(log: impl Log) {
    let mut writer = sealer(1);
    append(&log, &block(&mut writer, 1)).await;
    let mut other = sealer(2);
    other.begin(Timestamp::from_micros(0));
    other.push(|bytes| bytes.push(1)).expect("the block is small");
    other.seal();
    refused(&log, &block(&mut other, 1), ChainBreak::Root).await;
    append(&log, &block(&mut writer, 1)).await;
}

async fn a_block_of_another_log_is_refused(log: impl Log) {
    let mut writer = sealer(1);
    append(&log, &block(&mut writer, 1)).await;
    let mut other = Sealer::new([0; 16], 1, 1, writer.frontier().clone());
    refused(&log, &block(&mut other, 1), ChainBreak::LogId).await;
}

async fn a_block_that_is_not_later_is_refused(log: impl Log) {
    let mut writer = sealer(1);
    let first = block(&mut writer, 1);
    append(&log, &first).await;
    let BlockHeader { recorded_at, .. } = *first.header();
    writer.begin(recorded_at);
    writer.push(|bytes| bytes.push(1)).expect("the block is small");
    refused(&log, &writer.seal(), ChainBreak::RecordedAt(recorded_at)).await;
}

async fn a_fence_keeps_older_blocks_out(log: impl Log) {
    let mut writer = sealer(1);
    append(&log, &block(&mut writer, 2)).await;
    let mut under_way = writer.clone();
    let fence = fence(&mut writer);
    append(&log, &fence).await;
    let after = tail(&log).await;
    assert_eq!((after.position, after.term, after.blocks), (Position::new(2), 2, 2));
    refused(&log, &block(&mut under_way, 1), ChainBreak::Term(2)).await;
    refused(&log, &fence, ChainBreak::Term(2)).await;
    append(&log, &block(&mut writer, 1)).await;
}

async fn of_racing_appends_one_wins<L: Log>(log: L) {
    let log = Arc::new(log);
    for round in 1..=10 {
        let mut racers = tokio::task::JoinSet::new();
        let frontier = tree_of(&*log).await;
        for writer in 0..8 {
            let mut sealer = Sealer::new(LOG_ID, 1, writer, frontier.clone());
            let (log, block) = (Arc::clone(&log), block(&mut sealer, 1 + usize::from(writer > 4)));
            racers.spawn(async move { (log.append(&block).await, block) });
        }
        let (won, lost): (Vec<_>, Vec<_>) =
            racers.join_all().await.into_iter().partition(|(answer, _)| answer.is_ok());
        assert!(
            lost.iter().all(|(answer, _)| matches!(answer, Err(AppendError::Conflict { .. }))),
            "{lost:?}"
        );
        let [(_, winner)] = won.as_slice() else { panic!("{} appends won", won.len()) };
        let tail = tail(&*log).await;
        assert_eq!(
            (tail.position, tail.root, tail.blocks),
            (winner.header().last(), winner.header().after.root, round)
        );
    }
}

/// The tree over all events of the log.
async fn tree_of(log: &impl Log) -> Frontier {
    let mut frontier = Frontier::new();
    for block in read(log, 0, BYTES_MAX).await {
        block.extend(&mut frontier).expect("the events have the roots that their blocks name");
    }
    frontier
}

async fn a_reopened_log_goes_on_where_it_ended<L: Log>(open: &impl AsyncFn(Option<L>) -> L) {
    let mut sealer = sealer(1);
    let mut log = open(None).await;
    let mut blocks = Vec::new();
    for round in 0..4 {
        log = open(Some(log)).await;
        for count in [3, 1] {
            blocks.push(block(&mut sealer, count));
            append(&log, blocks.last().expect("there is a block")).await;
        }
        let before = tail(&log).await;
        log = open(Some(log)).await;
        assert_eq!(tail(&log).await, before, "round {round}");
        assert_eq!(read(&log, 0, BYTES_MAX).await, blocks);
    }
    append(&log, &fence(&mut sealer)).await;
    let before = tail(&log).await;
    log = open(Some(log)).await;
    assert_eq!(tail(&log).await, before);
    append(&log, &block(&mut sealer, 1)).await;
}

/// Small blocks, compressed ones and fences in any order; and a copy of the log is the same to the byte.
async fn blocks_stay_as_they_were_stored<L: Log>(open: &impl AsyncFn(Option<L>) -> L) {
    let mut sealer = sealer(1);
    let mut log = open(None).await;
    let mut blocks = Vec::new();
    for round in 0..3 {
        let next =
            [block(&mut sealer, 1), compressed(&mut sealer), fence(&mut sealer), compressed(&mut sealer)];
        for block in next {
            append(&log, &block).await;
            blocks.push(block);
        }
        log = open(Some(log)).await;
        let last = blocks.last().expect("there is a block").header();
        assert_eq!(tail(&log).await.root, last.after.root, "round {round}");
    }
    blocks.retain(|block| !block.header().is_fence());
    let there = read(&log, 0, BYTES_MAX).await;
    assert!(there.iter().map(SealedBlock::bytes).eq(blocks.iter().map(SealedBlock::bytes)));
    let mut frontier = Frontier::new();
    assert!(there.iter().all(|block| block.extend(&mut frontier).is_ok()));
    assert_eq!(frontier.head(), sealer.frontier().head());
    for after in 0..frontier.size() {
        let first = &read(&log, after, 0).await[0];
        assert!((first.header().first..=first.header().last()).contains(&Position::new(after + 1)));
    }
    // Fences do not matter to a copy: its blocks follow each other as they are.
    let copy = open(None).await;
    for block in &there {
        append(&copy, block).await;
    }
    assert_eq!(read(&copy, 0, BYTES_MAX).await, blocks);
}
