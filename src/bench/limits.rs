//! What the machine can do with the same bytes.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use events_schema::{Actor, merkle, published};

use super::ingest;
use super::times::Times;
use crate::client::{self, Connection};
use crate::platform::{Lives, Part, Settings};

/// Events that are parsed to find out how fast that goes.
const PARSED_EVENTS: usize = 100_000;
/// Events that are made to find out how fast that goes.
const MADE_EVENTS: u64 = 300_000;
/// Leaves that are hashed at most.
const HASHED_LEAVES_MAX: u64 = 2_000_000;
/// Empty requests that are sent to find out how long one takes.
const EMPTY_REQUESTS: u64 = 2_000;
/// The request with the least to do.
const EMPTY_PATH: &str = "/healthz";
/// Raw blocks that are appended at most.
const RAW_BLOCKS_MAX: u64 = 20_000;

/// How many events a second one core reads from the JSON of `platform` into commands.
pub(super) fn parse_rate(platform: Settings) -> anyhow::Result<f64> {
    let events: Vec<Bytes> =
        Lives::new(platform, Part::WHOLE).take(PARSED_EVENTS).map(|event| Bytes::from(event.json)).collect();
    let actor = Actor::Token("bench".parse()?);
    let began = Instant::now();
    for event in &events {
        let command = published::read(event, &actor).map_err(|refusal| anyhow::anyhow!(refusal.detail))?;
        std::hint::black_box(command);
    }
    Ok(rate(events.len() as u64, began))
}

/// How many events a second can be appended and synced as plain bytes, in blocks of `block_bytes` that hold
/// `block_events` events each.
pub(super) fn append_rate(
    dir: &Path,
    block_bytes: u64,
    block_events: f64,
    blocks: u64,
) -> anyhow::Result<f64> {
    let path = dir.join("raw");
    let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
    let block = vec![0xA5_u8; usize::try_from(block_bytes).context("blocks fit into memory")?];
    let blocks = blocks.clamp(1, RAW_BLOCKS_MAX);
    let began = Instant::now();
    for _ in 0..blocks {
        file.write_all(&block)?;
        file.sync_data()?;
    }
    let seconds = began.elapsed().as_secs_f64();
    std::fs::remove_file(&path)?;
    Ok(float(blocks) * block_events / seconds)
}

/// Events a second since `began`.
pub(super) fn rate(events: u64, began: Instant) -> f64 {
    float(events) / began.elapsed().as_secs_f64()
}

/// A count for arithmetic with times.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}

/// How many events a second one core makes of `platform`, as the load does: what it takes from the service beside it.
pub(super) fn make_rate(platform: Settings) -> f64 {
    let mut bodies = ingest::Bodies::new(Lives::new(platform, Part::WHOLE));
    let began = Instant::now();
    let mut made = 0;
    while made < MADE_EVENTS {
        let (body, events) = bodies.next(ingest::BATCH_EVENTS);
        std::hint::black_box(body);
        made += events;
        if events == 0 {
            break;
        }
    }
    rate(made, began)
}

/// How many leaves of `leaf_bytes` one core hashes in a second.
pub(super) fn hash_rate(leaf_bytes: u64, leaves: u64) -> anyhow::Result<f64> {
    let leaf = vec![0xA5_u8; usize::try_from(leaf_bytes).context("leaves fit into memory")?];
    let leaves = leaves.clamp(1, HASHED_LEAVES_MAX);
    let began = Instant::now();
    for _ in 0..leaves {
        std::hint::black_box(merkle::leaf_hash(std::hint::black_box(&leaf)));
    }
    Ok(rate(leaves, began))
}

/// How long requests take on this connection that the service has nothing to do for.
pub(super) async fn empty_times(connection: &mut Connection) -> anyhow::Result<Times> {
    empty_requests(connection, EMPTY_REQUESTS).await
}

/// How many such requests a second are answered over `connections`.
pub(super) async fn empty_rate(
    server: &client::Server,
    connections: u32,
    requests: u64,
) -> anyhow::Result<f64> {
    let mut tasks = tokio::task::JoinSet::new();
    let began = Instant::now();
    for _ in 0..connections {
        let mut connection = server.connect().await?;
        let share = requests.div_ceil(u64::from(connections));
        tasks.spawn(
            async move { Ok::<_, anyhow::Error>(empty_requests(&mut connection, share).await?.count()) },
        );
    }
    let mut answered = 0;
    while let Some(done) = tasks.join_next().await {
        answered += done??;
    }
    Ok(rate(answered, began))
}

async fn empty_requests(connection: &mut Connection, requests: u64) -> anyhow::Result<Times> {
    let mut times = Times::default();
    for _ in 0..requests {
        let asked = Instant::now();
        let (status, _) = connection.get(EMPTY_PATH).await?;
        times.push(asked.elapsed());
        anyhow::ensure!(status == 200, "{EMPTY_PATH} answered {status}");
    }
    Ok(times)
}
