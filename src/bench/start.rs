//! How long a start takes: a clean one, and one after `kill -9` under load.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use axum::http::Method;
use query_api::LEDGER_POSITION;
use tokio::task::JoinSet;

use super::ingest::{BATCH_CONNECTIONS, BATCH_EVENTS, Bodies, content_type};
use super::memory::Memory;
use super::reading;
use super::server::Server;
use super::table::Table;
use crate::client::Connection;
use crate::platform::{Lives, Part, Settings};

/// The load before a kill goes on at least as long, and at most.
const LOAD_SECONDS: (u64, u64) = (1, 10);

/// A service that has just started.
#[derive(Debug)]
pub(super) struct Started {
    /// The service.
    pub(super) server: Server,
    /// Until it listened.
    listening: Duration,
    /// Until a report was complete.
    complete: Duration,
    /// What it held in memory then.
    memory: Option<Memory>,
}

/// Starts the service and waits until a report reflects `tail`.
pub(super) async fn start(dir: &Path, flags: &[String], tail: u64) -> anyhow::Result<Started> {
    let began = Instant::now();
    let server = Server::start(dir, flags).await?;
    let listening = began.elapsed();
    let mut connection = server.client.connect().await?;
    reading::until_visible(&mut connection, tail).await?;
    let complete = began.elapsed();
    let memory = server.memory();
    Ok(Started { server, listening, complete, memory })
}

impl Started {
    /// How long it took.
    pub(super) fn report(&self, table: &mut Table, name: &str, what: &str) {
        let complete = self.complete.as_secs_f64();
        table.add(format!("{name}-complete"), format!("{what}, until reports are complete"), complete, "s");
        let listening = self.listening.as_secs_f64();
        table.add(format!("{name}-listening"), "  until it listens", listening, "s");
        self.report_memory(table, name);
    }

    /// What it held in memory.
    pub(super) fn report_memory(&self, table: &mut Table, name: &str) {
        table.memory(&format!("{name}-memory"), "memory of the service, all complete", self.memory);
    }
}

/// Publishes new orders for some seconds, kills the service meanwhile, and starts it again: all that was acknowledged
/// must be there.
pub(super) async fn killed(
    table: &mut Table,
    server: Server,
    (dir, flags): (&Path, &[String]),
    platform: Settings,
    seconds: u64,
) -> anyhow::Result<()> {
    let platform = Settings { seed: platform.seed.wrapping_add(1), endless: true, ..platform };
    let seconds = seconds.clamp(LOAD_SECONDS.0, LOAD_SECONDS.1);
    let acknowledged = load_and_kill(server, platform, Duration::from_secs(seconds)).await?;
    let started = start(dir, flags, acknowledged).await?;
    let end = log_end(&mut started.server.client.connect().await?).await?;
    anyhow::ensure!(
        end >= acknowledged,
        "acknowledged events are lost: position {acknowledged} was acknowledged, the log ends at {end}"
    );
    started.report(table, "start-killed", "start after kill -9 under load");
    started.server.stop().await
}

/// The last position that was acknowledged before the kill.
async fn load_and_kill(server: Server, platform: Settings, time: Duration) -> anyhow::Result<u64> {
    let killed = Arc::new(AtomicBool::new(false));
    let mut tasks = JoinSet::new();
    for index in 0..BATCH_CONNECTIONS {
        let connection = server.client.connect().await?;
        let bodies = Bodies::new(Lives::new(platform, Part { index, of: BATCH_CONNECTIONS }));
        tasks.spawn(load(connection, bodies, Arc::clone(&killed)));
    }
    tokio::time::sleep(time).await;
    killed.store(true, Ordering::SeqCst);
    server.kill().await?;
    let mut acknowledged = 0;
    while let Some(last) = tasks.join_next().await {
        acknowledged = acknowledged.max(last??);
    }
    anyhow::ensure!(acknowledged > 0, "nothing was acknowledged before the kill");
    Ok(acknowledged)
}

/// Publishes until the service is gone.
async fn load(
    mut connection: Connection,
    mut bodies: Bodies,
    killed: Arc<AtomicBool>,
) -> anyhow::Result<u64> {
    let mut acknowledged = 0;
    let (mut body, _) = bodies.next(BATCH_EVENTS);
    loop {
        let kind = content_type(BATCH_EVENTS);
        match connection.send(Method::POST, "/v1/events", kind, body.clone()).await {
            Ok(reply) if reply.status == 200 => {
                acknowledged = reply.number(&LEDGER_POSITION).context("an answer names no position")?;
                (body, _) = bodies.next(BATCH_EVENTS);
            }
            Ok(reply) if reply.status == 503 => tokio::time::sleep(Duration::from_millis(100)).await,
            Ok(reply) => anyhow::bail!("the ledger answered {}", reply.status),
            Err(_) if killed.load(Ordering::SeqCst) => return Ok(acknowledged),
            Err(error) => return Err(error),
        }
    }
}

/// Where the log ends, from the measurements of the service.
pub(super) async fn log_end(connection: &mut Connection) -> anyhow::Result<u64> {
    let (status, text) = connection.get("/metrics").await?;
    anyhow::ensure!(status == 200, "/metrics answered {status}");
    gauge(&String::from_utf8_lossy(&text), "ledger_log_position").context("/metrics names no position")
}

fn gauge(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_found_among_the_measurements() {
        let text = "# TYPE ledger_log_position gauge\nledger_log_position_else 7\nledger_log_position 1200\n";
        assert_eq!(gauge(text, "ledger_log_position"), Some(1200));
        assert_eq!(gauge("", "ledger_log_position"), None);
    }
}
