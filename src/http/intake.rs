//! How many bodies may be in memory at once.
//!
//! A body is read when there is room for it; until then it waits with its sender, in the buffers of the connection. So
//! a writer that cannot keep up is felt as latency, then as 503, and never as memory.

use std::sync::Arc;
use std::time::Duration;

use query_api::problem::Problem;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::RETRY_SECONDS;
use super::events::BODY_BYTES_MAX;

/// How long a body may wait for room.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// Room is given out in pieces of this many bytes.
const PIECE_BYTES: usize = 1024;
/// What a body takes of memory, as a multiple of its length: itself, the events that were read from it, and the answer.
const WEIGHT: usize = 4;

/// The room for bodies.
#[derive(Clone, Debug)]
pub(crate) struct Intake {
    room: Arc<Semaphore>,
    pieces: usize,
    wait: Duration,
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

    /// Room for a body of `length` bytes, or of any allowed length where that is not told. It is given back with what is
    /// answered. A body that is larger than all the room has it for itself.
    pub(crate) async fn admit(&self, length: Option<usize>) -> Result<OwnedSemaphorePermit, Problem> {
        let pieces = length.unwrap_or(BODY_BYTES_MAX).div_ceil(PIECE_BYTES).clamp(1, self.pieces);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_waits_and_is_turned_away_in_the_end() {
        let intake = Intake::with_wait(40 * 1024, Duration::from_millis(20));
        let all = intake.admit(None).await.unwrap();
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
}
