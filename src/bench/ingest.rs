//! Publishing over HTTP.

use std::path::Path;
use std::time::Instant;

use bytes::Bytes;
use tokio::task::JoinSet;

use super::limits::{self, float};
use super::server::Server;
use super::table::Table;
use super::times::Times;
use crate::platform::{Lives, Part, Settings};

/// Connections that publish in batches.
const BATCH_CONNECTIONS: u32 = 8;
/// Events in one request.
const BATCH_EVENTS: usize = 1_000;
/// Connections that publish one event a request.
const SINGLE_CONNECTIONS: u32 = 64;

/// What was published.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// How many events.
    pub(super) events: u64,
    /// Their JSON.
    pub(super) bytes: u64,
    /// In how much time.
    pub(super) seconds: f64,
    /// How long each request took.
    times: Times,
}

/// Publishes the lives of all orders of `platform` in batches; every event must be recorded.
pub(super) async fn batches(server: &Server, platform: Settings) -> anyhow::Result<Published> {
    publish(server, platform, BATCH_CONNECTIONS, BATCH_EVENTS, u64::MAX).await
}

async fn publish(
    server: &Server,
    platform: Settings,
    connections: u32,
    batch_events: usize,
    events_max: u64,
) -> anyhow::Result<Published> {
    let mut tasks = JoinSet::new();
    let began = Instant::now();
    for index in 0..connections {
        let mut connection = server.client.connect().await?;
        let mut lives = Lives::new(platform, Part { index, of: connections });
        let share = events_max / u64::from(connections);
        tasks.spawn(async move {
            let mut done = Published::default();
            while done.events < share {
                let (body, events) = batch(&mut lives, batch_events);
                if events == 0 {
                    break;
                }
                done.events += events;
                done.bytes += body.len() as u64;
                let sent = Instant::now();
                let (status, answer) =
                    connection.post("/v1/events", content_type(batch_events), body).await?;
                done.times.push(sent.elapsed());
                check(status.as_u16(), &answer, events)?;
            }
            anyhow::Ok(done)
        });
    }
    let mut all = Published::default();
    while let Some(done) = tasks.join_next().await {
        let done = done??;
        all.events += done.events;
        all.bytes += done.bytes;
        all.times.merge(done.times);
    }
    all.seconds = began.elapsed().as_secs_f64();
    Ok(all)
}

const fn content_type(batch_events: usize) -> &'static str {
    if batch_events == 1 { "application/cloudevents+json" } else { "application/x-ndjson" }
}

fn batch(lives: &mut Lives, events_max: usize) -> (Bytes, u64) {
    let mut body = String::new();
    let mut events = 0;
    for event in lives.take(events_max) {
        if events > 0 {
            body.push('\n');
        }
        body.push_str(&event.json);
        events += 1;
    }
    (Bytes::from(body), events)
}

/// Every event must have been recorded: a rejected or parked one is cheaper.
fn check(status: u16, answer: &[u8], events: u64) -> anyhow::Result<()> {
    const RECORDED: &[u8] = b"\"outcome\":\"recorded\"";
    let text = || String::from_utf8_lossy(&answer[..answer.len().min(400)]).into_owned();
    anyhow::ensure!(status == 200, "the ledger answered {status}: {}", text());
    let recorded = answer.windows(RECORDED.len()).filter(|window| *window == RECORDED).count() as u64;
    anyhow::ensure!(recorded == events, "{recorded} of {events} events were recorded: {}", text());
    Ok(())
}

/// What batches reached, beside what the machine can do.
pub(super) fn report(
    table: &mut Table,
    done: &Published,
    dir: &Path,
    platform: Settings,
) -> anyhow::Result<()> {
    let verified = ledger_core::log::file::verify(dir, |_| {})?;
    let block_events = float(done.events) / float(verified.blocks);
    let parse = limits::parse_rate(platform)?;
    let append = limits::append_rate(dir, verified.bytes / verified.blocks, block_events, verified.blocks)?;
    let rate = float(done.events) / done.seconds;
    let what = format!("HTTP ingest, NDJSON of {BATCH_EVENTS}, {BATCH_CONNECTIONS} connections");
    table.add_limited(what.clone(), rate, parse, "parsing the same JSON, one core");
    table.add_limited(what, rate, append, "raw append + fdatasync of the log's bytes");
    let mut times = done.times.clone();
    table.add("  request p50", times.percentile_ms(500), "ms");
    table.add("  request p99", times.percentile_ms(990), "ms");
    table.add("  events published", float(done.events), "events");
    table.add("  events recorded", float(verified.head.size), "events");
    table.add(
        "  events in a block, on average",
        float(verified.head.size) / float(verified.blocks),
        "events",
    );
    table.add("  JSON of a published event", float(done.bytes) / float(done.events), "bytes");
    table.add("  log, for each published event", float(verified.bytes) / float(done.events), "bytes");
    table.add("  log, for each recorded event", float(verified.bytes) / float(verified.head.size), "bytes");
    Ok(())
}

/// Publishes single events over many connections.
pub(super) async fn singles(
    table: &mut Table,
    server: &Server,
    platform: Settings,
    events: u64,
) -> anyhow::Result<()> {
    let mut done = publish(server, platform, SINGLE_CONNECTIONS, 1, events).await?;
    let what = format!("HTTP ingest, one event a request, {SINGLE_CONNECTIONS} connections");
    table.add(what, float(done.events) / done.seconds, "events/s");
    table.add("  request p50", done.times.percentile_ms(500), "ms");
    table.add("  request p99", done.times.percentile_ms(990), "ms");
    table.add("  request p99.9", done.times.percentile_ms(999), "ms");
    Ok(())
}
