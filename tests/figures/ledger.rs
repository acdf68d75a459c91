//! The ledger itself in this process: writer, log in files, projector, read models, and all routes without a network.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Command, Position, Recorded, Timestamp};
use http_body_util::BodyExt;
use ledger_core::log::{self as logs, DataDirLock, FileLog, OpenOptions};
use ledger_core::writer::{Answer, Options, SavedBooks, Writer};
use query_api::as_of::{AsOf, Moment, Resolver};
use query_api::{Lag, Projected, ProjectorState, ReadModels, Readiness, State, Tokens};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt;
use utoipa::openapi::OpenApiBuilder;

use super::place::{self, Engine, Place};
use crate::naive::dump::Dump;
use crate::naive::log;

/// The administrator's token.
const ADMIN: &str = "secret";
/// Memory that books and entities may take: so little that they are forgotten all the time.
const MEMORY_BYTES: usize = 60_000;

/// How the projector works here: in many small batches.
const PROJECTOR: projector::Options = projector::Options {
    batch_bytes: 10_000,
    epoch_events: 50,
    retry: Duration::from_millis(5),
    memory_bytes: MEMORY_BYTES,
    page_bytes: 1 << 20,
};

/// A running ledger.
pub(crate) struct Ledger {
    dir: TempDir,
    zone: &'static str,
    engine: Engine,
    place: Place,
    hand: Arc<AtomicI64>,
    log: Arc<FileLog>,
    writer: Writer,
    reading: Reading,
    router: Router,
}

/// A running projector.
struct Projector {
    progress: watch::Receiver<projector::Progress>,
    stop: oneshot::Sender<()>,
    runner: JoinHandle<()>,
}

struct Reading {
    projector: Projector,
    read_models: ReadModels,
}

impl Ledger {
    /// A new ledger, whose days are those of `zone`, and whose read models are kept by `engine`.
    pub(crate) async fn new(zone: &'static str, engine: Engine) -> Self {
        let (dir, place) = (tempfile::tempdir().unwrap(), Place::new(engine).await);
        Self::open(dir, place, (zone, engine), Arc::new(AtomicI64::new(0))).await
    }

    async fn open(
        dir: TempDir,
        place: Place,
        (zone, engine): (&'static str, Engine),
        hand: Arc<AtomicI64>,
    ) -> Self {
        let lock = DataDirLock::acquire(dir.path()).unwrap();
        let options =
            OpenOptions { segment_bytes: 1 << 20, zero_fill_bytes: 16 << 10, ..OpenOptions::default() };
        let log = Arc::new(FileLog::open(&lock, OpenOptions { create: true, ..options }).unwrap());
        let clock = Arc::clone(&hand);
        let options = Options {
            clock: Arc::new(move || Timestamp::from_micros(clock.load(Ordering::SeqCst))),
            create: LedgerCreated {
                log_id: *b"figures to check",
                currency: "CNY".parse().unwrap(),
                time_zone: zone.parse().unwrap(),
            },
            writer: 1,
        };
        let books = SavedBooks::open(log.lock(), MEMORY_BYTES).unwrap();
        let writer = Writer::open_with(Arc::clone(&log), options, Some(books)).await.unwrap();
        let projector = Projector::start(&place, dir.path(), &log, &writer).await;
        let progress = projector.progress.borrow().clone();
        let read_models = place::read_models(&progress).await;
        let router =
            routes(dir.path(), read_models.clone(), projector.progress.clone(), resolver(&log, &hand));
        let reading = Reading { projector, read_models };
        Self { dir, zone, engine, place, hand, log, writer, reading, router }
    }

    /// Sets the ledger's clock, and has `commands` decided.
    pub(crate) async fn take(&self, now: i64, commands: Vec<Command>) -> Answer {
        self.hand.fetch_max(now, Ordering::SeqCst);
        self.writer.handle().take(commands).await.unwrap()
    }

    /// Waits until the read models reflect everything.
    pub(crate) async fn projected(&self) {
        self.reading.projector.reach(*self.writer.handle().durable().borrow()).await;
    }

    /// All events of the log.
    pub(crate) async fn events(&self) -> Vec<Recorded> {
        log::events(&*self.log).await
    }

    /// What `GET` of an address answers.
    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        let request = Request::builder().uri(path).header("authorization", format!("Bearer {ADMIN}"));
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Runs a statement on the tables of the read models, behind the back of the projector.
    pub(crate) async fn execute(&self, sql: &str) {
        let progress = self.reading.projector.progress.borrow().clone();
        place::execute_in(&progress, sql).await;
    }

    /// All tables of the read models.
    pub(crate) async fn tables(&self) -> Dump {
        let progress = self.reading.projector.progress.borrow().clone();
        place::dump(&progress).await
    }

    /// All tables of read models that are made anew from the same log.
    pub(crate) async fn tables_made_anew(&self) -> Dump {
        let (dir, place) = (tempfile::tempdir().unwrap(), Place::new(self.engine).await);
        let projector = Projector::start(&place, dir.path(), &self.log, &self.writer).await;
        projector.reach(*self.writer.handle().durable().borrow()).await;
        let progress = projector.progress.borrow().clone();
        let dump = place::dump(&progress).await;
        projector.stop().await;
        dump
    }

    /// Ends in good order, and starts again in the same directory.
    pub(crate) async fn restart(self) -> Self {
        let Self { dir, zone, engine, place, hand, log, writer, reading, router } = self;
        drop(router);
        writer.stop().await;
        reading.read_models.close().await;
        reading.projector.stop().await;
        Arc::into_inner(log).expect("nobody else has the log any more").close().await.unwrap();
        Self::open(dir, place, (zone, engine), hand).await
    }

    /// The same at the end.
    pub(crate) async fn stop(self) {
        self.writer.stop().await;
        self.reading.read_models.close().await;
        self.reading.projector.stop().await;
    }
}

impl Projector {
    async fn start(place: &Place, dir: &Path, log: &Arc<FileLog>, writer: &Writer) -> Self {
        let runner = place.runner(dir, Arc::clone(log), writer.handle().durable(), PROJECTOR).await;
        let progress = runner.watch();
        let (stop, stopped) = oneshot::channel::<()>();
        let runner = tokio::spawn(runner.run(async { drop(stopped.await) }));
        Self { progress, stop, runner }
    }

    async fn reach(&self, position: Position) {
        let mut progress = self.progress.clone();
        let stopped =
            |progress: &projector::Progress| matches!(progress.state, projector::State::Stopped { .. });
        let reached = |progress: &projector::Progress| progress.position >= position || stopped(progress);
        let progress = progress.wait_for(reached).await.unwrap();
        assert!(!stopped(&progress), "the read models stopped: {progress:?}");
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.runner.await.unwrap();
    }
}

/// What finds places in the log, as the service does.
fn resolver(log: &Arc<FileLog>, hand: &Arc<AtomicI64>) -> Resolver {
    let (log, hand) = (Arc::downgrade(log), Arc::clone(hand));
    Arc::new(move |as_of| {
        let log = log.upgrade().unwrap();
        let now = Timestamp::from_micros(hand.load(Ordering::SeqCst)).max(log.watch().borrow().recorded_at);
        Box::pin(async move {
            let found = match as_of {
                AsOf::Position(position) => logs::decision_end(&*log, position).await?,
                AsOf::Instant(instant) if instant > now => None,
                AsOf::Instant(instant) => Some(log.recorded_until(instant).await?),
            };
            Ok(found.map(|found| Moment { position: found.position, recorded_at: Some(found.recorded_at) }))
        })
    })
}

/// All routes, over these read models.
fn routes(
    dir: &Path,
    read_models: ReadModels,
    progress: watch::Receiver<projector::Progress>,
    resolver: Resolver,
) -> Router {
    let (tell, projected) = watch::channel(projected(&progress.borrow()));
    tokio::spawn(relay(progress, tell));
    let state = State {
        readers: None,
        read_models,
        projected,
        resolver,
        tokens: Tokens::open(dir, Some(ADMIN)).unwrap().tokens,
        ready: Arc::new(|| Readiness { lag: Lag { events: 0, seconds: 0 }, ready: Ok(()) }),
        metrics: Arc::new(String::new),
        stopping: watch::channel(false).1,
        demo: false,
    };
    query_api::router(state, Router::new(), OpenApiBuilder::new().build(), serde_json::Map::new()).unwrap()
}

/// Tells the reading side how far the projector is.
async fn relay(mut progress: watch::Receiver<projector::Progress>, tell: watch::Sender<Projected>) {
    while progress.changed().await.is_ok() {
        tell.send_replace(projected(&progress.borrow_and_update()));
    }
}

fn projected(progress: &projector::Progress) -> Projected {
    Projected { position: progress.position, state: ProjectorState::Running }
}
