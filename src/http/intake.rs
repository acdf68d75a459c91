//! How many bodies may be in memory at once.
//!
//! A body is read when there is room for it; until then it waits with its sender, in the buffers of the connection. So
//! a writer that cannot keep up is felt as latency, then as 503, and never as memory. One that does not tell its length
//! takes room as it comes.

use std::sync::Arc;
use std::time::Duration;

use query_api::problem::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::RETRY_SECONDS;

/// How long a body may wait for room.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Room is given out in pieces of this many bytes.
const PIECE_BYTES: usize = 1024;
/// What a body takes of memory, as a multiple of its length: itself, the events that were read from it, and the answer.
const WEIGHT: usize = 4;
/// What a body that does not tell its length begins with.
const UNTOLD_BYTES: usize = 64 * 1024;

/// The room for bodies.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    room: Arc<Semaphore>,
    pieces: usize,
    wait: Duration,
}

/// The room that one body has, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    intake: Intake,
    permit: OwnedSemaphorePermit,
}

impl Intake {
    /// Bodies may take `bytes` of memory together, with what is read from them.
    pub(crate) fn new(bytes: usize) -> Self {
        Self::with_wait(bytes, WAIT_MAX)
    }

    fn with_wait(bytes: usize, wait: Duration) -> Self {
        let pieces = (bytes / WEIGHT / PIECE_BYTES).clamp(1, Semaphore::MAX_PERMITS.min(u32::MAX as usize));
        Self { room: Arc::new(Semaphore::new(pieces)), pieces, wait }
    }

    /// Room for a body of `length` bytes, or for the beginning of one where that is not told. A body that is larger than
    /// all the room has it for itself.
    pub(crate) async fn admit(&self, length: Option<usize>) -> Result<Room, Problem> {
        let permit = self.acquire(self.pieces(length.unwrap_or(UNTOLD_BYTES))).await?;
        Ok(Room { intake: self.clone(), permit })
    }

    /// How many pieces `bytes` are: at least one, and no more than there are.
    fn pieces(&self, bytes: usize) -> usize {
        bytes.div_ceil(PIECE_BYTES).clamp(1, self.pieces)
    }

    async fn acquire(&self, pieces: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        match tokio::time::timeout(self.wait, Arc::clone(&self.room).acquire_many_owned(pieces)).await {
            Ok(Ok(permit)) => Ok(permit),
            // Nobody closes the semaphore.
            Ok(Err(_)) | Err(_) => Err(Problem::unavailable(
                "busy",
                "too many events wait to be recorded: send them again a little later",
                RETRY_SECONDS,
            )),
        }
    }
}

impl Room {
    /// Waits until there is room for `bytes` in all.
    pub(crate) async fn grow_to(&mut self, bytes: usize) -> Result<(), Problem> {
        let missing = self.intake.pieces(bytes).saturating_sub(self.permit.num_permits());
        if missing > 0 {
            self.permit.merge(self.intake.acquire(missing).await?);
        }
        Ok(())
    }

    /// Gives back what is not needed for an answer of `bytes`.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let needed = self.intake.pieces(bytes.div_ceil(WEIGHT));
        drop(self.permit.split(self.permit.num_permits().saturating_sub(needed)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_millis(20);

    #[tokio::test]
    async fn who_finds_no_room_waits_and_is_turned_away_in_the_end() {
        let intake = Intake::with_wait(40 * 1024, WAIT);
        let all = intake.admit(Some(10 * 1024)).await.unwrap();
        let refused = intake.admit(Some(1)).await.unwrap_err();
        assert_eq!(refused.status(), 503);
        let waits = intake.admit(Some(9 * 1024));
        let (admitted, ()) = tokio::join!(waits, async { drop(all) });
        let large = admitted.unwrap();
        let small = intake.admit(Some(100)).await.unwrap();
        assert!(intake.admit(Some(1)).await.is_err());
        drop((large, small));
        drop(intake.admit(Some(16 << 20)).await.unwrap());
    }

    #[tokio::test]
    async fn room_is_taken_as_a_body_comes_and_given_back_with_its_answer() {
        let intake = Intake::with_wait(WEIGHT * (UNTOLD_BYTES + 8 * 1024), WAIT);
        let mut untold = intake.admit(None).await.unwrap();
        let mut beside = intake.admit(Some(4 * 1024)).await.unwrap();
        untold.grow_to(UNTOLD_BYTES).await.unwrap();
        untold.grow_to(UNTOLD_BYTES + 4 * 1024).await.unwrap();
        assert_eq!(beside.grow_to(5 * 1024).await.unwrap_err().status(), 503);
        untold.shrink_to(2);
        beside.grow_to(UNTOLD_BYTES + 7 * 1024).await.unwrap();
        assert!(intake.admit(Some(1)).await.is_err());
        drop(untold);
        // What is longer than all there is has all of it.
        beside.grow_to(usize::MAX).await.unwrap();
        assert!(intake.admit(Some(1)).await.is_err());
        drop(beside);
        drop(intake.admit(Some(UNTOLD_BYTES)).await.unwrap());
    }
}
