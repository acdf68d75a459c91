//! The decider: one thread that owns the books.

/// Memory that is bounded.
mod memory;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use events_schema::Timestamp;
use events_schema::block::{BLOCK_EVENTS_MAX, BLOCK_PAYLOAD_BYTES_MAX};
use events_schema::command::{Action, Command};
use events_schema::recorded::{Actor, CommandKey};
use events_schema::terms::WithdrawalState;

use super::request::{Batch, Inbox, Pending, Reply, Request, Shared, Work};
use super::upkeep::Upkeep;
use super::{Answer, BLOCKS_IN_FLIGHT, Clock, size};
use crate::books::{Books, DECISION_EVENTS_MAX, Identity, Outcome};

/// How often the clock is asked for settlements that are due. The contract allows a minute.
const CLOCK_INTERVAL: Duration = Duration::from_secs(1);
/// How long the clock settles before others have their turn, and how long those may take where more is due: at midnight
/// all orders of a day fall due together.
const TURN: Duration = Duration::from_millis(2);
/// Settlements of one turn at most.
const SETTLEMENTS_AT_ONCE_MAX: usize = 1_000;
/// A block with this many events or answers is sent as soon as it can be, even while more requests wait.
const BLOCK_TARGET: usize = 1_024;
/// Answers that may wait for one block. Refusals and duplicates fill none, so they have a bound of their own.
pub(super) const BLOCK_ANSWERS_MAX: usize = 16_384;

/// The thread that owns the books.
pub(super) struct Decider {
    books: Books,
    upkeep: Upkeep,
    clock: Clock,
    inbox: Receiver<Inbox>,
    /// Requests that came while the decider waited for a credit.
    backlog: VecDeque<Request>,
    batches: Sender<Batch>,
    /// How many more blocks may be sent.
    credits: usize,
    /// The block that is being filled.
    batch: Batch,
    /// The time of the last block that has events.
    recorded_at: Timestamp,
    /// When the clock was last asked.
    clock_asked: Timestamp,
    /// Whether more has fallen due than one turn could settle.
    is_behind: bool,
    shared: Arc<Shared>,
    stopping: bool,
    /// Whether nothing can be sent any more.
    ended: bool,
}

impl Decider {
    pub(super) fn new(
        books: Books,
        upkeep: Upkeep,
        recorded_at: Timestamp,
        clock: Clock,
        shared: Arc<Shared>,
        inbox: Receiver<Inbox>,
        batches: Sender<Batch>,
    ) -> Self {
        Self {
            books,
            upkeep,
            clock,
            inbox,
            backlog: VecDeque::new(),
            batches,
            credits: BLOCKS_IN_FLIGHT,
            batch: Batch::default(),
            recorded_at,
            clock_asked: Timestamp::default(),
            is_behind: false,
            shared,
            stopping: false,
            ended: false,
        }
    }

    pub(super) fn run(mut self) {
        // What was ready when the last process ended is tried before anything new.
        self.release_ready();
        while !self.stopping {
            if self.is_behind {
                self.serve_waiting();
            } else if let Some(request) = self.next_request() {
                self.serve(request);
            }
            self.settle_due();
            self.send_if_filled();
        }
        while !self.ended
            && let Some(request) = self.backlog.pop_front()
        {
            self.serve(request);
        }
        if !self.batch.is_empty() {
            self.send();
        }
        self.save_all();
    }

    /// Serves those requests that wait, for one turn.
    fn serve_waiting(&mut self) {
        let end = Instant::now() + TURN;
        while !self.stopping && Instant::now() < end {
            self.receive_all();
            let Some(request) = self.backlog.pop_front() else { return self.send_if_possible() };
            self.serve(request);
            self.send_if_filled();
        }
    }

    /// Takes note of all that came. Requests that came later than others wait behind them.
    fn receive_all(&mut self) {
        while let Ok(received) = self.inbox.try_recv() {
            let request = self.receive(received);
            self.backlog.extend(request);
        }
    }

    /// The next request; none when a credit, the clock or the end comes first.
    fn next_request(&mut self) -> Option<Request> {
        if !self.backlog.is_empty() {
            // Credits among what came behind it are not to wait until all of it is served.
            self.receive_all();
        }
        if let Some(request) = self.backlog.pop_front() {
            return Some(request);
        }
        let received = match self.inbox.try_recv() {
            Ok(received) => Some(received),
            Err(TryRecvError::Disconnected) => Some(Inbox::Ended),
            Err(TryRecvError::Empty) => {
                self.send_if_possible();
                match self.inbox.recv_timeout(CLOCK_INTERVAL) {
                    Ok(received) => Some(received),
                    Err(RecvTimeoutError::Disconnected) => Some(Inbox::Ended),
                    Err(RecvTimeoutError::Timeout) => None,
                }
            }
        };
        self.receive(received?)
    }

    /// Takes note of what came; a request is the caller's.
    fn receive(&mut self, received: Inbox) -> Option<Request> {
        match received {
            Inbox::Request(request) => return Some(request),
            Inbox::Credit(tree) => {
                self.credits += 1;
                if let Some(tree) = tree {
                    self.upkeep.durable(&tree);
                }
            }
            Inbox::Saved(told) => {
                if let Err(error) = self.upkeep.saved(told, &mut self.books) {
                    self.fail(&error);
                }
            }
            Inbox::Stop => {
                self.stopping = true;
                // Nobody waits for room when the end has come.
                self.upkeep.finish();
            }
            Inbox::Ended => (self.stopping, self.ended) = (true, true),
        }
        None
    }

    fn serve(&mut self, request: Request) {
        let Request { work, events, reply } = request;
        let mut spent = None;
        let answer = match work {
            Work::ReadSettings => Reply::Settings(Box::new(self.books.settings().clone()), self.books.tail()),
            Work::Take(commands) => {
                // Without its answer, whoever asked hears that the writer has ended.
                let Some(outcomes) = self.take_all(&commands) else { return };
                let state = if let [command] = &*commands { self.state_after(command) } else { None };
                spent = Some(commands);
                Reply::Taken(Answer { outcomes, position: self.books.tail(), state })
            }
        };
        self.batch.spent.extend(spent);
        self.batch.answers.push(Pending { reply, answer });
        self.shared.queue.fetch_sub(events, Ordering::Relaxed);
        if self.batch.answers.len() >= BLOCK_ANSWERS_MAX {
            self.send();
        }
    }

    /// The state in which a decision on a withdrawal left it.
    fn state_after(&self, command: &Command) -> Option<WithdrawalState> {
        let (Action::ApproveWithdrawal { withdrawal_id, .. }
        | Action::RejectWithdrawal { withdrawal_id, .. }
        | Action::ConfirmTransfer { withdrawal_id, .. }
        | Action::FailTransfer { withdrawal_id, .. }) = &command.action
        else {
            return None;
        };
        // Both were looked at when the command was decided, so they are in memory.
        let first = self.books.first_answer(command).ok().flatten().and_then(|answer| answer.state);
        first.or_else(|| self.books.withdrawal_state(withdrawal_id).ok().flatten())
    }

    /// Decides the commands of a request; nothing where the writer has to end.
    fn take_all(&mut self, commands: &[Command]) -> Option<Vec<Outcome>> {
        let identities = self.foresee(commands)?;
        commands.iter().zip(identities).map(|(command, identity)| self.take(command, identity)).collect()
    }

    /// Decides one command and what it sets off; nothing where the writer has to end.
    fn take(&mut self, command: &Command, identity: Identity) -> Option<Outcome> {
        self.make_room(size::of_command(command));
        let now = self.now();
        let before = self.batch.events.len();
        let outcome = self.with_memory(|books, events| books.take_as(identity, command, now, events))?;
        self.batch.bytes_max += size::of_recorded(command, &self.batch.events[before..]);
        self.release_ready()?;
        Some(outcome)
    }

    /// Tries the parked events that became ready, until none is; nothing where the writer has to end.
    fn release_ready(&mut self) -> Option<()> {
        while self.books.has_ready() {
            self.make_room(size::RELEASE_BYTES_MAX);
            let now = self.now();
            let before = self.batch.events.len();
            self.with_memory(|books, events| books.release_next(now, events))?;
            self.batch.bytes_max += size::of_released(&self.batch.events[before..]);
        }
        Some(())
    }

    /// Settles what has fallen due (domain §7: within a minute).
    fn settle_due(&mut self) {
        let clock = (self.clock)();
        let again = self.clock_asked.plus_seconds(CLOCK_INTERVAL.as_secs().cast_signed());
        // A clock that was set back is asked at once.
        if (self.clock_asked..again).contains(&clock) {
            return;
        }
        self.clock_asked = clock;
        self.is_behind = false;
        let end = Instant::now() + TURN;
        for _ in 0..SETTLEMENTS_AT_ONCE_MAX {
            let now = self.now();
            let Some(order) = self.books.next_due(now) else { return };
            if Instant::now() >= end {
                break;
            }
            let command = Command {
                key: CommandKey::Ledger,
                actor: Actor::Ledger,
                occurred_at: None,
                action: Action::SettleDueOrder { order },
                source_text: Bytes::new(),
            };
            let Some(outcome) = self.take(&command, Identity::NONE) else { return };
            debug_assert!(
                matches!(outcome, Outcome::Recorded(_)),
                "an order in the list of due ones can be settled"
            );
        }
        // More are due: the clock is asked again after one turn of the others.
        (self.clock_asked, self.is_behind) = (Timestamp::default(), true);
    }

    /// The time of the block that is being filled: later than the block before, and the same for all its events.
    fn now(&mut self) -> Timestamp {
        if self.batch.events.is_empty() {
            let next = Timestamp::from_micros(self.recorded_at.micros() + 1);
            self.batch.recorded_at = (self.clock)().max(next);
        }
        self.batch.recorded_at
    }

    /// Sends the block off where a decision of up to `bytes_max` bytes may not fit.
    fn make_room(&mut self, bytes_max: usize) {
        let full = self.batch.bytes_max + bytes_max > BLOCK_PAYLOAD_BYTES_MAX
            || self.batch.events.len() + DECISION_EVENTS_MAX > BLOCK_EVENTS_MAX;
        if full && !self.batch.events.is_empty() {
            self.send();
        }
    }

    /// Sends the block off where it is as large as it need be.
    fn send_if_filled(&mut self) {
        if self.batch.events.len().max(self.batch.answers.len()) >= BLOCK_TARGET {
            self.send_if_possible();
        }
    }

    fn send_if_possible(&mut self) {
        if self.credits > 0 && !self.batch.is_empty() {
            self.send();
        }
    }

    /// Waits for something that is no request; requests have to wait, too.
    fn wait(&mut self) {
        let received = self.inbox.recv().unwrap_or(Inbox::Ended);
        let request = self.receive(received);
        self.backlog.extend(request);
    }

    /// Sends the block off, waiting for a credit where there is none, or for a save that memory needs.
    fn send(&mut self) {
        while (self.credits == 0 || self.upkeep.is_overfull(&self.books)) && !self.ended {
            self.wait();
        }
        self.batch.wants_tree |= self.upkeep.cut_if_due(&mut self.books);
        let batch = std::mem::take(&mut self.batch);
        // The next block is likely to be as large.
        self.batch.events.reserve(batch.events.len());
        if !batch.events.is_empty() {
            self.recorded_at = batch.recorded_at;
        }
        // Without a pipeline the batch is dropped, and with it the senders of the answers.
        if !self.ended {
            self.credits -= 1;
            let _ = self.batches.send(batch);
        }
    }
}
