//! The life of one process: it starts, checks that all promises hold, serves clients, and ends one way or another.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::pending;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Command, Position};
use ledger_core::log::{DataDirLock, FileLog, LockError, Log, OpenOptions, file};
use ledger_core::writer::{Options, SavedBooks, State, Writer, WriterHandle};
use projector::{Place, Runner};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::faults::{CutOff, Fault, FaultyLog};
use super::history::identity;
use super::world::World;
use super::{promises, tables};
use crate::naive::dice::Dice;
use crate::naive::dump::{assert_same, dump_file};
use crate::naive::log::events;

/// Memory that books and entities may take: so little that everything is forgotten at once, and so much that nothing is.
const MEMORIES: [usize; 3] = [1, 60_000, 100 << 20];

/// Events of an epoch of the read models: so few that many end.
const EPOCH_EVENTS: u64 = 30;
/// Clients that ask at the same time.
const CLIENTS: usize = 3;

/// What happens to a process. Without any of it, it serves all requests and ends in good order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// After so many appends, a fault.
    pub(crate) fault: Option<(u64, Fault)>,
    /// The start gets no further after so many polls.
    pub(crate) start_ends_after: Option<u64>,
    /// The projector gets no further after so many polls.
    pub(crate) projector_ends_after: Option<u64>,
    /// The power goes when so many batches were committed.
    pub(crate) ends_after_batches: Option<u64>,
}

/// Lets a process live in `world`; whether it ended in good order.
pub(crate) fn live(world: &mut World, fate: &Fate) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let down = watch::Sender::new(false);
    let post = RefCell::new(Post { open: std::mem::take(&mut world.open), ..Post::default() });
    let ended = runtime.block_on(async {
        let mut gone = down.subscribe();
        tokio::select! {
            biased;
            _ = gone.wait_for(|down| *down) => false,
            () = whole_life(world, fate, &post, &down) => true,
        }
    });
    // The power is gone: every task ends where it is. What a thread was saving holds the lock until it is written.
    drop(runtime);
    drop(lock(world.dir.path()));
    let Post { open, asked, .. } = post.into_inner();
    world.open = asked.into_iter().map(|(_, request)| request).chain(open).collect();
    ended
}

/// Requests on their way.
#[derive(Debug, Default)]
struct Post {
    open: VecDeque<Vec<Command>>,
    /// Requests without an answer, with the number that each was given.
    asked: Vec<(usize, Vec<Command>)>,
    count: usize,
}

impl Post {
    fn next(&mut self) -> Option<(usize, Vec<Command>)> {
        let request = self.open.pop_front()?;
        self.count += 1;
        self.asked.push((self.count, request.clone()));
        Some((self.count, request))
    }

    fn answered(&mut self, number: usize) {
        self.asked.retain(|(asked, _)| *asked != number);
    }
}

async fn whole_life(world: &mut World, fate: &Fate, post: &RefCell<Post>, down: &watch::Sender<bool>) {
    let polls = fate.start_ends_after.unwrap_or(u64::MAX);
    let Some(parts) = CutOff::after(polls, start(world, fate, post, down), down).await else {
        // The very first append failed.
        return pending().await;
    };
    let clients: [Dice; CLIENTS] = std::array::from_fn(|_| world.dice.split());
    let world = RefCell::new(world);
    let [first, second, third] = clients.map(|dice| client(&world, post, parts.writer.handle(), dice));
    tokio::join!(first, second, third);
    if *parts.writer.handle().state().borrow() != State::Running || *fate != Fate::default() {
        // What is still to come of its fate may come, but nobody waits for it for ever.
        let _ = tokio::time::timeout(Duration::from_millis(20), pending::<()>()).await;
        down.send_replace(true);
        return pending().await;
    }
    parts.end().await;
}

/// The parts of a running ledger.
struct Parts {
    log: Arc<FaultyLog>,
    writer: Writer,
    progress: watch::Receiver<projector::Progress>,
    projector: JoinHandle<()>,
    end_projector: oneshot::Sender<()>,
    down: watch::Sender<bool>,
}

/// Starts a ledger, as its program does; nothing when the log was broken before it could begin.
async fn start(
    world: &mut World,
    fate: &Fate,
    post: &RefCell<Post>,
    down: &watch::Sender<bool>,
) -> Option<Parts> {
    let dir = world.dir.path().to_owned();
    let log = open_log(&dir).await;
    tokio::task::yield_now().await;
    world.open.clone_from(&post.borrow().open);
    check(world, &log, false).await;
    let log = Arc::new(FaultyLog::new(log, fate.fault, world.dice.split(), down.clone()));
    let hand = world.hand.clone();
    let create = LedgerCreated {
        log_id: *b"a simulated log.",
        currency: "CNY".parse().unwrap(),
        time_zone: "Asia/Shanghai".parse().unwrap(),
    };
    let options = Options { clock: Arc::new(move || hand.now()), create, writer: world.dice.roll(u64::MAX) };
    let books = SavedBooks::open(log.log.lock(), world.dice.of(&MEMORIES)).unwrap();
    let writer = match Writer::open_with(Arc::clone(&log), options, Some(books)).await {
        Ok(writer) => writer,
        Err(error) if *down.borrow() => {
            assert!(error.to_string().contains("must end"), "{error}");
            return None;
        }
        Err(error) => panic!("the ledger does not start: {error}"),
    };
    let options = projector::Options {
        batch_bytes: world.dice.of(&[1, 2_000, 1 << 20]),
        epoch_events: EPOCH_EVENTS,
        retry: Duration::from_millis(5),
        memory_bytes: world.dice.of(&MEMORIES),
        page_bytes: 1 << 20,
    };
    let runner =
        Runner::open(&Place::sqlite(&dir), Arc::clone(&log), writer.handle().durable(), options).await;
    let runner = runner.unwrap_or_else(|error| panic!("the read models do not start: {error}"));
    let progress = runner.watch();
    let (end_projector, end) = oneshot::channel::<()>();
    let run = runner.run(async { drop(end.await) });
    let polls = fate.projector_ends_after.unwrap_or(u64::MAX);
    let projector = tokio::spawn(CutOff::after(polls, run, down));
    if let Some(batches) = fate.ends_after_batches {
        tokio::spawn(end_after(batches, progress.clone(), down.clone()));
    }
    Some(Parts { log, writer, progress, projector, end_projector, down: down.clone() })
}

/// Lets the power go when the read models have moved so often.
async fn end_after(
    batches: u64,
    mut progress: watch::Receiver<projector::Progress>,
    down: watch::Sender<bool>,
) {
    for _ in 0..batches {
        let before = progress.borrow_and_update().position;
        if progress.wait_for(|progress| progress.position > before).await.is_err() {
            return;
        }
    }
    down.send_replace(true);
}

/// Opens the log as after a crash: what read models have seen is not cut off.
async fn open_log(dir: &Path) -> FileLog {
    let lock = DataDirLock::acquire(dir).unwrap();
    let derived = projector::checkpoint(&Place::sqlite(dir))
        .await
        .unwrap()
        .map_or(Position::ZERO, |seen| seen.position);
    let options = OpenOptions { create: true, derived, segment_bytes: 16 << 10, zero_fill_bytes: 4 << 10 };
    FileLog::open(&lock, options).unwrap_or_else(|error| panic!("the log does not open: {error}"))
}

/// Locks a directory as soon as nobody else has it.
fn lock(dir: &Path) -> DataDirLock {
    for _ in 0..10_000 {
        match DataDirLock::acquire(dir) {
            Ok(lock) => return lock,
            Err(LockError::InUse { .. }) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the process before holds its lock for ever");
}

/// One client: asks one request after the other, and remembers the answers.
async fn client(world: &RefCell<&mut World>, post: &RefCell<Post>, writer: &WriterHandle, mut dice: Dice) {
    loop {
        let next = post.borrow_mut().next();
        let Some((number, request)) = next else { return };
        world.borrow().hand.pass(&mut dice);
        let Ok(answer) = writer.take(request.clone()).await else { return };
        post.borrow_mut().answered(number);
        let world = &mut **world.borrow_mut();
        for (command, outcome) in request.iter().zip(answer.outcomes) {
            let first = &world.said_first[&identity(&command.key).unwrap()];
            world.promises.hear(command, first, outcome, answer.position);
        }
    }
}

impl Parts {
    /// Ends in good order.
    async fn end(mut self) {
        let durable = *self.writer.handle().durable().borrow();
        let mut progress = self.progress.clone();
        let stopped =
            |progress: &projector::Progress| matches!(progress.state, projector::State::Stopped { .. });
        let seen = progress
            .wait_for(|progress| progress.position >= durable || stopped(progress))
            .await
            .unwrap()
            .clone();
        if let projector::State::Stopped { reason, .. } = &seen.state {
            // Damage is found out when it is read; the next start makes the entities anew.
            assert!(reason.contains("damage"), "the read models stopped: {seen:?}");
            self.down.send_replace(true);
            return pending().await;
        }
        let position = self.writer.stop().await;
        // The writer has ended, so the projector has nothing to follow; it ends when it is told to.
        self.progress.wait_for(|progress| progress.position >= position).await.unwrap();
        self.end_projector.send(()).unwrap();
        self.projector.await.unwrap();
        let FaultyLog { log, .. } = Arc::into_inner(self.log).expect("nobody else has the log any more");
        log.close().await.unwrap();
    }
}

/// Checks everything that must hold between two lives: the files, the promises, the books, and the read models.
async fn check(world: &World, log: &FileLog, whole: bool) {
    let verified =
        file::verify(world.dir.path(), |_| {}).unwrap_or_else(|error| panic!("the log is damaged: {error}"));
    let events = events(log).await;
    assert_eq!((verified.head.size, verified.torn_tail), (events.len() as u64, None));
    world.promises.hold(&events, world.history.said(), &world.open_identities());
    promises::decided_again(&events, world.history.said(), whole);
    tables::check(world.dir.path(), &events);
}

/// Checks everything once more after the last life.
pub(crate) fn check_the_end(world: &World) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let log = open_log(world.dir.path()).await;
        check(world, &log, true).await;
        let seen = projector::checkpoint(&Place::sqlite(world.dir.path())).await.unwrap().unwrap();
        assert_eq!(seen.position, log.tail().await.unwrap().position, "the read models reflect everything");
        made_anew_they_are_the_same(world.dir.path(), log).await;
    });
}

/// All that is in the read models comes from the log, whatever happened while they were filled.
async fn made_anew_they_are_the_same(data_dir: &Path, log: FileLog) {
    let tables = || dump_file(&tables::current(data_dir).unwrap());
    let before = tables();
    let options = projector::Options { epoch_events: EPOCH_EVENTS, ..projector::Options::default() };
    projector::rebuild(&Place::sqlite(data_dir), Arc::new(log), options, |_| {}).await.unwrap();
    assert_same(&before, &tables());
}
