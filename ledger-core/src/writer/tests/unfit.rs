//! Logs that no writer goes on with, each refused by name.

use events_schema::block::{SealedBlock, Sealer};
use events_schema::merkle::Frontier;
use events_schema::recorded::DecodeError;
use events_schema::recorded::payment::PaymentReceived;
use events_schema::terms::Method;
use events_schema::{Entity, EntityKind, Money};

use super::*;
use crate::books::ApplyError;
use crate::log::{AppendError, DataDirLock, ReadError, Tail};
use crate::writer::{OpenError, SavedBooks};

/// Blocks that are read as they are.
struct AsItIs(Vec<SealedBlock>, Tail);

impl Log for AsItIs {
    async fn append(&self, _: &SealedBlock) -> Result<(), AppendError> {
        Err(AppendError::Broken(std::io::Error::other("nothing is appended to this log")))
    }

    async fn read(&self, after: Position, _: usize) -> Result<Vec<SealedBlock>, ReadError> {
        Ok(self.0.iter().filter(|block| block.header().last() > after).cloned().collect())
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        Ok(self.1.clone())
    }
}

fn leaf(position: u64, event: Event, kind: EntityKind) -> Vec<u8> {
    let position = Position::new(position);
    let recorded = Recorded {
        position,
        recorded_at: NOW,
        occurred_at: NOW,
        entity: Entity::new(kind, position),
        previous: None,
        cause: None,
        key: CommandKey::Ledger,
        actor: Actor::Ledger,
        event,
    };
    let mut bytes = Vec::new();
    recorded.encode(&mut bytes);
    bytes
}

fn genesis() -> Vec<u8> {
    leaf(1, Event::LedgerCreated(created()), EntityKind::Ledger)
}

fn received(position: u64) -> Vec<u8> {
    let received = PaymentReceived {
        payment_id: format!("P{position}").parse().unwrap(),
        method: Method::Cash,
        amount: Money::from_minor(1),
        channel_reference: None,
        note: None,
    };
    leaf(position, Event::PaymentReceived(received), EntityKind::Payment)
}

fn seal(sealer: &mut Sealer, leaves: &[Vec<u8>]) -> SealedBlock {
    sealer.begin(NOW.plus_seconds(sealer.next_position().get().cast_signed()));
    for leaf in leaves {
        sealer.push(|bytes| bytes.extend_from_slice(leaf)).unwrap();
    }
    sealer.seal()
}

fn sealer(log_id: [u8; 16]) -> Sealer {
    Sealer::new(log_id, 1, 1, Frontier::new())
}

/// Blocks of these leaves, one after the other.
fn sealed(blocks: &[&[Vec<u8>]]) -> Vec<SealedBlock> {
    let mut sealer = sealer(created().log_id);
    blocks.iter().map(|leaves| seal(&mut sealer, leaves)).collect()
}

fn tail_of(blocks: &[SealedBlock]) -> Tail {
    blocks.iter().fold(Tail::EMPTY, |tail, block| tail.after(block.header()))
}

/// Why these blocks are refused.
async fn refused(blocks: Vec<SealedBlock>) -> OpenError {
    let tail = tail_of(&blocks);
    Writer::open(Arc::new(AsItIs(blocks, tail)), options()).await.expect_err("the log is not sound")
}

#[tokio::test]
async fn a_sound_log_is_not_refused() {
    let blocks = sealed(&[&[genesis(), received(2)], &[received(3)]]);
    let tail = tail_of(&blocks);
    let writer = Writer::open(Arc::new(AsItIs(blocks, tail)), options()).await.unwrap();
    assert_eq!(writer.stop().await, Position::new(3));
}

#[tokio::test]
async fn a_log_with_a_gap_is_refused() {
    let mut blocks = sealed(&[&[genesis()], &[received(2)], &[received(3)]]);
    blocks.remove(1);
    let error = refused(blocks).await;
    assert_eq!(error.to_string(), "position 3 follows 1: the log has a gap");
    let inside = refused(sealed(&[&[genesis(), received(3)]])).await;
    assert!(matches!(inside, OpenError::Apply(ApplyError::Gap { .. })), "{inside}");
}

#[tokio::test]
async fn a_log_that_ends_before_its_tail_is_refused() {
    let mut blocks = sealed(&[&[genesis()], &[received(2)]]);
    let tail = tail_of(&blocks);
    blocks.pop();
    let error = Writer::open(Arc::new(AsItIs(blocks, tail)), options()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the log ends at position 2, and after position 1 there is nothing to be read"
    );
}

#[tokio::test]
async fn a_log_with_a_block_of_another_log_is_refused() {
    let blocks = vec![seal(&mut sealer([9; 16]), &[genesis(), received(2)])];
    assert_eq!(refused(blocks).await.to_string(), "the block at position 1 belongs to another log");
    let mut blocks = sealed(&[&[genesis()]]);
    let mut frontier = Frontier::new();
    blocks[0].extend(&mut frontier).unwrap();
    blocks.push(seal(&mut Sealer::new([9; 16], 1, 1, frontier), &[received(2)]));
    assert_eq!(refused(blocks).await.to_string(), "the block at position 2 belongs to another log");
}

#[tokio::test]
async fn a_log_with_other_events_than_its_blocks_were_sealed_with_is_refused() {
    let mut blocks = sealed(&[&[genesis()]]);
    // Sealed after another first event.
    let mut other = sealer(created().log_id);
    seal(&mut other, &[received(1)]);
    blocks.push(seal(&mut other, &[received(2)]));
    let error = refused(blocks).await;
    assert!(matches!(error, OpenError::Tree(position) if position == Position::new(2)), "{error}");
}

#[tokio::test]
async fn an_event_that_cannot_be_decoded_is_refused_with_its_position() {
    let mut newer = received(3);
    newer[2] = 200;
    let cut = received(3)[..20].to_vec();
    let unknown = [vec![0xff, 0xff, 1], received(3)].concat();
    for (bytes, expected) in [(newer, "newer ledger"), (unknown, "newer ledger"), (cut, "do not decode")] {
        let error = refused(sealed(&[&[genesis(), received(2), bytes]])).await;
        let OpenError::Decode { position, reason } = &error else { panic!("{error}") };
        assert_eq!(*position, Position::new(3));
        assert!(reason.to_string().contains(expected), "{error}");
    }
    let long = [received(3), vec![0]].concat();
    let error = refused(sealed(&[&[genesis(), received(2), long]])).await;
    assert!(matches!(error, OpenError::Decode { reason: DecodeError::LeftOver(1), .. }), "{error}");
}

#[tokio::test]
async fn a_log_that_does_not_begin_with_a_creation_is_refused() {
    let error = refused(sealed(&[&[received(1)]])).await;
    assert_eq!(error.to_string(), "the log does not begin with the creation of a ledger");
}

#[tokio::test]
async fn an_event_that_does_not_fit_the_books_is_refused() {
    let unfit =
        leaf(2, Event::OrderConfirmed(events_schema::recorded::order::OrderConfirmed {}), EntityKind::Order);
    let error = refused(sealed(&[&[genesis(), unfit]])).await;
    assert!(matches!(error, OpenError::Apply(ApplyError::Unfit(_))), "{error}");
}

#[tokio::test]
async fn a_zone_that_is_not_known_is_refused() {
    let created = LedgerCreated { time_zone: "Mars/Olympus".parse().unwrap(), ..created() };
    let log = Arc::new(MemoryLog::new());
    let error = Writer::open(Arc::clone(&log), Options { create: created, ..options() }).await.unwrap_err();
    assert!(matches!(error, OpenError::Apply(ApplyError::UnknownZone(_))), "{error}");
    assert_eq!(log.tail().await.unwrap(), Tail::EMPTY, "nothing was begun");
}

/// A copy of a log may be cut into other blocks than those at whose ends the books were saved.
#[tokio::test]
async fn books_that_end_in_the_middle_of_a_block_are_made_anew() {
    let data = tempfile::tempdir().unwrap();
    let leaves = [genesis(), received(2), received(3)];
    for blocks in [sealed(&[&leaves[..2]]), sealed(&[&leaves])] {
        let tail = tail_of(&blocks);
        let saved = SavedBooks::open(&DataDirLock::acquire(data.path()).unwrap(), 1 << 20).unwrap();
        let log = Arc::new(AsItIs(blocks, tail.clone()));
        let writer = Writer::open_with(log, options(), Some(saved)).await.unwrap();
        assert_eq!(writer.stop().await, tail.position);
    }
    let saved = SavedBooks::open(&DataDirLock::acquire(data.path()).unwrap(), 1 << 20).unwrap();
    assert_eq!(saved.position(), Position::new(3), "they were saved each time");
}
