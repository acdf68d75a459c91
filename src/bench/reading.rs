//! Reading: from an acknowledged event to a report that shows it, and what all reading has in common.

use std::time::{Duration, Instant};

use bytes::Bytes;
use events_schema::Calendar;
use jiff::ToSpan;
use rand::RngExt as _;
use rand::rngs::SmallRng;
use serde::Deserialize;

use super::server::Server;
use super::table::Table;
use super::times::Times;
use super::{ingest, limits};
use crate::client::Connection;
use crate::platform::{Lives, Part, Settings};

/// Events a second while it is measured how soon they are visible.
const VISIBLE_RATE: u64 = 5_000;
/// Requests a second that carry them.
const VISIBLE_REQUESTS: u64 = 100;

/// What times are compared with.
pub(super) const EMPTY: &str = "a request that has nothing to do, same connection";

#[derive(Deserialize)]
struct Acknowledged {
    position: u64,
}

/// Publishes at a steady rate, and asks after each request how long it takes until a report shows it.
pub(super) async fn visible(
    table: &mut Table,
    server: &Server,
    platform: Settings,
    seconds: u64,
) -> anyhow::Result<()> {
    let mut publisher = server.client.connect().await?;
    let mut reader = server.client.connect().await?;
    let mut lives = Lives::new(platform, Part::WHOLE);
    let batch = usize::try_from(VISIBLE_RATE / VISIBLE_REQUESTS)?;
    let mut ticks = tokio::time::interval(Duration::from_millis(1_000 / VISIBLE_REQUESTS));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut times = Times::default();
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        ticks.tick().await;
        let body = lives.by_ref().take(batch).map(|event| event.json).collect::<Vec<_>>().join("\n");
        let (_, answer) = publisher.post("/v1/events", "application/x-ndjson", Bytes::from(body)).await?;
        let acknowledged = Instant::now();
        let Acknowledged { position } = serde_json::from_slice(&answer)?;
        ask(&mut reader, &format!("/v1/reports/sales?min_position={position}")).await?;
        times.push(acknowledged.elapsed());
    }
    let empty = limits::empty_times(&mut reader).await?;
    let what = format!("acknowledged to visible in a report, {VISIBLE_RATE} events/s, p50");
    table.add("visible-p50", what, times.percentile_ms(500), "ms");
    table.limit(empty.percentile_ms(500), EMPTY);
    table.add("visible-p99", "  p99", times.percentile_ms(990), "ms");
    table.limit(empty.percentile_ms(990), EMPTY);
    Ok(())
}

/// Waits until a report reflects `position`: a service that has just started replays the log first.
pub(super) async fn until_visible(connection: &mut Connection, position: u64) -> anyhow::Result<()> {
    let path = format!("/v1/reports/sales?min_position={position}");
    loop {
        let (status, answer) = connection.get(&path).await?;
        match status.as_u16() {
            200 => return Ok(()),
            // It has waited five seconds already.
            503 if !stays_incomplete(&answer) => {}
            _ => anyhow::bail!("{path} answered {status}: {}", String::from_utf8_lossy(&answer)),
        }
    }
}

/// Whether a 503 says that waiting does not help.
pub(super) fn stays_incomplete(answer: &[u8]) -> bool {
    ingest::count(answer, b"\"incomplete\"") > 0
}

/// The ends of a range, as a query has them.
pub(super) struct Span {
    pub(super) from: String,
    pub(super) to: String,
}

/// A random range of the days of `platform`.
pub(super) fn span(random: &mut SmallRng, platform: Settings, whole_days: bool) -> anyhow::Result<Span> {
    let seconds = i64::from(platform.days) * 86_400;
    let (a, b) = (random.random_range(0..seconds), random.random_range(0..seconds));
    let from = platform.start.checked_add(a.min(b).seconds())?;
    let to = platform.start.checked_add((a.max(b) + 86_400).seconds())?;
    Ok(if whole_days {
        let calendar = Calendar::new("Asia/Shanghai")?;
        Span { from: calendar.date(from.into()).to_string(), to: calendar.date(to.into()).to_string() }
    } else {
        Span { from: from.to_string(), to: to.to_string() }
    })
}

/// A report over a random range of the days of `platform`.
pub(super) fn over(
    random: &mut SmallRng,
    platform: Settings,
    report: &str,
    whole_days: bool,
) -> anyhow::Result<String> {
    let Span { from, to } = span(random, platform, whole_days)?;
    Ok(format!("/v1/reports/{report}?from={from}&to={to}"))
}

/// Asks for something that must be there.
pub(super) async fn ask(connection: &mut Connection, path: &str) -> anyhow::Result<()> {
    let (status, answer) = connection.get(path).await?;
    anyhow::ensure!(status == 200, "{path} answered {status}: {}", String::from_utf8_lossy(&answer));
    Ok(())
}
