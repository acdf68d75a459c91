//! How far the read models are, for everybody who wants to know.

use std::time::{Duration, Instant};

use events_schema::{Position, Timestamp};
use metrics::{counter, gauge};
use tokio::sync::watch;

use super::Stop;
use crate::checkpoint::Checkpoint;
use crate::database::Database;
use crate::store::Readable;

/// How often a generation that catches up says in the log how far it is.
const PACE_INTERVAL: Duration = Duration::from_secs(5);

/// How far the read models are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The tables to be read. They are others after a new generation has been built.
    pub database: Database,
    /// The last event that these tables reflect; told after the transaction that reached it was committed.
    pub position: Position,
    /// When that event was recorded; nothing before the first one.
    pub recorded_at: Option<Timestamp>,
    /// The last durable event of the log, when this was told.
    pub log_position: Position,
    /// Whether the tables follow the log.
    pub state: State,
}

/// Whether read models follow the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// They have not yet reached the end that the log had at the start.
    CatchingUp,
    /// They rest, while the next generation is built beside them.
    Building {
        /// The last event that the next generation reflects.
        position: Position,
        /// Where it is switched to.
        target: Position,
    },
    /// They follow.
    Running,
    /// Another process writes them: they follow as fast as that one does. When it ends, this one takes over.
    Waiting,
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
    /// How many events of the log are not in the read models.
    pub const fn lag_events(&self) -> u64 {
        self.log_position.since(self.position)
    }

    /// How old the oldest event is at least that is in the log and not in the read models, in seconds.
    pub fn lag_seconds(&self, now: Timestamp) -> u64 {
        let since = self.recorded_at.filter(|_| self.lag_events() > 0);
        let micros = since.map_or(0, |since| now.micros().saturating_sub(since.micros()));
        u64::try_from(micros / Timestamp::MICROS_PER_SECOND).unwrap_or(0)
    }
}

/// What the runner does.
#[derive(Debug)]
pub(crate) enum Role {
    /// It fills a generation.
    Filling(Filling),
    /// Another process writes; this can be read meanwhile.
    Waiting(Readable),
}

/// The generation that is being filled.
#[derive(Debug)]
pub(crate) struct Filling {
    /// Its tables.
    pub(crate) database: Database,
    /// Its number.
    pub(crate) number: u64,
    /// How far it is.
    pub(crate) checkpoint: Option<Checkpoint>,
    /// Up to where it is known to be on disk.
    pub(crate) on_disk: Position,
    /// The end that the log had at the start: when it is reached, the generation is ready to be read.
    pub(crate) target: Position,
    /// What is read until then, if it is not this generation.
    pub(crate) beside: Option<Readable>,
    /// Whether its indexes may not be there yet: they are made when the target is reached.
    pub(crate) are_indexes_due: bool,
    /// Whether it is not yet the current one.
    pub(crate) is_switch_due: bool,
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
    role: Role,
    /// What stands in the way of each side for the moment.
    obstacles: [Option<String>; 2],
    durable: watch::Receiver<Position>,
    progress: watch::Sender<Progress>,
    pace: Pace,
}

/// When it was last told how far a generation is that catches up, and how far it was.
#[derive(Debug)]
struct Pace {
    told_at: Instant,
    position: Position,
}

impl Reporter {
    /// A reporter about `role`.
    pub(crate) fn new(role: Role, durable: watch::Receiver<Position>) -> Self {
        let progress = role.progress(*durable.borrow());
        let pace = Pace { told_at: Instant::now(), position: role.position() };
        let progress = watch::Sender::new(progress);
        let reporter = Self { role, obstacles: [None, None], durable, progress, pace };
        reporter.tell();
        reporter
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// From now on the runner does this, and nothing stands in its way.
    pub(crate) fn take(&mut self, role: Role) {
        match (&self.role, &role) {
            (Role::Filling(_), Role::Waiting(_)) => {
                tracing::info!("another process writes the read models; this one waits");
            }
            (Role::Waiting(_), Role::Filling(filling)) => {
                tracing::info!(generation = filling.number, "this process writes the read models now");
            }
            (Role::Filling(_), Role::Filling(_)) | (Role::Waiting(_), Role::Waiting(_)) => {}
        }
        self.role = role;
        self.obstacles = [None, None];
        self.pace = Pace { told_at: Instant::now(), position: self.position() };
        self.tell();
    }

    /// The position up to which tables are filled.
    pub(crate) fn position(&self) -> Position {
        self.role.position()
    }

    /// A batch that ends at `checkpoint` was written.
    pub(crate) fn written(&mut self, checkpoint: Checkpoint, events: u64) {
        counter!("ledger_projector_events_total").increment(events);
        if let Role::Filling(filling) = &mut self.role {
            filling.checkpoint = Some(checkpoint);
            self.pace.tell(filling);
        }
    }

    /// The position up to which the tables that are filled are known to be on disk.
    pub(crate) fn on_disk(&self) -> Position {
        match &self.role {
            Role::Filling(filling) => filling.on_disk,
            Role::Waiting(_) => Position::ZERO,
        }
    }

    /// The tables are on disk up to `position`.
    pub(crate) fn reached_disk(&mut self, position: Position) {
        if let Role::Filling(filling) = &mut self.role {
            filling.on_disk = position;
        }
    }

    /// Whether the generation has reached its target, and its indexes may not be there yet.
    pub(crate) fn are_indexes_due(&self) -> bool {
        match &self.role {
            Role::Filling(filling) => filling.are_indexes_due && filling.has_reached_target(),
            Role::Waiting(_) => false,
        }
    }

    /// The generation has all its indexes.
    pub(crate) fn indexed(&mut self) {
        if let Role::Filling(filling) = &mut self.role {
            filling.are_indexes_due = false;
        }
    }

    /// Whether the generation has reached its target, and is not yet the one that is read.
    pub(crate) fn is_switch_due(&self) -> bool {
        match &self.role {
            Role::Filling(filling) => filling.is_switch_due && filling.is_caught_up(),
            Role::Waiting(_) => false,
        }
    }

    /// From now on the generation is read.
    pub(crate) fn switched(&mut self) {
        if let Role::Filling(filling) = &mut self.role {
            (filling.is_switch_due, filling.beside) = (false, None);
            tracing::info!(generation = filling.number, "the read models are switched to a new generation");
        }
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

    /// Tells how far the read models are.
    pub(crate) fn tell(&self) {
        let mut progress = self.role.progress(*self.durable.borrow());
        if let Some(reason) = self.obstacles.iter().flatten().next() {
            progress.state = State::Paused { reason: reason.clone() };
        }
        measure(&progress, self.role.ratio());
        self.progress.send_replace(progress);
    }
}

impl Role {
    fn position(&self) -> Position {
        match self {
            Self::Filling(filling) => position_of(filling.checkpoint.as_ref()),
            Self::Waiting(readable) => position_of(readable.checkpoint.as_ref()),
        }
    }

    /// What is read, and how it follows the log, when nothing stands in the way.
    fn progress(&self, log_position: Position) -> Progress {
        let (database, checkpoint, state) = match self {
            Self::Waiting(readable) => (&readable.database, &readable.checkpoint, State::Waiting),
            Self::Filling(Filling { beside: Some(readable), target, .. }) => {
                let state = State::Building { position: self.position(), target: *target };
                (&readable.database, &readable.checkpoint, state)
            }
            Self::Filling(filling) => {
                let state = if filling.is_caught_up() { State::Running } else { State::CatchingUp };
                (&filling.database, &filling.checkpoint, state)
            }
        };
        Progress {
            database: database.clone(),
            position: position_of(checkpoint.as_ref()),
            recorded_at: checkpoint.as_ref().map(|checkpoint| checkpoint.recorded_at),
            log_position,
            state,
        }
    }

    /// How much of the generation that catches up is there, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a ratio need not be exact")]
    fn ratio(&self) -> f64 {
        match self {
            Self::Filling(filling) if !filling.has_reached_target() => {
                self.position().get() as f64 / filling.target.get() as f64
            }
            Self::Filling(_) | Self::Waiting(_) => 1.0,
        }
    }
}

impl Filling {
    fn is_caught_up(&self) -> bool {
        self.has_reached_target() && !self.are_indexes_due
    }

    fn has_reached_target(&self) -> bool {
        position_of(self.checkpoint.as_ref()) >= self.target
    }
}

fn position_of(checkpoint: Option<&Checkpoint>) -> Position {
    checkpoint.map_or(Position::ZERO, |checkpoint| checkpoint.position)
}

impl Pace {
    /// Says in the log how far a generation is that catches up, where it is time to.
    fn tell(&mut self, filling: &Filling) {
        let (elapsed, position) = (self.told_at.elapsed(), position_of(filling.checkpoint.as_ref()));
        if elapsed < PACE_INTERVAL {
            return;
        }
        if !filling.has_reached_target() {
            let events_per_second = u128::from(position.since(self.position)) * 1_000 / elapsed.as_millis();
            tracing::info!(
                generation = filling.number,
                position = position.get(),
                target = filling.target.get(),
                percent = position.get() * 100 / filling.target.get(),
                events_per_second,
                "the read models catch up"
            );
        }
        *self = Self { told_at: Instant::now(), position };
    }
}

#[expect(clippy::cast_precision_loss, reason = "gauges are floating-point numbers")]
fn measure(progress: &Progress, ratio: f64) {
    gauge!("ledger_projector_position").set(progress.position.get() as f64);
    gauge!("ledger_projector_build_ratio").set(ratio);
}
