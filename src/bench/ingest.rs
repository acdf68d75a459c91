//! Publishing over HTTP.

use std::path::Path;
use std::time::Instant;

use bytes::{BufMut as _, Bytes, BytesMut};
use tokio::task::JoinSet;

use super::limits::{self, float};
use super::memory::Memory;
use super::server::Server;
use super::table::Table;
use super::times::Times;
use crate::platform::{Lives, Part, Settings};

/// Connections that publish in batches.
pub(super) const BATCH_CONNECTIONS: u32 = 8;
/// Events in one request.
pub(super) const BATCH_EVENTS: usize = 1_000;
/// Room for an event in a body: most need less.
const EVENT_BYTES: usize = 320;
/// Connections that publish one event a request.
const SINGLE_CONNECTIONS: u32 = 64;

/// Shown of the times of requests: name, text, per mille.
const PERCENTILES: [(&str, &str, u64); 3] =
    [("p50", "  request p50", 500), ("p99", "  request p99", 990), ("p999", "  request p99.9", 999)];

/// What was published.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// How many events.
    pub(super) events: u64,
    /// Their JSON.
    pub(super) bytes: u64,
    /// In how much time.
    pub(super) seconds: f64,
    /// What the service held in memory after it.
    pub(super) memory: Option<Memory>,
    /// How long each request took.
    times: Times,
}

/// Publishes the lives of all orders of `platform` in batches; every event must be recorded.
pub(super) async fn batches(server: &Server, platform: Settings) -> anyhow::Result<Published> {
    let done = publish(server, platform, BATCH_CONNECTIONS, BATCH_EVENTS, u64::MAX).await?;
    Ok(Published { memory: server.memory(), ..done })
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
        let mut bodies = Bodies::new(Lives::new(platform, Part { index, of: connections }));
        let share = events_max / u64::from(connections);
        tasks.spawn(async move {
            let mut done = Published::default();
            while done.events < share {
                let (body, events) = bodies.next(batch_events);
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
        all.times.merge(&done.times);
    }
    all.seconds = began.elapsed().as_secs_f64();
    Ok(all)
}

/// What requests of so many events are.
pub(super) const fn content_type(batch_events: usize) -> &'static str {
    if batch_events == 1 { "application/cloudevents+json" } else { "application/x-ndjson" }
}

/// Bodies of requests, from the lives of orders.
#[derive(Debug)]
pub(super) struct Bodies {
    lives: Lives,
    /// Used again as soon as the body before is sent.
    buffer: BytesMut,
}

impl Bodies {
    /// Bodies with the events of `lives`.
    pub(super) fn new(lives: Lives) -> Self {
        Self { lives, buffer: BytesMut::new() }
    }

    /// The next events, one a line, and how many they are; none after the last.
    pub(super) fn next(&mut self, events_max: usize) -> (Bytes, u64) {
        self.buffer.reserve(events_max * EVENT_BYTES);
        let mut events = 0;
        for event in self.lives.by_ref().take(events_max) {
            if events > 0 {
                self.buffer.put_u8(b'\n');
            }
            self.buffer.put_slice(event.json.as_bytes());
            events += 1;
        }
        (self.buffer.split().freeze(), events)
    }
}

/// Every event must have been recorded: a rejected or parked one is cheaper.
fn check(status: u16, answer: &[u8], events: u64) -> anyhow::Result<()> {
    anyhow::ensure!(status == 200, "the ledger answered {status}: {}", beginning(answer));
    let recorded = count(answer, b"\"outcome\":\"recorded\"");
    anyhow::ensure!(recorded == events, "{recorded} of {events} events were recorded: {}", beginning(answer));
    Ok(())
}

/// How often `words` stand in an answer.
pub(super) fn count(answer: &[u8], words: &[u8]) -> u64 {
    memchr::memmem::find_iter(answer, words).count() as u64
}

/// The beginning of an answer, to be shown.
pub(super) fn beginning(answer: &[u8]) -> String {
    const SHOWN_BYTES: usize = 400;
    String::from_utf8_lossy(&answer[..answer.len().min(SHOWN_BYTES)]).into_owned()
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
    table.add(format!("ingest-ndjson-{BATCH_EVENTS}x{BATCH_CONNECTIONS}"), what, rate, "events/s");
    table.limit(parse, "parsing the same JSON, one core");
    table.limit(append, "raw append + fdatasync of the log's bytes");
    table.limit(limits::make_rate(platform), "the load making the same JSON, one core");
    for (name, what, per_mille) in PERCENTILES {
        table.add(format!("ingest-request-{name}"), what, done.times.percentile_ms(per_mille), "ms");
    }
    let (events, recorded) = (float(done.events), float(verified.head.size));
    let (block_events, json_bytes) = (recorded / float(verified.blocks), float(done.bytes) / events);
    let log_bytes = float(verified.bytes);
    for (name, what, figure, unit) in [
        ("ingest-events-published", "  events published", events, "events"),
        ("ingest-events-recorded", "  events recorded", recorded, "events"),
        ("ingest-block-events", "  events in a block, on average", block_events, "events"),
        ("ingest-json-bytes", "  JSON of a published event", json_bytes, "bytes"),
        ("log-bytes-published", "  log, for each published event", log_bytes / events, "bytes"),
        ("log-bytes-recorded", "  log, for each recorded event", log_bytes / recorded, "bytes"),
    ] {
        table.add(name, what, figure, unit);
    }
    table.memory("ingest-memory", "memory of the service after it", done.memory);
    Ok(())
}

/// Publishes single events over many connections.
pub(super) async fn singles(
    table: &mut Table,
    server: &Server,
    platform: Settings,
    events: u64,
) -> anyhow::Result<()> {
    let done = publish(server, platform, SINGLE_CONNECTIONS, 1, events).await?;
    let empty = limits::empty_rate(&server.client, SINGLE_CONNECTIONS, events).await?;
    let what = format!("HTTP ingest, one event a request, {SINGLE_CONNECTIONS} connections");
    let rate = float(done.events) / done.seconds;
    table.add(format!("ingest-single-x{SINGLE_CONNECTIONS}"), what, rate, "events/s");
    table.limit(empty, "requests that have nothing to do, over as many connections");
    for (name, what, per_mille) in PERCENTILES {
        table.add(format!("ingest-single-request-{name}"), what, done.times.percentile_ms(per_mille), "ms");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_hold_all_events_one_a_line() {
        let platform =
            Settings { seed: 1, orders: 50, start: jiff::Timestamp::UNIX_EPOCH, days: 30, endless: false };
        let all: Vec<_> = Lives::new(platform, Part::WHOLE).map(|event| event.json).collect();
        let mut bodies = Bodies::new(Lives::new(platform, Part::WHOLE));
        let mut found = Vec::new();
        loop {
            let (body, events) = bodies.next(7);
            if events == 0 {
                assert!(body.is_empty());
                break;
            }
            let text = String::from_utf8(body.to_vec()).unwrap();
            found.extend(text.split('\n').map(ToOwned::to_owned));
        }
        assert_eq!(found, all);
    }

    #[test]
    fn an_answer_with_anything_but_recorded_events_is_refused() {
        let recorded = br#"{"results":[{"id":"outcome","outcome":"recorded"},{"outcome":"recorded"}]}"#;
        assert!(check(200, recorded, 2).is_ok());
        assert!(check(200, recorded, 3).is_err());
        assert!(check(503, recorded, 2).is_err());
    }
}
