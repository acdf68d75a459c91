//! How far the read models are, for everybody who wants to know.

use std::path::Path;
use std::sync::Arc;

use events_schema::{Position, Timestamp};
use metrics::{counter, gauge};
use tokio::sync::watch;

use super::Stop;
use crate::checkpoint::Checkpoint;
use crate::store::{Generations, GenerationsError};

/// How far the read models are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The file to be read. It is another one after a new generation has been built.
    pub database: Arc<Path>,
    /// The last event that this file reflects; told after the transaction that reached it was committed.
    pub position: Position,
    /// When that event was recorded; nothing before the first one.
    pub recorded_at: Option<Timestamp>,
    /// The last durable event of the log, when this was told.
    pub log_position: Position,
    /// Whether the file follows the log.
    pub state: State,
}

/// Whether read models follow the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// They have not yet reached the end that the log had at the start.
    CatchingUp,
    /// They rest, while the next generation is built beside them, which is this far.
    Building {
        /// The last event that the next generation reflects.
        position: Position,
    },
    /// They follow.
    Running,
    /// They cannot be written, or the log cannot be read, for the moment. It is tried again and again; nothing is lost.
    Paused {
        /// What stands in the way.
        reason: String,
    },
    /// They stay before this event, until somebody mends what is wrong and the process is started anew.
    Stopped {
        /// The event that could not be taken in.
        position: Position,
        /// Why.
        reason: String,
    },
}

impl Progress {
    /// How old the oldest event is at least that is in the log and not in the read models, in seconds.
    pub fn lag_seconds(&self, now: Timestamp) -> u64 {
        let since = self.recorded_at.filter(|_| self.position < self.log_position);
        let micros = since.map_or(0, |since| now.micros().saturating_sub(since.micros()));
        u64::try_from(micros / Timestamp::MICROS_PER_SECOND).unwrap_or(0)
    }
}

/// The generation that is being filled.
#[derive(Debug)]
pub(crate) struct Filling {
    /// All generations.
    pub(crate) generations: Generations,
    /// Its number.
    pub(crate) number: u64,
    /// How far it is.
    pub(crate) checkpoint: Option<Checkpoint>,
    /// The end that the log had at the start: when it is reached, the generation is ready to be read.
    pub(crate) target: Position,
    /// Whether another generation is to be read until then, and this one only afterwards.
    pub(crate) behind_another: bool,
    /// Whether the file `current` does not name it yet.
    pub(crate) to_be_switched_to: bool,
}

/// One of the two sides of the runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// It reads the log.
    Reading,
    /// It writes the tables.
    Writing,
}

/// Tells how far the read models are.
#[derive(Debug)]
pub(crate) struct Reporter {
    filling: Filling,
    /// What stands in the way of each side for the moment.
    obstacles: [Option<String>; 2],
    durable: watch::Receiver<Position>,
    progress: watch::Sender<Progress>,
}

impl Reporter {
    /// A reporter about `filling`, while `read` is how far the file is that is read.
    pub(crate) fn new(
        filling: Filling,
        database: &Path,
        read: Option<&Checkpoint>,
        durable: watch::Receiver<Position>,
    ) -> Self {
        let progress = Progress {
            database: database.into(),
            position: read.map_or(Position::ZERO, |read| read.position),
            recorded_at: read.map(|read| read.recorded_at),
            log_position: *durable.borrow(),
            state: State::CatchingUp,
        };
        let reporter =
            Self { filling, obstacles: [None, None], durable, progress: watch::Sender::new(progress) };
        reporter.tell();
        reporter
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// The position up to which the generation is filled.
    pub(crate) fn position(&self) -> Position {
        self.filling.checkpoint.as_ref().map_or(Position::ZERO, |checkpoint| checkpoint.position)
    }

    /// A batch that ends at `checkpoint` was written.
    pub(crate) fn written(&mut self, checkpoint: Checkpoint, events: u64) {
        counter!("ledger_projector_events_total").increment(events);
        self.filling.checkpoint = Some(checkpoint);
    }

    /// Tells how far the generation is. The first time that it has reached its target, it is the one to be read.
    pub(crate) fn advance(&mut self) -> Result<(), GenerationsError> {
        if self.is_caught_up() && self.filling.to_be_switched_to {
            self.filling.generations.switch_to(self.filling.number)?;
            self.filling.to_be_switched_to = false;
            self.filling.behind_another = false;
            tracing::info!(
                generation = self.filling.number,
                "the read models are switched to a new generation"
            );
        }
        self.tell();
        Ok(())
    }

    /// Something stands in the way of one side for the moment.
    pub(crate) fn paused(&mut self, side: Side, reason: String) {
        if self.obstacles[side as usize].is_none() {
            tracing::warn!(reason, ?side, "the read models pause; it is tried again until it succeeds");
        }
        self.obstacles[side as usize] = Some(reason);
        self.tell();
    }

    /// What stood in the way of one side is gone.
    pub(crate) fn resumed(&mut self, side: Side) {
        if self.obstacles[side as usize].take().is_some() {
            tracing::info!(?side, "the read models go on");
            self.tell();
        }
    }

    /// The generation gets no further.
    pub(crate) fn stopped(&self, stop: &Stop) {
        let (position, reason) = (stop.position, stop.reason.clone());
        tracing::error!(%position, reason, "the read models stop");
        self.progress.send_modify(|progress| progress.state = State::Stopped { position, reason });
    }

    fn is_caught_up(&self) -> bool {
        self.position() >= self.filling.target
    }

    fn tell(&self) {
        let log_position = *self.durable.borrow();
        self.progress.send_modify(|progress| {
            progress.log_position = log_position;
            if !self.filling.behind_another {
                progress.database = self.filling.generations.path(self.filling.number).into();
                progress.position = self.position();
                progress.recorded_at =
                    self.filling.checkpoint.as_ref().map(|checkpoint| checkpoint.recorded_at);
            }
            progress.state = self.state();
            measure(progress);
        });
    }

    fn state(&self) -> State {
        match self.obstacles.iter().flatten().next() {
            Some(reason) => State::Paused { reason: reason.clone() },
            None if self.filling.behind_another => State::Building { position: self.position() },
            None if self.is_caught_up() => State::Running,
            None => State::CatchingUp,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floating-point numbers")]
fn measure(progress: &Progress) {
    gauge!("ledger_projector_position").set(progress.position.get() as f64);
    gauge!("ledger_projector_lag_seconds").set(progress.lag_seconds(Timestamp::now()) as f64);
}
