//! The way to ask a writer.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Sender;

use events_schema::command::Command;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Position, Timestamp};
use tokio::sync::{oneshot, watch};

use super::request::{Inbox, Reply, Request, Shared, Work};
use super::{Answer, QUEUE_EVENTS_MAX, Unavailable};
use crate::books::Settings;

/// How a writer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It takes commands.
    Running,
    /// The disk of the log is full; it tries again and again.
    NoRoom,
    /// It has ended, and why: the process must end, too, unless it was asked to.
    Stopped(String),
}

/// The way to ask a writer: cheap to clone.
#[derive(Clone, Debug)]
pub struct WriterHandle {
    inbox: Sender<Inbox>,
    shared: Arc<Shared>,
    state: watch::Receiver<State>,
    durable: watch::Receiver<Position>,
    created: Arc<LedgerCreated>,
}

impl WriterHandle {
    pub(super) fn new(
        inbox: Sender<Inbox>,
        shared: Arc<Shared>,
        state: watch::Receiver<State>,
        durable: watch::Receiver<Position>,
        created: LedgerCreated,
    ) -> Self {
        Self { inbox, shared, state, durable, created: Arc::new(created) }
    }

    /// Decides `commands` in this order, and answers when everything that was recorded is durable.
    pub async fn take(&self, commands: Vec<Command>) -> Result<Answer, Unavailable> {
        let events = commands.len();
        match self.ask(Work::Take(commands), events).await? {
            Reply::Taken(answer) => Ok(answer),
            Reply::Settings(..) => Err(Unavailable::Stopped("the writer answered something else".to_owned())),
        }
    }

    /// The settings, and the position at which they stand so.
    pub async fn settings(&self) -> Result<(Settings, Position), Unavailable> {
        match self.ask(Work::ReadSettings, 1).await? {
            Reply::Settings(settings, position) => Ok((*settings, position)),
            Reply::Taken(_) => Err(Unavailable::Stopped("the writer answered something else".to_owned())),
        }
    }

    async fn ask(&self, work: Work, events: usize) -> Result<Reply, Unavailable> {
        let mut state = self.state.clone();
        if let Some(why) = unavailable(&state.borrow()) {
            return Err(why);
        }
        // A request without events takes a place, too.
        let events = events.max(1);
        if self.shared.queue.fetch_add(events, Ordering::Relaxed) > QUEUE_EVENTS_MAX {
            self.shared.queue.fetch_sub(events, Ordering::Relaxed);
            return Err(Unavailable::Busy);
        }
        let (reply, answer) = oneshot::channel();
        // Where nobody takes it, `reply` is dropped and `answer` says so.
        let _ = self.inbox.send(Inbox::Request(Request { work, events, reply }));
        tokio::select! {
            biased;
            // A reply is dropped only by a writer that ends, and its state will say why.
            answer = answer => match answer {
                Ok(answer) => Ok(answer),
                Err(_) => Err(ended(&mut state).await),
            },
            // Nobody waits for a disk that is full. What was asked may be recorded all the same.
            why = ended(&mut state) => Err(why),
        }
    }

    /// How the writer is, now and whenever that changes.
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }

    /// The last durable position, now and whenever it moves.
    pub fn durable(&self) -> watch::Receiver<Position> {
        self.durable.clone()
    }

    /// When the last durable block was recorded.
    pub fn recorded_at(&self) -> Timestamp {
        Timestamp::from_micros(self.shared.recorded_at.load(Ordering::Relaxed))
    }

    /// What the ledger was created with.
    pub fn created(&self) -> &LedgerCreated {
        &self.created
    }

    /// Events that wait to be decided.
    pub fn queued_events(&self) -> usize {
        self.shared.queue.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        // An inbox that is gone belongs to a writer that has stopped.
        let _ = self.inbox.send(Inbox::Stop);
    }
}

/// Why a writer in this state answers nothing.
fn unavailable(state: &State) -> Option<Unavailable> {
    match state {
        State::Running => None,
        State::NoRoom => Some(Unavailable::NoRoom),
        State::Stopped(reason) => Some(Unavailable::Stopped(reason.clone())),
    }
}

/// Waits until the writer is not running, and says why.
async fn ended(state: &mut watch::Receiver<State>) -> Unavailable {
    let gone = || Unavailable::Stopped("the writer has ended".to_owned());
    let seen = state.wait_for(|state| unavailable(state).is_some()).await;
    seen.ok().and_then(|state| unavailable(&state)).unwrap_or_else(gone)
}
