//! All parts of a running ledger, put together: lock, log, writer, projector, read models, tokens.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use events_schema::recorded::ledger::LedgerCreated;
use events_schema::{Position, Timestamp};
use ledger_core::log::{DataDirLock, FileLog, OpenOptions};
use ledger_core::writer::{Clock, Options, SavedBooks, State, Writer, WriterHandle};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use projector::{Database, Progress, Runner};
use query_api::auth::Tokens;
use query_api::projected::{Projected, ProjectorState};
use query_api::read_models::ReadModels;
use query_api::{Lag, Location, OrderPlaces, Readers, Readiness};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use utoipa::OpenApi as _;

use crate::config::Config;
use crate::http::{self, Intake, Trail};

/// Moments of the past, found in the log.
mod moments;

/// How far the clock may stand behind the log before the ledger is not ready, in microseconds.
const CLOCK_BEHIND_MICROS_MAX: i64 = 5 * Timestamp::MICROS_PER_SECOND;
/// How often measurements that are kept as histograms are tidied.
const METRICS_UPKEEP: Duration = Duration::from_secs(5);

/// A running ledger.
pub(crate) struct Service {
    log: Arc<FileLog>,
    writer: Writer,
    reading: Option<Reading>,
}

/// The reading side of a running ledger; an import does without.
struct Reading {
    read_models: ReadModels,
    projected: watch::Receiver<Projected>,
    progress: watch::Receiver<Progress>,
    tokens: Tokens,
    metrics: PrometheusHandle,
    lag_events_max: u64,
    intake: Intake,
    stop: watch::Sender<bool>,
    runner: JoinHandle<()>,
    relay: JoinHandle<()>,
    /// Last, for connections to a server belong to it: they are closed before.
    readers: Readers,
}

impl Service {
    /// Opens everything in the data directory, making it where there is nothing.
    pub(crate) async fn open(config: &Config) -> anyhow::Result<Self> {
        let metrics = install_metrics()?;
        let mut service = Self::open_writer(config).await?;
        let reading = Reading::open(config, &service.log, service.writer.handle(), metrics).await?;
        service.reading = Some(reading);
        Ok(service)
    }

    /// Opens the writing side only.
    pub(crate) async fn open_writer(config: &Config) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&config.data_dir)
            .with_context(|| format!("the data directory {} cannot be made", config.data_dir.display()))?;
        let lock = DataDirLock::acquire(&config.data_dir)?;
        let checkpoint = projector::checkpoint(&config.read_models()).await?;
        let read = checkpoint.map_or(Position::ZERO, |checkpoint| checkpoint.position);
        let books = SavedBooks::open(&lock, config.memory.books)?;
        let derived = read.max(books.position());
        // A directory that has read models had a log once: an empty one in its place is a mistake.
        let create = derived == Position::ZERO;
        let options = OpenOptions { create, derived, ..OpenOptions::default() };
        let log = tokio::task::spawn_blocking(move || FileLog::open(&lock, options)).await??;
        let log = Arc::new(log);
        let clock: Clock = Arc::new(Timestamp::now);
        let create = LedgerCreated {
            log_id: rand::random(),
            currency: config.currency.clone(),
            time_zone: config.time_zone.clone(),
        };
        let options = Options { clock, create, writer: rand::random() };
        let writer = Writer::open_with(Arc::clone(&log), options, Some(books)).await?;
        Ok(Self { log, writer, reading: None })
    }

    /// The way to ask the writer.
    pub(crate) fn writer(&self) -> &WriterHandle {
        self.writer.handle()
    }

    /// All routes of the service. What goes on and on ends when it is `stopping`; a `demo` asks for no token.
    pub(crate) fn router(&self, stopping: watch::Receiver<bool>, demo: bool) -> anyhow::Result<Router> {
        let reading = self.reading.as_ref().context("this ledger was opened for writing only")?;
        let state = reading.state(self.writer(), &self.log, stopping, demo);
        let trail = Trail::new(self.log.reader(), OrderPlaces::new(&state));
        let with_log = http::router(self.writer(), &reading.tokens, &reading.intake, trail);
        Ok(query_api::router(state, with_log, http::WriteApi::openapi(), http::published_schemas())?)
    }

    /// Waits until the writer cannot go on; the answer is why.
    pub(crate) async fn failed(&self) -> String {
        let mut state = self.writer().state();
        let stopped = state.wait_for(|state| matches!(state, State::Stopped(_))).await;
        match stopped.as_deref() {
            Ok(State::Stopped(reason)) => reason.clone(),
            _ => "the writer has ended".to_owned(),
        }
    }

    /// Finishes what was begun and closes everything.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.writer.stop().await;
        if let Some(reading) = self.reading {
            reading.close().await;
        }
        if let Some(log) = Arc::into_inner(self.log) {
            log.close().await.context("the log cannot be closed")?;
        }
        Ok(())
    }
}

impl Reading {
    async fn open(
        config: &Config,
        log: &Arc<FileLog>,
        writer: &WriterHandle,
        metrics: PrometheusHandle,
    ) -> anyhow::Result<Self> {
        let opened = Tokens::open(&config.data_dir, config.admin_token.as_deref())?;
        if let Some(first) = opened.first_admin_token {
            tracing::info!(
                "the administrator's token is {} (kept in {}, not shown again)",
                first.token,
                first.path.display()
            );
        }
        let options = projector_options(config);
        let runner = Runner::open(&config.read_models(), Arc::clone(log), writer.durable(), options).await?;
        let progress = runner.watch();
        let database = progress.borrow().database.clone();
        let read_models = ReadModels::open(&location(&database)).await?;
        let (tell, projected) = watch::channel(projected_of(&progress.borrow()));
        let relay = tokio::spawn(relay(progress.clone(), tell, read_models.clone()));
        let (stop, stopping) = watch::channel(false);
        let paused = config.pause_projections;
        let runner = tokio::spawn(async move {
            if !paused {
                runner.run(asked_to_stop(stopping)).await;
            }
        });
        if !paused {
            know_the_ledger(progress.clone()).await;
        }
        let (tokens, lag_events_max) = (opened.tokens, config.lag_events_max);
        let intake = Intake::new(config.memory.bodies);
        Ok(Self {
            read_models,
            projected,
            progress,
            tokens,
            metrics,
            lag_events_max,
            intake,
            stop,
            runner,
            relay,
            readers: Readers::start().context("threads cannot be started")?,
        })
    }

    fn state(
        &self,
        writer: &WriterHandle,
        log: &Arc<FileLog>,
        stopping: watch::Receiver<bool>,
        demo: bool,
    ) -> query_api::State {
        let (writer, progress, lag_events_max) = (writer.clone(), self.progress.clone(), self.lag_events_max);
        let (gauged, told, handle) = (writer.clone(), progress.clone(), self.metrics.clone());
        query_api::State {
            read_models: self.read_models.clone(),
            projected: self.projected.clone(),
            resolver: moments::resolver(log, &writer),
            tokens: self.tokens.clone(),
            ready: Arc::new(move || {
                let progress = progress_now(&writer, &progress);
                Readiness { lag: lag_of(&progress), ready: ready(&writer, &progress, lag_events_max) }
            }),
            metrics: Arc::new(move || {
                gauge(&gauged, lag_of(&progress_now(&gauged, &told)));
                handle.render()
            }),
            stopping,
            readers: self.readers.handle(),
            demo,
        }
    }

    async fn close(self) {
        self.relay.abort();
        // Readers first: then the writer is the last to close the file, and leaves it whole, with no other beside it.
        self.read_models.close().await;
        self.stop.send_replace(true);
        // A task that panicked has nothing more to finish.
        drop(self.runner.await);
    }
}

/// How the projector works with the memory that it gets.
pub(crate) fn projector_options(config: &Config) -> projector::Options {
    projector::Options {
        memory_bytes: config.memory.entities,
        page_bytes: config.memory.pages,
        ..projector::Options::default()
    }
}

/// Waits until the read models know the ledger's currency and time zone from its first event, unless something stands in
/// the way: no answer has others.
async fn know_the_ledger(mut progress: watch::Receiver<Progress>) {
    let known = |progress: &Progress| {
        let obstructed = matches!(
            progress.state,
            projector::State::Stopped { .. } | projector::State::Paused { .. } | projector::State::Waiting
        );
        progress.position > Position::ZERO || obstructed
    };
    // A runner that is gone tells nothing more.
    drop(progress.wait_for(known).await);
}

/// Tells the reading side how far the projector is, and follows it to a new generation.
async fn relay(
    mut progress: watch::Receiver<Progress>,
    tell: watch::Sender<Projected>,
    read_models: ReadModels,
) {
    let mut serving = progress.borrow().database.clone();
    while progress.changed().await.is_ok() {
        let now = progress.borrow_and_update().clone();
        if now.database != serving {
            if let Err(error) = read_models.switch(&location(&now.database)).await {
                tracing::error!(%error, "the new read models cannot be opened");
                continue;
            }
            serving = now.database.clone();
        }
        tell.send_replace(projected_of(&now));
    }
}

/// Where readers find the tables.
pub(crate) fn location(database: &Database) -> Location {
    match database {
        Database::Sqlite(path) => Location::Sqlite(path.to_path_buf()),
        Database::Postgres { url, schema } => {
            Location::Postgres { url: url.as_str().to_owned(), schema: schema.as_ref().to_owned() }
        }
    }
}

fn projected_of(progress: &Progress) -> Projected {
    let state = match &progress.state {
        projector::State::Stopped { position, reason } => {
            ProjectorState::Stopped { position: *position, reason: reason.clone() }
        }
        projector::State::Running
        | projector::State::CatchingUp
        | projector::State::Building { .. }
        | projector::State::Waiting
        | projector::State::Paused { .. } => ProjectorState::Running,
    };
    Projected { position: progress.position, state }
}

/// Whether the ledger can do its work, and if not, why.
fn ready(writer: &WriterHandle, progress: &Progress, lag_events_max: u64) -> Result<(), String> {
    match &*writer.state().borrow() {
        State::Running => {}
        State::NoRoom => return Err("the disk of the log is full".to_owned()),
        State::Stopped(reason) => return Err(format!("nothing is recorded any more: {reason}")),
    }
    let behind = writer.recorded_at().micros() - Timestamp::now().micros();
    if behind > CLOCK_BEHIND_MICROS_MAX {
        let seconds = behind / Timestamp::MICROS_PER_SECOND;
        return Err(format!("the clock stands {seconds} s behind the log: set it right"));
    }
    match &progress.state {
        projector::State::Stopped { position, reason } => {
            return Err(format!("the figures stop before position {position}: {reason}"));
        }
        projector::State::Paused { reason } => return Err(format!("the figures are not written: {reason}")),
        projector::State::Building { position, target } => {
            return Err(format!(
                "new read models are being built: they are at position {position} of {target}"
            ));
        }
        projector::State::Running | projector::State::CatchingUp | projector::State::Waiting => {}
    }
    let lag = progress.lag_events();
    if lag > lag_events_max {
        return Err(format!("the figures lag {lag} events behind the log (the bound is {lag_events_max})"));
    }
    Ok(())
}

/// How far the figures are now, while the log may have become longer since that was told.
fn progress_now(writer: &WriterHandle, progress: &watch::Receiver<Progress>) -> Progress {
    let log_position = *writer.durable().borrow();
    Progress { log_position, ..progress.borrow().clone() }
}

fn lag_of(progress: &Progress) -> Lag {
    Lag { events: progress.lag_events(), seconds: progress.lag_seconds(Timestamp::now()) }
}

#[expect(clippy::cast_precision_loss, reason = "measurements are floating point")]
fn gauge(writer: &WriterHandle, lag: Lag) {
    metrics::gauge!("ledger_log_position").set(writer.durable().borrow().get() as f64);
    metrics::gauge!("ledger_queue_events").set(writer.queued_events() as f64);
    metrics::gauge!("ledger_projector_lag_events").set(lag.events as f64);
    metrics::gauge!("ledger_projector_lag_seconds").set(lag.seconds as f64);
}

fn install_metrics() -> anyhow::Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new().install_recorder().context("measurements cannot be kept")?;
    let upkeep = handle.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(METRICS_UPKEEP).await;
            upkeep.run_upkeep();
        }
    });
    Ok(handle)
}

async fn asked_to_stop(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    drop(stopping.wait_for(|stopping| *stopping).await);
}

/// Ends with Ctrl-C or the signal to terminate. From this call on, not only once it is waited for: a signal that comes
/// in between must not kill.
pub(crate) fn interrupted() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        let [mut interrupt, mut terminate] = signals;
        let come = async |signal: &mut std::io::Result<_>| match signal {
            Ok(signal) => Signal::recv(signal).await,
            // Then it kills, as it does by itself.
            Err(_) => std::future::pending().await,
        };
        tokio::select! {
            _ = come(&mut interrupt) => {}
            _ = come(&mut terminate) => {}
        }
    }
}
