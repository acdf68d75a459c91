//! How far the read models are, as whoever fills them tells it.

use std::time::Duration;

use events_schema::Position;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::problem::Problem;

/// How far the read models are, and whether they get any further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projected {
    /// The last position that they reflect; told after the transaction that reached it was committed.
    pub position: Position,
    /// Whether they follow the log.
    pub state: ProjectorState,
}

/// Whether the read models follow the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProjectorState {
    /// They do.
    Running,
    /// They met an event that they cannot take in, and stay before it: no figure would be complete.
    Stopped {
        /// The position of that event.
        position: Position,
        /// Why it could not be taken in.
        reason: String,
    },
}

/// Longest time that a reader waits for the position that it asked for.
pub const MIN_POSITION_WAIT_SECONDS: u64 = 5;
/// When a reader that waited in vain may come again.
const RETRY_SECONDS: u32 = 1;
/// When to look again whether the read models follow the log: a person has to mend them.
const STOPPED_RETRY_SECONDS: u32 = 60;

/// Waits until the read models reflect `wanted`, and fails if they do not in time, or cannot.
pub(crate) async fn reach(projected: &watch::Receiver<Projected>, wanted: Position) -> Result<(), Problem> {
    let mut projected = projected.clone();
    let reached = |now: &Projected| now.position >= wanted || now.state != ProjectorState::Running;
    let wait = Duration::from_secs(MIN_POSITION_WAIT_SECONDS);
    // However the wait ended (also when whoever fills the read models is gone), the last word decides.
    drop(timeout(wait, projected.wait_for(reached)).await);
    let now = projected.borrow();
    check_running(&now)?;
    if now.position < wanted { Err(behind(now.position, wanted)) } else { Ok(()) }
}

/// 503: the figures do not reflect `wanted` yet.
pub(crate) fn behind(position: Position, wanted: Position) -> Problem {
    let detail = format!("the figures reflect position {position}, not yet {wanted}: ask again");
    Problem::unavailable("projection_behind", detail, RETRY_SECONDS).with("position", position.get())
}

fn check_running(projected: &Projected) -> Result<(), Problem> {
    let ProjectorState::Stopped { position, reason } = &projected.state else { return Ok(()) };
    let detail =
        format!("the figures stop before position {position}, which could not be taken in: {reason}");
    Err(Problem::unavailable("incomplete", detail, STOPPED_RETRY_SECONDS).with("position", position.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(position: u64) -> Projected {
        Projected { position: Position::new(position), state: ProjectorState::Running }
    }

    #[tokio::test]
    async fn who_asks_for_a_position_gets_it_as_soon_as_it_is_there() {
        let (tell, projected) = watch::channel(at(1));
        let waiting = tokio::spawn(async move { reach(&projected, Position::new(3)).await });
        tell.send_replace(at(2));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        tell.send_replace(at(3));
        assert!(waiting.await.unwrap().is_ok());
    }

    #[tokio::test]
    async fn what_will_never_be_there_is_not_waited_for() {
        let (tell, projected) = watch::channel(at(1));
        drop(tell);
        assert_eq!(reach(&projected, Position::new(2)).await.unwrap_err().code(), "projection_behind");
    }

    #[tokio::test]
    async fn figures_that_stopped_are_not_shown() {
        let state = ProjectorState::Stopped { position: Position::new(8), reason: "unknown version".into() };
        let (tell, projected) = watch::channel(at(7));
        let waiting = tokio::spawn({
            let projected = projected.clone();
            async move { reach(&projected, Position::new(9)).await }
        });
        tell.send_replace(Projected { position: Position::new(7), state });
        for problem in [waiting.await.unwrap(), reach(&projected, Position::ZERO).await] {
            let problem = problem.unwrap_err();
            assert_eq!(problem.code(), "incomplete");
            assert!(problem.detail().contains("position 8"), "{}", problem.detail());
        }
    }
}
