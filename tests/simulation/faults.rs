//! A log in files whose power goes, and a task that is cut off.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use events_schema::Position;
use events_schema::block::SealedBlock;
use ledger_core::log::{AppendError, FileLog, Log, ReadError, Tail};
use tokio::sync::watch;

use crate::naive::dice::Dice;

/// What becomes of the append at which the power goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is written.
    BeforeTheWrite,
    /// Some sectors are written.
    TornWrite,
    /// Everything is written, and nobody hears of it.
    AnswerLost,
    /// The disk cannot make it durable, and says so: the process must end.
    SyncFails,
}

impl Fault {
    pub(crate) const ALL: [Self; 4] =
        [Self::BeforeTheWrite, Self::TornWrite, Self::AnswerLost, Self::SyncFails];
}

/// A log in files.
#[derive(Debug)]
pub(crate) struct FaultyLog {
    /// The log.
    pub(crate) log: FileLog,
    /// After how many appends which fault comes.
    plan: Mutex<Option<(u64, Fault)>>,
    dice: Mutex<Dice>,
    /// Whether the power is gone.
    down: watch::Sender<bool>,
}

impl FaultyLog {
    pub(crate) const fn new(
        log: FileLog,
        plan: Option<(u64, Fault)>,
        dice: Dice,
        down: watch::Sender<bool>,
    ) -> Self {
        Self { log, plan: Mutex::new(plan), dice: Mutex::new(dice), down }
    }

    /// The fault that comes with this append.
    fn due(&self) -> Option<Fault> {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *plan {
            Some((0, fault)) => Some(*fault),
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }

    async fn torn(&self, block: &SealedBlock) -> Result<(), AppendError> {
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner).split();
        let percent = dice.of(&[0, 20, 50, 80, 100]);
        let sectors = block.bytes().len() / 512 + 3;
        let kept: Vec<_> = (0..sectors).map(|_| dice.chance(percent)).collect();
        self.log.append_torn(block, |sector| kept[sector]).await
    }
}

impl Log for FaultyLog {
    async fn append(&self, block: &SealedBlock) -> Result<(), AppendError> {
        let Some(fault) = self.due() else { return self.log.append(block).await };
        let last = match fault {
            Fault::BeforeTheWrite => Ok(()),
            Fault::TornWrite => self.torn(block).await,
            Fault::AnswerLost => self.log.append(block).await,
            Fault::SyncFails => {
                self.log.fail_next_sync().await.unwrap();
                let failed = self.log.append(block).await;
                self.down.send_replace(true);
                return failed;
            }
        };
        last.expect("the block is the next one");
        self.down.send_replace(true);
        // Nobody hears anything any more.
        pending().await
    }

    async fn read(&self, after: Position, bytes_max: usize) -> Result<Vec<SealedBlock>, ReadError> {
        self.log.read(after, bytes_max).await
    }

    async fn tail(&self) -> Result<Tail, ReadError> {
        self.log.tail().await
    }
}

/// A future that gets no further after some polls: the power goes wherever it is then.
#[derive(Debug)]
pub(crate) struct CutOff<F> {
    inner: Pin<Box<F>>,
    polls_left: u64,
    down: watch::Sender<bool>,
}

impl<F> CutOff<F> {
    pub(crate) fn after(polls: u64, inner: F, down: &watch::Sender<bool>) -> Self {
        Self { inner: Box::pin(inner), polls_left: polls, down: down.clone() }
    }
}

impl<F: Future> Future for CutOff<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if self.polls_left == 0 {
            self.down.send_replace(true);
            return Poll::Pending;
        }
        self.polls_left -= 1;
        self.inner.as_mut().poll(context)
    }
}
