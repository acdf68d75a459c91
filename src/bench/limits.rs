//! What the machine can do with the same bytes.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use bytes::Bytes;
use events_schema::{Actor, published};

use crate::platform::{Lives, Part, Settings};

/// Events that are parsed to find out how fast that goes.
const PARSED_EVENTS: usize = 300_000;
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
