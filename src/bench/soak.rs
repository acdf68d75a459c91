//! A mixed load for a long time: batches at a steady rate or as fast as it goes, single events, reports and lists. The
//! service may be killed again and again meanwhile; nothing that it acknowledged may be missing afterwards.
//!
//! Times count from the moment at which a request was due (at a steady rate) or was sent first, until it was
//! answered: what had to be sent again, and what waited while the service was away, is in them.

/// A client that does not give up.
mod link;

/// What clients do.
mod load;

/// What all clients count.
mod shared;

/// What is told of an interval.
mod line;
pub(super) use line::Line;

/// Acknowledged events that are sent again at the end.
mod sample;

/// The service, killed and started again.
mod keeper;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::keeper::{Keeper, Now};
use self::line::Recorder;
use self::link::Link;
use self::load::Pace;
use self::sample::Sample;
use self::shared::{Kind, Shared};
use super::ingest::BATCH_EVENTS;
use super::limits::float;
use super::memory::Memory;
use super::table::Table;
use super::{offline, start};
use crate::platform::{Lives, Part, Settings};

/// Connections that publish in batches.
const BATCH_CONNECTIONS: u32 = 4;
/// Connections that publish one event a request.
const SINGLE_CONNECTIONS: u32 = 4;
/// At a rate that needs fewer, there are so many batches a second, with fewer events each.
const BATCHES_PER_SECOND: u64 = 20;

/// How the service is soaked.
#[derive(Args, Clone, Debug)]
pub(super) struct Options {
    /// Soak: events a second in batches; 0 is as fast as it goes.
    #[arg(long, default_value_t = 10_000, value_name = "N")]
    rate: u64,
    /// Soak: events a second that are published one a request; 0 is none.
    #[arg(long, default_value_t = 50, value_name = "N")]
    single_rate: u64,
    /// Soak: reports and lists a second; 0 is none.
    #[arg(long, default_value_t = 20, value_name = "N")]
    read_rate: u64,
    /// Soak: connections that read.
    #[arg(long, default_value_t = 2, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_024))]
    readers: u32,
    /// Soak: print a line so often.
    #[arg(long, default_value_t = 60, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    /// Soak: kill the service so often with SIGKILL, and start it again.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    kill_every: Option<u64>,
}

impl Options {
    /// More orders than are published in this time: each connection has its part of them.
    fn orders(&self, seconds: u64) -> u64 {
        let rate = if self.rate == 0 { RATE_MAX } else { self.rate.max(self.single_rate) };
        let parts = u64::from(BATCH_CONNECTIONS + SINGLE_CONNECTIONS);
        (rate * seconds / EVENTS_OF_ORDER + 1) * parts / u64::from(BATCH_CONNECTIONS.min(SINGLE_CONNECTIONS))
    }

    /// The same as JSON.
    pub(super) fn json(&self) -> Value {
        json!({
            "rate": self.rate, "single_rate": self.single_rate, "read_rate": self.read_rate, "readers": self.readers,
            "every_seconds": self.every, "kill_every_seconds": self.kill_every,
        })
    }
}

/// Where it happens.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// The data directory.
    pub(super) dir: &'a Path,
    /// The flags of the service.
    pub(super) flags: Vec<String>,
    /// Whether lines are printed as they come.
    pub(super) print: bool,
}

/// Events of one order that are published, at least.
const EVENTS_OF_ORDER: u64 = 5;
/// No machine takes more events a second, as fast as it goes.
const RATE_MAX: u64 = 500_000;

/// Soaks a new ledger with the endless lives of `platform`: so many orders that their days do not begin again before
/// the end, for in a ledger that is used time goes on.
pub(super) async fn measure(
    table: &mut Table,
    place: &Place<'_>,
    platform: Settings,
    options: &Options,
    seconds: u64,
) -> anyhow::Result<Vec<Line>> {
    let keeper = Keeper::start(place.dir, &place.flags).await?;
    let shared = Arc::new(Shared::default());
    let platform = Settings { orders: platform.orders.max(options.orders(seconds)), ..platform };
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut recorder = Recorder::new(place.dir, place.print, Arc::clone(&shared), keeper.watch());
    let clients = spawn_all(&shared, &keeper.watch(), platform, options, end);
    let every = Duration::from_secs(options.every);
    let kill_every = options.kill_every.map(Duration::from_secs);
    let (samples, (), server) = tokio::try_join!(
        all(clients),
        recorder.every(every, end),
        keeper.keep(place.dir, &place.flags, kill_every, end)
    )?;
    recorder.line()?;

    let acknowledged = shared.acknowledged();
    let mut connection = server.client.connect().await?;
    let log_end = start::log_end(&mut connection).await?;
    anyhow::ensure!(
        log_end >= acknowledged,
        "acknowledged events are lost: position {acknowledged} was acknowledged, the log ends at {log_end}"
    );
    let mut checked = 0;
    for sample in samples {
        checked += sample.check(&mut connection).await?;
    }
    server.stop().await?;
    let verified = offline::log_size(place.dir)?;
    anyhow::ensure!(
        verified >= acknowledged,
        "acknowledged events are lost: position {acknowledged} was acknowledged, the log holds {verified} events"
    );
    let lines = recorder.into_lines();
    report(table, &lines, checked);
    Ok(lines)
}

/// Starts all clients; each goes on until `end`.
fn spawn_all(
    shared: &Arc<Shared>,
    now: &watch::Receiver<Now>,
    platform: Settings,
    options: &Options,
    end: Instant,
) -> JoinSet<anyhow::Result<Sample>> {
    let mut clients = JoinSet::new();
    let link = || Link::new(now.clone(), Arc::clone(shared));
    let of = BATCH_CONNECTIONS + SINGLE_CONNECTIONS;
    let lives = |index| Lives::new(platform, Part { index, of });
    let at_once = at_once(options.rate);
    for index in 0..BATCH_CONNECTIONS {
        let pace = match options.rate {
            0 => Pace::unbounded(),
            rate => Pace::steady(float(rate) / float(at_once as u64), (index, BATCH_CONNECTIONS)),
        };
        clients.spawn(load::publish(link(), lives(index), (Kind::Batch, at_once), pace, end));
    }
    for index in 0..if options.single_rate == 0 { 0 } else { SINGLE_CONNECTIONS } {
        let pace = Pace::steady(float(options.single_rate), (index, SINGLE_CONNECTIONS));
        clients.spawn(load::publish(link(), lives(BATCH_CONNECTIONS + index), (Kind::Single, 1), pace, end));
    }
    for index in 0..if options.read_rate == 0 { 0 } else { options.readers } {
        let pace = Pace::steady(float(options.read_rate), (index, options.readers));
        clients.spawn(load::read(link(), platform, index, pace, end));
    }
    clients
}

/// Events in one batch at a rate.
fn at_once(rate: u64) -> usize {
    match usize::try_from(rate / BATCHES_PER_SECOND) {
        Ok(events) if rate > 0 => events.clamp(1, BATCH_EVENTS),
        _ => BATCH_EVENTS,
    }
}

async fn all(mut clients: JoinSet<anyhow::Result<Sample>>) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    while let Some(sample) = clients.join_next().await {
        samples.push(sample.context("a client of the soak panicked")??);
    }
    Ok(samples)
}

/// The soak in a few figures.
fn report(table: &mut Table, lines: &[Line], checked: u64) {
    let events: u64 = lines.iter().map(|line| line.events).sum();
    let seconds: f64 = lines.iter().map(|line| line.seconds).sum();
    let sum = |of: fn(&Line) -> u64| float(lines.iter().map(of).sum());
    let rate = float(events) / seconds.max(f64::MIN_POSITIVE);
    table.add("soak-rate", "soak, events acknowledged, on average", rate, "events/s");
    for (kind, name, what) in [
        (Kind::Batch, "soak-batch-p99-worst", "  batch, p99 of the worst interval"),
        (Kind::Single, "soak-single-p99-worst", "  single event, p99 of the worst interval"),
        (Kind::Read, "soak-read-p99-worst", "  read, p99 of the worst interval"),
    ] {
        let worst = lines.iter().map(|line| line.p99_ms(kind)).fold(0.0, f64::max);
        table.add(name, what, worst, "ms");
    }
    let lag = lines.iter().filter_map(|line| line.lag_events).max().unwrap_or(0);
    table.add("soak-lag-highest", "  highest lag of the read models", float(lag), "events");
    let highest = lines.iter().filter_map(|line| line.memory).reduce(Memory::max);
    table.memory("soak-memory-highest", "highest memory of the service", highest);
    table.add("soak-unavailable", "  requests answered 503", sum(|line| line.unavailable), "requests");
    table.add("soak-kills", "  kills", sum(|line| line.kills), "kills");
    table.add("soak-checked", "  acknowledged events sent again, all there", float(checked), "events");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_low_rate_makes_small_batches() {
        assert_eq!([0, 1, 100, 10_000, 1_000_000].map(at_once), [1_000, 1, 5, 500, 1_000]);
    }
}
