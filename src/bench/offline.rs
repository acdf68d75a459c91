//! The log alone: walking it, and all projections from it.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use events_schema::{Position, Recorded};
use ledger_core::log::{DataDirLock, FileLog, Log as _, OpenOptions};

use super::ingest::Published;
use super::limits::{float, rate};
use super::table::Table;

/// Bytes of blocks that are read at once.
const READ_BYTES: usize = 8 * 1024 * 1024;

/// Walks the log, beside hashing its bytes only.
pub(super) fn verify(table: &mut Table, dir: &Path) -> anyhow::Result<()> {
    let began = Instant::now();
    let verified = ledger_core::log::file::verify(dir, |_| {})?;
    table.add("ledger verify (recorded events)", rate(verified.head.size, began), "events/s");
    Ok(())
}

/// Builds all read models from the log, beside decoding its events only.
pub(super) async fn catch_up(table: &mut Table, dir: &Path, published: &Published) -> anyhow::Result<()> {
    let lock = DataDirLock::acquire(dir)?;
    let log = Arc::new(FileLog::open(&lock, OpenOptions::default())?);
    let began = Instant::now();
    projector::rebuild(dir, Arc::clone(&log), projector::Options::default(), |_| {}).await?;
    let caught_up = rate(published.events, began);
    let decoded = decode_rate(&log, published.events).await?;
    let what = "catch-up of all projections, SQLite";
    table.add_limited(what, caught_up, decoded, "reading and decoding the same events, one core");
    if let Some(log) = Arc::into_inner(log) {
        log.close().await?;
    }
    Ok(())
}

async fn decode_rate(log: &FileLog, published: u64) -> anyhow::Result<f64> {
    let began = Instant::now();
    let mut at = Position::ZERO;
    loop {
        let blocks = log.read(at, READ_BYTES).await?;
        let Some(last) = blocks.last() else { break };
        at = last.header().last();
        for block in &blocks {
            for (_, leaf) in block.leaves() {
                std::hint::black_box(Recorded::decode(leaf)?);
            }
        }
    }
    Ok(float(published) / began.elapsed().as_secs_f64())
}
